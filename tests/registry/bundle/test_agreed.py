"""What two people of the operator agree on about the bundle's keys: a root in force, a private half destroyed."""

import json
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import col, select

from keys import KeyRingError, KeyUse
from registry.audit.steps import Did
from registry.bundle import BundleFault, ensure_roles
from registry.bundle.agreed import destroy, put_in_force, root_to_agree_on
from registry.bundle.roles import first_ceremony, read_roots, root_keys_folder
from registry.bundle.roots import sign_root
from registry.bundle.rotation import draft_root, retired, root_signers
from registry.database.audit_tables import AuditRow
from registry.errors import InvalidInput, NotAllowed, WrongState
from registry.operator_keys.proposals import MAX_DRAFT, propose_root
from registry.registry import Registry, utc_now
from tests.operators import ANN, agreed, confirmed, proposed, two_people
from tests.registry.bundle.publishing import publish_now
from tests.registry.bundle.stores import MemoryStore
from tests.world import new_registry


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    """With a first root, and two people of the operator."""
    with closing(new_registry(tmp_path / "home")) as registry:
        ensure_roles(registry, utc_now())
        two_people(registry)
        yield registry


def drafted(registry: Registry, folder: Path, *roles: KeyUse) -> Path:
    """The file of a draft that nobody has signed yet."""
    file = folder / "next.json"
    file.write_bytes(draft_root(registry, utc_now(), roles=roles))
    return file


def signed(registry: Registry, file: Path) -> bytes:
    """The draft, signed by two of the holders."""
    data = file.read_bytes()
    for signer in root_signers(root_keys_folder(registry))[:2]:
        data = sign_root(data, signer)
    file.write_bytes(data)
    return data


def steps(registry: Registry, did: Did) -> list[str]:
    """To what it was done, as the audit trail tells."""
    with registry.database.reading() as session:
        query = select(AuditRow.subject).where(AuditRow.action == did).order_by(col(AuditRow.id))
        return list(session.exec(query))


class TestRoot:
    def test_is_in_force_only_once_two_people_agreed(self, registry: Registry, tmp_path: Path) -> None:
        file = drafted(registry, tmp_path)
        data = signed(registry, file)
        with pytest.raises(NotAllowed, match=root_to_agree_on(data)):
            put_in_force(registry, data, utc_now())
        proposal = proposed(registry, "root", str(file))
        with pytest.raises(NotAllowed):
            put_in_force(registry, data, utc_now())
        assert steps(registry, Did.PUT_IN_FORCE) == []
        confirmed(registry, proposal.id)
        assert put_in_force(registry, data, utc_now()) == 2
        assert read_roots(registry)[1] == data
        assert steps(registry, Did.PUT_IN_FORCE) == ["root/2"]

    def test_is_agreed_on_while_its_holders_sign(self, registry: Registry, tmp_path: Path) -> None:
        file = drafted(registry, tmp_path, KeyUse.TIMESTAMP)
        agreed(registry, "root", str(file))
        assert put_in_force(registry, signed(registry, file), utc_now()) == 2

    def test_another_one_of_the_same_version_is_not_agreed_on(self, registry: Registry, tmp_path: Path) -> None:
        agreed(registry, "root", str(drafted(registry, tmp_path)))
        other = signed(registry, drafted(registry, tmp_path, KeyUse.TARGETS))
        with pytest.raises(NotAllowed):
            put_in_force(registry, other, utc_now())
        assert len(read_roots(registry)) == 1

    def test_one_that_verifiers_refuse_uses_no_confirmation(self, registry: Registry, tmp_path: Path) -> None:
        file = drafted(registry, tmp_path)
        agreed(registry, "root", str(file))
        with pytest.raises(BundleFault, match="signed by 0"):
            put_in_force(registry, file.read_bytes(), utc_now())
        assert put_in_force(registry, signed(registry, file), utc_now()) == 2

    def test_is_put_in_force_after_all_when_that_was_cut_off(self, registry: Registry, tmp_path: Path) -> None:
        """As it lies there when the machine stops between the transaction and the file."""
        file = drafted(registry, tmp_path)
        agreed(registry, "root", str(file))
        data = signed(registry, file)
        put_in_force(registry, data, utc_now())
        (registry.home.path / "root" / "2.root.json").unlink()
        assert put_in_force(registry, data, utc_now()) == 2
        with pytest.raises(BundleFault):
            put_in_force(registry, data, utc_now())  # and never twice

    def test_with_one_person_goes_on(self, tmp_path: Path) -> None:
        with closing(new_registry(tmp_path / "home")) as registry:
            ensure_roles(registry, utc_now())
            assert put_in_force(registry, signed(registry, drafted(registry, tmp_path)), utc_now()) == 2
            assert steps(registry, Did.PUT_IN_FORCE) == ["root/2"]

    def test_the_first_is_nobody_s_to_agree_on(self, tmp_path: Path) -> None:
        with closing(new_registry(tmp_path / "home")) as registry:
            two_people(registry)
            with pytest.raises(InvalidInput, match="ceremony"):
                propose_root(registry, ANN, b"{}", "the first", utc_now())
            first = first_ceremony(registry, tmp_path / "medium", utc_now())
            assert read_roots(registry) == (first,)

    @pytest.mark.parametrize("draft", [b"", b"{}", b"[]", b"{" * 100, b" " * (MAX_DRAFT + 1)])
    def test_what_is_no_root_is_not_proposed(self, registry: Registry, draft: bytes) -> None:
        with pytest.raises(InvalidInput):
            propose_root(registry, ANN, draft, "why not", utc_now())

    def test_what_cannot_be_next_is_not_proposed(self, registry: Registry, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="root 1"):
            propose_root(registry, ANN, read_roots(registry)[0], "again", utc_now())
        for wrong in ("zz", "", "00", 7):
            draft = json.loads(drafted(registry, tmp_path).read_bytes())
            next(iter(draft["signed"]["keys"].values()))["keyval"]["public"] = wrong
            with pytest.raises(InvalidInput):
                propose_root(registry, ANN, json.dumps(draft).encode(), "with a key that is none", utc_now())


