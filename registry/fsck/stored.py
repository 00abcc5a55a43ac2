"""Values as a damaged table may hold them: of any type, and read without raising."""

from datetime import UTC, date, datetime


def bytes_of(value: object) -> bytes:
    """A binary column's value; of another type, its text."""
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else str(value).encode("utf-8", "replace")


def moment_of(value: object) -> datetime | None:
    """A time in UTC; None when it is none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def day_of(value: object) -> date | None:
    """A day; None when it is none."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None
