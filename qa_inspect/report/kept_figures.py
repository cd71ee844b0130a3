"""Scorecards of very many calls, from the figures that are kept beside each call.

The scorecards are those that
``ScorecardBuilder`` makes of the same calls, but for what no list shows: scores day by day, and
examples of items that are neither a group's best nor its worst.

This module does not know how a figure is reckoned, nor how scorecards are shown.
"""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from qa_inspect.domain import CallResult, CheckStatus
from qa_inspect.errors import StoreError
from qa_inspect.report.call_figures import call_figures, was_judged
from qa_inspect.report.gathering import Gathered, Shown, example_of
from qa_inspect.report.grouping import Grouping
from qa_inspect.report.kept_records import (
    BAND,
    CHECK,
    FIGURE,
    FLAG,
    FRAGILE,
    PASSED,
    RECORD,
    TIMED,
    add_counted,
    add_figures,
    judged_calls,
    read_records,
)
from qa_inspect.report.resolution import resolved_calls
from qa_inspect.report.scorecard_values import AgentScorecard, Example, ItemRate
from qa_inspect.report.scorecards import ScorecardBuilder
from qa_inspect.rubric.index import IndexRule
from qa_inspect.store.call_figures import (
    CustomerCalls,
    FigureRows,
    calls_without_figures,
    figure_codes,
    keep_figures,
    load_evidence,
    load_with_stamps,
    read_customer_calls,
    read_figures,
    uncollected,
)
from qa_inspect.store.results import CallQuery, Store

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 1
"""To be raised whenever a call's figures come out differently, or are written differently."""
_TRIES = 3
"""How often figures are worked out before a reader gives up on a database that others write to."""


def figures_of(call: CallResult) -> list[tuple[str, float]]:
    """A call's figures by name, in order."""
    found = [
        (json.dumps([FLAG, name]), 1.0) for name in sorted({f.flag for f in call.verdict.flags})
    ]
    figures = call_figures(call)
    if not figures.counts:
        return found
    found += [
        (json.dumps([FIGURE, *figure]), value) for figure, value in figures.by_figure().items()
    ]
    found += [(json.dumps([BAND, r.name, r.band]), 1.0) for r in call.verdict.rubrics if r.band]
    for check in filter(was_judged, call.verdict.checks):
        name = [CHECK, check.rubric, check.item, check.section, check.kind, check.severity.value]
        timed = any(piece.start_s is not None for piece in check.evidence)
        passed = check.status is CheckStatus.PASS
        value = PASSED * passed + FRAGILE * bool(check.fragile) + TIMED * timed
        found.append((json.dumps(name), float(value)))
    return found


def prepare(store: Store) -> None:
    """Work out what a run has left to be worked out, for a minute at most: what is still missing,
    or refused by a database that is in use, is worked out when somebody asks for a scorecard."""
    with suppress(StoreError):
        work_out(store, within_s=60.0)


def work_out(store: Store, *, within_s: float = math.inf) -> int:
    """Work out and keep the figures of all calls that have none; how many these were. Stops early
    once so many seconds have passed. Raises StoreError."""
    import numpy as np

    until_s = time.monotonic() + within_s
    due = calls_without_figures(store, VERSION)
    codes = dict(figure_codes(store))
    for part in load_with_stamps(store, due):
        if time.monotonic() > until_s:
            break
        found = {call.recording.call_id: (stamp, figures_of(call)) for call, stamp in part}
        names = {name for _, listed in found.values() for name, _ in listed}
        if not names <= codes.keys():
            codes = dict(figure_codes(store, names))
        kept = {
            call_id: (
                stamp,
                np.array([(codes[n], v) for n, v in listed], dtype=RECORD).tobytes(),
            )
            for call_id, (stamp, listed) in found.items()
        }
        keep_figures(store, VERSION, kept)
    return len(due)


