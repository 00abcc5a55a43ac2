from collections.abc import Iterator
from hashlib import sha256

import pytest

from schemas.entry import leaf_hash
from tests.verifier.trees import audit_path, consistency_path, consistency_turns, leaves, turns
from verifier.merkle import EMPTY_ROOT, ProofError, ProofFault, check_consistency, check_inclusion, node_hash, root_of

# The entries that Certificate Transparency's implementations have tested with from the start, and their roots.
CT_ENTRIES = [
    bytes.fromhex(entry)
    for entry in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
ROOTS = [root_of(leaves(size)) for size in range(71)]
STRANGER = sha256(b"a hash of something else").digest()


def includes(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    try:
        check_inclusion(leaf, index, size, proof, root)
    except ProofError:
        return False
    return True


def consistent(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: list[bytes]) -> bool:
    try:
        check_consistency(old_size, old_root, new_size, new_root, proof)
    except ProofError:
        return False
    return True


def damaged(hashes: list[bytes]) -> Iterator[list[bytes]]:
    """Every list of hashes that differs from this one in a bit of one byte, in order, or in length by one."""
    for at, one in enumerate(hashes):
        rest = hashes[:at], hashes[at + 1 :]
        for other in changed(one):
            yield [*rest[0], other, *rest[1]]
        yield rest[0] + rest[1]
        yield [*rest[0], one, one, *rest[1]]
        for earlier in range(at):
            swapped = hashes.copy()
            swapped[at], swapped[earlier] = swapped[earlier], swapped[at]
            yield swapped
    yield [*hashes, STRANGER]
    yield [STRANGER, *hashes]


def changed(one: bytes) -> Iterator[bytes]:
    """Every hash that differs from this one in a bit of one byte, and two of another length."""
    yield from (one[:byte] + bytes([one[byte] ^ 0x80]) + one[byte + 1 :] for byte in range(32))
    yield from (one[:-1], one + b"\0")


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_of_certificate_transparency_are_ours(size):
    assert root_of([leaf_hash(entry) for entry in CT_ENTRIES[:size]]).hex() == CT_ROOTS[size - 1]


def test_a_tree_without_entries_has_the_hash_of_nothing_as_root():
    assert root_of([]) == EMPTY_ROOT == sha256(b"").digest()


def test_a_node_is_never_a_leaf():
    left, right = leaves(2)
    assert node_hash(left, right) == sha256(b"\x01" + left + right).digest() != leaf_hash(left + right)


@pytest.mark.parametrize("size", range(1, 71))
def test_every_entry_is_included(size):
    hashes = leaves(size)
    for index, leaf in enumerate(hashes):
        check_inclusion(leaf, index, size, audit_path(index, hashes), ROOTS[size])


@pytest.mark.parametrize("size", range(1, 71))
def test_every_tree_grew_from_every_smaller_one(size):
    for old_size in range(1, size + 1):
        check_consistency(old_size, ROOTS[old_size], size, ROOTS[size], consistency_path(old_size, leaves(size)))
    check_consistency(0, EMPTY_ROOT, size, ROOTS[size], [])


def test_an_empty_tree_is_consistent_with_itself_alone():
    check_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    assert not consistent(0, STRANGER, 0, STRANGER, [])
    assert not consistent(0, STRANGER, 3, ROOTS[3], [])
    assert not consistent(0, EMPTY_ROOT, 3, ROOTS[3], [STRANGER])


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 7, 8, 11, 16, 21])
def test_a_changed_inclusion_proof_proves_nothing(size):
    hashes = leaves(size)
    for index, leaf in enumerate(hashes):
        proof = audit_path(index, hashes)
        assert not any(includes(leaf, index, size, other, ROOTS[size]) for other in damaged(proof))
        assert not any(includes(leaf, other, size, proof, ROOTS[size]) for other in range(-3, 70) if other != index)
        assert not any(includes(other, index, size, proof, ROOTS[size]) for other in changed(leaf))
        assert not any(includes(leaf, index, size, proof, other) for other in changed(ROOTS[size]))


@pytest.mark.parametrize("size", range(1, 40))
def test_an_inclusion_proof_is_for_no_size_in_which_its_way_up_is_another(size):
    hashes = leaves(size)
    for index, leaf in enumerate(hashes):
        proof, way = audit_path(index, hashes), turns(index, size)
        for other in range(-1, 2 * size + 2):
            same_way = other > index and turns(index, other) == way
            assert includes(leaf, index, other, proof, ROOTS[size]) == same_way


