"""What the examination of a rubric has to say: one piece of advice, and walks over a rubric.

This module does not know what is looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from qa_inspect.rubric.phrases import PhraseList
from qa_inspect.rubric.schema import Rubric, Rule
from qa_inspect.rubric.yaml_tree import Tree

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """Something that is allowed and probably a mistake: where it stands and how to mend it.

    ``about`` is a word for the sort of advice, such as ``duplicate``.
    """

    line: int
    about: str
    problem: str
    cure: str

    def __str__(self) -> str:
        return f"{self.line}: {self.problem} — {self.cure}"


@dataclass(frozen=True, slots=True)
class Written:
    """A rubric and the file it was read from."""

    rubric: Rubric
    tree: Tree

    def line(self, path: Path) -> int:
        """The line in which a path's value stands."""
        return self.tree.line(path)

    def line_of_text(self, path: Path, text: str) -> int:
        """The line of a text below a path, or in a named list where it stands there instead."""
        return self.tree.line(self.path_of_text(path, text) or path)

    def path_of_text(self, path: Path, text: str) -> Path | None:
        """Where a text below a path stands, or in a named list instead; None where nowhere."""
        for start in (path, ("phrases",), ("examples",)):
            found = next(_texts_below(self.data(start), start, lambda t: t == text), None)
            if found is not None:
                return found
        return None

    def data(self, path: Path) -> Any:
        """What was written at a path, None where nothing is."""
        data = self.tree.data
        for step in path:
            inside = isinstance(data, Mapping) and step in data
            if isinstance(data, list) and isinstance(step, int):
                inside = step < len(data)
            if not inside:
                return None
            data = data[step]
        return data


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule and the path at which its fields stand; ``owner`` is the item's or flag's id."""

    rule: Rule
    path: Path
    owner: str


def placed_rules(rubric: Rubric) -> Iterator[Placed]:
    """Every rule in it, nested ones included, in the order of the file."""
    for field, named in (("items", rubric.items), ("flags", rubric.flags)):
        for at, entry in enumerate(named):
            for rule, path in _rules_in(entry.rule, (field, at)):
                yield Placed(rule, path, entry.id)


def phrase_lists(rule: Rule, path: Path) -> Iterator[tuple[str, PhraseList, Path]]:
    """The lists of phrases in a rule's own fields, with their field and path."""
    for value, where in _values_in(rule, path):
        if isinstance(value, PhraseList) and value.texts:
            yield str(where[-1]), value, where


def example_lists(rule: Rule, path: Path) -> Iterator[tuple[str, Sequence[str], Path]]:
    """The lists of example sentences in a rule's own fields, with their field and path."""
    for name in ("examples", "counter_examples"):
        value = getattr(rule, name, ())
        if value:
            yield name, value, (*path, name)


def _rules_in(rule: Rule, path: Path) -> Iterator[tuple[Rule, Path]]:
    yield rule, path
    for value, where in _values_in(rule, path):
        if isinstance(value, Rule):
            yield from _rules_in(value, where)


def _values_in(model: BaseModel, path: Path) -> Iterator[tuple[Any, Path]]:
    """The values in the fields that were given, and in those of models inside that are no rules."""
    for name in type(model).model_fields:
        if name not in model.model_fields_set:
            continue
        value = getattr(model, name)
        entries = list(enumerate(value)) if isinstance(value, tuple | list) else [(None, value)]
        for at, entry in entries:
            where = (*path, name) if at is None else (*path, name, at)
            yield entry, where
            inner = getattr(entry, "rule", None)
            if isinstance(inner, Rule):
                yield inner, where
            elif isinstance(entry, BaseModel) and not isinstance(entry, Rule):
                yield from _values_in(entry, where)


def _texts_below(data: Any, path: Path, test: Callable[[str], bool]) -> Iterator[Path]:
    if isinstance(data, str):
        if test(data):
            yield path
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _texts_below(value, (*path, str(key)), test)
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from _texts_below(value, (*path, at), test)
