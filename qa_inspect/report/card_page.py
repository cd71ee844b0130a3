"""What the page of a scorecard shows: an agent's, or a team's, a market's or a language's.

This module does not know folders, nor how pages are made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from qa_inspect.report import charts
from qa_inspect.report.addresses import Addresses
from qa_inspect.report.call_figures import TALK_SHARE
from qa_inspect.report.call_measures import MEASURES
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.grouping import Grouping
from qa_inspect.report.lines import CallLine, most_spoken
from qa_inspect.report.overview import shown
from qa_inspect.report.page_engine import drawn
from qa_inspect.report.part_names import Naming
from qa_inspect.report.scorecards import MIN_CALLS, AgentScorecard, Example, ItemRate
from qa_inspect.report.statistics import Estimate
from qa_inspect.report.trend import Change, Stretch, Told, Trend
from qa_inspect.rubric import wording

GROUPS = (Grouping.AGENT, Grouping.TEAM, Grouping.MARKET, Grouping.LANGUAGE)
"""What the report has scorecards of."""
_LISTED = 50
"""Calls on the page itself; all of them are in the list of calls."""
_ON_PAPER = 10
"""Items that one sheet of paper has room for."""


@dataclass(frozen=True, slots=True)
class CardView:
    """A scorecard with its page and its calls. ``language`` is that of most of them."""

    card: AgentScorecard
    label: str
    href: str
    lines: tuple[CallLine, ...]
    language: str | None
    coach: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of a scorecard, its rate in percent, and where examples of it open that failed or
    passed; ``heard`` says whether there is a recording of that."""

    name: str
    section: str
    why: str
    rate: ItemRate
    percent: Estimate
    href: str
    heard: bool = False


@dataclass(frozen=True, slots=True)
class ExampleView:
    """A moment to listen to, or to read where its call has no recording, and where it opens."""

    moment: Example
    href: str
    heard: bool = False


@dataclass(frozen=True, slots=True)
class MeasureView:
    """One measure in words: its value, its interval (empty with too few calls), the calls behind
    it, the two values that are compared (empty where there is none), and what became of it (a key
    of the catalogue's)."""

    name: str
    value: str
    interval: str
    n: int
    now: str
    before: str
    told: Told | None


