"""Each kind of damage to a table or a public file of a home is found, and called by its name."""

import re
import shutil
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from registry.database.database import Database
from registry.fsck import check_home
from registry.home import Home
from registry.store import FolderStore
from tests.databases import execute
from tests.world import new_registry

PROJECTED = ("log_entry", "checkpoint", "record", "label", "declaration", "member")
SAID_ONCE = {"checkpoint.at", "declaration.renews"}
"""Columns that nothing else speaks of, so that no damage to them can be told."""

COLUMNS: dict[str, tuple[str, str]] = {
    "log_entry.index": ("update log_entry set \"index\" = 9999 where typ like '%labels%'", "gap"),
    "log_entry.typ": ("update log_entry set typ = 'vc+jwt' where \"index\" = 0", "entry-typ"),
    "log_entry.jws": ("update log_entry set jws = x'00' || substr(jws, 2) where \"index\" = 20", "entry-form"),
    "log_entry.leaf": ('update log_entry set leaf = zeroblob(32) where "index" = 20', "entry-leaf"),
    "log_entry.about": ("update log_entry set about = 8 where typ like '%status%'", "entry-about"),
    "log_entry.at": ("update log_entry set at = '2026-06-01 00:00:00.000000' where \"index\" = 20", "entry-time"),
    "checkpoint.size": (
        "update checkpoint set size = size - 1 where size > (select min(size) from checkpoint)",
        "checkpoint-root",
    ),
    "checkpoint.root": (
        "update checkpoint set root = zeroblob(32) where size = (select min(size) from checkpoint)",
        "checkpoint-root",
    ),
    "checkpoint.note": (
        "update checkpoint set note = substr(note, 2) where size = (select min(size) from checkpoint)",
        "checkpoint-signature",
    ),
    "record.index": ('update record set "index" = 1 where "index" = 30', "record-row"),
    "record.declaration_id": ("update record set declaration_id = 'x' where \"index\" = 30", "record-row"),
    "record.key_path": ("update record set key_path = '/01/1' where \"index\" = 30", "record-row"),
    "record.version": ('update record set version = 9 where "index" = 30', "record-row"),
    "record.owner_id": ("update record set owner_id = 'rival' where \"index\" = 30", "record-row"),
    "record.owner_name": ("update record set owner_name = 'Rival' where \"index\" = 30", "record-row"),
    "record.name": ("update record set name = x'7b7d' where \"index\" = 30", "record-row"),
    "record.claims": ("update record set claims = x'00' where \"index\" = 30", "record-row"),
    "record.issued": ("update record set issued = '2020-01-01' where \"index\" = 30", "record-row"),
    "record.expires": ("update record set expires = '2099-01-01' where \"index\" = 30", "record-row"),
    "record.standing": ("update record set standing = 'active' where standing = 'withdrawn'", "record-row"),
    "record.standing_reason": ("update record set standing_reason = 'x' where standing = 'withdrawn'", "record-row"),
    "record.standing_at": ("update record set standing_at = null where standing = 'withdrawn'", "record-row"),
    "record.superseded_by": ("update record set superseded_by = null", "record-row"),
    "record.signed_by": ("update record set signed_by = 'x' where \"index\" = 30", "record-row"),
    "record.terms": ("update record set terms = 'x' where \"index\" = 30", "record-row"),
    "record.search": ("update record set search = 'x' where \"index\" = 30", "record-row"),
    "label.record": ("update label set record = 31 where record = 30", "label-row"),
    "label.path": ("update label set path = '/01/1' where record = 30", "label-row"),
    "label.text": ("update label set text = replace(text, '?c=', '?c=9') where record = 30", "label-row"),
    "declaration.id": ("update declaration set id = 'x' where record = 30", "declaration-row"),
    "declaration.owner_id": ("update declaration set owner_id = 'rival' where record = 30", "declaration-row"),
    "declaration.state": ("update declaration set state = 'draft' where record = 30", "declaration-row"),
    "declaration.content": ("update declaration set content = x'7b7d' where record = 30", "declaration-row"),
    "declaration.signature": ("update declaration set signature = x'00' where record = 30", "declaration-row"),
    "declaration.record": ("update declaration set record = null where record = 30", "declaration-row"),
    "declaration.created_at": (
        "update declaration set created_at = '2030-01-01 00:00:00.000000' where record = 30",
        "declaration-row",
    ),
    "declaration.updated_at": (
        "update declaration set updated_at = '2030-01-01 00:00:00.000000' where record = 30",
        "declaration-row",
    ),
    "member.id": ("update member set id = 'stranger' where id = 'rival'", "member-row"),
    "member.kind": ("update member set kind = 'operator' where id = 'rival'", "member-row"),
    "member.content": ("update member set content = x'7b' where id = 'rival'", "member-row"),
    "member.joined": ("update member set joined = 0 where id = 'rival'", "member-row"),
    "member.left_at": ("update member set left_at = 9 where id = 'rival'", "member-row"),
}
TABLES = [
    ("a lost entry", 'delete from log_entry where "index" = 40', "gap"),
    ("an entry of another", 'update log_entry set jws = (select jws from log_entry where "index" = 41), leaf = '
     '(select leaf from log_entry where "index" = 41) where "index" = 40', "record-number"),
    ("a lost record", 'delete from record where "index" = 30', "record-row"),
    ("a lost label", "delete from label where record = 30", "label-row"),
    ("a lost label of a lot", "delete from label where path like '%/10/%'", "label-row"),
    ("a label that nobody logged", "insert into label select record, path || '/21/9', text from label limit 1",
     "label-row"),
    ("a label of another registry", "update label set text = replace(text, 'id.example.org', 'id.example.com')",
     "label-row"),
    ("a lost declaration", "delete from declaration where record = 30", "declaration-row"),
    ("a lost member", "delete from member where id = 'rival'", "member-row"),
    ("a lost checkpoint, the newest", "delete from checkpoint where size > 260", "checkpoint-ahead"),
    ("a lost table", "drop table label", "database"),
    ("a lost table of records", "drop table record", "database"),
    ("a lost table of checkpoints", "drop table checkpoint", "database"),
]  # fmt: skip
UNTYPED = [
    ("an entry of another type of value", 'update log_entry set jws = 7 where "index" = 20', "entry-form"),
    ("a time that is none", "update log_entry set at = 'yesterday' where \"index\" = 20", "entry-time"),
]


