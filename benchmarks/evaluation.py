"""``python -m benchmarks.evaluation DATA``: measures all that is right or wrong, and writes
``docs/evaluation.md``.

Each part runs in a process of its own and leaves its figures in ``benchmarks/results``; with
``--render`` the page is written from what is there. This module measures nothing itself.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "evaluation.md"

TOLERANCE_S = 0.2

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """One script, its arguments, and how its figures become text; ``name`` is its results'."""

    name: str
    arguments: tuple[str, ...]
    render: Callable[[Any], str]
    module: str = ""

    @property
    def command(self) -> tuple[str, ...]:
        """How the script is called."""
        return (sys.executable, "-m", f"benchmarks.{self.module or self.name}", *self.arguments)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; the first column is text, the others are figures."""
    lines = [f"| {' | '.join(header)} |", "|---" + "|---:" * (len(header) - 1) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(str(c) for c in row)} |" for row in rows)])


def percent(value: float | None, digits: int = 1) -> str:
    """A share (0–1) in percent; a dash where there is none."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def words(rows: Rows) -> str:
    """Word and character errors by set."""
    return "## Words\n\n" + table(
        ("set", "recordings", "length", "unit", "error rate", "wrong", "missing", "added"),
        [
            (
                row["name"],
                row["recordings"],
                row["length"],
                row["unit"],
                percent(row["rate"]),
                row["substituted"],
                row["deleted"],
                row["inserted"],
            )
            for row in rows
        ],
    )


def word_times(rows: Rows) -> str:
    """How near word times are to the truth."""
    lines = [(row["call"], [row]) for row in rows] + [("**all**", list(rows))]
    shown = table(
        ("call", "words matched", "starts within 200 ms", "ends within 200 ms"),
        [
            (
                name,
                sum(row["matched"] for row in own),
                percent(_near(own, "start_errors_s")),
                percent(_near(own, "end_errors_s")),
            )
            for name, own in lines
        ],
    )
    cuts, bad = sum(row["cuts"] for row in rows), sum(row["cuts_in_words"] for row in rows)
    return f"## Word times\n\n{shown}\n\nChunk edges that cut a word: {bad} of {cuts}."


def _near(rows: Rows, key: str) -> float | None:
    errors = [abs(error) for row in rows for error in row[key]]
    return sum(error <= TOLERANCE_S for error in errors) / len(errors) if errors else None


def non_speech(rows: Rows) -> str:
    """Words heard where nobody speaks."""
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_kind.setdefault(str(row["kind"]), []).append(row)
    shown = table(
        ("kind", "levels (dBFS)", "minutes", "words heard"),
        [
            (
                kind,
                ", ".join(str(round(v)) for v in sorted({row["level_dbfs"] for row in own})),
                f"{sum(row['minutes'] for row in own):.1f}",
                sum(len(row["words"]) for row in own),
            )
            for kind, own in by_kind.items()
        ]
        + [
            (
                "**all**",
                "",
                f"{sum(row['minutes'] for row in rows):.1f}",
                sum(len(row["words"]) for row in rows),
            )
        ],
    )
    return f"## Words where nobody speaks\n\n{shown}"


def speakers(rows: Rows) -> str:
    """Diarization errors when two people are expected, as by default."""
    single = [row for row in rows if row["kind"] == "real"]
    kinds = [str(row["kind"]) for row in rows if row["kind"] not in ("real", "meeting")]
    lines = [(str(row["name"]), [row]) for row in single] + [
        (f"{_KINDS.get(kind, kind)} ({kinds.count(kind)} made calls)", _of_kind(rows, kind))
        for kind in dict.fromkeys(kinds)
    ]
    return (
        "## Who spoke when, on one channel\n\nDiarization error rate and its parts. Made calls are "
        "mixes of real voices at 8 kHz with noise, backchannels and overlap; two people are "
        f"expected, as by default.\n\n{_der(lines)}"
    )


