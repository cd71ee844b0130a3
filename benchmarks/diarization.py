"""DER by its parts, for real recordings and for telephone proxies made on the spot.

    python benchmarks/diarization.py DATA [--voices FOLDER] [--speakers 2|true|none] [--json FILE]

DATA is the folder of evaluation data (``audio/acted_call_40``, ``audio/ami``…); FOLDER may hold
more voices, one recording of one person each. Nothing that is made is kept.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from benchmarks.telephone_proxies import (
    LINE_RATE,
    Floats,
    Proxy,
    Tape,
    conference,
    on_the_line,
    shifted,
    turn_taking,
    two_people,
)
from qa_inspect import weights
from qa_inspect.audio.decode import decode
from qa_inspect.config import DecodeLimits
from qa_inspect.domain import SpeakerTurn
from qa_inspect.speech.diarize import MonoDiarizer
from qa_inspect.speech.embedding import VoiceEmbedder
from qa_inspect.speech.segmentation import SegmentationModel
from qa_inspect.speech.threads import Workers

Truth = tuple[tuple[float, float, str], ...]
SIDES = {"customer": 0, "agent": 1}


def rttm(path: Path) -> Truth:
    """The turns of an RTTM file."""
    rows = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(
        (float(r[3]), float(r[3]) + float(r[4]), r[7]) for r in rows if r and r[0] == "SPEAKER"
    )


def stretches(samples: Floats) -> list[Floats]:
    """The speech of one person's recording (16 kHz), cut at its pauses, at 8 kHz."""
    import librosa
    from librosa.effects import split

    line = librosa.resample(samples, orig_sr=16000, target_sr=LINE_RATE)
    spans = split(line, top_db=38, frame_length=400, hop_length=80)
    joined: list[list[int]] = []
    for begin, end in spans:
        if joined and begin - joined[-1][1] < 0.3 * LINE_RATE:
            joined[-1][1] = int(end)
        else:
            joined.append([int(begin), int(end)])
    return [line[a:b] for a, b in joined if b - a > 0.7 * LINE_RATE]


def voices(audio: Path, more: Path | None) -> dict[str, list[Floats]]:
    """Every voice at hand with its stretches."""
    found: dict[str, list[Floats]] = {}
    call = audio / "acted_call_40"
    sides = decode(call / "stereo.flac", DecodeLimits()).samples
    for who, channel in SIDES.items():
        own = [(a, b) for a, b, speaker in rttm(call / "reference.rttm") if speaker == who]
        found[who] = [
            s for a, b in own for s in stretches(sides[channel][int(a * 16000) : int(b * 16000)])
        ]
    sentences = sorted((audio / "zh_sentences").glob("*.flac"))
    found["reader"] = [s for p in sentences for s in stretches(_mono(p))]
    for path in sorted((audio / "ami").glob("*.flac")):
        truth = rttm(path.with_suffix(".rttm"))
        for who in sorted({speaker for *_, speaker in truth}):
            own = [(a, b) for a, b, speaker in truth if speaker == who]
            others = [(a, b) for a, b, speaker in truth if speaker != who]
            alone = [(a, b) for a, b in own if not any(c < b and a < d for c, d in others)]
            if sum(b - a for a, b in alone) > 15.0:
                sound = _mono(path)
                found[who] = [
                    s for a, b in alone for s in stretches(sound[int(a * 16000) : int(b * 16000)])
                ]
    for path in sorted(more.iterdir()) if more else ():
        found[path.stem] = stretches(_mono(path))
    return {name: pieces for name, pieces in found.items() if pieces}


def proxies(bank: Mapping[str, list[Floats]]) -> Iterable[Proxy]:
    """Pairs, similar voices, one voice alone, transfers and a conference from a bank of voices."""
    names = list(bank)

    def tape(name: str, seed: int) -> Tape:
        return Tape(bank[name], seed)

    for seed, one in enumerate(names):
        other = names[(seed + 1) % len(names)]
        tracks = two_people(tape(one, seed), tape(other, seed + 50), 100.0, seed)
        yield on_the_line(f"{one} and {other}", "pair", tracks, seed)
        half = len(bank[one]) // 2
        if half >= 5:
            factor = 0.87 if seed % 2 else 1.15
            alike = Tape(shifted(bank[one][half:], factor), seed)
            tracks = two_people(Tape(bank[one][:half], seed), alike, 100.0, 100 + seed)
            yield on_the_line(f"{one} and alike", "similar", tracks, 100 + seed)
        alone = {"a": tape(one, seed).take(60.0)}
        yield on_the_line(f"{one} alone", "alone", alone, 200 + seed)
    for seed in range(len(names) if len(names) > 2 else 0):
        trio = [names[(seed + step) % len(names)] for step in range(3)]
        tapes = {letter: tape(name, seed) for letter, name in zip("abc", trio, strict=True)}
        parts = [("a", "b", 70.0), ("c", "b", 40.0)]
        yield on_the_line(
            f"transfer: {', '.join(trio)}", "transfer", turn_taking(tapes, parts, 300 + seed), seed
        )
    if len(names) >= 5:
        tapes = {name: tape(name, 400) for name in names[:6]}
        yield on_the_line("conference", "conference", conference(tapes, 180.0, 400), 400)


