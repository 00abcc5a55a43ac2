"""What anyone can check of a registry's log from public files alone. Pure, except for the files that it is given.

| module | is |
|---|---|
| `fault` | the kinds of fault, a fault, a report |
| `tree` | the Merkle tree grown from the entries, with every tile |
| `keys`, `record`, `replay` | the entries replayed from index 0: who might sign, what each may say, what follows |
| `signatures` | signatures checked beside all that |
| `public` | the whole check of a URL or folder |
| `further` | the list of checks of other public files |
"""

from verifier.fsck.fault import Fault, FaultCode, Report
from verifier.fsck.keys import KeyHistory
from verifier.fsck.public import FurtherCheck, PublicLog, check_public
from verifier.fsck.replay import MemberState, RecordState, Replay, Taken
from verifier.fsck.signatures import Signatures
from verifier.fsck.tree import GrowingTree

__all__ = [
    "Fault",
    "FaultCode",
    "FurtherCheck",
    "GrowingTree",
    "KeyHistory",
    "MemberState",
    "PublicLog",
    "RecordState",
    "Replay",
    "Report",
    "Signatures",
    "Taken",
    "check_public",
]
