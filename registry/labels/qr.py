"""The QR code of a label: ISO/IEC 18004, error correction M, the smallest version that fits.

Written in segments: the URL up to ``?c=`` in byte mode and the token in numeric mode, at 3.33 bits a digit.
"""

from functools import lru_cache

import numpy
from msgspec import Struct
from zxingcpp import BarcodeFormat, create_barcode

QUIET_ZONE = 4
"""White modules that a reader needs on each side (ISO/IEC 18004:2015, 6.3.8)."""


class Symbol(Struct, frozen=True):
    """A QR code. ``rows`` is what it prints, a byte a module, 1 dark, from the top, without the quiet zone."""

    version: int
    rows: tuple[bytes, ...]

    @property
    def modules(self) -> int:
        """Modules on a side, quiet zone included."""
        return len(self.rows) + 2 * QUIET_ZONE


@lru_cache(maxsize=256)
def symbol(text: str) -> Symbol:
    """The QR code that says exactly ``text``. Raises ``ValueError`` if that is not ASCII or too long for any."""
    if not text.isascii():
        raise ValueError("a label's text is ASCII")
    try:
        made = create_barcode(text, BarcodeFormat.QRCode, ec_level="M")
    except (ValueError, RuntimeError):
        raise ValueError(f"a text of {len(text)} characters does not fit a QR code") from None
    pixels = numpy.asarray(made.to_image(scale=1, add_quiet_zones=False))
    side = len(pixels)
    dark = pixels.tobytes().translate(_DARK)
    return Symbol((side - 17) // 4, tuple(dark[start : start + side] for start in range(0, side * side, side)))


_DARK = bytes([1] * 128 + [0] * 128)
"""What is dark, of 256 greys."""
