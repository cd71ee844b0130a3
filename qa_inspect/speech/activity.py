"""Where anybody speaks: from the segmentation's frames, or by a small detector for one channel.

This module does not know who speaks or what is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Span
from qa_inspect.speech.segmentation import FRAME_S, Segmentation, frame_time, time_frame

SPEECH_THRESHOLD = 0.4
"""Probability of speech from which a frame counts. Lower than the usual 0.5: on telephone calls
the network is late at onsets, and 0.3 halves what is missed for few false alarms."""

TONE_SHARE = 0.97
"""Share of energy in two narrow peaks from which a stretch is a tone."""

DOUBTFUL_SHARE = 0.85
"""Share of energy in two narrow peaks from which a stretch may be keys, tones or music: 1 % of the
spans of real speech, 90 % of those that ringing and keypads give."""

SURE_PROBABILITY = 0.85
"""Mean probability of speech below which a second detector is asked: 8 % of the spans of real
speech, nearly all of those that music, breath, clicks and hum give."""

FAINT_DB = 27.0
"""Speech this far (decibels) below the call's usual level is not meant for this line: the quieter
side of real mono calls lay up to 20 dB below the louder one, what leaks from another line 30-40."""

_TONE_FRAME = 2048

Listener = Callable[[Sequence[NDArray[np.float32]]], "list[tuple[Span, ...]]"]
"""Stretches with speech for each stretch of samples, as ``ChannelActivity.spans`` gives them."""


@dataclass(frozen=True, slots=True)
class CheckedSpeech:
    """Speech, and what was not taken for it. Spans in order.

    ``dropped`` only seemed to be speech: tones, music, noise. ``faint`` is so far below the call's
    speech that it must be another line coming through.
    """

    speech: tuple[Span, ...]
    dropped: tuple[Span, ...] = ()
    faint: tuple[Span, ...] = ()

    def notes(self) -> tuple[str, ...]:
        """Sentences for people about what was dropped, if that is a second or more."""
        return (
            *_note(self.dropped, "are tones, music or noise and were not taken for speech"),
            *_note(self.faint, "are another line coming through and were not taken for speech"),
        )


def _note(spans: Sequence[Span], what: str) -> tuple[str, ...]:
    seconds = sum(span.duration_s for span in spans)
    if seconds < 1.0:
        return ()
    return (f"{seconds:.1f} s between {spans[0].start_s:.1f} and {spans[-1].end_s:.1f} s {what}",)


def runs(on: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches of consecutive true values as (first, end exclusive)."""
    edges = np.diff(np.concatenate([[0], on.astype(np.int8), [0]]))
    return list(
        zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True)
    )


def speech_spans(
    segmentation: Segmentation, *, shortest_s: float = 0.1, gap_s: float = 0.2
) -> tuple[Span, ...]:
    """Stretches in which anybody speaks; gaps up to ``gap_s`` are closed (seconds)."""
    on = segmentation.speech_probability() > SPEECH_THRESHOLD
    spans = [
        Span(max(0.0, frame_time(begin - 0.5)), frame_time(end - 0.5)) for begin, end in runs(on)
    ]
    return tuple(s for s in join_spans(spans, gap_s) if s.duration_s >= shortest_s)


