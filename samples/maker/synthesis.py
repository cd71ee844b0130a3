"""Speaks a line with one of Debian's speech synthesisers.

Knows nothing of calls or telephones. Every synthesiser runs as a fresh process, so the same line
always gives the same samples.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from maker.dialogue import Voice

Samples = NDArray[np.float64]

RATE = 16_000
"""Samples per second of everything that is spoken here."""

PACKAGES = {
    "flite": ("flite",),
    "festival": ("festival", "festvox-us-slt-hts"),
    "espeak": ("espeak-ng",),
}
PROGRAMS = {"flite": "flite", "festival": "festival", "espeak": "espeak-ng"}
HTS_VOICES = Path("/usr/share/festival/voices/us")
SILENCE = 0.01
"""Share of a line's peak under which its beginning and end count as silence."""


class MissingSynthesiser(Exception):
    """A synthesiser is not installed; the message names the Debian packages."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word and when it is heard, in seconds from the beginning of the line."""

    word: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Speech:
    """A spoken line at 16 kHz without silence around it; no words where times are not known."""

    samples: Samples
    words: tuple[SpokenWord, ...]

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / RATE


def require(engines: set[str]) -> None:
    """Raises MissingSynthesiser unless every engine named can be run."""
    missing = {e for e in engines if shutil.which(PROGRAMS[e]) is None}
    if "festival" in engines and not (HTS_VOICES / "cmu_us_slt_arctic_hts").is_dir():
        missing.add("festival")
    if missing:
        packages = " ".join(sorted({p for engine in missing for p in PACKAGES[engine]}))
        raise MissingSynthesiser(
            f"speech synthesisers are missing: as root, run `apt-get install -y {packages}`"
        )


@lru_cache(maxsize=256)
def speak(text: str, voice: Voice) -> Speech:
    """The line in that voice, peak at 1.0. Raises CalledProcessError when the program fails."""
    engine = {"flite": _flite, "festival": _festival, "espeak": _espeak}[voice.engine]
    with tempfile.TemporaryDirectory() as folder:
        samples, rate, words = engine(text, voice, Path(folder))
    ratio = Fraction(RATE, rate) / Fraction(voice.shift).limit_denominator(100)
    samples = resample_poly(samples, ratio.numerator, ratio.denominator)
    loud = np.flatnonzero(np.abs(samples) > SILENCE * np.abs(samples).max())
    first, last = int(loud[0]), int(loud[-1]) + 1
    trimmed = samples[first:last] / np.abs(samples[first:last]).max()
    begin, length = first / RATE, len(trimmed) / RATE
    moved = (
        SpokenWord(
            w.word,
            min(max(w.start_s / voice.shift - begin, 0.0), length),
            min(max(w.end_s / voice.shift - begin, 0.0), length),
        )
        for w in words
    )
    return Speech(trimmed, tuple(moved))


def _flite(text: str, voice: Voice, folder: Path) -> tuple[Samples, int, tuple[SpokenWord, ...]]:
    out = folder / "line.wav"
    options = ["-voice", voice.voice, "--setf", f"duration_stretch={voice.stretch}"]
    printed = _run("flite", *options, "-psdur", "-t", text, "-o", str(out))
    samples, rate = _read_wave(out)
    return samples, rate, _words_from_phones(text, voice, printed)


def _words_from_phones(text: str, voice: Voice, printed: str) -> tuple[SpokenWord, ...]:
    """Word times from a line of ``phone:end``, by how many phones each word has on its own.

    flite tells no word times. Where the counts do not add up (a word said differently in the
    sentence) the times are unknown rather than guessed.
    """
    phones: list[tuple[float, float]] = []
    before = 0.0
    for item in printed.split():
        name, end = item.rsplit(":", 1)
        if name != "pau":
            phones.append((before, float(end)))
        before = float(end)
    words = _plain_words(text)
    counts = [_phone_count(word, voice.voice) for word in words]
    if sum(counts) != len(phones):
        return ()
    spoken, position = [], 0
    for word, count in zip(words, counts, strict=True):
        spoken.append(SpokenWord(word, phones[position][0], phones[position + count - 1][1]))
        position += count
    return tuple(spoken)


@lru_cache(maxsize=2048)
def _phone_count(word: str, voice: str) -> int:
    printed = _run("flite", "-voice", voice, "-ps", "-t", word, "-o", "none")
    return sum(1 for phone in printed.split() if phone != "pau")


def _festival(text: str, voice: Voice, folder: Path) -> tuple[Samples, int, tuple[SpokenWord, ...]]:
    out = folder / "line.wav"
    quoted = text.replace("\\", "").replace('"', "")
    script = folder / "line.scm"
    script.write_text(
        f"(voice_{voice.voice})\n"
        f"(Parameter.set 'Duration_Stretch {voice.stretch})\n"
        f'(set! utt (Utterance Text "{quoted}"))\n'
        "(utt.synth utt)\n"
        '(mapcar (lambda (w) (format t "%s %f %f\\n" (item.name w)'
        ' (item.feat w "word_start") (item.feat w "word_end")))'
        " (utt.relation.items utt 'Word))\n"
        f'(utt.save.wave utt "{out}" \'riff)\n',
        encoding="utf-8",
    )
    printed = _run("festival", "-b", str(script))
    samples, rate = _read_wave(out)
    found = re.findall(r"^(\S+) ([\d.]+) ([\d.]+)$", printed, flags=re.MULTILINE)
    words = _plain_words(text)
    if len(words) != len(found):
        return samples, rate, ()
    spoken = tuple(
        SpokenWord(word, float(start), float(end))
        for word, (_, start, end) in zip(words, found, strict=True)
    )
    return samples, rate, spoken


def _espeak(text: str, voice: Voice, folder: Path) -> tuple[Samples, int, tuple[SpokenWord, ...]]:
    out = folder / "line.wav"
    options = ["-v", voice.voice, "-s", str(voice.pace), "-p", str(voice.pitch)]
    _run("espeak-ng", *options, "-w", str(out), text)
    samples, rate = _read_wave(out)
    return samples, rate, ()


def _plain_words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _read_wave(path: Path) -> tuple[Samples, int]:
    with wave.open(str(path), "rb") as source:
        raw = source.readframes(source.getnframes())
        rate = source.getframerate()
    return np.frombuffer(raw, dtype="<i2").astype(np.float64) / 32768.0, rate
