"""Why labels are not drawn: which of them, what is wrong with it, and what would do instead, in both languages."""

from collections.abc import Sequence
from itertools import islice

from registry.errors import InvalidInput
from registry.labels.artwork import LabelArt, Variant, layout_on
from registry.labels.layout import SMALLEST_MODULE
from registry.labels.sheets import FORMS, SheetForm
from registry.sentences import sentence
from schemas.findings import Finding
from schemas.findings.finding import error
from schemas.text import Text

MOST_TOLD = 20
"""Labels that are told of at once: whoever mends those sees the rest."""

_MOST_NAMED = 4
"""Forms that are named instead of one that is too small."""

VARIANTS: dict[Variant, Text] = {
    Variant.STANDARD: {"en": "code and figure", "zh": "二维码和数值"},
    Variant.STAGES: {"en": "code, figure and stages", "zh": "二维码、数值和各阶段"},
    Variant.CODE: {"en": "code only", "zh": "仅二维码"},
}


class LabelsRefused(InvalidInput):
    """Some labels cannot be drawn. The path of each of ``findings`` is ``$.paths[...]``, its place among the labels."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        first, more = findings[0].message["en"], len(findings) - 1
        words = sentence("{finding} (and {more} more)", finding=first, more=more) if more else sentence(first)
        super().__init__(words, findings[0].path, findings)


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
    holding = _holding(art, language, variant, form)
    others = [each for each in Variant if each is not variant and _holds(art, language, each, form)]
    en = [f"the variant “{VARIANTS[each]['en']}”" for each in others]
    zh = [f"“{VARIANTS[each]['zh']}”样式" for each in others]
    if holding:
        en.append(", ".join(each.title["en"] for each in holding))
        zh.append("、".join(each.title["zh"] for each in holding))
    size, module = f"{form.width:.4g} x {form.height:.4g}", f"{SMALLEST_MODULE:g}"
    what = {tag: title if form.is_roll else f"{title} ({size} mm)" for tag, title in form.title.items()}
    return error(
        "label-size",
        f"$.paths[{at}]",
        f"{path}: its label does not fit {what['en']}, as the squares of a code may not be smaller than {module} mm. "
        f"Choose {' or '.join(en) or 'the zip of SVG files'}.",
        f"{path}：其标签放不进{what['zh']}，因为二维码的方格不得小于{module}毫米。"
        f"请改选{'，或'.join(zh) or 'SVG文件压缩包'}。",
    )


def _holding(art: LabelArt, language: str, variant: Variant, form: SheetForm) -> list[SheetForm]:
    """Forms that hold the label: first sheets instead of a sheet, rolls instead of a roll, and the smallest of each."""
    near = sorted(FORMS.values(), key=lambda each: (each.is_roll != form.is_roll, each.width * each.height))
    return list(islice((each for each in near if _holds(art, language, variant, each)), _MOST_NAMED))


def _holds(art: LabelArt, language: str, variant: Variant, form: SheetForm) -> bool:
    try:
        layout_on(art, language, variant, form)
    except ValueError:
        return False
    return True
