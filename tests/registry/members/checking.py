"""The whole check that ``carbonlabel fsck`` makes of a home, for after what changes members."""

from registry.fsck import check_home
from registry.log.service import publish, sequence
from registry.registry import Registry


def assert_checks_out(registry: Registry) -> None:
    """Everything derived again from the log's entries is as it stands in the database and the public files."""
    committed = sequence(registry).committed
    assert committed is not None
    publish(registry, committed)
    report = check_home(registry.config, registry.database, registry.store(), lambda done, total: None)
    assert not report.faults, report.faults
