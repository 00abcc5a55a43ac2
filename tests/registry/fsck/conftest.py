"""A home with something of everything, made once; each test damages its own copy."""

from pathlib import Path

import pytest

from registry.home import Home
from registry.labels.sets import mint_below_class
from registry.log.service import sequence
from registry.records.rekey import end_key
from schemas.entry import StatusEvent
from schemas.gs1 import Gs1Path
from tests.databases import copy_home
from tests.world import NOW, a_declaration, a_place, change, gtin, label_key, new_registry, published


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound home: 266 entries and more, records suspended, withdrawn, superseded, with a lot; two checkpoints."""
    return made(tmp_path_factory.mktemp("fsck") / "home", 250)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with 66 entries, which is no whole tile, and takes a quarter of the time to check."""
    return made(tmp_path_factory.mktemp("fsck") / "home", 50)


def made(path: Path, products: int) -> Path:
    registry = new_registry(path)
    first, second, *_ = (one.record for one in published(registry, products))
    sequence(registry)
    change(registry, first, StatusEvent.SUSPENDED)
    change(registry, second, StatusEvent.WITHDRAWN)
    published(registry, [a_declaration(5), a_place(1)])
    with registry.database.writing() as session:
        writer, signer = registry.log_writer(session, NOW), registry.keys_in_force(session).label
        lot = Gs1Path.of(gtin=gtin(7), lot="A1")
        mint_below_class(session, writer, signer, registry.config.origin, first + 7, lot, NOW)
    end_key(registry, label_key(registry).kid, None)
    sequence(registry)
    registry.close()
    return path


@pytest.fixture
def small_home(small: Path, tmp_path: Path) -> Home:
    """A fresh copy of the small one."""
    copy_home(small, tmp_path / "home")
    return Home.open(tmp_path / "home")


@pytest.fixture
def home(whole: Path, tmp_path: Path) -> Home:
    """A fresh copy of the home."""
    copy_home(whole, tmp_path / "home")
    return Home.open(tmp_path / "home")
