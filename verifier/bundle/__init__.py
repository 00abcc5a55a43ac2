"""The bundle: what a verifier holds of a registry, in a folder, and how it is brought up to date.

    sync("https://id.example.org", Path("bundle"), root=root_file, now=now)    # with a network
    bundle = open_bundle(Path("bundle"), now)                                  # without one
    judge(label, keys=TrustedKeys(bundle.trust), log=bundle.log(now), now=now)

It is a TUF repository (TUF specification 1.0) with a copy of few targets: ``trust.json``, ``checkpoint``,
``status.bin`` and the label shards. Nothing counts before it is verified, and all of it is verified again whenever
the bundle is opened, from the pinned root on.

A folder with only ``trust.json`` (``open_trust``) is a bundle too: signatures can be checked with it, nothing else.

| module | is |
|---|---|
| `chain` | the TUF client workflow as a state machine: bytes and a time in, trusted metadata or an error out |
| `targets` | which targets there are, and how long each may be |
| `opened` | a bundle in memory, its parts checked against each other and against the one before; the log at hand |
| `open` | opens a folder: replays the chain, hashes and maps the targets |
| `witnesses` | whose cosignatures the checkpoint needs, as the root says |
| `generations` | the folder: whole generations of the bundle, and which one is current |
| `fetch` | files from a registry, or from a folder, never longer than announced |
| `http` | a registry over HTTP; not loaded with this package, for httpx is a good part of a verification's start |
| `sync`, `lock` | brings a folder up to date, one at a time |
| `trust_file` | a bundle of ``trust.json`` alone |

What can go wrong:

    BundleError
    ├── DamagedBundle           what lies in the folder is not what was synced there
    ├── StaleBundleError        older than the caller accepts
    ├── RootNeeded              the first sync has no root to start from
    ├── SyncLocked              another sync of this bundle is under way
    ├── FetchError              could not be fetched; what was fetched is kept
    │   └── NotPublished        no such file at the registry
    └── RefusedUpdate           what was offered must not be believed; the bundle held is kept
        ├── WrongRootError      another registry, another root file, or an impostor
        ├── ThresholdError      too few distinct keys have signed: forged, or by a stolen key that was replaced
        ├── RollbackError       older than what is held
        ├── FreezeError         expired: newer metadata is kept back, or the clock here is wrong
        ├── MixAndMatchError    metadata files that do not belong together
        ├── EndlessDataError    more bytes than announced or allowed
        ├── TruncatedDataError  fewer bytes than announced
        ├── HashMismatchError   other bytes than announced
        ├── ForkError           two histories of one registry
        ├── UnwithdrawnError    a withdrawn record that is withdrawn no more
        ├── NotWitnessedError   fewer witnesses than asked for have cosigned the log's checkpoint
        └── MalformedError      not of its form, though it may be signed
"""

from verifier.bundle.errors import (
    BundleError,
    DamagedBundle,
    EndlessDataError,
    FetchError,
    ForkError,
    FreezeError,
    HashMismatchError,
    MalformedError,
    MixAndMatchError,
    NotPublished,
    NotWitnessedError,
    RefusedUpdate,
    RollbackError,
    RootNeeded,
    StaleBundleError,
    SyncLocked,
    ThresholdError,
    TruncatedDataError,
    UnwithdrawnError,
    WrongRootError,
)
from verifier.bundle.fetch import Fetcher, FolderFetcher
from verifier.bundle.open import is_synced, open_bundle
from verifier.bundle.opened import Bundle, BundleLog
from verifier.bundle.sync import Synced, sync
from verifier.bundle.trust_file import open_trust

__all__ = [
    "Bundle",
    "BundleError",
    "BundleLog",
    "DamagedBundle",
    "EndlessDataError",
    "FetchError",
    "Fetcher",
    "FolderFetcher",
    "ForkError",
    "FreezeError",
    "HashMismatchError",
    "MalformedError",
    "MixAndMatchError",
    "NotPublished",
    "NotWitnessedError",
    "RefusedUpdate",
    "RollbackError",
    "RootNeeded",
    "StaleBundleError",
    "SyncLocked",
    "Synced",
    "ThresholdError",
    "TruncatedDataError",
    "UnwithdrawnError",
    "WrongRootError",
    "is_synced",
    "open_bundle",
    "open_trust",
    "sync",
]
