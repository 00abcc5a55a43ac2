"""Each checkpoint of a log grew from each one before it, by proofs made of the tiles that were published with them."""

import random
import time
from collections.abc import Iterator
from functools import cache
from itertools import combinations_with_replacement

import pytest

import verifier.tiles
from tests.verifier.trees import LARGEST, grown
from verifier.merkle import ProofError, check_consistency
from verifier.tiles import consistency_proof, tree_root


@pytest.fixture(autouse=True)
def hash_each_subtree_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiles of one log have few subtrees, and millions of proofs are made of them."""
    monkeypatch.setattr(verifier.tiles, "subtree_hash", cache(verifier.tiles.subtree_hash))


def lies(old_size: int, old_root: bytes, root: bytes, proof: list[bytes], draw: random.Random) -> Iterator[tuple]:
    """The roots and the proof, with one of them changed."""
    yield changed(old_root, draw), root, proof
    yield old_root, root, [*proof, draw.randbytes(32)]
    if old_size:  # any tree grew from the empty one
        yield old_root, changed(root, draw), proof
    if proof:
        at = draw.randrange(len(proof))
        yield old_root, root, [*proof[:at], changed(proof[at], draw), *proof[at + 1 :]]
        yield old_root, root, proof[:at] + proof[at + 1 :]
    if len(proof) > 1:
        yield old_root, root, proof[::-1]


def changed(value: bytes, draw: random.Random) -> bytes:
    """One of its bits is another."""
    return (int.from_bytes(value) ^ 1 << draw.randrange(8 * len(value))).to_bytes(len(value))


def assert_consistent(count: int, lies_of_a_pair: int) -> tuple[int, int]:
    """So many checkpoints, the empty log and the largest among them: all pairs hold, and no lie. How many of both."""
    draw = random.Random(6962)
    sizes = sorted([*draw.sample(range(1, LARGEST), count - 2), 0, LARGEST])
    tiles = grown(*sizes[1:])
    roots = {size: tree_root(size, tiles) for size in sizes}
    pairs = refused = 0
    for old_size, size in combinations_with_replacement(sizes, 2):
        old_root, root, proof = roots[old_size], roots[size], consistency_proof(old_size, size, tiles)
        check_consistency(old_size, old_root, size, root, proof)
        told = list(lies(old_size, old_root, root, proof, draw))
        for other_old, other, claimed in draw.sample(told, min(lies_of_a_pair, len(told))):
            with pytest.raises(ProofError):
                check_consistency(old_size, other_old, size, other, claimed)
            refused += 1
        pairs += 1
    return pairs, refused


def test_any_two_of_a_hundred_are_consistent() -> None:
    assert assert_consistent(100, lies_of_a_pair=6)[0] == 5_050


@pytest.mark.soak
def test_any_two_of_two_thousand_are_consistent() -> None:
    begin = time.monotonic()
    pairs, refused = assert_consistent(2_000, lies_of_a_pair=1)
    print(f"{pairs:,} pairs consistent, {refused:,} lies refused, {time.monotonic() - begin:.0f} s")
    assert pairs == 2_001_000
