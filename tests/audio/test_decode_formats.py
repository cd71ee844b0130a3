"""Every format a call centre records in comes out at the right pitch, length and channel."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from audio_files import DATA, encode, level, pcm, peak_frequency, riff, tone, wav

from qa_inspect.audio.decode import Audio, decode
from qa_inspect.config import SAMPLE_RATE, DecodeLimits

LIMITS = DecodeLimits()
REPOSITORY = Path(__file__).resolve().parents[2]
SHARED_AUDIO = REPOSITORY.parent / "shared" / "data" / "audio"

FORMATS = [
    ("a.wav", "pcm_u8", None, 8000),
    ("a.wav", "pcm_s16le", None, 11025),
    ("a.wav", "pcm_s24le", None, 44100),
    ("a.wav", "pcm_s32le", None, 48000),
    ("a.wav", "pcm_f32le", None, 16000),
    ("a.wav", "pcm_f64le", None, 22050),
    ("a.wav", "pcm_mulaw", None, 8000),
    ("a.wav", "pcm_alaw", None, 8000),
    ("a.wav", "adpcm_ima_wav", None, 8000),
    ("a.wav", "adpcm_ms", None, 8000),
    ("a.mp3", "libmp3lame", None, 8000),
    ("a.mp3", "libmp3lame", None, 44100),
    ("a.m4a", "aac", "ipod", 16000),
    ("a.aac", "aac", "adts", 48000),
    ("a.ogg", "libopus", "ogg", 48000),
    ("a.opus", "libopus", "opus", 16000),
    ("a.ogg", "vorbis", "ogg", 48000),
    ("a.flac", "flac", None, 8000),
    ("a.webm", "libopus", "webm", 48000),
    ("a.mka", "pcm_s16le", "matroska", 32000),
    ("a.wma", "wmav2", "asf", 44100),
    ("a.aiff", "pcm_s16be", "aiff", 8000),
    ("a.au", "pcm_mulaw", "au", 8000),
]


TONE_LEVEL = 0.5 / np.sqrt(2)


def pitches_and_levels(audio: Audio) -> list[list[float]]:
    """Pitch in Hz and level (RMS, full scale is 1) of each channel, edges left out."""
    steady = audio.samples[:, SAMPLE_RATE // 4 : -SAMPLE_RATE // 4]
    return [[peak_frequency(channel), level(channel)] for channel in steady]


def two_tones(left_hz: float, right_hz: float) -> list[Any]:
    """What ``pitches_and_levels`` gives of one tone on each channel."""
    return [
        [pytest.approx(hz, abs=6), pytest.approx(TONE_LEVEL, rel=0.15)]
        for hz in (left_hz, right_hz)
    ]


@pytest.mark.parametrize(("name", "codec", "format", "rate"), FORMATS)
def test_stereo_tones_survive(
    tmp_path: Path, name: str, codec: str, format: str | None, rate: int
) -> None:
    path = encode(tmp_path / name, tone(rate, 2.0, 440, 700), rate, codec, format, 96_000)
    audio = decode(path, LIMITS)
    assert pitches_and_levels(audio) == two_tones(440, 700)
    assert audio.samples.dtype == np.float32
    assert audio.duration_s == pytest.approx(2.0, abs=0.16)
    assert audio.lost_s == 0
    if audio.container_duration_s is not None:
        assert audio.container_duration_s == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 32000, 44100, 48000])
def test_length_is_kept_to_the_sample(tmp_path: Path, rate: int) -> None:
    audio = decode(wav(tmp_path / "a.wav", tone(rate, 1.5, 300), rate), LIMITS)
    assert abs(audio.samples.shape[1] - 24000) <= 2
    assert audio.sample_rate_hz == rate
    assert audio.container_duration_s == pytest.approx(1.5, abs=1e-3)


def test_what_lies_above_8_khz_does_not_fold_back(tmp_path: Path) -> None:
    audio = decode(wav(tmp_path / "a.wav", tone(48000, 1.0, 10_000, 1000), 48000), LIMITS)
    steady = audio.samples[:, 1600:-1600]
    assert level(steady[0]) < 1e-3
    assert level(steady[1]) == pytest.approx(TONE_LEVEL, rel=0.01)


@pytest.mark.parametrize(
    ("name", "codec"), [("tone_500hz.gsm", "gsm"), ("tone_500hz_gsm.wav", "gsm_ms")]
)
def test_gsm(name: str, codec: str) -> None:
    audio = decode(DATA / name, LIMITS)
    assert audio.codec == codec
    assert audio.duration_s == pytest.approx(0.6, abs=0.05)
    assert peak_frequency(audio.samples[0]) == pytest.approx(500, abs=6)


def test_amr_narrow_band(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.amr", tone(8000, 1.0, 500), 8000, "libopencore_amrnb", "amr")
    audio = decode(path, LIMITS)
    assert audio.duration_s == pytest.approx(1.0, abs=0.05)
    assert peak_frequency(audio.samples[0]) == pytest.approx(500, abs=6)


def test_amr_wide_band(tmp_path: Path) -> None:
    # No encoder exists here: 6.60 kbit/s frames (17 bytes each, 3GPP TS 26.201) of arbitrary bits.
    bits = np.random.default_rng(5).integers(0, 256, (60, 17), dtype=np.uint8)
    frames = b"".join(b"\x04" + row.tobytes() for row in bits)
    path = tmp_path / "a.awb"
    path.write_bytes(b"#!AMR-WB\n" + frames)
    audio = decode(path, LIMITS)
    assert audio.codec.startswith("amr")
    assert audio.sample_rate_hz == 16000
    assert audio.duration_s == pytest.approx(1.2, abs=0.01)


def test_a_wrong_extension_does_not_matter(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp3", tone(16000, 1.0, 440), 16000, "libmp3lame")
    audio = decode(path.rename(tmp_path / "a.wav"), LIMITS)
    assert audio.codec.startswith("mp3")
    assert peak_frequency(audio.samples[0]) == pytest.approx(440, abs=4)


@pytest.mark.parametrize("size", [0, 0x7FFFF000, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF - 36])
def test_streaming_recorders_leave_the_length_open(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(riff(pcm(tone(8000, 3.0, 440)), size=size))
    audio = decode(path, LIMITS)
    assert audio.duration_s == pytest.approx(3.0, abs=0.001)
    assert audio.container_duration_s is None


def test_a_header_never_brought_up_to_date_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(riff(pcm(tone(8000, 3.0, 440)), size=8000))
    assert decode(path, LIMITS).duration_s == pytest.approx(3.0, abs=0.001)


def test_chunks_behind_the_sound_are_not_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    info = b"LIST" + (4000).to_bytes(4, "little") + b"INFO" + bytes(3996)
    path.write_bytes(riff(pcm(tone(8000, 1.0, 440)), tail=info))
    audio = decode(path, LIMITS)
    assert audio.duration_s == pytest.approx(1.0, abs=0.001)
    assert audio.container_duration_s == pytest.approx(1.0, abs=0.001)


def test_mp3_without_a_length_header(tmp_path: Path) -> None:
    quiet_then_loud = np.concatenate(
        [tone(16000, 2.0, 440, level=0.001), tone(16000, 2.0, 440)], axis=1
    )
    path = encode(
        tmp_path / "a.mp3", quiet_then_loud, 16000, "libmp3lame", write_xing="0", id3v2_version="0"
    )
    audio = decode(path, LIMITS)
    assert audio.container_duration_s is None
    assert audio.duration_s == pytest.approx(4.0, abs=0.16)


def test_webm_without_a_duration(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.webm", tone(48000, 2.0, 440), 48000, "libopus", "webm", live="1")
    audio = decode(path, LIMITS)
    assert audio.container_duration_s is None
    assert audio.duration_s == pytest.approx(2.0, abs=0.03)


def test_of_four_channels_the_two_with_sound_stay(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.wav", tone(8000, 2.0, 0, 440, 0, 700), 8000, "pcm_s16le")
    audio = decode(path, LIMITS)
    assert pitches_and_levels(audio) == two_tones(440, 700)
    assert audio.duration_s == pytest.approx(2.0, abs=0.001)


def test_three_channels_with_sound_are_mixed(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.wav", tone(8000, 2.0, 440, 700, 1000), 8000, "pcm_s16le")
    audio = decode(path, LIMITS)
    assert audio.channels == 1
    spectrum = np.abs(np.fft.rfft(audio.samples[0])) / audio.samples.shape[1] * 2
    for frequency in (440, 700, 1000):
        assert spectrum[frequency * 2] == pytest.approx(0.5 / 3, rel=0.05)


def test_a_dead_channel_stays(tmp_path: Path) -> None:
    audio = decode(wav(tmp_path / "a.wav", tone(8000, 1.0, 440, 0)), LIMITS)
    assert audio.channels == 2
    assert not audio.samples[1].any()
    assert peak_frequency(audio.mono()) == pytest.approx(440, abs=2)


def test_two_streams_are_two_channels(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("pcm_s16le", rate=8000, layout="mono") for _ in range(2)]
        for stream, frequency in zip(streams, (440, 700), strict=True):
            frame = av.AudioFrame.from_ndarray(tone(8000, 2.0, frequency), "fltp", "mono")
            frame.sample_rate = 8000
            container.mux([*stream.encode(frame), *stream.encode(None)])
    audio = decode(path, LIMITS)
    assert pitches_and_levels(audio) == two_tones(440, 700)
    assert audio.duration_s == pytest.approx(2.0, abs=0.001)


def test_a_gap_in_the_time_stamps_becomes_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    samples = tone(8000, 1.0, 440)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        for start in (0, 3 * 8000):
            frame = av.AudioFrame.from_ndarray(samples, "fltp", "mono")
            frame.sample_rate, frame.pts = 8000, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    audio = decode(path, LIMITS)
    assert audio.duration_s == pytest.approx(4.0, abs=0.01)
    levels = [level(second) for second in np.split(audio.samples[0, : 4 * SAMPLE_RATE], 4)]
    assert [value > 0.1 for value in levels] == [True, False, False, True]


def test_a_constant_offset_is_taken_away(tmp_path: Path) -> None:
    samples = tone(8000, 1.0, 440, level=0.1) + 0.3
    audio = decode(wav(tmp_path / "a.wav", samples), LIMITS)
    assert abs(float(audio.samples.mean())) < 1e-3
    assert level(audio.samples[0]) == pytest.approx(0.1 / np.sqrt(2), rel=0.05)


def test_what_is_not_a_number_becomes_silence(tmp_path: Path) -> None:
    samples = tone(16000, 1.0, 440)
    samples[0, 4000:4010] = np.nan
    samples[0, 9000] = np.inf
    audio = decode(encode(tmp_path / "a.wav", samples, 16000, "pcm_f32le"), LIMITS)
    assert np.isfinite(audio.samples).all()
    assert peak_frequency(audio.samples[0]) == pytest.approx(440, abs=2)


def test_floats_on_an_integer_scale_are_brought_to_full_scale(tmp_path: Path) -> None:
    samples = tone(16000, 1.0, 440) * 32768
    audio = decode(encode(tmp_path / "a.wav", samples, 16000, "pcm_f32le"), LIMITS)
    assert float(np.abs(audio.samples).max()) == pytest.approx(1.0)


@pytest.mark.parametrize("name", [b"caf\xe9.wav", "客服 录音.wav".encode(), b"http:a|b %d.wav"])
def test_any_file_name_decodes(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    assert decode(wav(path, tone(8000, 1.0, 440)), LIMITS).duration_s == pytest.approx(1.0)


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED_AUDIO.is_dir(), reason="evaluation data is not here")
def test_real_recordings() -> None:
    paths = [path for path in sorted(SHARED_AUDIO.rglob("*")) if path.suffix in {".flac", ".wav"}]
    assert len(paths) > 50
    for path in paths:
        audio = decode(path, LIMITS)
        assert audio.container_duration_s == pytest.approx(audio.duration_s, abs=0.01), path.name
        assert audio.lost_s == 0
    mono = decode(SHARED_AUDIO / "acted_call_40" / "mono.flac", LIMITS)
    stereo = decode(SHARED_AUDIO / "acted_call_40" / "stereo.flac", LIMITS)
    assert (mono.channels, stereo.channels) == (1, 2)
    assert np.corrcoef(mono.samples[0], stereo.mono())[0, 1] > 0.9
