"""Field types of the rubric schema that need the rubric's named lists: phrases and examples.

The named lists travel in pydantic's validation context as a ``NamedLists``. A ``$name`` in a list
is replaced by that list's entries. This module does not know items, kinds or YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, ValidationInfo, WithJsonSchema
from rapidfuzz import process

from qa_inspect.rubric.phrases import PhraseList, compile_phrases

_NAME = re.compile(r"\$([\w-]+)\s*$")
_LIST_OF_TEXT = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
}
MAX_ENTRIES = 2_000
MAX_NESTED = 20


@dataclass(slots=True)
class NamedLists:
    """The rubric's ``phrases`` and ``examples`` by name, and which of them were used."""

    phrases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    examples: Mapping[str, Sequence[str]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


def nearest(word: str, valid: Sequence[str]) -> str | None:
    """The valid word that ``word`` was probably meant to be, or None."""
    found = process.extractOne(word, valid, score_cutoff=60)
    return str(found[0]) if found else None


def did_you_mean(word: str, valid: Sequence[str]) -> str:
    """The end of a message: the probable word, and all valid ones."""
    guess = nearest(word, valid)
    lead = f"did you mean {guess}? " if guess else ""
    return f"{lead}valid: {', '.join(valid) or 'none'}"


def _texts(value: object) -> list[str]:
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list | tuple):
        raise ValueError("must be a list of texts")
    if not entries:
        raise ValueError("the list is empty; give it an entry or leave the field out")
    for entry in entries:
        if not isinstance(entry, str) or not entry.strip():
            empty = isinstance(entry, str)
            cure = "take the empty one out" if empty else "put quotes around it"
            raise ValueError(f"every entry must be a text; {cure}")
    return [str(entry) for entry in entries]


def _expand(
    entries: Sequence[str],
    lists: Mapping[str, Sequence[str]],
    used: set[str],
    inside: tuple[str, ...],
    told: set[str],
) -> Iterator[str]:
    """The entries with lists in place of their names; each list once, however often it is named."""
    for entry in entries:
        name = _NAME.match(entry)
        if name is None:
            yield entry
            continue
        key = name.group(1)
        if key in inside:
            raise ValueError(f"the list ${key} contains itself; take it out")
        if key not in lists:
            raise ValueError(
                f"no list is named ${key} — "
                + did_you_mean(f"${key}", [f"${known}" for known in lists])
            )
        used.add(key)
        if len(inside) >= MAX_NESTED:
            problem = f"lists name one another more than {MAX_NESTED} deep"
            raise ValueError(f"{problem}; write them flatter")
        if key not in told:
            yield from _expand(_texts(lists[key]), lists, used, (*inside, key), told)
            told.add(key)


def _resolve(value: object, info: ValidationInfo, which: str) -> tuple[str, ...]:
    lists = info.context if isinstance(info.context, NamedLists) else NamedLists()
    known = getattr(lists, which)
    texts = tuple(dict.fromkeys(_expand(_texts(value), known, lists.used, (), set())))
    if len(texts) > MAX_ENTRIES:
        raise ValueError(f"has {len(texts)} entries; at most {MAX_ENTRIES} are read")
    return texts


def expanded(value: object, info: ValidationInfo) -> tuple[str, ...]:
    """The phrases of ``value`` with named lists replaced. Raises ValueError."""
    return _resolve(value, info, "phrases")


def compiled(texts: tuple[str, ...]) -> PhraseList:
    """Phrases ready to match. Raises ValueError naming the phrase that is wrong."""
    return compile_phrases(texts)


def _phrase_list(value: object, info: ValidationInfo) -> PhraseList:
    return value if isinstance(value, PhraseList) else compiled(expanded(value, info))


def _example_list(value: object, info: ValidationInfo) -> tuple[str, ...]:
    return _resolve(value, info, "examples")


def _phrase_texts(value: Any) -> Any:
    return list(value.texts) if isinstance(value, PhraseList) else value


Phrases = Annotated[
    PhraseList,
    PlainValidator(_phrase_list),
    PlainSerializer(_phrase_texts),
    WithJsonSchema({**_LIST_OF_TEXT, "description": "Phrases; $name stands for a named list"}),
]
"""A list of phrases, compiled, with ``$name`` replaced."""

Examples = Annotated[
    tuple[str, ...],
    PlainValidator(_example_list),
    WithJsonSchema({**_LIST_OF_TEXT, "description": "Sentences; $name stands for a named list"}),
]
"""Example sentences, with ``$name`` replaced."""
