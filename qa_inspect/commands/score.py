"""``qa-inspect score``: judges stored calls again, without audio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click

from qa_inspect.commands import options
from qa_inspect.commands.main import EXIT_STOPPED
from qa_inspect.commands.render import Column, calls, emit, say
from qa_inspect.rubric.wording import count

if TYPE_CHECKING:
    from qa_inspect.batch.changes import Rescored

EPILOG = """\b
Examples:
  qa-inspect score
  qa-inspect score --rubric rubrics/support.en.yaml --diff --dry-run
  qa-inspect score --since 2026-11-01 --diff --json
"""

COLUMNS = (
    Column("call_id", "Call"),
    Column("agent_id", "Agent"),
    Column("score_before", "Before", right=True),
    Column("score_after", "After", right=True),
    Column("moved", "Items that changed", wrap=True),
    Column("flags_gained", "Flags gained", wrap=True),
    Column("flags_lost", "Flags lost", wrap=True),
)


@click.command("score", epilog=EPILOG)
@options.db_option
@options.rubric_option
@options.since_option
@click.option("--diff", is_flag=True, help="List the calls whose score, checks or flags change.")
@click.option("--dry-run", is_flag=True, help="Keep the old verdicts; only show what would move.")
@click.option(
    "--jobs", type=click.IntRange(1, 64), metavar="N", help="Processes at once. Default: the cores."
)
@options.format_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    db: str,
    rubrics: tuple[str, ...],
    since: datetime | None,
    diff: bool,
    dry_run: bool,
    jobs: int | None,
    output: str,
) -> None:
    """Score stored calls again with the rubrics as they are now. Needs no audio."""
    from qa_inspect.batch.inspect import Judge
    from qa_inspect.batch.rescore import rescore
    from qa_inspect.store.results import CallQuery, open_store

    judge = Judge(rubrics)
    judge.check()
    tally = _Tally()
    moved: list[Rescored] = []
    with open_store(db, create=False) as store:
        query = CallQuery(since=since)
        try:
            for change in rescore(store, judge, query, write=not dry_run, jobs=jobs):
                tally.add(change)
                if change.changed:
                    moved.append(change)
        except KeyboardInterrupt:
            kept = "Nothing was kept." if dry_run else "What was scored is kept; score again."
            say(f"\nStopped after {calls(tally.calls)}. {kept}", fg="yellow")
            ctx.exit(EXIT_STOPPED)
    if diff or output != "table":
        rows = [change.to_dict() for change in moved]
        if output == "table":
            shown = zip(rows, moved, strict=True)
            rows = [row | {"moved": _moved(change)} for row, change in shown]
        emit(rows, COLUMNS, output, "No call changes.")
    verb = "would change" if dry_run else "changed"
    say(f"{tally}, {len(moved)} {verb}.")
    for problem in tally.problems():
        say(problem, fg="yellow")


class _Tally:
    """Counts what became of calls: judged, in other languages, with items that went wrong."""

    def __init__(self) -> None:
        self.calls = 0
        self._unjudged: Counter[str] = Counter()
        self._wrong: Counter[str] = Counter()
        self._with_wrong = 0

    def add(self, change: Rescored) -> None:
        """Counts a call."""
        self.calls += 1
        if not change.judged:
            self._unjudged[change.language or "unknown"] += 1
        self._wrong.update(change.went_wrong)
        self._with_wrong += bool(change.went_wrong)

    def __str__(self) -> str:
        others = self._unjudged.total()
        judged = f"{calls(self.calls - others)} judged"
        if not others:
            return judged
        return f"{judged}, {others} in other languages ({', '.join(sorted(self._unjudged))})"

    def problems(self) -> Iterator[str]:
        """What a person should know before trusting the verdicts."""
        if self.calls and self._unjudged.total() == self.calls:
            spoken = ", ".join(sorted(self._unjudged))
            yield (
                "No stored call is in the language of these rubrics: the calls are in "
                f"{spoken}. Look at `language:` in the rubric."
            )
        if self._wrong:
            items = count(len(self._wrong), "item")
            named = ", ".join(name for name, _ in self._wrong.most_common(3))
            yield (
                f"{items} went wrong in {calls(self._with_wrong)} and count there on neither side: "
                f"{named}. `qa-inspect explain CALL ITEM` says why."
            )


def _moved(change: Rescored) -> list[str]:
    """Verdicts in the words of ``show``; the rubric where two rubrics have such an item."""
    return [
        f"{f'{c.rubric}.' if c.shared else ''}{c.item} {_word(c.before, 'new')} → "
        f"{_word(c.after, 'gone')}"
        for c in change.checks
    ]


def _word(status: str | None, absent: str) -> str:
    return status.replace("_", " ") if status else absent
