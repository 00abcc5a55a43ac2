"""Which keys the registry has: those of the log, as its entries tell, and those of the bundle, as its roots do."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from tuf.api.metadata import Root

from keys import KeyState, KeyUse
from registry.bundle.roles import read_roots
from registry.bundle.roots import ROLE_USES, named_for, policy_in, root_of
from registry.log.keys import ENDS
from registry.registry import Registry
from schemas.entry import MEMBER_KEY, KeyEntry, KeyEvent

ROOT_USES = (KeyUse.ROOT, *ROLE_USES)
"""The roles that a root names keys for."""


class LogKey(Struct, frozen=True, kw_only=True):
    """A key that the log introduced: since when, from which index on, and, once it has ended, below which."""

    kid: str
    use: KeyUse
    state: KeyState
    since: datetime
    first: int
    until: int | None = None


class BundleKey(Struct, frozen=True, kw_only=True):
    """A key of the bundle: which root named it first, whether the newest does, and whether this home holds it.

    ``since`` is None for one that was drawn for a draft and no root has named.
    """

    kid: str
    use: KeyUse
    since: int | None
    named: bool
    held: bool


def log_keys(entries: Sequence[KeyEntry]) -> list[LogKey]:
    """The registry's keys by the log's key entries, in their order."""
    found: dict[str, LogKey] = {}
    for entry in entries:
        if entry.use == MEMBER_KEY:
            continue
        if entry.event is KeyEvent.INTRODUCED:
            use = KeyUse(entry.use)
            found[entry.kid] = LogKey(kid=entry.kid, use=use, state=KeyState.ACTIVE, since=entry.at, first=entry.index)
            continue
        key = found[entry.kid]
        found[entry.kid] = LogKey(
            kid=key.kid,
            use=key.use,
            state=ENDS[entry.event],
            since=key.since,
            first=key.first,
            until=entry.index if key.until is None else min(key.until, entry.index),
        )
    return list(found.values())


def bundle_keys(registry: Registry) -> list[BundleKey]:
    """The keys that the newest root names, then those that this home holds and it does not, by role."""
    roots = [root_of(data) for data in read_roots(registry)]
    return [key for use in ROOT_USES for key in _of_role(use, roots, registry.ring.kids(use))]


def _of_role(use: KeyUse, roots: Sequence[Root], held: Sequence[str]) -> list[BundleKey]:
    first: dict[str, int] = {}
    for root in roots:
        for kid in named_for(root, use):
            first.setdefault(kid, root.version)
    named = named_for(roots[-1], use) if roots else []
    kids = [*named, *(kid for kid in held if kid not in named)]
    return [BundleKey(kid=kid, use=use, since=first.get(kid), named=kid in named, held=kid in held) for kid in kids]


class RootTold(Struct, frozen=True, kw_only=True):
    """What a root says: until when it is good, and for each role its keys and how many of them must sign."""

    version: int
    expires: datetime
    keys: Mapping[KeyUse, tuple[str, ...]]
    thresholds: Mapping[KeyUse, int]
    witnesses: tuple[str, ...]
    witness_threshold: int


def root_told(data: bytes) -> RootTold:
    """What the root in ``data`` says. Raises ``BundleFault``."""
    root = root_of(data)
    policy = policy_in(root)
    return RootTold(
        version=root.version,
        expires=root.expires,
        keys={use: tuple(named_for(root, use)) for use in ROOT_USES},
        thresholds={use: root.roles[use].threshold for use in ROOT_USES},
        witnesses=tuple(key.origin for key in policy.witnesses),
        witness_threshold=policy.threshold,
    )
