"""Whose cosignatures the checkpoint of a bundle needs: what its root says, and what the caller asks beyond that. Pure.

The root says it in a signed member of our own, which other TUF clients pass over (TUF 1.0, section 4, "Document
formats": such members count for signatures, and mean nothing to who does not know them):

    "x-carbonlabel-witnesses": {"threshold": 2, "witnesses": ["<verifier key>", ...]}

A root without the member asks for none. It is the holders of the root keys who set, change and relax it: whoever has
stolen every online key still cannot have a checkpoint accepted that the witnesses did not see grow from the last one.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from tuf.api.metadata import Root

from keys import KeysError, NoteKey
from verifier.bundle.errors import MalformedError, NotWitnessedError
from verifier.witness.policy import NO_WITNESSES, NotWitnessed, WitnessPolicy

MEMBER = "x-carbonlabel-witnesses"


class _Member(Struct, forbid_unknown_fields=True):
    threshold: Annotated[int, Meta(ge=1)]
    witnesses: list[str]


def policy_of(root: Root) -> WitnessPolicy:
    """The policy of ``root``. Raises ``MalformedError`` for one that is not of the form, or can never be met."""
    if MEMBER not in root.unrecognized_fields:
        return NO_WITNESSES
    try:
        member = msgspec.convert(root.unrecognized_fields[MEMBER], _Member)
        return WitnessPolicy.of(member.witnesses, member.threshold)
    except (msgspec.ValidationError, KeysError, ValueError) as problem:
        raise MalformedError(f"root {root.version} asks for witnesses that cannot be: {problem}") from None


def set_policy(root: Root, policy: WitnessPolicy) -> None:
    """Lets ``root`` say ``policy``, which is not checked to be one that asks for any."""
    root.unrecognized_fields.pop(MEMBER, None)
    if policy.threshold:
        root.unrecognized_fields[MEMBER] = {"threshold": policy.threshold, "witnesses": policy.vkeys}


def require_witnessed(note: bytes, log: NoteKey, policies: Iterable[WitnessPolicy], now: datetime) -> None:
    """Raises ``NotWitnessedError`` unless ``note``, signed by ``log``, is cosigned as each of ``policies`` asks."""
    for policy in policies:
        try:
            policy.check(note, log, now)
        except NotWitnessed as problem:
            raise NotWitnessedError(
                f"{problem}. Check the clock ({now:%Y-%m-%d %H:%M} UTC here), then sync again later; if it stays so, "
                "ask the witnesses whether the registry shows them its log"
            ) from problem
