"""On a real Spark: the verdicts are those of ``judge``.

In ``make soak`` it has two executors, each a process with Python workers; else threads, which start in half the time.
"""

import json
import os
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import cache
from itertools import takewhile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyspark
import pytest
from pyspark import SparkContext
from pyspark.errors import PythonException
from pyspark.sql import DataFrame, SparkSession

from schemas.verdict import VerdictCode
from tests.bench.large_registry import BEGAN
from tests.scans import KnownLabel, Scan, Scans
from verifier import Verifier
from verifier.bulk import VERDICT_COLUMNS
from verifier.bulk.flat import row_of
from verifier.bundle import BundleError, StaleBundleError
from verifier.spark import ColumnsError, verify

pytestmark = pytest.mark.skipif(
    shutil.which("java", path=f"{os.environ.get('JAVA_HOME', '')}/bin:{os.environ['PATH']}") is None,
    reason="Spark needs Java: apt-get install openjdk-17-jre-headless",
)

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.executorEnv.PYTHONPATH": str(ROOT),
    "spark.scheduler.minRegisteredResourcesRatio": "1",  # both executors, before the first task
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "500",
    "spark.ui.showConsoleProgress": "false",
    "spark.task.maxFailures": "1",
    # A short life: what a better compiler would win costs more than it brings.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@pytest.fixture(scope="module")
