"""One call's crash, hang, abort or hunger costs that call its attempts and no other anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.nights import contents, night, times_stored, undisturbed

from qa_inspect.batch import supervisor, workers
from qa_inspect.domain import CallStatus
from qa_inspect.errors import ModelError

GUILTY = {
    "kill": ("call-003", "SIGKILL"),
    "freeze": ("call-007", "gave no sign"),
    "eat": ("call-011", "of memory"),
    "decoder": ("call-015", "decoder crash"),
    "cuda": ("call-019", "CUDA error"),
    "abort": ("call-023", "SIGABRT"),
    "exit": ("call-027", "exit status 3"),
    "raise": ("call-031", "nobody foresaw this"),
    "hang": ("call-035", "gave no sign"),
}


@pytest.mark.parametrize(
    ("kinds", "stuck_s"),
    [
        (("kill", "decoder", "eat"), 60.0),
        (("freeze",), 3.0),
        pytest.param(tuple(GUILTY), 12.0, marks=pytest.mark.slow),
    ],
    ids=["crashes and hunger", "hang", "all"],
)
def test_a_fault_costs_its_own_call_three_attempts_and_no_other_call_any(
    kinds: tuple[str, ...], stuck_s: float, tmp_path: Path
) -> None:
    count = 40 if len(kinds) > 3 else 18
    guilty = {GUILTY[kind][0]: GUILTY[kind][1] for kind in kinds}
    orders = [f"{kind}={GUILTY[kind][0]}" for kind in kinds]
    summary = night(tmp_path / "qa.db", count, 1, orders, stuck_s=stuck_s)
    found = contents(tmp_path / "qa.db")
    assert {call_id: found[call_id] for call_id in found if call_id not in guilty} == {
        call_id: whole for call_id, whole in undisturbed(count).items() if call_id not in guilty
    }
    for call_id, reason in guilty.items():
        _, status, error, _, _ = found[call_id]
        assert status is CallStatus.FAILED
        assert reason in (error or "")
        assert "after 3 attempts" in (error or "")
    assert set(times_stored(tmp_path / "qa.db").values()) == {1}
    assert (summary.done, len(summary.failed), summary.left) == (count - len(kinds), len(kinds), 0)
    assert summary.lost_attempts >= 3 * len(kinds)


def test_a_fault_that_does_not_come_again_costs_nothing(tmp_path: Path) -> None:
    orders = ["kill=call-002", "cuda=call-009", f"once={tmp_path}"]
    summary = night(tmp_path / "qa.db", 12, 2, orders)
    assert contents(tmp_path / "qa.db") == undisturbed(12)
    assert (summary.done, summary.failed) == (12, ())


def test_workers_that_die_whatever_they_are_given_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "MOST_DEATHS", 4)
    orders = [f"kill=call-{number:03}" for number in range(12)]
    with pytest.raises(ModelError, match=r"die again and again.*SIGKILL"):
        night(tmp_path / "qa.db", 12, 1, orders)
    resumed = night(tmp_path / "qa.db", 12, 1)
    assert resumed.done + resumed.known == 12
    assert contents(tmp_path / "qa.db") == undisturbed(12)


def test_a_worker_that_has_grown_old_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "OLD_CALLS", 8)
    monkeypatch.setattr(supervisor, "POLL_S", 0.02)
    used: set[str] = set()
    start = workers.Worker.begin

    def begin(self: workers.Worker, *args: object, **named: object) -> None:
        used.add(str(self.process_id))
        start(self, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(workers.Worker, "begin", begin)
    night(tmp_path / "qa.db", 40, 1, ["seconds=0.02"])
    assert contents(tmp_path / "qa.db") == undisturbed(40)
    assert 2 <= len(used) <= 5
