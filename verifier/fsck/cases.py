"""The datasets of released cases against the log, which has the SHA-256 of each. Pure."""

from collections.abc import Callable
from hashlib import sha256

from verifier.fsck.fault import Fault, FaultCode
from verifier.fsck.replay import Replay

MAX_DATASET = 64_000_000


def dataset_path(year: int) -> str:
    """Where a registry serves the dataset, below its URL."""
    return f"v1/cases/{year}"


def check_datasets(replay: Replay, dataset: Callable[[int], bytes | None], faults: list[Fault]) -> None:
    """Compares what ``dataset`` gives for each released year, None for nothing, with the log."""
    for year, (index, entry) in sorted(replay.releases.items()):
        data = dataset(year)
        found = None if data is None else sha256(data).hexdigest()
        if found != entry.sha256:
            said = (
                "it is not there" if found is None else f"its SHA-256 is {found}, and entry {index} says {entry.sha256}"
            )
            faults.append(Fault(FaultCode.CASES_DATASET, f"cases of {year}", said))
