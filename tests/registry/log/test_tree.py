import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.log.tree import OverlaidTiles, new_tiles
from schemas.tlog import MalformedTlog, Tile, right_edge, tiles_of
from tests.verifier.trees import (
    LARGEST,
    SIZES,
    EarlierTree,
    StoredTiles,
    all_leaves,
    audit_path,
    consistency_path,
    grown,
    largest_log,
    leaves,
)
from verifier.merkle import EMPTY_ROOT, ProofError, check_consistency, check_inclusion, root_of
from verifier.tiles import consistency_proof, inclusion_proof, tree_root

TILES = EarlierTree()


@pytest.mark.parametrize("size", SIZES)
def test_tiles_that_grew_are_those_made_at_once(size):
    at_once = new_tiles(0, leaves(size), StoredTiles())
    assert list(at_once) == [tile.path for tile in tiles_of(size)]
    smaller = [step for step in (1, 2, 100, 255, 256, 257, 511, 512, 5_000, 65_535, 65_536) if step < size]
    slowly = grown(*smaller, size)
    assert {path: slowly[path] for path in at_once} == at_once


@given(st.lists(st.integers(1, 1_500), min_size=1, max_size=8), st.integers(0, 58_000))
@settings(max_examples=40)
def test_tiles_grow_in_any_steps(steps, first):
    size = first
    for step in steps:
        written = new_tiles(size, leaves(size + step)[size:], TILES)
        size += step
        assert all(
            data == TILES.read(tile) for tile, data in zip(tiles_of(size, size - step), written.values(), strict=True)
        )


def test_a_tile_has_the_roots_of_the_tiles_below():
    hashes, tiles = all_leaves(), largest_log()
    assert tiles["tile/0/272"] == b"".join(hashes[272 * 256 : 273 * 256])
    assert tiles["tile/0/273.p/112"] == b"".join(hashes[273 * 256 :])
    assert tiles["tile/1/001.p/17"] == b"".join(root_of(hashes[n * 256 : n * 256 + 256]) for n in range(256, 273))
    assert tiles["tile/2/000.p/1"] == root_of(hashes[:65_536])


def test_growing_reads_one_partial_tile_a_level():
    tiles = StoredTiles(largest_log())
    written = new_tiles(LARGEST, leaves(10), tiles)
    assert (len(written), tiles.asked) == (1, 1)
    written = new_tiles(LARGEST, leaves(150), tiles)
    assert sorted(written) == ["tile/0/273", "tile/0/274.p/6", "tile/1/001.p/18"]
    assert tiles.asked == 3


def test_nothing_new_is_no_tile():
    assert new_tiles(LARGEST, [], largest_log()) == {}


@pytest.mark.parametrize("size", [0, *range(1, 71), *SIZES, 511, 512, 513])
def test_the_root_is_that_of_the_leaves(size):
    assert tree_root(size, TILES) == root_of(leaves(size))


def test_the_root_needs_the_right_edge_only():
    edge = StoredTiles({tile.path: largest_log()[tile.path] for tile in right_edge(LARGEST)})
    assert len(edge) == 3
    assert tree_root(LARGEST, edge) == root_of(all_leaves())
    assert tree_root(0, StoredTiles()) == EMPTY_ROOT


@pytest.mark.parametrize("size", [*range(1, 34), 70, 257])
def test_proofs_are_those_of_the_definition(size):
    hashes = leaves(size)
    for index in range(size):
        assert inclusion_proof(index, size, TILES) == audit_path(index, hashes)
        assert consistency_proof(index + 1, size, TILES) == consistency_path(index + 1, hashes)
    assert consistency_proof(0, size, TILES) == []


@pytest.mark.parametrize("size", SIZES)
def test_the_proofs_of_a_log_of_every_shape_hold(size):
    hashes = leaves(size)
    root = root_of(hashes)
    for index in {0, 1, size // 2, size - 2, size - 1} & set(range(size)):
        check_inclusion(hashes[index], index, size, inclusion_proof(index, size, TILES), root)
        old_root = tree_root(index, TILES)
        check_consistency(index, old_root, size, root, consistency_proof(index, size, TILES))


@given(st.data())
@settings(max_examples=60)
def test_a_proof_holds_and_no_changed_one_does(data):
    size = data.draw(st.integers(1, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    leaf, root = all_leaves()[index], tree_root(size, TILES)
    proof = inclusion_proof(index, size, TILES)
    check_inclusion(leaf, index, size, proof, root)
    _refuse_changes(data, proof, lambda changed: check_inclusion(leaf, index, size, changed, root))

    old_root = tree_root(index + 1, TILES)
    proof = consistency_proof(index + 1, size, TILES)
    check_consistency(index + 1, old_root, size, root, proof)
    _refuse_changes(data, proof, lambda changed: check_consistency(index + 1, old_root, size, root, changed))
    other = data.draw(st.integers(0, size - 1).filter(lambda other: other != index)) if size > 1 else None
    if other is not None:
        with pytest.raises(ProofError):
            check_inclusion(leaf, other, size, inclusion_proof(other, size, TILES), root)


def _refuse_changes(data, proof, check):
    changes = [[*proof, bytes(32)], [bytes(32), *proof]]
    if proof:
        at, byte = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 31))
        changed = bytearray(proof[at])
        changed[byte] ^= data.draw(st.integers(1, 255))
        changes += [[*proof[:at], bytes(changed), *proof[at + 1 :]], proof[:at] + proof[at + 1 :]]
        if len(proof) > 1:
            changes.append(proof[::-1])
    for changed in changes:
        with pytest.raises(ProofError):
            check(changed)


def test_tiles_not_yet_written_are_read_before_those_that_are():
    old = grown(300)
    written = new_tiles(300, leaves(700)[300:], old)
    after = OverlaidTiles(written, old)
    assert tree_root(700, after) == root_of(leaves(700))
    assert after.read(Tile(0, 1, 44)) == written["tile/0/001"]  # wider will do
    assert after.read(Tile(0, 0)) == old["tile/0/000"]


@pytest.mark.parametrize("stored", [b"", bytes(43 * 32), bytes(44 * 32 - 1), bytes(44 * 32 + 1)])
def test_a_tile_of_the_wrong_length_is_refused(stored):
    tiles = StoredTiles(grown(300))
    tiles["tile/0/001.p/44"] = stored
    with pytest.raises(MalformedTlog, match=r"tile/0/001\.p/44"):
        tree_root(300, tiles)
    with pytest.raises(MalformedTlog, match=r"tile/0/001\.p/44"):
        new_tiles(300, leaves(1), tiles)
    with pytest.raises(MalformedTlog, match=r"tile/0/001\.p/44"):
        inclusion_proof(0, 300, tiles)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: new_tiles(0, [bytes(31), bytes(33)], TILES),
        lambda: new_tiles(-1, [bytes(32)], TILES),
        lambda: tree_root(-1, TILES),
        lambda: inclusion_proof(0, 0, TILES),
        lambda: inclusion_proof(7, 7, TILES),
        lambda: inclusion_proof(-1, 7, TILES),
        lambda: consistency_proof(8, 7, TILES),
        lambda: consistency_proof(-1, 7, TILES),
    ],
)
def test_what_cannot_be_asked_of_a_tree_is_refused(ask):
    with pytest.raises(MalformedTlog):
        ask()
