"""``python -m benchmarks.word_times``: how near word times and chunk edges lie to the truth.

Over the sample calls whose synthesiser told when each word is heard: errors of starts and of ends
apart, the share of words with both within 200 ms, and the share of chunk edges inside a word. A
word counts where it was recognised as written. This module changes nothing in the product and
needs the bundled models.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_inspect import weights
from qa_inspect.audio.decode import decode
from qa_inspect.config import Config, DecodeLimits
from qa_inspect.domain import Channels, Direction, Metadata, Transcript
from qa_inspect.speech.activity import ChannelActivity, check_speech
from qa_inspect.speech.chunks import Chunk, cut_chunks
from qa_inspect.speech.pipeline import SpeechPipeline
from qa_inspect.speech.segmentation import SegmentationModel

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
TOLERANCE_S = 0.2
EDGE_S = 0.03
"""A cut this near (seconds) to a true word's edge is beside it."""

CHUNK_S = 25.0

Timed = tuple[str, float, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One call: errors are found less true, in seconds; ``cuts`` chunk edges, some inside words."""

    call: str
    words: int
    matched: int
    start_errors_s: tuple[float, ...]
    end_errors_s: tuple[float, ...]
    cuts: int
    cuts_in_words: int

    @property
    def within(self) -> float:
        """Share of matched words whose start and end are both within the tolerance."""
        pairs = zip(self.start_errors_s, self.end_errors_s, strict=True)
        return sum(max(abs(s), abs(e)) <= TOLERANCE_S for s, e in pairs) / max(1, self.matched)


def measure(pipeline: SpeechPipeline, calls: Sequence[str] = ()) -> Iterator[Row]:
    """One row for each sample call with word times, or for those named."""
    cutter = Cutter()
    for path in sorted((SAMPLES / "truth").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        words = true_words(truth)
        if not words or (calls and path.stem not in calls):
            continue
        audio = decode(SAMPLES / truth["path"], DecodeLimits())
        metadata = Metadata(channels=Channels(truth["channels"]), direction=Direction.INBOUND)
        pairs = list(_pairs(truth, pipeline.process(audio, metadata)))
        edges = cutter.edges(audio.mono())
        yield Row(
            call=path.stem,
            words=len(words),
            matched=len(pairs),
            start_errors_s=tuple(round(f[1] - t[1], 3) for t, f in pairs),
            end_errors_s=tuple(round(f[2] - t[2], 3) for t, f in pairs),
            cuts=len(edges),
            cuts_in_words=sum(
                any(start_s + EDGE_S < edge < end_s - EDGE_S for _, start_s, end_s in words)
                for edge in edges
            ),
        )


class Cutter:
    """Cuts a recording into chunks as the product does."""

    def __init__(self) -> None:
        self._segmentation = SegmentationModel(weights.find("segmentation-3.0").path)
        self._activity = ChannelActivity(weights.find("silero-vad").files["silero_vad.onnx"])

    def edges(self, samples: NDArray[np.float32]) -> list[float]:
        """Every second at which sound is cut: ends of chunks, and pauses taken out inside them."""
        found = self._segmentation.run(samples)
        speech = check_speech(found, samples, self._activity.spans).speech
        return [edge for chunk in cut_chunks(samples, speech, CHUNK_S) for edge in cut_edges(chunk)]


def cut_edges(chunk: Chunk) -> tuple[float, ...]:
    """Where a chunk's sound begins and ends in the recording (seconds), joins included."""
    edges, skipped_s = [chunk.start_s], 0.0
    for offset_s, skip_s in chunk.joins:
        edges.append(chunk.start_s + offset_s + skipped_s)
        skipped_s += skip_s
        edges.append(chunk.start_s + offset_s + skipped_s)
    return (*edges, chunk.end_s)


def true_words(truth: Mapping[str, Any], role: str | None = None) -> list[Timed]:
    """A call's words (of one role) with their true start and end in seconds, in order."""
    return sorted(
        (
            (str(word["word"]), float(word["start_s"]), float(word["end_s"]))
            for turn in truth["turns"]
            if role in (None, turn["role"])
            for word in turn.get("words", ())
        ),
        key=lambda word: word[1],
    )


def _pairs(truth: Mapping[str, Any], transcript: Transcript) -> Iterator[tuple[Timed, Timed]]:
    """Words that were recognised as said: the true one and the one found."""
    separate = truth["channels"] != Channels.MONO.value
    for role in ("agent", "customer") if separate else (None,):
        found = sorted(
            (
                (word.text, word.start_s, word.end_s)
                for utterance in transcript.utterances
                if role in (None, utterance.role.value)
                for word in utterance.words
            ),
            key=lambda word: word[1],
        )
        said = true_words(truth, role)
        matcher = difflib.SequenceMatcher(
            None, [_plain(w[0]) for w in said], [_plain(w[0]) for w in found], autojunk=False
        )
        for block in matcher.get_matching_blocks():
            for step in range(block.size):
                yield said[block.a + step], found[block.b + step]


def _plain(text: str) -> str:
    return re.sub(r"[^\w']", "", text.casefold()).strip("'")


def _line(rows: Sequence[Row], name: str) -> str:
    starts = np.array([error for row in rows for error in row.start_errors_s])
    ends = np.array([error for row in rows for error in row.end_errors_s])
    both = np.maximum(np.abs(starts), np.abs(ends)) <= TOLERANCE_S
    parts = [f"{name:26} {len(starts):5}/{sum(row.words for row in rows):<5}"]
    for errors in (starts, ends):
        inside = (np.abs(errors) <= TOLERANCE_S).mean()
        ninety_five = np.percentile(np.abs(errors), 95)
        parts.append(f"{np.median(errors) * 1000:+6.0f} {ninety_five * 1000:5.0f} {inside:6.1%}")
    cuts, bad = sum(row.cuts for row in rows), sum(row.cuts_in_words for row in rows)
    return "  ".join([*parts, f"{both.mean():6.1%}", f"{bad}/{cuts}"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a line a call and one for all; 0 when 95 % of words are within 200 ms, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    given = parser.parse_args(arguments)
    print(
        f"{'call':26} {'words':>11}  start: median, 95 %, <= 200 ms   end: the same   both   cuts"
    )
    rows = []
    for row in measure(SpeechPipeline(Config())):
        rows.append(row)
        print(_line([row], row.call), flush=True)
    print(_line(rows, "all"))
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps([asdict(r) for r in rows], indent=1))
    matched = sum(row.matched for row in rows)
    return int(sum(row.within * row.matched for row in rows) < 0.95 * matched)


if __name__ == "__main__":
    sys.exit(main())
