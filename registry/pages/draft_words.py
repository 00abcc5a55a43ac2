"""What the form of a draft says of each field: what it is in plain words, with an example. English beside Chinese.

Fields go by their place in a declaration: ``stages[].gwp`` is the figure of any stage.
"""

from typing import NamedTuple

from registry.pages.vocabulary import Both


class Asked(NamedTuple):
    """What stands at an input. Without ``label``, it is called as findings call it; ``unit`` stands behind that."""

    hint: Both
    label: Both | None = None
    unit: str = ""


_KG = "kg CO₂e"
_YES_OR_NOT = Both("Not known", "未知")

ASKED: dict[str, Asked] = {
    "product_name": Asked(
        Both(
            "What people call it. At least one language, for example Steel beam HEB 200.",
            "产品的通用名称，至少填写一种语言，例如 HEB 200 钢梁。",
        )
    ),
    "description": Asked(
        Both(
            "What it is and what it is for, in a few sentences.",
            "用几句话说明产品是什么、有何用途。",
        )
    ),
    "gtin": Asked(
        Both(
            "The digits under the barcode: 8, 12, 13 or 14, for example 09521234567892.",
            "条码下方的数字（GTIN），8、12、13或14位，例如 09521234567892。",
        )
    ),
    "gln": Asked(
        Both(
            "For a place: the 13 digits that GS1 has given it, for example 9521234500001.",
            "场所适用：GS1 为其分配的13位代码（GLN），例如 9521234500001。",
        )
    ),
    "product_ids": Asked(
        Both(
            "Other numbers of the product, each as a URN on a line of its own, for example urn:gtin:4712345060507.",
            "产品的其他编号，以 URN 形式每行填写一项，例如 urn:gtin:4712345060507。",
        )
    ),
    "classifications": Asked(
        Both(
            "Classes that it belongs to, such as UN CPC or HS, each as a URN on a line of its own, for example "
            "urn:pact:productclassification:un-cpc:3342.",
            "产品所属的分类（UN CPC、HS 等），以 URN 形式每行填写一项，例如 "
            "urn:pact:productclassification:un-cpc:3342。",
        )
    ),
    "declared_amount": Asked(
        Both(
            "The figures are for so many declared units, for example 1.",
            "以下各数值对应的声明单位数量，例如 1。",
        )
    ),
    "declared_unit": Asked(
        Both(
            "What the product is counted in: kilogram or piece for most; square meter for a place.",
            "产品的计量单位：多为千克或件；场所须选平方米。",
        )
    ),
    "mass_per_unit": Asked(
        Both(
            "What one declared unit weighs, for example 0.75 for a carton of 750 g.",
            "一个声明单位的质量，例如一盒750克填写 0.75。",
        ),
        unit="kg",
    ),
    "boundary": Asked(
        Both(
            "Which part of the life of the product the total covers.",
            "碳足迹总量涵盖产品生命周期的哪些部分。",
        )
    ),
    "gwp_total": Asked(
        Both(
            "The carbon footprint of the declared amount, without any offset, for example 1.96.",
            "声明数量的碳足迹，不得扣减碳抵消，例如 1.96。",
        ),
        unit=_KG,
    ),
    "reference_start": Asked(
        Both("First day of the period that the data are from.", "数据所属期间的第一天。"),
    ),
    "reference_end": Asked(
        Both(
            "Last day of that period, for example 31 December; a place declares one year.",
            "该期间的最后一天，例如12月31日；场所按一年申报。",
        )
    ),
    "valid_from": Asked(Both("The day from which the declaration holds.", "声明开始生效的日期。")),
    "valid_until": Asked(
        Both(
            "The last day on which it holds: at most 5 years later, and often less.",
            "声明有效的最后一天：最长5年，部分标准更短。",
        )
    ),
    "country": Asked(
        Both(
            "Where it is made, by ISO 3166: CN, or CN-32 for Jiangsu. Give this or a region, not both.",
            "生产地的 ISO 3166 代码：CN，或 CN-32（江苏）。国家与地区只填一项。",
        )
    ),
    "region": Asked(
        Both(
            "Where it is made, if in more than one country, for example Europe or 150 (UN M49).",
            "生产地跨多个国家时填写，例如 Europe 或 150（UN M49）。",
        )
    ),
    "plant": Asked(
        Both(
            "The plant that makes it: its GLN if it has one, for example 9521234500001; else its name.",
            "生产该产品的工厂：有 GLN 的填写 GLN，例如 9521234500001；没有的填写名称。",
        )
    ),
    "target_markets": Asked(
        Both(
            "Countries that it is sold in, for example CN, EU. Left empty: any. The law on claims depends on it.",
            "销售目标国家或地区，例如 CN、EU；留空表示不限。适用的宣称规则由此决定。",
        )
    ),
    "standards": Asked(
        Both(
            "What the footprint was calculated by, for example ISO 14067:2018, GB/T 24067-2024.",
            "碳足迹核算依据的标准，例如 ISO 14067:2018、GB/T 24067-2024。",
        )
    ),
    "pcr": Asked(
        Both(
            "The product category rules that were followed, as a URN, for example "
            "urn:uuid:055c1128-0375-47c8-98de-7cf802c3241d.",
            "所遵循的产品种类规则（PCR），以 URN 形式填写，例如 urn:uuid:055c1128-0375-47c8-98de-7cf802c3241d。",
        )
    ),
    "gwp_basis": Asked(
        Both(
            "The report of the IPCC whose factors were used: AR6 is the newest.",
            "所用全球变暖潜势出自哪份 IPCC 评估报告：AR6 为最新。",
        )
    ),
    "primary_data_share": Asked(
        Both(
            "How much of the total rests on data measured at the real site, for example 62.5.",
            "碳足迹总量中来自现场实测数据的占比，例如 62.5。",
        ),
        unit="%",
    ),
    "exempted_share": Asked(
        Both(
            "How much of the total was left out as too small to count, for example 3.",
            "因影响过小而未计入的排放占总量的比例，例如 3。",
        ),
        unit="%",
    ),
    "gwp_fossil": Asked(
        Both("From fossil fuels and minerals, for example 1.90.", "来自化石燃料和矿物的部分，例如 1.90。"),
        unit=_KG,
    ),
    "gwp_biogenic": Asked(
        Both(
            "From plants and animals; may be below zero, for example -0.05.", "来自生物质的部分，可为负值，例如 -0.05。"
        ),
        unit=_KG,
    ),
    "gwp_luluc": Asked(
        Both(
            "From land use and its change, such as cleared forest, for example 0.11.",
            "来自土地利用及其变化（如毁林）的部分，例如 0.11。",
        ),
        unit=_KG,
    ),
    "biogenic_uptake": Asked(
        Both(
            "Carbon that plants took up and the product holds: zero or below, for example -1.8. Not in the total.",
            "植物吸收并储存在产品中的碳：填写零或负数，例如 -1.8；不计入总量。",
        ),
        unit=_KG,
    ),
    "removals": Asked(
        Both(
            "Carbon taken out of the air by technical means: zero or below, for example -0.2. Not in the total.",
            "以技术手段从大气中清除的碳：填写零或负数，例如 -0.2；不计入总量。",
        ),
        unit=_KG,
    ),
    "stages": Asked(
        Both(
            "How the total is made up: choose a stage, and give its figure for the declared amount.",
            "碳足迹总量的构成：请选择阶段，并填写该阶段对应声明数量的数值。",
        )
    ),
    "stages[].code": Asked(
        Both(
            "a stage of the life cycle, or a module of EN 15804 for a construction product. Never both kinds.",
            "生命周期阶段；建筑产品选择 EN 15804 信息模块。两类不可混用。",
        ),
        Both("Stage", "阶段"),
    ),
    "stages[].gwp": Asked(
        Both(
            "for example 0.76; below zero only at the end of life and in module D.",
            "例如 0.76；仅生命末期和模块 D 可为负值。",
        ),
        Both("Footprint", "碳足迹"),
        _KG,
    ),
    "stages[].unknown": Asked(
        Both(
            "if the stage counts, but its figure is not known. Unknown is never zero.",
            "该阶段已计入但数值未知时勾选。未知不等于零。",
        ),
        _YES_OR_NOT,
    ),
    "stages[].source_name": Asked(
        Both(
            "as your report calls it, if otherwise, for example Smelting.", "报告中使用的名称（如有不同），例如 冶炼。"
        ),
        Both("Name in the source", "原始名称"),
    ),
    "stage_sum_reason": Asked(
        Both(
            "Needed only where the stages and the total differ by more than 5 %: why.",
            "仅当各阶段之和与总量相差超过5%时填写：原因。",
        )
    ),
    "offsets": Asked(
        Both(
            "Carbon credits that you bought. They are never taken off a figure, and never on a label.",
            "已购买的碳信用。任何数值均不得扣减碳抵消，标签上也不显示。",
        )
    ),
    "offsets[].amount": Asked(Both("for example 12.5.", "例如 12.5。"), Both("Amount", "数量"), "t CO₂e"),
    "offsets[].registry": Asked(
        Both("where the credits are kept, for example Verra.", "登记碳信用的机构，例如 Verra。"),
        Both("Registry", "登记机构"),
    ),
    "offsets[].serial": Asked(
        Both("of the credits, as that registry gives it.", "该机构给出的碳信用序列号。"),
        Both("Serial number", "序列号"),
    ),
    "dqi": Asked(
        Both(
            "Three scores, 1 the best: all of them, or none.",
            "三项评分，1为最佳：须全部填写或全部留空。",
        )
    ),
    "dqi.technological": Asked(
        Both("how well the data fit the technology, for example 1.5.", "数据与实际技术的吻合程度，例如 1.5。"),
        Both("Technology", "技术代表性"),
    ),
    "dqi.temporal": Asked(
        Both("how well they fit the time, for example 1.", "与统计时间的吻合程度，例如 1。"), Both("Time", "时间代表性")
    ),
    "dqi.geographical": Asked(
        Both("how well they fit the place, for example 2.", "与生产地域的吻合程度，例如 2。"),
        Both("Place", "地理代表性"),
    ),
    "dqi.worst": Asked(
        Both("3 for the scale 1 to 3, 5 for 1 to 5.", "1至3分制选3，1至5分制选5。"), Both("Worst score", "最差分值")
    ),
    "claims": Asked(
        Both(
            "What you say of the product and the climate in advertising, word for word. In the EU, nothing that rests "
            "on offsets, such as “climate neutral” (Directive 2024/825).",
            "宣传中就产品与气候所作的表述原文。在欧盟不得以碳抵消为依据宣称“碳中和”等（指令2024/825）。",
        )
    ),
    "components": Asked(
        Both(
            "What the product is made of. A part that has a record in this registry is named by its number.",
            "产品的组成部分。在本登记处已有记录的，填写记录号。",
        )
    ),
    "components[].record": Asked(
        Both(
            "the number of its record, for example 1042; or else a URN.",
            "组成部分的记录号，例如 1042；没有则填写 URN。",
        ),
        Both("Record", "记录号"),
    ),
    "components[].urn": Asked(
        Both(
            "for a part without a record, for example urn:gtin:4712345060507.",
            "没有记录的组成部分，例如 urn:gtin:4712345060507。",
        ),
        Both("URN", "URN"),
    ),
    "components[].amount": Asked(
        Both("how much of it is in the declared amount, for example 0.5.", "声明数量中的含量，例如 0.5。"),
        Both("Amount", "数量"),
    ),
    "components[].unit": Asked(Both("what that amount is counted in.", "上述数量的单位。"), Both("Unit", "单位")),
    "components[].contribution": Asked(
        Both(
            "what it adds to the footprint, for example 0.62. Left empty for a record: calculated from it.",
            "对碳足迹的贡献量，例如 0.62；已填记录号时可留空，由系统折算。",
        ),
        Both("Contribution", "贡献量"),
        _KG,
    ),
    "evidence": Asked(
        Both(
            "Documents behind the declaration. They stay with you: the public record holds their hashes only.",
            "支撑本声明的文件。文件由贵方保存，公开记录仅包含其散列值。",
        )
    ),
    "evidence[].file_name": Asked(
        Both("for example lca-report.pdf.", "例如 lca-report.pdf。"), Both("File name", "文件名")
    ),
    "evidence[].media_type": Asked(
        Both("what kind of file it is, for example application/pdf.", "文件类型，例如 application/pdf。"),
        Both("Media type", "媒体类型"),
    ),
    "evidence[].sha256": Asked(
        Both(
            "64 hexadecimal digits: sha256sum lca-report.pdf shows them; on Windows, certutil -hashfile "
            "lca-report.pdf SHA256.",
            "64位十六进制数字，可用 sha256sum lca-report.pdf 得到；"
            "Windows 用 certutil -hashfile lca-report.pdf SHA256。",
        ),
        Both("SHA-256", "SHA-256"),
    ),
    "texts": Asked(
        Both(
            "Name, description, reason and claims in languages other than English and Chinese.",
            "以中英文以外的语言填写名称、说明、原因和宣称。",
        ),
        Both("Text", "文本"),
    ),
    "texts[].field": Asked(Both("which of them it is.", "属于哪一项。"), Both("Which text", "项目")),
    "texts[].language": Asked(
        Both("its tag by BCP 47, for example fr or pt-BR.", "BCP 47 语言标签，例如 fr 或 pt-BR。"),
        Both("Language", "语言"),
    ),
    "texts[].words": Asked(Both("the text itself.", "文本内容。"), Both("Text", "文本")),
}
"""Every input of the form."""

