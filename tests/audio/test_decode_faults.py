"""Whatever is wrong with a file is one clear AudioError, and the next file decodes."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from audio_files import DATA, encode, pcm, riff, tone, wav
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_inspect.audio import decode_child
from qa_inspect.audio import worker as worker_module
from qa_inspect.audio.decode import Audio, close_decoder, decode, decoder
from qa_inspect.config import DecodeLimits
from qa_inspect.errors import AudioError

LIMITS = DecodeLimits()


def fault(path: Path, limits: DecodeLimits = LIMITS) -> AudioError:
    """The error that decoding ``path`` raises: it names the file, and says what to do."""
    with pytest.raises(AudioError) as raised:
        decode(path, limits)
    assert raised.value.where == path.name
    assert raised.value.cure
    assert "\n" not in str(raised.value)
    return raised.value


def noise(size: int) -> bytes:
    return np.random.default_rng(3).bytes(size)


def test_empty(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    assert "empty (0 bytes)" in fault(tmp_path / "a.wav").problem


def test_a_header_without_sound(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(riff(b""))
    assert "holds no sound" in fault(tmp_path / "a.wav").problem


@pytest.mark.parametrize("offset", [0.0, 0.2])
def test_silent(tmp_path: Path, offset: float) -> None:
    samples = np.full((2, 16000), offset, dtype=np.float32)
    assert "is silent" in fault(wav(tmp_path / "a.wav", samples)).problem


def test_the_limit_of_silence_is_the_peak(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", tone(8000, 1.0, 440, level=0.01))
    assert decode(path, replace(LIMITS, silence_dbfs=-42.0)).channels == 1
    assert "peak -40 dBFS" in fault(path, replace(LIMITS, silence_dbfs=-38.0)).problem


def test_too_short(tmp_path: Path) -> None:
    problem = fault(wav(tmp_path / "a.wav", tone(8000, 0.1, 440))).problem
    assert "0.10 s" in problem
    assert "0.3 s" in problem


def test_too_long(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", tone(8000, 3.0, 440))
    assert "longer than the limit" in fault(path, replace(LIMITS, max_duration_s=2.0)).problem
    assert decode(path, replace(LIMITS, max_duration_s=3.0)).duration_s == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("name", "codec", "format", "options"),
    [
        ("a.wav", "pcm_s16le", None, {}),
        ("a.wav", "pcm_mulaw", None, {}),
        ("a.flac", "flac", None, {}),
        ("a.mp3", "libmp3lame", None, {}),
        ("a.m4a", "aac", "ipod", {"movflags": "+faststart"}),
        ("a.webm", "libopus", "webm", {}),
    ],
)
def test_cut_short_names_both_lengths(
    tmp_path: Path, name: str, codec: str, format: str | None, options: dict[str, str]
) -> None:
    rate = 48000 if codec == "libopus" else 8000
    path = encode(tmp_path / name, tone(rate, 10.0, 440), rate, codec, format, **options)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    problem = fault(path).problem
    assert "cut short" in problem
    assert "of the stated 10." in problem
    path.write_bytes(data[: len(data) * 995 // 1000])
    assert decode(path, LIMITS).duration_s == pytest.approx(10.0, abs=0.3)


def test_cut_short_ogg(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.ogg", tone(48000, 10.0, 440), 48000, "libopus", "ogg")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    assert "breaks off after" in fault(path).problem


def test_cut_short_m4a_with_its_index_at_the_end(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.m4a", tone(8000, 4.0, 440), 8000, "aac", "ipod")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert "cut short or never finished" in fault(path).problem


@pytest.mark.parametrize(
    ("name", "codec", "format"),
    [("a.flac", "flac", None), ("a.ogg", "libopus", "ogg"), ("a.m4a", "aac", "ipod")],
)
def test_damage_in_the_middle(tmp_path: Path, name: str, codec: str, format: str) -> None:
    rate = 48000
    hiss = tone(rate, 10.0, 440) + np.random.default_rng(1).normal(0, 0.1, (1, rate * 10))
    path = encode(tmp_path / name, hiss.astype(np.float32), rate, codec, format)
    data = bytearray(path.read_bytes())
    start, stop = len(data) * 4 // 10, len(data) * 6 // 10
    data[start:stop] = noise(stop - start)
    path.write_bytes(data)
    problem = fault(path).problem
    assert "damaged" in problem


def test_a_scratch_is_filled_with_silence_and_told(tmp_path: Path) -> None:
    hiss = np.random.default_rng(1).normal(0, 0.1, (1, 8000 * 30)).astype(np.float32)
    path = encode(tmp_path / "a.flac", hiss, 8000, "flac")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    audio = decode(path, LIMITS)
    assert 0 < audio.lost_s < 0.6
    assert audio.duration_s == pytest.approx(30.0, abs=0.01)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"Salted__" + noise(9000), "encrypted (OpenSSL)"),
        (b"-----BEGIN PGP MESSAGE-----\n\nhQEM", "encrypted (OpenPGP)"),
        (b"age-encryption.org/v1\n" + noise(100), "encrypted (age)"),
        (noise(70000), "look encrypted or compressed"),
        (b"\x89PNG\r\n\x1a\n" + noise(900), "PNG picture, not audio"),
        (b"\xff\xd8\xff\xe0" + noise(900), "JPEG picture, not audio"),
        (b"%PDF-1.7\n" + noise(900), "PDF document, not audio"),
        (b"\x7fELF" + noise(900), "program, not audio"),
        ("这不是录音。\n".encode() * 50, "is text, not audio"),
        (b"#EXTM3U\n#EXTINF:10,\nother.wav\n", "not audio"),
        (b"ffconcat version 1.0\nfile other.wav\n", "not audio"),
        (b"<?xml version='1.0'?><svg/>", "is text, not audio"),
        (bytes(5000), "nothing but zero bytes"),
        (b"RIFF" + noise(20), "header is damaged or cut short"),
        (b"fLaC" + noise(3000), "header is damaged or cut short"),
        (b"\x01\x02\x03\x04", "not audio"),
    ],
)
@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".m4a"])
def test_no_audio(tmp_path: Path, content: bytes, expected: str, suffix: str) -> None:
    wav(tmp_path / "other.wav", tone(8000, 1.0, 440))
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    assert expected in fault(path).problem


def test_archives(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("call.wav", riff(pcm(tone(8000, 1.0, 440))))
    assert "is a ZIP archive" in fault(path).problem
    data = bytearray(path.read_bytes())
    data[6] |= 1
    path.write_bytes(data)
    assert "encrypted ZIP" in fault(path).problem


def test_encrypted_by_its_extension(tmp_path: Path) -> None:
    path = tmp_path / "a.wav.gpg"
    path.write_bytes(b"\x85\x02\x0c\x03" + noise(500))
    assert "is encrypted" in fault(path).problem


def test_copy_protected(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.m4a", tone(16000, 2.0, 440), 16000, "aac", "ipod")
    data = path.read_bytes()
    assert data.count(b"mp4a") == 1
    path.write_bytes(data.replace(b"mp4a", b"drms"))
    assert "copy-protected" in fault(path).problem


def test_video_without_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10, width=64, height=64, pix_fmt="yuv420p")
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), dtype=np.uint8))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert "video but no audio" in fault(path).problem


def test_a_codec_nobody_knows(tmp_path: Path) -> None:
    data = bytearray(riff(pcm(tone(8000, 1.0, 440))))
    data[20:22] = struct.pack("<H", 0x7A21)
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    assert "codec that cannot be decoded" in fault(path).problem


def test_too_many_channels(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(riff(pcm(tone(8000, 1.0, *range(200, 212))), 8000, 12))
    assert "audio channels" in fault(path).problem


def test_no_ordinary_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "zeros.wav").symlink_to("/dev/zero")
    (tmp_path / "broken.wav").symlink_to(tmp_path / "nowhere")
    started = time.monotonic()
    assert "pipe or device" in fault(tmp_path / "pipe.wav").problem
    assert "pipe or device" in fault(tmp_path / "zeros.wav").problem
    assert "is a folder" in fault(tmp_path / "folder.wav").problem
    assert "does not exist" in fault(tmp_path / "broken.wav").problem
    assert "does not exist" in fault(tmp_path / "gone.wav").problem
    assert time.monotonic() - started < 10


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_permission_denied(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", tone(8000, 1.0, 440))
    path.chmod(0)
    assert "permission denied" in fault(path).problem


def test_the_disk_fails(tmp_path: Path) -> None:
    class Unreadable(type(tmp_path)):  # type: ignore[misc]
        def open(self, *args: object, **kwargs: object) -> object:
            raise PermissionError(13, "Permission denied")

    path = Unreadable(wav(tmp_path / "a.wav", tone(8000, 1.0, 440)))
    original = decode_child.Path
    decode_child.Path = lambda _: path  # type: ignore[assignment, misc]
    try:
        reply = decode_child.answer({"path": "", "max_samples": 10}, -1)
    finally:
        decode_child.Path = original  # type: ignore[misc]
    assert reply["problem"] == "cannot be read (permission denied)"


@contextmanager
def idle_worker() -> Iterator[worker_module.Worker]:
    """The one worker at rest in the pool."""
    close_decoder()
    with worker_module.POOL.worker() as worker:
        worker.ask({"path": "/", "max_samples": 10, "timeout_s": 10}, 60)
        yield worker


def test_a_hanging_decoder_is_given_up(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", tone(8000, 1.0, 440))
    with idle_worker() as worker:
        process_id = worker.process_id
    os.kill(process_id, signal.SIGSTOP)
    started = time.monotonic()
    assert "within 0.5 s" in fault(path, replace(LIMITS, timeout_s=0.5)).problem
    assert time.monotonic() - started < 5
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)
    assert decode(path, LIMITS).channels == 1


def test_a_crashing_decoder_costs_one_file(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", tone(8000, 1.0, 440))
    with idle_worker() as worker:
        process_id = worker.process_id
    os.kill(process_id, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (process_id, signal.SIGKILL)).start()
    assert "decoder crash" in fault(path).problem
    assert decode(path, LIMITS).channels == 1


def test_a_decoder_that_died_at_rest_costs_nothing(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", tone(8000, 1.0, 440))
    with idle_worker() as worker:
        process_id = worker.process_id
    os.kill(process_id, signal.SIGKILL)
    time.sleep(0.1)
    assert decode(path, LIMITS).channels == 1


def test_a_fault_does_not_end_the_decoder(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    with idle_worker() as worker:
        process_id = worker.process_id
    fault(tmp_path / "a.wav")
    with worker_module.POOL.worker() as worker:
        assert worker.process_id == process_id


def test_nothing_is_left_of_the_file_before(tmp_path: Path) -> None:
    decode(wav(tmp_path / "long.wav", tone(8000, 4.0, 440, 440)), LIMITS)
    audio = decode(wav(tmp_path / "short.wav", tone(8000, 1.0, 440, 0)), LIMITS)
    assert audio.duration_s == pytest.approx(1.0)
    assert not audio.samples[1].any()


def test_many_threads(tmp_path: Path) -> None:
    paths = [wav(tmp_path / f"{i}.wav", tone(8000, 1.0 + i / 10, 440)) for i in range(12)]
    with decoder(), ThreadPoolExecutor(3) as threads:
        lengths = list(threads.map(lambda path: decode(path, LIMITS).duration_s, paths))
    assert lengths == pytest.approx([1.0 + i / 10 for i in range(12)])


def test_a_forked_process_gets_a_decoder_of_its_own(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", tone(8000, 1.0, 440))
    assert decode(path, LIMITS).channels == 1
    child = os.fork()
    if child == 0:
        ok = False
        try:
            ok = decode(path, LIMITS).channels == 1
            close_decoder()
        finally:
            os._exit(0 if ok else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert decode(path, LIMITS).channels == 1


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    close_decoder()
    close_decoder()
    assert decode(wav(tmp_path / "a.wav", tone(8000, 1.0, 440)), LIMITS).channels == 1


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Small whole recordings of many formats."""
    folder = tmp_path_factory.mktemp("seeds")
    makes: list[Callable[[], Path]] = [
        lambda: wav(folder / "a.wav", tone(8000, 0.5, 440, 300)),
        lambda: encode(folder / "b.wav", tone(8000, 0.5, 440), 8000, "adpcm_ms"),
        lambda: encode(folder / "c.wav", tone(8000, 0.5, 440), 8000, "pcm_f32le"),
        lambda: encode(folder / "a.mp3", tone(16000, 0.5, 440), 16000, "libmp3lame"),
        lambda: encode(folder / "a.m4a", tone(16000, 0.5, 440), 16000, "aac", "ipod"),
        lambda: encode(folder / "a.ogg", tone(48000, 0.5, 440), 48000, "libopus", "ogg"),
        lambda: encode(folder / "a.webm", tone(48000, 0.5, 440), 48000, "libopus", "webm"),
        lambda: encode(folder / "a.flac", tone(8000, 0.5, 440), 8000, "flac"),
        lambda: encode(folder / "a.amr", tone(8000, 0.5, 440), 8000, "libopencore_amrnb", "amr"),
    ]
    return [
        *(make().read_bytes() for make in makes),
        (DATA / "tone_500hz.gsm").read_bytes(),
        (DATA / "tone_500hz_gsm.wav").read_bytes(),
    ]


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_mutilated_file_is_audio_or_an_audio_error(
    tmp_path: Path, seeds: list[bytes], data: st.DataObject
) -> None:
    content = bytearray(data.draw(st.sampled_from(seeds)))
    for _ in range(data.draw(st.integers(0, 6))):
        # Headers lie at the front: half of the hits go there.
        last = data.draw(st.sampled_from([min(200, len(content)), len(content)])) - 1
        content[data.draw(st.integers(0, last))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))]
    path = tmp_path / data.draw(st.sampled_from(["m.wav", "m.mp3", "m.m4a", "m"]))
    path.write_bytes(content)
    try:
        audio = decode(path, replace(LIMITS, timeout_s=20.0))
    except AudioError as error:
        assert error.where == path.name
        assert "crash" not in error.problem
        assert "within" not in error.problem
        assert "could not be decoded (" not in error.problem
        return
    assert isinstance(audio, Audio)
    assert audio.channels in {1, 2}
    assert np.isfinite(audio.samples).all()
    assert audio.duration_s >= 0.3


