"""What a label shows, and where."""

from decimal import Decimal

import pytest

from registry.labels.artwork import LabelArt, Variant, render_png, render_svg
from schemas.declaration import Boundary, DeclaredUnit
from schemas.verdict import Amount, Footprint


@pytest.mark.parametrize("variant", Variant)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_label_is_drawn_in_both_forms(language: str, variant: Variant) -> None:
    art = LabelArt(
        text="https://id.example.org/01/09521234000017?c=123456789",
        footprint=Footprint(Decimal("1.96"), Amount(Decimal(1), DeclaredUnit.PIECE)),
        boundary=Boundary.CRADLE_TO_GATE,
        year=2016,
        verifier={"en": "Example Assurance", "zh": "示例核查"},
        gtin="09521234000017",
        gln=None,
    )
    assert render_svg(art, language, variant).startswith("<svg")
    assert render_png(art, language, variant).startswith(b"\x89PNG")
