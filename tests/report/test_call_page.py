"""A call's page in a real browser: it plays, follows, jumps, finds and filters, and keeps quiet."""

from __future__ import annotations

import random
import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Visit, until
from report_factory import CHINESE, ENGLISH, transcript_of, verdict_of, write_sound

from qa_inspect.acoustics import Outline
from qa_inspect.audio.outline import outline
from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Evidence,
    Flag,
    Metadata,
    Recording,
    Role,
    Severity,
    Transcript,
)
from qa_inspect.report.site import SiteOptions, write_site

SOUND = "document.querySelector('audio')"
HEAD = "parseFloat(document.querySelector('.lanes .head').getAttribute('x1'))"


def outline_of(path: Path) -> Outline | None:
    """The outline of an 8 kHz recording, as the pipeline makes it of the same sound at 16 kHz."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
        again = SAMPLE_RATE // file.getframerate()
    return outline({"": np.repeat(samples / np.float32(32768), again)})


def played_call(sound: Path) -> CallResult:
    """A call of nearly two minutes with a recording, flags, failed items and unclear words."""
    transcript = transcript_of(ENGLISH * 2, random.Random(0))
    said = [replace(u, confidence=0.4) if u.index == 3 else u for u in transcript.utterances]
    transcript = replace(transcript, utterances=tuple(said))
    write_sound(sound, transcript)
    verdict = verdict_of(transcript, 0.4, random.Random(4))
    pieces = [Evidence(n, said[n].start_s, said[n].end_s, said[n].text) for n in (5, 18)]
    flag = Flag("churn", Severity.MEDIUM, 0.8, "The customer means to leave.", tuple(pieces))
    metadata = Metadata(agent_id="a-1", agent_name="Amelia Hart", team="Parcels", language="en")
    return CallResult(
        Recording("played", sound, "aa", metadata),
        CallStatus.OK,
        transcript,
        replace(verdict, flags=(flag,)),
        outline=outline_of(sound),
    )


def other_calls(played: CallResult) -> list[CallResult]:
    """Calls that lack what most have: sound, times, roles, an outline, everything."""
    transcript = played.transcript
    assert transcript is not None

    def named(call_id: str, path: Path | None = None, **changes: Any) -> CallResult:
        recording = Recording(call_id, path, call_id, played.recording.metadata)
        return replace(played, recording=recording, **changes)

    untimed = tuple(
        replace(u, start_s=None, end_s=None, words=(), confidence=None)
        for u in transcript.utterances
    )
    nobody = dict.fromkeys(transcript.roles, Role.UNKNOWN)
    return [
        named("imported", transcript=Transcript("en", untimed), outline=None),
        named("before", path=played.recording.path, outline=None),
        named(
            "unknown",
            transcript=replace(
                transcript,
                roles=nobody,
                utterances=tuple(replace(u, role=Role.UNKNOWN) for u in transcript.utterances),
                needs_review=True,
            ),
        ),
        named("chinese", transcript=transcript_of(CHINESE, random.Random(0)), outline=None),
        CallResult(Recording("failed", Path("lost.wav"), "ff"), CallStatus.FAILED, error="silent"),
    ]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> CallResult:
    return played_call(tmp_path_factory.mktemp("sounds") / "sound.wav")


@pytest.fixture(scope="module")
def site(played: CallResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calls")
    return write_site([played, *other_calls(played)], folder / "site").parent


@pytest.fixture(scope="module")
def chinese_site(played: CallResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calls-zh")
    return write_site([played], folder / "site", SiteOptions(language="zh")).parent


def opened(visit: Visit, call: str = "played") -> Any:
    page = visit.open(f"calls/{call}.html")
    if page.locator("audio").count():
        until(page, f"{SOUND}.readyState > 0")
    return page


def seconds(page: Any) -> float:
    return float(page.evaluate(f"{SOUND}.currentTime"))


def test_a_call_plays_and_everything_follows(browser: Any, site: Path, screenshots: Path) -> None:
    with Visit(browser, site) as visit:
        page = opened(visit)
        page.keyboard.press("Space")
        until(page, f"{SOUND}.currentTime > 1.0 && {HEAD} > 0.5")
        first = page.evaluate(HEAD)
        until(page, f"before => {HEAD} > before + 0.2", arg=first)
        assert page.locator("#u0").get_attribute("aria-current") == "true"
        page.screenshot(path=screenshots / "call-playing.png")
        page.keyboard.press("Space")
        until(page, f"{SOUND}.paused")
        page.keyboard.press("ArrowRight")
        until(page, f"before => {SOUND}.currentTime > before + 3", arg=1.0)
        page.get_by_role("button", name="1.5×").click()
        until(page, f"{SOUND}.playbackRate === 1.5")
        pressed = page.locator("[data-speed][aria-pressed=true]")
        assert pressed.all_inner_texts() == ["1.5×"]


def test_evidence_and_marks_jump_to_their_moment(browser: Any, site: Path) -> None:
    with Visit(browser, site, reduced_motion="reduce") as visit:
        page = opened(visit)
        for place in (page.locator(".notice .jump").last, page.locator(".marks a").last):
            moment = float(place.get_attribute("data-seek"))
            place.click()
            until(page, f"at => !{SOUND}.paused && {SOUND}.currentTime >= at - 0.05", arg=moment)
            assert seconds(page) < moment + 3
            page.evaluate(f"{SOUND}.pause()")
        told = page.locator(".marks .mark-flag").first.locator("xpath=..")
        assert told.get_attribute("aria-label").startswith("Flag: About to leave, 0:")
        assert "going elsewhere" in told.locator("title").text_content()

        page.evaluate(f"{SOUND}.currentTime = 0")
        until(page, f"{SOUND}.currentTime === 0")
        moments = sorted(
            {float(m.get_attribute("data-seek")) for m in page.locator(".marks a").all()}
        )
        page.get_by_role("button", name="Next mark").click()
        until(page, f"at => {SOUND}.currentTime >= at - 0.05", arg=moments[0])
        page.evaluate(f"{SOUND}.pause()")
        page.evaluate("at => { document.querySelector('audio').currentTime = at; }", moments[2] + 2)
        until(page, f"at => {SOUND}.currentTime > at + 1.9", arg=moments[2])
        page.get_by_role("button", name="Previous mark").click()
        until(page, f"at => Math.abs({SOUND}.currentTime - at) < 1", arg=moments[2])


def test_the_waveform_seeks_by_click_and_by_keys(browser: Any, site: Path) -> None:
    with Visit(browser, site) as visit:
        page = opened(visit)
        area = page.get_by_role("slider", name="Place in the recording")
        box = area.bounding_box()
        area.click(position={"x": box["width"] / 2, "y": box["height"] - 6})
        until(page, f"Math.abs({SOUND}.currentTime / {SOUND}.duration - 0.5) < 0.03")
        page.evaluate(f"{SOUND}.pause()")
        area.focus()
        page.keyboard.press("Home")
        until(page, f"{SOUND}.currentTime === 0")
        for key, at in (
            ("PageUp", 30),
            ("ArrowRight", 35),
            ("ArrowDown", 30),
            ("Shift+ArrowUp", 31),
        ):
            page.keyboard.press(key)
            until(page, f"at => Math.abs({SOUND}.currentTime - at) < 0.05", arg=at)
        assert area.get_attribute("aria-valuetext").startswith("0:31 / 1:")
        area.hover(position={"x": 3, "y": 10})
        assert page.locator(".peek").inner_text().startswith("0:00")
        area.hover(position={"x": box["width"] * 0.03, "y": 10})
        assert "Agent: Good morning, thank you for calling" in page.locator(".peek").inner_text()


def test_roles_silence_and_overlap_are_drawn(browser: Any, site: Path) -> None:
    with Visit(browser, site) as visit:
        page = opened(visit)
        boxes = {
            role: page.locator(f".lanes path.role-{role}").bounding_box()
            for role in ("agent", "customer")
        }
        middle = page.locator(".lanes .middle").bounding_box()["y"]
        assert boxes["agent"]["y"] + boxes["agent"]["height"] <= middle + 1
        assert boxes["customer"]["y"] >= middle - 1
        assert page.locator("rect.overlap").count() > 0
        quiet = page.locator("rect.silence title").first.text_content()
        assert quiet == "Silence 0:31–0:37 (6 s)"
        # What is heard is drawn where it is heard.
        line = page.locator(".lanes").bounding_box()
        first = float(page.locator("#u0").get_attribute("data-start"))
        start = line["x"] + line["width"] * first / float(
            page.locator(".timeline").get_attribute("data-duration")
        )
        assert boxes["agent"]["x"] == pytest.approx(start, abs=2)
        assert "Agent (above)" in page.locator(".legend").inner_text()


def test_a_long_call_can_be_drawn_wider(browser: Any, site: Path) -> None:
    with Visit(browser, site) as visit:
        page = opened(visit)
        before = page.locator(".lanes").bounding_box()["width"]
        page.get_by_role("button", name="Zoom in").click()
        assert page.locator(".lanes").bounding_box()["width"] == pytest.approx(2 * before, rel=0.02)
        page.evaluate(f"{SOUND}.currentTime = {SOUND}.duration - 2")
        until(page, "document.querySelector('.timeline').scrollLeft > 100")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_transcript_is_searched(browser: Any, site: Path) -> None:
    with Visit(browser, site, reduced_motion="reduce") as visit:
        page = opened(visit)
        field, told = page.get_by_label("Find in the transcript"), page.locator(".words output")
        field.fill("DUTY")
        assert told.inner_text() == "1 of 8"
        assert page.locator(".said mark").all_inner_texts() == ["duty"] * 8
        field.press("Enter")
        assert told.inner_text() == "2 of 8"
        field.press("Shift+Enter")
        page.get_by_role("button", name="Previous place").click()
        assert told.inner_text() == "8 of 8"
        here = page.locator("mark.here")
        assert here.count() == 1
        box = here.bounding_box()
        assert 0 < box["y"] < page.viewport_size["height"]
        words = page.locator("#u6 p.words")
        field.fill("<b>")
        assert told.inner_text() == "Nothing found"
        assert words.inner_text() == ENGLISH[6][1]
        assert page.locator(".said mark").count() == 0


def test_lines_are_filtered_and_come_back(browser: Any, site: Path) -> None:
    with Visit(browser, site, reduced_motion="reduce") as visit:
        page = opened(visit)
        lines = page.locator(".said:visible")
        everything = lines.count()
        assert everything == 26
        page.get_by_label("Agent", exact=True).uncheck()
        assert lines.count() == page.locator(".said.role-customer").count() == 12
        page.get_by_label("Only flags and failed items").check()
        assert 0 < lines.count() < 12
        assert "of 26 lines" in page.locator(".find").inner_text()
        page.get_by_label("Find in the transcript").fill("duty")
        assert page.locator(".said.role-agent mark").count() == 0
        page.get_by_label("Only flags and failed items").uncheck()
        page.get_by_label("Only poorly heard").check()
        assert lines.count() == 1
        assert "poorly heard" in lines.inner_text()
        page.get_by_label("Customer", exact=True).uncheck()
        assert lines.count() == 0
        assert page.get_by_text("No line matches.").is_visible()
        page.locator(".notice .jump").first.click()  # its line is hidden: all come back
        assert lines.count() == everything
        until(page, "document.querySelector('#u5').classList.contains('now')")


def test_a_link_leads_to_its_second(browser: Any, site: Path) -> None:
    with Visit(browser, site) as visit:
        page = opened(visit)
        page.evaluate(f"{SOUND}.currentTime = 20.04")
        until(page, f"{SOUND}.currentTime > 20")
        page.get_by_role("button", name="Link to this second").click()
        until(page, "window.location.hash === '#t=20'")
        address = page.evaluate("window.location.href")
        until(page, "document.querySelector('.tools output').textContent !== ''")
        page.goto("about:blank")
        page.goto(address)
        until(page, f"Math.abs({SOUND}.currentTime - 20) < 0.1")
        assert page.locator(".said.now").count() == 1
        assert page.evaluate(f"{SOUND}.paused")


def test_a_page_reads_well_without_scripts(browser: Any, site: Path) -> None:
    with Visit(browser, site, java_script_enabled=False) as visit:
        page = visit.open("calls/played.html")
        assert page.locator(".said p.words").all_inner_texts() == [text for _, text in ENGLISH * 2]
        assert not page.locator(".tools, .find").first.is_visible()
        assert page.locator(".lanes path.role-agent").is_visible()
        link = page.locator(".notice .jump").first.get_attribute("href")
        assert page.locator(link).count() == 1


def test_a_printed_call_is_ink_on_paper(browser: Any, site: Path, screenshots: Path) -> None:
    with Visit(browser, site, color_scheme="dark") as visit:
        page = opened(visit)
        page.emulate_media(media="print", color_scheme="light")
        for hidden in ("audio", ".tools", ".find", "button.at", ".keys"):
            assert not page.locator(hidden).first.is_visible() or hidden == "button.at", hidden
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 255, 255)"
        )
        page.pdf(path=screenshots / "call.pdf", format="A4")
        page.screenshot(path=screenshots / "call-print.png", full_page=True)


@pytest.mark.parametrize("call", ["imported", "before", "unknown", "chinese", "failed"])
def test_a_call_that_lacks_something_still_opens(
    browser: Any, site: Path, call: str, screenshots: Path
) -> None:
    with Visit(browser, site) as visit:
        page = opened(visit, call)
        assert page.locator("h1").inner_text() == call
        drawn = page.locator(".lanes")
        assert drawn.count() == (call not in ("imported", "failed"))
        if call == "imported":
            page.get_by_label("Find in the transcript").fill("duty")
            assert page.locator(".said mark").count() == 8
            page.locator(".notice .jump").first.click()
        elif call == "unknown":
            assert page.locator(".lanes path.role-unknown").count() == 1
        elif drawn.count():
            assert page.locator(".lanes path").count() == 1  # the hatching's
            assert page.locator(".lanes rect.role-agent").count() > 3
        page.screenshot(path=screenshots / f"call-{call}.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_shows_the_whole_page(
    browser: Any,
    site: Path,
    chinese_site: Path,
    scheme: str,
    language: str,
    screenshots: Path,
) -> None:
    folder = site if language == "en" else chinese_site
    small = {"width": 360, "height": 740}
    with Visit(browser, folder, viewport=small, color_scheme=scheme) as visit:
        page = opened(visit)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.locator("#u9 button.at").click()
        until(page, "document.querySelector('#u9').classList.contains('now')")
        page.wait_for_timeout(600)  # until it has scrolled
        covered = page.locator(".timeline").bounding_box()
        line = page.locator("#u9").bounding_box()
        assert covered["y"] <= 1 and covered["y"] + covered["height"] < line["y"]
        page.screenshot(path=screenshots / f"call-phone-{language}-{scheme}.png")


def test_a_page_stays_small(site: Path) -> None:
    assert (site / "calls" / "played.html").stat().st_size < 60_000