def run_python(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )


DECODE_ONE = """
import sys
from pathlib import Path
from qa_inspect.audio import decode, worker
from qa_inspect.config import DecodeLimits
decode.decode(Path(sys.argv[1]), DecodeLimits())
with worker.POOL.worker() as used:
    print(used.process_id, flush=True)
"""


@pytest.mark.parametrize("ending", ["", "import os; os.kill(os.getpid(), 9)"])
def test_no_decoder_outlives_the_run(tmp_path: Path, ending: str) -> None:
    path = wav(tmp_path / "a.wav", tone(8000, 1.0, 440))
    process = run_python(DECODE_ONE + ending, str(path))
    output, errors = process.communicate(timeout=60)
    assert errors == ""
    decoder_id = int(output)
    deadline = time.monotonic() + 10
    while runs(decoder_id) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not runs(decoder_id)


def runs(process_id: int) -> bool:
    """Whether a process is there and no zombie that waits to be collected."""
    try:
        status = Path(f"/proc/{process_id}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return "State:\tZ" not in status


def test_a_hanging_decoder_ends_itself_when_nobody_waits() -> None:
    code = """
import sys, time
from qa_inspect.audio import decode_child
decode_child.GRACE_S = 0.2
decode_child.answer = lambda request, descriptor: time.sleep(60)
sys.argv = ["", "1"]
decode_child.main()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert process.stdin is not None
    process.stdin.write(b'{"timeout_s": 0.2}\n')
    process.stdin.flush()
    assert process.wait(20) == -signal.SIGALRM
    process.stdin.close()
