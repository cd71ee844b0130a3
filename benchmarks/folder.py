"""Makes a folder of realistic calls to time, the same one for the same seed.

Recordings are cut at pauses and short ones are joined, so that every call lasts 30–120 s, the
shortest recordings excepted. With an evaluation data folder (its ``audio`` part) the calls are
real speech; without one they are the project's own samples. References stay in memory: nothing of
the evaluation data is kept beside the folder of sound. This module does not know what is timed.
"""

from __future__ import annotations

import csv
import json
import random
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa_inspect.audio.decode import decode
from qa_inspect.config import SAMPLE_RATE, DecodeLimits
from qa_inspect.errors import InputError

SAMPLES = Path(__file__).parent.parent / "samples"
SHARED = Path(__file__).parent.parent.parent / "shared" / "data"

SHORTEST_S = 30.0
LONGEST_S = 120.0
WARM_UP_S = 15.0
PAUSE_S = 0.5

_FAINT = 1e-4
_BLOCK_S = 0.05

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """Recorded sound: (channels, n) at 16 kHz, with its words where somebody wrote them down."""

    name: str
    language: str
    samples: Floats
    text: str | None = None

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return int(self.samples.shape[1]) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class BenchmarkCall:
    """A file to be timed. ``text`` is the reference, None where nobody wrote the words down."""

    path: Path
    language: str
    channels: int
    duration_s: float
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """What there is to time. ``warm_up`` calls are short and never timed."""

    mono: tuple[BenchmarkCall, ...]
    stereo: tuple[BenchmarkCall, ...]
    warm_up: tuple[BenchmarkCall, ...]
    source: str


def make_folder(
    target: Path, *, seed: int, mono_s: float, stereo_s: float, data: Path | None = SHARED
) -> Folder:
    """Writes calls of about ``mono_s`` and ``stereo_s`` seconds in all into ``target``.

    Raises InputError where the samples are missing.
    """
    random_numbers = random.Random(seed)
    real = data is not None and (data / "audio").is_dir()
    sources = _real(data / "audio", random_numbers) if real and data else _own(random_numbers)
    mono, stereo = sources
    target.mkdir(parents=True, exist_ok=True)
    return Folder(
        tuple(_write(take, target) for take in up_to(in_turn(mono), mono_s)),
        tuple(_write(take, target) for take in up_to(in_turn(stereo), stereo_s)),
        tuple(_write(take, target) for take in _warm_up()),
        "evaluation data" if real else "the project's samples",
    )


def up_to(takes: Sequence[Take], total_s: float) -> list[Take]:
    """The first takes until they last ``total_s`` seconds together; at least one."""
    chosen: list[Take] = []
    for take in takes:
        if chosen and sum(other.duration_s for other in chosen) >= total_s:
            break
        chosen.append(take)
    return chosen


def in_turn(sources: Sequence[Sequence[Take]]) -> list[Take]:
    """One take of every source after the other, until all are used."""
    rows = max((len(source) for source in sources), default=0)
    return [source[row] for row in range(rows) for source in sources if row < len(source)]


def cut(take: Take, random_numbers: random.Random) -> list[Take]:
    """A long take in pieces of 30–120 s that end in pauses; a short one as it is."""
    pieces: list[Take] = []
    begin, n = 0, int(take.samples.shape[1])
    shortest, longest = int(SHORTEST_S * SAMPLE_RATE), int(LONGEST_S * SAMPLE_RATE)
    while n - begin > longest:
        latest = min(begin + longest, n - shortest)
        wished = random_numbers.uniform(begin + shortest, latest)
        reach = 5 * SAMPLE_RATE
        low = max(begin + shortest, int(wished) - reach)
        end = quietest(take.samples, low, min(latest, int(wished) + reach))
        pieces.append(_piece(take, begin, end, len(pieces)))
        begin = end
    if not pieces:
        return [take]
    return [*pieces, _piece(take, begin, n, len(pieces))]


def quietest(samples: Floats, low: int, high: int) -> int:
    """The sample in the middle of the quietest quarter of a second between two samples."""
    block = int(_BLOCK_S * SAMPLE_RATE)
    part = samples[:, low:high]
    blocks = part.shape[1] // block
    if blocks < 5:
        return (low + high) // 2
    cells = part[:, : blocks * block].reshape(len(part), blocks, block)
    energy = np.square(cells, dtype=np.float64).sum(axis=(0, 2))
    near = np.convolve(energy, np.ones(5), mode="valid")
    return low + (int(near.argmin()) + 2) * block + block // 2


def join(takes: Sequence[Take], name: str) -> Take:
    """Takes one after another with a short pause between them."""
    pause = _faint(takes[0].samples.shape[0], PAUSE_S)
    parts = [part for take in takes for part in (take.samples, pause)][:-1]
    texts = [take.text for take in takes]
    text = " ".join(t for t in texts if t is not None) if None not in texts else None
    return Take(name, takes[0].language, np.concatenate(parts, axis=1), text)


def alternate(takes: Sequence[Take], name: str) -> Take:
    """Mono takes one after another, on the left and on the right channel by turns."""
    sides = []
    for number, take in enumerate(takes):
        other = _faint(1, take.duration_s)
        pair = (take.samples, other) if number % 2 == 0 else (other, take.samples)
        sides.append(replace(take, samples=np.concatenate(pair)))
    return join(sides, name)


