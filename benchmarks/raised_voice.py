"""``python -m benchmarks.raised_voice``: raised voices found and imagined, as a table and JSON.

Every utterance of a calm call with one side on each channel is made louder, higher and harder by
known amounts, one at a time, and judged against its speaker's other utterances. What is raised in
the untouched call, or by a nearer microphone alone, is a false alarm. The last line is what
measuring sound costs. This module changes nothing in the product and needs no models.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, resample, sosfilt

from qa_inspect.audio.decode import decode
from qa_inspect.audio.prosody import prosody
from qa_inspect.config import SAMPLE_RATE, DecodeLimits
from qa_inspect.domain import Role, Span, SpeakerTurn, Utterance
from qa_inspect.rubric import sound_measures as sounds
from qa_inspect.speech.listening import Lane
from qa_inspect.speech.sounding import with_prosody

Floats = NDArray[np.float32]

CALL = Path("audio") / "acted_call_40"
SIDES = ("customer", "agent")
LEAST_S = 1.5
BY_DB = 6.0
CHANGES = (
    (0.0, 0.0, 0.0),
    (10.0, 0.0, 0.0),
    (6.0, 2.0, 4.0),
    (8.0, 3.0, 6.0),
    (10.0, 4.0, 8.0),
    (10.0, 5.0, 10.0),
    (0.0, 5.0, 10.0),
    (0.0, 6.0, 12.0),
)
"""Changes of an utterance: dB louder, semitones higher, dB more above 1 kHz."""


@dataclass(frozen=True, slots=True)
class Row:
    """How many of ``utterances`` are taken for a raised voice after a change."""

    louder_db: float
    higher_st: float
    harder_db: float
    raised: int
    utterances: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table and writes it to ``--out``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/raised_voice.json"))
    given = parser.parse_args(arguments)
    sides, utterances, turns = read_call(given.data / CALL)
    lanes = [Lane(who, sound, (), ()) for who, sound in sides.items()]
    with_prosody(utterances[:2], lanes, turns)  # opens the libraries
    began = time.process_time()
    heard = with_prosody(utterances, lanes, turns)
    cost = (time.process_time() - began) / (len(sides[SIDES[0]]) / SAMPLE_RATE)
    rows = list(measure(heard, sides))
    for row in rows:
        print(
            f"{row.louder_db:+5.0f} dB {row.higher_st:+3.0f} semitones {row.harder_db:+3.0f} dB "
            f"above 1 kHz: {row.raised:3d} of {row.utterances}"
        )
    print(f"measuring costs {cost * 1e3:.2f} ms of CPU for a second of sound")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    found = {"rows": [asdict(row) for row in rows], "cpu_s_per_s": cost}
    given.out.write_text(json.dumps(found, indent=1), encoding="utf-8")


def read_call(
    folder: Path,
) -> tuple[Mapping[str, Floats], tuple[Utterance, ...], tuple[SpeakerTurn, ...]]:
    """The sides of a call, an utterance for each long turn of the reference, and all turns."""
    samples = decode(folder / "stereo.flac", DecodeLimits()).samples
    turns = []
    for line in (folder / "reference.rttm").read_text(encoding="utf-8").splitlines():
        fields = line.split()
        start, length = float(fields[3]), float(fields[4])
        turns.append(SpeakerTurn(start, start + length, fields[7]))
    long = [turn for turn in turns if turn.end_s - turn.start_s >= LEAST_S]
    utterances = tuple(
        Utterance(at, Role(turn.speaker), turn.speaker, "", "en", turn.start_s, turn.end_s)
        for at, turn in enumerate(long)
    )
    return dict(zip(SIDES, samples, strict=True)), utterances, tuple(turns)


def measure(
    heard: Sequence[Utterance],
    sides: Mapping[str, Floats],
    changes: Sequence[tuple[float, float, float]] = CHANGES,
) -> Iterator[Row]:
    """A row for each of ``changes``."""
    measured = [utterance for utterance in heard if sounds.is_measured(utterance)]
    for louder_db, higher_st, harder_db in changes:
        raised = 0
        for utterance in measured:
            sound = _part(sides[utterance.speaker], utterance)
            made = changed(sound, louder_db, higher_st, harder_db)
            found = prosody(made, (Span(0.0, len(made) / SAMPLE_RATE),))
            other = replace(utterance, prosody=found)
            call = [other if one is utterance else one for one in heard]
            apart = sounds.departure(other, sounds.voice_bases(call))
            raised += apart is not None and sounds.raised(apart, BY_DB) >= sounds.RAISED
        yield Row(louder_db, higher_st, harder_db, raised, len(measured))


def changed(sound: Floats, louder_db: float, higher_st: float, harder_db: float) -> Floats:
    """The same stretch louder, played faster to be higher, and with more above 1 kHz."""
    made = resample(sound, round(len(sound) / 2 ** (higher_st / 12)))
    above = sosfilt(butter(2, 1_000, "highpass", fs=SAMPLE_RATE, output="sos"), made)
    harder = np.resize(made + (10 ** (harder_db / 20) - 1) * above, len(sound))
    level = np.sqrt(np.mean(sound**2) / np.mean(harder**2)) * 10 ** (louder_db / 20)
    return np.asarray(harder * level, dtype=np.float32)


def _part(sound: Floats, utterance: Utterance) -> Floats:
    span = utterance.span
    if span is None:
        raise ValueError("the reference gives every turn its time")
    return sound[round(span.start_s * SAMPLE_RATE) : round(span.end_s * SAMPLE_RATE)]


if __name__ == "__main__":
    main()
