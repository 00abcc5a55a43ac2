"""A data set of ILCD+EPD, whether it came as XML or as the JSON of soda4LCA: what is taken of it, and where it is.

``ilcd_xml`` and ``ilcd_json`` read one, ``ilcd`` makes a row of it.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from registry.imports.json_document import Place

Words = dict[str, str]
"""Texts by language."""


class Amount(Struct, frozen=True):
    """A figure of an indicator: the ``place`` where it stands, of a module, and maybe of one scenario of it."""

    module: str
    scenario: str | None
    place: Place


class Result(Struct, frozen=True):
    """The figures of the indicator whose data set has the UUID ``method``."""

    method: str
    at: str
    amounts: Sequence[Amount]


class ReferenceFlow(Struct, frozen=True):
    """What one unit of the declared product is: the UUID of a flow property, its ``mean``, and its ``mass``."""

    flow_property: str
    mean: Place
    mass: Place


class EpdDataSet(Struct, frozen=True, kw_only=True):
    """One process data set. Every ``Place`` has the value as it stands, or None; texts of several languages are
    ``Words``, and what there may be several of is a list."""

    uuid: Place
    version: Place
    name: Place
    comment: Place
    synonyms: Place
    """Texts in which other identifiers of the product may be, each a URN."""
    product_ids: Sequence[tuple[str, str]]
    """Identifiers of the product behind their kind (ILCD+EPD 1.3)."""
    product_ids_at: str
    categories: Mapping[str, str]
    """The deepest class with an id, by the classification's name."""
    categories_at: str
    subtype: Place
    rules: Place
    """UUIDs of the data sets with the product category rules."""
    owners: Place
    """Names of the owner and of the manufacturers, as ``Words`` each."""
    sites: Place
    registration: Place
    authority: Place
    location: Place
    systems: Place
    """The compliance systems' names, as ``Words`` each."""
    year: Place
    published: Place
    expires: Place
    valid_until: Place
    amount: Place
    flow_at: str
    flow: ReferenceFlow | None
    default_scenarios: frozenset[str]
    results: Sequence[Result]
    results_at: str