class CardPages:
    """Makes the views of scorecards and what their pages show."""

    def __init__(
        self,
        catalogue: Catalogue,
        naming: Naming,
        card_href: Callable[[Grouping, str | None], str],
        addresses: Addresses,
        heard: Collection[str],
        *,
        of_period: bool = False,
    ) -> None:
        """``of_period`` says that trends compare all calls of a period with the time before."""
        self._t = catalogue
        self._naming = naming
        self._card_href = card_href
        self._addresses = addresses
        self._heard = heard
        self._of_period = of_period

    def views(
        self, cards: Sequence[AgentScorecard], lines: Sequence[CallLine]
    ) -> tuple[CardView, ...]:
        """Every scorecard of one grouping with its calls, in the order of the scorecards."""
        if not cards:
            return ()
        by_key: dict[str | None, list[CallLine]] = {}
        for line in lines:
            by_key.setdefault(_key(cards[0].by, line), []).append(line)
        return tuple(self._view(card, tuple(by_key.get(card.key, ()))) for card in cards)

    def _view(self, card: AgentScorecard, lines: tuple[CallLine, ...]) -> CardView:
        spoken, worst = most_spoken(lines), card.worst
        return CardView(
            card=card,
            label=card.label if card.named else self._t.text("unassigned"),
            href=self._card_href(card.by, card.key),
            lines=lines,
            language=spoken,
            coach=self._naming.item(worst.rubric, spoken, worst.item) if worst else "",
        )

    def shown(self, view: CardView, everyone: Mapping[tuple[str, str], float]) -> dict[str, Any]:
        """What the template is given. ``everyone`` is what all calls score in each section
        (0–100), empty where that is not to be shown."""
        card = view.card
        worst, best = card.worst, card.best
        return {
            "view": view,
            "own": {card.by.value: card.key or ""},
            "items": [self._item(rate, view.language) for rate in sorted(card.items, key=_by_rate)],
            "on_paper": _ON_PAPER,
            "worst": worst and self._item(worst, view.language),
            "all_passed": bool(card.items) and all(item.rate.mean == 1 for item in card.items),
            "worst_example": self._example(worst.to_coach if worst else None),
            "days": self._days(card.trend),
            "best": best and self._item(best, view.language),
            "best_example": self._example(best.good_example if best else None),
            "flags": [
                (self._naming.flag("", view.language, flag), count, flag)
                for flag, count in card.flags.items()
            ],
            "measures": self._measures(view),
            "changes": self._section_changes(view),
            "listed": _latest(view.lines)[:_LISTED],
            "charts": {
                "sections": self._sections(view, everyone),
                "distribution": self._distribution(card),
                "scores": _over_time(view.lines),
            },
        }

    def _example(self, moment: Example | None) -> ExampleView | None:
        if moment is None:
            return None
        href = self._addresses.call(moment.call_id, moment.start_s)
        return ExampleView(moment, href, moment.call_id in self._heard)

    def _item(self, rate: ItemRate, language: str | None) -> ItemView:
        found, example = shown(rate.rate, MIN_CALLS), rate.to_coach
        percent = replace(
            found,
            mean=100 * found.mean,
            low=None if found.low is None else 100 * found.low,
            high=None if found.high is None else 100 * found.high,
        )
        return ItemView(
            self._naming.item(rate.rubric, language, rate.item),
            self._naming.section(rate.rubric, language, rate.section),
            self._naming.why(rate.rubric, language, rate.item),
            rate,
            percent,
            self._addresses.call(example.call_id, example.start_s) if example else "",
            heard=example is not None and example.call_id in self._heard,
        )

    def _measures(self, view: CardView) -> list[MeasureView]:
        rubrics = {item.item: item.rubric for item in view.card.items}
        changes = view.card.trend.measures if view.card.trend else {}
        found = []
        for name, value in view.card.every_measure.items():
            if name in MEASURES or name == TALK_SHARE:
                title = self._t.text(f"measure.{name}")
            else:
                item = self._naming.item(rubrics.get(name, ""), view.language, name)
                title = self._t.text("measure_of_turns", item=item)
            found.append(_measure(title, name, value, changes.get(name)))
        return found

    def _days(self, trend: Trend | None) -> dict[str, Any]:
        """What the two stretches of a trend are called; ``part`` says that the later one is not all
        of the time."""
        if trend is None:
            return {}
        number = trend.days
        one, many = ("this_day", "these_days") if self._of_period else ("last_day", "last_days")
        now = self._t.text(one if number == 1 else many, n=number)
        before = self._t.text("day_before" if number == 1 else "days_before", n=number)
        return {
            "now": now,
            "before": before,
            "dates": self._t.text(
                "days_told",
                now=now,
                lately=_dates(trend.now),
                before=before,
                earlier=_dates(trend.before),
            ),
            "part": not self._of_period,
        }

    def _section_changes(self, view: CardView) -> list[tuple[str, Change]]:
        """Sections of which a change can be told, with it."""
        changes = view.card.trend.sections if view.card.trend else {}
        return [
            (self._naming.section(rubric, view.language, section), found)
            for (rubric, section), found in changes.items()
            if found.told not in (Told.SAME, Told.TOO_FEW)
        ]

    def _sections(self, view: CardView, everyone: Mapping[tuple[str, str], float]) -> Any:
        if not view.card.sections:
            return ""
        sections = [
            charts.Range(
                self._naming.section(section.rubric, view.language, section.section),
                section.score.mean,
                shown(section.score, MIN_CALLS).low,
                shown(section.score, MIN_CALLS).high,
                everyone.get((section.rubric, section.section)),
            )
            for section in view.card.sections
        ]
        own, others = self._t.text(f"this.{view.card.by}"), self._t.text("everyone")
        return drawn(charts.section_comparison(sections, own, others))

    def _distribution(self, card: AgentScorecard) -> Any:
        found = card.distribution
        if found is None or card.judged < 2:
            return ""
        return drawn(charts.score_classes(found.counts, self._t.text("number_of_calls")))


def own_view(view: CardView) -> CardView:
    """The view as the agent may see it: without a place among others."""
    return replace(view, card=replace(view.card, rank=None, rank_to=None))


def _key(by: Grouping, line: CallLine) -> str | None:
    return {
        Grouping.AGENT: line.agent_id,
        Grouping.TEAM: line.team,
        Grouping.MARKET: line.market,
        Grouping.LANGUAGE: line.language,
    }[by]


def _measure(title: str, name: str, value: Estimate, change: Change | None) -> MeasureView:
    unit = MEASURES[name].unit if name in MEASURES else "share"
    known = shown(value, MIN_CALLS)
    interval = "–" if value.n >= MIN_CALLS else ""
    if known.low is not None and known.high is not None:
        interval = f"{_told(known.low, unit)} – {_told(known.high, unit)}"
    before = change.before if change else None
    return MeasureView(
        title,
        _told(value.mean, unit),
        interval,
        value.n,
        _told(change.now.mean, unit) if change else "",
        _told(before.mean, unit) if before else "",
        change.told if change else None,
    )


def _dates(stretch: Stretch) -> str:
    first = stretch.since.date()
    last = (stretch.until - timedelta(microseconds=1)).date()
    return f"{first}" if first == last else f"{first} – {last}"


def _told(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value:.0%}" if value >= 0.1 else f"{value:.1%}"
    if unit == "s":
        return wording.clock(value) if value >= 60 else f"{value:.1f} s"
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _over_time(lines: Sequence[CallLine]) -> Any:
    judged = [line for line in lines if line.counts]
    scores = [line.score for line in judged if line.score is not None]
    days = [line.started_at for line in judged if line.started_at is not None]
    if len(scores) < 2:
        return ""
    return drawn(charts.call_scores(scores, [f"{day:%Y-%m-%d}" for day in days[:1] + days[-1:]]))


def _latest(lines: Sequence[CallLine]) -> list[CallLine]:
    """Calls come by their start; those without one come last here."""
    return [line for line in reversed(lines) if line.started_at] + [
        line for line in lines if not line.started_at
    ]


def _by_rate(item: ItemRate) -> tuple[float, str, str]:
    return (item.rate.mean, item.rubric, item.item)
