"""What somebody asks for with the form of label sheets, and what is wrong with it."""

from msgspec import Struct

from registry.errors import InvalidInput
from registry.imports.csv_text import decoded
from registry.labels.artwork import Variant
from registry.labels.bulk import MOST_LABELS, ArtworkForm, LabelsWanted
from registry.labels.lines import Line, WrongLine, read_lines
from registry.labels.sheets import FORMS
from registry.labels.words import LANGUAGES

ALL, NAMED = "all", "named"
SVG = "svg"
"""Stands among the sheets for the zip."""


class Typed(Struct, frozen=True):
    """The fields of the form as they were filled in."""

    which: str = ALL
    lines: str = ""
    sheet: str = next(iter(FORMS))
    skip: str = "0"
    language: str = "en"
    variant: str = Variant.STANDARD.value


class Asked(Struct, frozen=True):
    """What is asked for, and the number of the line of each of its paths."""

    wanted: LabelsWanted
    lines: tuple[int, ...]


class NotAsked(Exception):
    """``field`` is wrong: a ``word`` of the desks with its ``values`` says why, ``lines`` what is wrong with each.

    Beside those some may be ``readable``.
    """

    def __init__(self, field: str, word: str, lines: tuple[WrongLine, ...] = (), **values: str) -> None:
        super().__init__(word)
        self.field = field
        self.word = word
        self.lines = lines
        self.values = values
        self.readable: tuple[Line, ...] = ()


def text_of(file: bytes) -> str:
    """The text of a file. Raises ``NotAsked`` for one that is none."""
    try:
        text = decoded(file, "")
    except InvalidInput:
        text = "\0"
    if "\0" in text:
        raise NotAsked("file", "labels_wrong_file")
    return text


def asked(typed: Typed) -> Asked:
    """What is asked for, as far as the form alone can tell. Raises ``NotAsked``."""
    is_svg = typed.sheet == SVG
    for field, offered in (
        ("which", (ALL, NAMED)),
        ("sheet", (*FORMS, SVG)),
        ("language", LANGUAGES),
        ("variant", tuple(Variant)),
    ):
        if getattr(typed, field) not in offered:
            raise NotAsked(field, "labels_wrong_choice")
    paths, numbers = _named(typed)
    wanted = LabelsWanted(
        paths=paths,
        form=ArtworkForm.SVG if is_svg else ArtworkForm.PDF,
        sheet=LabelsWanted().sheet if is_svg else typed.sheet,
        skip=0 if is_svg else _skip(typed),
        language=typed.language,
        variant=Variant(typed.variant),
    )
    return Asked(wanted, numbers)


def _named(typed: Typed) -> tuple[tuple[str, ...], tuple[int, ...]]:
    if typed.which == ALL:
        if typed.lines.strip():
            raise NotAsked("which", "labels_wrong_all")
        return (), ()
    read = read_lines(typed.lines, MOST_LABELS)
    if not read.count:
        raise NotAsked("lines", "labels_wrong_none")
    if read.wrong:
        wrong = NotAsked("lines", "labels_wrong_lines", read.wrong)
        wrong.readable = read.wanted
        raise wrong
    if read.count > MOST_LABELS:
        raise NotAsked("lines", "labels_wrong_many", count=str(read.count), most=str(MOST_LABELS))
    return tuple(line.path for line in read.wanted), tuple(line.number for line in read.wanted)


def _skip(typed: Typed) -> int:
    form, told = FORMS[typed.sheet], typed.skip.strip() or "0"
    if not (told.isascii() and told.isdigit() and len(told) <= 3 and int(told) < form.count):
        most, count = str(form.count - 1), str(form.count)
        raise NotAsked("skip", "labels_wrong_skip", most=most, count=count, sheet=form.name)
    return int(told)
