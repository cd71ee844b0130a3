"""The report in a real browser: it plays, follows, jumps, and runs nothing that callers said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from browser import Visit, until
from report_factory import make_calls

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Evidence,
    Flag,
    Metadata,
    Recording,
    Severity,
    Transcript,
    Verdict,
)
from qa_inspect.errors import InputError
from qa_inspect.report.playback import AudioMode
from qa_inspect.report.site import SiteOptions, write_site

XSS = (
    "<script>window.hit=1</script>",
    '"><img src=x onerror="window.hit=1">',
    "</script><svg onload=window.hit=1>",
    "' onmouseover='window.hit=1",
    "{{ 7*7 }}{% raw %}",
)


def hostile_calls() -> list[CallResult]:
    """Calls in which every text that is not ours is an attack."""
    calls = []
    for number, (call, attack) in enumerate(zip(make_calls(6), XSS * 2, strict=False)):
        said = call.transcript.utterances if call.transcript else ()
        transcript = Transcript(
            language='"><script>',
            utterances=tuple(replace(u, text=attack, language=attack) for u in said),
            turns=call.transcript.turns if call.transcript else (),
            roles=call.transcript.roles if call.transcript else {},
            duration_s=call.transcript.duration_s if call.transcript else None,
            notes=(attack,),
        )
        evidence = (Evidence(1, 5.0, 6.0, attack),)
        verdict = Verdict(
            rubrics=call.verdict.rubrics,
            checks=tuple(
                replace(c, item=attack, section=attack, explanation=attack, evidence=evidence)
                for c in call.verdict.checks
            ),
            flags=(Flag(attack, Severity.HIGH, 0.9, attack, evidence),),
            score=50.0,
        )
        metadata = Metadata(
            agent_id=f"agent {attack}",
            agent_name=attack,
            team=attack,
            customer_id=attack,
            topic=attack,
            market=attack,
            started_at=datetime(2026, 3, 1 + number, tzinfo=UTC),
            attributes={attack: attack},
        )
        calls.append(
            replace(
                call,
                recording=Recording(f"{number}/{attack}", None, "aa", metadata),
                transcript=transcript,
                verdict=verdict,
                models={attack: attack},
            )
        )
    failed = Recording(f"../../{XSS[0]}", Path(XSS[1]), "bb")
    return [*calls, CallResult(failed, CallStatus.FAILED, error=XSS[0])]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    sounds = folder / "recordings"
    sounds.mkdir()
    return write_site(make_calls(48, sounds=sounds), folder / "site").parent


def pages_of(site: Path) -> list[str]:
    """Every page that is no call's, and one of those."""
    listed = [p for p in sorted(site.rglob("*.html")) if p.parent.name != "calls"]
    return [
        p.relative_to(site).as_posix() for p in [*listed, sorted((site / "calls").iterdir())[0]]
    ]


def test_every_page_opens_without_fault(browser: Any, site: Path) -> None:
    with Visit(browser, site) as visit:
        for page in pages_of(site):
            opened = visit.open(page)
            assert opened.locator("h1").count() == 1, page
            assert opened.locator("html").get_attribute("lang") == "en"
        assert visit.faults == []


ADDRESSES = """all => all.map(a => new URL(a.href.baseVal ?? a.href, document.baseURI).href)"""


def test_every_link_of_every_page_leads_somewhere(browser: Any, site: Path) -> None:
    asked = {"flag", "agent", "team", "market", "language", "topic", "section", "weekday", "hour"}
    asked |= {"from", "to", "flagged", "review"}
    with Visit(browser, site) as visit:
        for page in pages_of(site)[:-1]:
            opened = visit.open(page)
            for address in opened.eval_on_selector_all("a[href]", ADDRESSES):
                path, _, anchor = address.partition("#")
                target = Path(path.removeprefix("file://"))
                assert target.is_file(), address
                if target.name == "calls.html" and anchor and anchor != "content":
                    assert set(parse_qs(anchor)) <= asked, address
                elif anchor and not anchor.startswith("t="):
                    assert f'id="{anchor}"' in target.read_text(encoding="utf-8"), address


def test_the_player_follows_and_jumps(browser: Any, site: Path) -> None:
    call = next(
        page
        for page in sorted((site / "calls").iterdir())
        if "severity-edge" in page.read_text(encoding="utf-8")
    )
    # Without smooth scrolling, so that places stay where they were measured.
    with Visit(browser, site, reduced_motion="reduce") as visit:
        page = visit.open(f"calls/{call.name}")
        until(page, "document.querySelector('audio').readyState > 0")
        evidence = page.locator(".notice .jump[data-seek]").first
        moment = float(evidence.get_attribute("data-seek"))
        evidence.click()
        until(page, "at => document.querySelector('audio').currentTime >= at - 0.05", arg=moment)
        now = page.locator(".said.now")
        assert now.count() == 1
        assert float(now.get_attribute("data-start")) == pytest.approx(moment)
        assert now.get_attribute("aria-current") == "true"

        page.locator("audio").evaluate("audio => { audio.pause(); audio.currentTime = 0.7; }")
        until(page, "document.querySelector('.said.now') === document.querySelector('#u0')")
        page.locator("#u3 button.at").click()
        until(page, "document.querySelector('.said.now') === document.querySelector('#u3')")
        page.locator("audio").evaluate("audio => audio.pause()")
        box = page.locator(".lanes").bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 6)
        half = "a => Math.abs(a.currentTime - a.duration / 2) < 1.5"
        until(page, f"({half})(document.querySelector('audio'))")
        assert visit.faults == []


