"""``python -m benchmarks.report``: the page ``docs/benchmarks.md`` from measured results.

Pure but for reading and writing files: this module does not know how anything was measured.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import Run, Spread, WordCount, ratio_of, speed_of
from benchmarks.ways import DUELS, SPEED_TARGETS, Calls, Way

OVERHEAD_TARGET = 0.08
MEMORY_TARGET = 0.10

_NOTE = "<!-- Made by `python -m benchmarks`; run it again instead of editing this page. -->"


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads what results there are and writes the page."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    made.add_argument("--results", type=Path, default=Path("benchmarks/results"))
    made.add_argument("--out", type=Path, default=Path("docs/benchmarks.md"))
    given = made.parse_args(arguments)
    page = render(
        read(given.results / "compare.json"),
        _read_if_there(given.results / "overhead.json"),
        _read_if_there(given.results / "memory.json"),
    )
    given.out.write_text(page, encoding="utf-8")
    print(f"wrote {given.out}")


def read(path: Path) -> dict[str, Any]:
    """A result as it was written."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def render(
    comparison: Mapping[str, Any],
    overhead: Mapping[str, Any] | None = None,
    memory: Mapping[str, Any] | None = None,
) -> str:
    """The whole page."""
    parts = [
        _NOTE,
        "# Benchmarks",
        _conditions(comparison),
        "## How many times faster ours is",
        _ratios(comparison),
        "## Speed of each way",
        _speeds(comparison),
        "## Words, in the same runs",
        _words(comparison),
    ]
    if overhead is not None:
        parts += ["## Time outside models", _overhead(overhead)]
    if memory is not None:
        parts += ["## Memory over a long batch", _memory(memory)]
    return "\n\n".join([*parts, "## How this was made", _method(comparison)]) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def figure(value: Spread | None, digits: int = 1) -> str:
    """A median with its spread over the rounds."""
    if value is None:
        return "not measured"
    shown = f"{value.median:.{digits}f}"
    if value.least == value.greatest:
        return shown
    return f"{shown} ({value.least:.{digits}f}–{value.greatest:.{digits}f})"


def verdict(value: float | None, target: float, *, at_most: bool = False) -> str:
    """Whether a figure reaches its target, in words."""
    if value is None:
        return "not measured"
    return "yes" if (value <= target if at_most else value >= target) else "**no**"


def _conditions(comparison: Mapping[str, Any]) -> str:
    machine = comparison["machine"]
    return (
        f"Measured on {comparison['made']}: {machine['cores']} cores, device "
        f"`{machine['device']}`, {machine['threads']} threads for every system, the same "
        f"`{machine['model']}` weights, {comparison['rounds']} rounds. Calls are made from "
        f"{comparison['source']}. A figure is the median over the rounds, with the least and the "
        "greatest behind it. Ratios are taken within a round; trust them more than speeds."
    )


def _runs(comparison: Mapping[str, Any]) -> list[Run]:
    return [Run(**run) for run in comparison["runs"]]


def _ways(comparison: Mapping[str, Any]) -> dict[str, Way]:
    return {way["key"]: Way(**{**way, "calls": Calls(way["calls"])}) for way in comparison["ways"]}


def _ratios(comparison: Mapping[str, Any]) -> str:
    runs, ways = _runs(comparison), _ways(comparison)
    rows = []
    for duel in DUELS:
        ratio = ratio_of(runs, duel)
        if ratio is None:
            continue
        rival = ways[duel.rival]
        rows.append(
            [
                ways[duel.ours].title,
                f"({rival.letter}) {rival.title}",
                figure(ratio, 2),
                f"≥ {duel.target:g}" if duel.target else "",
                verdict(ratio.median, duel.target) if duel.target else "",
            ]
        )
    for key, target in SPEED_TARGETS:
        speed = speed_of(runs, key)
        if speed is not None:
            rows.append(
                [
                    ways[key].title,
                    "real time",
                    figure(speed),
                    f"≥ {target:g}",
                    verdict(speed.median, target),
                ]
            )
    return table(("ours", "against", "times faster", "target", "reached"), rows)


def _speeds(comparison: Mapping[str, Any]) -> str:
    runs, sets = _runs(comparison), comparison["calls"]
    rows = []
    for key, way in _ways(comparison).items():
        calls = sets[str(way.calls)]
        rows.append(
            [
                f"({way.letter}) {way.title}" if way.letter else way.title,
                f"{calls['calls']} calls, {calls['seconds']:.0f} s",
                figure(speed_of(runs, key)),
            ]
        )
    return table(("way", "heard", "× real time"), rows)


