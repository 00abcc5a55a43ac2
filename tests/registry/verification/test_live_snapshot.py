"""Judged in columns against the published labels, every verdict is the one that is given one by one, as of now."""

import random
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import datetime
from itertools import product
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest
from msgspec import Struct

from keys import Signer
from registry.log.service import publish, sequence
from registry.records.rekey import end_key
from registry.registry import Registry
from registry.verification.live_snapshot import LiveSnapshot
from registry.verification.online import OnlineVerifier
from schemas.entry import StatusEvent
from tests.scans import KnownLabel, Scans
from tests.verifier.bundle.test_same_verdicts import EXPECTATIONS, MOMENTS, a_history
from tests.world import NOW, a_declaration, change, label_key, new_registry, published, record_key
from verifier.bulk import Texts
from verifier.bulk.files import encode
from verifier.bulk.flat import row_of

Asked = tuple[str, str | None]


class Live(Struct, frozen=True):
    """A registry at work, asked both ways."""

    registry: Registry
    online: OnlineVerifier
    labels: LiveSnapshot

    def publish(self) -> None:
        """Publishes the log as it is, and has it read."""
        committed = sequence(self.registry).committed
        assert committed is not None
        publish(self.registry, committed)
        self.labels.read()
        assert self.labels.size == committed.checkpoint.size

    def rows(self, asked: list[Asked], now: datetime = NOW) -> list[tuple]:
        texts = Texts.joined([text.encode(errors="replace") for text, _ in asked])
        expect = pa.array([wanted for _, wanted in asked], pa.string())
        lines = self.labels.written(encode.NDJSON, 1, texts, expect, now).splitlines()
        rows = [tuple(msgspec.json.decode(line).values()) for line in lines]
        assert [row[0] for row in rows] == [*range(1, len(asked) + 1)]
        return [row[1:] for row in rows]

    def check(self, asked: list[Asked], now: datetime = NOW) -> list[str]:
        """Both ways agree; the verdicts."""
        rows = self.rows(asked, now)
        one_by_one = {
            one: row_of(self.online.verify(one[0].encode(errors="replace").decode(), now, one[1])) for one in set(asked)
        }
        assert rows == [one_by_one[one] for one in asked]
        return [row[0] for row in rows]

    def decided(self) -> int:
        """How many rows are decided by comparison alone."""
        _, outcomes = self.labels._decided(NOW)
        return int((outcomes != 255).sum())


@pytest.fixture
def live(tmp_path: Path) -> Generator[Live]:
    with (
        closing(new_registry(tmp_path / "home")) as registry,
        closing(OnlineVerifier(registry)) as online,
        closing(LiveSnapshot(registry, online)) as labels,
    ):
        yield Live(registry, online, labels)


def test_every_label_moment_and_expectation_of_a_long_history(live: Live) -> None:
    """Also of half of it, with the other half not yet published."""
    texts = a_history(live.registry)
    asked = list(product(texts, EXPECTATIONS))
    for _ in range(2):
        seen = {verdict for now in MOMENTS for verdict in live.check(asked, now)}
        assert seen == {
            *("valid", "superseded", "expired", "suspended", "withdrawn", "mismatch"),
            *("unlogged", "forged", "unknown-key", "unsigned", "unreadable"),
        } - {"unknown-key"}
        live.publish()
    assert live.decided() > 15


def test_a_night_of_scans(live: Live) -> None:
    records = published(live.registry, 60)
    change(live.registry, records[3].record, StatusEvent.SUSPENDED)
    live.publish()
    change(live.registry, records[5].record, StatusEvent.WITHDRAWN)
    labels = [KnownLabel.of(one.label, live.online.verify(one.label, NOW).verdict) for one in records]
    scans = list(Scans(labels, seed=5, share_bad=0.1).take(4_000))
    assert live.check([(scan.text, scan.expect) for scan in scans]) == [scan.verdict for scan in scans]


