"""Heat maps: what they count, and how their cells tell and lead."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from browser import Visit, until
from test_report_lists import many_calls

from qa_inspect.domain import CallResult, CheckStatus
from qa_inspect.report.call_figures import call_figures
from qa_inspect.report.catalogue import LANGUAGES, Catalogue
from qa_inspect.report.heat_drawing import HeatCell, HeatMap, draw
from qa_inspect.report.heat_maps import HeatGatherer
from qa_inspect.report.lines import make_line
from qa_inspect.report.part_names import Naming
from qa_inspect.report.playback import AudioMode
from qa_inspect.report.site import SiteOptions, write_site
from qa_inspect.report.statistics import mean_estimate
from qa_inspect.report.titles import Titles


def maps_of(calls: list[CallResult], language: str = "en") -> dict[str, HeatMap]:
    catalogue = Catalogue(language)
    naming = Naming(Titles(), catalogue)
    gatherer = HeatGatherer()
    for call in calls:
        line = make_line(call, "", "", "", naming)
        gatherer.add(line, call_figures(call), naming)
    return {found.key: found for found in gatherer.maps(catalogue)}


@pytest.fixture(scope="module")
def calls() -> list[CallResult]:
    return many_calls(300)


def test_a_cell_is_the_average_of_its_calls(calls: list[CallResult]) -> None:
    found = maps_of(calls)["team_section"]
    scores = [
        figures.sections["support", "script"]
        for call in calls
        if call.recording.metadata.team == "North" and (figures := call_figures(call)).sections
    ]
    mean = mean_estimate(scores, 0, 100)
    assert mean is not None
    cell = found.cells[found.rows.index("North")][found.columns.index("Script")]
    assert cell is not None and cell.figure == f"{mean.mean:.0f}"
    assert f"({len(scores)} calls)" in cell.told
    asked = parse_qs(cell.href.partition("#")[2])
    assert asked == {"team": ["North"], "section": ["support.script"]}


def test_a_cell_without_failures_opens_all_of_its_teams_calls(calls: list[CallResult]) -> None:
    passed = [
        replace(
            call,
            verdict=replace(
                call.verdict,
                checks=tuple(
                    replace(check, status=CheckStatus.PASS, points=check.max_points)
                    for check in call.verdict.checks
                ),
            ),
        )
        for call in calls[:40]
    ]
    cells = [cell for row in maps_of(passed)["team_section"].cells for cell in row if cell]
    assert {cell.figure for cell in cells} == {"100"}
    assert {*map(len, (parse_qs(cell.href.partition("#")[2]) for cell in cells))} == {1}


def test_one_call_is_told_in_the_singular(calls: list[CallResult]) -> None:
    for found in maps_of(calls[:1]).values():
        told = [cell.told for row in found.cells for cell in row if cell]
        assert told and not [one for one in told if "1 calls" in one]


def test_hours_count_every_call_that_began_in_them(calls: list[CallResult]) -> None:
    found = maps_of(calls)["hour_volume"]
    begun = [call.recording.metadata.started_at for call in calls]
    counts = Counter((moment.weekday(), moment.hour) for moment in begun if moment)
    told = {
        (row, int(hour)): int(cell.figure)
        for row, cells in enumerate(found.cells)
        for hour, cell in zip(found.columns, cells, strict=True)
        if cell is not None
    }
    assert told == counts


def test_few_days_stand_for_themselves(calls: list[CallResult]) -> None:
    found = maps_of([c for c in calls if c.recording.metadata.started_at][:4])["hour_volume"]
    assert all(row.startswith("2026-") for row in found.rows)
    cells = [cell for row in found.cells for cell in row if cell is not None]
    assert all({"from", "to", "hour"} == set(parse_qs(c.href.partition("#")[2])) for c in cells)


def test_too_few_calls_get_no_colour(calls: list[CallResult]) -> None:
    few = maps_of(calls[:12])
    for key in ("team_section", "topic_market"):
        cells = [cell for row in few[key].cells for cell in row if cell is not None]
        assert cells and {cell.shade for cell in cells} == {"none"}
        assert all("Too few calls" in cell.told for cell in cells)
    # A number of calls is a fact however small.
    cells = [cell for row in few["hour_volume"].cells for cell in row if cell is not None]
    assert all(cell.shade.startswith("volume") for cell in cells)


def test_nothing_known_gives_no_map() -> None:
    assert maps_of([]) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_map_draws_a_link_for_each_cell(calls: list[CallResult], language: str) -> None:
    for found in maps_of(calls, language).values():
        root = ET.fromstring(draw(found))
        cells = [cell for row in found.cells for cell in row if cell is not None]
        links = list(root.iter("a"))
        assert [link.get("href") for link in links] == [cell.href for cell in cells]
        assert [link.get("aria-label") for link in links] == [cell.told for cell in cells]
        assert not [e for e in root.iter() if "style" in e.attrib]
        shades = {f"fill-{cell.shade}" for cell in cells}
        drawn = {
            part for e in root.iter() for part in (e.get("class") or "").split() if "fill-" in part
        }
        assert shades <= drawn


def test_what_a_cell_says_is_escaped() -> None:
    attack = '"><script>window.hit=1</script>'
    cell = HeatCell(attack, attack, "none", f"calls.html#team={attack}")
    svg = draw(HeatMap("team_section", attack, (attack,), (attack,), ((cell,),)))
    assert "<script" not in svg
    root = ET.fromstring(svg)
    assert next(root.iter("a")).get("aria-label") == attack


def test_cells_tell_their_figure_and_open_their_calls(
    browser: Any, calls: list[CallResult], tmp_path: Path
) -> None:
    site = write_site(
        calls, tmp_path / "site", SiteOptions(audio=AudioMode.NONE, titles=Titles())
    ).parent
    with Visit(browser, site) as visit:
        page = visit.open("index.html")
        assert page.locator("[data-heat]").count() == 3
        told = page.locator("[data-heat] .readout").nth(1)
        cells = page.locator("[data-heat]").nth(1).locator(".heat-map a")
        cells.first.hover()
        assert told.inner_text() == cells.first.get_attribute("aria-label")
        assert page.locator(".heat-map a[tabindex='0']").count() == 3
        cells.first.focus()
        page.keyboard.press("ArrowRight")
        second = cells.nth(1).get_attribute("aria-label")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == second
        assert told.inner_text() == second
        page.keyboard.press("Enter")
        until(page, "location.pathname.endsWith('calls.html') && location.hash.includes('section')")
        until(page, "document.querySelector('output').textContent !== ''")
        team = page.locator("select[name=team]").input_value()
        assert set(page.locator("tbody tr td:nth-child(3)").all_inner_texts()) == {team}
