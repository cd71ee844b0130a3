"""One command's worth of inspecting: its workers, its database, and one round of work or many.

This module does not know options as people write them, nor what is told at the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from qa_inspect.batch.drift import Before
from qa_inspect.batch.night import Night, NightCounter
from qa_inspect.commands.main import EXIT_SOME_FAILED, EXIT_STOPPED
from qa_inspect.commands.render import say
from qa_inspect.commands.run_night import Tonight
from qa_inspect.commands.run_summary import kept
from qa_inspect.commands.run_words import tell_forecast
from qa_inspect.config import Config
from qa_inspect.domain import CallResult, Recording
from qa_inspect.errors import QaInspectError

if TYPE_CHECKING:
    from qa_inspect.audio.intake import Intake
    from qa_inspect.batch.local import BatchSummary, Plan, Progress
    from qa_inspect.batch.remembered import RememberedFiles
    from qa_inspect.batch.stopping import Stop
    from qa_inspect.batch.supervisor import Supervisor
    from qa_inspect.store.ledger import RunSummary
    from qa_inspect.store.results import Store

_UNTOLD = ("db", "as_json", "log_format", "metrics", "notify")
"""Options that say nothing about results; addresses for notices may hold passwords."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to: its counts and figures, those of the ``tonight`` so far and of
    earlier nights, what has become unusual, and the seconds until its first call could begin."""

    summary: BatchSummary
    night: Night
    tonight: Night
    earlier: Before
    warnings: tuple[str, ...]
    opening_s: float


class _Hand:
    """The round in hand: its plan, its row in the ledger, what was counted so far, and when it was
    planned and its first call could begin (monotonic seconds)."""

    def __init__(self, plan: Plan) -> None:
        from qa_inspect.batch.local import Tally

        self.plan = plan
        self.run_id: int | None = None
        self.counter = NightCounter()
        self.tally = Tally()
        self.planned_s = time.monotonic()
        self._began_s: float | None = None

    def begin(self) -> None:
        """Calls can be inspected now."""
        self._began_s = time.monotonic()

    @property
    def began_s(self) -> float:
        """When the first call could begin: now, where it cannot yet."""
        return time.monotonic() if self._began_s is None else self._began_s


class Session:
    """Workers that stay open from round to round. Use it in a ``with``."""

    def __init__(
        self,
        given: dict[str, Any],
        config: Config,
        stop: Stop,
        progress: Progress,
        files: RememberedFiles,
    ) -> None:
        self._given = given
        self._config = config
        self._stop = stop
        self._progress = progress
        self._files = files
        self._opened = ExitStack()
        self._executor: Supervisor | None = None
        self._tonight = Tonight()

    def __enter__(self) -> Self:
        from qa_inspect.batch.inspect import Inspector

        self._inspector = Inspector(self._config, self._given["rubrics"])
        self._inspector.judge.check()
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.close()

    def inspect(self, intake: Intake) -> Round:
        """Inspect what is new among these recordings.

        Raises StartError: before anything was written, or with what was stored safe; ``began``
        tells which.
        """
        hand = _Hand(plan_of(self._given, intake))
        try:
            return self._inspect(hand, intake)
        except BaseException as error:
            self._break_off(hand, intake, error)
            raise

    @property
    def in_hand(self) -> int:
        """How many calls are finished even when the run is told to stop now."""
        return 0 if self._executor is None else self._executor.in_hand

    def _inspect(self, hand: _Hand, intake: Intake) -> Round:
        from qa_inspect.batch.local import run_batch
        from qa_inspect.store import ledger
        from qa_inspect.store.results import open_store

        plan = hand.plan
        if plan.due and not self._stop.reason:
            self._make_ready(plan)
        with open_store(self._given["db"]) as store:
            settings = _settings(self._given)
            if not self._stop.reason:
                tell_forecast(settings, store, len(plan.due), self._stop.deadline)
            self._tonight.begin(store, datetime.now().astimezone())
            if plan.due or plan.unread:
                hand.run_id = ledger.start_run(store, settings)
            self.began = True
            self._files.keep(store)
            hand.begin()
            summary = run_batch(
                plan,
                self._inspector,
                store,
                run_id=hand.run_id,
                stop=self._stop,
                progress=_Counting(self._progress, hand),
                executor=self._executor,
                tally=hand.tally,
            )
            done = self._round(hand, summary)
            if hand.run_id is not None:
                ledger.finish_run(store, hand.run_id, _entry(done, intake))
        return done

    def _break_off(self, hand: _Hand, intake: Intake, error: BaseException) -> None:
        """Keeps what was counted; closes the run's row where the database still lets it."""
        from qa_inspect.batch.local import summed_up
        from qa_inspect.store import ledger
        from qa_inspect.store.results import open_store

        at_once = isinstance(error, KeyboardInterrupt)
        if not at_once:
            self._stop.request(why(error))
        spent_s = time.monotonic() - hand.began_s
        summary = summed_up(hand.plan, hand.tally, 0, 0, self._stop.reason, spent_s)
        self.unfinished = self._round(hand, summary)
        if hand.run_id is None:
            return
        entry = _entry(self.unfinished, intake, broken=not at_once)
        with suppress(QaInspectError), open_store(self._given["db"], create=False) as store:
            ledger.finish_run(store, hand.run_id, entry)

    def _round(self, hand: _Hand, summary: BatchSummary) -> Round:
        night = hand.counter.night()
        fresh = self._tonight.add(night)
        beside = (self._tonight.so_far, self._tonight.earlier, fresh)
        return Round(summary, night, *beside, hand.began_s - hand.planned_s)

    unfinished: Round | None = None
    """What came of the round that broke off, None where none did."""

    began = False
    """Whether anything was written yet."""

    def _make_ready(self, plan: Plan) -> None:
        if self._executor is None:
            say("loading models…", dim=True)
            self._executor = self._opened.enter_context(self._workers(plan))
        self._executor.ready(len(plan.due))

    def _workers(self, plan: Plan) -> AbstractContextManager[Supervisor]:
        from qa_inspect.batch.canary import open_and_hear
        from qa_inspect.batch.processes import supervised

        names = self._inspector.judge.rubric_names
        if self._given["executor"] == "ray":
            from qa_inspect.batch.ray import on_ray

            paths = (recording.path for recording in plan.due)
            probe = next((path for path in paths if path is not None and path.exists()), None)
            return on_ray(self._config, names, open_and_hear, probe=probe, tell=_warn)
        return supervised(self._config, names, open_and_hear)


