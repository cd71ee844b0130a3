"""Error rates are what their definitions say, and references are read in all their forms."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.domain import Recording, Role, SpeakerTurn, Transcript, Utterance, Word
from qa_inspect.errors import InputError
from qa_inspect.evaluate.references import Reference, RoleTurn, find_references
from qa_inspect.evaluate.speech import (
    plain,
    role_times,
    speaker_errors,
    word_errors,
    word_speaker_errors,
)

RECORDING = Recording("a", Path("a.wav"), "0" * 64)
SAMPLES = Path(__file__).parents[2] / "samples"


def transcript(text: str, role: Role = Role.AGENT, language: str = "en") -> Transcript:
    words = tuple(Word(w, float(n), n + 0.5, 0.9) for n, w in enumerate(text.split()))
    said = Utterance(0, role, "S0", text, language, 0.0, 10.0, 0.9, words)
    turns = (SpeakerTurn(0.0, 6.0, "S0"), SpeakerTurn(6.0, 10.0, "S1"))
    return Transcript(language, (said,), turns=turns, duration_s=10.0)


def reference(words: str | None = None, language: str = "en") -> Reference:
    return Reference(RECORDING, language, words, None, None)


def test_word_errors_are_counted_by_kind() -> None:
    found = word_errors(reference("Good morning, how are you?"), transcript("good evening how are"))
    assert found is not None
    assert (found.reference, found.substituted, found.deleted, found.inserted) == (5, 1, 1, 0)
    assert found.rate == pytest.approx(0.4)


def test_chinese_is_measured_in_characters() -> None:
    found = word_errors(reference("您好，请问。", "zh"), transcript("您好 请闻", language="zh"))
    assert found is not None
    assert (found.unit, found.reference, found.substituted) == ("characters", 4, 1)


def test_what_nobody_labelled_is_not_measured() -> None:
    heard = transcript("hello")
    assert word_errors(reference(), heard) is None
    assert speaker_errors(reference(), heard) is None
    assert role_times(reference(), heard) is None


def test_speakers_confused_and_missed() -> None:
    truth = (SpeakerTurn(0.0, 5.0, "x"), SpeakerTurn(5.0, 10.0, "y"))
    found = speaker_errors(replace(reference(), speakers=truth), transcript("hi"))
    assert found is not None
    assert (found.speech_s, found.confused_s, found.missed_s) == (10.0, 1.0, 0.0)
    assert found.rate == pytest.approx(0.1)
    kind = speaker_errors(replace(reference(), speakers=truth), transcript("hi"), collar_s=1.0)
    assert kind is not None and kind.confused_s == 0.0


@given(st.lists(st.sampled_from([Role.AGENT, Role.CUSTOMER, Role.UNKNOWN]), max_size=6))
def test_roles_share_out_the_words_time(roles: list[Role]) -> None:
    truth = tuple(RoleTurn(float(n), n + 1.0, Role.AGENT) for n in range(len(roles)))
    said = tuple(
        Utterance(n, role, "S", "x", "en", n, n + 1, 1.0, (Word("x", float(n), n + 1.0, 1.0),))
        for n, role in enumerate(roles)
    )
    found = role_times(replace(reference(), roles=truth), Transcript("en", said))
    assert found is not None
    assert found.right_s == roles.count(Role.AGENT)
    assert found.wrong_s == roles.count(Role.CUSTOMER)
    assert found.undecided_s == roles.count(Role.UNKNOWN)


def test_marks_of_vowels_are_kept_and_punctuation_is_not() -> None:
    assert plain("Xin chào, สวัสดีค่ะ!", spaced=True) == "xin chào สวัสดีค่ะ"


def test_the_samples_are_references() -> None:
    found = {item.recording.call_id: item for item in find_references(SAMPLES)}
    assert "01_excellent_en" in found and "11_silent" not in found
    assert found["01_excellent_en"].roles


def test_words_and_speakers_in_lines(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    (tmp_path / "a.stm").write_text(";; made up\na 1 X 0.0 1.0 hello there\na 1 Y 1 2 hi\n")
    (tmp_path / "a.rttm").write_text("SPEAKER a 1 0.5 1.5 <NA> <NA> X <NA> <NA>\n")
    (found,) = find_references(tmp_path)
    assert found.words == "hello there hi"
    assert found.speakers == (SpeakerTurn(0.5, 2.0, "X"),)


BOSS = {"text": "x", "role": "boss", "start_s": 0, "end_s": 1}


@pytest.mark.parametrize("text", ["{", json.dumps({"turns": [BOSS]}), "[]"])
def test_a_reference_that_cannot_be_read_names_its_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError):
        find_references(tmp_path)


def _said(*turns: tuple[str, str]) -> Reference:
    text = " ".join(words for _, words in turns)
    return Reference(RECORDING, "en", text, None, None, turns)


def _heard_from(*turns: tuple[str, str]) -> Transcript:
    lines = tuple(
        Utterance(i, Role.UNKNOWN, speaker, text, "en", float(i), i + 0.9, 0.9)
        for i, (speaker, text) in enumerate(turns)
    )
    return Transcript("en", lines)


def test_words_of_the_wrong_speaker_are_counted_whatever_speakers_are_called() -> None:
    truth = _said(("agent", "good morning how can i help"), ("customer", "my parcel is lost"))
    heard = _heard_from(("S1", "Good morning, how can I"), ("S0", "help? My parcel is lost."))
    found = word_speaker_errors(truth, heard)
    assert found is not None
    assert (found.words, found.wrong) == (10, 1)


def test_words_that_were_not_heard_are_nobodys() -> None:
    truth = _said(("agent", "good morning how can i help"), ("customer", "my parcel is lost"))
    found = word_speaker_errors(truth, _heard_from(("S0", "good morning"), ("S1", "lost")))
    assert found is not None
    assert (found.words, found.wrong) == (3, 0)


def test_who_said_the_words_is_unknown_without_labels() -> None:
    plain_words = Reference(RECORDING, "en", "good morning", None, None)
    assert word_speaker_errors(plain_words, _heard_from(("S0", "good morning"))) is None
