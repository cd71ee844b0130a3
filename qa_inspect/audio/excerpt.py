"""Stretches of a decoded recording: cut out, silenced in places, and written as a file to play.

This module does not know what is said, why a stretch is cut or why a place is silenced.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Span

Samples = npt.NDArray[np.float32]
"""Sound of shape (channels, n) at 16 kHz, 1.0 being full scale."""

FADE_S = 0.01
"""How long sound takes to go to nothing and back; shorter is heard as a click."""


class SoundFormat(StrEnum):
    """How a stretch is written."""

    WAV = "wav"
    MP3 = "mp3"
    OPUS = "opus"


_CONTAINERS = {SoundFormat.WAV: "wav", SoundFormat.MP3: "mp3", SoundFormat.OPUS: "ogg"}
_CODECS = {
    SoundFormat.WAV: ("pcm_s16le", "s16", SAMPLE_RATE, None),
    SoundFormat.MP3: ("libmp3lame", "s16p", SAMPLE_RATE, 48_000),
    SoundFormat.OPUS: ("libopus", "s16", 48_000, 24_000),
}
"""Codec, sample format, samples a second and bits a second for each channel."""


def cut(samples: Samples, span: Span) -> Samples:
    """A copy of the stretch, as far as the recording reaches, faded in and out."""
    begin, end = _samples(span, samples.shape[1])
    piece = np.array(samples[:, begin:end], dtype=np.float32)
    fade = min(round(FADE_S * SAMPLE_RATE), piece.shape[1] // 2)
    if fade:
        rise = np.linspace(0.0, 1.0, fade, dtype=np.float32)
        piece[:, :fade] *= rise
        piece[:, -fade:] *= rise[::-1]
    return piece


def silenced(samples: Samples, spans: Iterable[Span]) -> Samples:
    """A copy with nothing but zeros within ``spans``, on every channel: what is said on one is
    often heard faintly on another. The sound fades before and after, never within."""
    length = samples.shape[1]
    gain = np.ones(length, dtype=np.float32)
    fade = round(FADE_S * SAMPLE_RATE)
    fall = np.linspace(1.0, 0.0, fade + 2, dtype=np.float32)[1:-1]
    for span in spans:
        begin, end = _samples(span, length)
        if end <= begin:
            continue
        gain[begin:end] = 0.0
        before, after = min(fade, begin), min(fade, length - end)
        if before:
            edge = gain[begin - before : begin]
            np.minimum(edge, fall[-before:], out=edge)
        if after:
            edge = gain[end : end + after]
            np.minimum(edge, fall[::-1][:after], out=edge)
    return np.asarray(samples * gain, dtype=np.float32)


def write_sound(samples: Samples, path: Path, sound_format: SoundFormat) -> None:
    """Write sound of one or two channels. Raises OSError (or PyAV's errors, which are ValueErrors)
    where it cannot be written."""
    import av

    codec, kind, rate, bits = _CODECS[sound_format]
    channels = samples.shape[0]
    layout = "stereo" if channels == 2 else "mono"
    whole = np.rint(np.clip(samples, -1.0, 1.0) * 32767.0).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(whole.T.reshape(1, -1)), format="s16", layout=layout
    )
    frame.sample_rate = SAMPLE_RATE
    with av.open(
        str(path),
        "w",
        format=_CONTAINERS[sound_format],
        # Without "bitexact" the file names the encoder's version, and Ogg has a random number.
        container_options={"fflags": "+bitexact"},
    ) as sink:
        stream: Any = sink.add_stream(codec, rate=rate, layout=layout)
        if bits is not None:
            stream.bit_rate = bits * channels
        resampler = av.AudioResampler(
            format=kind, layout=layout, rate=rate, frame_size=stream.codec_context.frame_size or 0
        )
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            sink.mux(stream.encode(part))
        sink.mux(stream.encode(None))


def _samples(span: Span, length: int) -> tuple[int, int]:
    """The first sample of a stretch and the one after its last."""
    begin = max(0, min(length, round(span.start_s * SAMPLE_RATE)))
    return begin, max(begin, min(length, round(span.end_s * SAMPLE_RATE)))
