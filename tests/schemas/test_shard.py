"""Shards: what is written is read, from any place in the file; what is not sound is refused and never misread."""

import json
import random
import struct
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.declaration import DeclaredUnit
from schemas.label import UnreadableLabel, parse_label, parse_token
from schemas.shard import SHARD_WIDTH, Shard, ShardError, ShardRow, encode_shard, shard_name
from tests.verifier.labels import CLAIMS, HOST, a_label, token_of

PATH, LOT = "/01/09520000000004", "/01/09520000000004/10/A%2F1"
KID = "0123456789abcdef"
LABEL = a_label(record=7)
TOKEN = token_of(LABEL)
NAME = '{"en":"Beam","zh":"钢梁"}'.encode()


@cache
def token_for(record: int) -> bytes:
    return token_of(a_label(record=record))


def own(record: int = 7, path: str = PATH, **changes: Any) -> ShardRow:
    """The row of a record's own label."""
    fields: dict[str, Any] = {"token": token_for(record), "name": NAME, "owner": "Maker 厂"} | changes
    return ShardRow(record, path, record, KID, **fields)


def minted(record: int = 7, path: str = LOT, entry: int = 9) -> ShardRow:
    """The row of a label minted later."""
    return ShardRow(record, path, entry, KID, token_for(record))


def a_shard(*rows: ShardRow, first: int = 0, until: int = SHARD_WIDTH) -> Shard:
    return Shard(encode_shard(first, first + SHARD_WIDTH, until, rows))


class TestReading:
    def test_gives_back_what_was_written_in_the_order_of_rows(self) -> None:
        rows = [minted(), own(), own(3), minted(path=PATH, entry=11), minted(3, LOT, 12)]
        shard = a_shard(*rows, until=20)
        shard.check()
        assert list(shard) == sorted(rows)
        assert [(row.record, row.path, row.entry) for row in shard] == [
            (3, PATH, 3),
            (3, LOT, 12),
            (7, PATH, 7),
            (7, PATH, 11),
            (7, LOT, 9),
        ]
        assert (len(shard), shard.first, shard.end, shard.until, shard.is_full) == (5, 0, SHARD_WIDTH, 20, False)

    def test_finds_a_record_and_its_paths(self) -> None:
        shard = a_shard(own(), minted(), minted(path=LOT + "2"), minted(path=PATH, entry=11), minted(2, LOT, 8))
        assert shard.row(7) == own()
        assert [shard.row(index) for index in (-1, 0, 2, 6, 8, 9, 2**64)] == [None] * 7  # 2 is of an older range
        assert shard.paths_of(7) == [PATH, LOT, LOT + "2"]
        assert shard.paths_of(2) == [LOT]
        assert shard.paths_of(5) == []
        assert shard.holds(7, LOT)
        assert shard.holds(7, PATH)
        assert shard.holds(2, LOT)
        assert not shard.holds(7, LOT + "3")
        assert not shard.holds(2, PATH)
        assert not shard.holds(9, LOT)

    def test_may_be_empty(self) -> None:
        shard = a_shard(until=0)
        shard.check()
        assert (len(shard), shard.row(0), list(shard)) == (0, None, [])

    def test_the_labels_text_claims_and_names_are_in_the_row(self) -> None:
        row = a_shard(own()).row(7)
        assert row is not None
        assert row.text(HOST) == LABEL
        digits = parse_label(row.text(HOST)).digits
        assert digits is not None
        assert row.payload == parse_token(digits).payload
        assert row.names == {"en": "Beam", "zh": "钢梁"}
        assert CLAIMS.leaf16 in row.payload

    @given(st.sets(st.integers(0, SHARD_WIDTH - 1), max_size=40), st.data())
    def test_any_rows_are_found_where_they_are_and_nowhere_else(self, records: set[int], data: st.DataObject) -> None:
        lots = data.draw(st.sets(st.tuples(st.sampled_from(sorted(records) or [0]), st.integers(0, 5))))
        rows = [own(record) for record in records]
        rows += [minted(record, f"{PATH}/10/{lot}", SHARD_WIDTH - 1) for record, lot in lots]
        shard = a_shard(*rows)
        assert list(shard) == sorted(rows)
        for record in range(0, SHARD_WIDTH, 97):
            assert (shard.row(record) is not None) == (record in records)
        for record in records:
            assert shard.row(record) == own(record)
            for lot in range(7):
                assert shard.holds(record, f"{PATH}/10/{lot}") == ((record, lot) in lots)

    def test_another_program_reads_it_from_its_description(self) -> None:
        """With nothing but the table in the module's docstring."""
        data = encode_shard(4096, 8192, 5000, [own(4100), minted(7, LOT, 4101)])
        magic, first, end, until, count = struct.unpack_from("<8sQQQQ", data)
        assert (magic, first, end, until, count) == (b"CLSHARD\x03", 4096, 8192, 5000, 2)
        assert struct.unpack_from("<2Q", data, 40) == (7, 4100)
        assert struct.unpack_from("<2Q", data, 40 + 8 * count) == (4101, 4100)
        places = struct.unpack_from("<3Q", data, 40 + 16 * count)
        assert places[2] == len(data)
        row = data[places[1] : places[2]]
        assert row[:8].hex() == KID
        kid, issued, expires, *sizes, unit = struct.unpack_from("<8sIIHHHBBBB", row, 8)
        digits, name, owner, path, footprint, amount = sizes
        assert kid.hex() == parse_token(LABEL.partition("?c=")[2]).kid
        assert date(1970, 1, 1) + timedelta(issued) == CLAIMS.issued
        assert date(1970, 1, 1) + timedelta(expires) == CLAIMS.expires
        at = 34
        assert row[at : at + path].decode("ascii") == PATH
        at += path
        assert Decimal(row[at : at + footprint].decode()) == CLAIMS.footprint
        at += footprint
        assert Decimal(row[at : at + amount].decode()) == CLAIMS.amount
        assert list(DeclaredUnit)[unit - 1] == CLAIMS.unit
        at += amount
        packed = row[at : at + digits - 136].hex()
        assert packed[1::2].startswith("f" * (digits - 272))
        assert f"https://{HOST}{PATH}?c={packed[0::2]}{packed[1::2].lstrip('f')}" == a_label(record=4100)
        at += digits - 136
        assert json.loads(row[at : at + name])["zh"] == "钢梁"
        assert row[at + name :].decode() == "Maker 厂"
        assert len(row) == at + name + owner

    def test_a_figure_beside_the_token_that_is_not_the_tokens_is_found(self) -> None:
        data = encode_shard(0, SHARD_WIDTH, 30, [own(), minted()])
        (start,) = struct.unpack_from("<Q", data, 40 + 16 * 2)
        row = Shard(data).at(0)
        path = range(34, 34 + len(row.path))
        for place in {*range(8, path.stop + 8)} - {*path}:  # key, days, sizes, unit, footprint, amount
            changed = bytearray(data)
            changed[start + place] ^= 1
            with pytest.raises(ShardError):
                Shard(changed).check()