def kept_scorecards(
    store: Store,
    query: CallQuery,
    *,
    by: Grouping,
    min_calls: int,
    index: IndexRule,
    shown: Shown = Shown.EVERYTHING,
    latest: datetime | None = None,
) -> tuple[AgentScorecard, ...] | None:
    """The scorecards of the calls asked for, as ``agent_scorecards`` makes them without a period or
    a stretch; days, and examples of other items than a group's best and worst, are left out, and so
    is what is not ``shown``.

    Works out first what is not kept yet; None where that cannot be: in a database that nobody may
    write, or that others write to all the time. Raises StoreError where it cannot be read.
    """
    rows = _rows(store, query)
    if rows is None:
        return None
    with uncollected():
        building = ScorecardBuilder(min_calls=min_calls, index=index, by=by, latest=latest)
        building.take(*_gathered(rows, by, shown, _resolved(store, query, rows), _names(store)))
        cards = building.scorecards(days=False, shown=shown)
        return _with_examples(store, cards) if shown is Shown.EVERYTHING else cards


def _rows(store: Store, query: CallQuery) -> FigureRows | None:
    """The calls asked for, all with their figures; None where these cannot be kept."""
    for _ in range(_TRIES):
        rows = read_figures(store, query, VERSION)
        if None not in rows.figures:
            return rows
        try:
            work_out(store)
        except StoreError:
            return None
    return None


def _names(store: Store) -> Mapping[int, Sequence[str]]:
    return {code: json.loads(name) for name, code in figure_codes(store).items()}


def _gathered(
    rows: FigureRows,
    by: Grouping,
    shown: Shown,
    resolved: NDArray[Any],
    names: Mapping[int, Sequence[str]],
) -> tuple[dict[str | None, Gathered], datetime | None]:
    """The groups of calls, by key, as if each call had been added in order, and when the latest
    call began."""
    import numpy as np

    keys = _keys(rows, by)
    place_of = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    groups = [Gathered(by, key) for key in place_of]
    whose = [place_of[key] for key in keys]
    order = _by_start(rows.customers)
    ordered = order.tolist()
    places = np.array(whose, dtype=np.int64)[order]
    _add_answers(groups, places, rows, resolved, order)
    records = read_records([rows.figures[at] or b"" for at in ordered], names)
    judged = np.empty(len(keys), dtype=bool)
    judged[order] = judged_calls(records, len(keys))
    _count(rows, whose, judged.tolist(), groups)
    add_figures(groups, places, records, _days(rows.started_at)[order], shown)
    moments = add_counted(groups, places, records, shown)
    for (place, rubric, name, status), moment in moments.items():
        example = Example(rows.call_id[ordered[moment.call]], None, "", "")
        groups[place].examples[rubric, name, status] = example
    started_at = next(filter(None, (rows.started_at[at] for at in reversed(ordered))), None)
    latest = None if started_at is None else datetime.fromisoformat(started_at)
    return dict(zip(place_of, groups, strict=True)), latest


def _keys(rows: FigureRows, by: Grouping) -> Sequence[str | None]:
    return {
        Grouping.AGENT: rows.agent_id,
        Grouping.TEAM: rows.team,
        Grouping.MARKET: rows.market,
        Grouping.LANGUAGE: rows.language,
    }[by]


def _by_start(calls: CustomerCalls) -> NDArray[Any]:
    """The places of calls in order of start (those without one last) and call id."""
    import numpy as np

    starts = np.array(calls.started_s, dtype=np.float64)  # None becomes NaN, which sorts last
    order = np.argsort(starts, kind="stable")
    ordered = starts[order]
    tied = (ordered[1:] == ordered[:-1]) | np.isnan(ordered[:-1])
    edges = np.flatnonzero(np.diff(np.r_[False, tied, False].astype(np.int8)))
    for first, last in edges.reshape(-1, 2).tolist():
        run = order[first : last + 1].tolist()
        order[first : last + 1] = sorted(run, key=calls.call_id.__getitem__)
    return order


