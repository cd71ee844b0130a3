"""``python -m benchmarks.non_speech``: words heard where nobody speaks, as a table and JSON.

Every kind of ``benchmarks.sounds`` at every level, once on one channel and once with another of
its kind on the second channel, then inside the project's sample calls: a minute of hold music
between two halves, and noise under every pause. The right number of words is none. This module
changes nothing in the product and needs the bundled models.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.sounds import KINDS, LEVELS_DBFS, RATE, make
from qa_inspect.audio.decode import Audio, decode
from qa_inspect.config import Config, DecodeLimits
from qa_inspect.domain import Metadata, Span, Word
from qa_inspect.errors import AudioError
from qa_inspect.speech.pipeline import SpeechPipeline

Floats = NDArray[np.float32]

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
CALLS = ("01_excellent_en", "02_rude_agent_en", "06_complaint_first_en", "08_furious_genuine_en")
EDGE_S = 0.3
"""Words this near (seconds) to real speech are taken for it."""


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one recording. ``words`` should be empty; ``lost`` is a share (0-1) or None."""

    kind: str
    level_dbfs: float
    channels: int
    minutes: float
    words: tuple[str, ...]
    note: str
    lost: float | None = None


def alone(
    pipeline: SpeechPipeline,
    seconds: float,
    kinds: Sequence[str] = tuple(KINDS),
    levels_dbfs: Sequence[float] = LEVELS_DBFS,
    channels: Sequence[int] = (1, 2),
) -> Iterator[Row]:
    """Recordings of ``seconds`` in which nobody speaks."""
    for kind in kinds:
        for level in levels_dbfs:
            sides = [make(kind, seconds, level, seed=n) for n in range(max(channels))]
            for count in channels:
                words, note = _hear(pipeline, np.stack(sides[:count]))
                texts = tuple(word.text for word in words)
                yield Row(kind, level, count, count * seconds / 60, texts, note)


def inside(pipeline: SpeechPipeline, calls: Sequence[str] = CALLS) -> Iterator[Row]:
    """Sample calls with hold music between their halves, and with noise under their pauses."""
    for name in calls:
        truth = json.loads((SAMPLES / "truth" / f"{name}.json").read_text(encoding="utf-8"))
        clean = decode(SAMPLES / truth["path"], DecodeLimits()).samples
        turns = [Span(turn["start_s"], turn["end_s"]) for turn in truth["turns"]]
        before, _ = _hear(pipeline, clean)
        for kind, level in (("hold music", -12.0), ("noise", -24.0)):
            mixed, quiet = (
                _with_hold(clean, turns, kind, level)
                if kind == "hold music"
                else _with_noise(clean, turns, kind, level)
            )
            words, note = _hear(pipeline, mixed)
            invented = tuple(w.text for w in words if any(_lies_in(w, span) for span in quiet))
            kept = (len(words) - len(invented)) / max(1, len(before))
            minutes = sum(span.duration_s for span in quiet) / 60
            yield Row(f"{kind} in {name}", level, len(clean), minutes, invented, note, 1 - kept)


def _hear(pipeline: SpeechPipeline, samples: Floats) -> tuple[list[Word], str]:
    try:
        transcript = pipeline.process(Audio(samples, "pcm", 8000), Metadata())
    except AudioError as error:
        return [], error.problem
    words = [word for utterance in transcript.utterances for word in utterance.words]
    return words, "; ".join(transcript.notes)


def _with_hold(
    clean: Floats, turns: Sequence[Span], kind: str, level: float
) -> tuple[Floats, list[Span]]:
    """A minute put between the two turns in the middle."""
    turn = turns[len(turns) // 2]
    at = round((turn.start_s - 0.1) * RATE)
    music = np.stack([make(kind, 60.0, level, seed=n) for n in range(len(clean))])
    mixed = np.concatenate([clean[:, :at], music, clean[:, at:]], axis=1)
    return mixed, [Span(at / RATE, at / RATE + 60.0)]


def _with_noise(
    clean: Floats, turns: Sequence[Span], kind: str, level: float
) -> tuple[Floats, list[Span]]:
    """Noise wherever nobody speaks."""
    length = clean.shape[1]
    speaks = np.zeros(length, dtype=bool)
    for turn in turns:
        speaks[round(turn.start_s * RATE) : round(turn.end_s * RATE)] = True
    noise = np.stack([make(kind, length / RATE, level, seed=n) for n in range(len(clean))])
    mixed = clean + np.where(speaks, 0.0, noise[:, :length]).astype(np.float32)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], ~speaks, [0]]).astype(int))) / RATE
    return mixed, [Span(float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _lies_in(word: Word, span: Span) -> bool:
    middle = (word.start_s + word.end_s) / 2
    return span.start_s + EDGE_S < middle < span.end_s - EDGE_S


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a line a recording; 0 when no word was heard, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=60.0, help="length of each recording")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    given = parser.parse_args(arguments)
    pipeline = SpeechPipeline(Config())
    rows: list[Row] = []
    print(f"{'kind':40} {'dBFS':>5} {'ch':>2} {'min':>5} {'words':>5} {'lost':>6}  note")
    for part in (alone(pipeline, given.seconds), inside(pipeline)):
        for row in part:
            rows.append(row)
            lost = "" if row.lost is None else f"{row.lost:6.1%}"
            said = " ".join(row.words)[:40]
            print(
                f"{row.kind:40} {row.level_dbfs:5.0f} {row.channels:2} {row.minutes:5.1f} "
                f"{len(row.words):5} {lost:>6}  {said or row.note[:60]}",
                flush=True,
            )
    minutes, words = sum(r.minutes for r in rows), sum(len(r.words) for r in rows)
    print(f"{minutes:.1f} minutes in which nobody speaks: {words} words")
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps([asdict(r) for r in rows], ensure_ascii=False, indent=1))
    return int(words > 0)


if __name__ == "__main__":
    sys.exit(main())
