"""What is refused for who somebody is, or how they come in: roles, tokens, passwords, two people."""

ACCESS: dict[str, str] = {
    # who may
    "{member} ({kind}) may not {action}{why}": "{member}（{kind}）不能{action}{why}",
    "{member} ({kind}) may not {action} of {owner}{why}": "{member}（{kind}）不能对{owner}的内容进行“{action}”{why}",
    "{member} may not {action} of {owner}: another verification body is assigned to it": (
        "{member}不能对{owner}的内容进行“{action}”：该声明已分配给其他核查机构"
    ),
    " with a token: somebody has to sign in": "：不能使用令牌，须由人员登录后进行",
    " as {roles}": "：当前角色为{roles}",
    " as one without a role": "：当前没有角色",
    # two people
    "to {operation} {subject} is proposed already": "“{operation}”（{subject}）已有提议，正待确认",
    "there is no proposal {key}": "没有提议{key}",
    "proposal {key} is {state}: propose it anew": "提议{key}{state}，请重新提议",
    "who proposes does not confirm: another person of the operator has to": "提议人不能自行确认，须由运营方另一人确认",
    "who proposed {key} is of the operator no more: propose it anew": "提议{key}的提议人已不属于运营方，请重新提议",
    "two people of the operator have to agree to {operation}, {subject}: one proposes it at /desk/keys or "
    "/v1/approvals, another confirms it, and then this goes on": (
        "“{operation}”（{subject}）须经运营方两人同意：请先由一人在/desk/keys或/v1/approvals提议，再由另一人确认，然后继续"
    ),
    "the first log index for which the key is no longer good": "请填写该密钥不再有效的第一个日志序号",
    "an index of the log, or its size": "请填写日志中的序号，或日志的条目数",
    "key {kid} cannot be destroyed: {problem}": "密钥{kid}不能销毁：本登记处不持有这样的数据包密钥",
    "this cannot be the next root: {problem}": "该文件不能作为下一版根文件，请用 carbonlabel keys draft-root 重新起草",
    "the registry has no key {kid}": "登记处没有密钥{kid}",
    # tokens
    "say in one line of 1 to {most} characters what it is for": "请用一行说明用途，不超过{most}个字符",
    "a {kind} has the roles {roles}": "{kind}可以有的角色是：{roles}",
    "there is no token {key}": "没有令牌{key}",
    "this token is not known, or has ended: ask the operator for a new one (carbonlabel token create)": (
        "该令牌无效或已终止，请向运营方索取新令牌"
    ),
    "a number of days, from 1 to 365": "请填写1至365之间的天数",
    # signing in
    "e-mail, password or code is wrong, or the account has no organisation": (
        "邮箱、密码或验证码有误，或该账号不属于任何组织"
    ),
    "wait {seconds} seconds, then try again": "请等待{seconds}秒后重试",
    "there is a second factor already: have who manages people remove it first": (
        "已设置第二步验证，如需重设，请先由人员管理者移除"
    ),
    "you do not act for an organisation {member}": "您不代表组织{member}",
    "{member} needs a second factor: set one up first": "{member}要求第二步验证，请先设置",
    "another organisation of this person needs the second factor: ask the operator, who removes it with `carbonlabel "
    "person remove-second-factor`": (
        "此人所属的另一组织要求第二步验证：请联系运营方，由其用 carbonlabel person remove-second-factor 移除"
    ),
    "no second factor is being set up: begin anew": "第二步验证尚未开始设置，请重新开始",
    "this is not the code that the app shows now": "与验证器应用当前显示的验证码不符",
    "this is not your present password": "与当前密码不符",
    "this link is not known, was used, or has ended: ask for a new one": "该链接无效、已使用或已过期，请重新申请",
    "no invitation {invitation} waits": "没有待接受的邀请{invitation}",
    "a password has at least {least} characters: a few words do well": "密码至少{least}个字符，用几个词组成即可",
    "a password has at most {most} characters": "密码最多{most}个字符",
    "this password would be guessed: take one that is not your name, nor a few keys": (
        "该密码容易被猜中，请勿使用姓名或少数几个按键"
    ),
    "nobody is signed in with this, or no more: POST /v1/session": "登录已失效，请重新登录",
    "the second step of signing in is still to come: POST /v1/session/code": "尚未完成第二步验证",
    "send the header `Authorization: Bearer <token>`": "此处需要令牌",
    "send the header `Authorization: Bearer <metrics_token>`": "此处需要监控令牌",
    # people
    "nobody with the id {person} is of {member}": "{member}没有编号为{person}的人员",
    "choose among the roles": "请在所列角色中选择",
    "a {kind} gives at least one of these roles: {roles}": "{kind}至少应赋予以下一种角色：{roles}",
    "a name is one line of 1 to {most} characters": "姓名为一行文字，1至{most}个字符",
    "{member} would have no {role}: make somebody else one first": "{member}将没有{role}，请先将该角色赋予其他人",
    "the operator keeps two people: have another one accept an invitation first": (
        "运营方须保留两人，请先邀请另一人并待其接受"
    ),
}
