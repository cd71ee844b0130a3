"""Turns what pydantic found wrong with a rubric into sentences that name line, field and cure.

This module does not know files or what the fields mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.fields import did_you_mean
from qa_inspect.rubric.schema import FlagRule, Item, Rubric
from qa_inspect.rubric.yaml_tree import Fault, Tree

MOST = 1_000
"""Faults that are told of one file; whoever has more has the wrong file."""
_Step = str | int
_ANY_NUMBER = "no number; write one such as 2 or 0.5"
_WHOLE_NUMBER = "no whole number; write one such as 3"
_NO_NUMBER = {
    "float_parsing": _ANY_NUMBER,
    "float_type": _ANY_NUMBER,
    "finite_number": _ANY_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_type": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
}
_PERCENTAGE = re.compile(r"(\d+(?:[.,]\d+)?)\s*[%％]?")
_LEAST_PERCENTAGE = 5
"""A bare number from which a share was probably meant as a percentage."""
_SHARES = ("target", "threshold", "share", "at_least", "at_most", "leeway", "confidence")
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("reason", "because", "description", "comment", "note", "explanation"), ("why",)
    ),
    **dict.fromkeys(("name", "key", "identifier"), ("id", "rubric", "name")),
    **dict.fromkeys(("label", "heading", "caption"), ("title",)),
    **dict.fromkeys(
        ("text", "texts", "phrase", "words", "word", "keywords", "keyword", "say", "contains"),
        ("phrases", "examples"),
    ),
    **dict.fromkeys(("example", "sentences", "sentence", "samples"), ("examples",)),
    **dict.fromkeys(("speaker", "who", "by", "person", "side"), ("role",)),
    **dict.fromkeys(("points", "point", "score", "value"), ("weight",)),
    **dict.fromkeys(("type", "check", "method"), ("kind",)),
    **dict.fromkeys(("group", "category", "part"), ("section",)),
    **dict.fromkeys(("where", "place", "position", "in"), ("scope",)),
    **dict.fromkeys(("if", "when", "condition", "only_when", "only"), ("only_if",)),
    **dict.fromkeys(("except", "not", "exclude", "without", "but_not"), ("unless",)),
    **dict.fromkeys(("min", "minimum", "count", "times", "at-least"), ("at_least", "at_least_s")),
    **dict.fromkeys(("max", "maximum", "at-most"), ("at_most", "longest_s")),
    **dict.fromkeys(("level", "grade", "priority", "gravity"), ("severity",)),
    **dict.fromkeys(("fatal", "critical", "knockout", "autofail"), ("auto_fail",)),
    **dict.fromkeys(("lang", "locale"), ("language",)),
    **dict.fromkeys(("checks", "criteria", "questions"), ("items", "rules")),
    **dict.fromkeys(("alerts", "warnings", "alarms"), ("flags",)),
    **dict.fromkeys(("groups", "categories", "parts"), ("sections",)),
    **dict.fromkeys(("regex", "regexp", "expression"), ("patterns", "pattern")),
}
"""Fields by the words that people write for them; the first that may stand there is meant."""


def faults_of(error: ValidationError, tree: Tree) -> list[Fault]:
    """The faults of a validation, in the order of the file; ``MOST`` at most."""
    found = []
    for detail in error.errors(include_url=False)[:MOST]:
        if detail["type"] == "too_short" and detail["input"]:
            continue  # entries that are wrong themselves also count as missing
        steps = tuple(detail["loc"])
        path = written_path(steps, tree.data)
        found.append(Fault(tree.line(path), dotted(path), _sentence(dict(detail), steps)))
    return sorted(found, key=lambda fault: fault.line)


def written_path(steps: Sequence[_Step], data: Any) -> tuple[_Step, ...]:
    """The steps that stand in the file: without the names of kinds and of inner models."""
    path: list[_Step] = []
    for at, step in enumerate(steps):
        last = at == len(steps) - 1
        inside = isinstance(data, dict) and step in data
        if inside or (isinstance(data, list) and isinstance(step, int) and step < len(data)):
            data = data[step]
        elif not (last and isinstance(step, str)) or step in ("rule", *KINDS):
            continue
        path.append(step)
    return tuple(path)


def dotted(path: Iterable[_Step]) -> str:
    """``items[3].scope.after``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


