"""Measures of a call's sound: each speaker's usual voice, and how an utterance departs from it.

A voice is compared with itself only, within one call: telephones, channels and recorders set the
level of everything else. Calls without measured sound have no measures. This module does not know
rules, nor how much of anything is too much.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qa_inspect.acoustics import Prosody
from qa_inspect.domain import Utterance

LEAST_UTTERANCES = 4
"""Measured utterances below which a speaker's usual voice is not known."""

LEAST_SPEECH_S = 0.8
"""Speech (seconds) below which an utterance says too little of a voice: a "sure" is one vowel."""

RAISED = 0.6
"""From here on (0–1) an utterance is a raised voice."""

HIGHER_ST, HARDER_DB = 3.0, 4.0
"""One sign of effort each: so many semitones higher, so many dB harder. Calm talk varies by as
much, so one alone proves little."""

_MOST_SIGNS = 2.0
"""What pitch or hardness can weigh by itself: a question goes up an octave."""

AUDIBLE_SIGNS, PLAIN_SIGNS = 1.3, 3.0
"""Signs that tell a raised voice: of a louder utterance, and where a line evens out loudness."""

EVENED_OUT_DB = 3.0
"""A voice softer than usual by more than this (dB) is not raised, whatever its pitch."""


@dataclass(frozen=True, slots=True)
class VoiceBase:
    """How one speaker usually sounds in this call: medians over his utterances, by their speech.

    ``utterances`` and ``speech_s`` are what they rest on; see ``Prosody`` for the figures.
    """

    utterances: int
    speech_s: float
    loudness_db: float
    loudness_range_db: float | None
    pitch_hz: float | None
    pitch_range_st: float | None
    effort_db: float | None


@dataclass(frozen=True, slots=True)
class Departure:
    """How far an utterance lies from its speaker's usual voice; positive is louder, higher, harder.

    ``loudness_db`` and ``effort_db`` are dB, ``pitch_st`` semitones; None where it is not known.
    """

    loudness_db: float
    pitch_st: float | None
    effort_db: float | None


def voice_bases(utterances: Iterable[Utterance]) -> Mapping[str, VoiceBase]:
    """The usual voice of every speaker with enough measured utterances, by speaker label."""
    heard: defaultdict[str, list[Prosody]] = defaultdict(list)
    for utterance in utterances:
        if is_measured(utterance) and utterance.prosody is not None:
            heard[utterance.speaker].append(utterance.prosody)
    return {
        speaker: _base(found) for speaker, found in heard.items() if len(found) >= LEAST_UTTERANCES
    }


def is_measured(utterance: Utterance) -> bool:
    """Whether enough of an utterance was measured to say how it sounds."""
    return utterance.prosody is not None and utterance.prosody.speech_s >= LEAST_SPEECH_S


def departure(utterance: Utterance, bases: Mapping[str, VoiceBase]) -> Departure | None:
    """How an utterance differs from its speaker's usual voice; None where that is not known."""
    base = bases.get(utterance.speaker)
    sound = utterance.prosody
    if base is None or sound is None or not is_measured(utterance):
        return None
    return Departure(
        loudness_db=sound.loudness_db - base.loudness_db,
        pitch_st=semitones(sound.pitch_hz, base.pitch_hz),
        effort_db=_difference(sound.effort_db, base.effort_db),
    )


def raised(apart: Departure, by_db: float) -> float:
    """How much an utterance is a raised voice, 0–1; ``RAISED`` is where it begins to be one.

    A raised voice is also higher, and has more above 1 kHz (Traunmüller and Eriksson 2000, on
    vocal effort); a microphone that comes nearer changes neither. Where a telephone evens out the
    level, only these two are left, and both have to be plain.
    """
    signs = _signs(apart.pitch_st, HIGHER_ST) + _signs(apart.effort_db, HARDER_DB)
    open_line = min(apart.loudness_db / by_db, signs / AUDIBLE_SIGNS)
    evened_out = signs / PLAIN_SIGNS if apart.loudness_db >= -EVENED_OUT_DB else 0.0
    return min(1.0, max(0.0, RAISED * max(open_line, evened_out)))


