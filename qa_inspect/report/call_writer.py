"""Writes the pages of calls, many of them in several processes at once.

This module does not know what a page shows, nor which other pages there are.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from qa_inspect.domain import CallResult, CallStatus
from qa_inspect.report.call_page import CallOnPage, call_page
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.folder import write_whole
from qa_inspect.report.page_engine import Pages
from qa_inspect.report.part_names import Naming
from qa_inspect.report.playback import AudioMode, place_audio

ALONE = 400
"""Up to so many calls, starting processes would take longer than they save."""
_TOGETHER = 40
_WAITING = 3
"""Batches per process that wait, so that calls do not gather in memory."""


@dataclass(frozen=True, slots=True)
class CallJob:
    """A call to write a page of; ``stem`` names its files."""

    shown: CallOnPage
    stem: str


@dataclass(frozen=True, slots=True)
class CallWritten:
    """What was written of a call; ``heard`` says whether its page plays it, ``missing`` that its
    recording is no longer at its place."""

    call_id: str
    files: tuple[Path, ...]
    heard: bool
    missing: bool = False


@dataclass(frozen=True, slots=True)
class CallSettings:
    """What all pages of calls have in common. ``common`` is what templates know."""

    out: Path
    audio: AudioMode
    catalogue: Catalogue
    naming: Naming
    common: Mapping[str, Any]


class CallWriter:
    """Writes calls as they come. Leaving the block ends all processes."""

    def __init__(self, settings: CallSettings, *, alone: int = ALONE) -> None:
        self._settings = settings
        self._alone = alone
        self._here = _Workshop(settings)
        self._written: list[CallWritten] = []
        self._batch: list[CallJob] = []
        self._pool: ProcessPoolExecutor | None = None
        self._pending: deque[Future[list[CallWritten]]] = deque()
        self._processes = len(os.sched_getaffinity(0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def add(self, job: CallJob) -> None:
        """Write the call's page, now or soon. Raises OSError."""
        if len(self._written) < self._alone or self._processes < 2:
            self._written += self._here.write([job])
            return
        self._batch.append(_light(job))
        if len(self._batch) == _TOGETHER:
            self._send()

    def finish(self) -> Sequence[CallWritten]:
        """Wait until every page is there; gives what was written. Raises OSError."""
        if self._pool is None:
            self._written += self._here.write(self._batch)
            self._batch = []
        else:
            self._send()
        while self._pending:
            self._written += self._pending.popleft().result()
        return self._written

    def _send(self) -> None:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._processes,
                # A fork would copy the locks of libraries that have threads.
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(self._settings,),
            )
        self._pending.append(self._pool.submit(_write, self._batch))
        self._batch = []
        while len(self._pending) > _WAITING * self._processes:
            self._written += self._pending.popleft().result()


def _light(job: CallJob) -> CallJob:
    """The job without single words, which no page shows and which weigh more than all the rest."""
    call = job.shown.call
    if call.transcript is None:
        return job
    said = tuple(replace(one, words=()) for one in call.transcript.utterances)
    light = replace(call, transcript=replace(call.transcript, utterances=said))
    return replace(job, shown=replace(job.shown, call=light))


class _Workshop:
    """Makes pages in one process."""

    def __init__(self, settings: CallSettings) -> None:
        self._settings = settings
        self._pages = Pages(settings.catalogue, settings.common)

    def write(self, jobs: Sequence[CallJob]) -> list[CallWritten]:
        return [self._one(job) for job in jobs]

    def _one(self, job: CallJob) -> CallWritten:
        set_up = self._settings
        audio, no_audio = self._audio(job.shown.call, job.stem)
        shown = replace(job.shown, audio=audio, no_audio=no_audio)
        target = set_up.out / shown.line.href
        write_whole(target, call_page(shown, self._pages, set_up.naming, set_up.catalogue))
        sounds = tuple(self._sounds(job.stem)) if audio else ()
        missing = no_audio == "audio_missing"
        return CallWritten(shown.line.call_id, (target, *sounds), audio is not None, missing)

    def _audio(self, call: CallResult, stem: str) -> tuple[str | None, str]:
        """Where the page finds the sound, and which words say why there is none."""
        path = call.recording.path
        if path is None:
            return None, "imported"
        if call.status is CallStatus.FAILED:
            return None, "no_audio"
        if not path.is_file():
            return None, "audio_missing"
        folder = self._settings.out / "audio"
        return place_audio(path, folder, stem, self._settings.audio), "no_audio"

    def _sounds(self, stem: str) -> Iterator[Path]:
        if self._settings.audio is AudioMode.COPY:
            yield from (self._settings.out / "audio").glob(f"{stem}.*")


_workshop: _Workshop | None = None


def _begin(settings: CallSettings) -> None:
    global _workshop
    _workshop = _Workshop(settings)


def _write(jobs: list[CallJob]) -> list[CallWritten]:
    assert _workshop is not None
    return _workshop.write(jobs)
