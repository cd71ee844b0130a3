"""A measure that must lie between two limits, and what lying beyond them costs.

This module does not know what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """``at_least`` and ``at_most`` in the measure's own unit, either None. Within ``leeway`` beyond
    a limit points fall to none in a straight line; without it a limit is all or nothing."""

    at_least: float | None = None
    at_most: float | None = None
    leeway: float | None = None

    @property
    def fault(self) -> str | None:
        """What is wrong with the limits, in words; None where nothing is."""
        if self.at_least is None and self.at_most is None:
            return "there is no limit — give at_least, at_most or both"
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            return f"at_least ({self.at_least:g}) must not be more than at_most ({self.at_most:g})"
        return None

    def holds(self, value: float) -> bool:
        """Whether a value lies within the limits."""
        return self.beyond(value) == 0.0

    def beyond(self, value: float) -> float:
        """How far a value lies outside, in its own unit; 0.0 within."""
        below = 0.0 if self.at_least is None else self.at_least - value
        above = 0.0 if self.at_most is None else value - self.at_most
        return max(0.0, below, above)

    def share(self, value: float) -> float:
        """The part of the points that a value earns, 0–1."""
        beyond = self.beyond(value)
        if not beyond or not self.leeway:
            return 0.0 if beyond else 1.0
        return max(0.0, 1.0 - beyond / self.leeway)

    def asked(self, unit: str) -> str:
        """The limits in words: ``120 to 180 words a minute``, ``at most 60 %``."""
        if self.at_least is None:
            return f"at most {self.at_most:g} {unit}"
        if self.at_most is None:
            return f"at least {self.at_least:g} {unit}"
        return f"{self.at_least:g} to {self.at_most:g} {unit}"
