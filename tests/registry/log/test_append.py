"""Appending: the next index, the exact bytes, their leaf hash; an entry that is refused leaves its index free."""

from collections.abc import Generator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from keys import MalformedToken, PublicKey, verify_compact
from registry.log.append import log_size
from registry.registry import Registry
from schemas.entry import MAX_ENTRY, EntryType
from tests.world import NOW, log_of, new_registry, record_key

pytestmark = pytest.mark.each_database


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


def test_entries_are_stored_as_signed_when_flushed(registry: Registry) -> None:
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        made = [writer.append(EntryType.STATUS, b'{"n":%d}' % n) for n in range(3)]
        assert [entry.index for entry in made] == [7, 8, 9]
        assert log_size(session) == 7
        writer.flush()
        writer.flush()
        assert log_size(session) == 10
    stored = log_of(registry)[7:]
    assert [(entry.index, entry.jws, entry.leaf) for entry in stored] == [(it.index, it.jws, it.leaf) for it in made]
    key = PublicKey.load(record_key(registry).public)
    for entry in stored:
        assert verify_compact(entry.jws, {key.kid: key}, "carbonlabel-status+jwt").payload.startswith(b'{"n":')
        assert entry.leaf == sha256(b"\x00" + entry.jws).digest()


def test_an_entry_of_65535_bytes_is_taken_and_one_of_more_leaves_its_index_free(registry: Registry) -> None:
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        sizes: list[int] = []
        for size in range(49_000, 49_200):
            index = writer.next_index
            try:
                sizes.append(len(writer.append(EntryType.STATUS, b"x" * size).jws))
            except MalformedToken:
                assert writer.next_index == index
    assert MAX_ENTRY - 1 <= max(sizes) <= MAX_ENTRY
    assert len(sizes) < 200


def test_what_is_not_committed_was_never_there(registry: Registry) -> None:
    before = log_of(registry)
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        writer.append(EntryType.STATUS, b"{}")
        writer.flush()
        session.rollback()
    assert log_of(registry) == before
