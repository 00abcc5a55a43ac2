"""Whether the log that a new bundle comes from grew from the log of the bundle held, by the log's own tiles.

The tiles need not be trusted: the proof made of them is checked against the two signed checkpoints (RFC 6962, 2.1.4).
"""

from schemas.tlog import TILE_WIDTH, Checkpoint, MalformedTlog, Tile
from verifier.bundle.errors import ForkError, NotPublished
from verifier.bundle.fetch import Fetcher, read
from verifier.merkle import ProofError, check_consistency
from verifier.tiles import consistency_proof


class FetchedTiles:
    """A ``HashReader`` over a registry's public files."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def read(self, tile: Tile) -> bytes:
        """The tile in the width asked for, else the full one, which replaces it in time."""
        full = Tile(tile.level, tile.index, TILE_WIDTH)
        try:
            return read(self._fetcher, f"log/{tile.path}", full.size)
        except NotPublished:
            return read(self._fetcher, f"log/{full.path}", full.size)


class GrowthCheck:
    """A ``verifier.bundle.sync.Consistency`` over the log's tiles. Who does not show them is refused."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._tiles = FetchedTiles(fetcher)

    def __call__(self, old: Checkpoint, new: Checkpoint) -> None:
        """Raises ``ForkError`` unless the log of ``new`` begins with that of ``old``."""
        try:
            proof = consistency_proof(old.size, new.size, self._tiles)
            check_consistency(old.size, old.root, new.size, new.root, proof)
        except (ProofError, MalformedTlog) as problem:
            raise ForkError(
                f"the log of {new.size} entries did not grow from the one of {old.size} that this bundle is of: two "
                f"histories ({problem}). Keep this bundle, and tell the registry's operator and the alliance"
            ) from problem
