"""A retailer's night: from a file of scans to a file of verdicts, by the command, against a bundle of many labels."""

import subprocess
import sys
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from schemas.label import parse_label, parse_token, signed_message
from tests.bench.large_registry import BEGAN, ORIGIN, LargeRegistry
from tests.bench.memory import Run, run
from tests.bench.night import strangers
from tests.bench.table import Line, microseconds
from verifier import Verifier
from verifier.bundle import FolderFetcher, sync

COMMAND = str(Path(sys.executable).with_name("carbonlabel"))
STRANGERS = 400_000
SCANS = "scans.txt"
_GIGA = 1e9


def held(folder: Path, labels: int) -> Path:
    """A synced bundle of so many labels."""
    registry = LargeRegistry(folder / "public")
    registry.grow(labels, labels // 100, BEGAN)
    sync(FolderFetcher(folder / "public"), folder / "bundle", now=BEGAN, root=registry.root)
    return folder / "bundle"


def measure(bundle: Path, folder: Path, scans: int) -> list[Line]:
    """``scans`` scans against the labels of ``bundle``; files go to ``folder``."""
    folder.mkdir(exist_ok=True)
    night, verdicts = folder / SCANS, folder / "verdicts.csv"
    write_night(bundle, night, scans)
    verifier = Verifier.open(bundle)
    labels = sum(map(len, verifier.bundle.shards)) if verifier.bundle else 0
    bare = bare_rate(verifier)
    judging = [COMMAND, "verify-batch", str(night), str(verdicts), *_bundle(bundle)]
    judged = _fastest(judging, night)
    assert judged.code == 1
    _check(verdicts)
    copied = _fastest([sys.executable, "-m", "tests.bench.copying", str(night), str(verdicts)], night)
    assert copied.code == 0
    rate, plain = scans / judged.seconds, scans / copied.seconds
    missed = _missed(verifier, bundle, folder)
    return [
        Line(
            f"verify-batch: {scans:,} scans, {labels:,} labels",
            f"{rate:,.0f} a second, {judged.peak / _GIGA:.2f} GB",
            f"a loop over the bare Ed25519 verify: {bare:,.0f}",
            f"{rate / bare:.0f}",
            "2,500,000; 250; 1.5 GB",
        ),
        Line(
            "the same",
            f"{judged.seconds:.1f} s",
            f"only reading lines and writing rows: {plain:,.0f} a second",
            f"{rate / plain:.2f}",
            "at least 0.5",
        ),
        Line(
            f"verify-batch: {STRANGERS:,} labels of which none is in the bundle",
            f"{missed:,.0f} a second",
            f"the bare verify on one core: {bare:,.0f}",
            f"{missed / bare:.2f}",
            "at least 1.8",
        ),
    ]


def measure_long(bundle: Path, night: Path, nights: int) -> Line:
    """So many nights one behind the other, as one stream: the memory must stay as it is."""
    feed = subprocess.Popen(["/bin/cat", *[str(night)] * nights], stdout=subprocess.PIPE)
    assert feed.stdout is not None
    forms = ("--format", "text", "--output-format", "csv")
    with feed.stdout as stream:
        ran = run([COMMAND, "verify-batch", "-", "/dev/null", *forms, *_bundle(bundle)], stream)
    assert (ran.code, feed.wait()) == (1, 0)
    at = [ran.curve[len(ran.curve) * share // 10][1] for share in range(1, 10)]
    curve = " ".join(f"{size / _GIGA:.2f}" for size in at)
    return Line(f"{nights} such nights as one stream", f"{ran.seconds:.0f} s", f"GB by tenths: {curve}", "-", "flat")


def write_night(bundle: Path, night: Path, scans: int) -> None:
    """Two halves by two processes, then one file."""
    halves = [night.with_suffix(f".{half}") for half in (1, 2)]
    makers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.night", str(bundle), str(half), str(scans // 2), str(seed)]
        )
        for seed, half in enumerate(halves)
    ]
    assert [maker.wait() for maker in makers] == [0, 0]
    with night.open("wb") as file:
        subprocess.run(["/bin/cat", *map(str, halves)], stdout=file, check=True)
    for half in halves:
        half.unlink()


def bare_rate(verifier: Verifier) -> float:
    """Signatures a second of nothing but ``Ed25519PublicKey.verify``, on one core."""
    keys = verifier.trust.label_keys()
    signed = []
    for row in strangers(verifier, 200):
        label = parse_label(row.text(ORIGIN))
        token = parse_token(label.digits or "")
        key = Ed25519PublicKey.from_public_bytes(keys[token.kid].key.raw)
        signed.append((key, token.signature, signed_message(token.kid, label.path, token.payload)))
    turn = cycle(signed)

    def bare() -> None:
        key, signature, message = next(turn)
        key.verify(signature, message)

    (one,) = microseconds(bare)
    return 1e6 / one


def _fastest(command: Sequence[str], night: Path) -> Run:
    """The fastest of three runs. The input is in memory before each, for a disk is not what is measured."""
    runs = []
    for _ in range(3):
        with night.open("rb") as file:
            subprocess.run(["/bin/cat"], stdin=file, stdout=subprocess.DEVNULL, check=True)
        runs.append(run(command))
    return min(runs, key=lambda ran: ran.seconds)


def _check(verdicts: Path) -> None:
    with verdicts.open() as lines:
        assert sum(",valid,active," in line for line in islice(lines, 10_000)) > 9_500


def _missed(verifier: Verifier, bundle: Path, folder: Path) -> float:
    """Labels a second where each needs its signature checked."""
    texts = folder / "strangers.txt"
    texts.write_text("".join(f"{row.text(ORIGIN)}\n" for row in strangers(verifier, STRANGERS)))
    ran = run([COMMAND, "verify-batch", str(texts), str(folder / "strangers.csv"), *_bundle(bundle)])
    assert ran.code == 1
    assert (folder / "strangers.csv").read_text().count(",unlogged,not-in-log,") == STRANGERS
    return STRANGERS / ran.seconds


def _bundle(bundle: Path) -> Sequence[str]:
    return "--bundle", str(bundle)
