"""Calls whose truth people have written down, with what is known around each.

A reference file is one of ``import-transcripts`` with further fields for the truth. The calls of
the files are each other's history, as they would be in a database of their own. This module does
not know what the truth says, nor how verdicts are compared with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, TypeVar

from qa_inspect.batch.histories import Histories
from qa_inspect.batch.imports import ImportedCall, judge_imported, read_lines, transcript_of
from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.settling import settle_histories
from qa_inspect.config import Config
from qa_inspect.domain import CallResult, CallStatus, Metadata, Transcript
from qa_inspect.errors import InputError, ManifestError
from qa_inspect.rubric.load import load_for_call
from qa_inspect.rubric.past import CallPast
from qa_inspect.rubric.schema import Rubric
from qa_inspect.rubric.wording import count
from qa_inspect.store.results import open_store

TRUTHS = ("flags", "checks")
"""Fields of a line that hold what people found; no check may read them."""
_MOST_FAULTS = 50

Truth = TypeVar("Truth")
ReadTruth = Callable[[Mapping[str, Any], Sequence[Rubric]], Truth]
"""Reads the truth from the fields of a line, for the rubrics of its call. Raises ValueError, in a
sentence, where they do not say it rightly."""


@dataclass(frozen=True, slots=True)
class LabelledCall(Generic[Truth]):
    """A call, what people say is true of it, and the rubrics that fit its language."""

    written: ImportedCall
    truth: Truth
    rubrics: tuple[Rubric, ...]


@dataclass(frozen=True, slots=True)
class ReadyCall(Generic[Truth]):
    """A labelled call ready to be judged; ``past`` is None where no rubric looks at other calls."""

    call_id: str
    truth: Truth
    rubrics: tuple[Rubric, ...]
    transcript: Transcript
    metadata: Metadata
    past: CallPast | None


def read_labelled(
    paths: Sequence[Path], judge: Judge, read_truth: ReadTruth[Truth]
) -> tuple[tuple[LabelledCall[Truth], ...], tuple[str, ...]]:
    """The calls of the files that rubrics fit, and sentences about those that none does.

    Raises RubricError for a bad rubric, and InputError or ManifestError for a file that cannot be
    read, for faulty lines (each with file and line), for a call that stands there twice, and where
    no rubric fits any call.
    """
    faults: list[str] = []
    notes: dict[str, None] = {}
    found: dict[str, str] = {}
    calls: list[LabelledCall[Truth]] = []
    for path in dict.fromkeys(paths):
        for line in read_lines(path, TRUTHS):
            where, call = f"{path}:{line.number}", line.call
            faults += [f"{where}: {fault}" for fault in line.faults]
            name = call.recording.call_id if call else None
            if name is not None and name in found:
                faults.append(f"{where}: call_id: {name!r} is already used in {found[name]}")
            elif name is not None:
                found[name] = where
            if line.language is None:
                continue
            loaded = load_for_call(judge.rubric_names, line.language)
            if not loaded.rubrics:
                notes |= dict.fromkeys(loaded.notes)
                continue
            try:
                truth = read_truth(line.aside, loaded.rubrics)
            except ValueError as error:
                faults.append(f"{where}: {error}")
                continue
            if call is not None:
                calls.append(LabelledCall(call, truth, loaded.rubrics))
    if faults:
        more = [f"and {len(faults) - _MOST_FAULTS} more"] if len(faults) > _MOST_FAULTS else []
        raise ManifestError(
            f"{count(len(faults), 'fault')} in the labelled calls",
            cure="mend these lines; nothing was measured",
            faults=faults[:_MOST_FAULTS] + more,
        )
    if not calls:
        raise InputError(
            "no rubric fits the language of these calls", cure="name one with --rubric"
        )
    return tuple(calls), tuple(notes)


def with_pasts(
    calls: Sequence[LabelledCall[Truth]], judge: Judge, config: Config
) -> Iterator[ReadyCall[Truth]]:
    """The calls ready to be judged, in their order. A past can be read only while this runs."""
    heard = [transcript_of(call.written, config) for call in calls]
    needs = judge.needs({transcript.language for transcript in heard})
    if not needs:
        for call, transcript in zip(calls, heard, strict=True):
            yield _ready(call, transcript, None)
        return
    with TemporaryDirectory() as folder, open_store(Path(folder) / "references.db") as store:
        for call, transcript in zip(calls, heard, strict=True):
            bare = CallResult(call.written.recording, CallStatus.OK, transcript)
            judged = judge_imported(call.written, judge, config) if needs.verdicts else bare
            store.save_call(judged)
        if needs.verdicts:
            settle_histories(store, judge)
        histories = Histories(store, needs)
        for call, transcript in zip(calls, heard, strict=True):
            recording = call.written.recording
            with store.reading() as connection:
                pasts = histories.pasts(connection, [recording])
            yield _ready(call, transcript, pasts.get(recording.call_id))


def _ready(
    call: LabelledCall[Truth], transcript: Transcript, past: CallPast | None
) -> ReadyCall[Truth]:
    recording = call.written.recording
    return ReadyCall(
        recording.call_id, call.truth, call.rubrics, transcript, recording.metadata, past
    )
