"""Code lists that a declaration draws on: countries, members of the European Union, names of standards.

Sources: ISO 3166-1:2020, officially assigned alpha-2 codes; Treaty on European Union (27 members since 1 February
2020; Greece is GR here, as in ISO 3166-1). The names of the standards are the ones this registry writes.
"""

import re

_COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
_EU_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"

COUNTRIES = frozenset(_COUNTRIES.split())
"""Officially assigned alpha-2 codes of ISO 3166-1."""

EU_MEMBERS = frozenset(_EU_MEMBERS.split())
"""Members of the European Union."""

EU = "EU"
"""All members at once; ISO 3166-1 reserves the code for the European Union."""

EU_MARKETS = EU_MEMBERS | {EU}
"""Target markets in which the law of the European Union governs a claim."""

MARKETS = COUNTRIES | {EU}
"""What a target market may be."""

GB_T_24067 = "GB/T 24067-2024"
"""China: Greenhouse gases - Carbon footprint of products - Requirements and guidelines for quantification."""

PACT = "PACT v3"
"""PACT Methodology, version 3."""

STANDARDS = (
    "ISO 14067",
    "ISO 14040",
    "ISO 14044",
    "ISO 14025",
    "ISO 14020",
    "ISO 14021",
    "ISO 14064-3",
    "ISO 14083",
    "ISO 21930",
    "ISO 22095",
    GB_T_24067,
    "GB/T 24040",
    "GB/T 24044",
    "GB/T 24025",
    "GB/T 32151",
    "GB/T 51366-2019",
    "EN 15804+A2",
    "EN 15804+A1",
    "EN 15978",
    "EN 50693",
    "PAS 2050",
    "PEF",
    "GHG Protocol Product Standard",
    "Battery Regulation (EU) 2023/1542",
    PACT,
    "Catena-X PCF Rulebook",
    "TfS PCF Guideline",
    "BP X30-323",
    "JIS Q 14067",
)
"""Names of standards as a declaration writes them."""

_YEAR = re.compile(r"(?::[0-9]{4}(?:-[0-9]{2})?|\.0)$", re.ASCII)
_SPACE = re.compile(r"\s+")


def _folded(name: str) -> str:
    return _SPACE.sub(" ", _YEAR.sub("", name.strip())).casefold()


_CANONICAL = {name: name for name in STANDARDS}
_BY_FOLDED = {_folded(name): name for name in STANDARDS} | {
    "pact": PACT,
    "pact methodology v3": PACT,
    "gb/t 24067": GB_T_24067,
    "product environmental footprint": "PEF",
    "ghg protocol product life cycle accounting and reporting standard": "GHG Protocol Product Standard",
    "regulation (eu) 2023/1542": "Battery Regulation (EU) 2023/1542",
}


def standard_named(name: str) -> str | None:
    """The name in ``STANDARDS`` that ``name`` means, whatever its case, spaces or year (``ISO 14067:2018``)."""
    return _CANONICAL.get(name) or _BY_FOLDED.get(_folded(name[:200]))
