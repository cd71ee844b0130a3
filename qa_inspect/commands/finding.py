"""What a run is about: its recordings, found and told apart by their hashes before any is heard.

This module does not know what was inspected before, nor what is done with recordings.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qa_inspect.commands.render import say
from qa_inspect.config import Config
from qa_inspect.domain import Channels
from qa_inspect.errors import InputError

if TYPE_CHECKING:
    from qa_inspect.audio.hashing import Memory
    from qa_inspect.audio.intake import Intake

_EVERY_S = 30.0
"""How often it is told how far reading has come: nothing is told of a short one."""


def find(
    given: dict[str, Any],
    config: Config,
    paths: Sequence[str],
    memory: Memory,
    stopped: Callable[[], object] = lambda: None,
) -> Intake:
    """The recordings that were named. What was not looked at when ``stopped`` answered is unread.

    Raises InputError where there are none, ManifestError.
    """
    from qa_inspect.audio.intake import find_recordings

    intake = find_recordings(
        paths,
        given["manifest"],
        allow_outside=given["allow_outside"],
        memory=memory,
        stopped=stopped,
        on_progress=_Told(),
    )
    if not intake.recordings and not intake.unread:
        raise InputError(
            "no recordings found",
            where=", ".join(paths) or str(given["manifest"]),
            cure="name a folder with audio files (wav, mp3, m4a, ogg, opus, flac, amr, webm…)",
        )
    further = sorted({name for r in intake.recordings for name in r.metadata.attributes})
    if further:
        say(f"manifest columns kept as attributes: {', '.join(further)}", dim=True)
    if config.channels is Channels.AUTO:
        return intake
    told = tuple(
        replace(r, metadata=replace(r.metadata, channels=config.channels))
        if r.metadata.channels is Channels.AUTO
        else r
        for r in intake.recordings
    )
    return replace(intake, recordings=told)


class _Told:
    """Says now and then how many files have been looked at."""

    def __init__(self) -> None:
        self._said_s = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._said_s >= _EVERY_S and done < total:
            self._said_s = now
            say(f"looking for new recordings: {done} of {total} files", dim=True)
