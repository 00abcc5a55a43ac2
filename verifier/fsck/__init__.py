"""What anyone can check of a registry's log from public files alone. Pure, except for the files that it is given.

| module | is |
|---|---|
| `fault` | the kinds of fault, a fault, a report |
| `tree` | the Merkle tree grown from the entries, with every tile |
| `keys`, `record`, `replay` | the entries replayed from index 0: who might sign, what each may say, what follows |
| `trust` | a trust list against the log's key entries |
| `signatures` | signatures checked beside all that |
| `labels` | a label's exact text against the log |
| `metadata`, `shards`, `bundle` | the published bundle: its metadata, its labels, all of it |
| `public` | the whole check of a URL or folder |
"""

from verifier.fsck.bundle import PublishedBundle
from verifier.fsck.fault import BundleSeen, Fault, FaultCode, Report
from verifier.fsck.keys import KeyHistory
from verifier.fsck.public import check_public
from verifier.fsck.replay import MemberState, RecordState, Replay, Taken
from verifier.fsck.signatures import Signatures
from verifier.fsck.tree import GrowingTree

__all__ = [
    "BundleSeen",
    "Fault",
    "FaultCode",
    "GrowingTree",
    "KeyHistory",
    "MemberState",
    "PublishedBundle",
    "RecordState",
    "Replay",
    "Report",
    "Signatures",
    "Taken",
    "check_public",
]
