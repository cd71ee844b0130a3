"""Makes the sample calls, their manifest and their truth from the dialogues beside this file.

Run ``python samples/make_samples.py`` in the project's environment on Debian with
``flite festival festvox-us-slt-hts espeak-ng`` installed. ``--check`` makes the sound without
writing anything and prints a checksum of the samples before encoding, the same on every run.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from maker.dialogue import Cast, Dialogue, load_cast, load_dialogues
from maker.encode import as_pcm, keep_first, write_recording
from maker.synthesis import MissingSynthesiser, require
from maker.telephone import LINE_RATE, Call, make_call

HERE = Path(__file__).resolve().parent
COLUMNS = [
    "path",
    "call_id",
    "agent_id",
    "agent_name",
    "team",
    "customer_id",
    "language",
    "market",
    "direction",
    "started_at",
    "channels",
    "csat",
    "nps",
    "topic",
    "order_value",
]


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes everything; 0 when done, 1 when a synthesiser is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only print checksums of the sound")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write (default: here)")
    options = parser.parse_args(arguments)
    cast = load_cast(HERE / "cast.yaml")
    dialogues = load_dialogues(HERE / "dialogues", cast)
    try:
        require({voice.engine for d in dialogues for voice in d.voices.values()})
    except MissingSynthesiser as missing:
        print(missing, file=sys.stderr)
        return 1
    for dialogue in dialogues:
        call = make_call(dialogue)
        digest = hashlib.sha256(as_pcm(call.samples).tobytes()).hexdigest()[:16]
        print(f"{dialogue.call_id:26} {call.duration_s:6.1f} s  {digest}")
        if not options.check:
            _write_call(dialogue, call, options.out)
    if not options.check:
        _write_manifest(dialogues, options.out / "manifest.csv")
        _write_expected(cast, dialogues, options.out / "truth" / "expected.yaml")
    return 0


def _write_call(dialogue: Dialogue, call: Call, out: Path) -> None:
    recording = out / "calls" / dialogue.line.file
    truth = out / "truth" / f"{dialogue.call_id}.json"
    recording.parent.mkdir(parents=True, exist_ok=True)
    truth.parent.mkdir(parents=True, exist_ok=True)
    write_recording(call.samples, LINE_RATE, recording, dialogue.line.codec)
    if dialogue.line.keep_share < 1.0:
        keep_first(recording, dialogue.line.keep_share)
    text = json.dumps(_truth(dialogue, call), ensure_ascii=False, indent=1)
    truth.write_text(text + "\n", encoding="utf-8")


def _truth(dialogue: Dialogue, call: Call) -> dict[str, Any]:
    turns = []
    for placed in call.turns:
        turn: dict[str, Any] = {
            "role": placed.turn.role,
            "text": placed.turn.text,
            "start_s": round(placed.start_s, 3),
            "end_s": round(placed.end_s, 3),
        }
        if placed.words and placed.turn.say == placed.turn.text:
            turn["words"] = [
                {"word": w.word, "start_s": round(w.start_s, 3), "end_s": round(w.end_s, 3)}
                for w in placed.words
            ]
        turns.append(turn)
    return {
        "call_id": dialogue.call_id,
        "path": f"calls/{dialogue.line.file}",
        "shows": dialogue.shows,
        "language": dialogue.language,
        "channels": dialogue.channels,
        "duration_s": round(call.duration_s, 3),
        "turns": [] if dialogue.expected.failed else turns,
    }


def _write_manifest(dialogues: Sequence[Dialogue], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for dialogue in dialogues:
            writer.writerow({"path": f"calls/{dialogue.line.file}", **dialogue.manifest})


def _write_expected(cast: Cast, dialogues: Sequence[Dialogue], path: Path) -> None:
    expected: Mapping[str, Any] = {
        "best_agent": cast.best_agent,
        "worst_agent": cast.worst_agent,
        "failed": {d.call_id: d.expected.failed for d in dialogues if d.expected.failed},
        "calls": {
            d.call_id: {
                "must_flag": list(d.expected.must_flag),
                "must_not_flag": list(d.expected.must_not_flag),
                "pass": list(d.expected.passed),
                "fail": list(d.expected.failed_items),
            }
            for d in dialogues
        },
    }
    text = yaml.safe_dump(dict(expected), sort_keys=False, allow_unicode=True, width=100)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