def test_a_link_from_the_overview_opens_at_its_moment(browser: Any, site: Path) -> None:
    with Visit(browser, site) as visit:
        page = visit.open("index.html")
        link = page.locator(".moment").first
        moment = float(link.get_attribute("href").split("#t=")[1])
        link.click()
        until(
            page,
            "at => Math.abs(document.querySelector('audio').currentTime - at) < 0.1",
            arg=moment,
        )
        assert page.locator(".said.now").count() == 1
        assert visit.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_whole_pages(browser: Any, site: Path, scheme: str) -> None:
    with Visit(browser, site, viewport={"width": 360, "height": 780}, color_scheme=scheme) as visit:
        for page in pages_of(site):
            visit.open(page)
            visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            width = visit.page.evaluate("document.documentElement.scrollWidth")
            assert width <= 360, page


CONTRAST = """() => {
  const number = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map(
      (c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = number(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("main *, header *, footer")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const ink = light(number(element.closest("svg") ? style.fill : style.color));
    const paper = light(behind(element));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (ratio < 4.5) poor.push(`${element.className} ${element.textContent.trim()} ${ratio}`);
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(browser: Any, site: Path, scheme: str) -> None:
    flagged = next(
        page
        for page in sorted((site / "calls").iterdir())
        if "severity-edge" in page.read_text(encoding="utf-8")
    )
    with Visit(browser, site, color_scheme=scheme) as visit:
        for page in (*pages_of(site), f"calls/{flagged.name}"):
            assert visit.open(page).evaluate(CONTRAST) == [], page


def test_nothing_that_was_said_runs(browser: Any, tmp_path: Path) -> None:
    calls = hostile_calls()
    for language in ("en", "zh"):
        folder = tmp_path / language
        title = XSS[0]
        write_site(calls, folder, SiteOptions(audio=AudioMode.NONE, language=language, title=title))
        pages = sorted(folder.rglob("*.html"))
        own = [c.recording.metadata for c in calls]
        groups = [{m.agent_id for m in own}, *({m.team for m in own if m.team} for _ in "tm"), {""}]
        assert len(pages) == 5 + len(calls) + sum(map(len, groups))
        with Visit(browser, folder) as visit:
            for path in pages:
                page = visit.open(path.relative_to(folder).as_posix())
                page.wait_for_timeout(20)
                assert page.evaluate("window.hit") is None, path
                scripts = page.locator("script:not([src*='assets/'], [src^='data/'])")
                assert scripts.count() == 0, path
                assert page.locator("img, [onload], [onerror], [onmouseover]").count() == 0
            said = visit.open("index.html").locator("main").inner_text()
            assert XSS[0] in said
            assert visit.faults == []


def test_pages_keep_to_their_folder(tmp_path: Path) -> None:
    write_site(hostile_calls(), tmp_path / "deep" / "site", SiteOptions(audio=AudioMode.NONE))
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["site"]


def test_a_second_report_replaces_the_first(tmp_path: Path) -> None:
    out = tmp_path / "site"
    calls = make_calls(20)
    write_site(calls, out)
    first = {path.relative_to(out) for path in out.rglob("*.html")}
    (out / "calls" / "mine.txt").write_text("left alone")
    write_site(calls[:5], out)
    second = {path.relative_to(out) for path in out.rglob("*.html")}
    assert second < first
    assert len(list((out / "calls").glob("*.html"))) == 5
    assert (out / "calls" / "mine.txt").exists()
    assert not list(out.rglob(".page.*"))


def test_other_peoples_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(InputError, match="other files"):
        write_site(make_calls(2), tmp_path)
    assert (tmp_path / "index.html").read_text() == "mine"
    with pytest.raises(InputError, match="cannot be written"):
        write_site(make_calls(2), tmp_path / "index.html" / "site")


def test_a_report_of_nothing_and_of_failures_only(tmp_path: Path) -> None:
    assert write_site([], tmp_path / "nothing").exists()
    failed = [replace(c, status=CallStatus.FAILED, transcript=None) for c in make_calls(3)]
    index = write_site([replace(c, verdict=Verdict()) for c in failed], tmp_path / "failed")
    assert "Failed calls" in index.read_text(encoding="utf-8")


def test_recordings_that_are_gone_are_told(tmp_path: Path) -> None:
    told: list[str] = []
    calls = make_calls(3)
    write_site(calls, tmp_path / "site", tell=told.append)
    gone = tmp_path / "gone.wav"
    calls = [replace(c, recording=replace(c.recording, path=gone)) for c in calls[:2]]
    write_site(calls, tmp_path / "site", tell=told.append)
    assert told == ["2 recordings are no longer at their place: nothing can be played there."]


def test_an_interface_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose one of en, zh"):
        write_site([], tmp_path / "site", SiteOptions(language="xx"))
