"""The words of many calls at once, with a scripted recogniser."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from speech.scripted_transcriber import ScriptedTranscriber, call, lane

from qa_inspect.domain import Span
from qa_inspect.errors import AudioError, CallError, SpeechError
from qa_inspect.speech.listening import Lane
from qa_inspect.speech.recognition import Recognised, recognise

HELLO = [(0.5, 3.5, "good morning how can I help")]


def heard(result: Recognised | CallError) -> Recognised:
    assert isinstance(result, Recognised), result
    return result


def text(result: Recognised | CallError) -> str:
    return " ".join(item.word.text for item in heard(result).words)


def test_calls_share_batches_and_each_gets_its_own_words_in_order() -> None:
    said = {n / 10: [(0.5, 4.0, f"this is call number {n}")] for n in range(1, 6)}
    engine = ScriptedTranscriber(said)
    results = recognise([call(lane(level, [(0.5, 4.0)])) for level in said], engine)
    assert [text(result) for result in results] == [f"this is call number {n}" for n in range(1, 6)]
    assert len(engine.encodings) == 1, "all calls are encoded together"
    assert [len(batch) for batch in engine.decoded] == [5]


def test_no_calls_are_no_results() -> None:
    assert recognise([], ScriptedTranscriber({})) == ()


def test_one_failing_call_is_its_own_failure() -> None:
    said = {0.1: HELLO, 0.2: HELLO, 0.3: HELLO}
    engine = ScriptedTranscriber(said, bad=frozenset({0.2}))
    results = recognise([call(lane(level, [(0.5, 3.5)])) for level in said], engine)
    assert [isinstance(result, Recognised) for result in results] == [True, False, True]
    assert isinstance(results[1], SpeechError)


def test_a_call_without_words_is_its_own_failure() -> None:
    engine = ScriptedTranscriber({0.1: HELLO, 0.3: HELLO})
    results = recognise([call(lane(level, [(0.5, 3.5)])) for level in (0.1, 0.2, 0.3)], engine)
    assert isinstance(results[1], AudioError)
    assert "no words" in str(results[1])
    assert text(results[0]) == text(results[2]) == HELLO[0][2]


def test_speech_without_words_is_heard_again_in_all_calls_together() -> None:
    said = {level: [(0.5, 14.0, "a b c d e f g h i j k l m n o p q r")] for level in (0.1, 0.2)}
    engine = ScriptedTranscriber(said, deaf=lambda level, length_s: length_s > 10.5)
    calls = [call(lane(level, [(0.5, 14.0)])) for level in said]
    results = recognise(calls, engine)
    assert [text(result) for result in results] == [said[0.1][0][2]] * 2
    assert len(engine.decoded) == 2
    assert {level for level, _ in engine.decoded[1]} == {0.1, 0.2}


def test_words_of_the_second_hearing_fill_gaps_and_double_nothing() -> None:
    words = "a b c d e f g h i j k l"

    class FirstDeaf(ScriptedTranscriber):
        """Hears the first six seconds only, until it is given a short chunk."""

        def decode(self, encoded, languages):  # type: ignore[no-untyped-def]
            texts = super().decode(encoded, languages)
            if len(self.decoded) > 1:
                return texts
            from dataclasses import replace

            return tuple(
                replace(item, words=tuple(w for w in item.words if w.start_s < 6)) for item in texts
            )

    engine = FirstDeaf({0.1: [(0.0, 12.0, words)]})
    result = heard(recognise([call(lane(0.1, [(0.0, 12.0)]))], engine)[0])
    assert " ".join(item.word.text for item in result.words) == words
    times = [item.word.start_s for item in result.words]
    assert times == sorted(times)


def test_what_is_hardly_believed_in_the_second_hearing_is_not_kept() -> None:
    engine = ScriptedTranscriber(
        {0.1: [(0.0, 12.0, "mm mm mm mm mm mm")]},
        deaf=lambda level, length_s: length_s > 10.5,
        confidence=0.2,
    )
    assert isinstance(recognise([call(lane(0.1, [(0.0, 12.0)]))], engine)[0], AudioError)


@pytest.mark.parametrize(
    ("asked", "stated", "expected"),
    [
        ("auto", None, "zh"),
        ("auto", "en", "en"),
        ("auto", "id-ID", "id"),
        ("auto", "auto", "zh"),
        ("th", "en", "th"),
        ("th", None, "th"),
    ],
)
def test_a_stated_language_is_not_asked_for(asked: str, stated: str | None, expected: str) -> None:
    engine = ScriptedTranscriber({0.1: HELLO}, lambda level, at_s: {"zh": 0.99, "en": 0.01})
    result = heard(recognise([call(lane(0.1, [(0.5, 3.5)]), language=stated)], engine, asked)[0])
    assert result.language == expected
    assert bool(engine.asked_rows) == (expected == "zh")
    assert engine.decoded == [[(0.1, expected)]]


def test_calls_of_several_languages_are_decoded_together_each_in_its_own() -> None:
    said = {0.1: HELLO, 0.2: [(0.5, 3.5, "你 好 请 问")], 0.3: [(0.5, 3.5, "selamat siang kak")]}
    rows = {0.1: {"en": 1.0}, 0.2: {"zh": 1.0}, 0.3: {"id": 0.6, "jw": 0.4}}
    engine = ScriptedTranscriber(said, lambda level, at_s: rows[level])
    results = recognise([call(lane(level, [(0.5, 3.5)])) for level in said], engine)
    assert [heard(result).language for result in results] == ["en", "zh", "id"]
    assert engine.decoded == [[(0.1, "en"), (0.2, "zh"), (0.3, "id")]]


def test_a_language_that_the_model_does_not_know_fails_that_call_before_any_work() -> None:
    said = {0.1: HELLO, 0.2: HELLO, 0.3: HELLO}
    calls = [
        call(lane(0.1, [(0.5, 3.5)])),
        call(lane(0.2, [(0.5, 3.5)]), language="xx"),
        call(lane(0.3, [(0.5, 3.5)])),
    ]
    engine = ScriptedTranscriber(said)
    results = recognise(calls, engine)
    assert [isinstance(result, Recognised) for result in results] == [True, False, True]
    assert "'xx'" in str(results[1])
    encoded = [level for batch in engine.encodings for level in batch]
    assert encoded == [0.1, 0.3], "the others are not encoded twice for its sake"


SPANS = [(0.5, 10.0), (12.0, 19.0), (21.0, 26.0), (27.5, 32.0), (33.5, 44.0), (46.0, 60.0)]


def test_a_call_that_mixes_two_languages_keeps_each_words_own() -> None:
    said = {0.1: [(a, b, "one two three") for a, b in SPANS if not 20 < a < 30]}
    said[0.1] += [(21.0, 26.0, "请 问 一 下"), (27.5, 29.9, "谢 谢")]
    mixing = ScriptedTranscriber(said, _by_piece)
    result = heard(recognise([call(lane(0.1, SPANS))], mixing)[0])
    assert result.language == "en"
    chinese = {item.word.text for item in result.words if item.language == "zh"}
    assert chinese == set("请问一下谢")
    assert {item.language for item in result.words if item.word.text in "one two three"} == {"en"}
    assert (0.1, "zh") in mixing.decoded[0]
    assert (0.1, "en") in mixing.decoded[0]
    assert any("en and zh" in note for note in result.notes)


def _by_piece(_level: float, at_s: float) -> Mapping[str, float]:
    return {"zh": 0.9, "en": 0.1} if 20.5 < at_s < 30 else {"en": 0.96, "zh": 0.04}


def test_english_words_do_not_hide_that_a_call_taken_for_malay_is_indonesian() -> None:
    indonesian = "Pesanan saya belum sampai juga padahal uangnya sudah dibayar lewat bank."
    english = (
        "okay thank you so much for your help and please send me the update about this order "
        "by tomorrow because we really need it"
    )
    said = {0.1: [(0.5, 8.0, indonesian), (10.0, 16.0, english), (18.0, 26.0, indonesian)]}
    spans = [(0.5, 8.0), (10.0, 16.0), (18.0, 26.0)]

    def rows(_level: float, at_s: float) -> Mapping[str, float]:
        return {"en": 0.95, "ms": 0.05} if 9.0 < at_s < 16.5 else {"ms": 0.93, "en": 0.07}

    result = heard(recognise([call(lane(0.1, spans))], ScriptedTranscriber(said, rows))[0])
    assert result.language == "id"
    assert {item.language for item in result.words} == {"id", "en"}


def test_malay_taken_for_indonesian_is_renamed_unless_it_was_stated() -> None:
    malay = "selamat tengah hari encik saya nak tanya nombor akaun sebab juruteknik tak datang"
    engine = ScriptedTranscriber({0.1: [(0.5, 9.0, malay)]}, lambda level, at_s: {"id": 1.0})
    result = heard(recognise([call(lane(0.1, [(0.5, 9.0)]))], engine)[0])
    assert {result.language, *(item.language for item in result.words)} == {"ms"}
    stated = heard(recognise([call(lane(0.1, [(0.5, 9.0)]), language="id")], engine)[0])
    assert {stated.language, *(item.language for item in stated.words)} == {"id"}


def test_words_of_the_other_sides_leak_are_dropped() -> None:
    own = lane(0.1, [(0.5, 3.5)], "left")
    longer = Lane("right", lane(0.2, [(0.5, 20.0)]).samples, (Span(10.0, 14.0),), ())
    other = Lane("right", longer.samples, longer.speech, lane(0.2, [(0.5, 20.0)]).chunks)
    said = {0.1: HELLO, 0.2: [(0.5, 3.5, "good morning leaked"), (10.0, 14.0, "hello I am here")]}
    result = heard(recognise([call(own, other)], ScriptedTranscriber(said))[0])
    right = " ".join(item.word.text for item in result.words if item.lane == 1)
    assert right == "hello I am here"
    left = " ".join(item.word.text for item in result.words if item.lane == 0)
    assert left == HELLO[0][2]


def test_a_chunk_that_gave_its_words_at_the_second_hearing_is_not_called_empty() -> None:
    engine = ScriptedTranscriber(
        {0.1: [(0.5, 14.0, "a b c d e f g h i j k l m n o p q r")], 0.2: []},
        deaf=lambda level, length_s: length_s > 10.5,
    )
    result = heard(recognise([call(lane(0.1, [(0.5, 14.0)]))], engine)[0])
    assert not [note for note in result.notes if "gave no words" in note]


def test_what_gave_no_words_is_told() -> None:
    spans = [(0.5, 3.5), (60.0, 72.0)]
    engine = ScriptedTranscriber(
        {0.1: HELLO}, deaf=lambda level, length_s: length_s > 8.0 or length_s < 3.0
    )
    result = heard(recognise([call(lane(0.1, spans[:1]), lane(0.1, spans[1:]))], engine)[0])
    assert any("gave no words: no speech" in note for note in result.notes)


def test_a_long_call_is_heard_in_parts_and_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    spans = [(n * 20.0 + 0.5, n * 20.0 + 15.0) for n in range(6)]
    said = {0.1: [(*span, f"this is what was said in part {n}") for n, span in enumerate(spans)]}
    short = lane(0.2, [(0.5, 3.5)])
    both = {**said, 0.2: HELLO}
    whole = recognise([call(lane(0.1, spans)), call(short)], ScriptedTranscriber(both))
    monkeypatch.setattr("qa_inspect.speech.recognition.MOST_CHUNKS", 2)
    engine = ScriptedTranscriber(both)
    parts = recognise([call(lane(0.1, spans)), call(short)], engine)
    assert heard(parts[0]).words == heard(whole[0]).words
    assert text(parts[1]) == HELLO[0][2]
    assert max(len(batch) for batch in engine.encodings) <= 2, "what is kept is bounded"
