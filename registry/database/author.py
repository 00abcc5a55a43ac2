"""Who writes: each write transaction has one author."""

from msgspec import Struct


class Author(Struct, frozen=True):
    """Who does what a transaction does: ``person/<id>``, ``token/<id>``, or a word for who has neither.

    ``member`` is the organisation that they act for; None where they act for none.
    """

    who: str
    member: str | None = None


COMMAND_LINE = Author("command line")
"""Whoever has the home folder, with ``carbonlabel``."""

VISITOR = Author("visitor")
"""Somebody who is not signed in."""

REGISTRY = Author("registry")
"""The registry itself, when it is time for something."""


def person(person_id: str, member: str | None = None) -> Author:
    """Somebody whose account it is."""
    return Author(f"person/{person_id}", member)
