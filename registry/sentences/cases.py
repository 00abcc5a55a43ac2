"""What is refused of the yearly calls for outstanding cases."""

CASES: dict[str, str] = {
    # calls
    "at least one category, none twice": "至少选择一个类别，不得重复",
    "1 to {most} criteria, none twice": "1至{most}项评审标准，不得重复",
    "id | English | 中文 | weight, and not: {line}": "格式为“代码 | English | 中文 | 权重”，而不是：{line}",
    "there is a call for {year} already": "{year}年度的征集已经存在",
    "the cases of {year} are released": "{year}年度的案例已经发布",
    "the cases of {year} are not released yet": "{year}年度的案例尚未发布",
    "nominations begin, end, and then scoring ends, in this order": "日期须依次为征集开始、征集截止、评审截止",
    "a text in English (en), Chinese (zh) or both": "请用英文、中文或两种语言填写",
    "at most {most} printable characters": "最多{most}个可显示字符",
    "there is no call for cases of {year}": "没有{year}年度的案例征集",
    "the call for {year} is at {phase}, and this is for {phases}": (
        "{year}年度的征集当前为“{phase}”，此操作须在“{phases}”时进行"
    ),
    "nobody with this address is an expert: their organisation gives them that role": (
        "没有使用该邮箱的评审专家，该角色须由其所在组织赋予"
    ),
    "this expert is appointed already": "已邀请该专家",
    "there is no such expert": "没有该专家",
    # cases
    "there is no case {key}": "没有案例{key}",
    "there is no case {key} of {year}": "{year}年度没有案例{key}",
    "this category is not in the call": "本次征集不含该类别",
    "neither the operator nor a verification body has cases": "运营方和核查机构不参选",
    "at most {most} records, none twice": "最多{most}条记录，不得重复",
    "{member} has nominated {count} cases: that is all for one year": "{member}已提名{count}个案例，达到本年度上限",
    "this case is taken back already": "该案例已经撤回",
    "this case is taken back": "该案例已撤回",
    "one line of at most {most} characters": "一行文字，最多{most}个字符",
    "say why, against what was found": "与审查结果不一致，请说明理由",
    "choose one": "请选择一项",
    # scoring and release
    "the operator did not ask you to score the cases of {year}": "运营方未邀请您评审{year}年度的案例",
    "say in one line of at most {most} characters what the conflict is": "请用一行说明利益冲突，最多{most}个字符",
    "declare first whether you have a conflict of interest": "请先申报是否存在利益冲突",
    "you declared a conflict of interest: this case is not yours to score": "您已申报利益冲突，不能为该案例评分",
    "a conflict that was declared stays declared": "已申报的利益冲突不能撤回",
    "a score for each criterion, and for nothing else": "须为每项评审标准评分，且不得多评",
    "a whole number from {least} to {most}": "请填写{least}至{most}之间的整数",
    "this case is {state}": "该案例{state}",
    "this case is of your own organisation, or of one that belongs together with it": (
        "该案例属于您所在的组织或与其有隶属关系的组织"
    ),
    "no case of {year} has scores enough to be released": "{year}年度没有评分足够、可以发布的案例",
    "{reasons} now speaks against {title} ({key}): decide anew whether it may take part": (
        "案例{title}（{key}）现有问题：{reasons}；请重新审定其参选资格"
    ),
    "the cases of {year} are others than those agreed on: propose the release anew": (
        "{year}年度的案例与已同意发布的不一致，请重新提议发布"
    ),
}
