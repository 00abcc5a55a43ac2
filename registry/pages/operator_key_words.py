"""Every wording of the desk for the registry's keys, and of what two people agree on, English beside Chinese."""

from registry.pages.vocabulary import Both

OPERATOR_KEY_WORDS: dict[str, Both] = {
    # what two people agree on
    "operation_withdraw_record": Both("Withdraw record {first}", "撤销记录 {first}"),
    "operation_retire_key": Both("Retire key {first}", "停用密钥 {first}"),
    "operation_compromise_key": Both(
        "State that key {first} is compromised from index {second} on", "声明密钥 {first} 自序号 {second} 起泄露"
    ),
    "operation_destroy_key": Both("Destroy key {first}", "销毁密钥 {first}"),
    "operation_install_root": Both("Put root {first} in force", "启用第 {first} 版根元数据"),
    "operation_release_cases": Both(
        "Release the cases of {first}, SHA-256 {second}", "发布 {first} 年度案例，SHA-256 {second}"
    ),
    "operation_bring_in": Both("Invite {first} into the operator", "邀请 {first} 加入运营方"),
    "look_at_it": Both("Look at it", "查看"),
    # the desk
    "registry_keys": Both("Keys of the registry", "登记处密钥"),
    "registry_keys_intro": Both(
        "What the registry signs with. Before a key ends, or another root is in force, two people of the operator "
        "agree to it here: one proposes, another confirms within a week, and whoever has the home folder runs the "
        "command.",
        "登记处用于签名的密钥。停用密钥或启用新的根元数据之前，须由运营方两人在此同意：一人提议，另一人在一周内确认，"
        "再由持有主目录的人运行命令。",
    ),
    "keys_alone": Both(
        "The operator has one person so far: nobody could confirm, and the commands go on at once. From the second "
        "person on, they wait for two.",
        "运营方目前只有一人，无人可以确认，命令可直接运行。第二人加入后，须经两人同意方可运行。",
    ),
    "keys_proposed": Both(
        "It is proposed. Another person of the operator confirms it here.", "已提议，待运营方另一人在此确认。"
    ),
    "keys_proposed_by": Both("Proposed by {who}, {when}. {reason}", "{who} 于 {when} 提议：{reason}"),
    "keys_agreed": Both("Agreed on, to be run: {what}", "已同意，待运行：{what}"),
    "keys_agreed_until": Both(
        "Whoever has the home folder runs this before {until}. It counts once.",
        "请由持有主目录的人在 {until} 之前运行以下命令，仅一次有效。",
    ),
    "keys_of_log": Both("Keys of the log", "日志密钥"),
    "keys_of_bundle": Both("Keys of the bundle", "数据包密钥"),
    "keys_root": Both("Root {version}, good until {until}.", "根元数据第 {version} 版，有效期至 {until}。"),
    "keys_no_root": Both(
        "There is no root yet: “carbonlabel keys ceremony” signs the first.",
        "尚无根元数据，请运行“carbonlabel keys ceremony”签署第一版。",
    ),
    "key_use": Both("Signs", "用途"),
    "key_use_record": Both("entries of the log", "日志条目"),
    "key_use_label": Both("labels", "标签"),
    "key_use_log": Both("checkpoints of the log", "日志检查点"),
    "key_use_targets": Both("the bundle: targets", "数据包：targets"),
    "key_use_snapshot": Both("the bundle: snapshot", "数据包：snapshot"),
    "key_use_timestamp": Both("the bundle: timestamp", "数据包：timestamp"),
    "key_use_root": Both("the next root", "下一版根元数据"),
    "key_since": Both("Since", "起始"),
    "key_from": Both("{day}, from index {first}", "{day}，自序号 {first}"),
    "key_from_to": Both("{day}, from index {first}, not from {until} on", "{day}，自序号 {first} 至 {until}（不含）"),
    "key_since_root": Both("root {version}", "根元数据第 {version} 版"),
    "key_since_nothing": Both("no root yet", "尚未列入"),
    "key_named": Both("in force", "有效"),
    "key_with_holder": Both("in force, with its holder", "有效，由持有人保管"),
    "key_lost": Both("in force, but not in this home", "有效，但不在本主目录"),
    "key_not_named": Both("not named by the newest root", "最新根元数据未列入"),
    "key_propose": Both("Propose", "提议"),
    "key_of": Both("Key {kid}", "密钥 {kid}"),
    "key_command": Both("Once it is confirmed, whoever has the home folder runs:", "确认后，由持有主目录的人运行："),
    "key_reason": Both("Why, in one line", "理由（一行）"),
    "key_reason_hint": Both("Your colleague reads it. It is not public.", "供同事确认时参考，不公开。"),
    "key_nothing": Both("Nothing more can be done to this key here.", "此密钥在此没有可办理的操作。"),
    # what each does
    "key_retire_title": Both("Retire it", "停用"),
    "key_retire": Both("Propose to retire it", "提议停用"),
    "key_retire_record": Both(
        "Labels in shops stay valid. A new key signs the log from the next entry on.",
        "门店中的标签继续有效。此后的日志条目由新密钥签名。",
    ),
    "key_retire_label": Both(
        "Labels in shops stay valid. A new key signs new labels: a shop that has not synced since calls those "
        "“Cannot be checked: unknown signer” until it does.",
        "门店中的现有标签继续有效。新标签由新密钥签发，尚未同步数据包的门店会提示“无法核验：签发方未知”，同步后即正常。",
    ),
    "key_retire_log": Both(
        "Labels in shops stay valid. A new key signs the next checkpoint: tell the witnesses its verifier key, or they "
        "cosign nothing more.",
        "门店中的标签继续有效。下一个检查点由新密钥签名，请将其验证密钥告知各见证方，否则不再获得联署。",
    ),
    "key_compromise_title": Both("It was stolen, or may have been", "已泄露或可能泄露"),
    "key_compromise": Both("Propose to state so", "提议声明泄露"),
    "key_compromise_record": Both(
        "Once a shop has synced, labels of the records that this key signed from that index on are “Not genuine”, "
        "those of genuine records too, until they are declared, verified and published again, and printed anew. "
        "Labels of records below it stay valid. If the key is in force, a new one takes its place.",
        "门店同步后，该序号起由此密钥签名的记录，其标签一律显示“标签系伪造”，真实记录也不例外，"
        "须重新声明、核查、发布并重新印制标签。此前记录的标签继续有效。若该密钥仍有效，则由新密钥接替。",
    ),
    "key_compromise_label": Both(
        "Once a shop has synced, labels that this key signed for records from that index on are “Not genuine”. They "
        "are minted again at once, and have to be printed anew. Labels of records below it stay valid. If the key is "
        "in force, a new one takes its place.",
        "门店同步后，该序号起由此密钥为记录签发的标签一律显示“标签系伪造”。这些标签立即重新签发，须重新印制。"
        "此前记录的标签继续有效。若该密钥仍有效，则由新密钥接替。",
    ),
    "key_compromise_log": Both(
        "Labels in shops stay valid, and nothing is printed anew. Checkpoints of that size or more that this key "
        "signed count no more. If the key is in force, a new one takes its place: tell the witnesses its verifier key "
        "at once.",
        "门店中的标签继续有效，无须重新印制。由此密钥签名、达到该大小的检查点不再有效。"
        "若该密钥仍有效，则由新密钥接替，请立即将其验证密钥告知各见证方。",
    ),
    "key_first": Both("From which log index on", "自哪个日志序号起"),
    "key_first_record": Both(
        "The first record that you cannot vouch for. If you can vouch for all: {size}, the size of the log.",
        "您无法确认真实性的第一条记录。若全部可以确认，请填写日志大小 {size}。",
    ),
    "key_first_log": Both(
        "The size of the last checkpoint that is yours. The log has {size} entries.",
        "最后一个由登记处自己签署的检查点的大小。日志现有 {size} 个条目。",
    ),
    "key_affected": Both("Records from that index on: {count}", "该序号起的记录数：{count}"),
    "key_destroy_title": Both("Destroy its private half", "销毁私钥"),
    "key_destroy": Both("Propose to destroy it", "提议销毁"),
    "key_destroy_bundle": Both(
        "Labels in shops stay valid. The private half is removed from this home for good, and signs nothing more here; "
        "what others may have of it is not. The command goes on once the newest root does not name the key.",
        "门店中的标签继续有效。私钥将从本主目录永久移除，不再用于签名；他人可能持有的副本不受影响。"
        "最新根元数据不再列入该密钥后，命令方可执行。",
    ),
    "root_title": Both("The next root", "下一版根元数据"),
    "root_intro": Both(
        "Labels in shops stay valid, and shops notice nothing, as long as this home holds the keys that the root "
        "names. Verifiers that sync then believe what those keys sign, and nothing else. Only a later root takes that "
        "back.",
        "只要本主目录持有该版根元数据所列密钥，门店中的标签继续有效，门店不受影响。"
        "此后同步的验证方只采信这些密钥的签名。启用后只能以更新的版本更改。",
    ),
    "root_file": Both("The file that “carbonlabel keys draft-root” wrote", "“carbonlabel keys draft-root” 生成的文件"),
    "root_file_hint": Both(
        "Signed by the holders of root keys or not yet: what is agreed on is what they sign.",
        "根密钥持有人签名前后均可上传：同意的对象是其签名的内容。",
    ),
    "root_propose": Both("Propose to put it in force", "提议启用"),
    "root_sha256": Both(
        "SHA-256 {digest}, as “carbonlabel keys sign-root” says it.",
        "SHA-256 {digest}，与“carbonlabel keys sign-root”所示一致。",
    ),
    "root_until": Both("Good until {until}.", "有效期至 {until}。"),
    "root_keys": Both("{role}: {keys}", "{role}：{keys}"),
    "root_threshold": Both("{role}: {threshold} of {keys}", "{role}：{keys} 中的 {threshold} 个"),
    "root_new_key": Both("{kid} (new)", "{kid}（新）"),
    "root_no_more": Both("{role}, no more: {keys}", "{role}，不再列入：{keys}"),
    "root_not_held": Both(
        "This home holds no key of those for {role}: in force, nothing more could be published.",
        "本主目录不持有为“{role}”列出的密钥，启用后将无法发布。",
    ),
    "root_witnesses": Both("Witnesses: {threshold} of {names}", "见证方：{names} 中的 {threshold} 个"),
    "root_no_witnesses": Both("Witnesses: none have to cosign", "见证方：无须联署"),
}
