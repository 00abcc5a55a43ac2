"""``carbonlabel demo``: every row of the catalogue is published or refused with its reason, and every label reads."""

import csv
from pathlib import Path
from typing import NamedTuple

import pytest
import resvg_py
from PIL import Image, ImageOps
from sqlmodel import col, select

from registry.database.tables import LabelRow, LogEntryRow, RecordRow
from registry.home import Home
from registry.labels.art import art_of
from registry.labels.artwork import LabelArt, render_png, render_svg
from registry.registry import Registry
from tests.databases import database_option
from tests.end_to_end.commands import Ended, carbonlabel, done_here
from tests.registry.demo.conftest import begin_demonstration
from tests.registry.labels.artwork_samples import open_png, rasterise, read
from tests.registry.labels.test_artwork_scanning import (
    LARGEST_BLUR,
    MOST_NOISE,
    SMALLEST_PIXELS_A_MODULE,
    blurred,
    noised,
    peppered,
    photographed,
    rotated,
    shrunk,
)

ROWS = 866
LANGUAGES = ("en", "zh")
SVG_DPI = 150
"""Enough for a reader, and a quarter of the pixels of a print."""
WITH_FONTS = 10
"""Of so many SVG one is drawn with its text, which takes five times as long; every PNG is."""
DEGRADED = 40
MOST_PEPPER = 0.03
"""Share of the pixels that are black or white at random; at 0.04 one label in a hundred is lost."""
DESK = 20
"""Pixels of white around a label."""
VERDICTS = "valid superseded suspended withdrawn mismatch unlogged forged unknown-key unsigned unreadable"


class Demo(NamedTuple):
    """The command run twice on one home."""

    home: Path
    first: Ended
    again: Ended
    log: tuple[list[bytes], list[bytes]]


def log_of(home: Path) -> list[bytes]:
    """Every entry of a home's log."""
    registry = Registry.open(home, {})
    with registry.database.reading() as session:
        entries = list(session.exec(select(LogEntryRow.jws).order_by(col(LogEntryRow.index))))
    registry.close()
    return entries


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    home = tmp_path_factory.mktemp("demo") / "home"
    begin_demonstration(home, {})
    first = carbonlabel("demo", home)
    log = log_of(home)
    again = carbonlabel("demo", home)
    return Demo(home, first, again, (log, log_of(home)))


@pytest.fixture(scope="module")
def labels(demo: Demo) -> list[LabelArt]:
    """The artwork of every published record."""
    registry = Registry.open(demo.home, {})
    with registry.database.reading() as session:
        rows = session.exec(select(LabelRow).order_by(col(LabelRow.record))).all()
        found = [art_of(session, row.record, row.text, registry.config) for row in rows]
    registry.close()
    return found


def test_the_command_reports_every_row(demo: Demo) -> None:
    assert demo.first.code == 0
    published, refused = (int(n.split()[0]) for n in demo.first.words.split("rows: ")[1].split(", ")[0:4:3])
    assert demo.first.words.startswith(f"{ROWS} rows:")
    assert published + refused == ROWS
    assert published >= 600
    report = next(demo.home.glob("*report*.csv"))
    with report.open(encoding="utf-8-sig", newline="") as file:
        assert len({row["row"] for row in csv.DictReader(file)} - {""}) == refused


def test_the_second_time_nothing_changes(demo: Demo) -> None:
    assert demo.again.code == 0
    assert "0 published" in demo.again.words
    assert demo.log[0] == demo.log[1]


def test_the_table_of_verdicts_is_printed_with_every_verdict(demo: Demo) -> None:
    for ended in (demo.first, demo.again):
        assert all(f" {verdict} " in ended.out for verdict in VERDICTS.split())


def test_a_home_at_work_is_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done_here("init", home, *database_option(home))
    before = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    refused = carbonlabel("demo", home)
    assert (refused.code, refused.out) == (2, "")
    assert "name another folder" in refused.err
    assert {file: file.read_bytes() for file in home.rglob("*") if file.is_file()} == before


def test_every_published_record_has_a_label(demo: Demo, labels: list[LabelArt]) -> None:
    registry = Registry.open(demo.home, {})
    with registry.database.reading() as session:
        records = session.exec(select(RecordRow.index)).all()
    registry.close()
    assert len(labels) == len(records)
    assert len({art.text for art in labels}) == len(labels)
    assert all(Home.open(demo.home).config.origin in art.text for art in labels)


@pytest.mark.parametrize("every", [15, pytest.param(1, marks=pytest.mark.soak)])
def test_labels_read_from_their_png_and_svg(labels: list[LabelArt], every: int) -> None:
    unread = []
    for n, art in enumerate(labels):
        if n % every:
            continue
        language, other = LANGUAGES[n % 2], LANGUAGES[(n + 1) % 2]
        if read(open_png(render_png(art, language))) != art.text:
            unread.append(("png", language, art.text))
        svg = render_svg(art, other)
        if read(rasterise(svg, SVG_DPI) if n % WITH_FONTS == 0 else without_text(svg)) != art.text:
            unread.append(("svg", other, art.text))
    assert unread == []


def without_text(svg: str) -> Image.Image:
    """What an SVG looks like where no font is."""
    return open_png(bytes(resvg_py.svg_to_bytes(svg_string=svg, dpi=SVG_DPI, skip_system_fonts=True)))


def test_a_sample_reads_when_shrunk_blurred_turned_noised_and_photographed(labels: list[LabelArt]) -> None:
    for seed, art in enumerate(labels[:: max(1, len(labels) // DEGRADED)][:DEGRADED]):
        label = ImageOps.expand(open_png(render_png(art, LANGUAGES[seed % 2])), DESK, 255)
        degrees = 9 * seed
        for seen in (
            shrunk(label, SMALLEST_PIXELS_A_MODULE),
            blurred(label, LARGEST_BLUR),
            rotated(label, degrees),
            noised(label, MOST_NOISE, seed),
            peppered(label, MOST_PEPPER, seed),
            photographed(label, degrees, seed),
        ):
            assert read(seen) == art.text, (seed, art.text)
