"""Bundles that a registry gone bad, or a thief of its keys, has signed: either sync refuses them, or in bulk nothing is
said that ``judge`` does not say. (Of a signature it is the bundle's that counts: a row is not verified twice.)"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from keys import KeyUse
from schemas.gs1 import parse_path
from schemas.label import Token, encode_claims, encode_token, parse_claims, signed_message
from schemas.shard import SHARD_WIDTH, Shard, ShardRow, encode_shard
from tests.bench.large_registry import BEGAN, ORIGIN, LargeRegistry, Recipe
from verifier import Verifier
from verifier.bulk import Bulk
from verifier.bulk.flat import row_of
from verifier.bundle import FolderFetcher, sync
from verifier.bundle.errors import MalformedError
from verifier.bundle.opened import check_rows

Rows = list[ShardRow]


class Edited(Recipe, frozen=True):
    """A recipe whose rows somebody has a hand in: ``edit`` names one of the functions below."""

    edit: str = ""

    def rows(self, indexes: Iterable[int]) -> Iterator[ShardRow]:
        rows = list(super().rows(indexes))
        return iter(EDITS[self.edit](self, rows) if self.edit else rows)

    def again(self, row: ShardRow, path: str | None = None, entry: int | None = None, payload: bytes = b"") -> ShardRow:
        """A label with a good signature, minted later than that of ``row``: as it is, or with these changes."""
        signer, payload = self.signer(KeyUse.LABEL), payload or row.payload
        path = path or row.path
        token = encode_token(
            Token(signer.kid, payload, signer.sign(signed_message(signer.kid, parse_path(path), payload)))
        )
        return ShardRow(row.record, path, row.entry + 1 if entry is None else entry, row.signer, token)


def a_payload(row: ShardRow, **changes: object) -> bytes:
    return encode_claims(msgspec.structs.replace(parse_claims(row.payload), **changes))


def _other_figure(recipe: Edited, rows: Rows) -> Rows:
    """A lot whose label says less than its record."""
    claims = parse_claims(rows[0].payload)
    return [*rows, recipe.again(rows[0], rows[0].path + "/10/L", payload=a_payload(rows[0], footprint=-claims.amount))]


def _other_dates(recipe: Edited, rows: Rows) -> Rows:
    """A label minted again for the product itself, good for longer."""
    claims = parse_claims(rows[0].payload)
    return [*rows, recipe.again(rows[0], payload=a_payload(rows[0], expires=claims.expires + timedelta(days=999)))]


def _other_record(recipe: Edited, rows: Rows) -> Rows:
    """A label under the record of another."""
    return [*rows, recipe.again(rows[0], rows[0].path + "/10/L", payload=rows[1].payload)]


def _other_product(recipe: Edited, rows: Rows) -> Rows:
    return [*rows, recipe.again(rows[0], rows[1].path + "/10/L")]


def _no_record(recipe: Edited, rows: Rows) -> Rows:
    """A label of a record that is none: an entry of the log that is something else."""
    return [*rows[1:], recipe.again(rows[0], rows[0].path + "/10/L")]


def _no_product(_: Edited, rows: Rows) -> Rows:
    return [msgspec.structs.replace(rows[0], path="/01/00"), *rows[1:]]


def _own_lot(recipe: Edited, rows: Rows) -> Rows:
    lot = recipe.again(rows[0], rows[0].path + "/10/L", entry=rows[0].entry)
    return [msgspec.structs.replace(lot, name=rows[0].name, owner=rows[0].owner), *rows[1:]]


def _own_of_another(recipe: Edited, rows: Rows) -> Rows:
    """The record's own label says that it is of another record."""
    token = recipe.again(rows[0], payload=rows[1].payload).token
    return [msgspec.structs.replace(rows[0], token=token), *rows[1:]]


def _other_token_form(_: Edited, rows: Rows) -> Rows:
    """A token that is none, though its claims can be read."""
    return [msgspec.structs.replace(rows[0], token=rows[0].token.replace(b"\xa0", b"\xa1", 1)), *rows[1:]]


