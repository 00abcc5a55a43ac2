"""The proof that the log has an entry: everything needed to check it offline, for ever."""

from sqlmodel import Session

from registry.errors import WrongState
from registry.log.reader import StoredTiles
from registry.log.sequencer import last_committed
from registry.store import Store
from schemas.tlog import TlogProof
from verifier.tiles import inclusion_proof


def entry_proof(session: Session, store: Store, origin: str, index: int) -> bytes:
    """The tlog-proof of entry ``index`` against the newest checkpoint (C2SP tlog-proof).

    Raises ``WrongState`` while the entry waits to be integrated, which takes a second or two.
    """
    last = last_committed(session, origin)
    if last is None or index >= last.checkpoint.size:
        raise WrongState("entry {index} is not yet in a checkpoint: try again in two seconds", index=index)
    hashes = inclusion_proof(index, last.checkpoint.size, StoredTiles(store))
    return TlogProof(index, tuple(hashes), last.note).encode()
