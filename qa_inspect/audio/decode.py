"""Bytes to samples: a recording of any common format as 16 kHz channels, or one clear error.

The work happens in a separate process with a time limit (:mod:`qa_inspect.audio.worker`), so a
file that crashes or hangs the decoder costs that one file. This module does not know what is said
on the channels or whose voice is on which.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_inspect.audio.worker import POOL, WorkerDied, WorkerStuck
from qa_inspect.config import SAMPLE_RATE, DecodeLimits
from qa_inspect.errors import AudioError, DecoderError

LENGTH_SLACK_S = 0.3
"""Codecs pad a recording's ends: a difference up to this many seconds is no loss."""

CONSTANT_OFFSET = 1e-3
"""Mean level (1.0 is full scale) from which a channel's constant offset is taken away."""

OVER_SCALE = 4.0
"""Peak (1.0 is full scale) from which floating-point sound was plainly saved on another scale."""

_COPY_AGAIN = "copy the recording again from its source"


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """A decoded recording.

    ``samples`` is float32 of shape (channels, n) at 16 kHz, 1.0 being full scale, with one or two
    channels. Of a recording with more channels the one or two that carry sound are kept, or all
    are mixed into one. ``codec`` and ``sample_rate_hz`` are the file's; ``container_duration_s``
    is the length its header states, None where it states none. ``lost_s`` is how much of it was
    damaged and filled with silence.
    """

    samples: npt.NDArray[np.float32]
    codec: str
    sample_rate_hz: int
    container_duration_s: float | None = None
    lost_s: float = 0.0

    @property
    def channels(self) -> int:
        """1 or 2."""
        return int(self.samples.shape[0])

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return int(self.samples.shape[1]) / SAMPLE_RATE

    def mono(self) -> npt.NDArray[np.float32]:
        """The mean of the channels, shape (n,); the only channel itself where there is one."""
        only: npt.NDArray[np.float32] = self.samples[0]
        if self.channels == 1:
            return only
        return np.asarray(self.samples.mean(axis=0), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _Channel:
    """What the decoder saw on a channel: least, greatest and mean sample."""

    low: float
    high: float
    mean: float

    @property
    def peak(self) -> float:
        """Half of the peak-to-peak level: a constant offset does not count as sound."""
        return max(0.0, (self.high - self.low) / 2)


def decode(path: Path, limits: DecodeLimits) -> Audio:
    """Decodes ``path`` within ``limits``. May be called from several threads at once.

    Raises :class:`AudioError` naming the file, what is wrong with it and what to do: not there,
    unreadable, empty, no audio, encrypted, damaged, cut short, too short, too long, silent, or not
    decoded within ``limits.timeout_s``.
    """
    max_samples = int(limits.max_duration_s * SAMPLE_RATE)
    request = {
        "path": str(path.absolute()),
        "max_samples": max_samples,
        "timeout_s": limits.timeout_s,
    }
    try:
        with POOL.worker() as worker:
            reply = worker.ask(request, limits.timeout_s)
            channels = _judge(reply, path, limits)
            samples = _read(worker.descriptor, reply["samples"], max_samples, channels, limits)
    except WorkerStuck:
        raise DecoderError(
            f"was not decoded within {limits.timeout_s:g} s and was given up",
            where=path.name,
            cure="convert it to WAV or FLAC, or raise the time limit",
        ) from None
    except (WorkerDied, OSError) as error:
        raise DecoderError(
            f"made the decoder crash ({error})", where=path.name, cure="convert it to WAV or FLAC"
        ) from None
    _settle(samples)
    return Audio(samples, reply["codec"], reply["rate"], reply["stated_s"], reply["lost_s"])


def close_decoder() -> None:
    """Ends the decoding processes at rest. Decoding again afterwards starts new ones."""
    POOL.close()


@contextlib.contextmanager
def decoder() -> Iterator[None]:
    """Ends the decoding processes at rest on leaving the ``with`` block."""
    try:
        yield
    finally:
        close_decoder()


def _judge(reply: Mapping[str, Any], path: Path, limits: DecodeLimits) -> tuple[_Channel, ...]:
    """The channels of a recording worth reading; raises AudioError for any other."""
    if "problem" in reply:
        raise AudioError(reply["problem"], where=path.name, cure=reply["cure"])
    channels = tuple(_Channel(**channel) for channel in reply["channels"])
    problem = _loss(reply, limits)
    duration_s = reply["samples"] / SAMPLE_RATE
    if problem is not None:
        raise AudioError(problem, where=path.name, cure=_COPY_AGAIN)
    if duration_s < limits.min_duration_s:
        raise AudioError(
            f"is too short to judge: {duration_s:.2f} s, at least {limits.min_duration_s:g} s "
            "are needed",
            where=path.name,
            cure="leave it out",
        )
    level = _dbfs(max(channel.peak for channel in channels))
    if level <= limits.silence_dbfs:
        heard = "nothing but zeros" if level == -np.inf else f"peak {level:.0f} dBFS"
        raise AudioError(
            f"is silent: {heard} in {duration_s:.1f} s",
            where=path.name,
            cure="check the recorder's input",
        )
    return channels


def _loss(reply: Mapping[str, Any], limits: DecodeLimits) -> str | None:
    """What of the recording is missing, as the end of a sentence, or None."""
    duration_s: float = reply["samples"] / SAMPLE_RATE
    stated_s: float | None = reply["stated_s"]
    lost_s: float = reply["lost_s"]
    if not reply["samples"]:
        length = f" of the stated {stated_s:.1f} s" if stated_s else ""
        return f"holds no sound that can be decoded: 0.0 s{length}"
    if stated_s is not None and _too_much(stated_s - duration_s, stated_s, limits):
        return (
            f"is cut short or damaged: {duration_s:.1f} s of the stated {stated_s:.1f} s "
            "could be decoded"
        )
    if stated_s is None and reply["breaks_off"]:
        return f"is cut short: it breaks off after {duration_s:.1f} s, before its last part ends"
    if _too_much(lost_s, duration_s, limits):
        return f"is damaged: {lost_s:.1f} s of {duration_s:.1f} s could not be decoded"
    return None


def _too_much(missing_s: float, whole_s: float, limits: DecodeLimits) -> bool:
    return missing_s > max(LENGTH_SLACK_S, limits.truncation_tolerance * whole_s)


def _dbfs(level: float) -> float:
    """A level (1.0 is full scale) in dBFS; minus infinity for zero."""
    return float(20 * np.log10(level)) if level > 0 else float("-inf")


def _read(
    descriptor: int,
    samples: int,
    room: int,
    channels: Sequence[_Channel],
    limits: DecodeLimits,
) -> npt.NDArray[np.float32]:
    """The worker's samples as (1 or 2, n): see :class:`Audio` for recordings with more."""
    chosen = list(range(len(channels)))
    if len(channels) > 2:
        chosen = [i for i, c in enumerate(channels) if _dbfs(c.peak) > limits.silence_dbfs]
    # What was skipped as silence may lie behind the file's end; it then reads as zeros.
    os.ftruncate(descriptor, len(channels) * room * 4)
    mixed = len(chosen) > 2
    result = np.zeros((1 if mixed else len(chosen), samples), dtype=np.float32)
    if not mixed:
        for row, channel in enumerate(chosen):
            _read_channel(descriptor, channel * room * 4, result[row])
        return result
    part = np.empty(samples, dtype=np.float32)
    for channel in chosen:
        _read_channel(descriptor, channel * room * 4, part)
        result[0] += part
    result /= len(chosen)
    return result


def _read_channel(descriptor: int, position: int, into: npt.NDArray[np.float32]) -> None:
    view = memoryview(into.data).cast("B")
    while view:
        done = os.preadv(descriptor, [view[: 1 << 30]], position)
        if not done:
            raise OSError("the decoder's temporary file ended early")
        view, position = view[done:], position + done


def _settle(samples: npt.NDArray[np.float32]) -> None:
    """Takes away constant offsets, and brings sound saved on another scale to full scale."""
    peak = 0.0
    for row in samples:
        offset = float(row.mean(dtype=np.float64))
        if abs(offset) > CONSTANT_OFFSET:
            row -= np.float32(offset)
        peak = max(peak, float(row.max()), -float(row.min()))
    if peak > OVER_SCALE:
        samples /= np.float32(peak)
