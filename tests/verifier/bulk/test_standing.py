"""What is said of a row of the bundle is what ``judge`` says of its text, whatever keys, statuses and dates are."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Literal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from keys import Ed25519Signer, KeyState, TrustList, note_vkey
from keys.trust import TrustedKey, TrustedLog, TrustedRegistry
from schemas.gs1 import parse_path
from schemas.label import LabelClaims, Token, encode_claims, encode_token, signed_message
from schemas.shard import SHARD_WIDTH, Shard, ShardRow, encode_shard
from schemas.status_list import pack
from schemas.tlog import Checkpoint
from tests.verifier.labels import CLAIMS
from tests.world import ORIGIN, gln, gtin
from verifier.bulk.labels import lay_out
from verifier.bulk.standing import OUTCOMES, UNDECIDED, outcomes_at
from verifier.bundle import Bundle
from verifier.bundle.opened import check_rows
from verifier.judge import TrustedKeys, judge

SIZE = 2 * SHARD_WIDTH
INDEXES = [0, 1, 2, 3, 5, 4_094, 4_095, 4_096, 4_097, 8_000, 8_190, 8_191]
BOUNDS = [*INDEXES, 4, 4_093, 4_098, SIZE, 2**63 - 1, 2**63, 2**64 - 1]
TODAY = date(2027, 6, 15)
LABEL_KEYS = [Ed25519Signer.from_seed(bytes([1, number] * 16)) for number in range(4)]
RECORD_KEYS = [Ed25519Signer.from_seed(bytes([2, number] * 16)) for number in range(4)]
PATHS = [f"/01/{gtin(0)}", f"/01/{gtin(1)}", f"/414/{gln(1)}"]
LATER = ["", "/10/L1", "/10/01", "/21/414", "/22/A/10/%2F/21/9"]


class Made(Struct, frozen=True):
    """A record: what its labels say, which keys signed, and the later labels: their entry, path and key."""

    claims: LabelClaims
    path: str
    label_key: int
    record_key: int
    later: list[tuple[int, str, int]]

    def rows(self) -> list[ShardRow]:
        """Its own label and the later ones."""
        made = [(self.claims.record, self.path, self.label_key), *self.later]
        return [self._row(*one) for one in {one[:2]: one for one in made}.values()]

    def _row(self, entry: int, path: str, number: int) -> ShardRow:
        signer, payload = LABEL_KEYS[number], encode_claims(self.claims)
        signature = signer.sign(signed_message(signer.kid, parse_path(path), payload))
        token = encode_token(Token(signer.kid, payload, signature))
        if entry == self.claims.record:
            kid = RECORD_KEYS[self.record_key].kid
            return ShardRow(self.claims.record, path, entry, kid, token, b'{"en":"Beam"}', "Maker")
        return ShardRow(self.claims.record, path, entry, RECORD_KEYS[(self.record_key + 1) % 4].kid, token)


@st.composite
def a_record(draw: st.DrawFn, index: int) -> Made:
    issued = TODAY + timedelta(draw(st.integers(-3, 2)))
    figures = st.builds(lambda number, places: number.scaleb(-places), st.decimals(-999, 999, places=0), st.just(3))
    claims = msgspec.structs.replace(
        CLAIMS,
        record=index,
        footprint=draw(figures),
        issued=issued,
        expires=issued + timedelta(draw(st.integers(0, 4))),
    )
    path, key = draw(st.sampled_from(PATHS)), st.integers(0, len(LABEL_KEYS) - 1)
    ends = LATER if path.startswith("/01/") else ["", "/254/E1", "/254/01"]
    entries = st.integers(index + 1, SIZE - 1) if index < SIZE - 1 else st.nothing()
    later = st.lists(st.tuples(entries, st.sampled_from([path + end for end in ends]), key), max_size=3)
    return Made(claims, path, draw(key), draw(key), [] if index == SIZE - 1 else draw(later))


@st.composite
def windows(draw: st.DrawFn, use: Literal["record", "label"], signers: list[Ed25519Signer]) -> list[TrustedKey]:
    """Some of these keys, each with a window of its own, open or closed."""
    listed = []
    for signer in signers:
        if draw(st.integers(0, 6)) == 0:
            continue
        first, state = draw(st.sampled_from([*[0] * 20, *BOUNDS])), draw(st.sampled_from([KeyState.ACTIVE, *KeyState]))
        until = None if state is KeyState.ACTIVE else max(first, draw(st.sampled_from(BOUNDS)))
        key = TrustedKey.introduced(signer.public, use, first)
        listed.append(msgspec.structs.replace(key, until=until, state=state))
    return listed


def trust_of(keys: list[TrustedKey]) -> TrustList:
    log = TrustedLog(note_vkey(ORIGIN, LABEL_KEYS[0].public))
    return TrustList(TrustedRegistry("Low-Carbon Alliance", ORIGIN), log, tuple(keys))


class World(Struct, frozen=True):
    """A bundle, whom it trusts, and a moment."""

    bundle: Bundle
    now: datetime


@st.composite
def worlds(draw: st.DrawFn) -> World:
    records = [draw(a_record(index)) for index in draw(st.sets(st.sampled_from(INDEXES), min_size=1, max_size=6))]
    rows = [row for record in records for row in record.rows()]
    shards = []
    for first in range(0, SIZE, SHARD_WIDTH):
        inside = [row for row in rows if first <= row.entry < first + SHARD_WIDTH]
        shards.append(Shard(encode_shard(first, first + SHARD_WIDTH, first + SHARD_WIDTH, inside)))
    check_rows(shards, [True] * len(shards))
    codes = bytearray(SIZE)
    for record in records:
        codes[record.claims.record] = draw(st.sampled_from([0, 0, 1, 2, 3, 3]))
    trust = trust_of(draw(windows("label", LABEL_KEYS)) + draw(windows("record", RECORD_KEYS)))
    zone = timezone(timedelta(hours=draw(st.integers(-12, 14))))
    hours = st.one_of(
        *[st.integers(-2 * 24, 3 * 24)] * 3, st.integers(-5 * 24, 7 * 24), st.sampled_from([-600_000, 10**6])
    )
    now = datetime(2027, 6, 15, 0, tzinfo=UTC) + timedelta(hours=draw(hours), seconds=draw(st.integers(-1, 1)))
    checkpoint = Checkpoint(ORIGIN, SIZE, bytes(32))
    bundle = Bundle(trust, checkpoint, b"", pack(codes), None, tuple(shards), now, now + timedelta(days=7))
    return World(bundle, now.astimezone(zone))


@settings(max_examples=200)
@given(worlds())
def test_every_row_has_the_outcome_that_judge_gives_its_text(world: World) -> None:
    bundle = world.bundle
    labels = lay_out(bundle.shards)
    outcomes = outcomes_at(labels, bundle.trust, bundle.statuses, world.now)
    keys, log = TrustedKeys(bundle.trust), bundle.log(world.now)
    rows = [row for shard in bundle.shards for row in shard]
    assert len(rows) == len(outcomes)
    for row, outcome in zip(rows, outcomes, strict=True):
        verdict = judge(row.text(ORIGIN), keys=keys, log=log, now=world.now)
        assert outcome != UNDECIDED
        assert OUTCOMES[outcome] == (verdict.verdict, verdict.reason), row
        seen[OUTCOMES[outcome]] += 1


seen: Counter[tuple[str, str]] = Counter()


def test_every_outcome_but_mismatch_was_among_them() -> None:
    """The property above says something only if its worlds have all that can be."""
    if not seen:  # this test alone was asked for
        test_every_row_has_the_outcome_that_judge_gives_its_text()
    assert {reason for _, reason in OUTCOMES} - {reason for _, reason in seen} == {
        "other-product",
        "expectation-unreadable",
    }
