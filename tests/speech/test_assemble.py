"""Words find their speakers, utterances end where turns end, Chinese is written one way."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.domain import Role, SpeakerTurn, Word
from qa_inspect.speech.assemble import (
    SpokenWord,
    give_words,
    join_words,
    make_utterances,
    one_script,
    with_roles,
)
from qa_inspect.speech.voice_evidence import VoiceEvidence


def say(text: str, start: float, step: float = 0.3) -> list[Word]:
    return [Word(w, start + i * step, start + i * step + 0.25, 0.9)
            for i, w in enumerate(text.split())]  # fmt: skip


TURNS = [
    SpeakerTurn(0.0, 3.0, "S0"),
    SpeakerTurn(3.1, 6.0, "S1"),
    SpeakerTurn(6.1, 9.0, "S0"),
]


def speakers_of(words: list[Word], turns: list[SpeakerTurn]) -> str:
    return "".join(w.speaker[-1] for w in give_words(words, turns, "en"))


def test_words_go_to_whose_turn_covers_them() -> None:
    words = say("How can I help you?", 0.2) + say("My parcel is late.", 3.3)
    assert speakers_of(words, TURNS) == "000001111"


def test_a_stray_word_at_a_boundary_follows_its_sentence() -> None:
    words = say("how can i help you today please?", 1.1, 0.3) + say("My parcel is late.", 3.4)
    assert words[6].end_s > 3.0, "the last word of the sentence ends in the other's turn"
    assert speakers_of(words, TURNS) == "00000001111"


def test_a_backchannel_stays_with_its_speaker() -> None:
    turns = [
        SpeakerTurn(0, 4, "S0"),
        SpeakerTurn(4.05, 4.5, "S1"),
        SpeakerTurn(4.55, 8, "S0"),
    ]
    words = [*say("so i ordered it on monday and", 0.2, 0.5), Word("Mm-hm.", 4.1, 4.45, 0.8)]
    words += say("it never came at all", 4.7, 0.5)
    assert speakers_of(words, turns) == "0" * 7 + "1" + "0" * 5
    utterances = make_utterances(give_words(words, turns, "en"), script="simplified")
    assert [u.speaker for u in utterances] == ["S0", "S1", "S0"]


def evidence(*spans: tuple[float, float, int]) -> VoiceEvidence:
    """Voices that are sure, in cells of a quarter of a second."""
    middles = np.arange(0.125, 9.0, 0.25)
    likely = np.zeros((len(middles), 2))
    for start, end, who in spans:
        likely[(middles > start) & (middles < end), 1 - who] = -4.0
    return VoiceEvidence(("S0", "S1"), middles, likely)


def test_a_voice_mends_a_boundary_that_turns_have_wrong() -> None:
    words = say("how can i help you today?", 0.2) + say("my parcel is late again", 2.0)
    late = [SpeakerTurn(0.0, 2.8, "S0"), SpeakerTurn(2.8, 6.0, "S1")]
    heard = evidence((0.0, 1.95, 0), (1.95, 6.0, 1))
    plain = "".join(w.speaker[-1] for w in give_words(words, late, "en"))
    mended = "".join(w.speaker[-1] for w in give_words(words, late, "en", heard))
    assert plain == "000000000" + "11"
    assert mended == "000000" + "11111"


def test_a_voice_that_says_nothing_changes_nothing() -> None:
    words = say("How can I help you?", 0.2) + say("My parcel is late.", 3.3)
    silent = VoiceEvidence(("S0", "S1"), np.zeros(0), np.zeros((0, 2)))
    assert give_words(words, TURNS, "en", silent) == give_words(words, TURNS, "en")
    assert silent.costs(1.0, 1.1) == {}


def test_one_strange_moment_does_not_part_a_sentence() -> None:
    words = say("how can i help you today my friend", 0.2)
    heard = VoiceEvidence(("S0", "S1"), np.array([1.0]), np.array([[-1.5, 0.0]]))
    assert {w.speaker for w in give_words(words, TURNS, "en", heard)} == {"S0"}


def test_turns_far_from_a_word_are_not_looked_at() -> None:
    words = say(" ".join(["word"] * 40), 0.0, 30.0)
    turns = [SpeakerTurn(i * 30.0 - 1.0, i * 30.0 + 1.0, f"S{i % 2}") for i in range(40)]
    assert speakers_of(words, turns) == "01" * 20


def test_without_turns_everything_is_one_speakers() -> None:
    assert speakers_of(say("hello there", 0), []) == "00"
    assert give_words([], TURNS, "en") == ()


def test_a_pause_ends_an_utterance_and_roles_are_put_on() -> None:
    words = [SpokenWord(w, "left", "en") for w in say("one two", 0) + say("three", 5)]
    utterances = with_roles(make_utterances(words, script="simplified"), {"left": Role.AGENT})
    assert [u.text for u in utterances] == ["one two", "three"]
    assert {u.role for u in utterances} == {Role.AGENT}


def test_overlapped_speech_of_two_channels_keeps_the_words_of_both() -> None:
    left = [SpokenWord(w, "left", "en") for w in say("i want my money back right now", 0)]
    right = [SpokenWord(w, "right", "en") for w in say("i understand", 0.5)]
    utterances = make_utterances([*left, *right], script="simplified")
    assert {u.speaker: u.text for u in utterances} == {
        "left": "i want my money back right now",
        "right": "i understand",
    }


@given(
    st.lists(
        st.tuples(st.floats(0, 60), st.floats(0.05, 1.5), st.sampled_from(["S0", "S1"])),
        max_size=40,
    )
)
def test_no_word_is_lost_or_doubled(rows: list[tuple[float, float, str]]) -> None:
    words = [
        SpokenWord(Word(f"w{i}", start, start + length, 0.5), who, "en")
        for i, (start, length, who) in enumerate(rows)
    ]
    utterances = make_utterances(words, script="simplified")
    found = sorted(w.text for u in utterances for w in u.words)
    assert found == sorted(w.word.text for w in words)
    assert [u.index for u in utterances] == list(range(len(utterances)))
    starts = [u.start_s or 0.0 for u in utterances]
    assert starts == sorted(starts)


def test_chinese_has_one_script_and_no_spaces() -> None:
    pieces = [Word(c, i * 0.2, i * 0.2 + 0.2, 0.9) for i, c in enumerate("請問您貴姓")]
    words = [SpokenWord(w, "S0", "zh") for w in pieces]
    assert make_utterances(words, script="simplified")[0].text == "请问您贵姓"
    assert make_utterances(words, script="traditional")[0].text == "請問您貴姓"


def test_joining_respects_scripts() -> None:
    assert join_words(["我", "要", "3", "个", "iPhone", "手机"]) == "我要3个 iPhone 手机"
    assert join_words(["8", "a.m.", ",", "then"]) == "8 a.m., then"
    assert join_words(["สวัสดี", "ครับ"]) == "สวัสดีครับ"


def test_an_ambiguous_character_is_simplified_by_its_meaning() -> None:
    assert one_script("享受著涼風，看著名的著作", "zh", "simplified") == "享受着凉风，看著名的著作"
