"""Our log, judged by golang.org/x/mod/sumdb, the module behind Go's checksum database: see checklog/main.go."""

import base64
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from keys import Ed25519Signer, NoteKind, add_lines, cosignature_line, note_vkey, parse_note, parse_vkey, sign_note
from registry.log.tree import new_tiles
from schemas.entry import leaf_hash
from schemas.tlog import Checkpoint, TlogProof, encode_entries, entry_bundles_of
from tests.verifier.trees import SIZES, EarlierTree, StoredTiles, entry, leaves
from verifier.merkle import root_of
from verifier.tiles import consistency_proof, inclusion_proof, tree_root

GOPATH = Path("/usr/share/gocode")
ORIGIN = "id.example.org/log"
LOG = Ed25519Signer.from_seed(bytes(range(32)))
OTHER = Ed25519Signer.from_seed(bytes(range(1, 33)))
VKEY = note_vkey(ORIGIN, LOG.public)
TILES = EarlierTree()
SIZE = 300
"""Of the log that is tampered with: a full tile, a partial one, and a level above."""

Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def checklog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built without a network from Debian's packages."""
    go = shutil.which("go")
    if go is None or not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("needs Go and its module x/mod: apt-get install golang-go golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("checklog")
    source = Path(__file__).parent / "checklog" / "main.go"
    settings = {"GO111MODULE": "off", "GOPATH": str(GOPATH), "GOFLAGS": "", "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
    environment = {**os.environ, **settings, "GOCACHE": str(folder / "cache")}
    command = [go, "build", "-o", str(folder / "checklog"), str(source)]
    subprocess.run(command, env=environment, check=True, timeout=300)
    return folder / "checklog"


def signed_checkpoint(size: int, root: bytes, origin: str = ORIGIN) -> bytes:
    """As the log publishes it: with a witness's cosignature, of which this Go module knows nothing."""
    text = Checkpoint(origin, size, root).text
    return add_lines(sign_note(text, LOG, origin), cosignature_line(text, OTHER, "witness.example/w1", 1679315147))


def write_log(folder: Path, size: int) -> None:
    """A log of ``size`` entries as it is published, and proofs of some entries and earlier sizes."""
    files = dict(new_tiles(0, leaves(size), StoredTiles()))
    for bundle in entry_bundles_of(size):
        files[bundle.path] = encode_entries([entry(index) for index in range(bundle.start, bundle.end)])
    root = tree_root(size, TILES)
    files["checkpoint"] = note = signed_checkpoint(size, root)
    for index in {0, 1, 254, 255, 256, size // 2, size - 2, size - 1} & set(range(size)):
        proof = TlogProof(index, tuple(inclusion_proof(index, size, TILES)), note, b"extra" * (index % 2))
        files[f"proofs/{index}.tlog-proof"] = proof.encode()
    older = sorted({1, 2, 3, 255, 256, size // 2, size - 1, size} & set(range(1, size + 1)))
    files["proofs/consistency"] = "".join(consistency_line(old, size) for old in older).encode()
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def consistency_line(old_size: int, size: int) -> str:
    old_root, root = (base64.b64encode(tree_root(one, TILES)).decode() for one in (old_size, size))
    hashes = [base64.b64encode(one).decode() for one in consistency_proof(old_size, size, TILES)]
    return " ".join([str(old_size), old_root, str(size), root, *hashes]) + "\n"


def judge(checklog: Path, folder: Path, vkey: str = VKEY) -> subprocess.CompletedProcess[str]:
    return subprocess.run([checklog, folder, vkey], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("size", SIZES)
def test_go_accepts_a_log_of_any_shape(checklog: Path, tmp_path: Path, size: int) -> None:
    write_log(tmp_path, size)
    judged = judge(checklog, tmp_path)
    assert (judged.returncode, judged.stdout) == (0, "accepted\n"), judged


@pytest.fixture(scope="module")
def honest(checklog: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("honest")
    write_log(folder, SIZE)
    assert judge(checklog, folder).returncode == 0
    return folder


def replaced(path: str, old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        text = (folder / path).read_text()
        assert old in text
        (folder / path).write_text(text.replace(old, new, 1))

    return change


def rewritten(path: str, change: Callable[[bytes], bytes]) -> Change:
    return lambda folder: (folder / path).write_bytes(change((folder / path).read_bytes()))


def flipped(path: str, at: int) -> Change:
    return rewritten(path, lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at:][1:])


def lines_of_proof(change: Callable[[list[str]], list[str]]) -> Change:
    """Changes the hashes in the proof of entry 1."""

    def rewrite(data: bytes) -> bytes:
        proof = TlogProof.parse(data)
        hashes = change([base64.b64encode(one).decode() for one in proof.hashes])
        lines = ["c2sp.org/tlog-proof@v1", "index 1", *hashes, "", ""]
        return "\n".join(lines).encode() + proof.note

    return rewritten("proofs/1.tlog-proof", rewrite)


def words_of_consistency(change: Callable[[list[str]], list[str]]) -> Change:
    """Changes the words of the proof from the size before the last."""
    return lambda folder: (folder / "proofs/consistency").write_text(
        " ".join(change(consistency_line(SIZE - 1, SIZE).split())) + "\n"
    )


def with_entries(change: Callable[[list[bytes]], list[bytes]]) -> Change:
    """Other entries in the second bundle, the rest as it was."""
    entries = change([entry(index) for index in range(256, SIZE)])
    return lambda folder: (folder / "tile/entries/001.p/44").write_bytes(encode_entries(entries))


def rebuilt(folder: Path) -> None:
    """A log that signed one history and now serves another, sound in itself but for the checkpoint."""
    hashes = [*leaves(299), leaf_hash(b"rewritten")]
    for path, data in new_tiles(0, hashes, StoredTiles()).items():
        (folder / path).write_bytes(data)
    with_entries(lambda entries: [*entries[:-1], b"rewritten"])(folder)


def rewritten_below(folder: Path) -> None:
    """Entry 5 is another, and so is its leaf hash; nothing above them is."""
    entries = [entry(index) for index in range(256)]
    entries[5] = b"rewritten"
    (folder / "tile/entries/000").write_bytes(encode_entries(entries))
    (folder / "tile/0/000").write_bytes(b"".join(map(leaf_hash, entries)))


def signature_flipped(data: bytes) -> bytes:
    note = parse_note(data)
    line = replace(note.lines[0], signature=bytes([note.lines[0].signature[0] ^ 1]) + note.lines[0].signature[1:])
    return f"{note.text}\n{line.text}{note.lines[1].text}".encode()


def hashes_swapped(data: bytes) -> bytes:
    return data[32:64] + data[:32] + data[64:]


ROOT = root_of(leaves(SIZE))
ROOT_TEXT = base64.b64encode(ROOT).decode()
TAMPERINGS: dict[str, dict[str, Change]] = {
    "checkpoint": {
        "a larger size": replaced("checkpoint", "\n300\n", "\n301\n"),
        "another root": replaced("checkpoint", ROOT_TEXT, base64.b64encode(root_of(leaves(299))).decode()),
        "another origin": replaced("checkpoint", ORIGIN, "id.example.com/log"),
        "an extension line added": replaced("checkpoint", "=\n\n", "=\nmore\n\n"),
        "the signature of another key": lambda folder: (folder / "checkpoint").write_bytes(
            sign_note(Checkpoint(ORIGIN, SIZE, ROOT).text, OTHER, ORIGIN)
        ),
        "a cosignature alone": lambda folder: (folder / "checkpoint").write_text(
            Checkpoint(ORIGIN, SIZE, ROOT).text + "\n" + (folder / "checkpoint").read_text().splitlines()[-1] + "\n"
        ),
        "a bit of the signature": rewritten("checkpoint", signature_flipped),
        "signed, of another log": lambda folder: (folder / "checkpoint").write_bytes(
            sign_note(Checkpoint("other.example", SIZE, ROOT).text, LOG, ORIGIN)
        ),
        "cut short": rewritten("checkpoint", lambda data: data[:-20]),
        "missing": lambda folder: (folder / "checkpoint").unlink(),
    },
    "entries": {
        "checkpoint: signed, of a root that the tiles do not have": lambda folder: (folder / "checkpoint").write_bytes(
            signed_checkpoint(SIZE, root_of(leaves(299)))
        ),
        "checkpoint: signed, one entry more": lambda folder: (folder / "checkpoint").write_bytes(
            signed_checkpoint(SIZE + 1, ROOT)
        ),
        "checkpoint: signed, one entry fewer": lambda folder: (folder / "checkpoint").write_bytes(
            signed_checkpoint(SIZE - 1, ROOT)
        ),
        "full tile: a bit": flipped("tile/0/000", 4_000),
        "full tile: two hashes in each other's place": rewritten("tile/0/000", hashes_swapped),
        "full tile: a hash short": rewritten("tile/0/000", lambda data: data[:-32]),
        "full tile: missing": lambda folder: (folder / "tile/0/000").unlink(),
        "partial tile: a bit": flipped("tile/0/001.p/44", 44 * 32 - 1),
        "partial tile: two hashes in each other's place": rewritten("tile/0/001.p/44", hashes_swapped),
        "partial tile: a byte short": rewritten("tile/0/001.p/44", lambda data: data[:-1]),
        "partial tile: a hash more": rewritten("tile/0/001.p/44", lambda data: data + data[:32]),
        "upper tile: a bit": flipped("tile/1/000.p/1", 0),
        "upper tile: missing": lambda folder: (folder / "tile/1/000.p/1").unlink(),
        "a byte": with_entries(lambda entries: [*entries[:-1], entries[-1] + b"!"]),
        "two in each other's place": with_entries(lambda entries: [*entries[1::-1], *entries[2:]]),
        "one fewer": with_entries(lambda entries: entries[:-1]),
        "one more": with_entries(lambda entries: [*entries, entry(SIZE)]),
        "two run into one": with_entries(lambda entries: [entries[0] + entries[1], *entries[2:]]),
        "cut short": rewritten("tile/entries/001.p/44", lambda data: data[:-1]),
        "a wrong length": flipped("tile/entries/000", 1),
        "missing": lambda folder: (folder / "tile/entries/000").unlink(),
        "history: rewritten behind the checkpoint": rebuilt,
        "history: an entry and its leaf hash rewritten, not the tile above": rewritten_below,
    },
    "inclusion": {
        "of another entry": lambda folder: (folder / "proofs/2.tlog-proof").write_bytes(
            (folder / "proofs/1.tlog-proof").read_bytes().replace(b"index 1", b"index 2")
        ),
        "another entry's hashes": lines_of_proof(
            lambda hashes: [base64.b64encode(one).decode() for one in inclusion_proof(254, SIZE, TILES)]
        ),
        "a hash changed": lines_of_proof(lambda hashes: [ROOT_TEXT, *hashes[1:]]),
        "a hash fewer": lines_of_proof(lambda hashes: hashes[:-1]),
        "a hash more": lines_of_proof(lambda hashes: [*hashes, ROOT_TEXT]),
        "the other way round": lines_of_proof(lambda hashes: hashes[::-1]),
        "two hashes in each other's place": lines_of_proof(lambda hashes: [*hashes[1::-1], *hashes[2:]]),
        "to another size": lambda folder: (folder / "proofs/299.tlog-proof").write_bytes(
            TlogProof(299, tuple(inclusion_proof(299, SIZE, TILES)), signed_checkpoint(SIZE + 1, ROOT)).encode()
        ),
        "to an unsigned root": replaced("proofs/1.tlog-proof", ROOT_TEXT, ROOT_TEXT[::-1]),
    },
    "consistency": {
        "from another size": words_of_consistency(lambda words: ["298", *words[1:]]),
        "to another size": words_of_consistency(lambda words: [*words[:2], "301", *words[3:]]),
        "from another root": words_of_consistency(lambda words: [words[0], ROOT_TEXT, *words[2:]]),
        "to another root": words_of_consistency(lambda words: [*words[:3], words[1], *words[4:]]),
        "a hash changed": words_of_consistency(lambda words: [*words[:-1], ROOT_TEXT]),
        "a hash fewer": words_of_consistency(lambda words: words[:-1]),
        "a hash more": words_of_consistency(lambda words: [*words, ROOT_TEXT]),
        "the other way round": words_of_consistency(lambda words: [*words[:4], *words[:3:-1]]),
    },
}
"""By the step at which the program finds it."""


@pytest.mark.parametrize(("step", "name"), [(step, name) for step, changes in TAMPERINGS.items() for name in changes])
def test_go_rejects_a_log_that_was_tampered_with(
    checklog: Path, honest: Path, tmp_path: Path, step: str, name: str
) -> None:
    folder = tmp_path / "log"
    shutil.copytree(honest, folder)
    TAMPERINGS[step][name](folder)
    judged = judge(checklog, folder)
    assert (judged.returncode, judged.stdout.split(": ")[:2]) == (1, ["rejected", step]), judged


def test_go_rejects_an_honest_log_under_another_key(checklog: Path, honest: Path) -> None:
    judged = judge(checklog, honest, note_vkey(ORIGIN, OTHER.public))
    assert (judged.returncode, judged.stdout.split(":")[0]) == (1, "rejected"), judged


def test_go_knows_no_key_for_cosignatures(checklog: Path, honest: Path) -> None:
    """Our witness keys cannot be taken for a log's: their kind is part of them."""
    vkey = note_vkey(ORIGIN, LOG.public, NoteKind.COSIGNATURE)
    assert parse_vkey(vkey, NoteKind.COSIGNATURE).key.raw == LOG.public
    assert judge(checklog, honest, vkey).returncode == 2
