"""One command's worth of inspecting: its workers, its database, and one round of work or many.

This module does not know options as people write them, nor what is told at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from qa_inspect.batch.drift import Before, before, night_of, warnings
from qa_inspect.batch.night import Night, NightCounter
from qa_inspect.commands.main import EXIT_SOME_FAILED, EXIT_STOPPED
from qa_inspect.commands.render import say
from qa_inspect.commands.run_summary import figures, kept
from qa_inspect.commands.run_words import tell_forecast
from qa_inspect.config import Config
from qa_inspect.domain import CallResult, Recording

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
_NIGHTS_OF_RUNS = 500
"""Runs looked back on: a watched folder may make many in a night."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to: its counts, its figures, those of earlier nights, and what is
    unusual."""

    summary: BatchSummary
    night: Night
    earlier: Before
    warnings: tuple[str, ...]


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
        from qa_inspect.batch.local import run_batch
        from qa_inspect.store import ledger
        from qa_inspect.store.results import open_store

        plan = plan_of(self._given, intake)
        if plan.due and not self._stop.reason:
            self._make_ready(plan)
        counter = NightCounter()
        with open_store(self._given["db"]) as store:
            settings = _settings(self._given)
            if not self._stop.reason:
                tell_forecast(settings, store, len(plan.due), self._stop.deadline)
            earlier = before(
                figures(ledger.runs(store, limit=_NIGHTS_OF_RUNS)),
                night_of(datetime.now().astimezone()),
            )
            run_id = ledger.start_run(store, settings) if plan.due or plan.unread else None
            self.began = True
            self._files.keep(store)
            summary = run_batch(
                plan,
                self._inspector,
                store,
                run_id=run_id,
                stop=self._stop,
                progress=_Counting(self._progress, counter),
                executor=self._executor,
            )
            night = counter.night()
            unusual = warnings(night, earlier)
            if run_id is not None:
                entry = _entry(summary, intake, kept(night, unusual))
                ledger.finish_run(store, run_id, entry)
        return Round(summary, night, earlier, unusual)

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
    """Progress that also counts the night's figures."""

    def __init__(self, shown: Progress, counter: NightCounter) -> None:
        self._shown = shown
        self._counter = counter
        self.begin = shown.begin
        self.end = shown.end

    def done(self, result: CallResult) -> None:
        """Count the call and show it."""
        self._counter.add(result)
        self._shown.done(result)


def plan_of(given: dict[str, Any], intake: Intake) -> Plan:
    """What a run would do with these recordings."""
    from qa_inspect.batch.local import plan_run
    from qa_inspect.store.results import check_place, open_store

    check_place(given["db"])
    with ExitStack() as opened:
        store = None
        if _exists(given["db"]):
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


def _exists(db: str) -> bool:
    return "://" in db or Path(db).exists()


def _entry(summary: BatchSummary, intake: Intake, further: dict[str, Any]) -> RunSummary:
    from qa_inspect.store.ledger import Outcome, RunSummary

    outcome = Outcome.SOME_FAILED if summary.failed else Outcome.DONE
    return RunSummary(
        outcome=Outcome.STOPPED if summary.cut_short else outcome,
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
            **further,
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
