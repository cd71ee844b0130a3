"""Writes samples as a compact recording through PyAV, without dates or random numbers in it.

Knows no dialogue. The container follows from the file's ending.
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

Samples = NDArray[np.float64]

BIT_RATES = {"opus": 28_000, "mp3": 24_000, "aac": 24_000, "libopencore_amrnb": 12_200}
"""Bits per second for each channel; codecs that are not here have no choice of rate."""

ENCODERS = {"opus": "libopus", "mp3": "libmp3lame"}


def write_recording(samples: Samples, rate: int, path: Path, codec: str) -> None:
    """Writes (channels, n) samples in -1..1. Raises av.error.FFmpegError when it cannot."""
    pcm = as_pcm(samples)
    channels = pcm.shape[0]
    layout = "mono" if channels == 1 else "stereo"
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(ENCODERS.get(codec, codec), rate=rate, layout=layout)
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        if codec in BIT_RATES:
            stream.bit_rate = BIT_RATES[codec] * channels
        resampler = AudioResampler(
            format=stream.format,
            layout=layout,
            rate=stream.rate,
            frame_size=stream.codec_context.frame_size or 1024,
        )
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(pcm.T.reshape(1, -1)), format="s16", layout=layout
        )
        frame.sample_rate = rate
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


def as_pcm(samples: Samples) -> NDArray[np.int16]:
    """The samples as 16-bit numbers, before any codec."""
    return np.round(np.clip(samples, -1.0, 1.0) * 32767.0).astype(np.int16)


def keep_first(path: Path, share: float) -> None:
    """Cuts the file off after that share of its bytes, as an interrupted copy would."""
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
