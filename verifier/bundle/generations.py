"""A bundle's folder: whole generations of it, and a small file that says which one is current.

    BUNDLE/current                     "<generation> <SHA-256 of its metadata>", replaced in one step
    BUNDLE/generation-<number>/        metadata/<n>.root.json, timestamp.json, snapshot.json, targets.json; targets/...
    BUNDLE/incoming/<SHA-256>          what has been fetched, or part of it
    BUNDLE/.lock                       held by the one sync at work

A generation is made beside the others, flushed to disk, and never changed again; files that did not change are hard
links to those of the one before. So whoever reads sees one generation, and a sync may be cut off anywhere.
"""

import os
import re
import shutil
from hashlib import file_digest, sha256
from pathlib import Path

from msgspec import Struct

from keys.durable import PARTIAL_SUFFIX, flush_to_disk, write_durable
from verifier.bundle.chain import MAX_TARGETS
from verifier.bundle.errors import BundleError, DamagedBundle

CURRENT = "current"
INCOMING = "incoming"
_METADATA, _TARGETS = "metadata", "targets"
_CURRENT = re.compile(r"(generation-([0-9]{8,}))" r" ([0-9a-f]{64})\n", re.ASCII)
_GENERATION = re.compile(r"generation-([0-9]{8,})(\.partial)?", re.ASCII)
_ROOT = re.compile(r"([1-9][0-9]{0,8})\.root\.json", re.ASCII)
_ANEW = "Sync into a new folder, with --root"


class StoredMetadata(Struct, frozen=True):
    """The TUF chain of a generation: the roots from the pinned one on, and the three files that hang on the last."""

    roots: tuple[bytes, ...]
    first_root: int
    timestamp: bytes
    snapshot: bytes
    targets: bytes

    def files(self) -> dict[str, bytes]:
        """By file name."""
        roots = {f"{self.first_root + number}.root.json": data for number, data in enumerate(self.roots)}
        return roots | {"timestamp.json": self.timestamp, "snapshot.json": self.snapshot, "targets.json": self.targets}

    def digest(self) -> str:
        """SHA-256 over names, lengths and bytes, so that a fault of the disk is told from a forgery."""
        whole = sha256()
        for name, data in sorted(self.files().items()):
            whole.update(f"{name} {len(data)}\n".encode() + data)
        return whole.hexdigest()


class Generation(Struct, frozen=True):
    """One generation in its folder."""

    path: Path
    number: int

    def target(self, name: str) -> Path:
        """Where the target ``name`` lies."""
        return self.path / _TARGETS / name

    def metadata(self) -> StoredMetadata:
        """The chain as it lies there. Raises ``DamagedBundle`` when a file is missing or too large."""
        folder = self.path / _METADATA
        roots = sorted(int(match[1]) for name in _names(folder) if (match := _ROOT.fullmatch(name)))
        if not roots or roots != list(range(roots[0], roots[0] + len(roots))):
            raise DamagedBundle(f"{folder} has no unbroken chain of roots. {_ANEW}")
        data = tuple(_read(folder / f"{version}.root.json") for version in roots)
        rest = (_read(folder / f"{role}.json") for role in ("timestamp", "snapshot", "targets"))
        return StoredMetadata(data, roots[0], *rest)


def current(folder: Path) -> Generation | None:
    """The current generation of the bundle in ``folder``; None when it has none yet.

    Raises ``DamagedBundle`` unless its metadata is what was stored.
    """
    path = folder / CURRENT
    if not os.path.lexists(path):
        return None
    match = _CURRENT.fullmatch(_read(path, 200).decode("latin-1"))
    if match is None:
        raise DamagedBundle(f"{path} is damaged. {_ANEW}")
    generation = Generation(folder / match[1], int(match[2]))
    if generation.metadata().digest() != match[3]:
        raise DamagedBundle(f"{generation.path} is not what was synced there. {_ANEW}")
    return generation


def begin(folder: Path, before: Generation | None, metadata: StoredMetadata) -> Generation:
    """A new generation, with its metadata, not yet in its place: ``commit`` puts it there."""
    number = 1 + max((int(match[1]) for match in map(_GENERATION.fullmatch, _names(folder)) if match), default=0)
    number = max(number, 1 if before is None else before.number + 1)
    generation = Generation(folder / f"generation-{number:08}.partial", number)
    for part in (_METADATA, _TARGETS):
        (generation.path / part).mkdir(parents=True)
    for name, data in metadata.files().items():
        _write(generation.path / _METADATA / name, data)
    return generation


def add_target(generation: Generation, name: str, source: Path) -> None:
    """Puts the file ``source`` into the generation, as a link if the file system has such."""
    try:
        generation.target(name).hardlink_to(source)
    except OSError:  # no hard links, or another file system
        shutil.copyfile(source, generation.target(name))
        flush_to_disk(generation.target(name))


def commit(folder: Path, building: Generation, metadata: StoredMetadata) -> Generation:
    """Makes ``building`` the current generation, durably. Older ones go, but for the one before it."""
    for part in (_METADATA, _TARGETS, ""):
        flush_to_disk(building.path / part)
    generation = Generation(folder / f"generation-{building.number:08}", building.number)
    building.path.replace(generation.path)
    flush_to_disk(folder)
    pointer = f"{generation.path.name} {metadata.digest()}\n".encode()
    write_durable(folder / CURRENT, pointer, replace=True)
    return generation


def tidy(folder: Path, keep: Generation | None) -> None:
    """Removes generations that were never finished, and all but ``keep`` and the one before it."""
    numbers = sorted(int(match[1]) for match in map(_GENERATION.fullmatch, _names(folder)) if match and not match[2])
    kept = [number for number in numbers if keep is not None and number <= keep.number][-2:]
    for name in _names(folder):
        match = _GENERATION.fullmatch(name)
        if match and (match[2] or int(match[1]) not in kept):
            shutil.rmtree(folder / name)
        elif name.endswith(PARTIAL_SUFFIX):
            (folder / name).unlink()


def hash_of(path: Path) -> str:
    """The SHA-256 of a file's bytes; empty if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError as problem:
        raise DamagedBundle(f"{folder} cannot be read: {problem.strerror}") from problem


def _read(path: Path, most: int = MAX_TARGETS) -> bytes:
    try:
        if not path.is_file() or path.stat().st_size > most:
            raise DamagedBundle(f"{path} is missing, or not a file of a bundle. {_ANEW}")
        return path.read_bytes()
    except OSError as problem:
        raise BundleError(f"{path} cannot be read: {problem.strerror}") from problem


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
