"""The ledger of work: whatever owners do and whenever they die, every call has one result."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, multiple, rule

from qa_inspect.domain import CallResult, CallStatus, Recording
from qa_inspect.store import owners
from qa_inspect.store.owners import Owner, this_owner
from qa_inspect.store.results import Store, open_store
from qa_inspect.store.work import MOST_FAILURES, Attempt, Claim, Work, WorkLedger

LEASE_S = 60.0


class Clock:
    """Seconds that only the test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def elsewhere() -> Owner:
    """A run on another machine, of which only its counter can be seen."""
    return Owner(uuid.uuid4().hex, "elsewhere", "", 1, "")


def a_work(number: int, shape: str = "s") -> Work:
    return Work(f"sha{number}", f"call{number}", f"call{number}-x", Path(f"{number}.wav"), shape)


def result_of(claim: Claim, by: str = "") -> CallResult:
    return CallResult(
        Recording(claim.call_id, None, claim.sha256), CallStatus.OK, models={"by": by}
    )


def failure_of(claim: Claim) -> CallResult:
    return replace(result_of(claim), status=CallStatus.FAILED, error="the decoder hung")


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with open_store(place) as opened:
        yield opened


def ledger(store: Store, clock: Clock | None = None) -> WorkLedger:
    return WorkLedger(store, lease_s=LEASE_S, owner=elsewhere(), clock=clock or Clock())


class Sharing(RuleBasedStateMachine):
    """Runs that claim, save, fail, stop, die and wake up again, in every order."""

    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")  # nothing here is about what a disk keeps
        self.folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
        self.store = open_store(Path(self.folder.name) / "qa.db")
        self.clock = Clock()
        self.ledgers = [ledger(self.store, self.clock) for _ in range(3)]
        self.works = tuple(a_work(number) for number in range(4))
        self.kept: dict[str, str] = {}
        self.newest: dict[str, tuple[int, int]] = {}
        """Who took a call last, with which token, as long as he has not let go of it."""

    @initialize()
    def enter(self) -> None:
        for own in self.ledgers:
            own.enqueue(self.works)

    @rule(target=claims, by=st.integers(0, 2), limit=st.integers(1, 4))
    def claim(self, by: int, limit: int) -> object:
        taken = self.ledgers[by].claim(self.works, limit)
        assert len(taken.claims) <= limit
        assert set(taken.settled) >= self.kept.keys() or len(taken.claims) == limit
        for claim in taken.claims:
            assert claim.sha256 not in self.kept
            self.newest[claim.sha256] = (by, claim.token)
        return multiple(*((by, claim) for claim in taken.claims))

    def let_go(self, held: tuple[int, Claim]) -> bool:
        """Whether the call was his; from now on it is not."""
        by, claim = held
        his = self.newest.get(claim.sha256) == (by, claim.token)
        if his:
            del self.newest[claim.sha256]
        return his

    @rule(held=consumes(claims))
    def save(self, held: tuple[int, Claim]) -> None:
        by, claim = held
        mark = f"{by} {claim.token}"
        saved = self.ledgers[by].save(claim, result_of(claim, mark))
        assert saved == self.let_go(held)
        if saved:
            assert claim.sha256 not in self.kept
            self.kept[claim.sha256] = mark

    @rule(held=claims)
    def save_and_forget_that_it_was_saved(self, held: tuple[int, Claim]) -> None:
        self.save(held)

    @rule(held=consumes(claims))
    def fail(self, held: tuple[int, Claim]) -> None:
        by, claim = held
        came_to = self.ledgers[by].attempt_failed(claim, failure_of(claim))
        assert (came_to is not Attempt.LOST) == self.let_go(held)
        if came_to is Attempt.GIVEN_UP:
            assert claim.sha256 not in self.kept
            assert claim.attempt == MOST_FAILURES
            self.kept[claim.sha256] = "failed"

    @rule(held=consumes(claims))
    def release(self, held: tuple[int, Claim]) -> None:
        self.ledgers[held[0]].release([held[1]])
        self.let_go(held)

    @rule(by=st.integers(0, 2))
    def beat(self, by: int) -> None:
        self.ledgers[by].renew(())

    @rule(by=st.integers(0, 2))
    def close(self, by: int) -> None:
        self.ledgers[by].close()
        self.newest = {call: who for call, who in self.newest.items() if who[0] != by}

    @rule(seconds=st.sampled_from([1.0, LEASE_S / 2, LEASE_S, 10 * LEASE_S]))
    def wait(self, seconds: float) -> None:
        self.clock.now_s += seconds

    @rule()
    def enter_again(self) -> None:
        self.ledgers[0].enqueue(self.works)

    def teardown(self) -> None:
        last = ledger(self.store, self.clock)
        last.enqueue(self.works)
        for _ in range(2):  # the first look notes the counters, the second finds them unmoved
            for claim in last.claim(self.works, 9).claims:
                assert last.save(claim, result_of(claim, "last"))
                assert claim.sha256 not in self.kept
                self.kept[claim.sha256] = "last"
            self.clock.now_s += LEASE_S
        found = {call.recording.sha256: call for call in self.store.calls()}
        assert {
            sha256: "failed" if call.error else call.models["by"] for sha256, call in found.items()
        } == self.kept
        assert len(self.kept) == len(self.works)
        self.store.close()
        self.folder.cleanup()


TestSharing = Sharing.TestCase
TestSharing.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)


