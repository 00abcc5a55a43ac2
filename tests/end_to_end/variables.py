"""The environment variables of a command under test."""

import os
from collections.abc import Mapping


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: ours, without what would change its answers."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CARBONLABEL_", "COV_"))}
    kept |= {"COLUMNS": "200", "PYTHONWARNINGS": "error", "PYTHONFAULTHANDLER": "1", "LC_ALL": "C.UTF-8"}
    return kept | dict(extra or {})
