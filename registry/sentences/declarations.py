"""What is refused of declarations, reviews and records."""

DECLARATIONS: dict[str, str] = {
    # declarations
    "there is no declaration {key}": "没有声明{key}",
    "declaration {key} is {state}: one can {action} only when it is {needed}": (
        "声明{key}{state}，只有在“{needed}”状态下才能{action}"
    ),
    "1 error to mend; nothing was changed": "有1处错误须修改；未作任何更改",
    "{count} errors to mend; nothing was changed": "有{count}处错误须修改；未作任何更改",
    "1 field cannot be read; nothing was changed": "有1个字段无法读取；未作任何更改",
    "{count} fields cannot be read; nothing was changed": "有{count}个字段无法读取；未作任何更改",
    "the signature does not hold; nothing was changed": "签名无效；未作任何更改",
    # reviews
    "declaration {key} is assigned to nobody: there is nothing to hand back": (
        "声明{key}尚未分配给任何核查机构，无可退还"
    ),
    "say what was found: 1 to {most} findings": "请说明发现的问题，1至{most}条",
    "{body} is no verification body": "{body}不是核查机构",
    "{body} and {owner} belong together: a body checks neither its own nor its owner's product": (
        "{body}与{owner}有隶属关系：核查机构不得核查本机构或其所有者的产品"
    ),
    "{count} questions were asked of this declaration: return it with findings": (
        "对该声明已提出{count}个问题，请附意见退回"
    ),
    "there is no question {key} on this declaration": "该声明没有问题{key}",
    "this question is answered, or its review has ended": "该问题已回答，或核查已结束",
    "1 question waits for an answer of the owner": "有1个问题等待企业回答",
    "{count} questions wait for an answer of the owner": "有{count}个问题等待企业回答",
    "there is no warning {code} at {path}": "{path}处没有代码为{code}的警告",
    "1 warning needs your word: name each in `accepted`, by code and path, with a sentence; nothing was changed": (
        "有1项警告需要您说明为何仍可接受；未作任何更改"
    ),
    "{count} warnings need your word: name each in `accepted`, by code and path, with a sentence; "
    "nothing was changed": ("有{count}项警告需要您说明为何仍可接受；未作任何更改"),
    "write 1 to {most} printable characters": "请填写1至{most}个可显示字符",
    "name a field of the declaration, such as $.gwp_total or $.stages[0].gwp": (
        "请指明声明的字段，例如 $.gwp_total 或 $.stages[0].gwp"
    ),
    # publication
    "declaration {key} names no product, or no validity": "声明{key}未指明产品或有效期",
    "declaration {key} is valid from {first} to {last}, and today is {today}: publish it on a day on which it holds": (
        "声明{key}的有效期为{first}至{last}，今天是{today}：请在有效期内发布"
    ),
    "the product belongs to another member": "该产品属于其他成员",
    "the record would be too large for the log": "该记录过大，无法写入日志",
    "{owner} signs all that it declares": "{owner}的每份声明均须附有自身签名",
    # records
    "there is no record {record}": "没有记录{record}",
    "record {record} is {state}: it cannot be {event}": "记录{record}{state}，不能{event}",
    "record {record} is withdrawn: declare the product anew": "记录{record}已撤销，请重新申报该产品",
    "record {record} is superseded by {newer}: renew that one": "记录{record}已被记录{newer}取代，请续期后者",
    "say why, in one line of 1 to {most} characters: the reason is public": (
        "请用一行说明理由，1至{most}个字符；理由会公开"
    ),
    "say why, in one line of 1 to {most} characters": "请用一行说明理由，1至{most}个字符",
    "the log index of a record": "请填写记录的日志序号（整数）",
    "no declaration is published under this address": "该网址下没有已发布的声明",
    "no declaration is published for {key}": "{key}没有已发布的声明",
    "no declaration of the place {gln} is published": "场所{gln}没有已发布的声明",
    "no declaration of the place {gln} is published for {year}": "场所{gln}没有{year}年的已发布声明",
    "{problem}, so it is no GLN": "不是有效的GLN：应为13位数字，末位为校验码",
}
