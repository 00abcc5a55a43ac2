"""``carbonlabel keys list`` and ``destroy``: which keys of the bundle there are, and which must not be destroyed."""

from contextlib import closing
from pathlib import Path

import pytest

from keys import KeyUse, kid_of
from registry.bundle import ensure_roles
from registry.bundle.roots import ROLE_USES
from registry.registry import utc_now
from tests.end_to_end.commands import Ended, carbonlabel_here
from tests.world import ENVIRON, new_registry


@pytest.fixture
def home(tmp_path: Path) -> Path:
    new_registry(tmp_path / "home").close()
    return tmp_path / "home"


def keys(home: Path, *words: str) -> Ended:
    return carbonlabel_here("keys", *words, "--home", home, **ENVIRON)


def in_force(home: Path, use: str) -> list[str]:
    return keys(home, "list", "--in-force", use).out.split()


def test_before_the_ceremony_the_bundle_has_no_keys(home: Path) -> None:
    assert in_force(home, "timestamp") == []
    assert len(in_force(home, "record")) == 1
    assert keys(home, "list").code == 0


def test_the_key_in_force_is_the_one_that_signs(tmp_path: Path) -> None:
    with closing(new_registry(tmp_path / "home")) as registry:
        roles = ensure_roles(registry, utc_now())
        trust = registry.trust()
        assert in_force(tmp_path / "home", "label") == list(trust.label_keys())
        assert in_force(tmp_path / "home", "record") == list(trust.record_keys())
        assert in_force(tmp_path / "home", "log") == [kid_of(trust.log_key().key.raw)]
        for use in ROLE_USES:
            assert in_force(tmp_path / "home", use) == [signer.kid for signer in roles.held[use]]
        assert len(in_force(tmp_path / "home", "root")) == 3


def test_a_key_that_signs_is_not_destroyed(tmp_path: Path) -> None:
    with closing(new_registry(tmp_path / "home")) as registry:
        ensure_roles(registry, utc_now())
        label, named = in_force(tmp_path / "home", "label"), in_force(tmp_path / "home", "targets")
        for kid, why in (
            (*label, "holds no bundle key"),
            (*named, "replace it first"),
            ("0" * 16, "holds no bundle key"),
        ):
            refused = keys(tmp_path / "home", "destroy", kid)
            assert (refused.code, why in refused.words) == (2, True), refused
        spare = registry.ring.generate(KeyUse.TARGETS).kid
        assert "targets, not named by this root" in keys(tmp_path / "home", "list").words
        assert spare in keys(tmp_path / "home", "destroy", spare).out
        assert registry.ring.kids(KeyUse.TARGETS) == named
        assert registry.ring.kids(KeyUse.LABEL) == label