class TestNames:
    def test_say_the_range(self) -> None:
        assert shard_name(0) == "labels-0-4096.bin"
        assert shard_name(8192) == "labels-8192-12288.bin"


class TestRefusing:
    @pytest.mark.parametrize(
        ("rows", "until"),
        [
            ([own(30)], 30),
            ([minted(9, LOT, 8)], 30),
            ([own(name=b"")], 30),
            ([own(name=b"{")], 30),
            ([own(name=b'{"en":1}')], 30),
            ([own(token=b"")], 30),
            ([own(token=bytes(100))], 30),
            ([minted(7, "/01/00000000000000", 9), own()], 30),
            ([ShardRow(7, LOT, 9, KID, TOKEN, NAME)], 30),
            ([own(), own()], 30),
            ([own(token=token_of(a_label(record=8)))], 30),
            ([own(token=TOKEN.replace(b"\xa0", b"\xa1", 1))], 30),
            ([own(token=TOKEN.replace(b"\x4d\xa2", b"\x4d\xa3", 1))], 30),
            ([own(token=TOKEN.replace(b"\xd2", b"\xd1", 1))], 30),
            ([own(token=TOKEN[:17] + b"\x59\x00" + TOKEN[18:])], 30),
            ([own(path=LOT)], 30),
            ([own(path="/01/09520000000005")], 30),
            ([own(path="/x/01/09520000000004")], 30),
            ([own(), minted(path=PATH + "?c=1")], 30),
            ([own(), minted(path=PATH + "/10/a%2f")], 30),
        ],
        ids=[
            *("late", "early", "nameless", "cut", "number", "bare", "zeros", "before-own", "named-lot", "twice"),
            *("of-another-record", "unprotected", "protected", "tag", "long-head"),
            *("own-lot", "check-digit", "path-before", "query", "other-encoding"),
        ],
    )
    def test_check_finds_rows_that_are_not_sound(self, rows: list[ShardRow], until: int) -> None:
        shard = a_shard(*rows, until=until)
        with pytest.raises(ShardError):
            shard.check()

    @pytest.mark.parametrize("numbers", [(0, 0, 0), (4, 2, 4), (0, 4, 5), (5, 9, 3), (-1, 4, 2)])
    def test_ranges_that_are_none(self, numbers: tuple[int, int, int]) -> None:
        with pytest.raises(ShardError):
            encode_shard(*numbers, [])

    @pytest.mark.parametrize("changes", [{"token": b"\xff" * 256}, {"name": bytes(65_536)}, {"owner": "x" * 65_536}])
    def test_what_does_not_fit(self, changes: dict[str, Any]) -> None:
        with pytest.raises(ShardError):
            a_shard(own(**changes))

    @pytest.mark.parametrize(
        "data", [b"", bytes(47), bytes(48), b"CLSHARD\x03" + bytes(40), b"CLSHARD\x02" + bytes(40)]
    )
    def test_what_is_no_shard(self, data: bytes) -> None:
        with pytest.raises(ShardError):
            Shard(data)

    def test_cut_anywhere(self) -> None:
        whole = encode_shard(0, SHARD_WIDTH, 30, [own(), minted()])
        for size in range(len(whole)):
            with pytest.raises(ShardError):
                Shard(whole[:size])
        with pytest.raises(ShardError):
            Shard(whole + b"\x00")

    def test_a_count_of_billions_allocates_nothing(self) -> None:
        whole = bytearray(encode_shard(0, SHARD_WIDTH, 30, [own()]))
        whole[32:40] = b"\xff" * 8
        with pytest.raises(ShardError):
            Shard(bytes(whole))

    def test_with_any_byte_changed_it_raises_nothing_else(self) -> None:
        """Hashes catch such a change before; this is what holds without them."""
        whole = encode_shard(0, SHARD_WIDTH, 30, [own(3), own(), minted(), minted(path=LOT + "2")])
        chosen = random.Random(1)
        for place in range(len(whole)):
            data = bytearray(whole)
            data[place] ^= chosen.randrange(1, 256)
            try:
                shard = Shard(bytes(data))
                for record in (0, 3, 7, 8):
                    shard.row(record)
                    shard.holds(record, LOT)
                for row in shard:
                    _ = row.payload
                shard.check()
            except (ShardError, UnreadableLabel):
                pass
