"""A new rubric and its cases from answers in plain words: the files that ``rubric new`` writes.

What is written is read again as any rubric is, and its cases are run, so that what a person gets
works at once. This module does not know how questions are asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from qa_inspect.language.latin import in_latin_letters
from qa_inspect.rubric.lint_signs import sign_fault
from qa_inspect.rubric.load import parse_rubric
from qa_inspect.rubric.phrases import PhraseFault, compile_phrases
from qa_inspect.rubric.schema import Rubric

HEADER = "# yaml-language-server: $schema=rubric.schema.json\n"
"""Editors with the YAML language server then check while one writes, where that file is there."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of check in plain words: what it asks for, and the kind that does it.

    ``needs`` is what it is made of: ``phrases``, ``sentences`` or ``seconds``. ``fields`` are the
    kind's own.
    """

    name: str
    words: str
    kind: str
    needs: str
    fields: Mapping[str, Any] = field(default_factory=dict)


SORTS: tuple[Sort, ...] = (
    Sort("said", "something is said (you know the words)", "said", "phrases"),
    Sort("forbidden", "something must not be said", "not_said", "phrases"),
    Sort("meaning", "something is said in whatever words (by its meaning)", "similar", "sentences"),
    Sort("share", "how often something is said (a share of what is said)", "ratio", "phrases"),
    Sort("silence", "nobody leaves the other waiting in silence", "silence", "seconds"),
    Sort("flag", "a person should look at calls in which something is said", "said", "phrases"),
)


@dataclass(frozen=True, slots=True)
class Answers:
    """One check as a person described it.

    ``texts`` are phrases or sentences, ``against`` sentences that look alike and do not count.
    ``good`` and ``bad`` are example lines: in which the thing is said, and in which it is not.
    ``denied_counts`` is whether "I am not angry" counts for "angry". ``first`` and ``last`` are in
    how many utterances it is looked for at the beginning or end of a call; 0 is anywhere.
    """

    title: str
    sort: str
    role: str = "agent"
    texts: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    seconds: float = 20.0
    share: float = 0.2
    points: float = 1.0
    severity: str = "medium"
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    denied_counts: bool = True
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A rubric in the making."""

    name: str
    language: str
    title: str
    checks: tuple[Answers, ...]


def sort_named(name: str) -> Sort:
    """The sort of that name. KeyError where there is none."""
    return {sort.name: sort for sort in SORTS}[name]


def identifier(title: str, taken: Iterable[str] = ()) -> str:
    """A name for a title: 问候 as ``wen_hou``, ``Chào khách`` as ``chao_khach``.

    It is made of the letters a–z and digits; ``check`` where there are none, numbered where taken.
    """
    latin = in_latin_letters(title).lower().replace("'", "")
    plain = re.sub(r"[^a-z0-9]+", "_", latin).strip("_")[:60].rstrip("_") or "check"
    name = plain if plain[0].isalpha() else f"check_{plain}"
    known, number = set(taken), 2
    free = name
    while free in known:
        free, number = f"{name}_{number}", number + 1
    return free


def rubric_text(draft: Draft, *, with_schema: bool = False) -> str:
    """The rubric file; ``with_schema`` tells editors that a schema lies beside it."""
    items: list[dict[str, Any]] = []
    flags: list[dict[str, Any]] = []
    for name, answers in named_checks(draft):
        (flags if answers.sort == "flag" else items).append(_entry(name, answers))
    data: dict[str, Any] = {"rubric": draft.name, "language": draft.language, "version": "1.0"}
    data |= {"title": draft.title}
    data |= {"items": items} if items else {}
    data |= {"flags": flags} if flags else {}
    return (HEADER if with_schema else "") + _written(data)


def cases_text(draft: Draft) -> str:
    """The file of cases: the lines that were given, and for silence two short dialogues."""
    cases: dict[str, dict[str, list[Any]]] = {}
    for name, a in named_checks(draft):
        sides: Sequence[tuple[str, Sequence[Any]]] = (("hit", a.good), ("miss", a.bad))
        if a.sort == "silence":
            sides = (("hit", (_waited(a.seconds + 1),)), ("miss", (_waited(a.seconds / 2),)))
        cases[name] = {side: list(lines) for side, lines in sides if lines}
    return _written({name: own for name, own in cases.items() if own} or {"rubric": draft.name})


def _waited(seconds: float) -> list[dict[str, Any]]:
    """A dialogue in which somebody waits for so many seconds."""
    return [
        {"agent": "Hello.", "from_s": 0, "to_s": 2},
        {"customer": "Hello.", "from_s": _number(2 + seconds), "to_s": _number(4 + seconds)},
    ]


def parsed(draft: Draft) -> Rubric:
    """The draft as a rubric. Raises RubricError where an answer cannot be used."""
    return parse_rubric(rubric_text(draft), f"{draft.name}.yaml")


def phrase_fault(text: str) -> str | None:
    """What is wrong with one phrase, in words; None where it can be used."""
    signs = sign_fault(text)
    if signs is not None:
        return "; ".join(signs)
    try:
        compile_phrases((text,))
    except PhraseFault as fault:
        return str(fault)
    return None


def named_checks(draft: Draft) -> list[tuple[str, Answers]]:
    """The checks with their ids."""
    found: dict[str, Answers] = {}
    for answers in draft.checks:
        found[identifier(answers.title, found)] = answers
    return list(found.items())


def _entry(name: str, answers: Answers) -> dict[str, Any]:
    sort = sort_named(answers.sort)
    entry: dict[str, Any] = {"id": name, "title": answers.title}
    if answers.sort == "flag":
        entry["severity"] = answers.severity
    else:
        entry["weight"] = _number(answers.points)
    entry["kind"] = sort.kind
    entry["role"] = answers.role
    if answers.sort == "silence":
        del entry["role"]
        entry["longest_s"] = _number(answers.seconds)
    elif answers.sort == "share":
        entry["target"] = _number(answers.share)
        entry["of"] = {"kind": "said", "phrases": list(answers.texts)}
    elif sort.needs == "sentences":
        entry["examples"] = list(answers.texts)
        if answers.against:
            entry["counter_examples"] = list(answers.against)
    else:
        entry["phrases"] = list(answers.texts)
    if not answers.denied_counts:
        entry["negated"] = "ignored"
    if answers.first:
        entry["scope"] = {"first_utterances": answers.first}
    elif answers.last:
        entry["scope"] = {"last_utterances": answers.last}
    return entry | dict(sort.fields)


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


class _Quoted(str):
    """A text that is written in quotes, as phrases and sentences are."""


class _Writer(yaml.SafeDumper):
    """Lists set in from their field, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Sets lists in."""
        del indentless
        super().increase_indent(flow, False)


def _represent(writer: Any, text: str) -> Any:
    return writer.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')


_Writer.add_representer(_Quoted, _represent)


def _written(data: Any) -> str:
    return str(
        yaml.dump(
            _quoted(data),
            Dumper=_Writer,
            allow_unicode=True,
            sort_keys=False,
            default_flow_style=False,
            width=10_000,
        )
    )


def _quoted(data: Any, inside: bool = False) -> Any:
    if isinstance(data, Mapping):
        return {key: _quoted(value, key in ("title", "version")) for key, value in data.items()}
    if isinstance(data, Sequence) and not isinstance(data, str):
        return [_quoted(value, True) for value in data]
    return _Quoted(data) if isinstance(data, str) and inside else data