def _with_examples(store: Store, cards: Sequence[AgentScorecard]) -> tuple[AgentScorecard, ...]:
    """The scorecards with the examples of their best and worst items read from the calls."""
    shown = [_listened_to(card) for card in cards]
    wanted = {
        (example.call_id, one.rubric, one.item)
        for items in shown
        for one in items
        for example in (one.example, one.good_example)
        if example is not None
    }
    known = load_evidence(store, wanted)

    def read(one: ItemRate, example: Example | None, *, listed: bool) -> Example | None:
        if example is None or not listed:
            return None
        found = known.get((example.call_id, one.rubric, one.item))
        return found and example_of(example.call_id, *found)

    return tuple(
        replace(
            card,
            items=tuple(
                replace(
                    one,
                    example=read(one, one.example, listed=one in items),
                    good_example=read(one, one.good_example, listed=one in items),
                )
                for one in card.items
            ),
        )
        for card, items in zip(cards, shown, strict=True)
    )


def _listened_to(card: AgentScorecard) -> tuple[ItemRate, ...]:
    return tuple(one for one in (card.best, card.worst) if one is not None)


def _count(
    rows: FigureRows, places: Sequence[int], judged: Sequence[bool], groups: Sequence[Gathered]
) -> None:
    listed = zip(
        places, rows.agent_id, rows.agent_name, rows.team, rows.language, rows.heard,
        rows.needs_review, judged, strict=True,
    )  # fmt: skip
    for one, number in Counter(listed).items():
        at, agent_id, name, team, language, heard, review, has_verdict = one
        group = groups[at]
        group.calls += number
        group.ids.add(agent_id)
        group.names[name] += number * (name is not None)
        group.teams[team] += number * (team is not None)
        group.languages[language] += number * (language is not None)
        if not heard:
            group.failed += number
        elif review:
            group.needs_review += number
        elif has_verdict:
            group.judged += number
        else:
            group.not_judged += number


def _resolved(store: Store, query: CallQuery, rows: FigureRows) -> NDArray[Any]:
    """Whether the calls asked for are resolved, as ``resolved_calls`` tells of all calls."""
    import numpy as np

    if query == CallQuery():
        return resolved_calls(rows.customers)
    everyone = read_customer_calls(store)
    known = dict(zip(everyone.call_id, resolved_calls(everyone).tolist(), strict=True))
    return np.array([known.get(call_id, -1) for call_id in rows.call_id], dtype=np.int8)


def _add_answers(
    groups: Sequence[Gathered],
    places: NDArray[Any],
    rows: FigureRows,
    resolved: NDArray[Any],
    order: NDArray[Any],
) -> None:
    """What customers answered, and whether they called again. ``places`` are the groups of the
    calls in ``order``."""
    import numpy as np

    for answers, listed in (
        (rows.csat, [group.csat for group in groups]),
        (rows.nps, [group.nps for group in groups]),
        (np.where(resolved < 0, np.nan, resolved), [group.resolved for group in groups]),
    ):
        given = np.array(answers, dtype=np.float64)[order]  # None becomes NaN
        known = np.flatnonzero(~np.isnan(given))
        grouped = known[np.argsort(places[known], kind="stable")]
        ends = np.cumsum(np.bincount(places[known], minlength=len(groups)))
        values = given[grouped].astype(np.int64).tolist()
        for answered, first, end in zip(listed, [0, *ends], ends, strict=False):
            answered += values[first:end]


def _days(started_at: Sequence[str | None]) -> NDArray[Any]:
    """The days (ordinal, 0 for none) of moments in ISO 8601."""
    import numpy as np

    texts = [text and text[:10] for text in started_at]
    known = {text: date.fromisoformat(text).toordinal() if text else 0 for text in set(texts)}
    return np.fromiter(map(known.__getitem__, texts), dtype=np.int64, count=len(texts))