def _long_token(_: Edited, rows: Rows) -> Rows:
    """400 digits, as many as there may be; more do not go into a shard."""
    return [msgspec.structs.replace(rows[0], token=(10**399 + int.from_bytes(rows[0].token)).to_bytes(166)), *rows[1:]]


def _short_token(_: Edited, rows: Rows) -> Rows:
    return [msgspec.structs.replace(rows[0], token=b"\x07"), *rows[1:]]


def _twice(recipe: Edited, rows: Rows) -> Rows:
    """One text under two entries, as when a label is minted again by the same key: that is no lie."""
    return [*rows, recipe.again(rows[0]), recipe.again(rows[0], entry=rows[0].entry + 2)]


def _tails_alike(recipe: Edited, rows: Rows) -> Rows:
    """One signature under two labels: the same last digits."""
    lot = recipe.again(rows[0], rows[0].path + "/10/L")
    return [*rows, msgspec.structs.replace(lot, token=rows[0].token)]


def _nothing(_: Edited, __: Rows) -> Rows:
    return []


EDITS: dict[str, Callable[[Edited, Rows], Rows]] = {
    function.__name__.lstrip("_"): function
    for function in (
        *(_other_figure, _other_dates, _other_record, _other_product, _no_record, _no_product, _own_lot),
        *(_own_of_another, _other_token_form, _long_token, _short_token, _twice, _tails_alike, _nothing),
    )
}
NO_LIE = {"twice", "tails_alike", "nothing"}


def published(folder: Path, edit: str, seed: int = 1) -> LargeRegistry:
    registry = LargeRegistry(folder / "public", Edited(seed, 1, edit=edit))
    registry.grow(20, 4, BEGAN)
    return registry


@pytest.mark.parametrize("edit", EDITS)
def test_it_is_refused_or_judged_alike(tmp_path: Path, edit: str) -> None:
    registry, honest = published(tmp_path, edit), Recipe(real_every=1)
    fetcher, folder = FolderFetcher(tmp_path / "public"), tmp_path / "bundle"
    if edit not in NO_LIE:
        with pytest.raises(MalformedError, match="the labels from 0 on are not sound"):
            sync(fetcher, folder, now=BEGAN, root=registry.root)
        return
    sync(fetcher, folder, now=BEGAN, root=registry.root)
    verifier = Verifier.open(folder, now=lambda: BEGAN)
    assert verifier.bundle is not None
    records = list(registry.records())
    texts = [row.text(ORIGIN) for row in [*registry.recipe.rows(records), *honest.rows(records)]]
    with Bulk(verifier, BEGAN, processes=False) as bulk:
        rows = [tuple(row.values()) for row in bulk.verdicts(pa.array(texts)).to_pylist()]
    expected = [row_of(verifier.verify(text)) for text in texts]
    if edit == "tails_alike":  # the row's own signature is not good, but the bundle's is
        position = texts.index(next(text for text in texts if "/10/L" in text))
        assert (rows.pop(position)[0], expected.pop(position)[0]) == ("valid", "forged")
    assert rows == expected


def test_a_full_shard_that_is_replaced_takes_the_labels_minted_later_along(tmp_path: Path) -> None:
    """A held shard is not read again, but what it says of a record in a new one is."""
    recipe = Edited(1, 1)
    (own,) = recipe.rows([7])
    later = recipe.again(own, own.path + "/10/L", entry=SHARD_WIDTH)
    other = recipe.again(own, entry=7, payload=a_payload(own, footprint=parse_claims(own.payload).amount))
    replaced = msgspec.structs.replace(other, name=own.name, owner=own.owner)
    first, second, third = (
        Shard(encode_shard(start, start + SHARD_WIDTH, start + SHARD_WIDTH, rows))
        for start, rows in ((0, [own]), (0, [replaced]), (SHARD_WIDTH, [later]))
    )
    check_rows([first, third], [True, True])
    check_rows([second, third], [False, False])  # nothing new, so nothing is read
    check_rows([second], [True])
    with pytest.raises(MalformedError, match=f"the labels from {SHARD_WIDTH} on are not sound"):
        check_rows([second, third], [True, False])