def _signs(change: float | None, one: float) -> float:
    """A change counted in signs of effort; 0.0 where it is not known."""
    return 0.0 if change is None else max(-_MOST_SIGNS, min(_MOST_SIGNS, change / one))


def rises(utterances: Sequence[Utterance]) -> Mapping[int, float]:
    """By how many dB utterances (by ``index``) are louder than their speaker's last three; only
    those with at least two before them."""
    before: defaultdict[str, list[float]] = defaultdict(list)
    found = {}
    for utterance in utterances:
        if not is_measured(utterance) or utterance.prosody is None:
            continue
        level, heard = utterance.prosody.loudness_db, before[utterance.speaker]
        if len(heard) >= 2:
            found[utterance.index] = level - statistics.median(heard[-3:])
        heard.append(level)
    return found


def loudness_spread(utterances: Sequence[Utterance]) -> float | None:
    """The dB between the quiet and the loud tenth of one or more speakers' utterances, each
    speaker taken from his own middle; None for fewer than ``LEAST_UTTERANCES``."""
    levels: defaultdict[str, list[float]] = defaultdict(list)
    for utterance in utterances:
        if is_measured(utterance) and utterance.prosody is not None:
            levels[utterance.speaker].append(utterance.prosody.loudness_db)
    apart = [
        level - statistics.median(own)
        for own in levels.values()
        if len(own) >= LEAST_UTTERANCES
        for level in own
    ]
    if not apart:
        return None
    tenths = statistics.quantiles(apart, n=10, method="inclusive")
    return tenths[-1] - tenths[0]


def melody(utterances: Sequence[Utterance]) -> float | None:
    """How far the pitch moves within utterances: the median in semitones, by their speech."""
    return weighted_median(
        [
            (u.prosody.pitch_range_st, u.prosody.speech_s)
            for u in utterances
            if u.prosody is not None and u.prosody.pitch_range_st is not None
        ]
    )


def balance(own: Sequence[Utterance], others: Sequence[Utterance]) -> float | None:
    """How many dB the utterances of one side are louder than the other side's; None where less
    than ``LEAST_SPEECH_S`` of either is measured."""
    levels = [
        weighted_median(
            [
                (u.prosody.loudness_db, u.prosody.speech_s)
                for u in side
                if is_measured(u) and u.prosody is not None
            ]
        )
        for side in (own, others)
    ]
    return _difference(levels[0], levels[1])


def semitones(pitch_hz: float | None, against_hz: float | None) -> float | None:
    """How many semitones one pitch lies above another; None where either is not known, or more
    than an octave lies between them: then it is another's voice, a laugh or a fault of measure."""
    if not pitch_hz or not against_hz:
        return None
    found = 12.0 * math.log2(pitch_hz / against_hz)
    return found if abs(found) <= 12.0 else None


def weighted_median(values: Sequence[tuple[float, float]]) -> float | None:
    """The median of (value, weight) pairs by weight; None where nothing weighs anything."""
    half = sum(weight for _, weight in values) / 2
    if half <= 0:
        return None
    reached = 0.0
    for value, weight in sorted(values):
        reached += weight
        if reached >= half:
            return value
    return None


def _base(heard: Sequence[Prosody]) -> VoiceBase:
    def middle(figures: Iterable[float | None]) -> float | None:
        pairs = zip(figures, heard, strict=True)
        return weighted_median([(value, p.speech_s) for value, p in pairs if value is not None])

    loudness = middle(p.loudness_db for p in heard)
    return VoiceBase(
        utterances=len(heard),
        speech_s=sum(p.speech_s for p in heard),
        loudness_db=heard[0].loudness_db if loudness is None else loudness,
        loudness_range_db=middle(p.loudness_range_db for p in heard),
        pitch_hz=middle(p.pitch_hz for p in heard),
        pitch_range_st=middle(p.pitch_range_st for p in heard),
        effort_db=middle(p.effort_db for p in heard),
    )


def _difference(value: float | None, base: float | None) -> float | None:
    return None if value is None or base is None else value - base
