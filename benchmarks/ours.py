"""The product as the benchmark runs it: transcription alone, and a whole batch with scoring.

This module does not know the rivals or how time is taken.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.ways import Settings, Way
from qa_inspect.batch.inspect import Inspector
from qa_inspect.config import Config
from qa_inspect.domain import CallResult, Metadata
from qa_inspect.errors import CallError, SpeechError
from qa_inspect.speech.pipeline import SpeechPipeline


def configuration(settings: Settings) -> Config:
    """The product's own defaults with the model, the threads and the device of the rivals."""
    return Config(model=settings.model, threads=settings.threads, device=settings.device)


GROUP_CALLS = 8
"""Calls whose chunks share batches, as in a run of the product."""


def transcribe_folder(pipeline: SpeechPipeline, paths: Sequence[Path]) -> list[str]:
    """The words of recordings, each word with its time, and nothing else.

    Raises CallError where a recording cannot be heard.
    """
    from qa_inspect.audio.decode import decode

    limits = Config().decode
    texts: list[str] = []
    for first in range(0, len(paths), GROUP_CALLS):
        group = paths[first : first + GROUP_CALLS]
        listened = [pipeline.listen(decode(path, limits), Metadata()) for path in group]
        for found in pipeline.recognise(listened):
            if isinstance(found, CallError):
                raise found
            texts.append(" ".join(heard.word.text for heard in found.words))
    return texts


class OursText:
    """Transcription alone: activity, chunks, recognition and word times."""

    def __init__(self, settings: Settings) -> None:
        self._pipeline = SpeechPipeline(configuration(settings))
        self._pipeline.load()

    def run(self, way: Way, paths: Sequence[Path]) -> list[str]:
        """The text of each file."""
        return transcribe_folder(self._pipeline, paths)


class Kept:
    """Hears how a batch goes and keeps its results."""

    def __init__(self) -> None:
        self.results: list[CallResult] = []

    def begin(self, total: int) -> None:
        """Nothing is told."""

    def done(self, result: CallResult) -> None:
        """One more call is stored."""
        self.results.append(result)

    def end(self) -> None:
        """Nothing is told."""


class OursWhole:
    """Everything that ``qa-inspect run`` does: words, speakers, roles, scores, storing."""

    def __init__(self, settings: Settings) -> None:
        self.inspector = Inspector(configuration(settings))
        self.inspector.prepare()

    def run(self, way: Way, paths: Sequence[Path]) -> list[str]:
        """The text of each file; raises SpeechError where a call failed."""
        results = self.results(paths)
        for result in results:
            if result.transcript is None:
                raise SpeechError(str(result.error), where=str(result.recording.path))
        by_path = {result.recording.path: result for result in results}
        return [_text(by_path[path]) for path in paths]

    def results(self, paths: Sequence[Path]) -> list[CallResult]:
        """Inspects and stores the calls in a database that is thrown away."""
        from qa_inspect.audio.intake import find_recordings
        from qa_inspect.batch.local import plan_run, run_batch
        from qa_inspect.batch.stopping import Stop
        from qa_inspect.store.results import open_store

        self._forget_sentences()
        kept = Kept()
        with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "qa.db") as store:
            plan = plan_run(find_recordings(list(paths)).recordings, store)
            run_batch(plan, self.inspector, store, run_id=None, stop=Stop(), progress=kept)
        return kept.results

    def _forget_sentences(self) -> None:
        """Empties the sentence cache: a second round would find the first one's calls in it."""
        from qa_inspect.language.embed import CachedEmbedder, MemoryCache

        embedder = self.inspector.judge.tools.embedder
        if isinstance(embedder, CachedEmbedder):
            embedder._cache = MemoryCache()


def _text(result: CallResult) -> str:
    utterances = result.transcript.utterances if result.transcript else ()
    return "\n".join(utterance.text for utterance in utterances)
