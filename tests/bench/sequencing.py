"""Integrating entries into the log: tiles, entry bundles and a signed checkpoint, on disk."""

import secrets
import time

from sqlalchemy import insert

from keys import KeyUse
from registry.database.tables import LogEntryRow
from registry.log.append import log_size
from registry.log.keys import active_kid, key_entries
from registry.log.sequencer import Sequencer
from registry.registry import Registry, utc_now
from schemas.entry import EntryType, leaf_hash
from tests.bench.table import Line

ENTRY_BYTES = 1_500


def measure(registry: Registry, count: int) -> list[Line]:
    """Grows the log by ``count`` entries of an ordinary size, whose content nobody reads here, and integrates them."""
    with registry.database.writing() as session:
        start, now = log_size(session), utc_now()
        entries = [secrets.token_bytes(ENTRY_BYTES) for _ in range(count)]
        rows = [
            {
                "index": start + at,
                "typ": EntryType.STATUS,
                "jws": entry,
                "leaf": leaf_hash(entry),
                "about": None,
                "at": now,
            }
            for at, entry in enumerate(entries)
        ]
        session.connection().execute(insert(LogEntryRow), rows)
        signer = registry.ring.signer(active_kid(key_entries(session), KeyUse.LOG))
    sequencer = Sequencer(registry.database, registry.store(), registry.config.origin, signer)
    begin, rounds = time.perf_counter(), 0
    while sequencer.committed_size() < start + count:
        sequencer.run_once(utc_now())
        rounds += 1
    seconds = time.perf_counter() - begin
    what = f"integrating {count:,} entries of {ENTRY_BYTES} bytes, {rounds} checkpoints"
    return [Line(what, f"{seconds:.2f} s", f"{count / seconds:,.0f} a second", "-", "-")]