def test_work_of_a_silent_owner_is_taken_over_and_the_late_result_refused(store: Store) -> None:
    clock = Clock()
    silent, heir = ledger(store, clock), ledger(store, clock)
    works = (a_work(1),)
    silent.enqueue(works)
    (late,) = silent.claim(works, 1).claims
    assert heir.claim(works, 1).held == ("sha1",)
    clock.now_s += LEASE_S - 1
    silent.renew((late,))
    assert heir.claim(works, 1).held == ("sha1",)
    clock.now_s += LEASE_S
    (claim,) = heir.claim(works, 1).claims
    assert (claim.attempt, claim.interruptions) == (1, 1)
    assert silent.renew((late,)) == (late,)
    assert not silent.save(late, result_of(late, "late"))
    assert store.load_call("call1") is None
    assert heir.save(claim, result_of(claim, "heir"))
    assert not silent.save(late, result_of(late, "late"))
    assert silent.attempt_failed(late, failure_of(late)) is Attempt.LOST
    silent.release((late,))
    kept = store.load_call("call1")
    assert kept is not None and kept.models == {"by": "heir"}
    assert heir.claim(works, 1).settled == ("sha1",)


def test_a_killed_run_on_this_machine_holds_up_nobody(store: Store) -> None:
    works = tuple(a_work(number) for number in range(3))
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[2])\n"
        "from test_store_work import *\n"
        "own = WorkLedger(open_store(sys.argv[1]), lease_s=3600)\n"
        "works = tuple(a_work(number) for number in range(3))\n"
        "own.enqueue(works); own.claim(works, 2); print('held', flush=True); sys.stdin.read()\n"
    )
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    with subprocess.Popen(
        [sys.executable, "-c", script, store.address, paths[0]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([*paths, *sys.path])},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with WorkLedger(store, lease_s=3600) as own:
            taken = own.claim(works, 9)
            assert [claim.sha256 for claim in taken.claims] == ["sha2"]
            assert taken.held == ("sha0", "sha1")
            holder.kill()
            holder.wait()
            again = own.claim(works, 9)
            assert [claim.interruptions for claim in again.claims] == [1, 1]
            assert again.held == ("sha2",)


def test_a_zombie_counts_as_dead() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert owners._born(child) is None
    os.waitpid(child, 0)
    assert owners._born(os.getpid()) == this_owner().born


def test_three_failed_attempts_are_a_result_with_its_reason(store: Store) -> None:
    own = ledger(store)
    works = (a_work(1), a_work(2))
    own.enqueue(works)
    outcomes = []
    for attempt in range(1, 4):
        (claim,) = own.claim(works, 1).claims
        assert claim.attempt == attempt
        outcomes.append(own.attempt_failed(claim, failure_of(claim)))
    assert outcomes == [Attempt.AGAIN, Attempt.AGAIN, Attempt.GIVEN_UP]
    call = store.load_call("call1")
    assert call is not None and call.status is CallStatus.FAILED
    assert call.error == "the decoder hung (given up after 3 attempts)"
    assert own.claim(works, 1).settled == ("sha1",)
    own.enqueue(works)
    assert own.claim(works[:1], 1).claims == ()
    own.enqueue(works, redo="failed")
    (claim,) = own.claim(works[:1], 1).claims
    assert claim.attempt == 1


def test_other_settings_alone_make_nothing_due(store: Store) -> None:
    own = ledger(store)
    own.enqueue([a_work(1)])
    (claim,) = own.claim([a_work(1)], 1).claims
    own.save(claim, result_of(claim))
    own.enqueue([a_work(1, "other")])
    own.enqueue([a_work(1, "other")], redo="failed")
    assert own.claim([a_work(1, "other")], 1).settled == ("sha1",)
    own.enqueue([a_work(1, "other")], redo="all")
    assert len(own.claim([a_work(1, "other")], 1).claims) == 1


def test_other_audio_under_the_same_name_does_not_overwrite(store: Store) -> None:
    first, second = ledger(store), ledger(store)
    one = a_work(1)
    other = Work("sha9", "call1", "call1-x", Path("elsewhere/1.wav"))
    first.enqueue([one])
    second.enqueue([other])
    (a,) = first.claim([one], 1).claims
    (b,) = second.claim([other], 1).claims
    assert (a.call_id, b.call_id) == ("call1", "call1-x")
    first.save(a, failure_of(a))
    mended = Work("sha10", "call1", "call1-x", Path("1.wav"))
    second.enqueue([mended])
    (c,) = second.claim([mended], 1).claims
    assert c.call_id == "call1-x"  # the failed call was stored without a path


def test_a_call_that_was_removed_is_not_brought_back(store: Store) -> None:
    own = ledger(store)
    own.enqueue([a_work(1)])
    (claim,) = own.claim([a_work(1)], 1).claims
    store.delete_call("call1")
    assert not own.save(claim, result_of(claim))
    assert store.count() == 0


def test_leaving_puts_everything_back(store: Store) -> None:
    works = tuple(a_work(number) for number in range(1203))
    with ledger(store) as own:
        own.enqueue(works)
        assert len(own.claim(works, 700).claims) == 700
    other = ledger(store)
    taken = other.claim(works, 2000)
    assert len(taken.claims) == 1203
    assert {claim.interruptions for claim in taken.claims} == {0}
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT owner_id FROM work_owners").scalars().all()
    assert rows == [other.owner.owner_id]


def test_many_runs_at_once_do_every_call_once(store: Store) -> None:
    works = tuple(a_work(number) for number in range(60))
    done: Counter[str] = Counter()
    lock = threading.Lock()

    def work() -> None:
        with WorkLedger(store, lease_s=LEASE_S, owner=elsewhere()) as own:
            own.enqueue(works)
            while claims := own.claim(works, 3).claims:
                for claim in claims:
                    if own.save(claim, result_of(claim)):
                        with lock:
                            done[claim.sha256] += 1

    runs = [threading.Thread(target=work) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert done == Counter({own.sha256: 1 for own in works})
    assert store.count() == 60