def _sentence(detail: dict[str, Any], steps: tuple[_Step, ...]) -> str:
    kind, value, extra = detail["type"], detail.get("input"), detail.get("ctx") or {}
    if kind == "extra_forbidden":
        return f"unknown field — {_meant(str(steps[-1]), valid_fields(steps[:-1]))}"
    if kind == "union_tag_invalid":
        tag = str(extra.get("tag", ""))
        return f"unknown kind {tag!r} — {did_you_mean(tag, list(KINDS))}"
    if kind == "union_tag_not_found":
        return f"kind is missing — valid: {', '.join(KINDS)}"
    if kind == "missing":
        return "this field is missing and has to be given"
    if kind in ("literal_error", "enum"):
        expected = str(extra["expected"]).replace(" or ", ",")
        valid = [part.strip(" '") for part in expected.split(",")]
        return f"{_shown(value)} is not possible — {did_you_mean(str(value), valid)}"
    if kind == "string_pattern_mismatch":
        return f"{_shown(value)} is no name — use letters, digits, _ and -, beginning with a letter"
    if kind == "value_error":
        return str(extra.get("error", detail["msg"]))
    if kind.startswith(("model_type", "mapping_type", "dict_type", "model_attributes_type")):
        return "fields are expected here (name: value)"
    if kind in ("tuple_type", "list_type"):
        return "a list is expected here (lines that begin with “- ”)"
    if kind in (*_NO_NUMBER, "less_than_equal") and steps:
        share = _share_of(value, str(steps[-1]), kind, extra)
        if share:
            return f"{_shown(value)} is {share}"
    if kind in _NO_NUMBER:
        return f"{_shown(value)} is {_NO_NUMBER[kind]}"
    if kind == "string_too_long":
        return f"{_shown(value)} is too long; write at most {extra['max_length']} letters"
    message = str(detail["msg"]).replace("Input should be", "must be")
    return f"{_shown(value)} {message[0].lower()}{message[1:]}"


def _meant(word: str, valid: Sequence[str]) -> str:
    """What an unknown field was probably meant to be, and all that may stand there."""
    known = [name for name in _SYNONYMS.get(word.strip().lower(), ()) if name in valid]
    if known:
        return f"did you mean {known[0]}? valid: {', '.join(valid)}"
    return did_you_mean(word, valid)


def _share_of(value: object, name: str, kind: str, extra: Mapping[str, Any]) -> str:
    """What to write for a percentage where a share from 0 to 1 is asked for; empty for others."""
    text = str(value).strip()
    found = _PERCENTAGE.fullmatch(text)
    if found is None:
        return ""
    number = float(found.group(1).replace(",", "."))
    if text[-1] in "%％" and name not in _SHARES:
        return f"no number; write {number:g}"
    percentage = text[-1] in "%％" or (extra.get("le") == 1 and number >= _LEAST_PERCENTAGE)
    is_share = name in _SHARES and percentage
    if not is_share or number > 100:
        return ""
    return f"no share from 0 to 1; for {number:g} % write {number / 100:g}"


def _shown(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def valid_fields(steps: Sequence[_Step]) -> list[str]:
    """The fields that may stand where ``steps`` (of a pydantic location) lead."""
    model: type[BaseModel] = Rubric
    named: type[BaseModel] | None = None
    for step in steps:
        if isinstance(step, int):
            continue
        if step in model.model_fields:
            inner = _model_in(model.model_fields[step].annotation)
            named = model if step == "rule" and issubclass(model, Item | FlagRule) else None
            model = inner or model
        elif step in KINDS:
            model = KINDS[step].model
    own = [name for name in named.model_fields if name != "rule"] if named else []
    return own + [
        field.alias or name for name, field in model.model_fields.items() if name != "rule"
    ]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        found = _model_in(part)
        if found is not None:
            return found
    return None
