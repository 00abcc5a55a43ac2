"""Draws the README's two pictures anew: ``python docs/images/draw.py`` (needs Debian's chromium-headless-shell).

A registry, a company and a verification body that are made up, and look it.
"""

import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import sync_playwright

from registry.declarations import life
from registry.home import Config
from registry.labels.art import art_of
from registry.labels.artwork import render_png
from registry.members.members import join
from registry.pages import scan_page
from registry.records.publish import Published, publish
from registry.registry import OPERATOR, Registry, utc_now
from registry.resolver.scan import scan_view
from registry.web.service import Service
from schemas.declaration import (
    AssuranceLevel,
    Boundary,
    Declaration,
    DeclaredUnit,
    Stage,
    StageCode,
    Verification,
)
from schemas.label import parse_label
from schemas.member import Member, MemberKind

HERE = Path(__file__).parent
WIDTH, HEIGHT = 360, 700


def main() -> None:
    """Publishes one product, and draws its label and the page that a scan of it opens."""
    now = utc_now()
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry.create(Path(folder) / "home", Config(name="Example registry", origin="id.example.org"), {})
        with registry.database.writing() as session:
            writer = registry.log_writer(session, now)
            for member in (
                Member(id="lamp-works", name={"en": "Example Lamp Works"}, kind=MemberKind.MANUFACTURER),
                Member(
                    id="checkers",
                    name={"en": "Example Verification Body"},
                    kind=MemberKind.VERIFICATION_BODY,
                    accreditation="an example",
                    accreditation_until=date(2099, 12, 31),
                ),
            ):
                join(session, writer, member, now)
            writer.flush()
            key = life.create(session, lamp(now.date()), "lamp-works", now)
            row = life.row_of(session, key)
            life.submit(session, row, now)
            life.state_verification(session, row, statement(now.date()), OPERATOR, now)
        (published,) = publish(registry, [key], now)
        assert isinstance(published, Published)
        with registry.database.reading() as session:
            art = art_of(session, published.record, published.label, registry.config)
        (HERE / "label.png").write_bytes(render_png(art, "en", dpi=400))
        service = Service(registry)
        verdict = service.verifier.verify(published.label, now)
        path = parse_label(published.label).path
        page = scan_page(scan_view(service, published.label, verdict, path, (path.text, "")), "en", "nonce")
        service.close()
    photograph(page)


def lamp(today: date) -> Declaration:
    """The product of the README."""
    year = today.year - 1
    return Declaration(
        product_name={"en": "LED lamp 9 W", "zh": "9瓦LED灯"},
        gtin="09521234567899",
        declared_unit=DeclaredUnit.PIECE,
        declared_amount=Decimal(1),
        mass_per_unit=Decimal("0.06"),
        boundary=Boundary.CRADLE_TO_GRAVE,
        gwp_total=Decimal("21.4"),
        stages=tuple(
            Stage(code=code, gwp=Decimal(gwp))
            for code, gwp in ((StageCode.RAW_MATERIAL, "1.9"), (StageCode.PRODUCTION, "0.8"), (StageCode.USE, "18.7"))
        ),
        reference_start=date(year, 1, 1),
        reference_end=date(year, 12, 31),
        valid_from=today,
        valid_until=today + timedelta(days=730),
        standards=("ISO 14067",),
    )


def statement(today: date) -> Verification:
    """What the made-up body says."""
    return Verification(
        body="checkers",
        standard="ISO 14064-3",
        level=AssuranceLevel.LIMITED,
        date=today,
        report_sha256="0" * 64,
    )


def photograph(page: str) -> None:
    """The first screen of ``page`` on a phone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium-headless-shell",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        screen = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2).new_page()
        screen.set_content(page)
        screen.screenshot(path=HERE / "verdict.png")
        browser.close()


main()
