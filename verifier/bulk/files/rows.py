"""Rows of an input, read."""

import pyarrow as pa
from msgspec import Struct

from schemas.label import MAX_TEXT
from verifier.bulk.texts import Texts

KEPT = 4 * MAX_TEXT + 1
"""Bytes of a text that are kept: whatever they are, and whatever comes behind, it has too many characters."""


class Rows(Struct, frozen=True):
    """The labels of some rows, and what stands beside them where the input has such columns."""

    labels: Texts
    expect: pa.Array | None = None
    shop: pa.Array | None = None
    supplier: pa.Array | None = None

    def __len__(self) -> int:
        return len(self.labels)
