"""A night of scans: what handhelds in many shops read from shelf labels, each with the verdict that it must get.

    scans = Scans(labels, seed=1)
    for scan in scans.take(100_000): scan.text, scan.verdict, scan.shop, scan.supplier, scan.expect

Shops carry different assortments, so labels repeat; a shop's handhelds have their own habits (a symbology identifier
in front, a carriage return behind, scheme and host in capitals, a query pair of their own). Two in a thousand scans
are bad, of every kind of ``BAD`` alike. The same seed gives the same scans.
"""

import random
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from schemas.gs1 import check_digit
from schemas.label import parse_claims, parse_token
from schemas.verdict import VerdictCode

SHARE_BAD = 0.002
_SHOP_SCANS = 2_000
_HOSTS = ("https://id.example.org",) * 8 + (
    "https://labels.example.com",
    "http://id.example.org",
    "https://example.org/zh",
)
_ORDER = 2**252 + 27742317777372353535851937790883648493  # of Ed25519's group (RFC 8032, 5.1)


class KnownLabel(Struct, frozen=True):
    """A label of the bundle: its GS1 path, its token's digits, and the verdict on it."""

    path: str
    digits: str
    verdict: VerdictCode

    @classmethod
    def of(cls, text: str, verdict: VerdictCode = VerdictCode.VALID) -> "KnownLabel":
        """From a label's text ``https://<host><path>?c=<digits>``."""
        link, _, digits = text.partition("?c=")
        return cls("/" + link.split("/", 3)[3], digits, verdict)


class Scan(Struct, frozen=True):
    """One line of a night's file. ``expect`` is the GTIN that the shelf should have, now and then."""

    text: str
    verdict: VerdictCode
    shop: str
    supplier: str
    expect: str | None = None


Bad = Callable[[KnownLabel, KnownLabel, random.Random], tuple[str, VerdictCode]]
_HOST = _HOSTS[0]


def _link(path: str, digits: str) -> str:
    return f"{_HOST}{path}?c={digits}"


def _other_digit(digits: str, place: int, draw: random.Random) -> str:
    other = draw.choice([digit for digit in "0123456789" if digit != digits[place]])
    return digits[:place] + other + digits[place + 1 :]


def _signature_changed(label: KnownLabel, _: KnownLabel, draw: random.Random) -> tuple[str, VerdictCode]:
    place = len(label.digits) - 1 - draw.randrange(70)
    return _link(label.path, _other_digit(label.digits, place, draw)), VerdictCode.FORGED


def _tail_kept(label: KnownLabel, _: KnownLabel, draw: random.Random) -> tuple[str, VerdictCode]:
    """The last sixty digits are the genuine ones; one of the signature's before them is not."""
    place = len(label.digits) - 60 - draw.randrange(70)
    return _link(label.path, _other_digit(label.digits, place, draw)), VerdictCode.FORGED


