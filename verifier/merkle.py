"""Is this entry in that tree, and did this tree grow from that one: Merkle proofs checked (RFC 6962, section 2.1).

The log builds the proofs; whoever relies on it needs only this module, and trusts no one. Pure, without recursion, and
safe for any bytes and numbers: each check returns for a proof that is exactly right and raises ``ProofError``
otherwise.

Sizes and roots belong together and come from a checkpoint: a root says nothing of its tree's size, so a proof that
takes the same turns in trees of two sizes is as good for the one as for the other.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from hashlib import sha256

from schemas.tlog.form import HASH_BYTES, MAX_TREE

EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without entries (RFC 6962, section 2.1)."""


class ProofFault(StrEnum):
    """What is wrong with a proof."""

    SIZE = "size"
    """No such tree, or the old one is larger than the new."""
    INDEX = "index"
    """The tree has no such entry."""
    LENGTH = "length"
    """Too few or too many hashes for these numbers."""
    HASH = "hash"
    """Something that should be a hash does not have 32 bytes."""
    ROOT = "root"
    """The hashes lead to another root."""


class ProofError(Exception):
    """The proof proves nothing; ``fault`` says in what respect."""

    def __init__(self, fault: ProofFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root of the tree over these leaf hashes, just as RFC 6962, section 2.1, defines it."""
    count = len(leaf_hashes)
    if count == 0:
        return EMPTY_ROOT
    if count == 1:
        return leaf_hashes[0]
    split = 1 << (count - 1).bit_length() - 1  # the largest power of two below count
    return node_hash(root_of(leaf_hashes[:split]), root_of(leaf_hashes[split:]))


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Returns if the entry with leaf hash ``leaf`` is number ``index`` of the tree of ``size`` entries with ``root``.

    ``proof`` is the audit path of RFC 6962, section 2.1.1, from the leaf's sibling up. Verified as RFC 9162, section
    2.1.3.2, says; there, too, a proof of any other length is refused. Raises ``ProofError``.
    """
    if not 0 < size <= MAX_TREE:
        raise ProofError(ProofFault.SIZE, f"a tree of {size} entries includes nothing")
    if not 0 <= index < size:
        raise ProofError(ProofFault.INDEX, f"a tree of {size} entries has no entry {index}")
    # Up to where the path to the last leaf joins, the sibling is on either side; above, always on the left.
    joins = (index ^ size - 1).bit_length()
    _check_length(proof, joins + (index >> joins).bit_count())
    _check_hashes((leaf, root, *proof))
    node = leaf
    for height, sibling in enumerate(proof):
        if height >= joins or index >> height & 1:
            node = node_hash(sibling, node)
        else:
            node = node_hash(node, sibling)
    if node != root:
        raise ProofError(ProofFault.ROOT, f"entry {index} is not in the tree of {size} entries with this root")


def check_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Returns if the tree of ``new_size`` entries begins with exactly the ``old_size`` entries of the old one.

    ``proof`` is that of RFC 6962, section 2.1.2; it is empty for equal sizes, and for an old size of 0, where the root
    must be that of an empty tree. Verified as RFC 9162, section 2.1.4.2, says. Raises ``ProofError``.
    """
    if not 0 <= old_size <= new_size <= MAX_TREE:
        raise ProofError(ProofFault.SIZE, f"a log cannot go from {old_size} to {new_size} entries")
    _check_hashes((old_root, new_root, *proof))
    for size, root in ((old_size, old_root), (new_size, new_root)):
        if size == 0 and root != EMPTY_ROOT:
            raise ProofError(ProofFault.ROOT, "this is not the root of a tree without entries")
    if old_size in (0, new_size):
        _check_length(proof, 0)
        if old_size == new_size and old_root != new_root:
            raise ProofError(ProofFault.ROOT, f"two trees of {new_size} entries with different roots: the log forked")
        return
    reached_old, reached_new = _climb(old_size, new_size, old_root, proof)
    if reached_old != old_root or reached_new != new_root:
        raise ProofError(ProofFault.ROOT, f"the tree of {new_size} entries did not grow from that of {old_size}")


def _climb(old_size: int, new_size: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Both roots as the proof gives them, for 0 < ``old_size`` < ``new_size``."""
    # Start at the largest whole subtree that ends where the old tree does. If that is all of it, it goes unsaid.
    start = (old_size & -old_size).bit_length() - 1
    index = (old_size >> start) - 1
    joins = (index ^ new_size - 1 >> start).bit_length()
    unsaid = index == 0
    _check_length(proof, joins + (index >> joins).bit_count() + (not unsaid))
    first, siblings = (old_root, proof) if unsaid else (proof[0], proof[1:])
    old = new = first
    for height, sibling in enumerate(siblings):
        if height >= joins or index >> height & 1:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    return old, new


def _check_length(proof: Sequence[bytes], needed: int) -> None:
    if len(proof) != needed:
        raise ProofError(ProofFault.LENGTH, f"this proof needs {needed} hashes and has {len(proof)}")


def _check_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProofError(ProofFault.HASH, f"a SHA-256 hash has {HASH_BYTES} bytes")
