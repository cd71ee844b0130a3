"""How often something unwanted may happen, and what each time beyond costs.

This module does not know what is counted.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from qa_inspect.rubric.schema import Rule


class Allowance(Rule):
    """Fields of kinds that count: ``at_most`` times cost nothing, at ``zero_at`` times no points
    are left (without it, one time too many takes them all)."""

    at_most: Annotated[int, Field(ge=0)] = 0
    zero_at: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Allowance:
        if self.zero_at is not None and self.zero_at <= self.at_most:
            raise ValueError(f"zero_at must be more than at_most ({self.at_most})")
        return self


def share_left(rule: Allowance, times: float) -> float:
    """The part of the points left after ``times`` times, 0–1, falling in a straight line."""
    if times <= rule.at_most:
        return 1.0
    end = rule.zero_at if rule.zero_at is not None else rule.at_most + 1
    return max(0.0, (end - times) / (end - rule.at_most))
