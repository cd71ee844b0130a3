"""Everybody can read the report: with a screen reader, in the dark, on a phone and on paper."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import Visit
from report_factory import make_calls

from qa_inspect.domain import CallResult, CheckStatus, Flag, RubricScore, Severity
from qa_inspect.report.playback import AudioMode
from qa_inspect.report.site import SiteOptions, write_site
from qa_inspect.report.titles import Titles
from qa_inspect.report.topics import TopicCall, Topics, TopicTrend
from qa_inspect.rubric.topic_finder import FoundTopic

KINDS = ("index", "queue", "flags", "calls", "topics", "failed", "card", "call")
# Preloading would ask for style sheets in ways that pages opened from a folder may not.
RULES = {
    "preload": False,
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
}
QUOTE = "I was charged twice and nobody tells me why the second charge has not been paid back. "


def full_calls(number: int = 96) -> list[CallResult]:
    """Calls with as much on a scorecard as there ever is: twice the items of a pack, long names,
    bands, flags of all kinds and long quotes."""
    chance = random.Random(3)
    calls = []
    for call in make_calls(number):
        verdict = call.verdict
        more = [
            replace(check, item=f"{check.item}_when_the_line_is_bad", section="a rather long name")
            for check in verdict.checks
        ]
        checks = [
            replace(check, evidence=tuple(replace(e, quote=QUOTE * 3) for e in check.evidence))
            if check.status is CheckStatus.FAIL
            else check
            for check in (*verdict.checks, *more)
        ]
        flags = [Flag(f"flag_number_{n}", Severity.HIGH, 0.8, "It was said.") for n in range(9)]
        band = RubricScore("support", "1.0", verdict.score, chance.choice(("good", "fair", "poor")))
        calls.append(
            replace(
                call,
                verdict=replace(
                    verdict,
                    checks=tuple(checks),
                    flags=(*verdict.flags, *chance.sample(flags, 3)),
                    rubrics=(band,),
                ),
            )
        )
    return calls


def topics_of(calls: list[CallResult]) -> Topics:
    about = tuple(TopicCall(c.recording.call_id, 2.0, "my parcel is late", 1.0) for c in calls[:30])
    trend = TopicTrend("late", "Delivery is late", about, 0.31, 9, 0.2, True)
    of_call = {call.call_id: (FoundTopic("late", 2.0, call.quote, 1, 1.0),) for call in about}
    return Topics({}, (), (), (trend,), len(calls), 3, 1, of_call)


@pytest.fixture(scope="module", params=["en", "zh"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    calls = full_calls()
    out = tmp_path_factory.mktemp(request.param) / "site"
    told = topics_of(calls)
    options = SiteOptions(
        audio=AudioMode.NONE, language=request.param, titles=Titles(), topics=told
    )
    return write_site(calls, out, options).parent


def address_of(site: Path, kind: str) -> str:
    """A page of each kind."""
    folder = {"card": "agents/a-104.html", "call": f"calls/{min((site / 'calls').iterdir()).name}"}
    return folder.get(kind, f"{kind}.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_keep_to_the_accessibility_guidelines(
    browser: Any, site: Path, scheme: str, screenshots: Path
) -> None:
    poor = {}
    with Visit(browser, site, color_scheme=scheme, reduced_motion="reduce") as visit:
        for kind in KINDS:
            page = visit.open(address_of(site, kind))
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            page.screenshot(path=screenshots / f"{site.parent.name}-{kind}-{scheme}.png")
            found = Axe().run(page, options=RULES)
            if found.response["violations"]:
                poor[kind] = found.generate_report()
    assert poor == {}


def test_a_phone_shows_whole_pages(browser: Any, site: Path, screenshots: Path) -> None:
    with Visit(browser, site, viewport={"width": 360, "height": 780}) as visit:
        for kind in KINDS:
            page = visit.open(address_of(site, kind))
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            page.screenshot(path=screenshots / f"{site.parent.name}-{kind}-phone.png")
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, kind


def test_an_agent_prints_on_one_page(browser: Any, site: Path, screenshots: Path) -> None:
    with Visit(browser, site, color_scheme="dark") as visit:
        for path in sorted((site / "agents").iterdir()):
            page = visit.open(f"agents/{path.name}")
            paper = page.pdf(prefer_css_page_size=True, print_background=True)
            (screenshots / f"{site.parent.name}-{path.stem}.pdf").write_bytes(paper)
            assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1, path.name
            size = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", paper)
            assert size and [round(float(side)) for side in size.groups()] == [595, 842]


def test_every_control_is_reached_by_keyboard_and_seen(browser: Any, site: Path) -> None:
    focused = """() => {
      const at = document.activeElement;
      const style = getComputedStyle(at);
      const box = at.getBoundingClientRect();
      const path = at.querySelector("path");
      return [at.tagName + (at.id || at.name || ""),
        (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
          || (path !== null && getComputedStyle(path).strokeWidth === "1.6px"),
        box.width > 0 && box.height > 0];
    }"""
    with Visit(browser, site) as visit:
        for kind, least in (("calls", 20), ("index", 20)):
            page = visit.open(address_of(site, kind))
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            seen = set()
            for _ in range(45):
                page.keyboard.press("Tab")
                name, visible, there = page.evaluate(focused)
                if name.startswith("BODY"):
                    break
                assert visible and there, (kind, name)
                seen.add(page.evaluate("document.activeElement.outerHTML"))
            assert len(seen) >= least
