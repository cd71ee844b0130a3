"""How speakers lie on a recording's channels, and whose speech leaks where.

Tells a true two-channel call from one in which both channels carry the same mix or one is dead,
and takes away the stretches of a channel that are only the other side coming through. This module
does not know words or roles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Channels, Span
from qa_inspect.speech.activity import join_spans, runs

SAME_CORRELATION = 0.97
"""Channels that correlate (absolute value) at least this much carry the same sound."""

DEAD_DBFS = -65.0
"""A channel whose loudest tenth of blocks is quieter than this carries nothing."""

LEAK_MARGIN_DB = 10.0
"""A channel's own speech is this much louder than what leaks into it (decibels)."""

_LOUDEST_LEAK_DB = -9.0
"""What is not this far below the other side's speech is never taken for its leak (decibels)."""

_BLOCK_S = 0.02
_BLOCK = round(_BLOCK_S * SAMPLE_RATE)

Floats = NDArray[np.float32]


class Layout(StrEnum):
    """What the channels hold."""

    MIXED = "mixed"
    """Everybody on one channel (or the same on both)."""
    SEPARATE = "separate"
    """One side on each channel."""


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """How to hear a recording.

    ``samples`` is the one mix (MIXED) or None; ``agent_channel`` is 0 or 1 where the manifest or a
    setting says so. ``live`` names the only channel that carries sound, where just one does.
    ``notes`` are sentences for people.
    """

    layout: Layout
    samples: Floats | None = None
    agent_channel: int | None = None
    live: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnSpeech:
    """Each channel's own speech after leakage is taken away.

    ``spans`` and ``samples`` are by channel; in ``samples`` what only leaked is silent.
    ``leak_db`` is how far below the source each channel hears the other side (None: too little
    to tell). ``dropped_s`` is the speech taken away in seconds.
    """

    spans: tuple[tuple[Span, ...], ...]
    samples: tuple[Floats, ...]
    leak_db: tuple[float | None, ...]
    dropped_s: tuple[float, ...]


def plan_channels(samples: Floats, wish: Channels) -> ChannelPlan:
    """Decides how to hear ``samples`` (channels, n) given what the manifest or a setting says."""
    agent = {Channels.AGENT_LEFT: 0, Channels.AGENT_RIGHT: 1}.get(wish)
    if len(samples) == 1:
        notes = ("the manifest names a channel, but the recording has only one",)
        return ChannelPlan(Layout.MIXED, samples[0], notes=notes if agent is not None else ())
    if wish is Channels.MONO:
        return ChannelPlan(Layout.MIXED, _mix(samples))
    if len(samples) > 2:
        return ChannelPlan(
            Layout.MIXED,
            _mix(samples),
            notes=(f"the recording has {len(samples)} channels; they were mixed into one",),
        )
    loud = [_loudness_db(channel) for channel in samples]
    if min(loud) < DEAD_DBFS <= max(loud):
        live = int(np.argmax(loud))
        side = ("left", "right")[1 - live]
        note = f"the {side} channel is silent; only the other one was heard"
        return ChannelPlan(Layout.MIXED, samples[live], agent, live, (note,))
    if abs(_correlation(samples[0], samples[1])) >= SAME_CORRELATION:
        note = "both channels carry the same sound; the call was treated as mono"
        return ChannelPlan(Layout.MIXED, samples[int(np.argmax(loud))], notes=(note,))
    return ChannelPlan(Layout.SEPARATE, agent_channel=agent)


def own_speech(samples: Floats, speech: Sequence[Sequence[Span]]) -> OwnSpeech:
    """Takes leaked speech off two channels, (2, n) samples with their speech spans.

    While the other side speaks and this side is silent, this channel's level follows the other's
    at a fixed distance, the leak. Speech that does not rise ``LEAK_MARGIN_DB`` above it is the
    other side's.
    """
    level = np.stack([_block_db(channel) for channel in samples])
    active = np.stack([_mask(spans, level.shape[1]) for spans in speech])
    spans: list[tuple[Span, ...]] = []
    heard: list[Floats] = []
    leaks: list[float | None] = []
    dropped: list[float] = []
    for own, other in ((0, 1), (1, 0)):
        source = _recent_maximum(level[other])
        sounding = _linger(active[other])
        leak = _leak_db(level[own], source, active[own], sounding)
        leaks.append(leak)
        if leak is None:
            spans.append(tuple(speech[own]))
            heard.append(samples[own])
            dropped.append(0.0)
            continue
        rise = _smoothed(level[own]) - source
        foreign = sounding & (rise < min(leak + LEAK_MARGIN_DB, _LOUDEST_LEAK_DB))
        kept = _keep_runs(active[own] & ~foreign, active[own])
        spans.append(_as_spans(kept))
        dropped.append(float((active[own] & ~kept).sum() * _BLOCK_S))
        heard.append(_silence(samples[own], foreign & ~_widen(kept, 10)))
    return OwnSpeech(tuple(spans), tuple(heard), tuple(leaks), tuple(dropped))