PART_WORDS: dict[str, Both] = {
    "part_main": Both("The main things", "主要内容"),
    "part_stages": Both("Stages of the life cycle", "生命周期各阶段"),
    "part_figures": Both("Kinds of emissions, uptake and offsets", "排放类别、吸收与抵消"),
    "part_product": Both("More about the product", "产品的更多信息"),
    "part_places": Both("Where it is made and sold", "生产地与销售地"),
    "part_method": Both("Method and quality of the data", "方法与数据质量"),
    "part_claims": Both("Claims", "环境声明"),
    "part_components": Both("What it is made of", "组成部分"),
    "part_evidence": Both("Evidence", "证明文件"),
    "part_texts": Both("Other languages", "其他语言"),
    "part_filled": Both("{count} filled in", "已填{count}项"),
    "keep_and_stay": Both("Keep, and go on here", "保存并继续填写"),
    "keep_rows": Both("Keep, and show more empty rows", "保存并增加空行"),
    "with_rows_hint": Both("{hint} To delete a row, empty it.", "{hint}清空一行即可删除。"),
    "in_english": Both("{field}, in English", "{field}（英文）"),
    "in_chinese": Both("{field}, in Chinese", "{field}（中文）"),
    "with_unit": Both("{field} ({unit})", "{field}（{unit}）"),
    "of_product": Both("A product", "产品"),
    "of_construction": Both("A construction product", "建筑产品"),
    "of_place": Both("A place", "场所"),
    "of_product_intro": Both(
        "Something with a GTIN, the number under its barcode. Only the main things are needed; the folded parts hold "
        "whatever else there is to say.",
        "带有 GTIN（条码下的数字）的产品。主要内容必填，其余内容在折叠的各部分中按需填写。",
    ),
    "of_construction_intro": Both(
        "A product with an EPD by EN 15804: its stages are the modules A1 to C4, and D.",
        "依据 EN 15804 编制 EPD 的产品：各阶段为信息模块 A1 至 C4 以及 D。",
    ),
    "of_place_intro": Both(
        "A building, site or park with a GLN. It declares per square meter, about one year.",
        "拥有 GLN 的建筑、厂区或园区，按每平方米、一年申报。",
    ),
}
WRITTEN_TWICE = Both(
    "{field} is written twice in “{language}”: keep one of them.",
    "{field}的“{language}”文本填写了两次：请只保留一项。",
)
