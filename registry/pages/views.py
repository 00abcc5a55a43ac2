"""What a page is made of: values only. The routes fill these, the renderers turn them into HTML.

``path`` and ``query`` are those of the request as they were sent (percent-encoded), for the language switch; only the
query may be empty. Nothing here is trusted: every text is shown as text.
"""

from typing import Literal

from msgspec import Struct

from schemas.area import AreaStatement
from schemas.cases import Call, ReleasedCases
from schemas.entry import Credential
from schemas.findings import Finding
from schemas.trace import Trace
from schemas.verdict import RecordSummary, Verdict


class Site(Struct, frozen=True):
    """The registry that answers. ``origin`` is its host; a ``demonstration`` says so on every page."""

    name: str
    demonstration: bool
    origin: str


class ScanView(Struct, frozen=True, kw_only=True):
    """The page that a scan opens.

    ``label`` is the text of the label as scanned. ``credential`` is the content of the record that the verdict names.
    ``versions`` are all published versions of the product, newest first, this one among them. ``registered`` is what
    the registry says of the GTIN now, for verdicts under which the label itself says nothing that counts.
    ``objections`` are how many are open and how many were upheld, of those that the operator admitted.
    ``newer_url`` opens the page of the declaration that supersedes this one; None: the product's own page.
    """

    site: Site
    verdict: Verdict
    path: str
    query: str = ""
    label: str | None = None
    credential: Credential | None = None
    warnings: tuple[Finding, ...] = ()
    versions: tuple[RecordSummary, ...] = ()
    registered: RecordSummary | None = None
    objections: tuple[int, int] = (0, 0)
    newer_url: str | None = None
    leaf_hash: str | None = None
    jws_url: str | None = None
    label_svg_url: str | None = None
    key_id: str | None = None


class SearchView(Struct, frozen=True, kw_only=True):
    """The start page, a page of results, or a search that found nothing.

    ``results`` are those of page ``page`` of ``pages`` (from 1), ``total`` counts them all.
    """

    site: Site
    query: str
    path: str
    query_string: str = ""
    results: tuple[RecordSummary, ...] = ()
    total: int = 0
    more: bool = False
    page: int = 1
    pages: int = 1
    kind: Literal["start", "results", "empty"]


class TraceView(Struct, frozen=True, kw_only=True):
    """What a product is made of. ``product_url`` opens what a scan of its label opens."""

    site: Site
    trace: Trace
    path: str
    product_url: str
    query: str = ""


class AreaView(Struct, frozen=True, kw_only=True):
    """What the products of a place add up to. ``place_url`` opens what a scan of the place's label opens."""

    site: Site
    statement: AreaStatement
    path: str
    place_url: str
    query: str = ""


class CaseYear(Struct, frozen=True, kw_only=True):
    """A call for cases and where it stands: ``phase`` as ``registry.cases.calls.Phase`` names it. Once released, the
    dataset's exact bytes, what it says, and the log index of its entry."""

    call: Call
    phase: str
    dataset: bytes | None = None
    released: ReleasedCases | None = None
    entry: int | None = None


class CasesView(Struct, frozen=True, kw_only=True):
    """All years, or, with ``year``, that one; ``records`` are those that its cases rest on, as they stand now."""

    site: Site
    path: str
    query: str = ""
    years: tuple[CaseYear, ...] = ()
    year: CaseYear | None = None
    records: dict[int, RecordSummary] = {}
