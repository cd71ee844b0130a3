"""What arrives in watched folders, told to people as it goes: a look that fails is said once.

This module does not know how recordings are found, nor what is done with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from qa_inspect.commands.render import say
from qa_inspect.errors import ManifestError, StartError

if TYPE_CHECKING:
    from qa_inspect.audio.intake import Intake

Hindered = Callable[[StartError | None, int], object]


def arriving(
    paths: Sequence[str],
    find: Callable[[Sequence[str]], Intake],
    stopped: Callable[[], object],
    hindered: Hindered,
) -> Iterator[Intake]:
    """What ``find`` makes of the recordings that arrive in ``paths``, until ``stopped`` answers.

    ``hindered`` hears of looks that fail, as ``watching.rounds`` tells it. Raises InputError where
    the paths are wrong from the beginning.
    """
    from qa_inspect.audio.intake import audio_files
    from qa_inspect.batch import watching

    say(f"watching {', '.join(paths)}; stop with Ctrl-C or SIGTERM", dim=True)
    yield from watching.rounds(
        lambda: audio_files(paths),
        lambda arrived: find(tuple(str(path) for path in arrived)),
        stopped,
        _Said(hindered),
    )


class _Said:
    """Says what hinders a watch when it begins, changes and ends; not at every look."""

    def __init__(self, hindered: Hindered) -> None:
        self._hindered = hindered
        self._said = ""

    def __call__(self, error: StartError | None, waiting: int) -> None:
        text = "" if error is None else f"error: {_going_on(error)}"
        if text != self._said:
            self._said = text
            if text:
                say(text, fg="red")
            else:
                say("the watch goes on unhindered", dim=True)
        self._hindered(error, waiting)


def _going_on(error: StartError) -> StartError:
    """The error with what to do while the watch goes on: nothing has to be started again."""
    if isinstance(error, ManifestError):
        cure = "mend it; what has arrived waits and is taken up at the next look after that"
        return ManifestError(error.problem, where=error.where, cure=cure, faults=error.faults)
    cure = "the watch goes on and looks again; see whether the folder or its share is gone"
    return type(error)(error.problem, where=error.where, cure=cure)
