"""The Chinese for values of sentences that are words of the registry's own: by the place where they stand."""

_STATES = {
    # declarations
    "draft": "草稿",
    "submitted": "已提交",
    "under-review": "核查中",
    "verified": "已核查",
    "published": "已发布",
    # records
    "active": "有效",
    "suspended": "已暂停",
    "reinstated": "已恢复",
    "withdrawn": "已撤销",
    # proposals and applications
    "proposed": "待确认",
    "confirmed": "已确认",
    "refused": "已拒绝",
    "used": "已执行",
    "too old": "已过期",
    "waiting": "待审核",
    "approved": "已批准",
    # cases
    "nominated": "已提名",
    "eligible": "符合资格",
    "ineligible": "不符合资格",
    "taken-back": "已撤回",
    # objections
    "filed": "待查阅",
    "admitted": "已受理",
    "answered": "已答复",
    "dismissed": "已驳回",
    "upheld": "已认定成立",
    # jobs
    "queued": "等待中",
    "running": "处理中",
    "done": "已完成",
    "failed": "失败",
    "cancelled": "已取消",
}
_PHASES = {
    "announced": "即将征集",
    "nominations": "征集中",
    "scoring": "评审中",
    "closed": "评审结束",
    "released": "已发布",
}
_EVENTS = {"suspended": "暂停", "reinstated": "恢复", "withdrawn": "撤销"}
_DECISIONS = {"admitted": "受理", "answered": "答复", "dismissed": "驳回", "upheld": "认定成立"}
_KINDS = {
    "manufacturer": "生产企业",
    "retailer": "零售企业",
    "verification-body": "核查机构",
    "research": "科研机构",
    "other": "其他组织",
    "operator": "运营方",
}
_ROLES = {
    "editor": "编辑",
    "signer": "签署人",
    "reviewer": "审核员",
    "expert": "评审专家",
    "operator": "运营人员",
}
_ACTIONS = {
    "declare": "申报",
    "read a draft": "查看草稿",
    "read a declaration": "查看声明",
    "revise": "修改",
    "register many from a file": "批量登记",
    "submit": "提交",
    "assign a verification body": "指定核查机构",
    "take up a review": "受理核查",
    "decline or hand back a review": "谢绝或退还核查任务",
    "ask a question": "提问",
    "answer a question": "回答提问",
    "return with findings": "附意见退回",
    "state a verification": "出具核查声明",
    "publish": "发布",
    "renew": "续期",
    "suspend": "暂停",
    "reinstate": "恢复",
    "withdraw": "撤销",
    "print labels, and mint those of lots and serial numbers": "打印标签，以及签发批次和序列号标签",
    "verify any number of labels in one batch": "不限数量批量核验标签",
    "read applications to join": "查看入盟申请",
    "decide on an application to join": "审核入盟申请",
    "change an organisation's particulars": "更改组织信息",
    "change a body's accreditation": "更改核查机构的认可资质",
    "change what an organisation is part of": "更改组织的隶属关系",
    "end a membership": "终止成员资格",
    "read people and tokens": "查看人员和令牌",
    "invite people, change their roles, remove them": "邀请人员、更改角色、移除人员",
    "make and end tokens": "创建和终止令牌",
    "propose and confirm what takes two people": "提议和确认须两人同意的操作",
    "enrol and end keys that sign declarations, and ask that all be signed": "管理自行签名的密钥及签名要求",
    "read objections": "查看异议",
    "admit, answer, dismiss or uphold an objection": "处理异议",
    "state a view on an objection": "就异议陈述意见",
    "read the audit trail": "查看审计记录",
    "nominate a case, or take one back": "提名或撤回案例",
    "score a case": "为案例评分",
    "run the call for cases of a year": "管理年度案例征集",
    "release the cases of a year": "发布年度案例",
    "retire or destroy a key, state that it is compromised, put a root in force": (
        "停用或销毁密钥、声明密钥已泄露、启用根文件"
    ),
}
_REASONS = {
    "member-left": "该组织已退出联盟",
    "not-in-plan": "该组织未参加该类别的计划",
    "no-record": "未列出任何记录",
    "no-place": "未列出场所的记录",
    "record-unknown": "记录不存在",
    "record-not-own": "记录属于其他成员",
    "record-not-valid": "记录目前无效",
}
_OPERATIONS = {
    "withdraw a record": "撤销记录",
    "retire a key": "停用密钥",
    "state that a key is compromised": "声明密钥已泄露",
    "destroy a key of the bundle": "销毁数据包密钥",
    "put a root in force": "启用根文件",
    "release the cases of a year": "发布年度案例",
    "bring a person into the operator": "让人员加入运营方",
}
VALUES: dict[str, dict[str, str]] = {
    "action": _ACTIONS,
    "decision": _DECISIONS,
    "event": _EVENTS,
    "kind": _KINDS,
    "needed": _STATES,
    "operation": _OPERATIONS,
    "phase": _PHASES,
    "phases": _PHASES,
    "reasons": _REASONS,
    "role": _ROLES,
    "roles": _ROLES,
    "state": _STATES,
}
"""By the name of the place. Any other value is told as it is."""

JOINED: dict[str, tuple[str, str]] = {"needed": (" or ", "或"), "phases": (" or ", "或")}
"""What stands between several values, in English and Chinese, where that is no comma."""