def groups(takes: Sequence[Take], random_numbers: random.Random) -> Iterator[list[Take]]:
    """Short takes in seeded order, gathered to 40–100 s; what is left over is dropped."""
    order = list(takes)
    random_numbers.shuffle(order)
    held: list[Take] = []
    wished = random_numbers.uniform(40.0, 100.0)
    for take in order:
        held.append(take)
        if sum(t.duration_s + PAUSE_S for t in held) >= wished:
            yield held
            held, wished = [], random_numbers.uniform(40.0, 100.0)


def _real(audio: Path, random_numbers: random.Random) -> tuple[list[list[Take]], list[list[Take]]]:
    """Mono and stereo sources of the evaluation data; what is absent is left out."""
    sentences = _sentences(audio / "zh_sentences")
    chinese = [join(g, f"zh-{i}") for i, g in enumerate(groups(sentences, random_numbers))]
    sides = [
        alternate(g, f"zh-stereo-{i}") for i, g in enumerate(groups(sentences, random_numbers))
    ]
    meetings = [_load(path, "en") for path in sorted((audio / "ami").glob("*.flac"))]
    pairs = [join(meetings[i : i + 2], f"meeting-{i}") for i in range(0, len(meetings) - 1, 2)]
    short = [
        _load(path, "en")
        for path in (
            audio / "two_speakers" / "katiesteve.flac",
            audio / "narrowband" / "Us_English_Narrowband_Sample_1.wav",
        )
        if path.is_file()
    ]
    mono = [
        _there(
            audio / "phone_chat" / "sample.wav", "en", _stm(audio / "phone_chat" / "sample.stm")
        ),
        _cut_all(_there(audio / "acted_call_40" / "mono.flac", "en"), random_numbers),
        chinese,
        _there(audio / "order_call" / "commercial_mono.wav", "en"),
        pairs,
        [join(short, "short")] if short else [],
        _there(audio / "zh_paragraph" / "audio.flac", "zh", _text(audio / "zh_paragraph")),
    ]
    acted = _there(audio / "acted_call_40" / "stereo.flac", "en")
    return mono, [_cut_all(acted, random_numbers), sides]


def _own(random_numbers: random.Random) -> tuple[list[list[Take]], list[list[Take]]]:
    """Mono and stereo sources from the project's samples."""
    mono: list[list[Take]] = []
    stereo: list[list[Take]] = []
    for truth in sorted((SAMPLES / "truth").glob("*.json")):
        known = json.loads(truth.read_text(encoding="utf-8"))
        if not known.get("turns"):
            continue
        text = " ".join(turn["text"] for turn in known["turns"])
        take = replace(_load(SAMPLES / known["path"], known["language"]), text=text)
        if len(take.samples) == 2:
            stereo.append(cut(take, random_numbers))
        mixed = take.samples.mean(axis=0, keepdims=True).astype(np.float32)
        mono.append(cut(replace(take, samples=mixed), random_numbers))
    if not mono:
        raise InputError("holds no samples to time", where=str(SAMPLES), cure="restore samples/")
    return mono, stereo


def _warm_up() -> Iterator[Take]:
    """The beginnings of samples: two mono and two stereo, each in English and Chinese."""
    for name, language, mix in (
        ("02_rude_agent_en.mp3", "en", True),
        ("09_good_zh.flac", "zh", True),
        ("01_excellent_en.ogg", "en", False),
        ("09_good_zh.flac", "zh", False),
    ):
        take = _load(SAMPLES / "calls" / name, language)
        part = take.samples[:, : int(WARM_UP_S * SAMPLE_RATE)]
        if mix:
            part = part.mean(axis=0, keepdims=True).astype(np.float32)
        yield Take(f"warm-up-{language}-{len(part)}", language, part)


def _sentences(folder: Path) -> list[Take]:
    listing = folder / "text.tsv"
    if not listing.is_file():
        return []
    with listing.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines, delimiter="\t") if len(row) == 2]
    return [
        replace(_load(folder / name, "zh"), text=text)
        for name, text in rows
        if (folder / name).is_file()
    ]


def _stm(path: Path) -> str | None:
    if not path.is_file():
        return None
    rows = [line.split(maxsplit=5) for line in path.read_text(encoding="utf-8").splitlines()]
    return " ".join(row[5] for row in rows if len(row) == 6)


def _text(folder: Path) -> str | None:
    file = folder / "text.txt"
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _there(path: Path, language: str, text: str | None = None) -> list[Take]:
    return [replace(_load(path, language), text=text)] if path.is_file() else []


def _cut_all(takes: Sequence[Take], random_numbers: random.Random) -> list[Take]:
    return [piece for take in takes for piece in cut(take, random_numbers)]


def _load(path: Path, language: str) -> Take:
    return Take(path.stem, language, decode(path, DecodeLimits()).samples)


def _piece(take: Take, begin: int, end: int, number: int) -> Take:
    return Take(f"{take.name}-{number}", take.language, take.samples[:, begin:end])


def _faint(channels: int, seconds: float) -> Floats:
    """Noise that nobody hears, as lines have it between words (-80 dBFS)."""
    noise = np.random.default_rng(7).standard_normal((channels, int(seconds * SAMPLE_RATE)))
    return (noise * _FAINT).astype(np.float32)


def _write(take: Take, target: Path) -> BenchmarkCall:
    """A take as 16-bit PCM in a WAV file."""
    kind = "mono" if len(take.samples) == 1 else "stereo"
    path = target / f"{kind}-{take.name}.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(len(take.samples))
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes((np.clip(take.samples.T, -1, 1) * 32767).astype("<i2").tobytes())
    return BenchmarkCall(path, take.language, len(take.samples), take.duration_s, take.text)
