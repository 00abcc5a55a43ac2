"""The whole check of a home: one pass over the entries, then tables, checkpoints and files against what came of it."""

from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from registry.bundle.roles import was_published_from
from registry.database.database import Database
from registry.fsck.checkpoints import Checkpoints, Committed, committed
from registry.fsck.entries import LogRows, Progress
from registry.fsck.files import Files, listed
from registry.fsck.labels import Labels
from registry.fsck.projections import Projections
from registry.fsck.published import StoredFiles, check_published_trust, published_roots
from registry.home import Config
from registry.log.reader import CHECKPOINT
from registry.registry import utc_now
from registry.store import Store, StoreError
from verifier.bundle.targets import TRUST
from verifier.fsck import Fault, FaultCode, GrowingTree, PublishedBundle, Replay, Report, Signatures
from verifier.fsck.cases import check_datasets

_DATASETS = text("select year, dataset from case_call where dataset is not null")


def check_home(
    config: Config,
    database: Database,
    store: Store,
    progress: Progress,
    *,
    roots: Path | None = None,
    now: datetime | None = None,
) -> Report:
    """All faults of the database, the log's public files and the bundle. Nothing is changed, and no fault stops the
    rest. ``roots`` is the home's root folder: the bundle must go back to the roots there. ``now`` is the present if not
    given.

    A registry at work may be checked: what is published is read first, so that the database can only be further.
    Raises what the database raises when its log cannot be read at all.
    """
    faults: list[Fault] = []
    pinned = () if roots is None else published_roots(roots, store, faults)
    was_published = roots is not None and was_published_from(roots)
    bundle = PublishedBundle(StoredFiles(store), faults, now or utc_now(), pinned, was_published)
    bundle.read()
    published: bytes | None = None
    trust: bytes | None = None
    paths: list[str] = []
    with _said(faults, "the public store"):
        published = store.get(CHECKPOINT)
        trust = store.get(TRUST)
        paths = listed(store)
    with database.reading() as session, Signatures(faults) as signatures:
        return _check(config, session, store, published, trust, paths, bundle, faults, signatures, progress)


def _check(
    config: Config,
    session: Session,
    store: Store,
    published: bytes | None,
    trust: bytes | None,
    paths: list[str],
    bundle: PublishedBundle,
    faults: list[Fault],
    signatures: Signatures,
    progress: Progress,
) -> Report:
    rows: list[Committed] = []
    with _said(faults, "checkpoint", session):
        rows = committed(session)
    replay = Replay(config.origin, faults, signatures, bundle.size)
    tree = GrowingTree([row.size for row in rows] + ([] if bundle.size is None else [bundle.size]))
    log = LogRows(session, replay, tree, faults)
    projections = Projections(session, replay, faults)
    for entries in log.chunks(progress):
        with _said(faults, "record, declaration", session):
            projections.check(entries)
    with _said(faults, "record, declaration", session):
        projections.check_standings()
    with _said(faults, "member", session):
        projections.check_members()
    with _said(faults, "label", session):
        Labels(replay, signatures, faults).check(session)
    with _said(faults, "case_call", session):
        released = {row.year: row.dataset for row in session.connection().execute(_DATASETS)}
        check_datasets(replay, released.get, faults)
    checkpoints = Checkpoints(rows, replay, faults)
    checkpoints.check(tree.roots, tree.size)
    with _said(faults, "the public store", session):
        checkpoints.check_published(published, store)
        Files(store, session, tree, faults).check(paths, _committed_size(rows, tree.size))
    bundle.compare(replay, tree, log.missing, config.name, signatures)
    check_published_trust(trust, replay, faults)
    signatures.finish()
    return Report(tuple(faults), tree.size, len(replay.records), replay.disowned(), bundle.seen)


def _committed_size(rows: list[Committed], size: int) -> int:
    """How many entries the files must have: those of the checkpoint committed last."""
    return max((row.size for row in rows if 0 <= row.size <= size), default=0)


@contextmanager
def _said(faults: list[Fault], place: str, session: Session | None = None) -> Generator[None]:
    """A table or store that cannot be read is a fault, and the rest goes on, from a savepoint of ``session``."""
    try:
        with nullcontext() if session is None else session.connection().begin_nested():
            yield
    except SQLAlchemyError as problem:
        faults.append(Fault(FaultCode.DATABASE, place, f"it cannot be read: {problem}".partition("\n")[0]))
    except (StoreError, OSError) as problem:
        faults.append(Fault(FaultCode.FILE_UNREADABLE, place, f"it cannot be read: {problem}"))
