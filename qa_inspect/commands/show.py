"""``qa-inspect show CALL``: one call with its transcript, scorecard, flags and evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from qa_inspect.commands import options
from qa_inspect.commands.render import (
    ROLE_STYLE,
    SEVERITY_STYLE,
    STATUS_STYLE,
    clock,
    console,
    emit_json,
)
from qa_inspect.domain import CallResult, CheckResult, CheckStatus, Evidence, Flag
from qa_inspect.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from qa_inspect.store.results import Store

EPILOG = """\b
Examples:
  qa-inspect show call-0017
  qa-inspect show call-0017 --item restate_problem
  qa-inspect show call-0017 --json
"""


@click.command("show", epilog=EPILOG)
@click.argument("call_id", metavar="CALL")
@options.db_option
@click.option(
    "--item", metavar="ITEM", help="Explain one item or flag: what was looked for, where."
)
@options.json_option
def command(call_id: str, db: str, item: str | None, as_json: bool) -> None:
    """Show one call: transcript with roles and times, scorecard, flags, evidence."""
    from qa_inspect.store.results import open_store

    with open_store(db, create=False) as store:
        call = find_call(store, call_id)
    if item:
        from qa_inspect.rubric.explain import explain

        click.echo(explain(call, item))
    elif as_json:
        from qa_inspect.report.rows import call_document

        emit_json(call_document(call))
    else:
        _print(call, console())


def find_call(store: Store, call_id: str) -> CallResult:
    """The call of that id.

    Raises:
        InputError: there is none; near names are suggested.
    """
    call = store.load_call(call_id)
    if call is not None:
        return call
    from difflib import get_close_matches

    near = get_close_matches(call_id, store.call_ids(), n=3)
    raise InputError(
        f"no call {call_id!r} in this database",
        where=store.where,
        cure=f"did you mean {', '.join(near)}?" if near else "`qa-inspect flags` lists calls",
    )


def _print(call: CallResult, out: Console) -> None:
    from rich.rule import Rule
    from rich.text import Text

    meta, transcript, verdict = call.recording.metadata, call.transcript, call.verdict
    out.print(Text(call.recording.call_id, style="bold"))
    facts = {
        "recording": str(call.recording.path or "imported transcript"),
        "agent": " ".join(
            filter(None, [meta.agent_id, meta.agent_name and f"({meta.agent_name})"])
        ),
        "team": meta.team,
        "customer": meta.customer_id,
        "started": meta.started_at and meta.started_at.isoformat(sep=" ", timespec="minutes"),
        "language": meta.language,
        "length": transcript and clock(transcript.duration_s),
        "models": ", ".join(call.models.values()),
    }
    for name, value in facts.items():
        if value:
            out.print(Text.assemble((f"{name:>10}  ", "dim"), str(value)))
    if transcript is None:
        out.print(Text(f"    failed  {call.error}", style="red"))
        return
    score = "–" if verdict.score is None else f"{verdict.score:.0f} of 100"
    out.print(Text.assemble(("     score  ", "dim"), (score, "bold")))
    if transcript.needs_review:
        sure = f"{transcript.role_confidence:.0%}"
        out.print(Text(f"    review  who is agent and who is customer is {sure} sure", "yellow"))
    for note in transcript.notes:
        out.print(Text(f"      note  {note}", style="dim"))
    if verdict.flags:
        out.print(Rule("Flags", align="left"))
        for flag in verdict.flags:
            _print_flag(flag, out)
    for rubric in verdict.rubrics:
        points = "no score" if rubric.score is None else f"{rubric.score:.0f}"
        out.print(Rule(f"{rubric.name} {rubric.version}: {points}", align="left"))
        for check in verdict.checks:
            if check.rubric == rubric.name:
                _print_check(check, out)
    out.print(Rule("Transcript", align="left"))
    for said in transcript.utterances:
        style = ROLE_STYLE[said.role]
        out.print(
            Text.assemble(
                (f"{clock(said.start_s):>6} ", "dim"), (f"{said.role:<9}", style), said.text
            )
        )


def _print_flag(flag: Flag, out: Console) -> None:
    from rich.text import Text

    head = f"{flag.severity:<9}{flag.flag} ({flag.confidence:.0%})"
    out.print(Text.assemble((head, SEVERITY_STYLE[flag.severity]), f"  {flag.explanation}"))
    _print_evidence(flag.evidence, out)


def _print_check(check: CheckResult, out: Console) -> None:
    from rich.text import Text

    counted = check.status in (CheckStatus.PASS, CheckStatus.FAIL)
    points = f"{check.points:g}/{check.max_points:g}" if counted else "–"
    status = check.status.replace("_", " ")
    line = Text.assemble(
        (f"{status:<15}", STATUS_STYLE[check.status]),
        f"{check.item:<22}{points:>7}  ",
        (check.explanation, "dim" if check.status is CheckStatus.NOT_APPLICABLE else ""),
    )
    out.print(line)
    _print_evidence(check.evidence, out)


def _print_evidence(evidence: tuple[Evidence, ...], out: Console) -> None:
    from rich.text import Text

    for piece in evidence[:3]:
        out.print(Text(f"{clock(piece.start_s):>22}  “{piece.quote}”", style="italic"))
    if len(evidence) > 3:
        out.print(Text(f"{'':>22}  and {len(evidence) - 3} more", style="dim"))