def _warn(text: str) -> None:
    say(f"warning: {text}", fg="yellow")


class _Counting:
    """Progress that also counts what came of the round in hand."""

    def __init__(self, shown: Progress, hand: _Hand) -> None:
        self._shown = shown
        self._hand = hand
        self.begin = shown.begin
        self.end = shown.end

    def done(self, result: CallResult) -> None:
        """Count the call and show it."""
        self._hand.counter.add(result)
        self._shown.done(result)


def plan_of(given: dict[str, Any], intake: Intake) -> Plan:
    """What a run would do with these recordings."""
    from qa_inspect.batch.local import plan_run
    from qa_inspect.store.results import check_place, is_there, open_store

    check_place(given["db"])
    with ExitStack() as opened:
        store = None
        if is_there(given["db"]):
            store = opened.enter_context(open_store(given["db"], create=False))
        chosen = {"retry_failed": given["retry_failed"], "limit": given["limit"]}
        plan = plan_run(intake.recordings, store, order=_order(given, store), **chosen)
        return replace(plan, unread=len(intake.unread))


def _order(
    given: dict[str, Any], store: Store | None
) -> Callable[[Sequence[Recording]], Sequence[Recording]]:
    """The order of what is due: by value where not all may be reached, else as given."""
    if not given["deadline"] and not given["limit"]:
        return tuple
    from qa_inspect.batch.priorities import AgentPast, Known, by_value
    from qa_inspect.store.standing import customers_heard, flagged_by_agent

    known = Known()
    if store is not None:
        agents = {agent: AgentPast(*past) for agent, past in flagged_by_agent(store).items()}
        known = Known(agents, customers_heard(store))
    return lambda due: by_value(due, known)


def why(error: BaseException) -> str:
    """Why a run broke off, in words that go after "because"; without names of files."""
    if isinstance(error, QaInspectError):
        return error.problem
    return f"of an unforeseen error ({type(error).__name__})"


def _entry(done: Round, intake: Intake, *, broken: bool = False) -> RunSummary:
    from qa_inspect.store.ledger import Outcome, RunSummary

    summary = done.summary
    outcome = Outcome.SOME_FAILED if summary.failed else Outcome.DONE
    if summary.cut_short:
        outcome = Outcome.STOPPED
    return RunSummary(
        outcome=Outcome.FAILED if broken else outcome,
        found=len(intake.recordings),
        known=summary.known,
        duplicates=len(intake.duplicates),
        done=summary.done,
        failed=len(summary.failed),
        needs_review=summary.needs_review,
        left=summary.left,
        audio_s=summary.audio_s,
        elapsed_s=summary.wall_s,
        details={
            "flags": summary.flags,
            "stopped": summary.stopped,
            "lost_attempts": summary.lost_attempts,
            "unread": summary.unread,
            "unsettled": summary.unsettled,
            **kept(done.night, done.warnings),
        },
    )


def exit_code(summary: BatchSummary) -> int:
    """4 when stopped with work left, 3 when calls failed, else 0."""
    if summary.cut_short:
        return EXIT_STOPPED
    return EXIT_SOME_FAILED if summary.failed else 0


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in given.items() if name not in _UNTOLD}
    return told | {
        "manifest": str(given["manifest"] or ""),
        "vocabulary": str(given["vocabulary"] or ""),
        "begun_local": datetime.now().astimezone().isoformat(),
    }
