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

from schemas.verdict import Freshness, Verdict, VerdictCode
from verifier.bundle import BundleError
from verifier.inspect import Inspection, inspect_label
from verifier.judge import TrustedKeys, judge
from verifier.log import LogAtHand, NoLog, RecordFacts
from verifier.verifier import Verifier

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
