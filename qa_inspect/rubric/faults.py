"""Turns what pydantic found wrong with a rubric into sentences that name line, field and cure.

This module does not know files or what the fields mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
        return f"unknown field — {did_you_mean(str(steps[-1]), valid_fields(steps[:-1]))}"
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
    if kind in _NO_NUMBER:
        return f"{_shown(value)} is {_NO_NUMBER[kind]}"
    if kind == "string_too_long":
        return f"{_shown(value)} is too long; write at most {extra['max_length']} letters"
    message = str(detail["msg"]).replace("Input should be", "must be")
    return f"{_shown(value)} {message[0].lower()}{message[1:]}"


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
