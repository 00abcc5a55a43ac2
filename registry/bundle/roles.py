"""Who signs the bundle: the online keys in the ring, and the root files, which say whose signatures count.

HOME/root/<version>.root.json      every root from the first on; public, and copied to the store by each publication
HOME/root/published                made by the first publication: from then on an empty store is a lost one
HOME/keys/<role>-<kid>.pem         the online keys
HOME/keys/root/                    the root keys, if the ceremony was held here: to be moved away
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from tuf.api.metadata import Root

from keys import KeyRing, KeyUse, Signer, make_passphrase, passphrase_for
from keys.durable import make_folders, write_durable
from keys.passphrase import FILE_NAME as PASSPHRASE_FILE
from registry.bundle.fault import BundleFault
from registry.bundle.roots import ROLE_USES, ROOT_KEYS, check_first, check_successor, first_root, root_of
from registry.bundle.tuf_keys import tuf_key
from registry.registry import Registry

_PUBLISHED = "published"
_ROOT_FILE = re.compile(r"([1-9][0-9]*)\.root\.json", re.ASCII)


class Roles(Struct, frozen=True):
    """Every root, the first one first, and the online signers that the ring holds, by role."""

    roots: tuple[bytes, ...]
    held: Mapping[KeyUse, Sequence[Signer]]

    @property
    def newest(self) -> Root:
        """The root in force."""
        return root_of(self.roots[-1])

    def signers(self, versions: Sequence[int]) -> dict[KeyUse, list[Signer]]:
        """Who signs for each role: the keys held that the roots of any of these versions name.

        Two versions, while one replaces the other: metadata signed by the keys of both is good before and after.
        Raises ``BundleFault`` for a role without a key.
        """
        chosen, roots = {}, [root_of(self.roots[version - 1]) for version in versions]
        for use, signers in self.held.items():
            named = {keyid for root in roots for keyid in root.roles[use].keyids}
            chosen[use] = [signer for signer in signers if tuf_key(signer.public).keyid in named]
            if not chosen[use]:
                raise BundleFault(
                    f"the root names no {use} key that this home holds: restore the key from a backup, or have the "
                    f"holders of the root keys name another: carbonlabel keys draft-root --role {use}"
                )
        return chosen


def root_keys_folder(registry: Registry) -> Path:
    """Where the ceremony puts the root keys unless told otherwise."""
    return registry.home.keys / "root"


def roots_folder(registry: Registry) -> Path:
    """Where the root files lie."""
    return registry.home.path / "root"


def ensure_roles(registry: Registry, now: datetime) -> Roles:
    """The roles as they are; made, with all three root keys in this home, when there is no root yet."""
    roots = read_roots(registry) or (first_ceremony(registry, root_keys_folder(registry), now),)
    return Roles(roots, {use: [registry.ring.signer(kid) for kid in registry.ring.kids(use)] for use in ROLE_USES})


def generate_role(registry: Registry, use: KeyUse) -> bytes:
    """The public half of a key for an online role that no root ever named: drawn, unless an earlier try left one."""
    named = {keyid for data in read_roots(registry) for keyid in root_of(data).roles[use].keyids}
    for kid in registry.ring.kids(use):
        public = registry.ring.signer(kid).public
        if tuf_key(public).keyid not in named:
            return public
    return registry.ring.generate(use).public


def was_published(registry: Registry) -> bool:
    """Whether a bundle of this home was ever published."""
    return was_published_from(roots_folder(registry))


def was_published_from(folder: Path) -> bool:
    """Whether a bundle of the home with this root folder was ever published."""
    return (folder / _PUBLISHED).exists()


def note_publication(registry: Registry) -> None:
    """Remembers that a bundle was published."""
    if not was_published(registry):
        _create(roots_folder(registry) / _PUBLISHED, b"")


def read_roots(registry: Registry) -> tuple[bytes, ...]:
    """Every root file of the home, in order. Raises ``BundleFault`` when one is missing."""
    return roots_in(roots_folder(registry))


def roots_in(folder: Path) -> tuple[bytes, ...]:
    """Every root file of a home's root folder, as ``read_roots``."""
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    versions = sorted(int(match[1]) for match in map(_ROOT_FILE.fullmatch, names) if match)
    if versions != list(range(1, len(versions) + 1)):
        raise BundleFault(
            f"{folder} does not have every root from 1 to {versions[-1]}: restore it from the public store"
        )
    return tuple((folder / f"{version}.root.json").read_bytes() for version in versions)


def install_root(registry: Registry, data: bytes, now: datetime) -> int:
    """Writes the file of a root, which is in force from then on; returns its version. Who may is asked elsewhere.

    The next publication takes it to the store. Raises as ``require_next``.
    """
    version = require_next(registry, data, now)
    _create(roots_folder(registry) / f"{version}.root.json", data)
    return version


def require_next(registry: Registry, data: bytes, now: datetime) -> int:
    """The version of a root that verifiers will take as the successor of the newest one. Raises ``BundleFault``."""
    roots = read_roots(registry)
    if roots:
        check_successor(data, roots[-1], now)
    else:
        check_first(data, now)
    version = root_of(data).version
    if version != len(roots) + 1:
        raise BundleFault(f"this is root {version}, and the next one is {len(roots) + 1}")
    return version


def draw_root_keys(folder: Path) -> list[Signer]:
    """The three root keys in a ring of their own at ``folder``, with a passphrase of its own beside them.

    Those that an earlier try has drawn are taken.
    """
    if not (folder / PASSPHRASE_FILE).exists():
        make_passphrase(folder)
    ring = KeyRing.open(folder, passphrase_for(folder, {}))
    kids = ring.kids(KeyUse.ROOT)[:ROOT_KEYS]
    return [ring.signer(kid) for kid in kids] + [ring.generate(KeyUse.ROOT) for _ in range(ROOT_KEYS - len(kids))]


def first_ceremony(registry: Registry, folder: Path, now: datetime) -> bytes:
    """Root 1: three root keys drawn in ``folder``, and a key in the ring for each online role.

    Nobody need agree to it: a registry has its first root before it has people, and no verifier goes back to one yet.
    Raises ``BundleFault`` when there is a root already.
    """
    if read_roots(registry):
        raise BundleFault("there is a root already, and verifiers go back to it: replace its keys by rotation")
    online = {use: generate_role(registry, use) for use in ROLE_USES}
    signers = draw_root_keys(folder)
    data = first_root([signer.public for signer in signers], online, signers, now)
    install_root(registry, data, now)
    return data


def _create(path: Path, data: bytes) -> None:
    """Writes a file that must not be there yet, whole, on disk when this returns."""
    try:
        make_folders(path.parent)
        write_durable(path, data, replace=False)
    except FileExistsError:
        raise BundleFault(f"{path} is there already: look at it before you go on") from None
