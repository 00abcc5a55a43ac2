"""Which texts are, to the last byte, labels that the bundle holds: path and token, whatever the host.

A label's text is ``<beginning><path><middle><digits><ending>``. In nearly all, the middle is ``?c=`` and the ending is
empty.

1. The last sixteen digits name the one row that the text can be (``index``).
2. All digits are compared with that row's, and what stands before them with that row's path and the middle.
3. The beginning, with the middle and ending, is read by the label's own grammar, once for each different one.

Of a text with another middle or ending - a further query pair, a fragment - the plain form is made and compared in the
same way. Middles and endings become known by labels that ``parse_label`` took apart. What is still not found is no
row's exact text; whether it is a label is for ``judge`` to say.
"""

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from schemas.label import MAX_TEXT, UnreadableLabel, parse_label
from schemas.packed_digits import LOW
from verifier.bulk.index import TAIL, TailIndex
from verifier.bulk.labels import Labels
from verifier.bulk.texts import Bytes, Places, Texts, as_items, as_rows, gathered

_AT_ONCE = 4096  # rows compared at once: fewer spoil the turns at Python's lock, more the caches
_BEGINNINGS = 64  # different ones of which one batch learns; labels with further ones are taken apart one by one
_FRAMES = 16
_LONGEST = 32  # bytes of a middle or ending that is remembered
_HALF, _LOW_HALVES, _DIGITS = np.uint64(4), np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x3030303030303030)
_SPACE = np.zeros(256, bool)
_SPACE[list(b" \t\r\n")] = True


class _Frame(Struct, frozen=True):
    """What stands around a label's digits."""

    middle: bytes
    ending: bytes


_PLAIN = _Frame(b"?c=", b"")
_HOST = b"https://id.example.org"
_PATHS = (b"/01/09520000000004", b"/414/9521234000006")


