"""XML of strangers as a tree: no document type, so no entity of its own, nothing fetched, no deep nesting."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from registry.imports.sheets import refused

MOST_DEPTH = 60
MOST_ELEMENTS = 300_000


class _Unfit(Exception):
    """What is wrong with the XML."""


def tree_of(xml: bytes, file: str, name: str = "") -> Element:
    """The root of the document ``name`` in ``file``, its names as ``{namespace}name``. Raises ``InvalidInput``."""
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    depth = count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MOST_DEPTH or count > MOST_ELEMENTS:
            raise _Unfit(f"has elements over {MOST_DEPTH} deep, or over {MOST_ELEMENTS:,} of them")
        builder.start(_named(tag), {_named(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_named(tag))

    def doctype(*_: object) -> None:
        raise _Unfit("declares a document type, which could hide other things in it")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(xml, True)
        return builder.close()
    except _Unfit as problem:
        raise refused(file, f"{problem}: export it again without", name) from None
    except (expat.ExpatError, ValueError, LookupError) as problem:
        raise refused(file, f"is not well-formed XML ({problem}): export it again", name) from None


def _named(tag: str) -> str:
    return f"{{{tag}" if "}" in tag else tag
