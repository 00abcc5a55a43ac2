"""Verify carbonlabel labels: what a retailer installs.

    from verifier import Verifier, inspect_label

    found = inspect_label(text, {kid: public_key})  # signature and form only: no log, no clock
    verifier = Verifier.open("bundle/")             # raises a BundleError that says what to do
    verdict = verifier.verify(label, expect=None)   # never raises for any text

A verdict is a value: see ``schemas.verdict.Verdict``, and ``verifier.judge`` for the steps and reasons. The only error
is that of a bundle which cannot be used:

    Exception
    └── BundleError
"""

from importlib import import_module
from typing import TYPE_CHECKING

from schemas.verdict import Freshness, Verdict, VerdictCode
from verifier.inspect import Inspection, inspect_label
from verifier.judge import TrustedKeys, judge
from verifier.log import LogAtHand, NoLog, RecordFacts

if TYPE_CHECKING:
    from verifier.bundle import BundleError
    from verifier.verifier import Verifier
else:
    # Loaded when asked for, with the TUF client: a list of commands, a witness and a mere inspection need none of it.
    _NEED_A_BUNDLE = {"BundleError": "verifier.bundle", "Verifier": "verifier.verifier"}

    def __getattr__(name: str) -> object:
        if name not in _NEED_A_BUNDLE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        return getattr(import_module(_NEED_A_BUNDLE[name]), name)


__all__ = [
    "BundleError",
    "Freshness",
    "Inspection",
    "LogAtHand",
    "NoLog",
    "RecordFacts",
    "TrustedKeys",
    "Verdict",
    "VerdictCode",
    "Verifier",
    "inspect_label",
    "judge",
]