def _leak_db(
    own: NDArray[np.float64],
    source: NDArray[np.float64],
    own_active: NDArray[np.bool_],
    sounding: NDArray[np.bool_],
) -> float | None:
    """How far below the other channel its speech is heard here (negative dB), None if not at all.

    The middle of the level differences where the other side is plainly louder: where both are
    as loud, both speak.
    """
    rise = (_smoothed(own) - source)[sounding]
    below = rise[rise < _LOUDEST_LEAK_DB]
    if len(below) < 25 or not (own_active & sounding).any():
        return None
    return float(np.median(below))


def _recent_maximum(level: NDArray[np.float64]) -> NDArray[np.float64]:
    """The loudest of the last 0.4 s and the next 0.1 s: a leak comes late, as an echo does."""
    from scipy.ndimage import maximum_filter1d

    late, early = round(0.4 / _BLOCK_S), round(0.1 / _BLOCK_S)
    shift = (late - early) // 2
    return np.asarray(maximum_filter1d(level, late + early + 1, origin=shift, mode="nearest"))


def _linger(active: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where the other side speaks or has just spoken (0.4 s)."""
    steps = round(0.4 / _BLOCK_S)
    later = np.convolve(active.astype(np.int64), np.ones(steps + 1, dtype=np.int64))
    return np.asarray(later[: len(active)] > 0)


def _smoothed(level: NDArray[np.float64]) -> NDArray[np.float64]:
    """The loudest of about 0.3 s around each block: speech dips between syllables."""
    from scipy.ndimage import maximum_filter1d

    return np.asarray(maximum_filter1d(level, 15, mode="nearest"))


def _loudness_db(channel: Floats) -> float:
    return float(np.percentile(_block_db(channel), 90)) if len(channel) >= _BLOCK else -120.0


def _block_db(channel: Floats) -> NDArray[np.float64]:
    blocks = channel[: len(channel) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    power = np.einsum("ij,ij->i", blocks, blocks, dtype=np.float64) / _BLOCK
    return np.asarray(10.0 * np.log10(power + 1e-12))


def _correlation(left: Floats, right: Floats) -> float:
    norms = float(np.linalg.norm(left)) * float(np.linalg.norm(right))
    return float(np.dot(left, right)) / norms if norms > 0 else 0.0


def _mix(samples: Floats) -> Floats:
    return np.asarray(samples.mean(axis=0), dtype=np.float32)


def _mask(spans: Sequence[Span], length: int) -> NDArray[np.bool_]:
    mask = np.zeros(length, dtype=bool)
    for span in spans:
        mask[int(span.start_s / _BLOCK_S) : int(np.ceil(span.end_s / _BLOCK_S))] = True
    return mask


def _widen(mask: NDArray[np.bool_], blocks: int) -> NDArray[np.bool_]:
    return np.convolve(mask.astype(np.int64), np.ones(2 * blocks + 1, dtype=np.int64), "same") > 0


def _keep_runs(own: NDArray[np.bool_], active: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Own speech of at least 0.2 s; a shorter rest of a longer active run is the leak's edge."""
    kept = np.zeros_like(own)
    whole = dict(runs(active))
    for begin, end in runs(own):
        untouched = whole.get(begin) == end
        if untouched or (end - begin) * _BLOCK_S >= 0.2:
            kept[begin:end] = True
    return kept


def _as_spans(mask: NDArray[np.bool_]) -> tuple[Span, ...]:
    return tuple(join_spans([Span(a * _BLOCK_S, b * _BLOCK_S) for a, b in runs(mask)], 0.1))


def _silence(channel: Floats, blocks: NDArray[np.bool_]) -> Floats:
    quiet = channel.copy()
    for begin, end in runs(blocks):
        quiet[begin * _BLOCK : end * _BLOCK] = 0.0
    return quiet
