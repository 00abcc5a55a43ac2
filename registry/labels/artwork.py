"""Label artwork: the one way in. Pure: the same label gives the same bytes.

``render_svg`` is true to the millimetre at any size. ``render_png`` rounds a module up to whole pixels, so at 300 dpi
the smallest one is 5 pixels, 0.42 mm, and at 203 dpi (thermal printers) 3 pixels, 0.375 mm.
"""

from collections.abc import Sequence

from registry.labels.content import LabelArt, Variant, content_of
from registry.labels.fitting import fitted
from registry.labels.layout import SIZES, SMALLEST_MODULE, Layout, arrange
from registry.labels.pdf import label_pdf
from registry.labels.png import whole_pixels, write_png
from registry.labels.qr import symbol
from registry.labels.sheets import SheetForm
from registry.labels.svg import write_svg

__all__ = ["LabelArt", "Variant", "layout_of", "layout_on", "render_pdf", "render_png", "render_svg"]


def layout_of(
    art: LabelArt,
    language: str,
    variant: Variant = Variant.STANDARD,
    module_mm: float = SMALLEST_MODULE,
    sizes: Sequence[tuple[float, float]] = SIZES,
) -> Layout:
    """Where everything on the label stands, in mm. Raises ``ValueError`` if no label can hold it (see ``layout``)."""
    return arrange(content_of(art, language), symbol(art.text), variant, module_mm, sizes)


def layout_on(art: LabelArt, language: str, variant: Variant, form: SheetForm) -> Layout:
    """The label as large as a label of ``form`` holds it. Raises ``ValueError`` if it does not."""
    return fitted(content_of(art, language), symbol(art.text), variant, form.room)


def render_svg(
    art: LabelArt, language: str, variant: Variant = Variant.STANDARD, module_mm: float = SMALLEST_MODULE
) -> str:
    """The label as an SVG document in ``language`` (``en`` or ``zh``), ``module_mm`` mm a QR module.

    Raises ``ValueError`` for another language, a module under 0.375 mm, or a text that no label can hold.
    """
    return write_svg(layout_of(art, language, variant, module_mm))


def render_png(
    art: LabelArt,
    language: str,
    variant: Variant = Variant.STANDARD,
    module_mm: float = SMALLEST_MODULE,
    dpi: int = 300,
) -> bytes:
    """The label as a grey PNG of ``dpi`` pixels an inch, the module rounded up to whole pixels.

    Raises ``ValueError`` as ``render_svg`` does.
    """
    return write_png(layout_of(art, language, variant, whole_pixels(module_mm, dpi)), dpi)


def render_pdf(
    art: LabelArt, language: str, variant: Variant = Variant.STANDARD, module_mm: float = SMALLEST_MODULE
) -> bytes:
    """The label as a PDF page of its own size. Raises ``ValueError`` as ``render_svg`` does."""
    return label_pdf(layout_of(art, language, variant, module_mm))
