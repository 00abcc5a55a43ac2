"""Judging on a cluster: the batch function of ``verifier.bulk`` in Spark's ``mapInArrow``. Needs the extra ``spark``.

    from verifier.spark import verify
    verify(spark.read.parquet("scans"), "bundle").write.parquet("verdicts")

The bundle goes to the executors as one archive, which Spark unpacks once on each of them, before any task begins. Each
Python worker there opens it as ``Verifier.open`` does - the whole chain of signatures, and every hash - and keeps it
for as long as it lives.
"""

import atexit
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from os import PathLike
from pathlib import Path
from tempfile import mkdtemp
from zipfile import ZipFile, ZipInfo

import pyarrow as pa
from msgspec import Struct

from verifier.bulk import EXPECT, LABEL, VERDICT_COLUMNS, Bulk
from verifier.bundle.generations import CURRENT, current
from verifier.bundle.trust_file import TRUST_FILE
from verifier.verifier import BulkNotInstalled, Verifier
from verifier.witness.policy import NO_WITNESSES, WitnessPolicy

try:
    from pyspark import SparkContext, SparkFiles
    from pyspark.sql import DataFrame
    from pyspark.sql.types import BinaryType, LongType, StringType, StructField, StructType
except ModuleNotFoundError as missing:
    raise BulkNotInstalled("judging on a cluster needs an extra: pip install 'carbonlabel[spark]'") from missing

_SPARK_TYPES = {pa.string(): StringType(), pa.int64(): LongType()}
_VERDICT_FIELDS = [StructField(field.name, _SPARK_TYPES[field.type], field.nullable) for field in VERDICT_COLUMNS]


class ColumnsError(ValueError):
    """The input has not the columns that it must have, or one that the verdict is to have."""


class _Job(Struct, frozen=True):
    """What each task is told: which bundle, how to open it, the moment, and which columns label and expectation are."""

    archive: str
    max_age: timedelta | None
    witnesses: WitnessPolicy
    now: datetime
    label: int
    expect: int | None


def verify(
    dataframe: DataFrame,
    bundle: str | PathLike[str],
    *,
    label: str = LABEL,
    expect: str | None = None,
    max_age: timedelta | None = None,
    witnesses: WitnessPolicy = NO_WITNESSES,
    now: datetime | None = None,
) -> DataFrame:
    """The rows of ``dataframe`` with ``verdict, reason, gtin, record, footprint, unit, per`` behind their own columns.

    ``label`` names the column of labels, ``expect`` that of the GTINs or GLNs they should be for; a column ``expect``
    counts also unnamed. All are judged at one moment: ``now``, else that of this call, however late Spark runs it.
    ``max_age`` and ``witnesses`` are those of ``Verifier.open``.

    Raises ``BundleError`` for a bundle that cannot be opened here, ``ColumnsError`` for other columns than needed. An
    executor that cannot open it fails its task with the same sentence.
    """
    at = datetime.now(UTC) if now is None else now
    names = dataframe.columns
    where = _place(dataframe, label)
    expected = None if expect is None and EXPECT not in names else _place(dataframe, expect or EXPECT)
    schema = _with_verdict(dataframe.schema)
    folder = Path(bundle)
    Verifier.open(folder, max_age, lambda: at, witnesses=witnesses)  # a bad bundle is found out here, not in each task
    archive = _shipped(dataframe.sparkSession.sparkContext, folder)
    job = _Job(archive, max_age, witnesses, at, where, expected)

    def judged(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return _judged(job, batches)

    # By number, because Spark would take a dot in a name for a field within a column.
    return dataframe.toDF(*map(str, range(len(names)))).mapInArrow(judged, schema)


def _place(dataframe: DataFrame, name: str) -> int:
    """Which column ``name`` is, if it is one of text."""
    if name not in dataframe.columns:
        raise ColumnsError(f"the input has no column {name}: it has {', '.join(dataframe.columns)}")
    place = dataframe.columns.index(name)
    kind = dataframe.schema[place].dataType
    if not isinstance(kind, StringType | BinaryType):
        raise ColumnsError(f"the column {name} is {kind.simpleString()}, not text: as a number a GTIN loses its zeros")
    return place


def _with_verdict(schema: StructType) -> StructType:
    """The columns of the output. Spark takes no account of case in names, so neither do we."""
    whole = StructType([*schema.fields, *_VERDICT_FIELDS])
    folded = [name.casefold() for name in whole.names]
    twice = [name for number, name in enumerate(whole.names) if folded[number] in folded[:number]]
    if twice:
        raise ColumnsError(f"the input has a column {twice[0]} already, in which the output has another: rename it")
    return whole


# On the driver


def _shipped(context: SparkContext, folder: Path) -> str:
    """The name of the archive by which every executor gets the bundle: an application ships each bundle once."""
    files = _files(folder)
    name = f"bundle-{sha256(files[0].read_bytes()).hexdigest()}.zip"
    if not any(address.endswith(f"/{name}") for address in context.listArchives):
        place = Path(mkdtemp(prefix="carbonlabel-"))  # executors that come later ask for it too
        atexit.register(shutil.rmtree, place, ignore_errors=True)
        _pack(folder, files, place / name)
        context.addArchive(str(place / name))
    return name


def _files(folder: Path) -> Sequence[Path]:
    """The files that make up the bundle in ``folder``. All that it says hangs by hashes on the first of them."""
    generation = current(folder)
    if generation is None:
        return [folder / TRUST_FILE]
    return [folder / CURRENT, *sorted(path for path in generation.path.rglob("*") if path.is_file())]


def _pack(folder: Path, files: Sequence[Path], archive: Path) -> None:
    """Writes the archive: the same bytes for the same files. Not compressed: most of a bundle is signatures."""
    with ZipFile(archive, "w") as packed:
        for path in files:
            entry = ZipInfo(path.relative_to(folder).as_posix())  # of 1980, whenever it was synced
            entry.file_size = path.stat().st_size
            with path.open("rb") as source, packed.open(entry, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)


# On the executors


def _judged(job: _Job, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    bulk = _bulk(job)
    for batch in batches:
        verdicts = bulk.verdicts(batch.column(job.label), None if job.expect is None else batch.column(job.expect))
        names = [*batch.schema.names, *VERDICT_COLUMNS.names]
        yield pa.RecordBatch.from_arrays([*batch.columns, *verdicts.columns], names)


@lru_cache(maxsize=1)
def _bulk(job: _Job) -> Bulk:
    """Made by a worker's first task, and kept for those that follow. No processes: Spark has a worker for each core."""
    folder = Path(SparkFiles.get(job.archive))
    return Bulk(Verifier.open(folder, job.max_age, lambda: job.now, witnesses=job.witnesses), job.now, processes=False)
