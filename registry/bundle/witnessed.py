"""Whether a checkpoint may be published in the bundle: what the roots ask of witnesses, on the registry's side.

Verifiers refuse a checkpoint that fewer have cosigned than the root asks for, so it is not even offered to them.
"""

from collections.abc import Iterable
from datetime import datetime

from keys import parse_note
from registry.bundle.facts import trust_of
from registry.bundle.roles import read_roots
from registry.bundle.roots import policy_in, root_of
from registry.home import Config
from registry.log.witnesses import parse_witnesses
from registry.registry import Registry
from schemas.tlog import Checkpoint
from verifier.witness.policy import NotWitnessed, WitnessPolicy, distinct


def unwitnessed(registry: Registry, note: bytes, roots: Iterable[bytes], now: datetime) -> str | None:
    """What the checkpoint ``note`` of this registry lacks for one of ``roots``, in a sentence; None for nothing."""
    policies = [policy for policy in map(policy_in, map(root_of, roots)) if policy.threshold]
    if not policies:
        return None
    size = Checkpoint.parse(parse_note(note).text).size
    log = trust_of(registry.database, registry.config, size).log_key()
    for policy in policies:
        try:
            policy.check(note, log, now)
        except NotWitnessed as problem:
            return ". ".join((str(problem), *unattainable(registry.config, policy)))
    return None


def unattainable(config: Config, policy: WitnessPolicy) -> tuple[str, ...]:
    """That the witnesses in ``config`` are too few for ``policy``, whatever they do; nothing if they are not."""
    asked = distinct(witness.key for witness in parse_witnesses(config.witnesses))
    strange = [key.origin for key in policy.witnesses if key.key.raw not in asked]
    if len(distinct(policy.witnesses) & asked) >= policy.threshold:
        return ()
    return (
        f"THE ROOT ASKS FOR {policy.threshold} WITNESSES, AND config.toml NAMES TOO FEW OF THEM: no bundle can be "
        f"published. Name in `witnesses`: {', '.join(dict.fromkeys(strange))}; or have two holders of root keys relax "
        "it: carbonlabel keys draft-root --no-witnesses",
    )


def unattainable_now(registry: Registry) -> tuple[str, ...]:
    """The same for the newest root, if there is one. Raises ``BundleFault``."""
    return tuple(
        sentence
        for data in read_roots(registry)[-1:]
        for sentence in unattainable(registry.config, policy_in(root_of(data)))
    )
