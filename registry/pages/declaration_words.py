"""Every wording of the pages of declarations, English beside Chinese. A wording with ``{}`` takes values by name."""

from registry.pages.vocabulary import Both

DECLARATION_WORDS: dict[str, Both] = {
    "declarations": Both("Declarations", "声明"),
    "declarations_intro_owner": Both(
        "What your organisation declares, and what comes next.", "贵组织的声明及其下一步操作。"
    ),
    "declarations_intro_body": Both(
        "Declarations assigned to you, and those that any verification body may take up.",
        "分配给贵机构的声明，以及任何核查机构均可受理的声明。",
    ),
    "declarations_intro_operator": Both("All declarations that were submitted.", "所有已提交的声明。"),
    "no_declarations": Both("There is none here.", "此处没有声明。"),
    "first_declaration": Both(
        "There is none yet. Begin one, or register many at once from a file.",
        "尚无声明。请新建，或通过文件批量登记。",
    ),
    "every_state": Both("All", "全部"),
    "newer": Both("Newer", "较新"),
    "older": Both("Older", "较早"),
    "nameless": Both("Without a name", "未命名"),
    "changed_at": Both("Changed {when}", "更新于 {when}"),
    "state_and_next": Both("{state}. {next}", "{state}。{next}"),
    # the states
    "state_draft": Both("Draft", "草稿"),
    "state_submitted": Both("Submitted", "已提交"),
    "state_under-review": Both("Under review", "核查中"),
    "state_verified": Both("Verified", "已核查"),
    "state_published": Both("Published", "已发布"),
    # what comes next
    "next_owner_draft": Both("Complete it, then submit it to a verification body.", "请完善内容，然后提交给核查机构。"),
    "next_owner_submitted": Both("Waits for a verification body to take it up.", "等待核查机构受理。"),
    "next_owner_under-review": Both("A verification body is looking at it.", "核查机构正在核查。"),
    "next_owner_asked": Both("Answer what the verification body asks.", "请回答核查机构的提问。"),
    "next_owner_verified": Both("Verified: the operator publishes it.", "已通过核查，等待运营方发布。"),
    "next_owner_revoked": Both(
        "The record of a part of it is suspended or withdrawn, so it cannot be published. The verification body or the "
        "operator returns it to you, for you to name a record that stands.",
        "其组成部分的记录已暂停或撤销，因此不能发布。核查机构或运营方会将声明退回，届时请改用现行记录。",
    ),
    "next_body_submitted": Both("Take it up, if you will review it.", "如愿核查，请受理。"),
    "next_body_assigned": Both("Assigned to you: take it up, or decline.", "已分配给贵机构：请受理或谢绝。"),
    "next_body_under-review": Both(
        "Ask, return it with findings, or state your verification.", "可以提问、附意见退回，或出具核查声明。"
    ),
    "next_body_asked": Both("The owner has a question of yours to answer.", "等待企业回答您的提问。"),
    "next_body_verified": Both(
        "You have stated your verification; the operator publishes.", "核查声明已出具，等待运营方发布。"
    ),
    "next_body_barred": Both(
        "You are of its owner as well, or acted for it on this declaration: a colleague has to review it.",
        "您同时属于声明所有者，或曾代表其办理过本声明，须由贵机构其他人员核查。",
    ),
    "next_body_revoked": Both(
        "The record of a part of it is suspended or withdrawn, so it cannot be published. Return it, unless the record "
        "is about to be reinstated.",
        "其组成部分的记录已暂停或撤销，因此不能发布。请退回该声明，除非该记录即将恢复。",
    ),
    "next_operator_submitted": Both(
        "Assign a verification body, or leave it to any.", "可指定核查机构，或由任一核查机构受理。"
    ),
    "next_operator_assigned": Both("Waits for the body that it is assigned to.", "等待被指定的核查机构受理。"),
    "next_operator_under-review": Both("Is being reviewed.", "正在核查。"),
    "next_operator_asked": Both(
        "Is being reviewed: the owner has a question to answer.", "正在核查：等待企业回答提问。"
    ),
    "next_operator_verified": Both("Publish it, or return it.", "请发布或退回。"),
    "next_operator_revoked": Both(
        "The record of a part of it is suspended or withdrawn, so it cannot be published. Return it, unless the record "
        "is about to be reinstated.",
        "其组成部分的记录已暂停或撤销，因此不能发布。请退回该声明，除非该记录即将恢复。",
    ),
    # how a record stands
    "stands_active": Both("In the public log, with its label.", "已载入公开日志并生成标签。"),
    "stands_suspended": Both("Suspended: not to be relied on for now.", "已暂停，请暂勿采信。"),
    "stands_withdrawn": Both("Withdrawn, for good.", "已永久撤销。"),
    "stands_expired": Both("Its validity has ended.", "有效期已过。"),
    "stands_superseded": Both("A newer declaration has taken its place.", "已被更新的声明取代。"),
    "stands_renewed": Both(
        "Renewed: a declaration about a later period has taken its place.", "已续期，由更新统计期的声明取代。"
    ),
    "stands_because": Both("{stands} {reason}", "{stands}{reason}"),
    # what became of a record
    "record_in_log": Both("Record in the public log", "公开日志中的记录号"),
    "standing": Both("Standing", "状态"),
    "see_newer": Both("The declaration that took its place", "取代本声明的声明"),
    "history": Both("History", "历史"),
    "history_when": Both("When", "时间"),
    "history_what": Both("What", "事项"),
    "history_by": Both("By", "操作方"),
    "history_why": Both("Why", "理由"),
    "history_entry": Both("Log entry", "日志条目"),
    "history_reason": Both("Reason given: {reason}", "所述理由：{reason}"),
    "happened_published": Both("published", "发布"),
    "happened_superseded": Both(
        "a newer declaration took its place (record {record})", "已被更新的声明取代（记录 {record}）"
    ),
    "happened_suspended": Both("suspended", "暂停"),
    "happened_reinstated": Both("reinstated", "恢复"),
    "happened_withdrawn": Both("withdrawn", "撤销"),
    # a declaration
    "what_is_declared": Both("What is declared", "声明内容"),
    "not_known": Both("not known", "未知"),
    "owner": Both("Owner", "所有者"),
    "review_by": Both("Verification body", "核查机构"),
    "taken_up_at": Both("{body}, taken up {when}", "{body}，{when}受理"),
    "assigned_at": Both("{body}, assigned {when}", "{body}，{when}分配"),
    "reference_period": Both("Reference period", "数据统计期"),
    "validity_period": Both("Validity", "有效期"),
    "period": Both("{first} to {last}", "{first}至{last}"),
    "see_record": Both("The public page of this product", "该产品的公开页面"),
    "print_label": Both("Print it on sheets or rolls", "打印成标签页或卷标"),
    "see_declaration": Both("The declaration", "该声明"),
    "see_label": Both("The label (SVG)", "标签（SVG）"),
    "back_to_declarations": Both("All declarations", "全部声明"),
    "findings": Both("Findings", "检查意见"),
    "no_findings": Both("Nothing was found to be wrong.", "未发现问题。"),
    "finding_error": Both("has to be mended", "必须修改"),
    "finding_warning": Both("needs the reviewer's word", "需核查人员说明"),
    "accepted_with": Both("Accepted: {sentence}", "已接受：{sentence}"),
    "wrong_findings": Both(
        "Not done yet: see what is listed under findings.", "尚未完成：请先处理“检查意见”中列出的各项。"
    ),
    "questions": Both("Questions and answers", "问答"),
    "question_open": Both("open", "待回答"),
    "question_answered": Both("answered", "已回答"),
    "question_closed": Both("closed", "已关闭"),
    "asked_by": Both("{body}, {when}", "{body}，{when}"),
    "about_field": Both("About: {field}", "涉及：{field}"),
    "answered_with": Both("Answer: {answer}", "回答：{answer}"),
    "returned_by": Both("Returned by {who}, {when}", "{who}于{when}退回"),
    # a draft
    "draft_title": Both("A draft", "草稿"),
    "draft_intro": Both(
        "What is missing or wrong is said once it is kept; nothing is lost, and only your organisation reads it.",
        "保存后会列出缺失或有误之处；内容不会丢失，本组织以外无人可查看。",
    ),
    "changed_meanwhile": Both(
        "Somebody changed this draft while you filled it in. What you typed stands below and is not kept yet: compare "
        "it with the draft as it is, then keep it in its place.",
        "您填写期间，此草稿已被他人修改。您填写的内容保留在下方，尚未保存：请先与现有草稿核对，再保存以替换。",
    ),
    "draft_as_held": Both("The draft as it is now", "现有草稿"),
    "new_declaration": Both("Begin a declaration", "新建声明"),
    "edit_declaration": Both("Change the draft", "修改草稿"),
    "keep_draft": Both("Keep the draft", "保存草稿"),
    "for_example": Both("For example {example}", "例如 {example}"),
    # what can be done
    "submit_title": Both("Submit", "提交"),
    "submit": Both("Submit", "提交"),
    "choose_body": Both("Verification body", "核查机构"),
    "any_body": Both("Any that takes it up", "不指定（任一机构受理）"),
    "take_back_declaration": Both("Take it back, to change it", "撤回修改"),
    "take_up": Both("Take it up", "受理"),
    "hand_back_title": Both("Decline, or hand back", "谢绝或退还任务"),
    "hand_back": Both("Hand it back", "退还"),
    "ask_title": Both("Ask the owner", "向企业提问"),
    "ask": Both("Ask", "提问"),
    "question": Both("Question", "问题"),
    "field_meant": Both("About which field", "涉及字段"),
    "whole_declaration": Both("The declaration as a whole", "整份声明"),
    "answer": Both("Answer", "回答"),
    "send_answer": Both("Send the answer", "提交回答"),
    "return_title": Both("Return with findings", "附意见退回"),
    "return_hint": Both("It is a draft again, for its owner to mend.", "退回后恢复为草稿，由企业修改。"),
    "return": Both("Return it", "退回"),
    "finding_number": Both("Finding {number}: what is wrong, and how to mend it", "意见{number}：问题及修改方法"),
    "finding_field": Both("Finding {number}: which field", "意见{number}：涉及字段"),
    "verify_title": Both("State your verification", "出具核查声明"),
    "verify": Both("State the verification", "出具核查声明"),
    "verification_standard": Both("Standard of the verification", "核查依据的标准"),
    "level": Both("Level of assurance", "保证等级"),
    "level_limited": Both("Limited", "有限保证"),
    "level_reasonable": Both("Reasonable", "合理保证"),
    "verified_on": Both("Day on which all was checked", "核查完成日期"),
    "report_sha256": Both("SHA-256 of the report", "核查报告的SHA-256"),
    "report_hint": Both(
        "64 hexadecimal digits: sha256sum report.pdf shows them.", "64位十六进制数字，可用 sha256sum report.pdf 得到。"
    ),
    "report_url": Both("Public address of the report", "核查报告的公开网址"),
    "your_word": Both("Why it stands nevertheless: {warning}", "请说明为何仍可接受：{warning}"),
    "assign_title": Both("Assign a verification body", "指定核查机构"),
    "assign": Both("Assign", "指定"),
    "no_body": Both("No verification body is eligible now.", "目前没有符合条件的核查机构。"),
    "publish": Both("Publish", "发布"),
    "publish_title": Both("Publish", "发布"),
    "renew_title": Both("Renew", "续期"),
    "renew": Both("Begin a renewal", "开始续期"),
    "renew_hint": Both(
        "A new draft with what this one says, but for its periods. Once published, it takes the place of this one.",
        "以本声明内容新建草稿，但须重新填写数据统计期和有效期；发布后将取代本声明。",
    ),
    # how a record stands, changed
    "suspend": Both("Suspend", "暂停"),
    "suspend_effect": Both(
        "From then on every scan of its labels says: suspended, do not rely on this label for now, with your reason. "
        "Devices that check offline say it after their next update. Labels in shops can stay: once the record is "
        "reinstated they are good again.",
        "暂停后，扫描其任一标签都会显示“已暂停，请暂勿采信”及您填写的理由；离线核验设备在下次更新后显示。"
        "商店中的标签无须撤下：记录恢复后即重新有效。",
    ),
    "reinstate": Both("Reinstate", "恢复"),
    "reinstate_effect": Both(
        "Every scan of its labels says again what it said before the suspension; labels in shops stay as they are. "
        "The suspension remains in the public log, with both reasons.",
        "恢复后，扫描其标签将重新显示暂停之前的结果，商店中的标签无须更换。暂停一事及两次的理由仍保留在公开日志中。",
    ),
    "withdraw_effect": Both(
        "For good: nobody can undo it. From then on every scan of its labels says: withdrawn, do not rely on this "
        "label, with your reason. So labels in shops have to be taken down; they are never good again, also when the "
        "product is declared anew.",
        "撤销不可恢复。撤销后，扫描其任一标签都会显示“已撤销，请勿采信”及您填写的理由。"
        "因此商店中的标签须撤下；即使重新声明该产品，原标签也不再有效。",
    ),
    "withdraw_two": Both(
        "The operator has two people: another one has to confirm it within a week, and until then nothing changes.",
        "运营方有两人以上：须由另一人在一周内确认，在此之前一切不变。",
    ),
    "withdrawal_waits": Both(
        "Its withdrawal was asked for. It is done once another person of the operator confirms it, until {until}; "
        "until then nothing changes.",
        "已申请撤销该记录，待运营方另一人在{until}之前确认后生效，在此之前一切不变。",
    ),
    "confirm_record": Both("Type the record's number to confirm", "请输入记录号以确认"),
    "confirm_record_hint": Both("That is: {record}", "即：{record}"),
}
