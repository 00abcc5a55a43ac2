"""``carbonlabel verify-batch`` as a newcomer runs it; and what is left when it is stopped."""

import gzip
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.demo.samples import Sample, sample_scans
from registry.registry import Registry
from tests.end_to_end.commands import COMMAND, Serving, carbonlabel, carbonlabel_here, environment
from tests.end_to_end.test_offline import published

_PATIENCE = 60


@pytest.fixture(scope="module")
def bundle(server: Serving, demonstration_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's bundle."""
    folder = tmp_path_factory.mktemp("retailer") / "bundle"
    published(server)
    synced = carbonlabel("sync", server.url, "--bundle", folder, "--root", demonstration_home / "root" / "1.root.json")
    assert synced.code == 0, synced
    return folder


@pytest.fixture(scope="module")
def samples(demonstration_home: Path) -> list[Sample]:
    """Scans that are genuine, taken back, tampered with."""
    registry = Registry.open(demonstration_home, {})
    try:
        return [scan for scan in sample_scans(registry) if not {"\n", "\r"} & set(scan.text)]
    finally:
        registry.close()


@pytest.fixture(scope="module")
def good(samples: list[Sample]) -> str:
    """A label that is valid."""
    return next(scan.text for scan in samples if scan.expect == "valid")


def test_a_file_of_scans(bundle: Path, samples: list[Sample], tmp_path: Path) -> None:
    rows = [
        {"label": one.text, "expect": one.product, "shop": f"shop {place % 3}"} for place, one in enumerate(samples)
    ]
    (tmp_path / "scans.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    ended = carbonlabel("verify-batch", "scans.ndjson", "verdicts.ndjson", "--bundle", bundle, cwd=tmp_path)
    assert ended.code == 1
    verdicts = [json.loads(line) for line in (tmp_path / "verdicts.ndjson").read_text().splitlines()]
    assert [one["verdict"] for one in verdicts] == [one.expect for one in samples]
    assert [one["line"] for one in verdicts] == list(range(1, len(samples) + 1))
    for verdict, count in Counter(one.expect.value for one in samples).items():
        assert f"{verdict} {count} " in ended.words
    assert "shop 2" in ended.words


def test_all_valid_is_0_and_one_that_is_not_is_1(bundle: Path, good: str, tmp_path: Path) -> None:
    words = ("verify-batch", "-", tmp_path / "out.csv", "--format", "text", "--bundle", bundle)
    assert carbonlabel(*words, stdin=f"{good}\n" * 5).code == 0
    assert carbonlabel(*words, stdin=f"{good}\n\n{good}\n").code == 1
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0] == "line,verdict,reason,gtin,record,footprint,unit,per"
    assert lines[2] == "2,unreadable,not-a-gs1-digital-link,,,,,"


def test_in_a_pipe_the_verdicts_are_all_that_standard_output_has(bundle: Path, good: str) -> None:
    words = ("verify-batch", "-", "-", "--format", "csv", "--bundle", bundle)
    ended = carbonlabel(*words, stdin=f"shop,label\na,{good}\n")
    assert (ended.code, len(ended.out.splitlines())) == (0, 2)
    assert "1 labels" in ended.err
    ndjson = carbonlabel(*words, "--output-format", "ndjson", stdin=f"label\n{good}\n")
    assert json.loads(ndjson.out)["verdict"] == "valid"


def test_the_summary_for_a_program(bundle: Path, good: str, tmp_path: Path) -> None:
    words = ("verify-batch", "-", tmp_path / "out.parquet", "--format", "csv", "--bundle", bundle, "--json")
    ended = carbonlabel(*words, stdin=f"supplier,label\nB,{good}\nA,nothing\n")
    summary = json.loads(ended.out)
    assert (summary["lines"], summary["verdicts"]) == (2, {"valid": 1, "unreadable": 1})
    suppliers = {one["name"]: one["verdicts"] for one in summary["suppliers"]}
    assert suppliers == {"A": {"unreadable": 1}, "B": {"valid": 1}}
    assert carbonlabel(*words[:2], "-", *words[3:]).code == 2


@pytest.mark.parametrize("language", [None, "en", "zh"])
def test_the_report(bundle: Path, good: str, tmp_path: Path, language: str | None) -> None:
    said = () if language is None else ("--language", language)
    words = ("verify-batch", "-", "out.csv", "--format", "csv", "--bundle", bundle, "--report", "report.html", *said)
    ended = carbonlabel(*words, stdin=f"shop,label\n<script>alert(1)</script>,{good[:-1]}\n", cwd=tmp_path)
    assert ended.code == 1
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "signed at" in page


REFUSED = {
    "no bundle": (("scans.txt", "out.csv", "--bundle", "nowhere"), "carbonlabel sync"),
    "no such file": (("absent.txt", "out.csv", "--bundle", "BUNDLE"), "absent.txt: No such file"),
    "a folder": ((".", "out.csv", "--format", "text", "--bundle", "BUNDLE"), "Is a directory"),
    "no such folder": (("scans.txt", "absent/out.csv", "--bundle", "BUNDLE"), "No such file"),
    "which format": (("scans", "out.csv", "--bundle", "BUNDLE"), "give text, csv, ndjson or parquet"),
    "which output": (("scans.txt", "out", "--bundle", "BUNDLE"), "give text, csv, ndjson or parquet"),
    "no such format": (("scans.txt", "out.csv", "--format", "xls", "--bundle", "BUNDLE"), "there is no format 'xls'"),
    "text out": (("scans.txt", "out.txt", "--bundle", "BUNDLE"), "not as text"),
    "itself": (("scans.txt", "scans.txt", "--bundle", "BUNDLE"), "a file of their own"),
    "report over it": (("scans.txt", "o.csv", "--report", "./o.csv", "--bundle", "BUNDLE"), "a name of its own"),
    "encoding": (("scans.txt", "out.csv", "--encoding", "klingon", "--bundle", "BUNDLE"), "no encoding 'klingon'"),
    "cut off": (("cut.txt.gz", "out.csv", "--bundle", "BUNDLE"), "damaged or cut off"),
    "full disk": (("scans.txt", "/dev/full", "--output-format", "csv", "--bundle", "BUNDLE"), "No space left"),
    "old bundle": (("scans.txt", "out.csv", "--bundle", "BUNDLE", "--max-age", "0"), "sync it"),
}
_BY_THE_SYSTEM = ("no such file", "a folder", "no such folder", "full disk")


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_done_is_a_sentence_and_no_file(
    bundle: Path, good: str, tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words, said = REFUSED[case]
    for name in ("scans", "scans.txt"):
        (tmp_path / name).write_text(good * 100)
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(os.urandom(10_000))[:-1])
    before = {path.name for path in tmp_path.iterdir()}
    run = carbonlabel if case in _BY_THE_SYSTEM else carbonlabel_here
    ended = run("verify-batch", *(bundle if word == "BUNDLE" else word for word in words))
    assert ended.code == 2, ended
    assert said in ended.words
    assert {path.name for path in tmp_path.iterdir()} == before


def test_parquet_does_not_come_through_a_pipe(bundle: Path, tmp_path: Path) -> None:
    ended = carbonlabel("verify-batch", "-", tmp_path / "out.csv", "--format", "parquet", "--bundle", bundle)
    assert (ended.code, list(tmp_path.iterdir())) == (2, [])
    assert "from a pipe" in ended.words


def started(bundle: Path, tmp_path: Path, *words: str) -> subprocess.Popen[bytes]:
    """The command at work, reading from a pipe that has more to come; its output was there before."""
    (tmp_path / "out.csv").write_text("of yesterday")
    command = [str(COMMAND), "verify-batch", "-", "out.csv", "--format", "text", "--bundle", str(bundle), *words]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(),
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # it is ignored in what runs in the background
    )


