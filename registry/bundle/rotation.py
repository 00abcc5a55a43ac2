"""Replacing keys of the bundle: a root is drafted, signed by the holders of root keys, and installed.

    draft = draft_root(registry, now, roles=[KeyUse.TIMESTAMP])     # 1. on the registry's machine
    draft = sign_root(draft, signer)                                # 2. by each holder, wherever the root keys are
    put_in_force(registry, draft, now)                              # 3. on the registry's machine again
    publish_bundle(...)                                             # 4. as always: takes it to the store
    destroy(registry, retired(registry, store), now)                # 5. when it is published

What steps 3 and 5 need two people of the operator for is in ``registry.bundle.agreed``.

Verifiers notice nothing: publication signs with the old key and the new one before the new root is published. A key
that others have is destroyed before step 4, so that nothing more is signed by it.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from keys import KeyRing, KeyUse, Signer, passphrase_for
from registry.bundle.fault import BundleFault
from registry.bundle.repository import Repository
from registry.bundle.roles import draw_root_keys, generate_role, read_roots
from registry.bundle.roots import ROLE_USES, next_root, root_of
from registry.bundle.tuf_keys import tuf_key
from registry.registry import Registry
from registry.store import Store
from verifier.witness.policy import WitnessPolicy


def draft_root(
    registry: Registry,
    now: datetime,
    *,
    roles: Sequence[KeyUse] = (),
    new_root_keys: Path | None = None,
    witnesses: WitnessPolicy | None = None,
) -> bytes:
    """The next root, not signed yet: with a new key for each of ``roles``, with the root keys of the ring at
    ``new_root_keys``, which is made if it is not there, with other ``witnesses``, or with only a later expiry. What is
    not given stays.

    Raises ``BundleFault`` before the first ceremony.
    """
    roots = read_roots(registry)
    if not roots:
        raise BundleFault("there is no root yet: hold the first ceremony, carbonlabel keys ceremony")
    online = {use: generate_role(registry, use) for use in roles}
    root_keys = None if new_root_keys is None else [signer.public for signer in draw_root_keys(new_root_keys)]
    return next_root(roots[-1], now, root_keys=root_keys, online=online, witnesses=witnesses)


def root_signers(folder: Path) -> list[Signer]:
    """The root keys in the ring at ``folder``, with the passphrase beside them. Raises ``BundleFault`` if none."""
    ring = KeyRing.open(folder, passphrase_for(folder, {}))
    signers = [ring.signer(kid) for kid in ring.kids(KeyUse.ROOT)]
    if not signers:
        raise BundleFault(f"{folder} holds no root key: name the folder of a key ceremony")
    return signers


def retired(registry: Registry, store: Store) -> list[str]:
    """The ids of the online keys that neither the published root nor the newest one names: to be destroyed.

    Not while a rotation is under way: a key that was drawn for a draft is not named yet.
    """
    roots = read_roots(registry)
    published = Repository(store).published_root()
    in_force = [root_of(data) for data in {roots[-1], *roots[max(0, published - 1) : published]}]
    found = []
    for use in ROLE_USES:
        named = {keyid for root in in_force for keyid in root.roles[use].keyids}
        held = registry.ring.kids(use)
        found += [kid for kid in held if tuf_key(registry.ring.signer(kid).public).keyid not in named]
    return found
