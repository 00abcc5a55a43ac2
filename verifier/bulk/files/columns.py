"""Which column of a table is which, by what people call them."""

from collections.abc import Iterable, Sequence
from typing import Self

from msgspec import Struct

from verifier.bulk.files.form import FileProblem

_CALLED = {
    "label": (
        "label",
        "qr",
        "qrcode",
        "url",
        "link",
        "scan",
        "code",
        "标签",
        "碳标签",
        "二维码",
        "链接",
        "扫码内容",
        "扫描内容",
    ),
    "expect": ("expect", "expected", "gtin", "ean", "barcode", "gln", "商品条码", "条码", "条形码", "商品编码"),
    "shop": ("shop", "store", "shopname", "storename", "门店", "店铺", "门店名称", "门店编号", "商店"),
    "supplier": ("supplier", "vendor", "suppliername", "vendorname", "供应商", "供应商名称", "供货商"),
}
"""The names of each column, those first that tell most. Case, spaces, hyphens and underscores do not count."""


class Columns(Struct, frozen=True):
    """The place of each column; None where there is none."""

    label: int
    expect: int | None
    shop: int | None
    supplier: int | None
    count: int

    @classmethod
    def of(cls, names: Sequence[str], label: str | None = None) -> Self:
        """From a table's heading. ``label`` is the name of the labels' column, where it is called otherwise.

        Raises ``FileProblem`` when there is no such column, or two of one name.
        """
        plain = [_plain(name) for name in names]
        called = _CALLED if label is None else _CALLED | {"label": (_plain(label),)}
        places = {column: _place(plain, _called) for column, _called in called.items()}
        if places["label"] is None:
            shown = ", ".join(repr(name[:40]) for name in names[:20])
            wanted = "label" if label is None else repr(label)
            raise FileProblem(f"no column is called {wanted}; there are {shown}. Say which it is with --column")
        others = {column: place for column, place in places.items() if column != "label" and place != places["label"]}
        return cls(places["label"], others.get("expect"), others.get("shop"), others.get("supplier"), len(names))


def _place(plain: list[str], names: Iterable[str]) -> int | None:
    for name in names:
        if plain.count(name) > 1:
            raise FileProblem(f"two columns are called {name!r}: which one is meant cannot be known")
        if name in plain:
            return plain.index(name)
    return None


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character not in " \t-_\ufeff\u3000")
