"""Checks of what else is published: each takes the log, which has been replayed by then, and returns its faults."""

from verifier.fsck.public import FurtherCheck

FURTHER: tuple[FurtherCheck, ...] = ()
