"""A small registry with something of everything, published once: every file of it is one that a check must read."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import Struct

from keys import TrustList
from registry.bundle import ensure_roles, publish_bundle
from registry.bundle.roles import install_root, root_keys_folder
from registry.bundle.roots import sign_root
from registry.bundle.rotation import draft_root, root_signers
from registry.labels.sets import mint_below_class
from registry.log.service import sequence
from registry.records.rekey import end_key
from registry.registry import Registry
from registry.store import Store
from schemas.entry import StatusEvent
from schemas.gs1 import Gs1Path
from tests.registry.bundle.stores import MemoryStore
from tests.world import NOW, a_declaration, change, gtin, label_key, new_registry, published
from verifier.fsck import Report, check_public

METADATA = "tuf/metadata"


class Small(Struct, frozen=True):
    """``store`` is all that is public: ``log/``, ``tuf/`` with two roots, ``trust.json``. ``first`` to ``third`` are
    records: suspended, withdrawn, and superseded with the label of a lot."""

    registry: Registry
    trust: TrustList
    store: MemoryStore
    first: int
    second: int
    third: int

    @property
    def size(self) -> int:
        return int((self.store.get("log/checkpoint") or b"").split(b"\n")[1])


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Generator[Small]:
    with closing(new_registry(tmp_path_factory.mktemp("small") / "home")) as registry:
        first, second, third = (one.record for one in published(registry, 3))
        with registry.database.writing() as session:
            writer, signer = registry.log_writer(session, NOW), registry.keys_in_force(session).label
            lot = Gs1Path.of(gtin=gtin(2), lot="A1")
            mint_below_class(session, writer, signer, registry.config.origin, third, lot, NOW)
        change(registry, first, StatusEvent.SUSPENDED)
        change(registry, second, StatusEvent.WITHDRAWN)
        published(registry, [a_declaration(2)])
        end_key(registry, label_key(registry).kid, third)
        ensure_roles(registry, NOW)
        draft = draft_root(registry, NOW)
        for holder in root_signers(root_keys_folder(registry)):
            draft = sign_root(draft, holder)
        install_root(registry, draft, NOW)
        store = published_store(registry)
        store.put("trust.json", registry.trust().encode())
        yield Small(registry, registry.trust(), store, first, second, third)


def published_store(registry: Registry) -> MemoryStore:
    """Log and bundle of the registry as it is, brought up to date and copied."""
    committed = sequence(registry).committed
    assert committed is not None
    publish_bundle(registry, registry.store(), committed.note, committed.checkpoint.size, NOW)
    return copied(registry.home.public, registry.store())


def copied(folder: Path, store: Store) -> MemoryStore:
    """The files below ``folder``, which is that of ``store``."""
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return MemoryStore({path: store.get(path) or b"" for path in files if not path.rpartition("/")[2].startswith(".")})


def checked(small: Small, store: MemoryStore, root: bytes | None = None) -> Report:
    """The check of what ``store`` publishes, with the trust list of the registry."""
    return check_public(store, small.trust, NOW, root=root)


def codes(report: Report) -> set[str]:
    return {fault.code.value for fault in report.faults}
