"""Every error the product raises on purpose, in one tree.

::

    QaInspectError                what is wrong, where, what to do
    ├── StartError                the run cannot start; nothing was written (exit 1)
    │   ├── RubricError           a rubric file is invalid
    │   ├── ManifestError         a manifest is invalid; carries every fault with its line
    │   ├── ModelError            a model is missing, damaged or unsuitable
    │   ├── StoreError            the database cannot be opened, read or written
    │   └── InputError            a path, file or setting given by the user is wrong
    └── CallError                 one recording's fault; the batch goes on (exit 3 at the end)
        ├── AudioError            the recording cannot be decoded, or holds nothing to judge
        │   └── DecoderError      the decoding process crashed or hung; it may go well next time
        └── SpeechError           a model failed on this recording

This module does not know how an error is shown; the commands decide that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class QaInspectError(Exception):
    """Base of the tree.

    ``problem`` says what is wrong, ``where`` names the file, line or field, and ``cure`` says
    what the user can do. ``str()`` joins them into one sentence for the terminal.
    """

    def __init__(self, problem: str, *, where: str = "", cure: str = "") -> None:
        super().__init__(problem, where, cure)
        self.problem = problem
        self.where = where
        self.cure = cure

    def __reduce__(self) -> tuple[object, ...]:
        """Keeps the keyword-only arguments when a child process hands an error to its parent."""
        return (_rebuilt, (type(self), self.args[0], dict(self.__dict__)))

    def __str__(self) -> str:
        head = f"{self.where}: {self.problem}" if self.where else self.problem
        return f"{head} — {self.cure}" if self.cure else head


def _rebuilt(kind: type[QaInspectError], problem: str, fields: dict[str, Any]) -> QaInspectError:
    error = kind(problem, where=fields["where"], cure=fields["cure"])
    error.__dict__.update(fields)
    return error


class StartError(QaInspectError):
    """The run itself cannot start; nothing has been written."""


class RubricError(StartError):
    """A rubric file is invalid, or no rubric of that name exists."""


class ManifestError(StartError):
    """A manifest is invalid. ``faults`` holds every fault found, each naming its line."""

    def __init__(
        self, problem: str, *, where: str = "", cure: str = "", faults: Sequence[str] = ()
    ) -> None:
        super().__init__(problem, where=where, cure=cure)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n  ".join([super().__str__(), *self.faults])


class ModelError(StartError):
    """A model is missing, does not match its checksum, or cannot do what is asked of it."""


class StoreError(StartError):
    """The database cannot be opened, read or written."""


class InputError(StartError):
    """Something the user named (a path, a call, a setting) does not exist or is not allowed."""


class CallError(QaInspectError):
    """One recording's fault. It becomes that call's result; the batch goes on."""


class AudioError(CallError):
    """The recording cannot be decoded, or holds nothing that could be judged."""


class DecoderError(AudioError):
    """The decoding process crashed or hung on the recording; another attempt may go well."""


class SpeechError(CallError):
    """A speech model failed on this recording."""
