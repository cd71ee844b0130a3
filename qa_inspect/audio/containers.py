"""What a recording's container says about itself, read from its bytes.

FFmpeg trims a WAV's stated size to the file it finds, estimates an MP3's length from its bit rate
and takes an Ogg's length from whatever page comes last, so none of the three shows that a file was
cut short. The few header fields that do are read here. This module decodes nothing and judges
nothing.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_SIZE_NOT_KNOWN = 0x7FFF0000
"""Recorders that stream write 0, 0x7FFFF000, 0x7FFFFFFF or 0xFFFFFFFF (and these minus the header)
for "not known yet"; sizes from here on are not believed when the file is smaller."""

_OGG_PAGE_MAX = 27 + 255 + 255 * 255
_MP3_SEARCH = 1 << 16
_MP3_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}

_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"Salted__", "is encrypted (OpenSSL)"),
    (b"-----BEGIN PGP", "is encrypted (OpenPGP)"),
    (b"age-encryption.org", "is encrypted (age)"),
    (b"PK\x03\x04", "is a ZIP archive, not audio"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive, not audio"),
    (b"Rar!\x1a\x07", "is a RAR archive, not audio"),
    (b"\x1f\x8b", "is gzip-compressed, not audio"),
    (b"BZh", "is bzip2-compressed, not audio"),
    (b"\xfd7zXZ\x00", "is xz-compressed, not audio"),
    (b"\x28\xb5\x2f\xfd", "is Zstandard-compressed, not audio"),
    (b"\x89PNG", "is a PNG picture, not audio"),
    (b"\xff\xd8\xff", "is a JPEG picture, not audio"),
    (b"GIF8", "is a GIF picture, not audio"),
    (b"%PDF", "is a PDF document, not audio"),
    (b"\xd0\xcf\x11\xe0", "is an Office document, not audio"),
    (b"\x7fELF", "is a program, not audio"),
    (b"SQLite format 3\x00", "is a database, not audio"),
)
_ENCRYPTED_SUFFIXES = frozenset({".gpg", ".pgp", ".asc", ".enc", ".age", ".aes"})
_ENCRYPTED_ZIP_BIT = 0x1


@dataclass(frozen=True, slots=True)
class WavData:
    """The sound of a WAV file: bytes stated by its header (None: not known) and bytes there.

    ``ends_early`` is true when what follows the stated bytes is no chunk: the header was written
    once and never brought up to date, so the sound goes on behind it.
    """

    stated: int | None
    available: int
    ends_early: bool


def foreign(head: bytes) -> str | None:
    """Why ``head`` (a file's first bytes) is surely no audio, as the end of a sentence, or None."""
    for magic, reason in _FOREIGN:
        if head.startswith(magic):
            encrypted = magic == b"PK\x03\x04" and len(head) > 6 and head[6] & _ENCRYPTED_ZIP_BIT
            return "is an encrypted ZIP archive" if encrypted else reason
    return None


def unrecognised(head: bytes, suffix: str) -> str:
    """What ``head`` looks like when no audio was found in the file, as the end of a sentence."""
    if suffix.lower() in _ENCRYPTED_SUFFIXES:
        return "is encrypted"
    if head[4:8] == b"ftyp":
        return "is an MP4 without a readable index of its sound: cut short or never finished"
    if head[:4] in {b"RIFF", b"RF64", b"fLaC", b"OggS", b"\x1aE\xdf\xa3", b"FORM", b"caff"}:
        return "begins like a recording, but its header is damaged or cut short"
    if not head.strip(b"\x00"):
        return "holds nothing but zero bytes, not audio"
    if b"\x00" not in head and _is_text(head):
        return "is text, not audio"
    if len(head) >= 4096 and entropy(head) > 7.9:
        return "is not audio; its bytes look encrypted or compressed"
    return "is not audio, or is in a format that is not supported"


def entropy(data: bytes) -> float:
    """Shannon entropy of ``data``'s bytes in bits a byte, 0–8."""
    total = len(data)
    return -sum(n / total * math.log2(n / total) for n in Counter(data).values())


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", "ignore")
    return len(text.encode()) > 0.9 * len(head) and all(
        c.isprintable() or c in "\r\n\t\f" for c in text
    )


def wav_data(path: Path) -> WavData | None:
    """Where the sound of a RIFF or RF64 WAV file lies; None for any other or a broken file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] not in {b"RIFF", b"RF64"} or head[8:12] != b"WAVE":
            return None
        long_size: int | None = None
        position = 12
        while position + 8 <= size:
            file.seek(position)
            name, length = struct.unpack("<4sI", file.read(8))
            if name == b"ds64":
                body = file.read(16)
                long_size = struct.unpack("<QQ", body)[1] if len(body) == 16 else None
            if name == b"data":
                stated = long_size if long_size is not None else length
                return _wav_sound(file, position + 8, stated, size)
            position += 8 + length + length % 2
    return None


def _wav_sound(file: BinaryIO, start: int, stated: int, size: int) -> WavData:
    available = size - start
    if stated == 0 or (available < stated and 0 <= stated - _SIZE_NOT_KNOWN < 1 << 32):
        return WavData(None, available, ends_early=False)
    end = start + stated + stated % 2
    if size - end < 8:
        return WavData(stated, available, ends_early=False)
    file.seek(end)
    return WavData(stated, available, ends_early=not _is_chunk(file.read(8), size - end - 8))


def _is_chunk(header: bytes, room: int) -> bool:
    name, length = struct.unpack("<4sI", header)
    if header == bytes(8):
        return True
    return all(0x20 <= byte < 0x7F for byte in name) and length <= room + 1


def mp3_duration(path: Path) -> float | None:
    """Seconds that an MP3's Xing, Info or VBRI header states, or None where there is none.

    The layout follows G. Bouvigne's and the Fraunhofer Institute's descriptions of those headers.
    """
    with path.open("rb") as file:
        start = _after_id3(file)
        file.seek(start)
        data = file.read(_MP3_SEARCH)
    at = _first_frame(data)
    if at is None:
        return None
    version = data[at + 1] >> 3 & 3
    rate = _MP3_RATES[version][data[at + 2] >> 2 & 3]
    mono = data[at + 3] >> 6 == 3
    side = (17 if mono else 32) if version == 3 else (9 if mono else 17)
    frames: int | None = None
    tag = data[at + 4 + side :]
    if tag[:4] in {b"Xing", b"Info"} and len(tag) >= 12 and tag[7] & 1:
        frames = int.from_bytes(tag[8:12], "big")
    vbri = data[at + 36 :]
    if vbri[:4] == b"VBRI" and len(vbri) >= 18:
        frames = int.from_bytes(vbri[14:18], "big")
    return frames * (1152 if version == 3 else 576) / rate if frames else None


def _after_id3(file: BinaryIO) -> int:
    head = file.read(10)
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    return 10 + sum((byte & 0x7F) << 7 * (3 - i) for i, byte in enumerate(head[6:10]))


def _first_frame(data: bytes) -> int | None:
    at = data.find(b"\xff")
    while 0 <= at < len(data) - 4:
        second, third = data[at + 1], data[at + 2]
        layer_3 = second & 0xE0 == 0xE0 and second >> 1 & 3 == 1 and second >> 3 & 3 != 1
        if layer_3 and third >> 4 not in {0, 15} and third >> 2 & 3 != 3:
            return at
        at = data.find(b"\xff", at + 1)
    return None


def ogg_breaks_off(path: Path) -> bool:
    """Whether an Ogg file ends in the middle of a page (RFC 3533): it was cut short."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _OGG_PAGE_MAX))
        tail = file.read()
    at = tail.rfind(b"OggS\x00")
    if at < 0:
        return False
    page = tail[at:]
    if len(page) < 27 or len(page) < 27 + page[26]:
        return True
    return len(page) < 27 + page[26] + sum(page[27 : 27 + page[26]])
