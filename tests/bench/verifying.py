"""One verification against the bare Ed25519 verify of the same signature."""

from collections.abc import Iterator
from itertools import cycle

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry.registry import Registry, utc_now
from registry.verification.online import OnlineVerifier
from schemas.label import parse_label, parse_token, signed_message
from tests.bench.table import Line, microseconds
from verifier import TrustedKeys, VerdictCode, judge


def measure(registry: Registry, labels: list[str]) -> list[Line]:
    """``judge`` with the log's facts in memory, and the online verifier, which also asks the database for news."""
    online = OnlineVerifier(registry)
    now = utc_now()
    assert all(online.verify(label, now).verdict is VerdictCode.VALID for label in labels)
    keys, log = TrustedKeys(registry.trust()), online.log
    judged, asked, signed = cycle(labels), cycle(labels), cycle(list(_signatures(registry, labels)))

    def bare() -> None:
        key, signature, message = next(signed)
        key.verify(signature, message)

    one, whole, alone = microseconds(
        lambda: judge(next(judged), keys=keys, log=log, now=now),
        lambda: online.verify(next(asked), utc_now()),
        bare,
        rounds=600,
    )
    online.close()
    against = f"bare Ed25519 verify: {alone:.1f} us"
    return [
        Line("one verification: judge()", f"{one:.1f} us", against, f"{one / alone:.2f}", "at most 1.15"),
        Line("the same, online: with a look at the database", f"{whole:.1f} us", against, f"{whole / alone:.2f}", "-"),
    ]


def _signatures(registry: Registry, labels: list[str]) -> Iterator[tuple[Ed25519PublicKey, bytes, bytes]]:
    windows = registry.trust().label_keys()
    for label in labels:
        text = parse_label(label)
        assert text.digits is not None
        token = parse_token(text.digits)
        key = Ed25519PublicKey.from_public_bytes(windows[token.kid].key.raw)
        yield key, token.signature, signed_message(token.kid, text.path, token.payload)
