"""Ending a key: the log entries that say so, and new labels where the old ones count no more."""

from keys import KeyUse
from registry.access.approvals import Operation, use_confirmed
from registry.audit.changes import changes
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.labels.sets import mint_again
from registry.log.keys import key_entries, replace_key, require_can_end
from registry.registry import OPERATOR, Registry, utc_now


def to_agree_on(kid: str, compromised_from: int | None) -> tuple[Operation, str]:
    """What two people of the operator agree on before a key ends: the operation, and its subject."""
    if compromised_from is None:
        return Operation.RETIRE_KEY, kid
    return Operation.COMPROMISE_KEY, f"{kid} {compromised_from}"


def end_key(registry: Registry, kid: str, compromised_from: int | None) -> tuple[str | None, int]:
    """Retires key ``kid``, or states that it is good only for records below ``compromised_from``.

    Returns its successor's id, if it was in force, and how many labels were minted again: those of a compromised label
    key for records from that index on. All in one transaction; then the private half of the old key is destroyed.
    Raises what ``require_can_end`` raises, and ``NotAllowed`` unless two people of the operator agreed to it, once it
    has two.
    """
    now = utc_now()
    with registry.database.writing() as session:
        entries = key_entries(session)
        writer = registry.log_writer(session, now)
        require_can_end(entries, kid, compromised_from, writer.next_index)
        approval = use_confirmed(session, OPERATOR, *to_agree_on(kid, compromised_from), now)
        successor = replace_key(writer, registry.ring, entries, kid, compromised_from, now)
        writer.flush()
        minted = 0
        is_label_key = any(entry.kid == kid and entry.use == KeyUse.LABEL for entry in entries)
        if compromised_from is not None and is_label_key:
            label_signer = registry.keys_in_force(session).label
            minted = mint_again(session, writer, label_signer, registry.config.origin, compromised_from, now)
        changed = {"successor": successor and successor.kid, "compromised_from": compromised_from, "minted": minted}
        changed |= {"approval": approval}
        noted(session, now, Step(Did.ENDED, f"key/{kid}", changed=changes({}, changed)))
    if kid in {held for use in KeyUse for held in registry.ring.kids(use)}:
        registry.ring.destroy(kid)
    return None if successor is None else successor.kid, minted
