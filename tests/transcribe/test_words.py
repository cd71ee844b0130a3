"""Words get a time each, in order, inside the chunk; loops go, repetition stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.speech.transcribe.words import (
    TimedPiece,
    TimedWord,
    cut_loops,
    fill_times,
    join_pieces,
    settle,
    shorten,
)


def piece(text: str, start: float | None = 0.0, end: float | None = 1.0) -> TimedPiece:
    return TimedPiece(text, start, end, 0.5)


def texts(words: object) -> list[str]:
    return [word.text for word in words]  # type: ignore[attr-defined]


def spoken(text: str) -> tuple[TimedWord, ...]:
    parts = text.split()
    return tuple(TimedWord(f" {part}", i, i + 1.0, 0.9) for i, part in enumerate(parts))


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([" Hello", ",", " you", "."], [" Hello,", " you."]),
        ([" so", " (", "yes", ")"], [" so", " (yes)"]),
        ([" App", "le"], [" Apple"]),
        (["你", "好", "，", "国家"], ["你", "好，", "国家"]),
        (["用", " App", "le", "付"], ["用", " Apple", "付"]),
        ([" 1", "0", "8", "9"], [" 1089"]),
        ([" don", "'t"], [" don't"]),
        ([" twenty", "-", "one"], [" twenty-one"]),
        (["สวัส", "ดี"], ["สวัส", "ดี"]),
        ([' "', "Oh", '"'], [' "Oh"']),
        (["...", ""], []),
        ([], []),
    ],
)
def test_pieces_become_words(pieces: list[str], expected: list[str]) -> None:
    assert texts(join_pieces([piece(text) for text in pieces])) == expected


def test_punctuation_takes_no_time_of_its_own() -> None:
    words = join_pieces([piece(" yes", 1.0, 1.4), piece(".", 1.4, 5.0)])
    assert (words[0].start_s, words[0].end_s, words[0].probability) == (1.0, 1.4, 0.5)


def test_words_without_a_time_share_the_room_between_their_neighbours() -> None:
    pieces = [
        piece(" it", 1.0, 1.2),
        piece(" 108", None, None),
        piece(" 5", None, None),
        piece(" please", 1.8, 2.2),
    ]
    words = fill_times(pieces, 3.0)
    assert [round(word.start_s, 2) for word in words] == [1.0, 1.2, 1.65, 1.8]
    assert [round(word.end_s, 2) for word in words] == [1.2, 1.65, 1.8, 2.2]


def test_a_word_of_zero_length_takes_from_the_next_where_there_is_no_room() -> None:
    words = fill_times([piece(" I", 0.0, 0.2), piece(" need", 0.2, 0.2), piece(" to", 0.2, 0.5)], 1)
    assert [round(word.start_s, 2) for word in words] == [0.0, 0.2, 0.4]
    assert words[2].end_s == pytest.approx(0.5)


def test_a_last_word_without_room_takes_from_the_one_before() -> None:
    words = fill_times([piece(" good", 0.0, 1.0), piece(" bye", 1.0, 1.0)], 1.0)
    assert words[0].end_s == words[1].start_s < 1.0
    assert words[1].end_s <= 1.0


def test_a_text_without_any_time_lies_at_the_beginning_of_the_chunk() -> None:
    words = fill_times([piece("你", None, None), piece("好", None, None)], 10.0)
    assert words[0].start_s == 0.0
    assert 0 < words[1].end_s < 1.0


def test_a_word_stretched_over_a_pause_is_shortened_on_the_right_side() -> None:
    words = [
        TimedWord(" So.", 0.0, 0.3, 1),
        TimedWord(" Then", 0.3, 9.0, 1),
        TimedWord(" we", 9.0, 9.3, 1),
        TimedWord(" wait", 9.3, 20.0, 1),
    ]
    kept = shorten(words)
    assert kept[1].end_s == 9.0
    assert kept[1].start_s > 7.0
    assert kept[3].start_s == 9.3
    assert kept[3].end_s < 11.0
    assert kept[0] == words[0]


pieces_of_any_kind = st.lists(
    st.builds(
        TimedPiece,
        st.sampled_from([" hello", "，", " 12", "3", "你", "好吗", ".", " don't", "", " (", "ดี"]),
        st.one_of(st.none(), st.floats(-1, 40)),
        st.one_of(st.none(), st.floats(-1, 40)),
        st.floats(0, 1),
    ),
    max_size=30,
)


@given(pieces_of_any_kind, st.floats(0.1, 30))
def test_whatever_the_aligner_gave_words_are_in_order_and_inside(
    pieces: list[TimedPiece], duration_s: float
) -> None:
    words = settle(pieces, duration_s)
    low = 0.0
    for word in words:
        assert word.text.strip()
        assert low - 1e-9 <= word.start_s <= word.end_s <= duration_s + 1e-9
        assert 0 <= word.probability <= 1
        low = word.end_s


@given(st.lists(st.sampled_from([" a", " b", "你", "."]), max_size=12))
def test_joining_words_gives_back_the_text(parts: list[str]) -> None:
    words = join_pieces([piece(" x"), *map(piece, parts)])
    assert "".join(texts(words)) == "".join([" x", *parts])


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("no no no no", "no no no no"),
        ("thank you thank you thank you", "thank you thank you thank you"),
        ("well " + "I know " * 9 + "bye", "well I know bye"),
        ("so " + "you " * 20, "so you"),
        ("Yes. yes, YES " * 8, "Yes."),
        ("", ""),
        ("one two three", "one two three"),
    ],
)
def test_loops_are_cut_and_emphasis_stays(said: str, kept: str) -> None:
    assert " ".join(word.text.strip() for word in cut_loops(spoken(said))) == kept.strip()


@given(st.lists(st.sampled_from("abc"), max_size=40))
def test_cutting_keeps_an_ordered_part_and_settles(letters: list[str]) -> None:
    words = spoken(" ".join(letters))
    kept = cut_loops(words)
    assert set(kept) <= set(words)
    assert list(kept) == sorted(kept, key=lambda word: word.start_s)
    assert bool(kept) == bool(words)
