"""Cuts the two fonts of this folder out of Noto Sans SC. Run by hand when ``registry.labels.words`` gains a character.

In a folder of its own, with Node.js and a virtual environment that is not the project's::

    npm pack @expo-google-fonts/noto-sans-sc@0.4.3 && tar xzf expo-google-fonts-noto-sans-sc-0.4.3.tgz
    pip install fonttools==4.68.0
    python <checkout>/registry/labels/fonts/subset.py package

* ``NotoSansSC-Regular.ttf``: Latin, punctuation, full-width forms, all of GB2312 level 1 (3,755 characters), and
  characters that Chinese company names like and level 1 lacks.
* ``NotoSansSC-Bold.ttf``: Latin, and the Chinese characters of ``words.py``.

Layout features and hinting are dropped: widths are then plain sums of advances, the same in every program.
``OFL.txt`` is the licence of both (the package's ``LICENSE_FONT``).
"""

import shutil
import sys
from pathlib import Path

from fontTools import subset  # ty: ignore[import-not-found]

HERE = Path(__file__).parent
LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2028),
    *range(0x2030, 0x203B),
    0x20AC,
    0x2122,
    0x2212,
]
CHINESE_MARKS = [*range(0x3000, 0x3018), *range(0xFF01, 0xFF5F), 0xFFE5]
GB2312_LEVEL_1 = [
    ord(bytes((row, cell)).decode("gb2312"))
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF)
    if (row, cell) <= (0xD7, 0xF9)
]
COMPANY_NAMES = (
    "鑫淼昊晟熠祺琪玮炜晖昱旻昕珩琨璟璐瑾瑜翎翊骏骐麒麟鹏鼎颢灏濠泓"
    "沣沅沂泗漯濮鄱衢歙婺亳邳邛莆埔圳垚堃嵘嵊怡恺懿斓曦朐栎桉榕槿橦殷"
)


def cut(source: Path, target: Path, characters: list[int]) -> None:
    """Writes the glyphs of ``characters`` that ``source`` has, and its replacement box, to ``target``."""
    options = subset.Options(
        layout_features=[], hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], drop_tables=[]
    )
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "BASE", "vhea", "vmtx", "VORG", "STAT", "DSIG", "gasp", "prep"]
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    subset.save_font(font, str(target), options)


def main(package: Path) -> None:
    """Cuts both fonts out of the unpacked npm ``package``."""
    words = (HERE.parent / "words.py").read_text("utf-8")
    of_words = [ord(character) for character in words if character > "\u2fff"]
    regular = [*LATIN, *CHINESE_MARKS, *GB2312_LEVEL_1, *map(ord, COMPANY_NAMES), *of_words]
    cut(package / "400Regular/NotoSansSC_400Regular.ttf", HERE / "NotoSansSC-Regular.ttf", regular)
    cut(package / "700Bold/NotoSansSC_700Bold.ttf", HERE / "NotoSansSC-Bold.ttf", [*LATIN, *of_words])
    shutil.copyfile(package / "LICENSE_FONT", HERE / "OFL.txt")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
