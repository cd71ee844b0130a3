"""The parts of the report: file names, time lines, charts, playable sound, words."""

from __future__ import annotations

import random
import string
import wave
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_factory import ENGLISH, make_calls, transcript_of, write_sound

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Recording,
    Role,
    SpeakerTurn,
    Transcript,
    Utterance,
)
from qa_inspect.report import charts
from qa_inspect.report.catalogue import LANGUAGES, Catalogue
from qa_inspect.report.naming import FileNames, safe_name
from qa_inspect.report.playback import AudioMode, place_audio, plays_in_browsers
from qa_inspect.report.timeline import make_timeline


@given(st.text(st.characters(), max_size=300))
def test_any_id_makes_a_safe_file_name(identifier: str) -> None:
    name = safe_name(identifier)
    assert 0 < len(name) <= 80
    assert set(name) <= set(string.ascii_letters + string.digits + "._-")
    assert not name.startswith((".", "-"))


def test_usual_ids_name_their_own_file() -> None:
    assert safe_name("call-0017.b_2") == "call-0017.b_2"
    for odd in ("../up", "a/b", "CON", "aux.txt", "x" * 200, "a b", "通话", ".hidden", ""):
        assert safe_name(odd) != odd
    assert safe_name("a/b") != safe_name("a:b")


def test_names_that_differ_only_in_capitals_stay_apart() -> None:
    names = FileNames()
    first, second = names.of("Call-1"), names.of("call-1")
    assert first.casefold() != second.casefold()
    assert (names.of("Call-1"), names.of("call-1")) == (first, second)


def test_a_time_line_shows_speech_overlap_and_silence() -> None:
    turns = (
        SpeakerTurn(0.0, 4.0, "S0"),
        SpeakerTurn(3.0, 5.0, "S1"),
        SpeakerTurn(9.0, 10.0, "S1"),
    )
    roles = {"S0": Role.AGENT, "S1": Role.CUSTOMER}
    transcript = Transcript("en", (), turns=turns, roles=roles, duration_s=20.0)
    call = CallResult(Recording("a", None, "aa"), CallStatus.OK, transcript)
    line = make_timeline(call)
    assert line is not None
    assert [lane.role for lane in line.lanes] == [Role.AGENT, Role.CUSTOMER]
    assert [(bar.x, bar.width) for bar in line.overlaps] == [(15.0, 5.0)]
    assert [(bar.x, bar.width) for bar in line.silences] == [(25.0, 20.0), (50.0, 50.0)]
    assert line.ticks[0].x == 0.0


def test_no_times_no_time_line() -> None:
    said = (Utterance(0, Role.AGENT, "a", "hello", "en"),)
    call = CallResult(Recording("a", None, "aa"), CallStatus.OK, Transcript("en", said))
    assert make_timeline(call) is None
    assert make_timeline(replace(call, transcript=None)) is None


@given(st.integers(0, 40))
def test_everything_drawn_lies_within_the_call(seed: int) -> None:
    transcript = transcript_of(ENGLISH, random.Random(seed))
    call = CallResult(Recording("a", None, "aa"), CallStatus.OK, transcript)
    line = make_timeline(call)
    assert line is not None
    bars = [bar for lane in line.lanes for bar in lane.bars]
    for bar in [*bars, *line.overlaps, *line.silences]:
        assert 0 <= bar.x <= 100
        assert bar.x + bar.width <= 100.1


def test_charts_follow_the_pages_colours_and_escape_words() -> None:
    bad = '<script>alert("$x$")</script>'
    drawn = [
        charts.score_histogram([0, 55.5, 100], bad),
        charts.daily_scores([(date(2026, 3, n), charts.Range("", 70, 60, 80)) for n in (1, 2)]),
        charts.call_scores([50, 60, 70], ["2026-03-01", "2026-03-09"]),
        charts.fail_rates([charts.Range(bad, 0.4), charts.Range("很好", 1.0)]),
        charts.section_comparison([charts.Range(bad, 50, 40, 60, 55)], bad, "all"),
    ]
    for svg in drawn:
        root = ET.fromstring(svg)
        assert root.get("class") == "chart"
        assert not [e for e in root.iter() if e.tag in ("script", "style", "image")]
        for element in root.iter():
            assert "style" not in element.attrib
            assert element.get("fill") in (None, "none")
            assert element.get("stroke") in (None, "none")
    assert "很好" in drawn[3]
    assert "<script" not in "".join(drawn)


