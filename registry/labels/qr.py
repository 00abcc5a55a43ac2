"""The QR code of a label: ISO/IEC 18004, error correction M, the smallest version that fits.

Written as two segments, the URL up to ``?c=`` in byte mode and the token in numeric mode, at 3.33 bits a digit.
"""

from functools import lru_cache

from msgspec import Struct
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

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
    url, mark, digits = text.partition("?c=")
    code: QRCode = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    if digits.isdecimal() and digits.isascii():
        code.add_data(QRData(f"{url}{mark}".encode("ascii"), mode=MODE_8BIT_BYTE, check_data=False))
        code.add_data(QRData(digits.encode("ascii"), mode=MODE_NUMBER, check_data=False))
    else:
        code.add_data(QRData(text.encode("ascii"), mode=MODE_8BIT_BYTE, check_data=False))
    try:
        code.make()
    except (DataOverflowError, ValueError):
        raise ValueError(f"a text of {len(text)} characters does not fit a QR code") from None
    return Symbol(code.version, tuple(bytes(map(bool, row)) for row in code.modules))
