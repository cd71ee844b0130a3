"""Sound that a browser plays, beside the pages.

A recording is copied as it is where every current browser plays its codec, and made into Ogg/Opus
otherwise. Only recordings that were inspected are given here: the decoder has read them whole
before, in its own process. This module does not know pages.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote

_PLAYABLE = {
    ".mp3": {"mp3", "mp3float"},
    ".m4a": {"aac"},
    ".mp4": {"aac"},
    ".ogg": {"opus", "vorbis"},
    ".oga": {"opus", "vorbis"},
    ".opus": {"opus"},
    ".webm": {"opus", "vorbis"},
    ".flac": {"flac"},
    ".wav": {"pcm_s16le", "pcm_u8"},
}
_OPUS_BITS_PER_CHANNEL = 24_000


class AudioMode(StrEnum):
    """Whether pages get copies of the recordings, point at them where they are, or have none."""

    COPY = "copy"
    LINK = "link"
    NONE = "none"


def place_audio(recording: Path, folder: Path, stem: str, mode: AudioMode) -> str | None:
    """Make a recording playable from a page in a sibling folder of ``folder``.

    ``stem`` is a safe file name without its ending. Returns the address relative to that page, or
    None where it cannot be played. An earlier copy that is as new as the recording is kept.
    """
    if mode is AudioMode.NONE:
        return None
    try:
        playable = plays_in_browsers(recording)
        if mode is AudioMode.LINK:
            relative = os.path.relpath(recording.resolve(), folder.resolve().parent / "calls")
            return quote(Path(relative).as_posix()) if playable else None
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / (stem + (recording.suffix.lower() if playable else ".opus.ogg"))
        if not _up_to_date(target, recording):
            _make(recording, target, copy=playable)
    except (OSError, ValueError):  # PyAV's errors are both
        return None
    return f"../{folder.name}/{quote(target.name)}"


def plays_in_browsers(recording: Path) -> bool:
    """Whether current browsers play the file as it is. Raises OSError if it cannot be read."""
    codecs = _PLAYABLE.get(recording.suffix.lower())
    if codecs is None:
        return False
    import av

    with av.open(str(recording)) as container:
        streams = container.streams.audio
        return bool(streams) and streams[0].codec_context.name in codecs


def _up_to_date(target: Path, recording: Path) -> bool:
    with suppress(OSError):
        return target.stat().st_mtime >= recording.stat().st_mtime and target.stat().st_size > 0
    return False


def _make(recording: Path, target: Path, *, copy: bool) -> None:
    handle, made = tempfile.mkstemp(prefix=".audio.", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    temporary = Path(made)
    try:
        if copy:
            shutil.copyfile(recording, temporary)
        else:
            _transcode(recording, temporary)
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _transcode(recording: Path, target: Path) -> None:
    import av

    # Without "bitexact" each Ogg stream has a random number, and no two reports would be equal.
    options = {"fflags": "+bitexact"}
    with (
        av.open(str(recording)) as source,
        av.open(str(target), "w", format="ogg", container_options=options) as sink,
    ):
        stereo = source.streams.audio[0].codec_context.channels > 1
        layout = "stereo" if stereo else "mono"
        stream: Any = sink.add_stream("libopus", rate=48_000, layout=layout)
        stream.bit_rate = _OPUS_BITS_PER_CHANNEL * (2 if stereo else 1)
        resampler = av.AudioResampler(format="s16", layout=layout, rate=48_000)
        for frame in source.decode(audio=0):
            frame.pts = None
            for part in resampler.resample(frame):
                sink.mux(stream.encode(part))
        for part in resampler.resample(None):
            sink.mux(stream.encode(part))
        sink.mux(stream.encode(None))