def join_spans(spans: list[Span], gap_s: float) -> list[Span]:
    """Spans in order of time, those closer than ``gap_s`` seconds made one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda s: s.start_s):
        if joined and span.start_s - joined[-1].end_s <= gap_s:
            joined[-1] = Span(joined[-1].start_s, max(joined[-1].end_s, span.end_s))
        else:
            joined.append(span)
    return joined


def check_speech(
    segmentation: Segmentation, samples: NDArray[np.float32], listen: Listener
) -> CheckedSpeech:
    """The speech of a recording ((n,) at 16 kHz), what is doubtful heard by a second detector.

    The segmentation was taught on people and takes keypads, ringing, music or clicks for them now
    and then, though seldom surely. Of a doubtful span only the part stays that ``listen`` hears
    too, with ``_MARGIN_S`` around it.
    """
    probability = segmentation.speech_probability()
    spans = [part for span in speech_spans(segmentation) for part in _apart(span, probability)]
    doubtful = [span for span in spans if _is_doubtful(span, probability, samples)]
    parts = [(max(0.0, span.start_s - _BEFORE_S), span.end_s + _MARGIN_S) for span in doubtful]
    pieces = [samples[int(a * SAMPLE_RATE) : int(b * SAMPLE_RATE)] for a, b in parts]
    heard = listen(pieces) if pieces else []
    known = set(doubtful)
    kept = [span for span in spans if span not in known]
    dropped: list[Span] = []
    for span, (begin_s, _), found in zip(doubtful, parts, heard, strict=True):
        around = [Span(begin_s + s.start_s, begin_s + s.end_s) for s in found]
        inside = [part for part in _inside(span, around) if not _is_tone(part, samples)]
        kept.extend(inside)
        dropped.extend(_rest(span, inside))
    loud, faint = _by_level(join_spans(kept, 0.05), samples)
    return CheckedSpeech(loud, tuple(dropped), faint)


def _by_level(
    spans: Sequence[Span], samples: NDArray[np.float32]
) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Speech that is loud enough to be meant for this line, and what is not.

    Levels are the loudest of about 0.3 s around each 20 ms, so that only stretches count as faint.
    """
    from scipy.ndimage import maximum_filter1d

    blocks = samples[: len(samples) // _LEVEL_BLOCK * _LEVEL_BLOCK].reshape(-1, _LEVEL_BLOCK)
    power = np.einsum("ij,ij->i", blocks, blocks, dtype=np.float64) / _LEVEL_BLOCK
    level = maximum_filter1d(10.0 * np.log10(power + 1e-12), 15) if len(power) else power
    step_s = _LEVEL_BLOCK / SAMPLE_RATE
    inside = np.zeros(len(level), dtype=bool)
    for span in spans:
        inside[int(span.start_s / step_s) : int(span.end_s / step_s)] = True
    if not inside.any():
        return tuple(spans), ()
    low = inside & (level < float(np.median(level[inside])) - FAINT_DB)
    faint = [
        Span(begin * step_s, end * step_s)
        for begin, end in runs(low)
        if (end - begin) * step_s >= _SHORTEST_FAINT_S
    ]
    loud: list[Span] = []
    for span in spans:
        parts = [
            Span(max(span.start_s, s.start_s), min(span.end_s, s.end_s))
            for s in faint
            if span.overlap_s(s) > 0
        ]
        loud.extend(_rest(span, parts))
    return tuple(span for span in loud if span.duration_s >= 0.1), tuple(faint)


_LEVEL_BLOCK = round(0.02 * SAMPLE_RATE)
_SHORTEST_FAINT_S = 0.6
"""Shorter faint stretches (seconds) are pauses and soft ends of words."""

_MARGIN_S = 0.4
"""What belongs to speech around what the second detector hears (seconds)."""

_BEFORE_S = 1.6
"""What the second detector hears before a doubtful span (seconds): it needs to get going."""


def _apart(span: Span, probability: NDArray[np.float32]) -> list[Span]:
    """A span with its weak stretches apart: music may begin where somebody has just stopped."""
    first = max(0, time_frame(span.start_s))
    weak = probability[first : time_frame(span.end_s) + 1] < SURE_PROBABILITY
    parts = [
        Span(max(span.start_s, frame_time(first + a)), min(span.end_s, frame_time(first + b)))
        for a, b in runs(weak)
        if (b - a) * FRAME_S >= _SHORTEST_WEAK_S
    ]
    return sorted([*parts, *_rest(span, parts)], key=lambda part: part.start_s)


_SHORTEST_WEAK_S = 0.5
"""Shorter weak stretches (seconds) belong to the speech around them."""


def _is_doubtful(
    span: Span, probability: NDArray[np.float32], samples: NDArray[np.float32]
) -> bool:
    frames = probability[max(0, time_frame(span.start_s)) : time_frame(span.end_s) + 1]
    if not len(frames) or float(frames.mean()) < SURE_PROBABILITY:
        return True
    return _peak_share(span, samples) > DOUBTFUL_SHARE


def _inside(span: Span, heard: Sequence[Span]) -> list[Span]:
    """The parts of a span near what was heard."""
    wide = join_spans(
        [Span(max(0.0, s.start_s - _MARGIN_S), s.end_s + _MARGIN_S) for s in heard], 0
    )
    cut = [
        Span(max(span.start_s, s.start_s), min(span.end_s, s.end_s))
        for s in wide
        if span.overlap_s(s) > 0
    ]
    return [part for part in cut if part.duration_s > 0]


def _rest(span: Span, parts: Sequence[Span]) -> list[Span]:
    """What is left of a span without parts of it, which are in order."""
    edges = [
        span.start_s,
        *(edge for part in parts for edge in (part.start_s, part.end_s)),
        span.end_s,
    ]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [Span(begin, end) for begin, end in pairs if end - begin > 1e-6]


def without_tones(spans: Sequence[Span], samples: NDArray[np.floating[Any]]) -> tuple[Span, ...]:
    """The spans that are no signalling tones: ringing and busy tones fool a speech detector.

    ``samples`` has shape (n,) at 16 kHz. A tone holds nearly all of its energy in one or two
    narrow peaks of the spectrum, all the time; a voice spreads it over its harmonics.
    """
    return tuple(span for span in spans if not _is_tone(span, samples))


def _is_tone(span: Span, samples: NDArray[np.floating[Any]]) -> bool:
    return _peak_share(span, samples) >= TONE_SHARE


def _peak_share(span: Span, samples: NDArray[np.floating[Any]]) -> float:
    """Share of energy (0–1) in the two strongest peaks, the median over the span's frames."""
    part = samples[int(span.start_s * SAMPLE_RATE) : int(span.end_s * SAMPLE_RATE)]
    whole = part[: len(part) // _TONE_FRAME * _TONE_FRAME].reshape(-1, _TONE_FRAME)
    if not len(whole):
        return 0.0
    power = np.abs(np.fft.rfft(whole * np.hanning(_TONE_FRAME), axis=1)) ** 2
    total = power.sum(axis=1)
    # A Hann window spreads a pure tone over the bin it falls in and two on either side.
    near = np.stack([np.roll(power, shift, axis=1) for shift in range(-2, 3)]).sum(axis=0)
    first = near.argmax(axis=1)
    rows = np.arange(len(near))
    strongest = near[rows, first]
    away = np.abs(np.arange(power.shape[1])[None, :] - first[:, None]) > 4
    second = np.where(away, near, 0.0).max(axis=1)
    share = (strongest + second) / np.maximum(total, 1e-12)
    return float(np.median(share[total > 0])) if (total > 0).any() else 0.0


class ChannelActivity:
    """``silero-vad`` as an ONNX graph: where somebody speaks on a channel of his own.

    A channel is heard in parts of about half a minute, all parts of all channels side by side in
    one batch, because the graph looks at 32 ms at a time. ``threads`` 0 leaves the choice to the
    runtime.
    """

    _STEP = 512
    _CONTEXT = 64
    _PART_STEPS = 940
    _WARM_STEPS = 48

    def __init__(self, path: Path, *, threads: int = 0) -> None:
        import onnxruntime  # type: ignore[import-untyped]

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = 1
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )

    def spans(self, channels: Sequence[NDArray[np.float32]]) -> list[tuple[Span, ...]]:
        """Stretches with speech for each channel of samples (16 kHz)."""
        return [_spans_of(row, self._STEP / SAMPLE_RATE) for row in self.probabilities(channels)]

    def probabilities(self, channels: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """The probability of speech (0–1) for every 32 ms of each channel."""
        owners: list[tuple[int, int, int]] = []
        for number, samples in enumerate(channels):
            steps = -(-len(samples) // self._STEP)
            for begin in range(0, steps, self._PART_STEPS):
                owners.append((number, begin, min(self._PART_STEPS, steps - begin)))
        owners.sort(key=lambda owner: owner[2])
        found = [np.zeros(-(-len(samples) // self._STEP), dtype=np.float32) for samples in channels]
        for first in range(0, len(owners), 64):
            batch = owners[first : first + 64]
            longest = batch[-1][2]
            rows = self._run(
                np.stack([self._part(channels[n], begin, longest) for n, begin, _ in batch])
            )
            for row, (number, begin, length) in zip(rows, batch, strict=True):
                found[number][begin : begin + length] = row[:length]
        return found

    def _part(self, samples: NDArray[np.float32], begin: int, steps: int) -> NDArray[np.float32]:
        """A part's samples with what lies before it, for the state to warm up and for context."""
        start = (begin - self._WARM_STEPS) * self._STEP - self._CONTEXT
        size = (self._WARM_STEPS + steps) * self._STEP + self._CONTEXT
        piece = samples[max(0, start) : max(0, start + size)]
        left = max(0, -start)
        padded = np.pad(piece, (left, max(0, size - left - len(piece))))
        return np.asarray(padded, dtype=np.float32)

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        state = np.zeros((2, len(batch), 128), dtype=np.float32)
        rate = np.array(SAMPLE_RATE, dtype=np.int64)
        columns: list[NDArray[np.float32]] = []
        width = self._CONTEXT + self._STEP
        for step in range((batch.shape[1] - self._CONTEXT) // self._STEP):
            begin = step * self._STEP
            heard = np.ascontiguousarray(batch[:, begin : begin + width])
            made, state = self._session.run(None, {"input": heard, "state": state, "sr": rate})
            columns.append(made[:, 0])
        return np.stack(columns[self._WARM_STEPS :], axis=1)


def _spans_of(
    probability: NDArray[np.float32], step_s: float, onset: float = 0.5, offset: float = 0.35
) -> tuple[Span, ...]:
    """Spans that start where speech is likely and last while it is not unlikely (hysteresis)."""
    spans = [
        Span(max(0.0, (begin - 1) * step_s), (end + 1) * step_s)
        for begin, end in runs(probability > offset)
        if (probability[begin:end] > onset).any()
    ]
    return tuple(span for span in join_spans(spans, 0.1) if span.duration_s >= 0.15)
