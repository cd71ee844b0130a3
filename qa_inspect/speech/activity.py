"""Where anybody speaks: from the segmentation's frames, or by a small detector for one channel.

This module does not know who speaks or what is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Span
from qa_inspect.speech.segmentation import Segmentation, frame_time

SPEECH_THRESHOLD = 0.4
"""Probability of speech from which a frame counts. Lower than the usual 0.5: on telephone calls
the network is late at onsets, and 0.3 halves what is missed for few false alarms."""

TONE_SHARE = 0.97
"""Share of energy in two narrow peaks from which a stretch is a tone."""

_TONE_FRAME = 2048


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


def without_tones(spans: Sequence[Span], samples: NDArray[np.floating[Any]]) -> tuple[Span, ...]:
    """The spans that are no signalling tones: ringing and busy tones fool a speech detector.

    ``samples`` has shape (n,) at 16 kHz. A tone holds nearly all of its energy in one or two
    narrow peaks of the spectrum, all the time; a voice spreads it over its harmonics.
    """
    return tuple(span for span in spans if _peak_share(span, samples) < TONE_SHARE)


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
        parts: list[NDArray[np.float32]] = []
        owners: list[tuple[int, int, int]] = []
        for number, samples in enumerate(channels):
            steps = -(-len(samples) // self._STEP)
            for begin in range(0, steps, self._PART_STEPS):
                length = min(self._PART_STEPS, steps - begin)
                owners.append((number, begin, length))
                parts.append(self._part(samples, begin))
        found = [np.zeros(-(-len(samples) // self._STEP), dtype=np.float32) for samples in channels]
        for first in range(0, len(parts), 64):
            rows = self._run(np.stack(parts[first : first + 64]))
            for row, (number, begin, length) in zip(rows, owners[first : first + 64], strict=True):
                found[number][begin : begin + length] = row[:length]
        return found

    def _part(self, samples: NDArray[np.float32], begin: int) -> NDArray[np.float32]:
        """A part's samples with what lies before it, for the state to warm up and for context."""
        start = (begin - self._WARM_STEPS) * self._STEP - self._CONTEXT
        size = (self._WARM_STEPS + self._PART_STEPS) * self._STEP + self._CONTEXT
        piece = samples[max(0, start) : max(0, start + size)]
        left = max(0, -start)
        padded = np.pad(piece, (left, max(0, size - left - len(piece))))
        return np.asarray(padded, dtype=np.float32)

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        state = np.zeros((2, len(batch), 128), dtype=np.float32)
        rate = np.array(SAMPLE_RATE, dtype=np.int64)
        columns: list[NDArray[np.float32]] = []
        width = self._CONTEXT + self._STEP
        for step in range(self._WARM_STEPS + self._PART_STEPS):
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
