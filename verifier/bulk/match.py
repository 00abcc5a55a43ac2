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
from verifier.bulk.index import TAIL, TailIndex, unpacked
from verifier.bulk.labels import Labels
from verifier.bulk.texts import Places, Texts, gathered

_BEFORE_DIGITS = b"?c="
_GAP = len(_BEFORE_DIGITS)
_AT_ONCE = 1024  # rows whose comparison fits a core's cache
_BEGINNINGS = 64  # different beginnings of which one batch learns; further ones are taken apart one by one
_SPACE = np.zeros(256, bool)
_SPACE[list(b" \t\r\n")] = True


class Matcher:
    """Finds the rows of ``labels`` that texts are. Threads may share it."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._index = TailIndex(labels)
        self._path_width = labels.paths.shape[1]
        # By the size of a path, which bytes of its block are its own.
        sizes = np.arange(self._path_width + 1)[:, None]
        self._masks = np.where(np.arange(self._path_width) >= self._path_width - sizes, 0xFF, 0).astype(np.uint8)
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
        good[good] = self._begin_well(some.buffer, some.starts[good], starts[good], rows[good])
        found[sized[good]] = rows[good]
        return found, found >= 0

    def _path_starts(self, texts: Texts, rows: Places) -> Places:
        """Where the path begins in each text that ends in its row's path and digits; -1 in the others."""
        labels, result = self._labels, np.full(len(rows), -1, np.int64)
        widths, sizes = labels.widths[rows], labels.path_sizes[rows]
        for width in np.unique(widths):
            which = np.flatnonzero(widths == width)
            for at in range(0, len(which), _AT_ONCE):
                some = which[at : at + _AT_ONCE]
                result[some] = self._compared(texts.some(some), rows[some], int(width), sizes[some].astype(np.int64))
        return result

    def _compared(self, texts: Texts, rows: Places, width: int, sizes: Places) -> Places:
        """``_path_starts`` for rows whose digits are of one width. An odd number of digits has ``=`` in front of it."""
        labels, buffer, result = self._labels, texts.buffer, np.full(len(rows), -1, np.int64)
        packed = labels.digits[rows][:, labels.digits.shape[1] - width :]
        odd = packed[:, 0] >> 4 == 0xD
        digit_starts = texts.ends - 2 * width + odd
        path_ends = digit_starts - _GAP
        room = (path_ends - sizes >= texts.starts) & (path_ends >= self._path_width)
        keep = np.flatnonzero(room)
        if not len(keep):
            return result
        scanned = gathered(buffer, 2 * width, texts.ends[keep] - 2 * width).view(np.uint16) ^ np.uint16(0x3030)
        same = (scanned == unpacked(packed[keep])).all(axis=1)
        keep = keep[same]
        before = gathered(buffer, _GAP, path_ends[keep])
        path = gathered(buffer, self._path_width, path_ends[keep] - self._path_width) ^ labels.paths[rows[keep]]
        other = (path & self._masks[sizes[keep]]).any(axis=1)
        keep = keep[(before == np.frombuffer(_BEFORE_DIGITS, np.uint8)).all(axis=1) & ~other]
        result[keep] = path_ends[keep] - sizes[keep]
        return result

    def _begin_well(
        self, buffer: npt.NDArray[np.uint8], starts: Places, path_starts: Places, rows: Places
    ) -> npt.NDArray[np.bool_]:
        """Whether what stands before the path is what may stand there; of a few different beginnings a batch."""
        good, sizes = np.zeros(len(starts), bool), path_starts - starts
        place = self._labels.path_sizes[rows] > 0
        place &= gathered(buffer, 4, path_starts)[:, 1] == ord("4")  # /414/, not /01/
        left = np.arange(len(starts))
        for _ in range(_BEGINNINGS):
            if not len(left):
                break
            first = left[0]
            size, is_place = int(sizes[first]), bool(place[first])
            text = buffer[starts[first] : path_starts[first]].tobytes()
            alike = left[(sizes[left] == size) & (place[left] == is_place)]
            alike = alike[_all_are(buffer, starts[alike], text)]
            good[alike] = self._may_begin(text, is_place)
            left = np.setdiff1d(left, alike, assume_unique=True)
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
            plain = Texts.joined(exact, before=self._path_width)
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
    return (gathered(buffer, len(text), starts) == np.frombuffer(text, np.uint8)).all(axis=1)
