"""Long lists: their data files hold every row, and a browser finds them all."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from browser import Visit, until
from hypothesis import given
from hypothesis import strategies as st
from report_factory import make_calls

from qa_inspect.domain import CallResult
from qa_inspect.report.page_lists import CHUNK, SHOWN, ListRow, PageList
from qa_inspect.report.playback import AudioMode
from qa_inspect.report.site import SiteOptions, write_site
from qa_inspect.report.titles import Titles

TEAMS = ("North", "South & West", "Łódź")
MARKETS = ("SG", "ID", "MY")


def many_calls(number: int) -> list[CallResult]:
    """Calls spread over teams, markets and days. (Their transcripts are shared, so that they are
    made at once.)"""
    chance = random.Random(7)
    made = make_calls(60)
    calls = []
    for place in range(number):
        call = made[place % len(made)]
        metadata = replace(
            call.recording.metadata,
            team=chance.choice(TEAMS),
            market=chance.choice(MARKETS),
            started_at=(call.recording.metadata.started_at or made[0].recording.metadata.started_at)
            + timedelta(days=place % 40, hours=place % 9),
        )
        recording = replace(call.recording, call_id=f"call-{place:04}", metadata=metadata)
        calls.append(replace(call, recording=recording))
    return calls


@pytest.fixture(scope="module")
def calls() -> list[CallResult]:
    return many_calls(620)


@pytest.fixture(scope="module")
def site(calls: list[CallResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lists") / "site"
    return write_site(calls, folder, SiteOptions(audio=AudioMode.NONE, titles=Titles())).parent


def handed_over(text: str) -> list[Any]:
    """What a data file hands over."""
    inside = text[text.index("(") + 1 : text.rindex(")")]
    values: list[Any] = json.loads(f"[{inside}]")
    return values


@given(
    st.lists(
        st.tuples(st.text(), st.lists(st.sampled_from("abc"), unique=True), st.booleans()),
        max_size=2 * CHUNK,
    )
)
def test_data_files_hold_every_row(told: list[tuple[str, list[str], bool]]) -> None:
    rows = tuple(
        ListRow(
            f"<li>{n}",
            text,
            {"flag": tuple((f, f.upper()) for f in flags)},
            marks=frozenset({"review"} if review else ()),
        )
        for n, (text, flags, review) in enumerate(told)
    )
    made = PageList("flags", rows, ("flag",), ("review",))
    files = dict(made.files())
    if not rows:
        assert files == {}
        return
    name, index = handed_over(files["flags.js"])
    assert name == "flags"
    for (text, flags, review), (shown, score, day, marks, places) in zip(
        told, index["rows"], strict=True
    ):
        assert (shown, score, day, marks) == (text, None, "", int(review))
        assert [index["facets"]["flag"][place] for place in places] == [
            [f, f.upper()] for f in flags
        ]
    chunks = [handed_over(files[f"flags-{n}.js"])[1] for n in range(len(files) - 1)]
    kept = [row for chunk in chunks for row in chunk]
    assert kept == ([] if len(rows) <= SHOWN else [row.html for row in rows])


def rows_of(page: Any) -> Any:
    return page.locator("table.calls tbody tr")


def shown(page: Any, number: int) -> None:
    """Waits until the list says that so many calls fit."""
    until(
        page,
        "n => document.querySelector('output').textContent.match(/\\d+/g)?.at(-1) === String(n)",
        number,
    )


def test_search_and_filters_go_through_all_calls(
    browser: Any, site: Path, calls: list[CallResult]
) -> None:
    with Visit(browser, site) as visit:
        page = visit.open("calls.html")
        shown(page, len(calls))
        assert rows_of(page).count() == SHOWN
        page.locator("#words").fill("call-0617")
        shown(page, 1)
        assert rows_of(page).locator("a").first.inner_text() == "call-0617"
        page.locator("#words").fill("")
        page.locator("#flagged").check()
        flagged = [c for c in calls if c.verdict.flags]
        shown(page, len(flagged))
        page.locator(".more-filters summary").first.click()
        page.locator("select[name=team]").select_option("South & West")
        own = [c for c in flagged if c.recording.metadata.team == "South & West"]
        shown(page, len(own))
        page.locator("input[name=least]").fill("80")
        good = [
            c
            for c in own
            if (c.verdict.score or 0) >= 80 and c.transcript and not c.transcript.needs_review
        ]
        shown(page, len(good))
        found = rows_of(page).locator("th a").all_inner_texts()
        assert found == [c.recording.call_id for c in good][:SHOWN]
        page.locator("#words").fill("zebras of that name")
        until(page, "!document.getElementById('nothing').hidden")
        page.locator("[type=reset]").click()
        shown(page, len(calls))


def test_what_was_said_is_found(browser: Any, site: Path, calls: list[CallResult]) -> None:
    def words(call: CallResult) -> str:
        return " ".join(s.text for s in call.transcript.utterances) if call.transcript else ""

    asked = [call for call in calls if "elsewhere" in words(call).lower()]
    assert 0 < len(asked) < len(calls)
    with Visit(browser, site) as visit:
        page = visit.open("calls.html")
        shown(page, len(calls))
        page.locator("#words").fill("Elsewh")
        shown(page, len(asked))
        page.locator("#words").fill("elsewhere zebra")
        shown(page, 0)


def test_a_customer_is_found_and_numbers_that_were_said_are_not_promised(
    browser: Any, site: Path, calls: list[CallResult]
) -> None:
    customer = next(c.recording.metadata.customer_id for c in calls)
    assert customer
    with Visit(browser, site) as visit:
        page = visit.open("calls.html")
        shown(page, len(calls))
        page.locator("#words").fill(customer)
        own = [c for c in calls if customer in (c.recording.metadata.customer_id or "")]
        shown(page, len(own))
        note = page.locator("#nothing span")
        page.locator("#words").fill("zebras")
        shown(page, 0)
        assert page.locator("#nothing").is_visible() and not note.is_visible()
        page.locator("#words").fill("4471 0098")
        until(page, "!document.querySelector('#nothing span').hidden")
        assert "Numbers that were said" in note.inner_text()


def test_what_is_asked_stands_in_the_address(
    browser: Any, site: Path, calls: list[CallResult]
) -> None:
    asked = [
        c
        for c in calls
        if c.recording.metadata.team == "Łódź" and c.recording.metadata.market == "MY"
    ]
    with Visit(browser, site) as visit:
        page = visit.open("calls.html#team=%C5%81%C3%B3d%C5%BA&market=MY")
        shown(page, len(asked))
        assert page.locator("select[name=team]").input_value() == "Łódź"
        page.locator("select[name=market]").select_option("")
        until(page, "location.hash === '#team=%C5%81%C3%B3d%C5%BA'")
        page.evaluate("location.hash = 'team=no+such+team'")
        shown(page, 0)
        page.evaluate("location.hash = 'from=2026-03-05&to=2026-03-05'")
        day = [c for c in calls if f"{c.recording.metadata.started_at:%Y-%m-%d}" == "2026-03-05"]
        shown(page, len(day))


def test_pages_of_a_list_are_walked_through(
    browser: Any, site: Path, calls: list[CallResult]
) -> None:
    with Visit(browser, site) as visit:
        page = visit.open("calls.html")
        shown(page, len(calls))
        seen = rows_of(page).locator("th a").all_inner_texts()
        following = page.locator("[data-step='1']")
        while following.is_enabled():
            last = seen[-1]
            following.click()
            until(page, "id => !document.querySelector('tbody').textContent.includes(id)", last)
            seen += rows_of(page).locator("th a").all_inner_texts()
        assert seen == [c.recording.call_id for c in calls]
        page.go_back()
        page.goto(f"{site.as_uri()}/calls.html#page=3")
        until(page, "document.querySelector('tbody').textContent.includes('call-0200')")


def test_flags_and_the_queue_are_filtered_too(
    browser: Any, site: Path, calls: list[CallResult]
) -> None:
    flags = [flag for c in calls for flag in c.verdict.flags]
    with Visit(browser, site) as visit:
        page = visit.open("flags.html#flag=threat")
        shown(page, sum(flag.flag == "threat" for flag in flags))
        page = visit.open("flags.html#severity=high")
        page.reload()
        shown(page, sum(flag.severity.value == "high" for flag in flags))
        page = visit.open("queue.html")
        until(page, "document.querySelector('output').textContent !== ''")
        assert page.locator("ol.queue > li").count() > 5


def test_without_scripts_a_list_says_what_is_missing(browser: Any, site: Path) -> None:
    with Visit(browser, site, java_script_enabled=False) as visit:
        page = visit.open("calls.html")
        assert rows_of(page).count() == SHOWN
        assert "need JavaScript" in page.locator("noscript").inner_text()
        assert not page.locator(".filters").is_visible()


def test_the_first_page_stays_small(site: Path) -> None:
    first = [site / "index.html", *(site / "assets").glob("site.*")]
    assert sum(path.stat().st_size for path in first) < 1_000_000
    assert (site / "calls.html").stat().st_size < 200_000
