"""The decoding process: reads requests from standard input and answers each with one JSON line.

FFmpeg may crash, hang or eat memory on a hostile file, so it runs here, away from the run itself.
Samples go to an unnamed temporary file that the parent handed over as a descriptor: channel ``c``
begins at sample ``c * channel_room``. This process knows nothing of the project's settings and
judges only what it must to stop early; :mod:`qa_inspect.audio.decode` judges the rest.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av

from qa_inspect.audio import containers
from qa_inspect.audio.lanes import RATE, Lane, Refusal, Sink

MAX_MEMORY = 4 << 30
"""Address space in bytes; a recording needs some 10 MB of it, whatever its length."""

NOT_AUDIO = "check that it is a recording, unencrypted and whole"
GRACE_S = 5.0
PACKET_S = 0.02
FORMATS = (
    "wav,w64,mp3,mov,ogg,flac,amr,amrnb,amrwb,matroska,aac,aiff,au,caf,asf,avi,gsm,voc,wv,"
    "nistsphere"
)
"""Readers that may open a file. Without this list a text file could be taken for a playlist and
make FFmpeg open other files or addresses."""

STATES_DURATION = frozenset({"wav", "w64", "flac", "mov", "matroska", "aiff", "caf", "asf", "avi"})
"""Formats whose length FFmpeg takes from a header; it guesses the others from their bit rate."""


MAY_PAUSE = frozenset({"matroska", "mov", "asf", "avi"})
"""Formats in which a jump of the time stamps may be meant: the recorder paused. In the others it
is a damaged frame that was left out."""


def check_file(path: Path) -> None:
    """Raises Refusal for what is no file with bytes in it, before anything could block on it."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise Refusal("does not exist", "put it there, or mend the path, and run again") from None
    except OSError as error:
        raise _unreadable(error) from None
    if stat.S_ISDIR(status.st_mode):
        raise Refusal("is a folder", "name the recordings in it")
    if not stat.S_ISREG(status.st_mode):
        raise Refusal("is a pipe or device without an end", "record to an ordinary file")
    if not status.st_size:
        raise Refusal("is empty (0 bytes)", "copy the recording again from its source")


def _unreadable(error: OSError) -> Refusal:
    why = (error.strerror or "unknown reason").lower()
    return Refusal(f"cannot be read ({why})", "check the file's permissions and the disk")


def open_container(path: Path, head: bytes) -> Any:
    """Opens ``path`` with the readers allowed; raises Refusal where none finds audio in it."""
    if reason := containers.foreign(head):
        raise Refusal(reason, NOT_AUDIO)
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    wav = containers.wav_data(path)
    if wav is not None and wav.ends_early:
        options["ignore_length"] = "1"
    try:
        container = av.open(str(path), options=options, metadata_errors="replace")
    except PermissionError as error:
        raise _unreadable(error) from None
    except av.FFmpegError:
        raise Refusal(containers.unrecognised(head, path.suffix), NOT_AUDIO) from None
    if not container.streams.audio:
        kind = "holds video but no audio" if container.streams.video else None
        container.close()
        raise Refusal(kind or containers.unrecognised(head, path.suffix), NOT_AUDIO)
    return container


def usable_streams(container: Any, nothing: str) -> list[Any]:
    """The audio streams that can be decoded; raises Refusal when one is encrypted or none can.

    ``nothing`` is the problem to report when a reader took the file for its own by mistake.
    """
    usable = []
    for stream in container.streams.audio:
        context = stream.codec_context
        if context is None:
            continue
        if context.codec_tag in {"drms", "drmi", "enca", "p608", "aavd"}:
            raise Refusal("is copy-protected (DRM)", "export it without protection")
        if context.sample_rate and context.layout.nb_channels:
            usable.append(stream)
    if not usable and all(stream.codec_context is None for stream in container.streams.audio):
        raise Refusal("holds audio in a codec that cannot be decoded", "convert it to WAV or FLAC")
    if not usable:
        raise Refusal(nothing, NOT_AUDIO)
    for stream in usable:
        if stream.codec_context.name == "flac":
            # Without these FFmpeg plays a frame whose checksum is wrong as if it were sound.
            stream.codec_context.options = {"err_detect": "crccheck+explode"}
    return usable


def stated_duration(container: Any, streams: list[Any], path: Path) -> float | None:
    """Seconds the container states, None where it states none (or FFmpeg merely guesses)."""
    name = container.format.name.split(",")[0]
    if name == "mp3":
        return containers.mp3_duration(path)
    if name not in STATES_DURATION:
        return None
    lengths = [float(s.duration * s.time_base) for s in streams if s.duration]
    if not lengths and container.duration and not container.streams.video:
        lengths = [container.duration / av.time_base]
    return max(lengths, default=None)


