"""What is refused of files: bulk registration, labels, and the jobs that do both."""

FILES: dict[str, str] = {
    # jobs
    "{waiting} jobs of {member} are under way: wait until one has ended": (
        "{member}有{waiting}个任务正在进行，请等待其中一个结束"
    ),
    "job {job} is {state}: it cannot be cancelled any more": "任务{job}{state}，不能再取消",
    "there is no job {job}, or it was so long ago that it was removed": "没有任务{job}，或因时间过久已被删除",
    "job {job} is {state}: the annotated copy is there when it is done": "任务{job}{state}，完成后才有标注后的文件",
    "job {job} is {state}: its file is there when it is done": "任务{job}{state}，完成后才有文件",
    "something went wrong on our side; what was done before stays": "服务器出现问题；此前已完成的部分保留",
    "it was broken off again and again, and is given up": "任务多次中断，已放弃",
    # files of bulk registration
    "the form has no part `file` with a file in it": "表单中没有名为 file 的文件",
    "name the file, or send its Content-Type: {read}": "请提供文件名或Content-Type：{read}",
    # labels
    "no label of record {record} was minted for {path}": "记录{record}没有为{path}签发标签",
    "record {record} is {state}: no labels are minted for it": "记录{record}{state}，不签发标签",
    "record {record} is of {key}, and the label would be for {path}": "记录{record}属于{key}，而标签对应{path}",
    "{text} is not a range of serial numbers such as 0001-0500 or AB07-AB12": (
        "{text}不是序列号范围，范围的写法如 0001-0500 或 AB07-AB12"
    ),
    "the range {text} ends before it starts": "序列号范围{text}的终点早于起点",
    "{count} serial numbers at once are too many: at most {most}": "一次最多{most}个序列号，而不是{count}个",
    "{member} has no record in force: publish a declaration first": "{member}没有有效的记录，请先发布声明",
    "{member} has no record in force of {path} any more": "{member}已没有{path}的有效记录",
    "more than {most} labels are too many for one job: name some": "一个任务最多{most}个标签，请指明其中一部分",
    "{count} labels are too many for one job: at most {most}": "一个任务最多{most}个标签，而不是{count}个",
    "{sheet} is no sheet known here: one of {sheets}": "没有标签纸{sheet}，可选：{sheets}",
    "of a sheet of {sheet} 0 to {most} labels can be used up": "{sheet}标签纸已用的标签数为0至{most}",
    "en or zh": "请选择 en 或 zh",
    "{problem}, so it is no path of a label": "不是有效的GS1 Digital Link路径",
}
