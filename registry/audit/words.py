"""The words of the audit trail, English beside Chinese: what was done, and to what."""

from registry.audit.steps import Did
from registry.pages.vocabulary import Both

DONE: dict[Did, Both] = {
    Did.CREATED: Both("created", "创建"),
    Did.CHANGED: Both("changed", "修改"),
    Did.SUBMITTED: Both("submitted", "提交"),
    Did.ASSIGNED: Both("assigned to a verification body", "分配核查机构"),
    Did.TAKEN_UP: Both("review taken up", "受理核查"),
    Did.HANDED_BACK: Both("review handed back", "退还核查任务"),
    Did.ASKED: Both("question asked", "提问"),
    Did.ANSWERED: Both("answered", "答复"),
    Did.RETURNED: Both("returned with findings", "附意见退回"),
    Did.RENEWED: Both("renewal begun", "开始续期"),
    Did.VERIFIED: Both("verified", "核查"),
    Did.PUBLISHED: Both("published", "发布"),
    Did.SUSPENDED: Both("suspended", "暂停"),
    Did.REINSTATED: Both("reinstated", "恢复"),
    Did.WITHDRAWN: Both("withdrawn", "撤销"),
    Did.LABELLED: Both("labels minted", "签发标签"),
    Did.APPLIED: Both("applied", "申请"),
    Did.APPROVED: Both("approved", "批准"),
    Did.REFUSED: Both("refused", "拒绝"),
    Did.JOINED: Both("joined", "加入"),
    Did.LEFT: Both("left", "退出"),
    Did.INVITED: Both("invited", "邀请"),
    Did.REMOVED: Both("removed", "移除"),
    Did.ENDED: Both("ended", "终止"),
    Did.SIGNED_IN: Both("signed in", "登录"),
    Did.SIGNED_OUT: Both("signed out", "退出登录"),
    Did.LOCKED_OUT: Both("locked out after failures", "因多次失败被锁定"),
    Did.PASSWORD_CHANGED: Both("password changed", "更改密码"),
    Did.RESET_ASKED: Both("new password asked for", "请求重设密码"),
    Did.SECOND_FACTOR_SET: Both("second factor set up", "设置双重验证"),
    Did.SECOND_FACTOR_REMOVED: Both("second factor removed", "移除双重验证"),
    Did.PROPOSED: Both("proposed", "提议"),
    Did.CONFIRMED: Both("confirmed", "确认"),
    Did.SCORED: Both("scored", "评分"),
    Did.RELEASED: Both("released", "发布"),
}
"""What was done."""

KINDS: dict[str, Both] = {
    "declaration": Both("declaration", "声明"),
    "record": Both("record", "记录"),
    "member": Both("organisation", "组织"),
    "person": Both("person", "人员"),
    "token": Both("token", "令牌"),
    "application": Both("application", "申请"),
    "invitation": Both("invitation", "邀请"),
    "approval": Both("proposal", "提议"),
    "key": Both("key", "密钥"),
    "call": Both("call for cases", "案例征集"),
    "case": Both("case", "案例"),
    "command line": Both("command line", "命令行"),
    "visitor": Both("visitor", "访客"),
    "registry": Both("registry", "登记处"),
}
"""To what, and by whom: what stands before the ``/`` of a subject, and who has no id."""
