"""Every phrase of the pages, English beside Chinese. A phrase with ``{}`` takes values by name."""

from registry.pages.vocabulary import Both

PHRASES: dict[str, Both] = {
    # the frame
    "skip": Both("Skip to the content", "跳到正文"),
    "switch": Both("Language", "语言"),
    "search_registry": Both("Search the registry", "查询登记处"),
    "join": Both("Join the alliance", "申请加入联盟"),
    "sign_in": Both("Sign in", "登录"),
    "desks": Both("Desks", "工作台"),
    "unnamed": Both("Product without a name", "未命名商品"),
    "comma": Both(", ", "、"),
    # the first screen of a scan
    "see_newer": Both("See the newer declaration", "查看更新的声明"),
    "ask": Both("Is this the product in your hand?", "这是您手中的商品吗？"),
    "ask_hint": Both(
        "Compare name and barcode number. If they differ, the label was copied.",
        "请核对名称和条形码下的数字。若不一致，标签即为盗用。",
    ),
    "ask_place": Both("Is this the place you are at?", "这是您所在的地点吗？"),
    "ask_place_hint": Both("If it is not, the label was copied.", "若不是，标签即为盗用。"),
    "made_for": Both("This label was made for", "此标签属于"),
    "label_says": Both("The label names this number; nothing confirms it", "标签上写有以下编号，未经证实"),
    "label_names": Both("The link names this number", "链接中写有以下编号"),
    "gtin": Both("GTIN", "GTIN"),
    "gln": Both("GLN", "GLN"),
    "lot": Both("Lot", "批号"),
    "serial": Both("Serial", "序列号"),
    "carbon_footprint": Both("Carbon footprint", "碳足迹"),
    "not_relied": Both("Not to be relied on", "请勿采信"),
    "data_of": Both("Data from {year}", "{year}年数据"),
    "checked_by": Both("Checked by", "核查机构"),
    "for_demonstration": Both("{level} (as an example)", "{level}（仅为演示）"),
    "validity": Both("Validity", "有效期"),
    "stands_until": Both("Stands until {day}", "有效期至{day}"),
    "stood_until": Both("Stood until {day}", "有效期已于{day}结束"),
    "suspended_on": Both("Suspended on {day}", "{day}暂停"),
    "because": Both("{since}: {reason}", "{since}：{reason}"),
    "withdrawn_on": Both("Withdrawn on {day}", "{day}撤销"),
    # what the registry says
    "registered_gtin": Both("What the registry says of this GTIN", "登记处关于此 GTIN 的记录"),
    "registered_gln": Both("What the registry says of this place", "登记处关于此地点的记录"),
    "registered_hint": Both(
        "From the registry, not from the label in your hand.", "以下内容来自登记处，而非您手中的标签。"
    ),
    "what_was_read": Both("What was read", "读取到的内容"),
    # stages
    "stages_title": Both("Where it comes from", "排放来自哪里"),
    "stages_caption": Both(
        "Life-cycle stages, {per}. Names in small print are the company's own.",
        "各生命周期阶段，{per}。小字为企业自己的叫法。",
    ),
    "stages_caption_plain": Both("Life-cycle stages, {per}.", "各生命周期阶段，{per}。"),
    "stage": Both("Stage", "阶段"),
    "share": Both("Share", "占比"),
    "total": Both("Declared total", "声明总量"),
    "unknown": Both("unknown", "未知"),
    "stages_unknown": Both(
        "Striped: the company gave no figure. Unknown does not mean zero.", "条纹：企业未提供数值。未知不等于零。"
    ),
    "stages_differ": Both(
        "The stages given add up to {sum}, not to the declared total.", "已列各阶段合计为 {sum}，与声明总量不一致。"
    ),
    "stages_d": Both(
        "What lies beyond the life cycle (D) is not part of the total.", "系统边界外 (D) 的数值不计入总量。"
    ),
    "stages_reason": Both("The company's reason: {reason}", "企业的说明：{reason}"),
    "no_stages": Both(
        "The company declared one total, without figures for single stages.", "企业只声明了总量，未列出各阶段数值。"
    ),
    # below
    "warnings_title": Both("Keep in mind", "请注意"),
    "old_data": Both(
        "The data are from {year}, about {age} years before this declaration. The product may have changed since.",
        "数据来自{year}年，比本声明早约{age}年。此后商品可能已有变化。",
    ),
    "old_data_place": Both(
        "The data are from {year}, about {age} years before this declaration. The place may have changed since.",
        "数据来自{year}年，比本声明早约{age}年。此后该地点可能已有变化。",
    ),
    "versions_title": Both("All declarations of this product", "该商品的全部声明"),
    "versions_title_place": Both("All declarations of this place", "该地点的全部声明"),
    "version": Both("Version {version}", "第 {version} 版"),
    "this_label": Both("this label", "此标签"),
    "than_before": Both("{change} than the version before it", "较上一版{change}"),
    "unchanged": Both("unchanged from the version before", "与上一版相同"),
    "not_comparable": Both(
        "not comparable with the version before: measured per something else or for another part of the life cycle",
        "与上一版不可比：计量单位或涵盖范围不同",
    ),
    "published": Both("published {day}", "{day}发布"),
    "record_number": Both("record {record}", "记录 {record}"),
    "more_versions": Both("All {count} versions", "全部 {count} 个版本"),
    "about_title": Both("About the product", "商品详情"),
    "about_title_place": Both("About the place", "地点详情"),
    "owner": Both("Declared by", "声明企业"),
    "period": Both("Data from", "数据时段"),
    "from_to": Both("{start} to {end}", "{start}至{end}"),
    "made_in": Both("Made in", "产地"),
    "made_in_place": Both("Where it is", "所在地"),
    "standards": Both("Method", "核算标准"),
    "gwp_basis": Both("Climate factors", "增温潜势依据"),
    "primary": Both("From measurements, not averages", "实测（初级）数据占比"),
    "fossil": Both("Of which fossil", "其中：化石源"),
    "biogenic": Both("Of which biogenic", "其中：生物源"),
    "luluc": Both("Of which land use", "其中：土地利用"),
    "uptake": Both("Carbon taken up by plants, not in the total", "植物吸收的碳，不计入总量"),
    "removals": Both("Carbon removed, not in the total", "清除的碳，不计入总量"),
    "check_standard": Both("Checked against", "核查依据"),
    "check_day": Both("Checked on", "核查日期"),
    "check_accreditation": Both("Accreditation of the body", "核查机构资质"),
    "report_title": Both("The report", "核查报告"),
    "report_link": Both("Open the report", "打开报告"),
    "report_none": Both("The report is not published.", "报告未公开。"),
    "report_hash": Both(
        "Fingerprint (SHA-256) of the report. Whoever has the file can compare it.",
        "报告的指纹（SHA-256），持有该文件者可自行比对。",
    ),
    "object_title": Both("Something wrong?", "有异议？"),
    "object": Both(
        "Write to the operator of this registry, {operator}, and name record {record}. "
        "The operator can suspend or withdraw a record, and the public log then says so and why.",
        "请致函本登记处的运营方（{operator}），并注明记录编号 {record}。"
        "运营方可以暂停或撤销记录，公开日志会写明并说明原因。",
    ),
    "objected": Both(
        "Objections to this record: {open} open, {upheld} upheld", "对此记录的异议：处理中 {open} 项，成立 {upheld} 项"
    ),
    "object_link": Both("Object to this record", "对此记录提出异议"),
    "object_unknown": Both(
        "If you think this answer is wrong, write to the operator of this registry, {operator}, "
        "and keep the label: it is the evidence.",
        "若您认为此结果有误，请致函本登记处的运营方（{operator}），并保留标签作为证据。",
    ),
    # the proof
    "proof_title": Both("Proof, and how to check it yourself", "证明，以及如何自行核验"),
    "proof_record": Both("Record in the public log", "公开日志中的记录"),
    "proof_named": Both("Record that the label names", "标签所称的记录"),
    "proof_signed": Both("Signed record", "已签名的记录"),
    "proof_member": Both("Declaration", "声明"),
    "proof_by_member": Both("Signed by the manufacturer itself", "由企业自行签名"),
    "proof_leaf": Both("Leaf hash of the record", "记录的叶哈希"),
    "proof_log": Both("Log it was judged against", "判定所依据的日志"),
    "proof_log_size": Both("{size} entries, {moment}", "{size} 条，{moment}"),
    "proof_freshness": Both("How recent", "时效"),
    "proof_key": Both("Key that signed the label", "签发标签的密钥"),
    "proof_reason": Both("Reason code", "原因代码"),
    "proof_artwork": Both("The label to print", "可打印的标签"),
    "proof_text": Both("Text of the label", "标签文本"),
    "proof_self": Both(
        "Trust nobody: take a copy of the log's facts (carbonlabel sync) and ask it without this website.",
        "不必信任任何人：取得日志数据的副本（carbonlabel sync），即可不经本网站自行核验。",
    ),
    # search
    "search_label": Both("Product, company, GTIN or label", "商品、企业、GTIN 或标签"),
    "search_button": Both("Search", "查询"),
    "search_hint": Both(
        "A name, a company, the number under a barcode, or the text of a label.",
        "可输入名称、企业、条形码下的数字，或粘贴标签文本。",
    ),
    "search_start": Both("What is its carbon footprint?", "它的碳足迹是多少？"),
    "search_intro": Both(
        "Find what a product's maker declared, who checked it, and whether it still stands.",
        "查找企业为商品所作的碳足迹声明、核查机构，以及声明是否仍然有效。",
    ),
    "search_page": Both("Search", "查询"),
    "search_results": Both("Results for “{query}”", "“{query}”的查询结果"),
    "search_all": Both("All products", "全部商品"),
    "search_empty": Both("Nothing found for “{query}”", "未找到“{query}”"),
    "search_one": Both("1 declaration", "1 条声明"),
    "search_more": Both("More than {count} declarations: the newest", "超过 {count} 条声明，显示最新部分"),
    "search_count": Both("{count} declarations", "{count} 条声明"),
    "empty_next": Both("What to try next", "可以试试"),
    "empty_spelling": Both(
        "One word less, or another spelling; the company's name alone finds all its products.",
        "少输入一个词，或换一种写法；只输入企业名称可找到其全部商品。",
    ),
    "empty_number": Both(
        "The number under the barcode: 8, 12, 13 or 14 digits, with or without spaces.",
        "条形码下的数字：8、12、13 或 14 位，可带空格。",
    ),
    "empty_label": Both(
        "The text of the label, which begins with https://. If the product is not found either way, "
        "nobody has declared it here.",
        "以 https:// 开头的标签文本。若仍未找到，说明该商品尚未在此登记。",
    ),
    "pages_label": Both("Pages of results", "结果分页"),
    "page_of": Both("Page {page} of {pages}", "第 {page} 页，共 {pages} 页"),
    "previous": Both("Previous", "上一页"),
    "next": Both("Next", "下一页"),
    "download_list": Both("This list as", "下载此列表："),
    # a trace
    "trace_title": Both("What it is made of", "由什么组成"),
    "trace_open": Both("What it is made of, down to raw material", "由什么组成，追溯至原材料"),
    "trace_caption": Both(
        "Parts and their parts, each with what it adds {per} of the product at the top.",
        "各组成部分逐级列出，数值为最上方商品{per}中所含的排放量。",
    ),
    "trace_part": Both("Part", "组成部分"),
    "trace_caption_place": Both(
        "Parts and their parts, each with what it adds {per} of the place at the top.",
        "各组成部分逐级列出，数值为最上方地点{per}中所含的排放量。",
    ),
    "trace_level": Both("Level {level}: ", "第 {level} 级："),
    "trace_own": Both("Of it, the maker's own", "其中：企业自身"),
    "trace_own_hint": Both(
        "“The maker's own” is the declared footprint less the parts listed below it: what happens in the factory, and "
        "supplies that are not named.",
        "“企业自身”为声明的碳足迹减去所列组成部分，即工厂自身的排放以及未列出的供应。",
    ),
    "trace_covered": Both(
        "{share} of this footprint is backed by the records of its parts.",
        "该碳足迹的 {share} 有组成部分的记录为依据。",
    ),
    "trace_part_covered": Both("{share} backed by records", "{share} 有记录为依据"),
    "trace_no_parts": Both(
        "The company named no parts: the footprint rests on its own declaration alone.",
        "企业未列出组成部分：该碳足迹仅以其自身声明为依据。",
    ),
    "trace_counted": Both("Parts: {nodes}. Companies: {members}.", "组成部分：{nodes}；企业：{members}。"),
    "trace_stated": Both("the company's own figure, no record", "企业自行填写，无记录"),
    "trace_cycle": Both("contains itself; not counted as backed", "包含其自身，不作为依据"),
    "trace_more": Both("has parts of its own; open it", "另有组成部分，请点开查看"),
    "trace_unknown": Both("no such record, or another unit", "无此记录或单位不符"),
    "trace_stale": Both(
        "These records of parts do not hold any more, or have a newer version:",
        "以下组成部分的记录已失效或已有新版本：",
    ),
    "trace_bound": Both(
        "Not everything is opened here. Open a part to go on from there.",
        "此处未全部展开。点开某一组成部分可继续查看。",
    ),
    "trace_left_out": Both("{count} more lines are in the JSON.", "另有 {count} 行，见 JSON。"),
    # an area statement
    "area_title": Both("What this area emits in a year", "该区域的年度排放"),
    "area_open": Both("The products of this area, added up", "该区域产品的年度汇总"),
    "area_caption": Both(
        "What was made or bought here in the year, and how much of it is inside other products of the area.",
        "当年在此生产或购入的产品，以及其中已包含在区域内其他产品中的部分。",
    ),
    "area_product": Both("Product", "产品"),
    "area_supplied": Both("{value} kg CO₂e of it inside others", "其中 {value} kg CO₂e 已含在其他产品中"),
    "area_made": Both("made here", "在此生产"),
    "area_bought": Both("bought", "购入"),
    "area_gross": Both("All products", "全部产品"),
    "area_internal": Both("Less what one supplies to another", "减：内部供应"),
    "area_total": Both("Each emission counted once", "合计（不重复计算）"),
    "area_own": Both("Emitted in the area, and supplies that nobody names", "区域内排放及未列出的供应"),
    "area_external": Both("From outside, in what was bought", "来自区域外的购入"),
    "area_declared": Both("Declared for the place itself", "该地点自身声明的总量"),
    "area_each": Both("{value} kg CO₂e per square meter and year", "每平方米每年 {value} kg CO₂e"),
    "area_none": Both("No products are named.", "未列出产品。"),
    "area_hint": Both(
        "A product is made here when its own declaration names this place as its plant. No more of it is taken off "
        "than was made here.",
        "产品自身的声明以该地点为生产厂址的，视为在此生产；扣减量不超过其在此的产量。",
    ),
    "area_incomplete": Both(
        "Not complete: a product has no figure, or its record does not stand.", "不完整：有产品缺少数值或其记录已失效。"
    ),
    # the yearly release
    "cases_title": Both("Outstanding low-carbon cases", "低碳优秀案例"),
    "cases_intro": Both("Collected, scored by experts and released year by year.", "逐年征集，经专家评审后发布。"),
    "cases_none": Both("No call for cases has been opened yet.", "尚未开启案例征集。"),
    "cases_announced": Both("Announced.", "即将开始征集。"),
    "cases_nominations": Both("Open for nominations.", "正在征集。"),
    "cases_scoring": Both("Experts are scoring.", "专家评审中。"),
    "cases_closed": Both("Scoring has ended; the release is to come.", "评审已结束，即将发布。"),
    "cases_released": Both("Released.", "已发布。"),
    "cases_dates": Both(
        "Nominations from {first} to {last}, scores until {scored}.", "征集：{first} 至 {last}；评审截止：{scored}。"
    ),
    "cases_chosen": Both(
        "The best of {eligible} eligible cases, of {nominated} nominated.",
        "共征集案例 {nominated} 个，符合条件 {eligible} 个，以下为优秀案例。",
    ),
    "cases_rank": Both("Place {rank}", "第 {rank} 名"),
    "cases_tied": Both("Place {rank}, equal with another", "并列第 {rank} 名"),
    "cases_score": Both("{score} of 10 by {experts} experts", "{experts} 位专家评分 {score}（满分10）"),
    "cases_criteria": Both("Scored by criterion, and its weight:", "评审标准及权重："),
    "cases_no_change": Both(
        "This release changes nothing of any declaration: what holds of a product, its label says.",
        "案例发布不改变任何声明：商品的情况以其标签为准。",
    ),
    "cases_signed": Both("Its signed entry of the log, and the proof of that:", "日志中的签名条目及其证明："),
    "cases_entry": Both("Entry in the public log", "公开日志中的条目"),
    # errors
    "error_where": Both("Address asked for", "所请求的地址"),
    "error_status": Both("Error {status}", "错误 {status}"),
}
