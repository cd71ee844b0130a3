"""The ledger of runs."""

from __future__ import annotations

import pytest

from qa_inspect.domain import CallResult, CallStatus, Recording
from qa_inspect.errors import InputError
from qa_inspect.store import owners
from qa_inspect.store.ledger import Outcome, RunSummary, finish_run, runs, start_run
from qa_inspect.store.results import CallQuery, open_store


def test_runs_come_newest_first_with_what_came_of_them(place: str) -> None:
    summary = RunSummary(
        Outcome.SOME_FAILED, found=5, known=1, done=3, failed=1, audio_s=61.5, details={"a": [1]}
    )
    with open_store(place) as store:
        first = start_run(store, {"model": "auto", "jobs": 2})
        finish_run(store, first, summary)
        second = start_run(store, {})
        newest, oldest = runs(store)
        assert (newest.run_id, newest.summary, newest.finished_at) == (second, None, None)
        assert oldest.run_id == first
        assert oldest.summary == summary
        assert oldest.settings == {"model": "auto", "jobs": 2}
        assert oldest.finished_at is not None
        assert oldest.finished_at >= oldest.started_at
        assert len(runs(store, limit=1)) == 1


def test_a_run_knows_its_calls_once(place: str) -> None:
    with open_store(place) as store:
        run_id = start_run(store, {})
        other = start_run(store, {})
        for call_id in ("a", "b", "a"):
            call = CallResult(Recording(call_id, None, call_id), CallStatus.OK)
            store.save_call(call, run_id=run_id)
        store.save_call(CallResult(Recording("c", None, "c"), CallStatus.OK), run_id=other)
        assert store.call_ids(CallQuery(run_id=run_id)) == ("a", "b")


def test_finishing_a_run_that_never_was(place: str) -> None:
    with (
        open_store(place) as store,
        pytest.raises(InputError, match="no run 7"),
    ):
        finish_run(store, 7, RunSummary(Outcome.DONE))


def test_a_run_without_an_end_lives_as_long_as_its_process(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(place) as store:
        start_run(store, {"jobs": 1})
        (run,) = runs(store)
        assert (run.lives, dict(run.settings)) == (True, {"jobs": 1})
        monkeypatch.setattr(owners, "_born", lambda pid: None)
        assert runs(store)[0].lives is False
        monkeypatch.setattr(owners, "_place", lambda: "another machine")
        assert runs(store)[0].lives is None
