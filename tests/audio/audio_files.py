"""Makes recordings for tests: tones, written by PyAV's own encoders or byte by byte."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np

from qa_inspect.config import SAMPLE_RATE

DATA = Path(__file__).parent / "data"


def tone(rate: int, seconds: float, *frequencies: float, level: float = 0.5) -> np.ndarray:
    """Sines, one channel for each frequency (0 is silence), float32 of shape (channels, n)."""
    times = np.arange(round(rate * seconds)) / rate
    rows = [level * np.sin(2 * np.pi * frequency * times) for frequency in frequencies]
    return np.asarray(rows, dtype=np.float32)


def encode(
    path: Path,
    samples: np.ndarray,
    rate: int,
    codec: str,
    format: str | None = None,
    bit_rate: int | None = None,
    **options: str,
) -> Path:
    """Writes ``samples`` with one of the encoders in the av wheel."""
    layout = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad"}[samples.shape[0]]
    with av.open(str(path), "w", format=format, options=options) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        stream.options = {"strict": "experimental"}  # FFmpeg's own Vorbis encoder asks for it
        if bit_rate:
            stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples), format="fltp", layout=layout
        )
        frame.sample_rate = rate
        for packet in stream.encode(frame):
            container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


def pcm(samples: np.ndarray) -> bytes:
    """16-bit interleaved little-endian bytes of ``samples``."""
    return (samples.T * 32767).round().astype("<i2").tobytes()


def riff(
    data: bytes, rate: int = 8000, channels: int = 1, size: int | None = None, tail: bytes = b""
) -> bytes:
    """A 16-bit PCM WAV; ``size`` overrides what its header says about the sound's bytes."""
    stated = len(data) if size is None else size
    head = struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * channels * 2, channels * 2, 16)
    body = b"WAVEfmt " + head + b"data" + struct.pack("<I", stated) + data + tail
    return b"RIFF" + struct.pack("<I", (stated + 36) & 0xFFFFFFFF) + body


def wav(path: Path, samples: np.ndarray, rate: int = 8000) -> Path:
    """A plain WAV file of ``samples``."""
    path.write_bytes(riff(pcm(samples), rate, samples.shape[0]))
    return path


def peak_frequency(samples: np.ndarray) -> float:
    """The strongest frequency in Hz of one channel at 16 kHz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * SAMPLE_RATE / len(samples))


def level(samples: np.ndarray) -> float:
    """Root mean square of one channel."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
