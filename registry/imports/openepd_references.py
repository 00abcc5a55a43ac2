"""What an openEPD document points at: its manufacturer, the product's other identifiers, its classes and its rules."""

import re
from collections.abc import Iterator

from registry.imports.json_document import Place
from registry.imports.row import Maker
from registry.imports.taking import Taking, in_a_line
from registry.imports.urns import issued_urn, other_urns

_XPD = "open-xpd-uuid.cqd.io"
"""Where the ids of openEPD's objects are registered."""

_CLASSES = {"cpc": "urn:cpc:", "uncpc": "urn:cpc:", "unspsc": "urn:unspsc:", "eclass": "urn:eclass:"}
"""Namespaces of classifications that PACT's technical specifications 3.0 name."""

_BACKWARDS = re.compile(r"[a-z]{2,12}(?:\.[a-z0-9-]+){2,}", re.ASCII)
"""A domain written backwards, such as io.cqd.ec3: the name of a classification that its owner made up."""

_COMPANY_IDS = ("lei", "gln", "vat", "uscc")


def take_references(taking: Taking, document: Place) -> None:
    """Sets ``product_ids``, ``classifications`` and ``pcr``, whose the document is, and where it can be looked up."""
    maker = document.to("manufacturer")
    taking.maker = _maker(maker)
    sku, ids = document.to("product_sku"), document.to("alt_ids")
    own = issued_urn(maker.to("web_domain").value, "supplier-id", sku.value)
    others = other_urns(list(ids.value.values()) if isinstance(ids.value, dict) else [])
    taking.put("product_ids", [*([own] if own else []), *others], sku.path if own else ids.path)
    classes = document.to("product_classes")
    taking.put("classifications", list(dict.fromkeys(_classifications(classes))), classes.path)
    rules = document.to("pcr")
    taking.put("pcr", _pcr(rules), rules.path)
    if document.to("private").value is True:
        taking.caution(
            "openepd-private",
            "description",
            document.to("private").path,
            "is true, and a declaration is public once it is published: send it only if it may be",
            "为true，而声明一经发布即公开：请仅在可以公开时提交",
        )
    _source(taking, document)


def _maker(one: Place) -> Maker | None:
    if not isinstance(one.value, dict):
        return None
    names = [place.value for place in (one.to("name"), *one.to("alt_names").items())]
    said = tuple(name for name in names if isinstance(name, str) and name.strip())
    held = one.to("alt_ids").value
    alt_ids = held if isinstance(held, dict) else {}
    ids = other_urns(list(alt_ids.values()))
    ids += [f"urn:{kind}:{alt_ids[kind]}" for kind in _COMPANY_IDS if isinstance(alt_ids.get(kind), str)]
    domain = one.to("web_domain").value
    at = one.to("name" if said else "web_domain").path
    return Maker(at, said, tuple(ids), domain.strip() if isinstance(domain, str) else "")


def _classifications(classes: Place) -> Iterator[str]:
    """Those that have a namespace, or whose owner's domain is in their name."""
    held = classes.value if isinstance(classes.value, dict) else {}
    for name, codes in held.items():
        listed = codes if isinstance(codes, list) else [codes]
        yield from other_urns(listed)
        plain = "".join(each for each in str(name).casefold() if each.isalnum())
        domain = ".".join(reversed(name.split("."))) if _BACKWARDS.fullmatch(name) else ""
        for code in listed:
            if not isinstance(code, str) or not code.strip() or code.lower().startswith("urn:"):
                continue
            if plain in _CLASSES:
                yield _CLASSES[plain] + "".join(code.split())
            elif urn := issued_urn(domain, "category-id", code):
                yield urn


def _pcr(rules: Place) -> str | None:
    """A URN that the rules have; else one of their issuer's document id, or of their own."""
    held = rules.to("alt_ids").value
    named = other_urns([rules.to("id").value, *(held.values() if isinstance(held, dict) else ())])
    if named:
        return named[0]
    issued = issued_urn(rules.to("issuer", "web_domain").value, "pcr-id", rules.to("issuer_doc_id").value)
    return issued or issued_urn(_XPD, "pcr-id", rules.to("id").value)


def _source(taking: Taking, document: Place) -> None:
    key, version = document.to("id").value, document.to("version").value
    operator = document.to("program_operator", "name").value or document.to("program_operator", "web_domain").value
    told = [key, document.to("program_operator_doc_id").value, operator, document.to("declaration_url").value]
    said = [in_a_line(each) for each in told if isinstance(each, str) and each.strip()]
    if isinstance(key, str) and isinstance(version, int):
        said[0] += f", version {version}"
    if said:
        taking.source(f"Source: openEPD {'; '.join(said)}.", f"来源：openEPD {'；'.join(said)}。")
