"""Every wording of the pages of label sheets, English beside Chinese."""

from registry.pages.vocabulary import Both

LABEL_WORDS: dict[str, Both] = {
    "labels": Both("Print labels", "打印标签"),
    "labels_intro": Both(
        "Sheets or rolls to print, as PDF, or a zip of SVG files for a printer's own layout. Lots and serial numbers "
        "that have no label yet are put in the public log first.",
        "生成可打印的标签页或卷标（PDF），或供印刷厂排版的SVG压缩包。尚无标签的批号和序列号将先记入公开日志。",
    ),
    "labels_which": Both("Which labels", "选择标签"),
    "labels_all": Both("All that are in force", "全部有效的产品和场所"),
    "labels_named": Both("Those named below", "仅限下列各项"),
    "labels_lines": Both("One a line", "每行一项"),
    "labels_lines_hint": Both(
        "A GTIN; or GTIN, lot and serial number with commas or tabs between them, as copied from a spreadsheet; or a "
        "GS1 path. For example 9521234567899,L1,42 or /01/09521234567899/10/L1/21/42",
        "可填GTIN；或GTIN、批号、序列号，以逗号或制表符分隔（可从电子表格复制）；或GS1路径。"
        "例如 9521234567899,L1,42 或 /01/09521234567899/10/L1/21/42",
    ),
    "labels_file": Both("Or a file with such lines (.csv or .txt)", "或上传含这些行的文件（.csv或.txt）"),
    "labels_sheet": Both("Sheet or roll, with its labels' size in mm", "标签页或卷标（标签尺寸，毫米）"),
    "labels_sheet_of": Both("{name}, {size}", "{name}，{size}"),
    "labels_roll_of": Both("Roll, {size}", "卷标，{size}"),
    "labels_mm": Both("{form} mm", "{form}毫米"),
    "labels_svg": Both("A zip of SVG files", "SVG文件压缩包"),
    "labels_skip": Both("Labels of the first sheet that are used up", "首张已用掉的标签数"),
    "labels_language": Both("Language of the labels", "标签语言"),
    "labels_en": Both("English", "英文"),
    "labels_zh": Both("Chinese", "中文"),
    "labels_variant": Both("What is on them", "标签内容"),
    "labels_variant_hint": Both("Stages stand on labels whose declaration has them.", "仅已声明各阶段的标签列出阶段。"),
    "labels_standard": Both("Code and figure", "二维码和数值"),
    "labels_stages": Both("Code, figure and stages", "二维码、数值和各阶段"),
    "labels_code": Both("Code only", "仅二维码"),
    "labels_draw": Both("Make the labels", "生成标签"),
    "labels_earlier": Both("Labels so far", "已生成的标签"),
    "labels_none": Both("None yet.", "尚无。"),
    "labels_queued": Both("Waiting", "等待中"),
    "labels_running": Both("At work", "生成中"),
    "labels_done": Both("Done", "已完成"),
    "labels_failed": Both("Failed", "失败"),
    "labels_cancelled": Both("Stopped", "已停止"),
    "labels_may_leave": Both("You may leave this page and come back.", "可离开本页，稍后再来查看。"),
    "labels_progress": Both("{done} of {total} labels", "{total}枚中的{done}枚"),
    "labels_count": Both("Labels", "标签数"),
    "labels_asked": Both("Asked for {when}", "提交于 {when}"),
    "labels_download_pdf": Both("Download the PDF", "下载PDF"),
    "labels_download_svg": Both("Download the zip of SVG files", "下载SVG压缩包"),
    "labels_true": Both(
        "Print it in its actual size (100 %), not fitted to the page.", "打印时请选择“实际大小”（100%），不要适应页面。"
    ),
    "labels_again": Both("Make others", "继续生成其他标签"),
    "labels_stop": Both("Stop", "停止"),
    "labels_line": Both("Line", "行"),
    "labels_text": Both("What stands there", "原文"),
    "labels_finding": Both("What is wrong", "问题"),
    "labels_wrong": Both("What has to be mended", "需要修改之处"),
    "labels_wrong_lines": Both(
        "No labels were made: see below what is wrong with each line.", "未生成标签：各行的问题见下。"
    ),
    "labels_wrong_labels": Both(
        "No labels were made: see below what is wrong with each.", "未生成标签：各枚的问题见下。"
    ),
    "labels_wrong_skip": Both(
        "Labels used up: a number from 0 to {most}, as {name} has {count} on a sheet.",
        "已用掉的标签数：应为0至{most}之间的整数，因为{name}每张有{count}枚。",
    ),
    "labels_wrong_choice": Both("Choose one of what is offered: {field}.", "请从选项中选择：{field}。"),
    "labels_wrong_none": Both("Name at least one label, or choose all products.", "请至少填写一项，或选择全部产品。"),
    "labels_wrong_both": Both(
        "Lines are typed and a file is chosen: keep one of the two.", "已填写各行又选择了文件：请只保留其一。"
    ),
    "labels_wrong_all": Both(
        "All products are chosen, and some are named: choose “those named below”, or empty what is typed.",
        "已选择全部产品，又填写了具体各项：请选择“仅限下列各项”，或清空已填内容。",
    ),
    "labels_wrong_many": Both(
        "{count} labels are too many at once: at most {most}. Name some, then the others.",
        "一次最多{most}枚标签，而此处有{count}枚：请分批生成。",
    ),
    "labels_wrong_file": Both(
        "The file is not text: save it as CSV (UTF-8) in the spreadsheet program, or copy its columns and paste them "
        "here.",
        "该文件不是文本：请在电子表格软件中另存为CSV（UTF-8），或复制各列并粘贴到此处。",
    ),
    "labels_wrong_nothing": Both(
        "Your organisation has no declaration in force yet: publish one first.", "贵组织尚无有效声明：请先发布。"
    ),
    "labels_wrong_other": Both("No labels were made: {problem}.", "未生成标签：{problem}。"),
}