@pytest.mark.parametrize("number", [2, 3, 40])
def test_days_under_few_calls_do_not_lie_on_one_another(number: int) -> None:
    days = ("2026-03-01", "2026-03-09")
    root = ET.fromstring(charts.call_scores([50.0] * number, days))
    first, last = (next(e for e in root.iter("text") if e.text == day) for day in days)
    assert (first.get("text-anchor"), last.get("text-anchor")) == ("start", "end")
    widest = 2 * 10 * 8  # ten characters each, of at most eight of the drawing's points
    assert float(last.get("x", 0)) - float(first.get("x", 0)) > widest


def a_sound(folder: Path) -> Path:
    path = folder / "call.wav"
    write_sound(path, transcript_of(ENGLISH[:2], random.Random(0)))
    return path


def test_a_plain_recording_is_copied_once(tmp_path: Path) -> None:
    sound = a_sound(tmp_path)
    folder = tmp_path / "site" / "audio"
    assert place_audio(sound, folder, "call 1", AudioMode.COPY) == "../audio/call%201.wav"
    copy = folder / "call 1.wav"
    assert copy.read_bytes() == sound.read_bytes()
    before = copy.stat().st_ino
    place_audio(sound, folder, "call 1", AudioMode.COPY)
    assert copy.stat().st_ino == before


@pytest.mark.parametrize("codec", ["pcm_alaw", "pcm_mulaw", "pcm_s24le"])
def test_what_browsers_do_not_play_becomes_opus(tmp_path: Path, codec: str) -> None:
    plain, odd = a_sound(tmp_path), tmp_path / "odd.wav"
    with av.open(str(plain)) as source, av.open(str(odd), "w") as sink:
        stream = sink.add_stream(codec, rate=8000, layout="mono")
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=8000)
        for frame in source.decode(audio=0):
            for part in resampler.resample(frame):
                sink.mux(stream.encode(part))
        sink.mux(stream.encode(None))
    assert plays_in_browsers(plain)
    assert not plays_in_browsers(odd)
    address = place_audio(odd, tmp_path / "site" / "audio", "odd", AudioMode.COPY)
    assert address == "../audio/odd.opus.ogg"
    with wave.open(str(plain)) as file:
        expected = file.getnframes() / file.getframerate()
    with av.open(str(tmp_path / "site" / "audio" / "odd.opus.ogg")) as made:
        assert made.streams.audio[0].codec_context.name == "opus"
        seconds = sum(f.samples / f.sample_rate for f in made.decode(audio=0))
    assert seconds == pytest.approx(expected, abs=0.1)
    place_audio(odd, tmp_path / "again" / "audio", "odd", AudioMode.COPY)
    made_twice = [tmp_path / site / "audio" / "odd.opus.ogg" for site in ("site", "again")]
    assert made_twice[0].read_bytes() == made_twice[1].read_bytes()


def test_a_recording_can_be_linked_or_left_out(tmp_path: Path) -> None:
    sound = a_sound(tmp_path)
    folder = tmp_path / "site" / "audio"
    assert place_audio(sound, folder, "call", AudioMode.LINK) == "../../call.wav"
    assert place_audio(sound, folder, "call", AudioMode.NONE) is None
    assert not folder.exists()


def test_broken_sound_is_only_not_played(tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF nonsense")
    folder = tmp_path / "site" / "audio"
    assert place_audio(broken, folder, "call", AudioMode.COPY) is None
    assert place_audio(tmp_path / "gone.mp3", folder, "call", AudioMode.COPY) is None
    assert not list(folder.glob("*"))


def test_both_languages_say_everything() -> None:
    english, chinese = LANGUAGES["en"], LANGUAGES["zh"]
    assert english.keys() == chinese.keys()
    holes = string.Formatter()
    for key, words in english.items():
        wanted = {name for _, name, _, _ in holes.parse(words) if name}
        assert {name for _, name, _, _ in holes.parse(chinese[key]) if name} == wanted, key


def test_identifiers_read_as_words() -> None:
    assert Catalogue("en").name("restate_problem") == "Restate problem"
    assert Catalogue("zh").name("restate_problem") == "复述问题"
    assert Catalogue("zh").name("own_item") == "Own item"
    assert Catalogue("en").text("of_calls", calls=Catalogue("en").calls(3)) == "of 3 calls"


def test_the_factory_makes_every_kind_of_call() -> None:
    calls = make_calls(64)
    assert {call.status for call in calls} == set(CallStatus)
    assert any(call.transcript and call.transcript.needs_review for call in calls)
    assert any(call.verdict.flags for call in calls)