class Matcher:
    """Finds the rows of ``labels`` that texts are. Threads may share it."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._index = TailIndex(labels)
        self._packed, self._fronts = as_items(labels.packed), as_items(labels.fronts)
        self._reach = 2 * LOW + labels.fronts.shape[1]
        self._frames: list[_Frame] = []
        self._beginnings: dict[tuple[bytes, _Frame], bool] = {}

    def rows(self, texts: Texts) -> Places:
        """The row that each text is; -1 for none."""
        found = np.full(len(texts), -1, np.int64)
        if not len(self._labels) or not len(texts.buffer):
            return found
        sizes = texts.ends - texts.starts
        open_ = (sizes >= TAIL) & (sizes <= MAX_TEXT)
        texts = Texts(texts.buffer, texts.starts, _without_space(texts))
        seen = np.flatnonzero(open_ & (texts.ends >= self._reach))
        some = texts if len(seen) == len(texts) else texts.some(seen)
        rows, same, path_starts = self._compared(some)
        good = same[self._begin_well(texts.buffer, some.starts[same], path_starts[same])]
        found[seen[good]] = rows[good]
        strangers = seen[rows < 0]
        open_[strangers[_end_in_digits(texts.some(strangers))]] = False
        for other in (self._reframed, self._taken_apart):
            left = np.flatnonzero(open_ & (found < 0))
            if len(left):
                found[left] = other(texts.some(left))
        return found

    def _compared(self, texts: Texts) -> tuple[Places, Places, Places]:
        """Of texts in their plain form: the one row that each can be, -1 for none; which of them end in the whole text
        of that row; and where that begins.

        There must be as many bytes before each text's end as are looked at.
        """
        rows = self._index.candidates(texts)
        path_starts = texts.ends - self._labels.sizes[rows]
        same = (rows >= 0) & (path_starts >= texts.starts)
        for at in range(0, len(rows), _AT_ONCE):
            part = slice(at, at + _AT_ONCE)
            same[part] &= self._are_same(texts.buffer, texts.ends[part], rows[part])
        return rows, np.flatnonzero(same), path_starts

    def _are_same(self, buffer: Bytes, ends: Places, rows: Places) -> npt.NDArray[np.bool_]:
        """Whether all bytes of these rows stand before ``ends``."""
        same = np.ones(len(rows), bool)
        rows = np.maximum(rows, 0)
        low = as_rows(self._packed.take(rows)).view(np.uint64)
        high = low >> _HALF
        for digits, end in ((low, ends), (high, ends - LOW)):
            digits &= _LOW_HALVES
            digits |= _DIGITS
            _strike(same, digits != as_rows(gathered(buffer, LOW, end - LOW)).view(np.uint64))
        fronts = as_rows(self._fronts.take(rows))
        other = fronts != as_rows(gathered(buffer, fronts.shape[1], ends - 2 * LOW - fronts.shape[1]))
        other &= fronts != 0
        _strike(same, other)
        return same

    def _begin_well(self, buffer: Bytes, starts: Places, path_starts: Places) -> npt.NDArray[np.bool_]:
        """Whether what stands before the path is what may stand there; of a few different beginnings a batch."""
        good, sizes = np.zeros(len(starts), bool), path_starts - starts
        tries = 0
        for size in np.flatnonzero(np.bincount(sizes)):
            left = np.flatnonzero(sizes == size)
            while len(left) and tries < _BEGINNINGS:
                tries += 1
                text = buffer[starts[left[0]] : path_starts[left[0]]].tobytes()
                alike = _all_are(buffer, starts[left], text)
                good[left[alike]] = self._may_begin(text, _PLAIN)
                left = left[~alike]
        return good

    def _may_begin(self, text: bytes, frame: _Frame) -> bool:
        """Whether a label may begin so, before the path of a product and of a place, in this frame."""
        known = self._beginnings.get((text, frame))
        if known is None:
            known = all(_is_label(text, path, frame) for path in _PATHS)
            if len(self._beginnings) < 100 * _BEGINNINGS:
                self._beginnings[text, frame] = known
        return known

    def _reframed(self, texts: Texts) -> Places:
        """Rows of texts in frames that are known."""
        plain: dict[int, tuple[bytes, _Frame]] = {}
        for position, text in enumerate(texts.each()):
            for frame in self._frames:
                if frame.middle in text and text.endswith(frame.ending):
                    text = text.removesuffix(frame.ending).replace(frame.middle, _PLAIN.middle, 1)
                    plain[position] = text, frame
                    break
        return self._found(len(texts), plain)

    def _taken_apart(self, texts: Texts) -> Places:
        """Rows of texts of any form, by way of the exact text that they stand for."""
        parts: dict[int, tuple[bytes, bytes]] = {}
        for position, text in enumerate(texts.each()):
            try:
                label = parse_label(text.decode())
            except (UnicodeDecodeError, UnreadableLabel):
                continue
            if label.digits is not None and len(label.digits) >= TAIL:
                parts[position] = label.path.text.encode(), label.digits.encode()
        plain = {at: (_HOST + path + _PLAIN.middle + digits, _PLAIN) for at, (path, digits) in parts.items()}
        found = self._found(len(texts), plain)
        for position in np.flatnonzero(found >= 0)[:_FRAMES]:
            self._learn(texts.at(position), *parts[position])
        return found

    def _found(self, count: int, plain: dict[int, tuple[bytes, _Frame]]) -> Places:
        """The rows of ``count`` texts, some of which are in plain form here, with the frame that they had before."""
        found = np.full(count, -1, np.int64)
        if plain:
            texts = Texts.joined([bytes(self._reach), *(text for text, _ in plain.values())])
            texts = texts.some(np.arange(1, len(texts)))
            rows, same, path_starts = self._compared(texts)
            which, each = np.fromiter(plain, np.int64), list(plain.values())
            for position in same:
                text, frame = each[position]
                if self._may_begin(text[: path_starts[position] - texts.starts[position]], frame):
                    found[which[position]] = rows[position]
        return found

    def _learn(self, text: bytes, path: bytes, digits: bytes) -> None:
        """Remembers what stands around the digits of a label."""
        before, _, ending = text.rpartition(digits)
        middle = before.rpartition(path)[2]
        frame = _Frame(middle, ending)
        short = 0 < len(middle) <= _LONGEST and len(ending) <= _LONGEST
        if short and frame != _PLAIN and frame not in self._frames and len(self._frames) < _FRAMES:
            self._frames.append(frame)


def _is_label(beginning: bytes, path: bytes, frame: _Frame) -> bool:
    try:
        label = parse_label((beginning + path + frame.middle + b"1" + frame.ending).decode())
    except (UnicodeDecodeError, UnreadableLabel):
        return False
    return (label.path.text.encode(), label.digits) == (path, "1")


def _strike(same: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> None:
    """Rows with anything that is other are not the same. Such rows are few, or this would not be the quickest way."""
    same[np.flatnonzero(other) // other.shape[1]] = False


def _without_space(texts: Texts) -> Places:
    """The ends of the texts without the white space that ends them: the one byte that scanners and Windows leave."""
    last = texts.buffer[np.maximum(texts.ends - 1, 0)]
    return texts.ends - (_SPACE[last] & (texts.ends > texts.starts))


def _end_in_digits(texts: Texts) -> npt.NDArray[np.bool_]:
    """Whether the last ``TAIL`` bytes are digits."""
    tails = as_rows(gathered(texts.buffer, TAIL, texts.ends - TAIL))
    return np.logical_and.reduce((tails >= ord("0")) & (tails <= ord("9")), axis=1)


def _all_are(buffer: Bytes, starts: Places, text: bytes) -> npt.NDArray[np.bool_]:
    """Whether the bytes at each start are ``text``, with as many behind it as fill a word."""
    same = np.ones(len(starts), bool)
    wanted = np.frombuffer(text + bytes(-len(text) % 8), np.uint64)
    if not len(wanted):
        return same
    words = as_rows(gathered(buffer, 8 * len(wanted), starts)).view(np.uint64)
    if len(text) % 8:
        words[:, -1] &= np.uint64((1 << 8 * (len(text) % 8)) - 1)
    for place, word in enumerate(wanted):
        same &= words[:, place] == word
    return same
