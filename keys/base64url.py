"""Base64url without padding (RFC 4648, section 5; RFC 7515, section 2), in its one canonical spelling."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(data: bytes) -> bytes:
    """ASCII, without padding."""
    return urlsafe_b64encode(data).rstrip(b"=")


def decode(text: bytes) -> bytes:
    """The bytes that `encode` spells exactly so.

    The standard decoder skips foreign characters and ignores spare bits, so that many texts give one value. Encoding
    the value again and comparing leaves one text for each value.

    Raises ValueError for every other text.
    """
    data = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    if encode(data) != text:
        raise ValueError("not canonical unpadded base64url")
    return data
