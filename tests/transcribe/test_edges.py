"""Word edges go to the pauses that fit them; words stay in order and inside whatever is given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.speech.transcribe.edges import EARLY_S, pauses, snap
from qa_inspect.speech.transcribe.words import TimedWord, spread

RATE = 16_000


def sound(
    *voiced: tuple[float, float], duration_s: float = 6.0, noise: float = 0.0005
) -> np.ndarray:
    """A buzz where somebody speaks and soft noise elsewhere."""
    time_s = np.arange(int(duration_s * RATE)) / RATE
    made = noise * np.random.default_rng(0).standard_normal(len(time_s))
    for start, end in voiced:
        inside = (time_s >= start) & (time_s < end)
        made[inside] += 0.2 * np.sign(np.sin(2 * np.pi * 120 * time_s[inside]))
    return made.astype(np.float32)


def times(words: tuple[TimedWord, ...]) -> list[tuple[float, float]]:
    return [(word.start_s, word.end_s) for word in words]


def test_pauses_are_where_it_is_quiet() -> None:
    found = pauses(sound((1.0, 2.0), (2.5, 4.0)))
    assert [(p.start_s, p.end_s) for p in found] == [
        (0.0, pytest.approx(1.0, abs=0.03)),
        (pytest.approx(2.0, abs=0.03), pytest.approx(2.5, abs=0.03)),
        (pytest.approx(4.0, abs=0.03), pytest.approx(6.0, abs=0.03)),
    ]


def test_constant_sound_has_no_pauses_and_its_words_are_only_moved() -> None:
    hiss = np.random.default_rng(1).normal(0, 0.1, 3 * RATE).astype(np.float32)
    assert pauses(hiss) == ()
    (word,) = snap([TimedWord(" yes", 1.0, 1.4, 0.9)], hiss)
    assert times((word,)) == [(pytest.approx(1.0 + EARLY_S), pytest.approx(1.4 + EARLY_S))]


def test_a_pause_taken_into_the_next_word_is_given_back() -> None:
    heard = [TimedWord(" patience,", 0.96, 1.5, 1), TimedWord(" and", 1.7, 2.75, 1)]
    snapped = snap(heard, sound((1.0, 2.0), (2.5, 2.8)))
    assert times(snapped)[0] == (pytest.approx(1.0, abs=0.03), pytest.approx(2.0, abs=0.03))
    assert times(snapped)[1] == (pytest.approx(2.5, abs=0.03), pytest.approx(2.8, abs=0.03))


def test_a_pause_far_from_any_gap_stays_inside_the_word() -> None:
    heard = [TimedWord(" one", 0.2, 0.8, 1), TimedWord(" stretched", 0.8, 3.9, 1)]
    snapped = snap(heard, sound((0.0, 2.2), (2.4, 6.0), duration_s=6.0))
    assert snapped[1].start_s < 1.0
    assert snapped[1].end_s > 3.8


def test_a_comma_draws_the_pause() -> None:
    voiced = sound((0.5, 1.5), (1.8, 2.6))
    plain = [
        TimedWord(" a", 0.5, 1.2, 1),
        TimedWord(" b", 1.2, 2.0, 1),
        TimedWord(" c", 2.0, 2.5, 1),
    ]
    comma = [plain[0], TimedWord(" b,", 1.2, 2.0, 1), plain[2]]
    assert snap(comma, voiced)[2].start_s == pytest.approx(1.8, abs=0.03)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 4), st.floats(0, 2)), max_size=12),
    st.lists(st.tuples(st.floats(0, 5), st.floats(0.05, 1.5)), max_size=5),
)
def test_whatever_was_heard_words_are_in_order_inside_and_longer_than_nothing(
    lengths: list[tuple[float, float]], voiced: list[tuple[float, float]]
) -> None:
    made = sound(*[(start, start + length) for start, length in voiced])
    starts = sorted(start for start, _ in lengths)
    words = [
        TimedWord(" w", start, start + length, 0.5)
        for start, (_, length) in zip(starts, lengths, strict=True)
    ]
    low = 0.0
    for word in snap(words, made):
        assert low - 1e-9 <= word.start_s < word.end_s <= 6.0 + 1e-9
        low = word.end_s


def test_more_words_than_room_share_what_there_is() -> None:
    words = spread([TimedWord(" w", 0.1, 0.1, 1)] * 20, 0.2)
    assert all(word.end_s > word.start_s for word in words)
    assert words[0].start_s >= 0
    assert words[-1].end_s <= 0.2 + 1e-9
