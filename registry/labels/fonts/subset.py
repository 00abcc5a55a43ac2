"""Makes the two fonts of this folder from Noto Sans SC. Run by hand when ``registry.labels.words`` gains a character.

In a folder of its own, with Node.js and a virtual environment that is not the project's::

    npm pack @expo-google-fonts/noto-sans-sc@0.4.3 @expo-google-fonts/noto-sans@0.4.2
    for archive in *.tgz; do mkdir "${archive%.tgz}" && tar xzf "$archive" -C "${archive%.tgz}"; done
    pip install fonttools==4.68.0
    python <checkout>/registry/labels/fonts/subset.py .

* ``NotoSansSC-Regular.ttf``: Latin, punctuation, full-width forms, all of GB2312 level 1 (3,755 characters), some
  characters that level 1 lacks and names of Chinese companies and materials have, and from Noto Sans the accented
  Latin (Czech, Polish, Romanian, Turkish, Vietnamese, ...), Greek and Cyrillic that Noto Sans SC lacks.
* ``NotoSansSC-Bold.ttf``: Latin, and the Chinese characters of ``words.py``.

Layout features and hinting are dropped: widths are then plain sums of advances, the same in every program.
``OFL.txt`` is the licence of both; it is the text that both packages ship (``LICENSE_FONT``).
"""

import sys
import tempfile
from pathlib import Path

from fontTools import merge, subset  # ty: ignore[import-not-found]
from fontTools.ttLib import TTFont  # ty: ignore[import-not-found]

HERE = Path(__file__).parent
CHINESE = "expo-google-fonts-noto-sans-sc-0.4.3/package"
EUROPEAN = "expo-google-fonts-noto-sans-0.4.2/package/400Regular/NotoSans_400Regular.ttf"

LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2028), *range(0x2030, 0x203B)}
SIGNS = {0x20AC, 0x2122, 0x2212}
ALPHABETS = {*range(0x100, 0x250), *range(0x386, 0x3CF), *range(0x400, 0x460), *range(0x1E00, 0x1F00)}
CHINESE_MARKS = {*range(0x3000, 0x3018), *range(0xFF01, 0xFF5F), 0xFFE5}
GB2312_LEVEL_1 = {
    ord(bytes((row, cell)).decode("gb2312"))
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF)
    if (row, cell) <= (0xD7, 0xF9)
}
OF_NAMES = (
    "鑫淼昊晟熠祺琪玮炜晖昱旻昕珩琨璟璐瑾瑜翎翊骐麒麟颢灏濠泓沣沅泗漯濮鄱衢歙婺亳邳邛圳垚堃"
    "嵘嵊怡恺懿斓曦朐栎桉榕槿橦暨谛宸骅骁岚莞莘泾泸缙邕闵嵩岷崂圩镓铟铌钽钛锆锂钴溴酯腈肽酰铵碲羟羧萘蒽"
)
DROPPED = ["GPOS", "GSUB", "GDEF", "BASE", "vhea", "vmtx", "VORG", "STAT", "DSIG", "gasp", "prep", "MATH"]


def cut(source: Path, target: Path, characters: set[int]) -> None:
    """Writes the glyphs of ``characters`` that ``source`` has, and its replacement box, to ``target``."""
    options = subset.Options(
        layout_features=[], hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14]
    )
    options.drop_tables += DROPPED
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(characters))
    cutter.subset(font)
    subset.save_font(font, str(target), options)


def join(first: Path, second: Path, target: Path) -> None:
    """Writes ``first`` with the characters of ``second``, names, metrics and dates as in ``first``, to ``target``."""
    font = merge.Merger().merge([str(first), str(second)])
    original = TTFont(first, recalcTimestamp=False)
    font.recalcTimestamp = False
    for table in ("name", "hhea"):
        font[table] = original[table]
    font["hhea"].numberOfHMetrics = len(font.getGlyphOrder())
    font["head"].created, font["head"].modified = original["head"].created, original["head"].modified
    font.save(target)


def main(packages: Path) -> None:
    """Makes both fonts from the two unpacked npm packages in ``packages``."""
    of_words = {ord(character) for character in (HERE.parent / "words.py").read_text("utf-8") if character > "\u2fff"}
    regular = LATIN | SIGNS | CHINESE_MARKS | GB2312_LEVEL_1 | set(map(ord, OF_NAMES)) | of_words
    with tempfile.TemporaryDirectory() as folder:
        chinese, european = Path(folder) / "chinese.ttf", Path(folder) / "european.ttf"
        cut(packages / CHINESE / "400Regular/NotoSansSC_400Regular.ttf", chinese, regular)
        cut(packages / EUROPEAN, european, ALPHABETS - set(TTFont(chinese).getBestCmap()))
        join(chinese, european, HERE / "NotoSansSC-Regular.ttf")
    cut(packages / CHINESE / "700Bold/NotoSansSC_700Bold.ttf", HERE / "NotoSansSC-Bold.ttf", LATIN | SIGNS | of_words)
    licence = (packages / CHINESE / "LICENSE_FONT").read_text("utf-8")
    (HERE / "OFL.txt").write_text(f"Copyright 2022 The Noto Project Authors (Noto Sans)\n{licence}", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