def codes(home: Home) -> set[str]:
    database = Database(home.database_url({}))
    try:
        report = check_home(home.config, database, FolderStore(home.public), lambda _done, _total: None)
    finally:
        database.dispose()
    return {fault.code.value for fault in report.faults}


def damage(home: Home, statement: str) -> None:
    if home.config.database:
        statement = re.sub(r"\bx'([0-9a-f]*)'", r"'\\x\1'::bytea", statement)
        statement = statement.replace("zeroblob(32)", "decode(repeat('00', 32), 'hex')")
        statement += " cascade" * statement.startswith("drop")
    execute(home.path, statement)


def test_every_column_is_damaged_here() -> None:
    columns = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        if table.name in PROJECTED
        for column in table.columns
    }
    assert COLUMNS.keys() | SAID_ONCE == columns


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_column_is_found(column: str, small_home: Home) -> None:
    statement, code = COLUMNS[column]
    damage(small_home, statement)
    assert code in codes(small_home)


@pytest.mark.parametrize(("what", "statement", "code"), TABLES, ids=[what for what, _, _ in TABLES])
def test_a_damaged_table_is_found(what: str, statement: str, code: str, home: Home) -> None:
    damage(home, statement)
    assert code in codes(home)


@pytest.mark.sqlite_file("its columns take values of any type")
@pytest.mark.parametrize(("what", "statement", "code"), UNTYPED, ids=[what for what, _, _ in UNTYPED])
def test_a_value_of_another_type_is_found(what: str, statement: str, code: str, home: Home) -> None:
    damage(home, statement)
    assert code in codes(home)


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def lengthen(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")


FILES = {
    "checkpoint": ("checkpoint-missing", "checkpoint-ahead"),
    "tile/0/000": ("tile-missing", "tile-differs"),
    "tile/0/001.p/*": ("tile-missing", "tile-differs"),
    "tile/1/000.p/1": ("tile-missing", "tile-differs"),
    "tile/entries/000": ("entries-missing", "entries-differ"),
    "tile/entries/001.p/*": ("entries-missing", "entries-differ"),
}


@pytest.mark.parametrize("path", FILES)
def test_a_public_file_that_is_lost_or_changed_is_found(path: str, home: Home) -> None:
    missing, differs = FILES[path]
    file = max((home.public / "log").glob(path), key=lambda file: file.stat().st_size)
    good = file.read_bytes()
    for change in (flip, truncate, lengthen):
        change(file)
        assert codes(home) == {differs}, change
        file.write_bytes(good)
    file.unlink()
    assert codes(home) == {missing}
    file.write_bytes(good)
    assert codes(home) == set()


@pytest.mark.parametrize(
    "path", ["tile/0/002", "tile/7/000", "tile/entries/009.p/3", "tile/0/001.p/256", "tile/x", "notes.txt"]
)
def test_a_file_that_no_log_of_these_entries_has_is_found(path: str, home: Home) -> None:
    file = home.public / "log" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(bytes(32))
    assert codes(home) == {"file-unexpected"}


def test_a_checkpoint_from_before_and_all_files_gone_are_found(home: Home) -> None:
    ((older,),) = execute(home.path, "select note from checkpoint order by size limit 1")
    (home.public / "log" / "checkpoint").write_bytes(older)
    assert codes(home) == {"checkpoint-behind"}
    shutil.rmtree(home.public)
    assert codes(home) == {"checkpoint-missing", "tile-missing", "entries-missing"}


def test_files_of_another_registry_are_found(tmp_path: Path, home: Home) -> None:
    other = new_registry(tmp_path / "other")
    shutil.copytree(home.public, other.home.public, dirs_exist_ok=True)
    assert {"checkpoint-ahead", "file-unexpected"} <= codes(other.home)
    other.close()


def test_all_faults_are_told_not_only_the_first(home: Home) -> None:
    for column in ("log_entry.leaf", "checkpoint.root", "record.search", "label.text", "member.joined"):
        damage(home, COLUMNS[column][0])
    flip(home.public / "log" / "tile" / "0" / "000")
    found = codes(home)
    assert found == {"entry-leaf", "checkpoint-root", "checkpoint-form", "record-row", "label-row", "member-row",
                     "tile-differs"}  # fmt: skip
