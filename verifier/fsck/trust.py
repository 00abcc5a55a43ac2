"""A trust list against the log's key entries. Pure."""

from keys import TrustList
from verifier.fsck.keys import KeyHistory


def wrong_trust(trust: TrustList, keys: KeyHistory, origin: str) -> list[tuple[str, str]]:
    """What ``trust`` says otherwise than ``keys`` of the log of that origin: of which key, and a sentence."""
    wrong = []
    said, logged = {key.kid: key for key in trust.keys}, keys.trusted()
    for kid in sorted(said.keys() | logged.keys()):
        if said.get(kid) != logged.get(kid):
            wrong.append((f"key {kid}", f"trust.json says {said.get(kid)}, and the log {logged.get(kid)}"))
    if trust.log_key().key.raw != keys.log_key():
        wrong.append(("the log's key", "trust.json has another than the log introduced last"))
    if trust.registry.origin != origin:
        wrong.append(("the registry", f"trust.json is of {trust.registry.origin}, and the log of {origin}"))
    return wrong


def check_trust(trust: TrustList, now: KeyHistory, then: KeyHistory | None, origin: str) -> list[tuple[str, str]]:
    """The same for the list at ``/trust.json``, which is as new as the log, or as the bundle it was published with."""
    if then is not None and not wrong_trust(trust, then, origin):
        return []
    return wrong_trust(trust, now, origin)
