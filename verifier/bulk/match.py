"""Which texts are, to the last byte, labels that the bundle holds: path and token, whatever the host.

1. The last sixteen digits name the one row that the text can be (``index``).
2. The digits, all of them, are compared with that row's, and then the path before ``?c=`` with that row's path.
3. What stands before the path is read by the label's own grammar, once for each different beginning.

What is not of this plain form - another query pair, a fragment - is taken apart by ``parse_label`` and then compared in
the same way. What is still not found is no row's exact text; whether it is a label is for ``judge`` to say.
"""

import numpy as np
import numpy.typing as npt

from schemas.label import MAX_TEXT, UnreadableLabel, parse_label
from verifier.bulk.index import TAIL, TailIndex, ascii_of
from verifier.bulk.labels import Labels
from verifier.bulk.texts import Places, Texts, as_items, as_rows, as_text, gathered

_ODD = 0xD
_AT_ONCE = 1024  # rows whose comparison fits a core's cache
_BEGINNINGS = 64  # different beginnings of which one batch learns; further ones are taken apart one by one
_SPACE = np.zeros(256, bool)
_SPACE[list(b" \t\r\n")] = True


class Matcher:
    """Finds the rows of ``labels`` that texts are. Threads may share it."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._index = TailIndex(labels)
        self._digits, self._stems = as_items(labels.digits), as_items(labels.stems)
        self._beginnings: dict[tuple[bytes, bool], bool] = {}

    def rows(self, texts: Texts) -> Places:
        """The row that each text is; -1 for none."""
        found, plain = self._plain(texts)
        others = np.flatnonzero(~plain)
        if len(others):
            found[others] = self._taken_apart(texts.some(others))
        return found

    def _plain(self, texts: Texts) -> tuple[Places, npt.NDArray[np.bool_]]:
        """Rows of texts of the plain form, and which texts are settled by that: the others may still be labels."""
        found = np.full(len(texts), -1, np.int64)
        if not len(self._labels):
            return found, np.ones(len(texts), bool)
        ends = _without_space(texts)
        sized = np.flatnonzero((ends - texts.starts >= TAIL) & (texts.ends - texts.starts <= MAX_TEXT))
        some = Texts(texts.buffer, texts.starts[sized], ends[sized])
        rows = self._index.candidates(some)
        hit = np.flatnonzero(rows >= 0)
        rows, some, sized = rows[hit], some.some(hit), sized[hit]
        starts = self._path_starts(some, rows)
        good = starts >= 0
        good[good] = self._begin_well(some.some(np.flatnonzero(good)), starts[good])
        found[sized[good]] = rows[good]
        return found, found >= 0

    def _path_starts(self, texts: Texts, rows: Places) -> Places:
        """Where the path begins in each text that ends in its row's path and digits; -1 in the others."""
        labels, result = self._labels, np.full(len(rows), -1, np.int64)
        forms = labels.stem_sizes[rows].astype(np.int64) << 8 | labels.widths[rows]
        for form in np.flatnonzero(np.bincount(forms)):
            which = np.flatnonzero(forms == form)
            for at in range(0, len(which), _AT_ONCE):
                some = which[at : at + _AT_ONCE]
                result[some] = self._compared(texts.some(some), rows[some], int(form >> 8), int(form & 255))
        return result

    def _compared(self, texts: Texts, rows: Places, size: int, width: int) -> Places:
        """``_path_starts`` for rows whose stems are of one size, and their digits of one width."""
        packed = as_rows(self._digits.take(rows))[:, -width:]
        stem_ends = texts.ends - 2 * width + (packed[:, 0] >> 4 == _ODD)
        starts = stem_ends - size
        room = starts >= texts.starts
        digits = as_rows(gathered(texts.buffer, 2 * width, np.where(room, texts.ends - 2 * width, 0)))
        same = (digits.view(np.uint16) == ascii_of(packed)).all(axis=1)
        stems = gathered(texts.buffer, size, np.where(room, starts, 0))
        same &= as_text(stems) == as_text(as_items(as_rows(self._stems.take(rows))[:, -size:]))
        return np.where(same & room, starts, -1)

    def _begin_well(self, texts: Texts, path_starts: Places) -> npt.NDArray[np.bool_]:
        """Whether what stands before the path is what may stand there; of a few different beginnings a batch."""
        good, sizes = np.zeros(len(texts), bool), path_starts - texts.starts
        place = texts.buffer[path_starts + 1] == ord("4")  # /414/, not /01/
        left = np.arange(len(texts))
        for _ in range(_BEGINNINGS):
            if not len(left):
                break
            first = left[0]
            text, is_place = texts.buffer[texts.starts[first] : path_starts[first]].tobytes(), bool(place[first])
            alike = (sizes[left] == len(text)) & (place[left] == is_place)
            alike[alike] = _all_are(texts.buffer, texts.starts[left[alike]], text)
            good[left[alike]] = self._may_begin(text, is_place)
            left = left[~alike]
        return good

    def _may_begin(self, text: bytes, is_place: bool) -> bool:
        """Whether a label may begin so, before the path of a product or place."""
        known = self._beginnings.get((text, is_place))
        if known is None:
            path = "/414/9521234000006" if is_place else "/01/09520000000004"
            try:
                known = parse_label(f"{text.decode()}{path}?c=1").path.text == path
            except (UnicodeDecodeError, UnreadableLabel):
                known = False
            if len(self._beginnings) < 100 * _BEGINNINGS:
                self._beginnings[text, is_place] = known
        return known

    def _taken_apart(self, texts: Texts) -> Places:
        """Rows of texts of any form, by way of the exact text that they stand for."""
        found = np.full(len(texts), -1, np.int64)
        exact, which = [], []
        for position in range(len(texts)):
            try:
                label = parse_label(texts.at(position).decode())
            except (UnicodeDecodeError, UnreadableLabel):
                continue
            if label.digits is not None and len(label.digits) >= TAIL:
                exact.append(f"{label.path.text}?c={label.digits}".encode())
                which.append(position)
        if exact:
            plain = Texts.joined(exact)
            rows = self._index.candidates(plain)
            hit = np.flatnonzero(rows >= 0)
            starts = self._path_starts(plain.some(hit), rows[hit])
            hit = hit[starts == plain.starts[hit]]
            found[np.array(which)[hit]] = rows[hit]
        return found


def _without_space(texts: Texts) -> Places:
    """The ends of the texts without the white space that ends them: the one byte that scanners and Windows leave."""
    if not len(texts.buffer):
        return texts.ends
    last = texts.buffer[np.maximum(texts.ends - 1, 0)]
    return texts.ends - (_SPACE[last] & (texts.ends > texts.starts))


def _all_are(buffer: npt.NDArray[np.uint8], starts: Places, text: bytes) -> npt.NDArray[np.bool_]:
    """Whether the bytes at each start are ``text``."""
    if not text:
        return np.ones(len(starts), bool)
    return as_text(gathered(buffer, len(text), starts)) == text