def spark(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A cluster of its own, with a folder of its own: Spark writes into the one that it is installed in."""
    home = tmp_path_factory.mktemp("spark")
    for part in ("bin", "jars", "python"):
        (home / part).symlink_to(Path(pyspark.__file__).parent / part)
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("SPARK_HOME", str(home))
        environ.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        environ.setenv("PYSPARK_PYTHON", sys.executable)
        environ.delenv("PYTHONWARNINGS", raising=False)
        is_long = request.config.getoption("markexpr") == "soak"
        builder = SparkSession.builder.master("local-cluster[2,1,1024]" if is_long else "local[2]")
        for name, value in SETTINGS.items():
            builder = builder.config(name, value)
        session = builder.config("spark.sql.warehouse.dir", str(home / "warehouse")).getOrCreate()
        yield session
        session.stop()
        gateway = SparkContext._gateway
        assert gateway is not None
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()
        SparkContext._gateway = SparkContext._jvm = None


@pytest.fixture(scope="module")
def bundle(verifier: Verifier) -> Path:
    assert verifier.folder is not None
    return verifier.folder


def table_of(scans: Sequence[Scan]) -> pa.Table:
    """Scans as a retailer has them: its own names, its own columns, some empty."""
    return pa.table(
        {
            "line": pa.array(range(len(scans)), pa.int64()),
            "shop": [scan.shop for scan in scans],
            "shelf no.": pa.array([number % 7 or None for number in range(len(scans))], pa.int32()),
            "scan": [scan.text for scan in scans],
            "at": pa.array([BEGAN + timedelta(seconds=number) for number in range(len(scans))]),
            "wanted": [scan.expect for scan in scans],
        }
    )


def stored(table: pa.Table, folder: Path, parts: int) -> str:
    """The table as Parquet files."""
    folder.mkdir(parents=True)
    share = -(-len(table) // parts)
    for part in range(parts):
        pq.write_table(table.slice(part * share, share), folder / f"{part}.parquet")
    return str(folder)


def check_night(spark: SparkSession, verifier: Verifier, bundle: Path, scans: Sequence[Scan], folder: Path) -> None:
    """From Parquet to Parquet, row for row as ``judge`` says, and as the scans were made to be."""
    table = table_of(scans)
    frame = spark.read.parquet(stored(table, folder / "in", 8))
    verify(frame, bundle, label="scan", expect="wanted", now=BEGAN).write.parquet(str(folder / "out"))
    found = pq.read_table(folder / "out").sort_by("line")
    assert found.column_names == [*table.column_names, *VERDICT_COLUMNS.names]
    assert found.select(table.column_names).to_pylist() == table.to_pylist()
    judge = cache(verifier.at(BEGAN))
    rows = [tuple(row.values()) for row in found.select(VERDICT_COLUMNS.names).to_pylist()]
    assert rows == [row_of(judge(scan.text, scan.expect)) for scan in scans]
    assert [row[0] for row in rows] == [scan.verdict for scan in scans]


@pytest.mark.soak
def test_a_night_of_scans(
    spark: SparkSession, verifier: Verifier, bundle: Path, labels: list[KnownLabel], tmp_path: Path
) -> None:
    scans = list(Scans(labels, seed=5, share_bad=0.05).take(10_000))
    assert len(Counter(scan.verdict for scan in scans)) >= 7
    check_night(spark, verifier, bundle, scans, tmp_path)


@pytest.mark.soak
def test_a_million_scans(
    spark: SparkSession, verifier: Verifier, bundle: Path, labels: list[KnownLabel], tmp_path: Path
) -> None:
    scans = iter(Scans(labels, seed=6, share_bad=0.02).take(1_000_000))
    for share in range(10):
        check_night(spark, verifier, bundle, [next(scans) for _ in range(100_000)], tmp_path / str(share))


def texts_of(labels: Sequence[KnownLabel]) -> list[str]:
    return [f"https://id.example.org{label.path}?c={label.digits}" for label in labels]


def frame_of(spark: SparkSession, labels: Sequence[KnownLabel], parts: int = 1) -> DataFrame:
    return spark.createDataFrame(pa.table({"label": texts_of(labels)})).repartition(parts)


def collected(frame: DataFrame, column: str) -> list[object]:
    return frame.select(column).toArrow().column(0).to_pylist()


def on_each_worker(spark: SparkSession, ask: Callable[[], dict[str, int]]) -> list[dict[str, int]]:
    """What the Python workers answer, each asked some times."""

    def asked(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _ in batches:
            yield pa.RecordBatch.from_pylist([{"answer": json.dumps(ask())}])

    answers = spark.range(40, numPartitions=40).mapInArrow(asked, "answer string").toArrow()
    return [json.loads(answer.as_py()) for answer in answers.column(0)]


@pytest.mark.soak
def test_two_executors_judge_by_a_bundle_that_each_worker_opens_once(
    spark: SparkSession, bundle: Path, labels: list[KnownLabel]
) -> None:
    def ask() -> dict[str, int]:
        import os
        import time
        from pathlib import Path

        from verifier.spark import _bulk

        time.sleep(0.05)  # so that no worker does all
        opened, mine = _bulk.cache_info(), f"/proc/self/task/{os.getpid()}/children"
        return {
            "executor": os.getppid(),  # it starts the worker by a process of its own
            "worker": os.getpid(),
            "opened": opened.misses,
            "used": opened.hits,
            "processes": len(Path(mine).read_text().split()),
        }

    judged = verify(frame_of(spark, labels, 40), bundle, now=BEGAN)
    before = {answer["worker"]: answer for answer in on_each_worker(spark, ask)}
    assert collected(judged, "reason").count("active") > 4_000
    after = {answer["worker"]: answer for answer in on_each_worker(spark, ask)}
    opened = {
        worker: answer["opened"] - before.get(worker, {"opened": 0})["opened"] for worker, answer in after.items()
    }
    used = {worker: answer["used"] - before.get(worker, {"used": 0})["used"] for worker, answer in after.items()}
    assert len({after[worker]["executor"] for worker, times in opened.items() if times}) == 2
    assert max(opened.values()) == 1
    assert sum(used.values()) > sum(opened.values())
    assert {answer["processes"] for answer in after.values()} == {0}


def test_the_job_of_the_document(
    spark: SparkSession,
    bundle: Path,
    labels: list[KnownLabel],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8").splitlines()
    start = lines.index("    import sys")
    job = "\n".join(takewhile(lambda line: not line or line.startswith("    "), lines[start:]))
    scans = pa.table({"shop": ["shop-1"] * 50, "label": [*texts_of(labels[:49]), "nothing"]})
    where = (stored(scans, tmp_path / "scans", 2), str(bundle), str(tmp_path / "verdicts"))
    monkeypatch.setattr(sys, "argv", ["judge_scans.py", *where])
    exec(textwrap.dedent(job), {})
    assert len(pq.read_table(tmp_path / "verdicts")) == 50
    assert "unreadable|    1|" in capsys.readouterr().out


def test_an_application_ships_a_bundle_once(spark: SparkSession, bundle: Path, labels: list[KnownLabel]) -> None:
    frame = frame_of(spark, labels[:10])
    verify(frame, bundle, now=BEGAN)
    shipped = sorted(spark.sparkContext.listArchives)
    verify(frame, bundle, now=BEGAN)
    assert sorted(spark.sparkContext.listArchives) == shipped


def test_all_partitions_judge_at_the_moment_given(spark: SparkSession, bundle: Path, labels: list[KnownLabel]) -> None:
    good = [label for label in labels if label.verdict is VerdictCode.VALID][:200]
    frame = frame_of(spark, good, 4)
    assert set(collected(verify(frame, bundle, now=BEGAN), "verdict")) == {"valid"}
    assert set(collected(verify(frame, bundle, now=BEGAN + timedelta(days=731)), "verdict")) == {"expired"}


def test_a_column_expect_counts_also_unnamed(spark: SparkSession, bundle: Path, labels: list[KnownLabel]) -> None:
    (label,) = [label for label in labels if label.verdict is VerdictCode.VALID][:1]
    (text,) = texts_of([label])
    table = pa.table({"expect": ["09506000134352", label.path[4:18], None], "label": [text, text, None]})
    judged = verify(spark.createDataFrame(table).coalesce(1), bundle, now=BEGAN)
    assert collected(judged, "reason") == ["other-product", "active", "not-a-gs1-digital-link"]


def test_a_trust_list_alone_gives_no_valid_label(
    spark: SparkSession, verifier: Verifier, labels: list[KnownLabel], tmp_path: Path
) -> None:
    (tmp_path / "trust.json").write_bytes(verifier.trust.encode())
    judged = verify(frame_of(spark, labels[:20]), tmp_path, now=BEGAN)
    assert set(collected(judged, "reason")) == {"no-log-at-hand"}


def damage(shard: Path) -> None:
    data = bytearray(shard.read_bytes())
    data[-1] ^= 1
    shard.unlink()
    shard.write_bytes(data)


def test_a_damaged_bundle_is_found_out_before_anything_is_shipped(
    spark: SparkSession, bundle: Path, labels: list[KnownLabel], tmp_path: Path
) -> None:
    shutil.copytree(bundle, tmp_path / "bundle")
    damage(next((tmp_path / "bundle").glob("generation-*/targets/labels-0-*")))
    shipped = spark.sparkContext.listArchives
    with pytest.raises(BundleError, match=r"has been changed since it was synced\. Sync again"):
        verify(frame_of(spark, labels[:10]), tmp_path / "bundle", now=BEGAN)
    with pytest.raises(BundleError, match="has no bundle: make one with `carbonlabel sync`"):
        verify(frame_of(spark, labels[:10]), tmp_path / "none", now=BEGAN)
    assert spark.sparkContext.listArchives == shipped


@pytest.mark.soak
def test_a_bundle_that_is_damaged_on_its_way_fails_the_task_with_the_same_sentence(
    spark: SparkSession, bundle: Path, labels: list[KnownLabel], tmp_path: Path
) -> None:
    """A copy that is shipped as a bundle of its own, and changed on the executors before it is opened there."""
    shutil.copytree(bundle, tmp_path / "bundle")
    (tmp_path / "bundle" / "generation-00000001").rename(tmp_path / "bundle" / "generation-00000002")
    pointer = (tmp_path / "bundle" / "current").read_text().replace("-00000001 ", "-00000002 ")
    (tmp_path / "bundle" / "current").write_text(pointer)
    judged = verify(frame_of(spark, labels[:100], 4), tmp_path / "bundle", now=BEGAN)

    def ask() -> dict[str, int]:
        from pathlib import Path

        from pyspark import SparkFiles

        shards = list(Path(SparkFiles.getRootDirectory()).glob("*.zip/generation-00000002/targets/labels-0-*"))
        for shard in shards:
            with shard.open("r+b") as file:  # in place: two workers at once leave it as long as it was
                file.write(b"not a shard")
        return {"changed": len(shards)}

    assert {answer["changed"] for answer in on_each_worker(spark, ask)} == {1}
    with pytest.raises(PythonException, match=r"DamagedBundle: .* has been changed since it was synced\. Sync"):
        judged.collect()


def test_a_bundle_that_is_too_old_is_refused(spark: SparkSession, bundle: Path, labels: list[KnownLabel]) -> None:
    with pytest.raises(StaleBundleError, match="too long ago: sync it"):
        verify(frame_of(spark, labels[:10]), bundle, max_age=timedelta(hours=24), now=BEGAN + timedelta(hours=25))


def test_other_columns_than_needed_are_refused_with_a_sentence(spark: SparkSession, bundle: Path) -> None:
    frame = spark.createDataFrame(pa.table({"label": ["x"], "gtins": [9521234567899]}))
    with pytest.raises(ColumnsError, match="has no column scan: it has label, gtins"):
        verify(frame, bundle, label="scan")
    with pytest.raises(ColumnsError, match="has no column expect"):
        verify(frame, bundle, expect="expect")
    with pytest.raises(ColumnsError, match="gtins is bigint, not text: as a number a GTIN loses its zeros"):
        verify(frame, bundle, expect="gtins")
    with pytest.raises(ColumnsError, match="has a column gtin already, in which the output"):
        verify(frame.withColumnRenamed("gtins", "GTIN"), bundle)


@pytest.mark.soak
def test_names_that_spark_reads_otherwise(spark: SparkSession, bundle: Path, labels: list[KnownLabel]) -> None:
    """A dot is for Spark a field within a column, and a back quote ends a name."""
    frame = frame_of(spark, labels[:5]).toDF("scan.label")
    judged = verify(frame, bundle, label="scan.label", now=BEGAN)
    assert judged.columns == ["scan.label", *VERDICT_COLUMNS.names]
    assert set(collected(judged, "verdict")) <= {"valid", "suspended", "withdrawn"}
