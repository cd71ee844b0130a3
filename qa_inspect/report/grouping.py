"""What calls are gathered by: whose they are, where and in what language, and when they were.

This module does not know scores nor how a scorecard is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from qa_inspect.domain import CallResult


class Grouping(StrEnum):
    """What calls of one scorecard have in common; ``PERIOD`` is nothing but the time."""

    AGENT = "agent"
    TEAM = "team"
    MARKET = "market"
    LANGUAGE = "language"
    PERIOD = "period"

    def key(self, call: CallResult) -> str | None:
        """The id, name or code that a call belongs to; None where it is not known."""
        metadata, transcript = call.recording.metadata, call.transcript
        if self is Grouping.LANGUAGE:
            return transcript.language if transcript else metadata.language
        named = {
            Grouping.AGENT: metadata.agent_id,
            Grouping.TEAM: metadata.team,
            Grouping.MARKET: metadata.market,
        }
        return named.get(self)


class PeriodLength(StrEnum):
    """How long a period is: a day, a week from Monday on, or a calendar month."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def of(self, day: date) -> Period:
        """The period that a day lies in."""
        if self is PeriodLength.DAY:
            return Period(day, self)
        if self is PeriodLength.WEEK:
            return Period(day - timedelta(days=day.weekday()), self)
        return Period(day.replace(day=1), self)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A day, week or month, by its ``first`` day."""

    first: date
    length: PeriodLength

    @property
    def last(self) -> date:
        """The last day that belongs to it."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Period:
        """The one after it."""
        days = {PeriodLength.DAY: 1, PeriodLength.WEEK: 7, PeriodLength.MONTH: 31}
        return self.length.of(self.first + timedelta(days=days[self.length]))

    @property
    def previous(self) -> Period:
        """The one before it."""
        return self.length.of(self.first - timedelta(days=1))

    @property
    def label(self) -> str:
        """``2026-03-02``, ``2026-W10`` (the week's number of ISO 8601) or ``2026-03``."""
        if self.length is PeriodLength.DAY:
            return f"{self.first:%Y-%m-%d}"
        if self.length is PeriodLength.WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return f"{self.first:%Y-%m}"


def midnight(day: date, zone: tzinfo | None = UTC) -> datetime:
    """The moment at which a day begins."""
    return datetime.combine(day, time(), zone)


def period_of(started_at: datetime | None, length: PeriodLength | None) -> Period | None:
    """The period that a call belongs to, by the day where it was taken; None where it is not
    known or nobody asks."""
    return None if started_at is None or length is None else length.of(started_at.date())
