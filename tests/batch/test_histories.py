"""Verdicts that depend on other calls come to rest alike, in whatever order calls come."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_calls import arrive, days_later, inspected

from qa_inspect.batch import settling
from qa_inspect.batch.histories import Histories
from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.rescore import rescore
from qa_inspect.batch.settling import settle_histories
from qa_inspect.domain import (
    CallResult,
    Role,
    Transcript,
    Utterance,
)
from qa_inspect.report.resolution import resolution
from qa_inspect.store.results import CallQuery, Store, open_store

RUBRIC = """\
rubric: own
items:
  - {id: greeting, kind: said, phrases: ["good morning"]}
  - {id: settled, kind: history, measure: resolved, within_days: 5}
flags:
  - {id: again, kind: history, within_days: 5, same_topic: true}
  - {id: shouting, kind: said, role: customer, phrases: ["shout"]}
  - id: worse
    kind: all
    rules:
      - {kind: history, within_days: 5, flagged: [shouting, worse]}
      - {kind: history, within_days: 9, failed: [greeting, settled]}
  - {id: story, kind: changed_story, role: customer, same_topic: false}
"""


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    path = tmp_path / "own.yaml"
    path.write_text(RUBRIC)
    return Judge([str(path)])


def call(
    number: int,
    day: float | None,
    *,
    customer: str | None = "C1",
    topic: str | None = "delivery",
    said: str = "Hello.",
    sha: str = "",
) -> CallResult:
    texts = ((Role.AGENT, "Good morning." if number % 2 else "Yes?"), (Role.CUSTOMER, said))
    lines = (Utterance(at, who, who.value, text, "en") for at, (who, text) in enumerate(texts))
    told = {"customer_id": customer, "topic": topic, "language": "en"}
    transcript = Transcript("en", tuple(lines))
    return inspected(f"c{number}", transcript, sha256=sha, started_at=days_later(day), **told)


def flags(store: Store) -> dict[str, tuple[str, ...]]:
    return {
        one.recording.call_id: tuple(sorted(flag.flag for flag in one.verdict.flags))
        for one in store.calls()
    }


def verdicts(store: Store) -> dict[str, object]:
    return {one.recording.call_id: one.verdict for one in store.calls()}


def test_a_call_is_judged_with_what_came_before(tmp_path: Path, judge: Judge) -> None:
    with open_store(tmp_path / "qa.db") as store:
        arrive(store, judge, [call(1, 0), call(2, 2), call(3, 9), call(4, 1, topic="billing")])
        changed = settle_histories(store, judge)
        assert flags(store) == {"c1": (), "c2": ("again",), "c3": (), "c4": ()}
        assert changed["c2"].flags_gained == ("again",)
        moved = {c.item: (c.before, c.after) for c in changed["c1"].checks}
        assert moved["settled"] == ("not_applicable", "fail")
        assert settle_histories(store, judge) == {}


def test_a_call_that_comes_late_changes_those_around_it(tmp_path: Path, judge: Judge) -> None:
    with open_store(tmp_path / "qa.db") as store:
        arrive(store, judge, [call(1, 0), call(3, 7)])
        settle_histories(store, judge)
        assert flags(store)["c3"] == ()
        arrive(store, judge, [call(2, 4)])
        changed = settle_histories(store, judge)
        assert set(changed) == {"c1", "c2", "c3"}
        assert flags(store) == {"c1": (), "c2": ("again",), "c3": ("again",)}


CALLS = st.lists(
    st.builds(
        lambda day, customer, topic, said, copy: (day, customer, topic, said, copy),
        st.one_of(st.none(), st.integers(0, 24).map(float), st.floats(0, 24)),
        st.sampled_from(["C1", "C2", None]),
        st.sampled_from(["delivery", "billing", None]),
        st.sampled_from(["Hello.", "I shout!", "I paid $40.", "I paid $90."]),
        st.booleans(),
    ),
    min_size=1,
    max_size=9,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CALLS, st.randoms(use_true_random=False), st.integers(1, 4))
def test_the_order_in_which_calls_come_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory,
    judge: Judge,
    drawn: Sequence[tuple[float | None, str | None, str | None, str, bool]],
    random: object,
    nights: int,
) -> None:
    calls = [
        call(at, day, customer=customer, topic=topic, said=said, sha="copy" if copy else "")
        for at, (day, customer, topic, said, copy) in enumerate(drawn)
    ]
    shuffled = list(calls)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    folder = tmp_path_factory.mktemp("orders")
    with open_store(folder / "one.db") as one, open_store(folder / "other.db") as other:
        arrive(one, judge, calls)
        settle_histories(one, judge)
        size = -(-len(shuffled) // nights)
        for first in range(0, len(shuffled), size):
            arrive(other, judge, shuffled[first : first + size])
            settle_histories(other, judge)
        assert verdicts(one) == verdicts(other)
        assert resolution(one) == resolution(other)
        # what is inspected once more is one call still
        arrive(other, judge, shuffled[: 1 + len(shuffled) // 2])
        settle_histories(other, judge)
        assert verdicts(one) == verdicts(other)
        assert resolution(one) == resolution(other)
        # at rest: judging everything again moves nothing, and counts nothing twice
        assert not any(
            change.changed for change in rescore(one, judge, CallQuery(), write=True, jobs=1)
        )
        assert verdicts(one) == verdicts(other)


def test_what_follows_from_a_new_rubric_is_told_once(tmp_path: Path, judge: Judge) -> None:
    with open_store(tmp_path / "qa.db") as store:
        arrive(store, judge, [call(2 * n, n, said="I shout!") for n in range(1, 6)])
        settle_histories(store, judge)
        before = flags(store)
        assert "worse" in before["c10"]
        path = Path(judge.rubric_names[0])
        path.write_text(RUBRIC.replace('"shout"', '"whisper"'))
        quieter = Judge([str(path)])
        planned = {c.call_id: c for c in rescore(store, quieter, CallQuery(), write=False, jobs=1)}
        assert flags(store) == before
        done = list(rescore(store, quieter, CallQuery(), write=True, jobs=1))
        assert len(done) == len({c.call_id for c in done}) == 5
        assert {c.call_id: c for c in done} == planned
        assert all("worse" in c.flags_lost for c in done if "worse" in before[c.call_id])
        assert not any("worse" in raised for raised in flags(store).values())


def test_settling_that_is_cut_off_is_taken_up(
    tmp_path: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(tmp_path / "qa.db") as store:
        arrive(store, judge, [call(n, n) for n in range(1, 6)])
        with monkeypatch.context() as broken:
            broken.setattr(settling, "mark_settled", lambda *_: pytest.fail("killed"))
            with pytest.raises(BaseException, match="killed"):
                settle_histories(store, judge)
        settle_histories(store, judge)
        assert list(flags(store).values()) == [(), *[("again",)] * 4]


def test_a_call_that_is_deleted_is_forgotten_by_others(tmp_path: Path, judge: Judge) -> None:
    with open_store(tmp_path / "qa.db") as store:
        arrive(store, judge, [call(1, 0), call(2, 1)])
        settle_histories(store, judge)
        store.delete_call("c1")
        settle_histories(store, judge)
        assert flags(store) == {"c2": ()}


def test_calls_keep_to_the_rubrics_they_were_judged_by(tmp_path: Path, judge: Judge) -> None:
    with open_store(tmp_path / "qa.db") as store:
        store.save_call(call(1, 0))
        arrive(store, judge, [call(2, 1)])
        settle_histories(store, judge)
        first = store.load_call("c1")
        assert first is not None
        assert first.verdict.rubrics == ()


def test_a_story_is_compared_with_what_was_said(tmp_path: Path, judge: Judge) -> None:
    with open_store(tmp_path / "qa.db") as store:
        arrive(store, judge, [call(1, 0, said="I paid $40."), call(2, 1, said="I paid $90.")])
        settle_histories(store, judge)
        assert "story" in flags(store)["c2"]


def test_many_pasts_take_few_queries(tmp_path: Path, judge: Judge) -> None:
    with open_store(tmp_path / "qa.db") as store:
        for n in range(60):
            store.save_call(call(n, n / 10, customer=f"C{n % 20}"))
        recordings = [one.recording for one in store.calls()]
        asked: list[str] = []
        with store.reading() as connection:
            real = connection.execute
            connection.execute = lambda *a, **k: asked.append("") or real(*a, **k)  # type: ignore[method-assign, func-returns-value]
            pasts = Histories(store, judge.needs(["en"])).pasts(connection, recordings)
        assert len(pasts) == 60
        assert len(asked) <= 4
