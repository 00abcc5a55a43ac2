"""Why labels are not drawn: which of them, what is wrong with it, and what would do instead, in both languages."""

from collections.abc import Iterator, Sequence

from registry.errors import InvalidInput
from registry.labels.artwork import LabelArt, Variant, layout_on
from registry.labels.layout import SMALLEST_MODULE
from registry.labels.sheets import FORMS, SheetForm
from schemas.findings import Finding
from schemas.findings.finding import error
from schemas.text import Text

MOST_TOLD = 20
"""Labels that are told of at once: whoever mends those sees the rest."""

VARIANTS: dict[Variant, Text] = {
    Variant.STANDARD: {"en": "figure and context", "zh": "数值及说明"},
    Variant.STAGES: {"en": "with life-cycle stages", "zh": "含生命周期各阶段"},
    Variant.CODE: {"en": "code only", "zh": "仅二维码"},
}


class LabelsRefused(InvalidInput):
    """Some labels cannot be drawn. The path of each of ``findings`` is ``$.paths[...]``, its place among the labels."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(f"{findings[0].message['en']}{more}", findings[0].path)
        self.findings = tuple(findings)


def not_in_force(at: int, path: str) -> Finding:
    """There is no such label of the member's."""
    return error(
        "label-standing",
        f"$.paths[{at}]",
        f"{path}: your organisation has no record in force of it. Publish its declaration first, or leave it out.",
        f"{path}：贵组织没有与之对应的有效记录。请先发布其声明，或删去该项。",
    )


def does_not_fit(at: int, art: LabelArt, path: str, language: str, variant: Variant, form: SheetForm) -> Finding:
    """The label is too large for the form; which form or variant holds it."""
    names = {tag: [each.title[tag] for each in _holding(art, language, variant)] for tag in ("en", "zh")}
    others = [each for each in Variant if each is not variant and _holds(art, language, each, form)]
    en = [f"the variant “{VARIANTS[each]['en']}”" for each in others]
    zh = [f"“{VARIANTS[each]['zh']}”样式" for each in others]
    if names["en"]:
        en.append(f"one of {', '.join(names['en'])}")
        zh.append("、".join(names["zh"]))
    size, module = f"{form.width:.4g} x {form.height:.4g}", f"{SMALLEST_MODULE:g}"
    return error(
        "label-size",
        f"$.paths[{at}]",
        f"{path}: its label does not fit {form.title['en']} ({size} mm), as its code needs modules of at least "
        f"{module} mm. Choose {' or '.join(en) or 'the zip of SVG files'}.",
        f"{path}：其标签放不进{form.title['zh']}（{size}毫米），因为二维码的模块不得小于{module}毫米。"
        f"请改选{'，或'.join(zh) or 'SVG文件压缩包'}。",
    )


def _holding(art: LabelArt, language: str, variant: Variant) -> Iterator[SheetForm]:
    return (form for form in FORMS.values() if _holds(art, language, variant, form))


def _holds(art: LabelArt, language: str, variant: Variant, form: SheetForm) -> bool:
    try:
        layout_on(art, language, variant, form)
    except ValueError:
        return False
    return True