def align(streams: list[Any], lanes: Mapping[int, Lane]) -> None:
    """Makes several streams (a party each) start at the same moment."""
    if len(streams) < 2 or any(stream.start_time is None for stream in streams):
        return
    earliest = min(float(stream.start_time * stream.time_base) for stream in streams)
    for lane in lanes.values():
        lane.clock_zero_s = earliest


def pump(container: Any, streams: list[Any], lanes: Mapping[int, Lane]) -> bool:
    """Decodes everything into ``lanes``; false when the container's data broke off damaged."""
    whole = True
    try:
        for packet in container.demux(streams):
            lane = lanes[packet.stream.index]
            try:
                frames = packet.decode()
            except av.FFmpegError as error:
                if isinstance(error, MemoryError):
                    raise
                lane.lost_s += float((packet.duration or 0) * (packet.time_base or 0)) or PACKET_S
                continue
            for frame in frames:
                lane.feed(frame)
    except av.InvalidDataError:
        whole = False
    for lane in lanes.values():
        lane.drain()
    return whole


def decode_file(path: Path, sink: Sink) -> dict[str, Any]:
    """Decodes ``path`` into ``sink`` and says what was found (see :func:`decode.decode`)."""
    check_file(path)
    with path.open("rb") as file:
        head = file.read(1 << 16)
    container = open_container(path, head)
    with contextlib.closing(container):
        streams = usable_streams(container, containers.unrecognised(head, path.suffix))
        name = container.format.name.split(",")[0]
        stated = stated_duration(container, streams, path)
        context = streams[0].codec_context
        codec = str(getattr(context.codec, "canonical_name", context.name))
        rate = int(context.sample_rate)
        lanes = {stream.index: Lane(stream, sink) for stream in streams}
        align(streams, lanes)
        whole = pump(container, streams, lanes)
    decoded = max(lane.written for lane in lanes.values())
    wav = containers.wav_data(path) if name == "wav" else None
    if wav is not None and (wav.stated is None or wav.ends_early):
        stated = None
    elif wav is not None and wav.stated and 0 < wav.available < wav.stated:
        stated = decoded / RATE * wav.stated / wav.available
    every = list(lanes.values())
    gaps_are_loss = name not in MAY_PAUSE
    return {
        "codec": codec,
        "rate": rate,
        "samples": decoded,
        "stated_s": stated,
        "breaks_off": not whole or (name == "ogg" and containers.ogg_breaks_off(path)),
        "lost_s": max(max(x.lost_s, x.gap_s if gaps_are_loss else 0.0) for x in every),
        "channels": [
            {
                "low": float(lane.low[row]) if lane.written else 0.0,
                "high": float(lane.high[row]) if lane.written else 0.0,
                "mean": float(lane.total[row] / max(1, lane.written)),
            }
            for lane in every
            for row in range(lane.channels)
        ],
    }


def answer(request: Mapping[str, Any], descriptor: int) -> dict[str, Any]:
    """The reply to one request; never raises for anything a file may hold."""
    try:
        return decode_file(Path(request["path"]), Sink(descriptor, int(request["max_samples"])))
    except Refusal as refusal:
        return {"problem": refusal.problem, "cure": refusal.cure}
    except MemoryError:
        return {"problem": "needs too much memory to decode", "cure": "convert it to WAV or FLAC"}
    except av.FFmpegError as error:
        why = (error.strerror or type(error).__name__).lower()
        return {"problem": f"is damaged ({why})", "cure": "copy the recording again"}
    except OSError as error:
        unreadable = _unreadable(error)
        return {"problem": unreadable.problem, "cure": unreadable.cure}
    except Exception as error:
        return {
            "problem": f"could not be decoded ({type(error).__name__}: {error})",
            "cure": "convert it to WAV or FLAC and report the file's format",
        }


def main() -> None:
    """Answers requests until standard input ends, that is, until the parent is gone."""
    descriptor = int(sys.argv[1])
    replies = os.fdopen(os.dup(1), "w", encoding="ascii")
    # Libraries that print must not garble the replies.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    # Ctrl-C and the end of a service reach the whole group; the run decides when this ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    replies.write("{}\n")
    replies.flush()
    for line in sys.stdin:
        request = json.loads(line)
        # Should the parent be gone, nobody else would end a decoder that hangs.
        signal.setitimer(signal.ITIMER_REAL, float(request["timeout_s"]) + GRACE_S)
        reply = answer(request, descriptor)
        signal.setitimer(signal.ITIMER_REAL, 0)
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
