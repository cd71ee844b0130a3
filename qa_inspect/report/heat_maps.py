"""What the overview's heat maps show: topics by market, teams by section, and calls by hour.

Each cell tells its figure and leads to the calls behind it. A share or an average of fewer calls
than ``MIN_CALLS`` gets no colour, because it says nothing yet; a number of calls is a fact however
small. This module does not know how maps are drawn, nor folders.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from statistics import fmean

from qa_inspect.report.addresses import filtered
from qa_inspect.report.call_figures import CallFigures
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.heat_drawing import HeatCell, HeatMap
from qa_inspect.report.lines import CallLine, section_id
from qa_inspect.report.part_names import Naming
from qa_inspect.report.scorecards import MIN_CALLS

_ROWS, _COLUMNS = 14, 14
"""More of them nobody reads; those of most calls are shown."""
_DAYS_APART = 10
"""Up to so many days each has its own row, beyond them calls are shown by weekday."""
_SHADES = 5
_STEPS = (40.0, 60.0, 80.0, 90.0)
"""Scores at which a map's colour changes."""


class HeatGatherer:
    """Takes calls one by one and keeps numbers only."""

    def __init__(self) -> None:
        self._topics: Counter[tuple[str, str]] = Counter()
        self._markets: Counter[str] = Counter()
        self._titles: dict[str, str] = {}
        self._scores: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._teams: Counter[str] = Counter()
        self._sections: dict[str, str] = {}
        self._weak: Counter[tuple[str, str]] = Counter()
        """Calls of a team in which an item of a section failed: what a cell's list shows."""
        self._hours: Counter[tuple[date, int]] = Counter()

    def add(self, line: CallLine, figures: CallFigures, naming: Naming) -> None:
        """Take one call into account."""
        if line.started_at is not None:
            self._hours[line.started_at.date(), line.started_at.hour] += 1
        if line.market and not line.failed:
            self._markets[line.market] += 1
            for topic, title in line.topics:
                self._titles[topic] = title
                self._topics[topic, line.market] += 1
        if line.team:
            self._weak.update((line.team, section) for section, _ in line.weak_sections)
        if line.team and line.counts:
            self._teams[line.team] += 1
            for (rubric, section), score in figures.sections.items():
                name = section_id(rubric, section)
                self._sections.setdefault(name, naming.section(rubric, line.language, section))
                self._scores[line.team, name].append(score)

    def maps(self, catalogue: Catalogue) -> tuple[HeatMap, ...]:
        """The maps that these calls give: those for which topics, markets, teams or hours are
        known."""
        made = (
            self._topic_market(catalogue),
            self._team_section(catalogue),
            self._hour_volume(catalogue),
        )
        return tuple(one for one in made if one is not None)

    def _topic_market(self, catalogue: Catalogue) -> HeatMap | None:
        by_topic: Counter[str] = Counter()
        for (topic, _), count in self._topics.items():
            by_topic[topic] += count
        topics, markets = _most(by_topic, _ROWS), _most(self._markets, _COLUMNS)
        most = max(
            (count / self._markets[market] for (_, market), count in self._topics.items()),
            default=0.0,
        )

        def cell(topic: str, market: str) -> HeatCell | None:
            count, of = self._topics[topic, market], self._markets[market]
            if not count:
                return None
            share = count / of
            told = catalogue.text(
                "heat_topic",
                topic=self._titles[topic],
                market=market,
                share=f"{share:.0%}",
                n=count,
                calls=catalogue.calls(of),
            )
            return HeatCell(
                f"{share:.0%}",
                told if of >= MIN_CALLS else f"{told} {catalogue.text('heat_few')}",
                _shade(share, most) if of >= MIN_CALLS else "none",
                filtered(topic=topic, market=market),
            )

        return _map(
            ("topic_market", _corner(catalogue, "topic", "market")),
            topics,
            markets,
            cell,
            self._titles.__getitem__,
        )

    def _team_section(self, catalogue: Catalogue) -> HeatMap | None:
        teams = _most(self._teams, _ROWS)
        sections = list(self._sections)[:_COLUMNS]

        def cell(team: str, section: str) -> HeatCell | None:
            scores = self._scores.get((team, section))
            if not scores:
                return None
            n, mean = len(scores), fmean(scores)
            told = catalogue.text(
                "heat_team",
                team=team,
                section=self._sections[section],
                score=f"{mean:.0f}",
                calls=catalogue.calls(n),
            )
            enough = n >= MIN_CALLS
            weak = {"section": section} if self._weak[team, section] else {}
            return HeatCell(
                f"{mean:.0f}",
                told if enough else f"{told} {catalogue.text('heat_few')}",
                f"score-{sum(mean >= step for step in _STEPS)}" if enough else "none",
                filtered(team=team, **weak),
            )

        return _map(
            ("team_section", _corner(catalogue, "team", "section")),
            teams,
            sections,
            cell,
            str,
            self._sections.__getitem__,
        )

    def _hour_volume(self, catalogue: Catalogue) -> HeatMap | None:
        days = sorted({day for day, _ in self._hours})
        by_day = len(days) <= _DAYS_APART
        counts: Counter[tuple[str, str]] = Counter()
        for (day, hour), count in self._hours.items():
            counts[str(day) if by_day else str(day.weekday()), str(hour)] += count
        rows = [str(day) for day in days] if by_day else [str(day) for day in range(7)]
        used = {int(hour) for _, hour in counts}
        hours = [str(hour) for hour in range(min(used, default=0), max(used, default=-1) + 1)]
        most = max(counts.values(), default=0)

        def name(row: str) -> str:
            return row if by_day else catalogue.text(f"weekday.{row}")

        def cell(row: str, hour: str) -> HeatCell | None:
            count = counts[row, hour]
            if not count:
                return None
            asked = {"from": row, "to": row} if by_day else {"weekday": row}
            told = catalogue.text(
                "heat_hour", day=name(row), hour=_hour(hour), calls=catalogue.calls(count)
            )
            return HeatCell(str(count), told, _shade(count, most), filtered(**asked, hour=hour))

        return _map(
            ("hour_volume", _corner(catalogue, "began", "hour")),
            rows,
            hours,
            cell,
            name,
            lambda hour: f"{int(hour):02}",
            dense=len(hours) > _COLUMNS,
        )


def _map(
    named: tuple[str, str],
    rows: Sequence[str],
    columns: Sequence[str],
    cell: Callable[[str, str], HeatCell | None],
    row_name: Callable[[str], str] = str,
    column_name: Callable[[str], str] = str,
    *,
    dense: bool = False,
) -> HeatMap | None:
    if not rows or not columns:
        return None
    return HeatMap(
        named[0],
        named[1],
        tuple(map(row_name, rows)),
        tuple(map(column_name, columns)),
        tuple(tuple(cell(row, column) for column in columns) for row in rows),
        dense,
    )


def _most(counts: Mapping[str, int], limit: int) -> list[str]:
    return sorted(counts, key=lambda name: (-counts[name], name))[:limit]


def _shade(value: float, most: float) -> str:
    """A fifth of the way to the greatest value a shade."""
    return f"volume-{min(_SHADES - 1, int(_SHADES * value / most)) if most else 0}"


def _corner(catalogue: Catalogue, rows: str, columns: str) -> str:
    return catalogue.text("heat_corner", a=catalogue.text(rows), b=catalogue.text(columns))


def _hour(hour: str) -> str:
    return f"{int(hour):02}:00–{int(hour):02}:59"
