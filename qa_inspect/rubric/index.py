"""The composite index as a setting: which parts it has, what each weighs, and when there is none.

Written as a small YAML file::

    index: Service index
    parts: {customer_rating: 40, inspection: 30, nps: 30}
    min_answers: 5        # calls with an answer that a part needs to count
    min_weight: 50        # percent of all weight that must be there, else no index is given
    missing: reweigh      # or none: no index unless every part is there

This module does not know calls or how a part is measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import ErrorDetails

from qa_inspect.errors import RubricError
from qa_inspect.rubric.model import Model
from qa_inspect.rubric.yaml_tree import Fault, YamlFault, parse


class Part(StrEnum):
    """What the index is made of."""

    CUSTOMER_RATING = "customer_rating"
    INSPECTION = "inspection"
    NPS = "nps"


def _some_weight(parts: Mapping[Part, float]) -> Mapping[Part, float]:
    if sum(parts.values()) <= 0:
        raise ValueError("the weights add to nothing; give one part a weight above 0")
    return MappingProxyType(dict(parts))


Weights = Annotated[
    Mapping[Part, Annotated[float, Field(ge=0, le=1e6)]], AfterValidator(_some_weight)
]


class IndexRule(Model):
    """How the composite index is made. A part with weight 0, or left out, has no say."""

    index: Annotated[str, Field(min_length=1, max_length=60)] = "Service index"
    parts: Weights = Field(
        default_factory=lambda: MappingProxyType(
            {Part.CUSTOMER_RATING: 40.0, Part.INSPECTION: 30.0, Part.NPS: 30.0}
        )
    )
    min_answers: Annotated[int, Field(ge=1)] = 5
    min_weight: Annotated[float, Field(ge=0, le=100)] = 50
    missing: Literal["reweigh", "none"] = "reweigh"

    def share(self, part: Part) -> float:
        """The part's share of all weight, 0–1."""
        return self.parts.get(part, 0.0) / sum(self.parts.values())


SEED = IndexRule()
"""Customer rating 40 %, inspection 30 %, NPS 30 %."""


def load_index(path: Path | None) -> IndexRule:
    """The setting of a file, or ``SEED`` without one. Raises RubricError with file and line."""
    if path is None:
        return SEED
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise RubricError(
            f"the index cannot be read ({reason})",
            where=str(path),
            cure="name a YAML file in UTF-8 that you may read",
        ) from error
    try:
        tree = parse(text)
    except YamlFault as fault:
        raise _error(path, list(fault.faults)) from None
    if not isinstance(tree.data, dict):
        raise _error(path, [Fault(1, "", "an index begins with fields such as “parts:”")])
    try:
        return IndexRule.model_validate(tree.data)
    except ValidationError as error:
        faults = []
        for found in error.errors(include_url=False):
            steps = tuple(step for step in found["loc"] if step != "[key]")
            faults.append(Fault(tree.line(steps), ".".join(map(str, steps)), _sentence(found)))
        raise _error(path, sorted(faults, key=lambda fault: fault.line)) from None


def _sentence(found: ErrorDetails) -> str:
    from qa_inspect.rubric.fields import did_you_mean  # which loads the language of phrases

    steps = found["loc"]
    if found["type"] == "extra_forbidden":
        return f"unknown field — {did_you_mean(str(steps[-1]), list(IndexRule.model_fields))}"
    if steps[-1] == "[key]":
        return f"unknown part — {did_you_mean(str(found['input']), list(Part))}"
    message = str(found["msg"]).removeprefix("Value error, ")
    return message.replace("Input should be", "must be")


def _error(path: Path, faults: list[Fault]) -> RubricError:
    return RubricError("\n".join(f"{path}:{fault}" for fault in faults))