def _figure_changed(label: KnownLabel, _: KnownLabel, draw: random.Random) -> tuple[str, VerdictCode]:
    """A bit of the claims' leaf hash is another."""
    token = bytearray(int(label.digits).to_bytes((int(label.digits).bit_length() + 7) // 8))
    leaf = parse_claims(parse_token(label.digits).payload).leaf16
    token[token.index(leaf) + draw.randrange(16)] ^= 1 << draw.randrange(8)
    return _link(label.path, str(int.from_bytes(token))), VerdictCode.FORGED


def _moved(label: KnownLabel, other: KnownLabel, _: random.Random) -> tuple[str, VerdictCode]:
    return _link(other.path, label.digits), VerdictCode.FORGED


def _lot_added(label: KnownLabel, _: KnownLabel, draw: random.Random) -> tuple[str, VerdictCode]:
    return _link(f"{label.path}/10/L{draw.randrange(1000)}", label.digits), VerdictCode.FORGED


def _scalar_raised(label: KnownLabel, _: KnownLabel, __: random.Random) -> tuple[str, VerdictCode]:
    """The same signature for a lax verifier: S + L instead of S (RFC 8032, 5.1.7)."""
    token = int(label.digits).to_bytes((int(label.digits).bit_length() + 7) // 8)
    scalar = (int.from_bytes(token[-32:], "little") + _ORDER) % 2**256
    return _link(label.path, str(int.from_bytes(token[:-32] + scalar.to_bytes(32, "little")))), VerdictCode.FORGED


def _unknown_key(label: KnownLabel, _: KnownLabel, draw: random.Random) -> tuple[str, VerdictCode]:
    token = bytearray(int(label.digits).to_bytes((int(label.digits).bit_length() + 7) // 8))
    token[8 + draw.randrange(8)] ^= 1 << draw.randrange(8)
    return _link(label.path, str(int.from_bytes(token))), VerdictCode.UNKNOWN_KEY


def _cut(label: KnownLabel, _: KnownLabel, draw: random.Random) -> tuple[str, VerdictCode]:
    return _link(label.path, label.digits[: draw.randrange(1, len(label.digits))]), VerdictCode.UNREADABLE


def _longer(label: KnownLabel, _: KnownLabel, draw: random.Random) -> tuple[str, VerdictCode]:
    return _link(label.path, label.digits + str(draw.randrange(10))), VerdictCode.UNREADABLE


def _zero_first(label: KnownLabel, _: KnownLabel, __: random.Random) -> tuple[str, VerdictCode]:
    return _link(label.path, "0" + label.digits), VerdictCode.UNREADABLE


def _twice(label: KnownLabel, _: KnownLabel, __: random.Random) -> tuple[str, VerdictCode]:
    return _link(label.path, label.digits) + f"&c={label.digits}", VerdictCode.UNREADABLE


def _attribute(label: KnownLabel, _: KnownLabel, __: random.Random) -> tuple[str, VerdictCode]:
    return f"{_HOST}{label.path}?17=280430&c={label.digits}", VerdictCode.UNREADABLE


def _check_digit_wrong(label: KnownLabel, _: KnownLabel, draw: random.Random) -> tuple[str, VerdictCode]:
    body, right = label.path[4:17], check_digit(label.path[4:17])
    wrong = draw.choice([digit for digit in "0123456789" if digit != right])
    return _link(f"/01/{body}{wrong}", label.digits), VerdictCode.UNREADABLE


def _two_paths(label: KnownLabel, other: KnownLabel, _: random.Random) -> tuple[str, VerdictCode]:
    return _link(other.path + label.path, label.digits), VerdictCode.UNREADABLE


def _two_scans(label: KnownLabel, other: KnownLabel, _: random.Random) -> tuple[str, VerdictCode]:
    return _link(label.path, label.digits) + _link(other.path, other.digits), VerdictCode.UNREADABLE


def _no_host(label: KnownLabel, _: KnownLabel, __: random.Random) -> tuple[str, VerdictCode]:
    return f"{label.path}?c={label.digits}", VerdictCode.UNREADABLE


def _space_inside(label: KnownLabel, _: KnownLabel, draw: random.Random) -> tuple[str, VerdictCode]:
    at = draw.randrange(1, len(label.digits))
    return _link(label.path, f"{label.digits[:at]} {label.digits[at:]}"), VerdictCode.UNREADABLE


def _wide_digits(label: KnownLabel, _: KnownLabel, __: random.Random) -> tuple[str, VerdictCode]:
    """Digits that Unicode calls digits too."""
    return _link(label.path, label.digits[:-1] + chr(0xFF10 + int(label.digits[-1]))), VerdictCode.UNREADABLE


def _another_code(label: KnownLabel, _: KnownLabel, __: random.Random) -> tuple[str, VerdictCode]:
    return label.path[4:18], VerdictCode.UNREADABLE


def _noise(_: KnownLabel, __: KnownLabel, draw: random.Random) -> tuple[str, VerdictCode]:
    return "".join(draw.choices("]{}~#äß标签0123456789", k=draw.randrange(40))), VerdictCode.UNREADABLE


def _all_capitals(label: KnownLabel, _: KnownLabel, __: random.Random) -> tuple[str, VerdictCode]:
    return _link(label.path, label.digits).upper(), VerdictCode.UNSIGNED


def _pointer(label: KnownLabel, _: KnownLabel, __: random.Random) -> tuple[str, VerdictCode]:
    return f"{_HOST}{label.path}", VerdictCode.UNSIGNED


BAD: tuple[Bad, ...] = (
    _signature_changed,
    _tail_kept,
    _figure_changed,
    _moved,
    _lot_added,
    _scalar_raised,
    _unknown_key,
    _cut,
    _longer,
    _zero_first,
    _twice,
    _attribute,
    _check_digit_wrong,
    _two_paths,
    _two_scans,
    _no_host,
    _space_inside,
    _wide_digits,
    _another_code,
    _noise,
    _all_capitals,
    _pointer,
)
"""What goes wrong with a label; each from a genuine one, another one and a draw. ``mismatch`` comes with ``expect``."""


class _Shop(Struct, frozen=True):
    """Its assortment, and what its handhelds do to a label's text."""

    name: str
    labels: Sequence[KnownLabel]
    symbology: str
    capitals: bool
    ending: str
    pair: str

    def scanned(self, label: KnownLabel, draw: random.Random) -> str:
        host = draw.choice(_HOSTS)
        if self.capitals:
            host = host.partition("/zh")[0].upper()
        query = f"?c={label.digits}"
        if self.pair and draw.random() < 0.2:
            query = draw.choice((f"?{self.pair}&c={label.digits}", f"?c={label.digits}&{self.pair}", f"{query}#shelf"))
        return f"{self.symbology}{host}{label.path}{query}{self.ending}"


class Scans:
    """See above. ``labels`` are those of the bundle, in any number."""

    def __init__(self, labels: Sequence[KnownLabel], seed: int = 1, share_bad: float = SHARE_BAD) -> None:
        self._labels = labels
        self._seed = seed
        self._share_bad = share_bad

    def take(self, count: int) -> Iterator[Scan]:
        """So many scans, shop after shop, each label of a shop's assortment once or twice."""
        draw, number = random.Random(self._seed), 0
        while count > 0:
            shop = self._shop(number, draw)
            for _ in range(min(count, _SHOP_SCANS)):
                yield self._scan(shop, draw)
            count, number = count - _SHOP_SCANS, number + 1

    def _shop(self, number: int, draw: random.Random) -> _Shop:
        often = draw.random()
        return _Shop(
            f"shop-{number:04}",
            draw.choices(self._labels, k=_SHOP_SCANS * 2 // 3),
            draw.choice(("]Q1", "]d2")) if draw.random() < 0.05 else "",
            draw.random() < 0.05,
            "\r" if draw.random() < 0.1 else "",
            draw.choice(("lang=zh", "utm_source=shelf")) if often < 0.1 else "",
        )

    def _scan(self, shop: _Shop, draw: random.Random) -> Scan:
        label = draw.choice(shop.labels)
        supplier = f"supplier-{int(label.path[8:13] or 0) % 97:02}"
        if draw.random() >= self._share_bad:
            return Scan(shop.scanned(label, draw), label.verdict, shop.name, supplier, self._right(label, draw))
        kind = draw.randrange(len(BAD) + 1)
        other = draw.choice(self._labels)
        while other.path == label.path and len(self._labels) > 1:
            other = draw.choice(self._labels)
        if kind == len(BAD):
            return Scan(shop.scanned(label, draw), VerdictCode.MISMATCH, shop.name, supplier, other.path[4:18])
        text, verdict = BAD[kind](label, other, draw)
        return Scan(text, verdict, shop.name, supplier)

    @staticmethod
    def _right(label: KnownLabel, draw: random.Random) -> str | None:
        """What the shelf should have, as the shop's own system writes it."""
        if draw.random() < 0.5 or not label.path.startswith("/01/"):
            return None
        gtin = label.path[4:18]
        return draw.choice((gtin, gtin.lstrip("0").zfill(13) if gtin[0] == "0" else gtin))