@pytest.mark.parametrize(
    ("old_size", "size"), [(1, 2), (1, 8), (2, 3), (3, 4), (4, 7), (5, 8), (6, 8), (6, 21), (8, 8)]
)
def test_a_changed_consistency_proof_proves_nothing(old_size, size):
    proof = consistency_path(old_size, leaves(size))
    old_root, new_root = ROOTS[old_size], ROOTS[size]
    assert not any(consistent(old_size, old_root, size, new_root, other) for other in damaged(proof))
    assert not any(consistent(old_size, other, size, new_root, proof) for other in ROOTS if other != old_root)
    assert not any(consistent(old_size, old_root, size, other, proof) for other in ROOTS if other != new_root)
    assert not any(consistent(old_size, other, size, new_root, proof) for other in changed(old_root))
    assert not any(consistent(old_size, old_root, size, other, proof) for other in changed(new_root))


@pytest.mark.parametrize("size", range(1, 30))
def test_a_consistency_proof_is_for_no_sizes_in_which_its_way_up_is_another(size):
    for old_size in range(1, size + 1):
        proof, way = consistency_path(old_size, leaves(size)), consistency_turns(old_size, size)
        for other_old in range(-1, size + 2):
            for other in {-1, size - 1, size, size + 1, 2 * size}:
                possible = 0 < other_old <= other
                same_way = possible and consistency_turns(other_old, other) == way
                assert consistent(other_old, ROOTS[old_size], other, ROOTS[size], proof) <= same_way


def test_a_fork_is_never_consistent():
    forked = [*leaves(4), STRANGER, *leaves(20)[5:]]
    for old_size in range(5, 21):
        for size in range(old_size, 21):
            for proof in (consistency_path(old_size, forked[:size]), consistency_path(old_size, leaves(size))):
                assert not consistent(old_size, ROOTS[old_size], size, root_of(forked[:size]), proof)


@pytest.mark.parametrize(
    ("size", "index", "proof", "root", "fault"),
    [
        (0, 0, [], EMPTY_ROOT, ProofFault.SIZE),
        (-1, 0, [], EMPTY_ROOT, ProofFault.SIZE),
        (2**63, 0, [STRANGER] * 63, STRANGER, ProofFault.SIZE),
        (1, 1, [], STRANGER, ProofFault.INDEX),
        (1, -1, [], STRANGER, ProofFault.INDEX),
        (2, 0, [], STRANGER, ProofFault.LENGTH),
        (2, 0, [STRANGER] * 2, STRANGER, ProofFault.LENGTH),
        (2**63 - 1, 0, [STRANGER] * 62, STRANGER, ProofFault.LENGTH),
        (2, 0, [STRANGER[:-1]], STRANGER, ProofFault.HASH),
        (2, 0, [STRANGER], b"", ProofFault.HASH),
        (2, 0, [STRANGER], STRANGER, ProofFault.ROOT),
        (2**63 - 1, 0, [STRANGER] * 63, STRANGER, ProofFault.ROOT),
    ],
)
def test_an_inclusion_proof_is_refused_with_its_fault(size, index, proof, root, fault):
    with pytest.raises(ProofError) as refused:
        check_inclusion(STRANGER, index, size, proof, root)
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("old_size", "old_root", "size", "proof", "fault"),
    [
        (3, ROOTS[3], 2, [], ProofFault.SIZE),
        (-1, EMPTY_ROOT, 2, [], ProofFault.SIZE),
        (3, ROOTS[3], 2**63, [], ProofFault.SIZE),
        (2, ROOTS[2], 2, [STRANGER], ProofFault.LENGTH),
        (2, ROOTS[2], 3, [], ProofFault.LENGTH),
        (3, ROOTS[3], 4, [], ProofFault.LENGTH),
        (2, ROOTS[2][:-1], 3, [STRANGER], ProofFault.HASH),
        (2, ROOTS[2], 3, [STRANGER + b"\0"], ProofFault.HASH),
        (2, ROOTS[2], 2, [], ProofFault.ROOT),
        (2, ROOTS[2], 3, [STRANGER], ProofFault.ROOT),
        (0, STRANGER, 3, [], ProofFault.ROOT),
    ],
)
def test_a_consistency_proof_is_refused_with_its_fault(old_size, old_root, size, proof, fault):
    with pytest.raises(ProofError) as refused:
        check_consistency(old_size, old_root, size, STRANGER, proof)
    assert refused.value.fault is fault
