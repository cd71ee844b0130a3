"""Pages in a real Chromium: what tests of the report look at them with.

A visit fails where anything went wrong on its pages: an error or warning on the console, a script
that broke, or a request that leaves the report's folder.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

SCREENSHOTS = "QA_INSPECT_SCREENSHOTS"
"""The environment variable that names the folder where screenshots are kept."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """A started Chromium; tests skip where there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("chromium is not installed (Debian: apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        yield started
        started.close()


@pytest.fixture(scope="package")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where screenshots are kept."""
    named = os.environ.get(SCREENSHOTS)
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Visit:
    """Pages of one report being looked at, and everything that went wrong on them.

    ``settings`` are those of a Playwright context. Leaving the block fails where there are faults.
    """

    def __init__(self, browser: Any, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.context = browser.new_context(**settings)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._told)
        self.page.on("request", self._requested)

    def _told(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def _requested(self, request: Any) -> None:
        if not request.url.startswith(self.folder.as_uri()):
            self.faults.append(f"asked for {request.url}")

    def __enter__(self) -> Visit:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.context.close()
        if error is None:
            assert self.faults == []

    def open(self, page: str) -> Any:
        """The page of an address within the folder, opened."""
        self.page.goto(f"{self.folder.as_uri()}/{page}")
        return self.page


def until(page: Any, condition: str, arg: object = None) -> None:
    """Wait until a condition holds. (Playwright's own waiting evaluates texts in the page, which
    the pages' security policy forbids from the second try on.)"""
    from playwright.sync_api import Error

    for _ in range(200):
        # between two pages there is nobody to answer
        with suppress(Error):
            if page.evaluate(condition, arg):
                return
        page.wait_for_timeout(25)
    raise AssertionError(f"never held: {condition}")
