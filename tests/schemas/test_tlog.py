from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.tlog import (
    MAX_TREE,
    EntryBundle,
    MalformedTlog,
    Tile,
    decode_entries,
    encode_entries,
    entry_bundle_at,
    entry_bundles_of,
    parse_path,
    right_edge,
    tile_at,
    tiles_of,
)

INDEXES = st.integers(0, 2**55 - 1) | st.integers(0, 10**6)
WIDTHS = st.integers(1, 256)
TILES = st.builds(Tile, st.integers(0, 63), INDEXES, WIDTHS) | st.builds(EntryBundle, INDEXES, WIDTHS)
SIZES = st.integers(0, 200_000)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(63, 999, 1), "tile/63/999.p/1"),
        (Tile(1, 1000, 255), "tile/1/x001/000.p/255"),
        (EntryBundle(0), "tile/entries/000"),
        (EntryBundle(273, 112), "tile/entries/273.p/112"),
        (Tile(0, 2**55 - 1), "tile/0/x036/x028/x797/x018/x963/967"),
    ],
)
def test_a_path_is_spelled_as_tlog_tiles_says(tile, path):
    assert tile.path == path
    assert parse_path(path) == tile


@given(TILES)
def test_every_path_is_read_back(tile):
    assert parse_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/8/0/000",
        "tile/data/000",
        "tile/Entries/000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/X001/002",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.P/1",
        "tile/0/000.p/1/",
        "tile/0/x001.p/1/002",
        "tile/0/x036/x028/x797/x018/x963/968",
        "tile/0/x001/x000/x000/x000/x000/x000/000",
        "tile/٣/000",
        "tile/0/٠٠٠",
        "tile/0/../000",
        "tile/0/%30%30%30",
    ],
)
def test_any_other_path_is_refused(path):
    with pytest.raises(MalformedTlog):
        parse_path(path)


@given(st.text() | st.from_regex(r"tile/[0-9entris]{1,7}/(x[0-9]{3}/)?[0-9]{3}(\.p/[0-9]{1,3})?"))
def test_any_text_is_a_path_or_refused(text):
    with suppress(MalformedTlog):
        assert parse_path(text).path == text


@pytest.mark.parametrize("values", [(64, 0, 1), (-1, 0, 1), (0, -1, 1), (0, 2**55, 1), (0, 0, 0), (0, 0, 257)])
def test_a_tile_that_cannot_be_is_not_built(values):
    with pytest.raises(MalformedTlog):
        Tile(*values)
    if values[0] == 0:
        with pytest.raises(MalformedTlog):
            EntryBundle(*values[1:])


def test_a_tree_of_70_000_has_the_tiles_of_the_specification():
    tiles = list(tiles_of(70_000))
    assert [tile for tile in tiles if tile.level == 0] == [*(Tile(0, n) for n in range(273)), Tile(0, 273, 112)]
    assert [tile for tile in tiles if tile.level == 1] == [Tile(1, 0), Tile(1, 1, 17)]
    assert [tile for tile in tiles if tile.level >= 2] == [Tile(2, 0, 1)]
    assert right_edge(70_000) == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]


def test_a_tree_of_256_has_a_full_tile_and_its_hash_above():
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert right_edge(256) == [Tile(1, 0, 1)]
    assert list(entry_bundles_of(256)) == [EntryBundle(0)]


def test_an_empty_tree_has_no_tiles():
    assert list(tiles_of(0)) == list(entry_bundles_of(0)) == right_edge(0) == []


@given(SIZES)
def test_a_tile_is_as_wide_as_its_tree_makes_it(size):
    for tile in tiles_of(size):
        assert tile_at(tile.level, tile.index, size) == tile
    for tile in right_edge(size):
        assert tile.width == size // 256**tile.level % 256
    assert [tile for tile in tiles_of(size) if tile.width < 256] == right_edge(size)
    bundles = list(entry_bundles_of(size))
    assert [entry_bundle_at(bundle.index, size) for bundle in bundles] == bundles
    ends = [0, *(bundle.end for bundle in bundles)]
    assert [bundle.start for bundle in bundles] == ends[:-1]
    assert ends[-1] == size


@given(SIZES, SIZES)
def test_a_grown_tree_has_just_the_tiles_that_it_did_not_have(one, other):
    old, new = sorted((one, other))
    assert set(tiles_of(new, grown_from=old)) == set(tiles_of(new)) - set(tiles_of(old))
    assert set(entry_bundles_of(new, grown_from=old)) == set(entry_bundles_of(new)) - set(entry_bundles_of(old))


def test_the_largest_tree_has_a_right_edge():
    assert [tile.width for tile in right_edge(MAX_TREE)] == [255] * 7 + [127]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: list(tiles_of(-1)),
        lambda: list(tiles_of(MAX_TREE + 1)),
        lambda: list(tiles_of(5, grown_from=6)),
        lambda: list(tiles_of(5, grown_from=-1)),
        lambda: list(entry_bundles_of(5, grown_from=6)),
        lambda: right_edge(MAX_TREE + 1),
        lambda: tile_at(0, 2, 512),
        lambda: tile_at(1, 0, 255),
        lambda: tile_at(-1, 0, 255),
        lambda: tile_at(64, 0, 255),
        lambda: entry_bundle_at(1, 256),
        lambda: entry_bundle_at(-1, 256),
    ],
)
def test_a_tree_has_no_other_tiles(ask):
    with pytest.raises(MalformedTlog):
        ask()


def test_an_entry_bundle_is_spelled_as_tlog_tiles_says():
    assert encode_entries([b"abc", b"", b"\0" * 258]) == b"\0\x03abc" + b"\0\0" + b"\x01\x02" + b"\0" * 258


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_every_bundle_is_read_back_at_its_width_only(entries):
    data = encode_entries(entries)
    assert decode_entries(data, len(entries)) == entries
    for width in (len(entries) - 1, len(entries) + 1):
        with pytest.raises(MalformedTlog):
            decode_entries(data, width)


def test_the_longest_entries_fill_a_bundle():
    entries = [bytes([number]) * 65_535 for number in range(256)]
    assert decode_entries(encode_entries(entries), 256) == entries


@pytest.mark.parametrize("entries", [[], [b"x"] * 257, [bytes(65_536)]])
def test_a_bundle_that_cannot_be_is_not_written(entries):
    with pytest.raises(MalformedTlog):
        encode_entries(entries)


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\x01", b"\0\x02a", b"\0\x01a\0", b"\0\x01a\0\x01", b"\xff\xff"])
def test_a_bundle_cut_short_is_refused(data):
    for width in (1, 2):
        with pytest.raises(MalformedTlog):
            decode_entries(data, width)
