"""Label sets: every label of a lot or serial number is in the log before it is on a pack."""

import csv
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from keys import split_compact
from registry.errors import InvalidInput, WrongState
from registry.labels.sets import MOST_SERIALS, mint_again, mint_set, serial_range
from registry.records.publish import Published
from registry.registry import Registry
from schemas.entry import MAX_ENTRY, EntryType, LabelsEntry, StatusEvent
from schemas.gs1 import Gs1Path
from tests.world import NOW, ORIGIN, assert_sound, change, entries_of, gtin, new_registry, published, verdict_on
from verifier.cli.app import build


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


@pytest.fixture
def record(registry: Registry) -> Published:
    return published(registry, 1)[0]


def minted(registry: Registry, record: int, paths: list[Gs1Path]) -> list[str]:
    with registry.database.writing() as session:
        signer = registry.keys_in_force(session).label
        return mint_set(session, registry.log_writer(session, NOW), signer, ORIGIN, record, paths, NOW)


def serials(*values: str, lot: str | None = None) -> list[Gs1Path]:
    return [Gs1Path.of(gtin=gtin(0), lot=lot, serial=value) for value in values]


def logged(registry: Registry) -> list[str]:
    entries = [split_compact(row.jws).payload for row in entries_of(registry, EntryType.LABELS)]
    return [path for entry in entries for path in msgspec.json.decode(entry, type=LabelsEntry).paths]


def test_every_label_of_a_set_is_valid_and_logged_and_no_other(registry: Registry, record: Published) -> None:
    paths = serials(*serial_range("0001-0450"), lot="A")
    texts = minted(registry, record.record, paths)
    assert len(set(texts)) == 450
    assert logged(registry) == [path.text for path in paths]
    assert len(entries_of(registry, EntryType.LABELS)) == 3
    for text in texts[::90]:
        verdict = verdict_on(registry, text)
        assert (verdict.verdict, verdict.lot) == ("valid", "A")
    assert_sound(registry)


def test_what_is_minted_already_is_not_logged_again(registry: Registry, record: Published) -> None:
    first = minted(registry, record.record, serials("1", "2"))
    again = minted(registry, record.record, serials("2", "3", "1", "2"))
    assert [again[2], again[0]] == first
    assert again[0] == again[3]
    assert logged(registry) == [path.text for path in serials("1", "2", "3")]


def test_the_longest_paths_fit_an_entry(registry: Registry, record: Published) -> None:
    paths = [
        Gs1Path.of(gtin=gtin(0), cpv="/" * 20, lot="%" * 20, serial=f"{number:03}" + "&" * 17) for number in range(250)
    ]
    minted(registry, record.record, paths)
    assert max(len(row.jws) for row in entries_of(registry, EntryType.LABELS)) <= MAX_ENTRY


@pytest.mark.parametrize("event", [StatusEvent.SUSPENDED, StatusEvent.WITHDRAWN])
def test_no_label_is_minted_for_a_record_that_was_taken_back(
    registry: Registry, record: Published, event: StatusEvent
) -> None:
    change(registry, record.record, event)
    with pytest.raises(WrongState, match=event.value):
        minted(registry, record.record, serials("1"))
    assert logged(registry) == []


def test_one_path_of_another_product_refuses_the_whole_set(registry: Registry, record: Published) -> None:
    with pytest.raises(InvalidInput):
        minted(registry, record.record, [*serials("1"), Gs1Path.of(gtin=gtin(1), serial="1")])
    assert logged(registry) == []


def test_labels_that_are_minted_again_are_logged_again(registry: Registry, record: Published) -> None:
    minted(registry, record.record, serials("1", "2"))
    before = len(logged(registry))
    with registry.database.writing() as session:
        signer = registry.keys_in_force(session).label
        assert mint_again(session, registry.log_writer(session, NOW), signer, ORIGIN, record.record, NOW) == 3
    assert len(logged(registry)) == before + 3
    assert_sound(registry)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7-9", ["7", "8", "9"]),
        ("008-011", ["008", "009", "010", "011"]),
        ("AB07-AB09", ["AB07", "AB08", "AB09"]),
        ("A-1-A-2", ["A-1", "A-2"]),
        ("5-5", ["5"]),
    ],
)
def test_a_range_keeps_its_prefix_and_zeros(text: str, expected: list[str]) -> None:
    assert list(serial_range(text)) == expected


@pytest.mark.parametrize("text", ["", "7", "9-7", "10-9", "A1-B2", "a-b", "1-", "-1", "١-٢", f"0-{MOST_SERIALS}"])
def test_what_is_no_range_or_too_long_a_one_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        list(serial_range(text))


class TestCommand:
    def run(self, registry: Registry, *arguments: str) -> tuple[int, str]:
        command = ["label", gtin(0), "--home", str(registry.home.path), *arguments]
        environ = {"CARBONLABEL_PASSPHRASE": "a passphrase for tests"}
        done = CliRunner().invoke(build("label"), command, env=environ)
        return done.exit_code, done.output

    def test_a_set_from_a_file_is_written_as_csv(self, registry: Registry, record: Published, tmp_path: Path) -> None:
        (tmp_path / "serials.txt").write_text("\ufeffX1\n\nX2\nX1\n", encoding="utf-8")
        out = tmp_path / "labels.csv"
        code, said = self.run(
            registry, "--lot", "L/1", "--serial-file", str(tmp_path / "serials.txt"), "--out", str(out)
        )
        assert (code, "2 labels of record" in said) == (0, True)
        with out.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [(row["gtin"], row["lot"], row["serial"]) for row in rows] == [
            (gtin(0), "L/1", "X1"),
            (gtin(0), "L/1", "X2"),
        ]
        assert {verdict_on(registry, row["label"]).verdict for row in rows} == {"valid"}

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--serials", "1-3", "--out", "x.svg"),
            ("--serials", "3-1", "--out", "x.csv"),
            ("--serials", "1-3", "--serial", "4", "--out", "x.csv"),
            ("--serial-file", "/nonexistent", "--out", "x.csv"),
            ("--out", "x.csv"),
        ],
    )
    def test_a_set_that_cannot_be_is_refused_in_a_sentence(
        self, registry: Registry, record: Published, arguments: tuple[str, ...]
    ) -> None:
        code, said = self.run(registry, *arguments)
        assert code == 2
        assert "Traceback" not in said
        assert logged(registry) == []
