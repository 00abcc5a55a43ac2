"""The browser of the tests: Chromium without a window, and without the interface of it that nobody would see."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

_PROGRAM = Path("/usr/bin/chromium-headless-shell")
_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
needs_chromium = pytest.mark.skipif(
    not _PROGRAM.exists(), reason="it is not installed: apt-get install chromium-headless-shell"
)


@contextmanager
def chromium() -> Generator[Browser]:
    """The browser, for as long as it lasts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(_PROGRAM), args=_ARGUMENTS)
        yield browser
        browser.close()