def meetings(rows: Rows) -> str:
    """Diarization errors in meetings."""
    lines = [(str(row["name"]), [row]) for row in rows] + [("**all**", list(rows))]
    return f"### Meetings, number of people unknown\n\n{_der(lines)}"


_KINDS = {
    "pair": "two voices, mostly of one sex",
    "similar": "a voice and its copy, shifted in pitch",
    "transfer": "a transfer: a third person comes",
    "conference": "a conference of five or six",
    "alone": "one person alone",
}


def _of_kind(rows: Rows, kind: str) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["kind"] == kind]


def _der(lines: Sequence[tuple[str, Rows]]) -> str:
    def rate(own: Rows, collar: str, parts: Sequence[str]) -> str:
        speech_s = sum(row[collar]["speech_s"] for row in own)
        return percent(
            sum(row[collar][part] for row in own for part in parts) / max(speech_s, 1e-9)
        )

    every = ("missed_s", "false_s", "confused_s")
    return table(
        ("recording", "DER, 0.25 s collar", "DER, no collar", "missed", "false", "confused"),
        [
            (
                name,
                rate(own, "collar", every),
                rate(own, "no_collar", every),
                *(rate(own, "no_collar", (part,)) for part in every),
            )
            for name, own in lines
        ],
    )


def roles(report: Mapping[str, Rows]) -> str:
    """Agent or customer."""
    rows = [
        row
        for row in report["roles"]
        if row["turns"] == "whole" or (row["source"] == "labelled" and row["turns"] != "6")
    ]
    shown = table(list(rows[0]), [list(row.values()) for row in rows])
    sure = report["reliability"]
    reliability = table(list(sure[0]), [list(row.values()) for row in sure])
    return (
        "## Agent or customer, from text\n\nCross-validated by call where a head was trained on "
        "the set. `recognised`: characters replaced and lost as by a recogniser; `mono`: words "
        f"given to the wrong speaker besides.\n\n{shown}\n\n"
        f"How often a confidence is right:\n\n{reliability}"
    )


def run(part: Part) -> None:
    """Runs one part; its figures are kept even where it finds its target missed."""
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{part.name}.json"
    target.unlink(missing_ok=True)
    subprocess.run([*part.command, "--json", str(target)], cwd=ROOT, check=False)
    if not target.is_file():
        raise SystemExit(f"{part.name} left no figures — run {' '.join(part.command)} to see why")


def page(parts: Sequence[Part]) -> str:
    """The whole page from the figures that were kept."""
    sections = [
        part.render(json.loads((RESULTS / f"{part.name}.json").read_text(encoding="utf-8")))
        for part in parts
        if (RESULTS / f"{part.name}.json").is_file()
    ]
    head = (
        "# Evaluation\n\n"
        f"Made on {date.today().isoformat()} by `python -m benchmarks.evaluation DATA` with "
        "`whisper-base` in int8 and the bundled models; DATA is a folder of evaluation data "
        "that is not part of the project. Regenerate, never edit."
    )
    return "\n\n".join([head, *sections]) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures what was asked for and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder of evaluation data")
    parser.add_argument("--only", nargs="*", help="parts to measure again")
    parser.add_argument("--render", action="store_true", help="only write the page")
    given = parser.parse_args(arguments)
    parts = all_parts(str(given.data.resolve()))
    for part in parts:
        if not given.render and (not given.only or part.name in given.only):
            run(part)
    PAGE.write_text(page(parts), encoding="utf-8")


def all_parts(data: str) -> tuple[Part, ...]:
    """Everything that is measured, in the order of the page."""
    return (
        Part("words", (data,), words),
        Part("word_times", (), word_times),
        Part("speakers", (data,), speakers, "diarization"),
        Part(
            "meetings", (data, "--only", "meeting", "--speakers", "none"), meetings, "diarization"
        ),
        Part("non_speech", (), non_speech),
        Part("roles", (data,), roles),
    )


if __name__ == "__main__":
    main()
