"""Decoded frames on their way to 16 kHz float32 channels in a file, piece by piece.

Memory stays the same however long the recording is. Used by the decoding process only; this module
does not know about containers or about what is a fault in a recording, except too much of it.
"""

from __future__ import annotations

import math
import os
from typing import Any

import av
import numpy as np
import numpy.typing as npt

RATE = 16_000
MAX_CHANNELS = 8

MIN_GAP_S = 0.06
MAX_GAP_S = 900.0
"""Jumps in a recording's time stamps between these two are filled with silence: shorter ones are
rounding, longer ones are damage."""

MAX_BACK_S = 1.0
"""A jump back by more starts the clock anew (recordings joined end to end)."""


class Refusal(Exception):
    """The file cannot be decoded: ``problem`` ends a sentence that starts with its name."""

    def __init__(self, problem: str, cure: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.cure = cure


class Sink:
    """The temporary file: one stretch of float32 samples for each channel."""

    def __init__(self, descriptor: int, max_samples: int) -> None:
        self.descriptor = descriptor
        self.max_samples = max_samples
        self.channels = 0

    def reserve(self, channels: int) -> int:
        """The number of the first of ``channels`` new channels."""
        first = self.channels
        self.channels += channels
        if self.channels > MAX_CHANNELS:
            raise Refusal(
                f"has more than {MAX_CHANNELS} audio channels", "export the call's own channels"
            )
        return first

    def write(self, first: int, position: int, block: npt.NDArray[np.float32]) -> None:
        """Writes ``block`` (channels, n) at sample ``position`` of channels ``first`` on."""
        for row, samples in enumerate(block):
            view = memoryview(np.ascontiguousarray(samples).data).cast("B")
            at = ((first + row) * self.max_samples + position) * 4
            while view:
                done = os.pwrite(self.descriptor, view, at)
                view, at = view[done:], at + done


class Lane:
    """One audio stream on its way to the sink, resampled, gaps filled."""

    def __init__(self, stream: Any, sink: Sink) -> None:
        self.channels = int(stream.codec_context.layout.nb_channels)
        if not 1 <= self.channels <= MAX_CHANNELS:
            raise Refusal(f"has {self.channels} audio channels", "export the call's own channels")
        self.first = sink.reserve(self.channels)
        self.sink = sink
        self.written = 0
        self.gap_s = 0.0
        self.lost_s = 0.0
        self.low = np.full(self.channels, np.inf)
        self.high = np.full(self.channels, -np.inf)
        self.total = np.zeros(self.channels)
        self._resampler: Any = None
        self._kind: tuple[str, str, int] | None = None
        self._fed_s = 0.0
        self.clock_zero_s: float | None = None

    def feed(self, frame: Any) -> None:
        """Takes one decoded frame."""
        if not frame.samples or not frame.sample_rate:
            return
        self._fill_gap(frame)
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._kind:
            self.drain()
            self._kind = kind
            self._resampler = av.AudioResampler("fltp", frame.layout, RATE)
        frame = _finite(frame)
        frame.pts = None
        for out in self._resampler.resample(frame):
            self._store(out.to_ndarray())

    def drain(self) -> None:
        """Writes what the resampler still holds."""
        if self._resampler is not None:
            for out in self._resampler.resample(None):
                self._store(out.to_ndarray())
        self._resampler = self._kind = None

    def _fill_gap(self, frame: Any) -> None:
        """Keeps the samples on the recording's own clock: where time stamps jump, silence goes."""
        length_s = frame.samples / frame.sample_rate
        moment = frame.time if frame.pts is not None else None
        if moment is not None and math.isfinite(moment):
            if self.clock_zero_s is None:
                self.clock_zero_s = moment
            gap = moment - self.clock_zero_s - self._fed_s
            if MIN_GAP_S <= gap <= MAX_GAP_S:
                self.drain()
                # Never written, so it reads as zeros: the file is sparse.
                self._advance(round(gap * RATE))
                self.gap_s += gap
                self._fed_s += gap
            elif not -MAX_BACK_S <= gap <= MAX_GAP_S:
                self.clock_zero_s = moment - self._fed_s
        self._fed_s += length_s

    def _advance(self, samples: int) -> None:
        self.written += samples
        if self.written > self.sink.max_samples:
            raise Refusal(
                f"is longer than the limit of {self.sink.max_samples / RATE / 3600:.3g} hours",
                "split the recording into its calls",
            )

    def _store(self, block: npt.NDArray[np.float32]) -> None:
        if block.shape[0] != self.channels:
            block = np.repeat(block.mean(axis=0, keepdims=True), self.channels, axis=0)
        if not block.shape[1]:
            return
        position = self.written
        self._advance(block.shape[1])
        self.sink.write(self.first, position, block)
        np.minimum(self.low, block.min(axis=1), out=self.low)
        np.maximum(self.high, block.max(axis=1), out=self.high)
        self.total += block.sum(axis=1, dtype=np.float64)


def _finite(frame: Any) -> Any:
    """``frame`` with NaN and infinities of floating-point sound set to zero."""
    if not frame.format.name.startswith(("flt", "dbl")):
        return frame
    samples = frame.to_ndarray()
    if np.isfinite(samples).all():
        return frame
    mended = av.AudioFrame.from_ndarray(
        np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0),
        format=frame.format.name,
        layout=frame.layout.name,
    )
    mended.sample_rate = frame.sample_rate
    return mended