def test_each_change_shows_in_the_very_next_batch(live: Live) -> None:
    """In whatever order it is published; nothing is decided of a record that has changed since."""
    records = published(live.registry, 6)
    texts: list[Asked] = [(record.label, None) for record in records]
    live.publish()
    assert live.decided() == 6
    assert live.check(texts) == ["valid"] * 6
    change(live.registry, records[0].record, StatusEvent.SUSPENDED)
    assert live.check(texts) == ["suspended"] + ["valid"] * 5
    assert live.decided() == 5
    change(live.registry, records[0].record, StatusEvent.REINSTATED)
    change(live.registry, records[1].record, StatusEvent.WITHDRAWN)
    assert live.check(texts) == ["valid", "withdrawn"] + ["valid"] * 4
    newer = published(live.registry, [a_declaration(2)])[0]
    texts.append((newer.label, None))
    assert live.check(texts) == ["valid", "withdrawn", "superseded", "valid", "valid", "valid", "valid"]
    assert live.decided() == 3
    live.publish()
    assert live.decided() == 7
    assert live.check(texts) == ["valid", "withdrawn", "superseded", "valid", "valid", "valid", "valid"]


@pytest.mark.parametrize("key", [label_key, record_key])
def test_a_key_that_is_compromised_is_so_in_the_very_next_batch(live: Live, key: Callable[[Registry], Signer]) -> None:
    records = published(live.registry, 4)
    texts: list[Asked] = [(record.label, None) for record in records]
    live.publish()
    change(live.registry, records[0].record, StatusEvent.SUSPENDED)
    assert live.check(texts) == ["suspended", "valid", "valid", "valid"]
    end_key(live.registry, key(live.registry).kid, records[2].record)
    assert live.check(texts) == ["suspended", "valid", "forged", "forged"]
    live.publish()
    assert live.check(texts) == ["suspended", "valid", "forged", "forged"]


def test_the_day_is_that_of_the_moment(live: Live) -> None:
    texts: list[Asked] = [(record.label, None) for record in published(live.registry, 3)]
    live.publish()
    seen = [live.check(texts, now)[0] for now in (*MOMENTS, *reversed(MOMENTS))]
    assert seen == ["unlogged", "valid", "valid", "valid", "expired", "expired", "valid", "valid", "valid", "unlogged"]


def test_without_a_bundle_all_are_judged_one_by_one(live: Live) -> None:
    texts: list[Asked] = [(record.label, None) for record in published(live.registry, 3)]
    live.labels.read()
    assert live.labels.size == 0
    assert live.check(texts) == ["valid"] * 3


def test_what_is_not_our_bundle_is_not_compared_with(
    live: Live, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever byte of it is another: labels are then judged one by one."""
    record = published(live.registry, 1)[0]
    live.publish()
    public = live.registry.home.public
    draw = random.Random(1)
    kinds = ("*.status.bin", "*.labels-*.bin", "*.checkpoint")
    targets = [path for kind in kinds for path in sorted((public / "tuf/targets").glob(kind))]
    assert len(targets) == 3
    for path in targets:
        good = path.read_bytes()
        bad = bytearray(good)
        bad[draw.randrange(len(bad))] ^= 1 << draw.randrange(8)
        path.write_bytes(bad)
        with closing(LiveSnapshot(live.registry, live.online)) as labels:
            labels.read()
            assert labels.size == 0
            assert "is not what was published" in caplog.text
            (row,) = Live(live.registry, live.online, labels).rows([(record.label, None)])
            assert row[0] == "valid"
        caplog.clear()
        path.write_bytes(good)
    with closing(LiveSnapshot(live.registry, live.online)) as labels:
        labels.read()
        assert labels.size == live.labels.size


def test_a_bundle_of_another_history_is_not_compared_with(
    live: Live, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The database was restored from a backup that does not know of the published checkpoint."""
    published(live.registry, 1)
    live.publish()
    with live.registry.database.writing() as session:
        session.connection().exec_driver_sql("delete from checkpoint")
    with closing(LiveSnapshot(live.registry, live.online)) as labels:
        labels.read()
        assert labels.size == 0
    assert "not one of the database" in caplog.text
