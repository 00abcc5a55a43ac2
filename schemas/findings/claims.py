"""Words that say a product has no effect on the climate (rule 7).

Directive (EU) 2024/825 adds point 4c to Annex I of Directive 2005/29/EC: to claim, based on the offsetting of
greenhouse gas emissions, that a product has a neutral, reduced or positive impact on the environment in terms of
greenhouse gas emissions is an unfair practice in all circumstances. It applies from 27 September 2026. Its recital 12
gives "climate neutral", "CO2 neutral certified", "carbon positive", "climate net zero", "climate compensated",
"reduced climate impact" and "limited CO2 footprint" as examples.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from schemas.codes import EU_MARKETS
from schemas.declaration import Declaration
from schemas.findings.finding import Finding, error, warning
from schemas.findings.naming import member, name_of, shown

EU_BAN = date(2026, 9, 27)
"""First day on which Directive (EU) 2024/825 applies."""

_FIELDS = ("claims", "product_name", "description")
_ACCENTS = re.compile("[\u0300-\u036f]")
_INVISIBLE = re.compile("[\u00ad\u034f\u180e\u200b-\u200f\u2060-\u2064\ufeff]")

# A space stands for up to three spaces or hyphens, or nothing; Latin phrases begin at the beginning of a word.
_LATIN = (
    r"(?:carbon|climate|co 2) (?:neutral|net zero|zero|positive|negative|free|compensated|offset|balanced)",
    r"(?:zero|net zero) (?:carbon|co 2|climate|emissions?)",
    r"net zero",
    r"offset (?:carbon|co 2|emissions)",
    r"reduced climate impact",
    r"limited (?:co 2|carbon) footprint",
    # German, Dutch, Danish, Norwegian, Swedish
    r"(?:klima|co 2|kohlenstoff|treibhausgas) (?:neutral|positiv|kompensiert|frei)",
    r"(?:klimaat|klimat|co 2) (?:neutra|kompenserad|gecompenseerd|vrij)",
    r"klimanøytral",
    r"karbonnøytral",
    r"(?:netto|null) (?:null|zero|nul|noll|emission)",
    # French, Italian, Spanish, Portuguese
    r"neutralite (?:carbone|climat)",
    r"neutre en (?:carbone|co 2)",
    r"(?:climatiquement|carbone) neutre",
    r"(?:zero|compense) (?:en )?carbone",
    r"zero (?:emission|emissione) nette?",
    r"(?:impatto climatico|emissioni) (?:zero|neutr)",
    r"zero impatto climatico",
    r"zero emissioni",
    r"neutr[ao]l?e? (?:in|en|em|de|del) (?:carboni?o|co 2)",
    r"neutral(?:idade?|ita) (?:climatica|de carbono|em carbono|carbonica)",
    r"(?:carbono|climaticamente|climatica) (?:neutr|cero|zero)",
    r"(?:cero neto|cero emisiones|emisiones netas cero|zero liquido)",
    # Polish, Czech
    r"neutraln\w{0,4} (?:dla klimatu|klimatycznie|weglowo|pod wzgledem emisji)",
    r"(?:klimaticky|uhlikove) neutraln",
    r"zeroemisyjn",
)
_EAST_ASIAN = (
    "(?:碳|二氧化碳|气候|氣候) (?:中 ?和|中 ?性|抵 ?消|抵 ?销|抵 ?銷|补 ?偿|補 ?償|正 ?效 ?益)",
    "(?:零|净 ?零|淨 ?零|负|負|无|無) ?(?:碳|排 ?放)",
    "(?:净|淨) ?零",
    "カーボン ?(?:ニュートラル|ゼロ|フリー|オフセット|ネガティブ|ポジティブ)",
    "(?:ゼロ|ネット) ?(?:カーボン|ゼロ|エミッション)",
    "탄소 (?:중립|제로|네거티브|상쇄)",
    "(?:넷|기후) (?:제로|중립)",
)


def _folded(text: str) -> str:
    """``text`` in one case and one width, without accents and without characters that do not show."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text)).casefold()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def _spaced(phrases: tuple[str, ...]) -> str:
    return "|".join(_folded(phrase) for phrase in phrases).replace(" ?", " ").replace(" ", r"[\s\-‐–—_・·]{0,3}")


_CLAIM = re.compile(rf"(?<![^\W\d_])(?:{_spaced(_LATIN)})|{_spaced(_EAST_ASIAN)}")
_LATIN_STEMS = ("carbo", "co2", "co 2", "co-2", "clima", "klima", "zero", "null", "netto", "neutr", "cero", "offset")
_MORE_STEMS = ("kohlen", "treib", "karbon", "uhlik", "碳", "零", "气候", "氣候", "排放", "净", "淨", "カーボン", "ゼロ")
_KOREAN_STEMS = ("탄소", "기후", "넷")
_STEMS = tuple(map(_folded, _LATIN_STEMS + _MORE_STEMS + _KOREAN_STEMS))
"""Every phrase holds one of these: a quick way to see that a text has none."""


def claim_findings(declaration: Declaration) -> Iterator[Finding]:
    """Code ``claim``."""
    for field in _FIELDS:
        for language, words in getattr(declaration, field).items():
            phrases = neutrality_phrases(words)
            if phrases:
                yield _finding(declaration, member(f"$.{field}", language), phrases)


def neutrality_phrases(words: str) -> list[str]:
    """The phrases of climate neutrality and the like in ``words``, each once, in any language that the rule knows."""
    folded = _folded(words)
    if not any(stem in folded for stem in _STEMS):
        return []
    return list(dict.fromkeys(match[0] for match in _CLAIM.finditer(folded)))


def _finding(declaration: Declaration, path: str, phrases: list[str]) -> Finding:
    name = name_of(path)
    said_en = ", ".join(f'"{shown(phrase)}"' for phrase in phrases[:5])
    said_zh = "".join(f"“{shown(phrase)}”" for phrase in phrases[:5])
    if _is_banned(declaration):
        return error(
            "claim",
            path,
            f"{name.en} says {said_en} while offsets are declared and the product is for the European Union: remove "
            "it, because Directive (EU) 2024/825 (Directive 2005/29/EC, Annex I, point 4c) forbids it from "
            f"{EU_BAN}.",
            f"{name.zh}含有{said_zh}，同时申报了碳抵消且目标市场包括欧盟：请删除，欧盟指令(EU) 2024/825"
            f"（指令2005/29/EC附件一第4c点）自{EU_BAN}起禁止此类表述。",
        )
    return warning(
        "claim",
        path,
        f"{name.en} says {said_en}: make sure that it does not rest on offsets, or remove it (Directive (EU) 2024/825, "
        "Directive 2005/29/EC, Annex I, point 4c).",
        f"{name.zh}含有{said_zh}：请确认其不依赖碳抵消，否则请删除"
        "（欧盟指令(EU) 2024/825，指令2005/29/EC附件一第4c点）。",
    )


def _is_banned(declaration: Declaration) -> bool:
    """Whether such words rest on offsets, are for a market of the Union, and stand once the directive applies."""
    if not declaration.offsets or declaration.valid_until is None or declaration.valid_until < EU_BAN:
        return False
    return not declaration.target_markets or not EU_MARKETS.isdisjoint(declaration.target_markets)
