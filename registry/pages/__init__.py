"""What people see: the page that a scan opens, the search page, a trace, an area, the yearly release, the error page.

Values in, HTML out: no I/O.

Each renderer takes the language (``choose_language``) and the nonce that the Content-Security-Policy of the answer
names for its one ``<style>``. The pages load nothing, run no script, and link to this host only, but for the public
address of a verification report.
"""

from registry.pages.area import area_page
from registry.pages.cases import cases_page
from registry.pages.error import error_page
from registry.pages.figures import label_path
from registry.pages.language import choose_language
from registry.pages.scan import scan_page
from registry.pages.search import search_page
from registry.pages.trace import trace_page
from registry.pages.views import AreaView, CasesView, CaseYear, ScanView, SearchView, Site, TraceView

__all__ = [
    "AreaView",
    "CaseYear",
    "CasesView",
    "ScanView",
    "SearchView",
    "Site",
    "TraceView",
    "area_page",
    "cases_page",
    "choose_language",
    "error_page",
    "label_path",
    "scan_page",
    "search_page",
    "trace_page",
]