def _words(comparison: Mapping[str, Any]) -> str:
    rows = []
    for key, way in _ways(comparison).items():
        for count in _counts(comparison, key):
            rate = "no reference" if count.rate is None else f"{count.rate:.1%}"
            known = f"{count.reference} {count.unit}" if count.reference else ""
            rows.append(
                [way.title, count.language, f"{count.heard} {count.unit}", known, rate],
            )
    note = (
        "Errors are counted where somebody wrote the words down, lower case, without punctuation, "
        "Chinese in simplified characters. Compare ways that heard the same calls. "
        "One by one, faster-whisper and openai-whisper repeat themselves on the telephone chat; "
        "the beam of 5 makes fewer errors than ours at beam 1 and is slower."
    )
    return table(("way", "language", "heard", "reference", "errors"), rows) + "\n\n" + note


def _counts(comparison: Mapping[str, Any], key: str) -> Iterator[WordCount]:
    return (WordCount(**count) for count in comparison["words"].get(key, []))


def _overhead(overhead: Mapping[str, Any]) -> str:
    rows = []
    for kind in ("mono", "stereo"):
        part = overhead[kind]
        share = part["outside_share"]
        rows.append(
            [
                kind,
                f"{part['calls']} calls, {part['audio_s']:.0f} s",
                f"{part['wall_s']:.1f} s",
                f"{share:.1%}",
                f"≤ {OVERHEAD_TARGET:.0%}",
                verdict(share, OVERHEAD_TARGET, at_most=True),
            ]
        )
    head = ("calls", "heard", "wall time", "outside models", "target", "reached")
    works = _shares(overhead)
    return (
        "A whole batch with models loaded: decoding, speech, roles, scoring, storing. Models are "
        "timed where their libraries are entered; threads that are inside models together count "
        "once.\n\n" + table(head, rows) + "\n\nWhere the wall time goes:\n\n" + works
    )


def _shares(overhead: Mapping[str, Any]) -> str:
    kinds = ("mono", "stereo")
    rows = []
    for group in ("models", "own"):
        names = dict.fromkeys(name for kind in kinds for name in overhead[kind][group])
        for name in names:
            seconds = [overhead[kind][group].get(name, 0.0) for kind in kinds]
            rows.append(
                [
                    name,
                    "model" if group == "models" else "ours",
                    *(_share(s, overhead[k]) for s, k in zip(seconds, kinds, strict=True)),
                ]
            )
    rest = [_share(overhead[kind]["unknown_s"], overhead[kind]) for kind in kinds]
    rows.append(["everything else", "ours", *rest])
    return table(("work", "whose", "mono", "stereo"), rows)


def _share(seconds: float, part: Mapping[str, Any]) -> str:
    return f"{seconds / part['wall_s']:.1%}"


def _memory(memory: Mapping[str, Any]) -> str:
    grown = memory["growth"]
    row = [
        f"{memory['early_mib']:.0f} MiB",
        f"{memory['last_mib']:.0f} MiB",
        f"{memory['peak_mib']:.0f} MiB",
        f"{grown:+.1%}",
        f"≤ +{MEMORY_TARGET:.0%}",
        verdict(grown, MEMORY_TARGET, at_most=True),
    ]
    head = (
        f"call {memory['early_call']}",
        f"call {memory['last_call']}",
        "peak",
        "growth",
        "target",
        "reached",
    )
    return (
        "One process, scoring and storing included, the decoder's process counted; medians over "
        f"five calls. {memory['kinds']} short calls of 4–12 s under changing names.\n\n"
        + table(head, [row])
    )


def _method(comparison: Mapping[str, Any]) -> str:
    versions = ", ".join(
        f"{name} {version}"
        for name, version in comparison["machine"]["versions"].items()
        if version
    )
    return f"""`python -m benchmarks` makes the calls, measures and writes this page.

- Every system runs in a process of its own with its models loaded and one short call of each
  language heard before the clock starts. Only one works at a time.
- In each round all ways hear their calls in turn, every second round in the opposite order. Where
  a slow rival hears fewer calls than ours, speeds for each second of sound are compared.
- (a) `whisper.transcribe` at its defaults, float32. (b) `WhisperModel.transcribe` and (c)
  `BatchedInferencePipeline` in int8 on a CPU with the same beam as ours (1) but where it says
  otherwise, their own voice activity, the batch size (8 or 16) that was faster here:
  {comparison["batch_size"]}. (d) is (c) with word times, pyannote's diarization pipeline at its
  default step and batch sizes told two speakers, and each word given to who speaks most during
  it. pyannote gets the product's speaker embedding, since its own cannot be had offline; a
  speaker who is silent in a window costs it next to nothing here, which is kinder than its
  default embedding. Stereo calls are mixed to one channel, as these tools do.
- Ours, transcription alone, gives every word its time. Ours, whole, is what `qa-inspect run`
  does, scoring and storing included. The sentence cache is emptied before every round.
- Python {comparison["machine"]["python"]}, {versions}."""


def _read_if_there(path: Path) -> dict[str, Any] | None:
    return read(path) if path.is_file() else None


if __name__ == "__main__":
    main()
