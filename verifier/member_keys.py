"""A member's own keys, as the registry shows them to everybody."""

from datetime import datetime

from msgspec import Struct

from keys import KeyState


class KeyShown(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A member's own key: good for the records ``from`` <= index < ``until``; null: for all from there on."""

    kid: str
    x: str
    from_: int
    until: int | None
    state: KeyState
    enrolled: datetime


class MemberKeys(Struct, frozen=True):
    """The keys that a member enrolled, and whether it signs all that it declares."""

    keys: tuple[KeyShown, ...]
    signs_all: bool
