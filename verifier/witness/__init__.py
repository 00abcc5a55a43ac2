"""A witness of logs (C2SP tlog-witness): it watches that a log only grows, and says so with its signature.

Whoever runs one (a member of the alliance, a journalist, another registry) names the logs to watch by their verifier
keys. A log sends each new checkpoint with the proof that it grew from the last one; the witness remembers it, durably,
and only then cosigns. So a log that shows two histories can have at most one of them cosigned.

| module | is |
|---|---|
| `request` | the body of ``add-checkpoint``, written and read; pure |
| `decision` | what a witness answers to a request, from what it has seen; pure |
| `state` | the last seen checkpoint of each log, in a folder |
| `key` | the witness's own key, in a private file |
| `witness` | remembers, then signs |
| `server` | HTTP; loaded by whoever runs a witness, not with this package |
| `policy` | for whoever relies on a checkpoint: k of n witnesses have cosigned it; pure |
"""

from verifier.witness.decision import Accepted, Answer, consider
from verifier.witness.key import WitnessKey
from verifier.witness.policy import NO_WITNESSES, NotWitnessed, WitnessPolicy
from verifier.witness.request import AddCheckpoint
from verifier.witness.state import SeenCheckpoints, WitnessFault
from verifier.witness.witness import Witness

__all__ = [
    "NO_WITNESSES",
    "Accepted",
    "AddCheckpoint",
    "Answer",
    "NotWitnessed",
    "SeenCheckpoints",
    "Witness",
    "WitnessFault",
    "WitnessKey",
    "WitnessPolicy",
    "consider",
]
