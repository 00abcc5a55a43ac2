"""Everything that a bundle raises on purpose. The tree is drawn in the package's docstring."""


class BundleError(Exception):
    """The bundle cannot be used; the message says what to do."""


class DamagedBundle(BundleError):
    """What lies in the folder is not what was synced there: a disk fault, or somebody's hand."""


class StaleBundleError(BundleError):
    """The bundle is older than the caller accepts."""


class RootNeeded(BundleError):
    """The first sync needs a root file to start from, and none was given."""


class SyncLocked(BundleError):
    """Another sync of this bundle is under way."""


class FetchError(BundleError):
    """Something could not be fetched. Nothing was changed, and what was fetched is kept for the next try."""


class NotPublished(FetchError):
    """There is no such file at the registry."""


class RefusedUpdate(BundleError):
    """What was offered must not be believed. The bundle held is kept as it is.

    Each kind of lie has its own class below, whoever tells it: the registry, a mirror, or somebody in between.
    """


class WrongRootError(RefusedUpdate):
    """The root is not the one that was pinned: another registry, another root file, or an impostor."""


class ThresholdError(RefusedUpdate):
    """Not signed by as many distinct keys as the root asks for."""


class RollbackError(RefusedUpdate):
    """Older than what is held already: a version, or the log itself, went back."""


class FreezeError(RefusedUpdate):
    """Past its expiry: somebody keeps the newer one back, or the clock here is wrong."""


class MixAndMatchError(RefusedUpdate):
    """Metadata that does not belong together: not of the version, length or hash that the file before it says."""


class EndlessDataError(RefusedUpdate):
    """More bytes than were announced, or than such a file can have."""


class TruncatedDataError(RefusedUpdate):
    """Fewer bytes than were announced."""


class HashMismatchError(RefusedUpdate):
    """A target with the announced length, but other bytes."""


class ForkError(RefusedUpdate):
    """Two histories: one version, or one log size, with two contents, or a log that did not grow from the one held."""


class UnwithdrawnError(RefusedUpdate):
    """A record that was withdrawn is not any more, but withdrawn is for good."""


class NotWitnessedError(RefusedUpdate):
    """Fewer witnesses than the root, or the caller, asks for have cosigned the log's checkpoint."""


class MalformedError(RefusedUpdate):
    """Not of the form that it must have, though it may be properly signed."""