def wait_for_output(tmp_path: Path, size: int) -> Path:
    """The unfinished file, once it has so many bytes."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        for path in tmp_path.glob(".out.csv.*.partial"):
            if path.stat().st_size >= size:
                return path
        time.sleep(0.02)
    raise TimeoutError("nothing was written")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_output_is_never_taken_for_a_whole_one(bundle: Path, good: str, tmp_path: Path, how: int) -> None:
    """The signal goes to all processes of the command, as a terminal's does; thousands of labels are being judged."""
    process = started(bundle, tmp_path)
    assert process.stdin is not None
    forged = "".join(f"{good[:-6]}{number:06}\n" for number in range(3_000))
    process.stdin.write((forged + f"{good}\n" * 100_000).encode())
    process.stdin.flush()
    wait_for_output(tmp_path, 1_000_000)
    os.killpg(process.pid, how)
    _, err = process.communicate(timeout=_PATIENCE)
    assert (process.returncode, err) == (-how if how == signal.SIGKILL else 128 + how, b"")
    assert (tmp_path / "out.csv").read_text() == "of yesterday"
    left = {path.name for path in tmp_path.iterdir()} - {"out.csv"}
    assert not left or (how == signal.SIGKILL and all(name.endswith(".partial") for name in left))


def small_disk(at: Path) -> bool:
    """Mounts one of a megabyte, where that is allowed."""
    at.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(at)]
    return os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that is soon full."""
    at = tmp_path / "disk"
    if not small_disk(at):
        pytest.skip("a small tmpfs cannot be mounted here")
    yield at
    subprocess.run(["umount", str(at)], check=True)


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet"])
def test_a_disk_that_is_full(bundle: Path, good: str, disk: Path, suffix: str) -> None:
    target = disk / f"out.{suffix}"
    target.write_text("of yesterday")
    lines = "".join(f"https://{number}.example.org{good[good.index('/01/') :]}\n" for number in range(30_000))
    (disk / "filler").write_bytes(bytes(1_000_000 if suffix == "parquet" else 0))
    ended = carbonlabel("verify-batch", "-", target, "--format", "text", "--bundle", bundle, stdin=lines)
    assert ended.code == 2
    assert "No space left" in ended.words
    assert target.read_text() == "of yesterday"
    assert {path.name for path in disk.iterdir()} == {target.name, "filler"}


def peak(bundle: Path, tmp_path: Path, good: str, lines: int) -> int:
    """The most memory, in bytes, that the command had for so many lines."""
    process = started(bundle, tmp_path)
    assert process.stdin is not None
    part = f"{good}\n".encode() * 1_000
    for _ in range(lines // 1_000):
        process.stdin.write(part)
    process.stdin.close()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    assert process.returncode == 0
    return used.ru_maxrss * 1024


def test_memory_does_not_grow_with_the_input(bundle: Path, good: str, tmp_path: Path) -> None:
    few, many = (peak(bundle, tmp_path, good, lines) for lines in (100_000, 600_000))
    assert many < few + 60_000_000, (few, many)


def test_a_terminal_sees_how_it_goes_on(bundle: Path, good: str, tmp_path: Path) -> None:
    (tmp_path / "scans.txt").write_text(f"{good}\n" * 60_000)
    ours, theirs = pty.openpty()
    words = [str(COMMAND), "verify-batch", "scans.txt", "out.csv", "--bundle", str(bundle)]
    with subprocess.Popen(words, cwd=tmp_path, stderr=theirs, stdout=subprocess.DEVNULL, env=environment()) as process:
        os.close(theirs)
        seen = b""
        while part := _read(ours):
            seen += part
    os.close(ours)
    assert process.returncode == 0
    assert b"labels, " in seen
    assert b"a second" in seen


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other side is closed
        return b""


_WITHOUT = """
import sys
sys.modules["numpy"] = sys.modules["pyarrow"] = None
from verifier.cli import main
sys.argv = ["carbonlabel", *sys.argv[1:]]
main()
"""


def test_without_the_extra_there_is_a_sentence_and_the_rest_works(bundle: Path, good: str, tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", _WITHOUT, *words, "--bundle", str(bundle)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment(), check=False)

    refused = run("verify-batch", "scans.txt", "out.csv")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "pip install 'carbonlabel[bulk]'" in refused.stderr
    assert run("verify", good).returncode == 0