def real(audio: Path) -> Iterable[Proxy]:
    """The labelled recordings as they are."""
    call = audio / "acted_call_40"
    yield Proxy("call 40", "real", _mono(call / "mono.flac"), rttm(call / "reference.rttm"))
    chat = audio / "phone_chat"
    yield Proxy("phone chat", "real", _mono(chat / "sample.wav"), rttm(chat / "sample.rttm"))
    for path in sorted((audio / "ami").glob("*.flac")):
        yield Proxy(path.stem, "meeting", _mono(path), rttm(path.with_suffix(".rttm")))


def error_parts(
    truth: Truth, found: Iterable[SpeakerTurn], seconds: float, collar_s: float
) -> dict[str, float]:
    """Seconds of speech, missed, falsely heard and confused."""
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    real_turns, made = Annotation(), Annotation()
    for number, (start, end, who) in enumerate(truth):
        real_turns[Segment(start, end), number] = who
    for number, turn in enumerate(found):
        made[Segment(turn.start_s, turn.end_s), number] = turn.speaker
    metric = DiarizationErrorRate(collar=2 * collar_s)
    parts = metric.compute_components(real_turns, made, uem=Timeline([Segment(0, seconds)]))
    names = {"total": "speech_s", "missed detection": "missed_s", "false alarm": "false_s"}
    names["confusion"] = "confused_s"
    return {short: round(float(parts[name]), 2) for name, short in names.items()}


def main() -> None:
    """Prints the table and writes the JSON."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    reader.add_argument("data", type=Path)
    reader.add_argument("--voices", type=Path)
    reader.add_argument("--speakers", choices=("2", "true", "none"), default="2")
    reader.add_argument("--only", help="real, meeting, pair, similar, alone, transfer, conference")
    reader.add_argument("--json", type=Path)
    asked = reader.parse_args()
    audio = asked.data / "audio"
    hear = SegmentationModel(weights.find("segmentation-3.0").path, workers=Workers(2))
    embedder = VoiceEmbedder(weights.find("campplus-zh-en").path, workers=Workers(2))
    rows = []
    calls = [*real(audio)]
    if asked.only not in ("real", "meeting"):
        calls += proxies(voices(audio, asked.voices))
    for call in calls:
        if asked.only and call.kind != asked.only:
            continue
        told = {"2": 2, "true": call.people, "none": None}[asked.speakers]
        frames = hear.run(call.samples)
        begin = time.perf_counter()
        turns = MonoDiarizer(embedder).run(frames, call.samples, told).turns
        seconds = len(call.samples) / 16000
        rows.append(
            {
                "name": call.name,
                "kind": call.kind,
                "people": call.people,
                "found": len({turn.speaker for turn in turns}),
                "times_real": round(seconds / (time.perf_counter() - begin), 1),
                "collar": error_parts(call.truth, turns, seconds, 0.25),
                "no_collar": error_parts(call.truth, turns, seconds, 0.0),
            }
        )
        print(_line(rows[-1]), flush=True)
    for kind in dict.fromkeys(str(row["kind"]) for row in rows):
        print(_line(_together(kind, [row for row in rows if row["kind"] == kind])))
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")


def _together(kind: str, rows: list[dict[str, object]]) -> dict[str, object]:
    def total(key: str) -> dict[str, float]:
        parts = [part for row in rows if isinstance(part := row[key], dict)]
        return {name: sum(part[name] for part in parts) for name in ("speech_s", *_PARTS)}

    right = sum(row["people"] == row["found"] for row in rows)
    return {
        "name": f"ALL {kind}",
        "kind": kind,
        "people": len(rows),
        "found": right,
        "collar": total("collar"),
        "no_collar": total("no_collar"),
    }


def _line(row: Mapping[str, object]) -> str:
    def rate(parts: object) -> str:
        assert isinstance(parts, dict)
        shares = [100 * parts[n] / max(parts["speech_s"], 1e-9) for n in _PARTS]
        return f"{sum(shares):6.1f} % ({' + '.join(f'{s:.1f}' for s in shares)})"

    name = f"{row['name']:44s} {row['found']} of {row['people']}"
    return f"{name}  collar {rate(row['collar'])}  none {rate(row['no_collar'])}"


_PARTS = ("missed_s", "false_s", "confused_s")


def _mono(path: Path) -> Floats:
    return np.asarray(decode(path, DecodeLimits()).mono(), dtype=np.float32)


if __name__ == "__main__":
    main()
