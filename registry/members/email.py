"""E-mail addresses: the one form in which they are compared, and what cannot be one."""

import re
import unicodedata

from registry.errors import InvalidInput

_OUTSIDE = r"\s@<>\"(),:;\\\[\]\x00-\x1f\x7f"
_ADDRESS = re.compile(rf"[^{_OUTSIDE}]{{1,64}}@(?:[^.{_OUTSIDE}]{{1,63}}\.)+[^.{_OUTSIDE}]{{2,63}}")
MAX_EMAIL = 254


def normal_email(address: str, path: str) -> str:
    """``address`` as accounts are told apart by: composed, without case. Raises ``InvalidInput``.

    Whether mail arrives there only a message can tell. Case counts in no mailbox that is in use, and two accounts that
    differ by it alone would be a trap.
    """
    normal = unicodedata.normalize("NFKC", address.strip()).casefold()
    if len(normal) > MAX_EMAIL or not normal.isprintable() or not _ADDRESS.fullmatch(normal):
        raise InvalidInput("this is no e-mail address", path)
    return normal
