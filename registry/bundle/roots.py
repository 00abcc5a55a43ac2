"""Root metadata: who holds the roles of the bundle. Drafted, then signed by several people, then checked. Pure.

draft = next_root(current, now, online={KeyUse.TIMESTAMP: new_public_key})
draft = sign_root(draft, signer)         # once for each root key, on whatever machine that key lives
check_successor(draft, current)          # raises unless enough distinct keys of both roots have signed
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Role, Root

from keys import KeyUse, Signer, WeakPublicKey, kid_of
from registry.bundle.fault import BundleFault
from registry.bundle.tuf_keys import RoleSigner, signed_bytes, tuf_key
from verifier.bundle.chain import Chain
from verifier.bundle.errors import RefusedUpdate, ThresholdError
from verifier.bundle.witnesses import policy_of, set_policy
from verifier.witness.policy import WitnessPolicy

ROLE_USES = (KeyUse.TARGETS, KeyUse.SNAPSHOT, KeyUse.TIMESTAMP)
"""The online roles. A key's use is called as its role is."""

ROOT_KEYS, ROOT_THRESHOLD = 3, 2
ROOT_LIFE = timedelta(days=365)


def first_root(
    root_keys: Sequence[bytes], online: Mapping[KeyUse, bytes], signers: Sequence[Signer], now: datetime
) -> bytes:
    """Version 1: these root keys, two of which must sign, and a key for each online role; signed by ``signers``."""
    root = Root(expires=now + ROOT_LIFE, consistent_snapshot=True)
    _set_keys(root, KeyUse.ROOT, root_keys, ROOT_THRESHOLD)
    for use in ROLE_USES:
        _set_keys(root, use, [online[use]], 1)
    data = signed_bytes(root, signers)
    check_first(data, now)
    return data


def next_root(
    current: bytes,
    now: datetime,
    *,
    root_keys: Sequence[bytes] | None = None,
    online: Mapping[KeyUse, bytes] | None = None,
    witnesses: WitnessPolicy | None = None,
) -> bytes:
    """The next version, not signed yet: with other root keys, other keys for online roles, other ``witnesses``, or only
    a later expiry. Raises ``BundleFault`` also where ``current`` asks for witnesses that cannot be.
    """
    root = root_of(current)
    root.version += 1
    root.expires = now + ROOT_LIFE
    if root_keys is not None:
        _set_keys(root, KeyUse.ROOT, root_keys, ROOT_THRESHOLD)
    for use, public in (online or {}).items():
        _set_keys(root, use, [public], 1)
    if witnesses is not None:
        set_policy(root, witnesses)
    policy_in(root)
    return signed_bytes(root, ())


def sign_root(draft: bytes, signer: Signer) -> bytes:
    """The draft with the signature of ``signer`` added."""
    try:
        metadata: Metadata[Root] = Metadata.from_bytes(draft)
        metadata.sign(RoleSigner(signer), append=True)
    except RepositoryError as problem:
        raise BundleFault(f"this is not root metadata: {problem}") from problem
    return metadata.to_bytes()


def check_first(data: bytes, now: datetime) -> None:
    """Raises ``BundleFault`` unless ``data`` is a root signed by a threshold of its own keys."""
    try:
        Chain(data, now)
    except RefusedUpdate as problem:
        raise BundleFault(f"this root cannot be used: {problem}") from problem


def check_successor(data: bytes, current: bytes, now: datetime) -> None:
    """Raises ``BundleFault`` unless verifiers that have ``current`` will take ``data`` as the next root."""
    try:
        Chain(current, now).add_root(data)
    except RefusedUpdate as problem:
        raise BundleFault(f"this root cannot follow the one in force: {problem}") from problem


def check_draft(data: bytes, current: bytes, now: datetime) -> None:
    """Raises ``BundleFault`` unless ``data`` can be the next root, once enough keys have signed it."""
    try:
        Chain(current, now).add_root(data)
    except ThresholdError:
        pass  # the holders may sign it still
    except RefusedUpdate as problem:
        raise BundleFault(f"this root cannot follow the one in force: {problem}") from problem
    root = root_of(data)
    if root.expires <= now:
        raise BundleFault(f"this root expired on {root.expires:%Y-%m-%d}: draft it anew")
    try:
        _ = [named_for(root, use) for use in (KeyUse.ROOT, *ROLE_USES)]
    except (KeyError, TypeError, ValueError, WeakPublicKey) as problem:
        raise BundleFault(f"this root does not tell the Ed25519 keys that it names: {problem}") from problem


def root_of(data: bytes) -> Root:
    """The root in ``data``. Raises ``BundleFault``."""
    return _metadata_in(data).signed


def named_for(root: Root, use: KeyUse) -> list[str]:
    """The ids of the keys that ``root`` names for a role, as our ring and the log call keys."""
    return [kid_of(bytes.fromhex(root.keys[keyid].keyval["public"])) for keyid in root.roles[use].keyids]


def digest_of(data: bytes) -> str:
    """The SHA-256, in hexadecimal, of what the root keys sign: the same before and after each has signed."""
    return sha256(_metadata_in(data).signed_bytes).hexdigest()


def _metadata_in(data: bytes) -> Metadata[Root]:
    try:
        found: Metadata[Root] = Metadata.from_bytes(data)
    except RepositoryError as problem:
        raise BundleFault(f"this is not root metadata: {problem}") from problem
    if not isinstance(found.signed, Root):
        raise BundleFault("this is TUF metadata, but not a root")
    return found


def policy_in(root: Root) -> WitnessPolicy:
    """Whose cosignatures a checkpoint needs, as ``root`` says. Raises ``BundleFault``."""
    try:
        return policy_of(root)
    except RefusedUpdate as problem:
        raise BundleFault(str(problem)) from problem


def _set_keys(root: Root, use: KeyUse, public: Sequence[bytes], threshold: int) -> None:
    """Gives the role exactly these keys."""
    keys = {key.keyid: key for key in map(tuf_key, public)}
    if len(keys) != len(public) or threshold > len(keys):
        raise BundleFault(f"the {use} role needs at least {threshold} keys, all different")
    root.roles[use] = Role(list(keys), threshold)
    root.keys |= keys
    named = {keyid for role in root.roles.values() for keyid in role.keyids}
    root.keys = {keyid: key for keyid, key in root.keys.items() if keyid in named}