class TestDestroying:
    @pytest.fixture
    def replaced(self, registry: Registry, tmp_path: Path) -> list[str]:
        """Keys that root 2, which is published, does not name any more."""
        store = MemoryStore()
        publish_now(registry, store)
        file = drafted(registry, tmp_path, KeyUse.TIMESTAMP, KeyUse.TARGETS)
        agreed(registry, "root", str(file))
        put_in_force(registry, signed(registry, file), utc_now())
        publish_now(registry, store)
        found = retired(registry, store)
        assert len(found) == 2
        return found

    def held(self, registry: Registry) -> set[str]:
        return {kid for use in (KeyUse.TIMESTAMP, KeyUse.TARGETS) for kid in registry.ring.kids(use)}

    def test_each_key_takes_two_people(self, registry: Registry, replaced: list[str]) -> None:
        first, second = replaced
        agreed(registry, "destroy", first)
        with pytest.raises(NotAllowed, match=second) as refused:
            destroy(registry, replaced, utc_now())
        assert first not in str(refused.value)
        assert set(replaced) <= self.held(registry)  # all or none
        assert steps(registry, Did.DESTROYED) == []
        agreed(registry, "destroy", second)
        destroy(registry, replaced, utc_now())
        assert not set(replaced) & self.held(registry)
        assert steps(registry, Did.DESTROYED) == [f"key/{kid}" for kid in replaced]

    def test_what_the_newest_root_names_is_not_destroyed_whoever_agreed(self, registry: Registry) -> None:
        (kid,) = registry.ring.kids(KeyUse.TARGETS)
        agreed(registry, "destroy", kid)
        with pytest.raises(BundleFault, match="replace it first"):
            destroy(registry, [kid], utc_now())
        assert kid in self.held(registry)

    def test_what_this_home_does_not_hold_is_not_proposed(self, registry: Registry) -> None:
        for kid in ("0" * 16, *registry.ring.kids(KeyUse.RECORD)):
            with pytest.raises(InvalidInput, match="no bundle key"):
                proposed(registry, "destroy", kid)

    def test_is_proposed_once(self, registry: Registry, replaced: list[str]) -> None:
        proposed(registry, "destroy", replaced[0])
        with pytest.raises(WrongState, match="already"):
            proposed(registry, "destroy", replaced[0])

    def test_goes_on_after_all_when_the_disk_failed(self, registry: Registry, replaced: list[str]) -> None:
        kid = replaced[0]
        (path,) = registry.home.keys.glob(f"*-{kid}.pem")
        agreed(registry, "destroy", kid)
        path.rename(path.with_name("kept"))
        path.mkdir()  # what is no file cannot be unlinked
        with pytest.raises(KeyRingError):
            destroy(registry, [kid], utc_now())
        path.rmdir()
        path.with_name("kept").rename(path)
        destroy(registry, [kid], utc_now())
        assert kid not in self.held(registry)

    def test_with_one_person_goes_on(self, tmp_path: Path) -> None:
        with closing(new_registry(tmp_path / "home")) as registry:
            ensure_roles(registry, utc_now())
            kid = registry.ring.generate(KeyUse.TARGETS).kid
            destroy(registry, [kid], utc_now())
            assert kid not in self.held(registry)
            assert steps(registry, Did.DESTROYED) == [f"key/{kid}"]
