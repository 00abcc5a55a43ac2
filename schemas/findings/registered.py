"""What the registry knows and a declaration is checked against: look-ups that the caller provides."""

from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from msgspec import Struct

from schemas.declaration import DeclaredUnit


class ComponentFacts(Struct, frozen=True):
    """A published record, as far as a product that contains it needs to know.

    ``key`` is its GTIN-14 or GLN; ``gwp_total`` is kgCO2e per ``declared_amount`` of ``declared_unit``;
    ``mass_per_unit`` is the mass of one declared unit in kg, ``None`` when unknown; ``components`` are the log indexes
    of the records that it contains in turn; the reference period's dates are ``None`` when it has none.
    """

    key: str
    declared_unit: DeclaredUnit
    declared_amount: Decimal
    gwp_total: Decimal
    mass_per_unit: Decimal | None
    status: Literal["active", "superseded", "suspended", "withdrawn"]
    components: tuple[int, ...] = ()
    reference_start: date | None = None
    reference_end: date | None = None


class Registered(Protocol):
    """Pure look-ups into what is registered already. Neither may raise for an unknown key or record."""

    def owner_of(self, key: str) -> str | None:
        """The member id that a GTIN-14 or GLN belongs to; ``None`` when it belongs to nobody yet."""
        ...

    def component(self, record: int) -> ComponentFacts | None:
        """The facts of the record at a log index; ``None`` when there is no such record."""
        ...
