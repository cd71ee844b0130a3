"""The queue: by risk, one row a customer, what is new, and random checks that come out the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_calls import inspected
from report_factory import make_calls

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Evidence,
    Flag,
    Severity,
    Transcript,
    Verdict,
)
from qa_inspect.report.playback import AudioMode
from qa_inspect.report.queue import (
    QueuedCall,
    Reason,
    candidates,
    newest_first,
    queue,
    queue_in_store,
    queue_within,
)
from qa_inspect.report.site import SiteOptions, write_site
from qa_inspect.report.surroundings import Surroundings, known_around, known_of, surroundings
from qa_inspect.store.ledger import start_run
from qa_inspect.store.results import CallQuery, open_store

DAY = datetime(2026, 11, 21, 9, tzinfo=UTC)
SILENT = SiteOptions(audio=AudioMode.NONE)


def a_call(
    name: str,
    sure: float | None = None,
    *,
    customer: str | None = None,
    started: datetime | None = DAY,
    severity: Severity = Severity.HIGH,
    flag: str = "abuse",
    score: float | None = None,
) -> CallResult:
    pieces = (Evidence(0, 3.0, 4.0, "said"),)
    found = () if sure is None else (Flag(flag, severity, sure, f"{flag}: found", pieces),)
    verdict = Verdict(flags=found, score=score)
    told = {"customer_id": customer, "started_at": started}
    return inspected(name, Transcript("en", ()), verdict, **told)


def told(calls: Sequence[CallResult], around: Surroundings | None = None) -> tuple[QueuedCall, ...]:
    found = candidates(calls)
    known = ((c.call_id, c.customer_id, c.started_at) for c in found)
    return queue(found, around or known_of(known))


def ids(rows: Sequence[QueuedCall]) -> list[str]:
    return [row.call.call_id for row in rows]


def test_the_riskiest_first_and_only_flagged_ones() -> None:
    calls = [
        a_call("calm"),
        a_call("low", 0.9, severity=Severity.LOW),
        a_call("high", 0.9),
        a_call("unsure", 0.4),
        a_call("critical", 0.9, severity=Severity.CRITICAL),
        replace(a_call("broken", 1.0), status=CallStatus.FAILED),
    ]
    assert ids(told(calls)) == ["critical", "high", "unsure", "low"]
    assert ids(told(calls[::-1])) == ["critical", "high", "unsure", "low"]


def test_the_worst_call_of_a_customer_stands_for_the_others() -> None:
    yesterday = DAY - timedelta(days=1)
    calls = [
        a_call("mild", 0.3, customer="C1"),
        a_call("worst", 0.9, customer="C1", started=yesterday),
        a_call("middle", 0.5, customer="C1", started=yesterday),
        a_call("calm", customer="C1"),
        a_call("alone", 0.4, customer="C2"),
        a_call("nobody", 0.4),
        a_call("nobody too", 0.4, customer=""),
    ]
    rows = told(calls)
    assert ids(rows) == ["worst", "alone", "nobody", "nobody too"]
    assert (rows[0].others, rows[0].new, rows[0].new_others) == (("middle", "mild"), False, 1)
    assert all(not row.others for row in rows[1:])
    assert [row.fresh for row in rows] == [True] * 4
    older = told([*calls, a_call("older", 0.95, customer="C3", started=yesterday)])
    assert (ids(older)[-1], older[-1].fresh) == ("older", False)
    assert ids(older) == [*ids(rows), "older"]
    assert newest_first(older) == older
    again = queue_within(candidates(calls), known_of(()), 3, 0.0)
    assert ids(again) == ids(rows)[:3]


def test_a_person_in_danger_stands_first_for_a_week() -> None:
    def days(number: int) -> datetime:
        return DAY - timedelta(days=number)

    critical, flag = Severity.CRITICAL, "self_harm"
    calls = [
        a_call("abuse", 1.0),
        a_call("fraud", 0.9, flag="fraud", severity=critical),
        a_call("hardly a threat", 0.4, flag="threat", severity=critical),
        a_call("threat", 0.6, flag="threat", severity=critical, started=days(1)),
        a_call("unsure", 0.3, flag=flag, severity=critical),
        a_call("days ago", 0.7, flag=flag, severity=critical, started=days(7)),
        a_call("long ago", 0.9, flag=flag, severity=critical, started=days(9)),
        a_call("poor", score=10.0),
    ]
    flagged = ["days ago", "unsure", "threat", "fraud", "abuse", "hardly a threat", "long ago"]
    assert ids(told(calls)) == flagged
    found = candidates(calls)
    around = known_of((c.call_id, c.customer_id, c.started_at) for c in found)
    rows = queue_within(found, around, 8, 0.0)
    assert ids(rows) == [*flagged[:-1], "poor", "long ago"]
    assert [row.to_row(1)["danger"] for row in rows] == [True] * 3 + [False] * 4 + [True]


def test_the_row_tells_the_most_urgent_flag_first() -> None:
    threat = Flag("threat", Severity.CRITICAL, 0.9, "", ())
    harm = Flag("self_harm", Severity.CRITICAL, 0.6, "", ())
    call = replace(a_call("c"), verdict=Verdict(flags=(threat, harm)))
    (row,) = told([call])
    assert row.to_row(1)["flags"] == ["self_harm", "threat"]


def test_a_switchboard_is_not_one_customer() -> None:
    calls = [
        a_call(f"s{n:03}", 0.9 if n < 3 else None, customer="desk", started=DAY) for n in range(80)
    ]
    rows = told(calls)
    assert ids(rows) == ["s000", "s001", "s002"]
    undated = [a_call(f"u{n:03}", 0.5, customer="desk", started=None) for n in range(201)]
    assert len(told(undated)) == 201
    assert len(told(undated[:200])) == 1


def test_new_is_the_day_of_the_latest_call_on_its_own_clock() -> None:
    east = timezone(timedelta(hours=8))
    latest = datetime(2026, 11, 21, 0, 30, tzinfo=east)
    rows = told(
        [
            a_call("today", 0.9, started=latest),
            a_call("just before midnight", 0.8, started=latest - timedelta(hours=1)),
            a_call("no start", 0.7, started=None),
        ]
    )
    assert {row.call.call_id: row.new for row in rows} == {
        "today": True,
        "just before midnight": False,
        "no start": None,
    }
    assert ids(newest_first(rows)) == ["today", "no start", "just before midnight"]
    assert all(row.new is None for row in told([a_call("a", 0.9, started=None)]))


def test_without_a_start_the_first_run_tells() -> None:
    night = datetime(2026, 11, 21, 1, tzinfo=UTC)
    seen = {
        "old": night - timedelta(days=1),
        "first": night,
        "resumed": night + timedelta(hours=5),
    }
    around = known_around((), None, seen)
    names = ("old", "first", "resumed", "imported")
    assert [around.is_new(name, None) for name in names] == [False, True, True, None]
    assert around.day == "2026-11-21"


def test_a_budget_holds_flagged_then_other_signs_then_random_checks() -> None:
    calls = [a_call(f"flagged {n}", 0.9) for n in range(4)]
    calls += [a_call(f"poor {n}", score=10.0 + n) for n in range(2)]
    calls += [a_call(f"calm {n:02}", score=90.0) for n in range(40)]
    found = candidates(calls)
    around = known_of((c.call_id, c.customer_id, c.started_at) for c in found)
    few = queue_within(found, around, 4)
    assert [row.reason for row in few] == [Reason.FLAGGED] * 3 + [Reason.RANDOM]
    assert few[-1].drawn_from == len(calls) - 4 and not few[-1].call.flags
    many = queue_within(found, around, 20)
    reasons = [row.reason for row in many]
    assert reasons == [Reason.FLAGGED] * 4 + [Reason.OTHER_SIGNS] * 2 + [Reason.RANDOM] * 14
    assert {row.drawn_from for row in many[6:]} == {40}
    assert len(queue_within(found, around, 20, 0.0)) == 6
    assert ids(queue_within(found, around, 1)) == ["flagged 0"]
    assert len(queue_within(found, around, 500)) == len(calls)
    assert not queue_within((), around, 5)


def test_a_flagged_call_is_no_random_check_and_leaves_no_row_empty() -> None:
    found = candidates([a_call(f"flagged {n}", 0.9) for n in range(30)])
    rows = queue_within(found, Surroundings(day="2026-11-20"), 10)
    assert [row.reason for row in rows] == [Reason.FLAGGED] * 10
    found = candidates([*(a_call(f"flagged {n}", 0.9) for n in range(30)), a_call("calm")])
    rows = queue_within(found, Surroundings(day="2026-11-20"), 10)
    assert ids(rows)[-1] == "calm" and rows[-1].drawn_from == 1


def test_random_checks_are_the_same_for_the_same_day_and_differ_between_days() -> None:
    calls = [a_call(f"calm {n:03}") for n in range(300)]
    found = candidates(calls)
    draws = [
        ids(queue_within(found, Surroundings(day=f"2026-11-{day}"), 20)) for day in (20, 21, 20)
    ]
    assert draws[0] == draws[2] != draws[1]
    late = candidates([*calls, a_call("late")])
    again = ids(queue_within(late, Surroundings(day="2026-11-20"), 20))
    assert len(set(again) & set(draws[0])) >= 19


def test_every_call_below_the_cut_is_drawn_equally_often() -> None:
    found = candidates([a_call(f"c{n}", 0.9 if n < 5 else None) for n in range(55)])
    counts = dict.fromkeys((c.call_id for c in found), 0)
    for day in range(400):
        rows = queue_within(found, Surroundings(day=str(day)), 10, 0.5)
        for row in rows[5:]:
            assert row.reason is Reason.RANDOM
            counts[row.call.call_id] += 1
    drawn = [count for name, count in counts.items() if int(name[1:]) >= 5]
    assert sum(drawn) == 400 * 5 and min(drawn) > 15 and max(drawn) < 75


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.none() | st.floats(0.05, 1),
            st.sampled_from([None, "C1", "C2", "C3"]),
            st.booleans(),
        ),
        max_size=30,
    ),
    st.integers(1, 40),
    st.sampled_from([0.0, 0.1, 0.5, 1.0]),
)
def test_a_budget_is_kept_and_nobody_stands_twice(
    given_calls: list[tuple[float | None, str | None, bool]], budget: int, share: float
) -> None:
    found = candidates(
        [
            a_call(f"c{n}", sure, customer=customer, started=DAY if dated else None)
            for n, (sure, customer, dated) in enumerate(given_calls)
        ]
    )
    around = known_of((c.call_id, c.customer_id, c.started_at) for c in found)
    rows = queue_within(found, around, budget, share)
    named = [call_id for row in rows for call_id in (row.call.call_id, *row.others)]
    assert len(named) == len(set(named)) and len(rows) <= budget
    checks = [row for row in rows if row.reason is Reason.RANDOM]
    assert bool(checks) <= bool(share)
    ranked = [row for row in rows if row.reason is not Reason.RANDOM]
    assert rows == (*ranked, *checks)
    risks = [row.call.risk.value for row in ranked]
    assert risks == sorted(risks, reverse=True)
    customers = [row.call.customer_id for row in ranked if row.call.customer_id]
    assert len(customers) == len(set(customers))
    if share and budget > 1:
        below = [c for c in found if not c.flags]
        assert len(checks) == min(len(below), budget - len(ranked))
        customers_with_flags = len(queue(found, around))
        assert len(rows) == min(budget, customers_with_flags + len(below))
    assert not [row for row in checks if row.call.flags]


def test_a_filter_chooses_who_counts_as_flagged_and_leaves_the_risk() -> None:
    calls = [
        a_call("a", 0.9),
        a_call("t", 0.9, flag="threat", severity=Severity.CRITICAL),
        a_call("c", 0.9, flag="churn", severity=Severity.LOW),
    ]
    only = candidates(calls, "abuse")
    assert [bool(one.flags) for one in only] == [True, False, False]
    assert [one.risk for one in only] == [one.risk for one in candidates(calls)]
    grave = candidates(calls, min_severity=Severity.HIGH)
    assert [bool(one.flags) for one in grave] == [True, True, False]


def test_a_store_knows_the_day_the_switchboard_and_the_runs(tmp_path: Path) -> None:
    with open_store(tmp_path / "qa.db") as store:
        run = start_run(store, {})
        for number in range(60):
            call = a_call(f"d{number}", 0.9 if number < 2 else None, customer="desk")
            store.save_call(call, run_id=run)
        store.save_call(a_call("old", 0.8, customer="C1", started=DAY - timedelta(days=3)))
        store.save_call(a_call("undated", 0.7, customer="C1", started=None), run_id=run)
        around = surroundings(store)
        assert (around.day, around.shared) == ("2026-11-21", frozenset({"desk"}))
        assert around.is_new("undated", None) is True
        rows = queue_in_store(store, CallQuery())
        assert [(row.call.call_id, row.new, row.others) for row in rows] == [
            ("d0", True, ()),
            ("d1", True, ()),
            ("old", False, ("undated",)),
        ]
        earlier = CallQuery(until=DAY - timedelta(days=1))
        assert [(r.call.call_id, r.new) for r in queue_in_store(store, earlier)] == [("old", True)]
        assert len(queue_in_store(store, CallQuery(), budget=10)) == 10
        assert surroundings(store, DAY - timedelta(days=30)).day != "2026-11-21"


def test_a_row_says_all_a_list_shows() -> None:
    call = a_call("a", 0.9, customer="C1")
    (row,) = (queued.to_row(1) for queued in told([call]))
    assert row["place"] == 1 and row["risk"] == 54.0 and row["why"] == "flagged"
    assert (row["new"], row["other_calls"], row["quote"]) == (True, [], "said")
    assert row["signs"] == ["abuse (high, 90% sure)"]


def test_nothing_is_listened_to_without_a_recording(tmp_path: Path) -> None:
    index = write_site(make_calls(12), tmp_path, SILENT).read_text("utf-8")
    pages = [path.read_text("utf-8") for path in (tmp_path / "agents").glob("*.html")]
    assert pages and "Each opens at the moment" not in index
    assert not any(">Listen" in page or 'class="play"' in page for page in pages)
    assert any(">Read" in page for page in pages)


@pytest.mark.parametrize(("language", "new"), [("en", "New"), ("zh", "新")])
def test_the_first_page_shows_five_calls(tmp_path: Path, language: str, new: str) -> None:
    calls = make_calls(40)
    index = write_site(calls, tmp_path, replace(SILENT, language=language)).read_text("utf-8")
    section = index.split('aria-labelledby="first"')[1].split("</section>")[0]
    assert section.count("<li>") == 5
    rows = newest_first(told(calls))
    assert f'<span class="chip new">{new}</span>' in section
    places = [section.index(row.call.call_id) for row in rows[:5]]
    assert places == sorted(places)
    assert section.count('class="risk"') == 5
