"""XML of strangers as a tree: no document type, so no entity of its own, nothing fetched, no deep nesting."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from registry.imports.sheets import refused

MOST_DEPTH = 60
MOST_ELEMENTS = 300_000


class _Unfit(Exception):
    """What is wrong with the XML, in English and Chinese."""


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
            raise _Unfit(
                f"has elements over {MOST_DEPTH} deep, or over {MOST_ELEMENTS:,} of them",
                f"元素嵌套超过{MOST_DEPTH}层，或超过{MOST_ELEMENTS:,}个",
            )
        builder.start(_named(tag), {_named(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_named(tag))

    def doctype(*_: object) -> None:
        raise _Unfit(
            "declares a document type, which could hide other things in it", "声明了文档类型，其中可能隐藏其他内容"
        )

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(xml, True)
        return builder.close()
    except _Unfit as problem:
        en, zh = problem.args
        raise refused(file, f"{en}: export it again without", f"{zh}：请重新导出", name) from None
    except (expat.ExpatError, ValueError, LookupError) as problem:
        en, zh = f"is not well-formed XML ({problem}): export it again", f"不是格式正确的XML（{problem}）：请重新导出"
        raise refused(file, en, zh, name) from None


def _named(tag: str) -> str:
    return f"{{{tag}" if "}" in tag else tag
