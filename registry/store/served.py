"""How public files are served: one rule for our own HTTP routes and for the objects in a bucket."""

from msgspec import Struct

BYTES = "application/octet-stream"
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
UNCHANGING = "public, max-age=31536000, immutable"
CHANGING = "no-cache"


class Served(Struct, frozen=True):
    """The headers ``Content-Type`` and ``Cache-Control`` of a file."""

    media_type: str
    cache_control: str


def served_as(path: str) -> Served:
    """The headers of the file at ``path``: what is named by its place in the tree or by its hash never changes."""
    if path.startswith(("log/tile/", "tuf/targets/")):
        return Served(BYTES, UNCHANGING)
    if path.startswith("tuf/metadata/") or path.endswith(".json"):
        return Served(JSON, CHANGING)
    return Served(TEXT, CHANGING)
