"""``python -m benchmarks.words DATA``: word and character errors by set, as a table and JSON.

Sets are the project's samples by language, and those parts of the evaluation data whose words
people wrote down. All calls of a set are recognised together, as in a run.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from qa_inspect.audio.decode import decode
from qa_inspect.config import Config
from qa_inspect.domain import Metadata, Recording
from qa_inspect.errors import CallError
from qa_inspect.evaluate.references import Reference, find_references
from qa_inspect.evaluate.speech import WordErrors, word_errors
from qa_inspect.speech.pipeline import SpeechPipeline

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
TOGETHER = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One set. ``length`` is the reference's words or characters, ``rate`` errors over it."""

    name: str
    recordings: int
    unit: str
    length: int
    substituted: int
    deleted: int
    inserted: int

    @property
    def rate(self) -> float:
        """All errors over the length."""
        return (self.substituted + self.deleted + self.inserted) / max(1, self.length)


def sets(data: Path) -> Iterator[tuple[str, tuple[Reference, ...]]]:
    """The sets that are there, by name."""
    samples = [r for r in find_references(SAMPLES) if r.words]
    for language in sorted({str(r.language) for r in samples}):
        own = tuple(r for r in samples if str(r.language) == language)
        yield f"samples, {language} (synthetic voices)", own
    if (data / "audio" / "phone_chat").is_dir():
        yield "telephone chat, English", find_references(data / "audio" / "phone_chat")
    sentences = data / "audio" / "zh_sentences"
    if sentences.is_dir():
        rows = [
            line.split("\t") for line in (sentences / "text.tsv").read_text("utf-8").splitlines()
        ]
        yield (
            "60 studio sentences, Mandarin",
            tuple(_reference(sentences / name, text) for name, text in rows),
        )
    paragraph = data / "audio" / "zh_paragraph"
    if paragraph.is_dir():
        text = (paragraph / "text.txt").read_text("utf-8")
        yield "a paragraph, Mandarin", (_reference(paragraph / "audio.flac", text),)


def measure(pipeline: SpeechPipeline, name: str, references: Sequence[Reference]) -> Row:
    """Recognises a set and counts its errors; a call in which nothing is heard counts as lost."""
    found: list[WordErrors] = []
    for first in range(0, len(references), TOGETHER):
        group = references[first : first + TOGETHER]
        listened = [
            pipeline.listen(decode(_path(r), Config().decode), r.recording.metadata) for r in group
        ]
        for reference, before, heard in zip(
            group, listened, pipeline.recognise(listened), strict=True
        ):
            if isinstance(heard, CallError):
                raise heard
            counted = word_errors(reference, pipeline.finish(before, heard).transcript)
            if counted is not None:
                found.append(counted)
    return Row(
        name=name,
        recordings=len(found),
        unit=found[0].unit,
        length=sum(one.reference for one in found),
        substituted=sum(one.substituted for one in found),
        deleted=sum(one.deleted for one in found),
        inserted=sum(one.inserted for one in found),
    )


def _reference(path: Path, text: str) -> Reference:
    recording = Recording(path.stem, path, "", Metadata(language="zh"))
    return Reference(recording, "zh", text, None, None)


def _path(reference: Reference) -> Path:
    path = reference.recording.path
    if path is None:
        raise ValueError("a reference without a recording")
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a line a set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder of evaluation data")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    given = parser.parse_args(arguments)
    pipeline = SpeechPipeline(Config())
    rows = []
    for name, references in sets(given.data):
        row = measure(pipeline, name, references)
        rows.append({**asdict(row), "rate": round(row.rate, 4)})
        print(
            f"{row.name:45} {row.recordings:4} {row.length:6} {row.unit:10} {row.rate:6.1%}"
            f"  (sub {row.substituted}, del {row.deleted}, ins {row.inserted})",
            flush=True,
        )
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
