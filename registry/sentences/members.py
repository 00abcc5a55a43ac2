"""What is refused of organisations: applications, particulars, keys, objections."""

MEMBERS: dict[str, str] = {
    # applications
    "too many applications wait to be decided: try again in some days": "待审核的申请过多，请过几天再试",
    "the alliance has its operator": "联盟已有运营方",
    "choose one of the kinds": "请选择组织类型",
    "choose among the plans": "请在所列计划中选择",
    "choose at least one of the alliance's plans": "请至少选择一项联盟计划",
    "say whom we write to, in one line": "请用一行填写联系人姓名",
    "a telephone number is one line": "电话号码为一行文字",
    "this is no e-mail address": "不是有效的电子邮箱地址",
    "there is no application {key}": "没有申请{key}",
    "application {key} is {state} already": "申请{key}{state}，不能再次处理",
    "a verification body says who accredited it, and for what": "核查机构须填写认可机构及认可范围",
    "say until when the accreditation holds: a day to come": "请填写资质有效期的截止日期，须晚于今天",
    # particulars
    "a member id is 1 to 64 lower-case letters, digits and hyphens": "成员编号为1至64个小写字母、数字和连字符",
    "{member} is a member already, or was one: its id is taken for ever": "{member}已是或曾是成员编号，不能再次使用",
    "{member} is a {kind}, and stays one: what it may do follows from it": "{member}是{kind}，组织类型不可更改",
    "name the member that owns the organisation by its member id, or an owner that is no member by its URN, such as "
    "urn:lei:529900T8BM49AURSDO55, or its full name, such as Example Holding Ltd": (
        "请填写拥有该组织的成员的编号；所有者不是成员的，请填写其URN（如urn:lei:529900T8BM49AURSDO55）或全称"
    ),
    "the operator cannot leave: the registry would be nobody's": "运营方不能退出，否则登记处将无人管理",
    "a member needs a name in at least one language": "名称至少填写一种语言",
    "at most {most} identifiers": "最多{most}项标识",
    "an identifier is a URN, such as urn:lei:529900T8BM49AURSDO55": (
        "组织标识须为URN，例如 urn:lei:529900T8BM49AURSDO55"
    ),
    "a country is two capital letters (ISO 3166-1)": "国家代码为两位大写字母（ISO 3166-1）",
    "only a verification body is accredited": "只有核查机构可以填写认可资质",
    "say until when the accreditation holds: every one has an end": "请填写认可资质的截止日期：每项资质都有截止日期",
    "{member} has no accreditation: the operator enters one": "{member}没有认可资质，须由运营方填写",
    "the accreditation of {member} ended on {day}: the operator enters a new one": (
        "{member}的认可资质已于{day}到期，须由运营方填写新的资质"
    ),
    "one line of 1 to {most} printable characters": "一行文字，1至{most}个可显示字符",
    "there is no member {member}": "没有成员{member}",
    "{member} has left the alliance": "{member}已退出联盟",
    "type {member}": "请输入{member}",
    "a name has a letter or digit, and at most two combining marks on each": (
        "名称须含有文字或数字，且每个字符上的组合标记不超过两个"
    ),
    # keys of their own
    "{member} has no key {kid}": "{member}没有密钥{kid}",
    "{member} has no key in force: enrol one first": "{member}没有有效的密钥，请先登记",
    "{problem}. `carbonlabel member-key request` writes one": (
        "不是有效的登记请求，请用 carbonlabel member-key request 重新生成"
    ),
    "the request is of {when}: make one anew, good for a day": "该请求生成于{when}，有效期为一天，请重新生成",
    "key {kid} is in the log already: a key is enrolled once": "密钥{kid}已在日志中，每个密钥只能登记一次",
    "{member} has {count} keys in force: end one first": "{member}已有{count}个有效密钥，请先停用一个",
    "key {kid} has ended already": "密钥{kid}已经停用",
    "the log has indexes 0 to {last}, not {index}": "日志序号为0至{last}，没有{index}",
    # objections
    "too many objections wait to be read: try again in some days": "待查阅的异议过多，请过几天再试",
    "there is no objection {key}": "没有异议{key}",
    "objection {objection} is {state}: decide it by itself": "异议{objection}{state}，须单独处理",
    "objection {objection} is {state}: it suspended nothing": "异议{objection}{state}，并未使记录暂停",
    "choose among those that wait": "请在待处理的异议中选择",
    "say which": "请选择要处理的异议",
    "you are of {owner} as well, or acted for it on this declaration: another reviewer of {member} has to review it": (
        "您同时属于{owner}，或曾代表其办理过本声明：须由{member}的其他核查人员核查"
    ),
    "declaration {declaration} is {state}: it has no record": "声明{declaration}{state}，没有对应的记录",
    "to withdraw record {record} for good, type its number": "如需永久撤销记录{record}，请输入其记录号",
    "objection {key} is {state}: it cannot be {decision}": "异议{key}{state}，不能再{decision}",
    "objection {key} is {state}: views are heard while it is admitted": "异议{key}{state}，仅在受理期间听取意见",
    "plain text of 1 to {most} characters": "纯文本，1至{most}个字符",
    "say why, in one line of 1 to {most} characters: it is public": "请用一行说明理由，1至{most}个字符；理由会公开",
    "admitted, answered, dismissed or upheld": "请选择受理、答复、驳回或认定成立",
}
