"""``qa-inspect show [CALL]``: one call with all that is known of it, or a list of calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import options
from qa_inspect.commands.call_strip import lanes
from qa_inspect.commands.render import (
    ROLE_STYLE,
    SEVERITY_STYLE,
    STATUS_STYLE,
    Column,
    clock,
    console,
    emit,
    emit_json,
)
from qa_inspect.commands.small_charts import bar, drawn
from qa_inspect.domain import (
    AutoFail,
    CallResult,
    CheckResult,
    CheckStatus,
    Evidence,
    Flag,
    RubricScore,
    Transcript,
    Verdict,
)
from qa_inspect.errors import InputError
from qa_inspect.rubric.basis import basis, is_judged
from qa_inspect.rubric.masking import masked_call
from qa_inspect.rubric.wording import cited, count, length, number, percent, quote

if TYPE_CHECKING:
    from rich.console import Console

    from qa_inspect.store.results import Store

_FRAGILE = "fragile: "
_LANE_WIDTH = 72
CERTAIN_ROLES = 0.9
"""Confidence (0–1) from which roles are not why a call needs review."""

COLUMNS = (
    Column("call_id", "Call"),
    Column("agent", "Agent", most=24, spare=2),
    Column("started_at", "Started", spare=1),
    Column("duration_s", "Seconds", right=True, spare=4),
    Column("language", "Language", spare=3),
    Column("score", "Score", right=True),
    Column("flags", "Flags", wrap=True),
    Column("needs_review", "Review", styles={"yes": "yellow"}),
    Column("status", "Status", styles={"failed": "red"}),
)

EPILOG = """\b
Examples:
  qa-inspect show
  qa-inspect show call-0017
  qa-inspect show call-0017 --item restate_problem
  qa-inspect show call-0017 --json
"""


@click.command("show", epilog=EPILOG)
@click.argument("call_id", required=False, metavar="[CALL]")
@options.db_option
@click.option(
    "--item", metavar="ITEM", help="Explain one item or flag: what was looked for, where."
)
@options.format_options
def command(call_id: str | None, db: str, item: str | None, output: str) -> None:
    """Show one call: transcript with roles and times, scorecard, flags, evidence.

    Without CALL, list the calls there are.
    """
    from qa_inspect.store.results import open_store

    if call_id is None and item:
        raise click.UsageError("--item needs a CALL")
    with open_store(db, create=False) as store:
        if call_id is None:
            rows = [_row(call) for call in store.calls(words=False)]
            emit(rows, COLUMNS, output, "No calls yet.")
            return
        call = find_call(store, call_id)
        if output == "csv":
            raise click.UsageError("one call has no table; use --json, or `qa-inspect export`")
        text = explain_call(call, item, store=store) if item else ""
    if item:
        if output == "json":
            emit_json({"call_id": call_id, "item": item, "explanation": text})
        else:
            click.echo(text)
    elif output == "json":
        from qa_inspect.report.rows import call_document

        emit_json(call_document(call))
    else:
        _print(call, console())


def explain_call(
    call: CallResult, item: str, rubrics: Sequence[str] = (), store: Store | None = None
) -> str:
    """How an item or a flag came out, in words. ``rubrics`` default to the packs. ``store`` tells
    the call's history to a flag that was not raised.

    Raises:
        InputError: the call has no verdict of that name, or was not judged by that rubric yet.
    """
    from qa_inspect.batch.inspect import Judge
    from qa_inspect.batch.unraised import unraised
    from qa_inspect.config import DEFAULT_PACKS
    from qa_inspect.rubric.explain import explain
    from qa_inspect.rubric.load import load_for_call

    language = call.transcript.language if call.transcript else ""
    names = rubrics or DEFAULT_PACKS
    answer = None if store is None else unraised(store, call, Judge(names))
    return explain(call, item, load_for_call(names, language).rubrics, answer)


def _row(call: CallResult) -> dict[str, Any]:
    meta, transcript = call.recording.metadata, call.transcript
    return {
        "call_id": call.recording.call_id,
        "agent": meta.agent_name or meta.agent_id,
        "started_at": meta.started_at and meta.started_at.isoformat(timespec="minutes"),
        "duration_s": transcript and transcript.duration_s,
        "language": meta.language,
        "score": call.verdict.score,
        "flags": sorted(flag.flag for flag in call.verdict.flags),
        "needs_review": bool(transcript and transcript.needs_review),
        "status": str(call.status),
    }


def find_call(store: Store, call_id: str) -> CallResult:
    """The call of that id.

    Raises:
        InputError: there is none; near names are suggested.
    """
    call = store.load_call(call_id)
    if call is not None:
        return call
    from difflib import get_close_matches

    near = [f"“{one}”" for one in get_close_matches(call_id, store.call_ids(), n=3)]
    raise InputError(
        f"no call {call_id!r} in this database",
        where=store.where,
        cure=f"did you mean {', '.join(near)}?" if near else "`qa-inspect show` lists calls",
    )


def _print(call: CallResult, out: Console) -> None:
    from rich.text import Text

    from qa_inspect.report.risk import risk_of
    from qa_inspect.report.rows import notes_of

    call = masked_call(call)
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
        "length": transcript and transcript.duration_s and length(transcript.duration_s),
        "models": ", ".join(call.models.values()),
    }
    for name, value in facts.items():
        if value:
            out.print(Text.assemble((f"{name:>10}  ", "dim"), str(value)))
    if transcript is None:
        out.print(Text(f"    failed  {call.error}", style="red"))
        return
    score = "–" if verdict.score is None else f"{verdict.score:.0f} of 100"
    out.print(Text.assemble(("     score  ", "dim"), (score, "bold"), _basis(verdict)))
    risk = risk_of(call)
    if risk.parts:
        signs = ", ".join(part.reason for part in risk.parts)
        out.print(
            Text.assemble(
                ("      risk  ", "dim"), (f"{risk.value:.0f} of 100", "bold"), f": {signs}"
            )
        )
    if transcript.needs_review:
        sure = f"{transcript.role_confidence:.0%}"
        known = transcript.role_confidence >= CERTAIN_ROLES
        why = "see the notes" if known else f"who is agent and who is customer is {sure} sure"
        out.print(Text(f"    review  a person should look: {why}", "yellow"))
    for note in notes_of(call):
        out.print(Text(f"      note  {note}", style="dim"))
    _print_verdict(verdict, transcript.language, out)
    _print_heading("Transcript", out)
    _print_lanes(transcript, out)
    for said in transcript.utterances:
        style = ROLE_STYLE[said.role]
        out.print(
            Text.assemble(
                (f"{clock(said.start_s):>6} ", "dim"), (f"{said.role:<9}", style), said.text
            )
        )


def _print_lanes(transcript: Transcript, out: Console) -> None:
    from rich.text import Text

    if not drawn():
        return
    width = min(_LANE_WIDTH, max(10, out.width - 24))
    for lane in lanes(transcript.utterances, transcript.duration_s, width):
        share = f" {lane.share:.0%} of the talk"
        out.print(
            Text.assemble(
                (f"{lane.role:>9} ", "dim"), (lane.slices, ROLE_STYLE[lane.role]), (share, "dim")
            )
        )


def _print_heading(text: str, out: Console) -> None:
    from rich.rule import Rule

    out.print()
    out.print(Rule(text, align="left"))


def _basis(verdict: Verdict) -> str:
    """On how much a score rests, where not all items were judged: ``, on 73 of 113 points; …``."""
    rests = basis(verdict)
    if verdict.score is None or not rests.left:
        return ""
    points = f"on {number(rests.judged)} of {number(rests.most)} points"
    return f", {points}; {count(rests.left, 'item')} could not be judged"


def _print_verdict(verdict: Verdict, language: str, out: Console) -> None:
    from rich.text import Text

    if verdict.flags:
        _print_heading("Flags", out)
        for flag in verdict.flags:
            _print_flag(flag, out)
    for rubric in verdict.rubrics:
        checks = [check for check in verdict.checks if check.rubric == rubric.name]
        if not checks and rubric.score is None:
            continue
        points = "too little to score" if rubric.score is None else f"{rubric.score:.0f}"
        band = f", {rubric.band}" if rubric.band else ""
        _print_heading(f"{rubric.name} {rubric.version}: {points}{band}", out)
        for check in checks:
            _print_check(check, out)
        for line in _sections(rubric, checks, language):
            out.print(Text(line, style="dim"))
    fragile = sum(bool(check.fragile) for check in verdict.checks)
    if fragile:
        told = f"{count(fragile, 'verdict is', 'verdicts are')} fragile"
        out.print(Text(f"{told}; `qa-inspect explain CALL ITEM` says why.", "yellow"))


def _sections(score: RubricScore, checks: Sequence[CheckResult], language: str) -> Iterator[str]:
    """A line for each section: its points, and what it weighs where its pack is as it was then."""
    from qa_inspect.config import DEFAULT_PACKS
    from qa_inspect.rubric.load import load_for_call
    from qa_inspect.rubric.marking import part_earned

    named = [name for name in dict.fromkeys(check.section for check in checks) if name]
    packs = load_for_call(DEFAULT_PACKS, language).rubrics if named else ()
    same = [pack for pack in packs if (pack.name, pack.version) == (score.name, score.version)]
    weights = {section.id: section.weight for pack in same for section in pack.sections}
    for name in named:
        own = [check for check in checks if check.section == name and is_judged(check)]
        most = sum(check.max_points for check in own)
        zeroed = any(check.auto_fail is AutoFail.SECTION for check in own)
        earned = 0.0 if zeroed else max(0.0, sum(check.points for check in own))
        part = f": {part_earned(earned, most) * 100:.1f} of 100" if most else ""
        weight = f", weight {number(weights[name])}" if name in weights else ""
        chart = f"  {bar(part_earned(earned, most))}" if most and drawn() else ""
        yield f"section {name} {number(earned)}/{number(most)}{part}{weight}{chart}"


def _print_flag(flag: Flag, out: Console) -> None:
    from rich.text import Text

    head = f"{flag.severity:<9}{flag.flag} (sure {percent(flag.confidence)})"
    out.print(Text.assemble((head, SEVERITY_STYLE[flag.severity]), f"  {flag.explanation}"))
    _print_evidence(flag.evidence, flag.explanation, out)


def _print_check(check: CheckResult, out: Console) -> None:
    from rich.text import Text

    counted = check.status in (CheckStatus.PASS, CheckStatus.FAIL)
    points = _points(check) if counted else "–"
    status = "partly" if check.is_partly else check.status.replace("_", " ")
    style = STATUS_STYLE["partly" if check.is_partly else check.status]
    line = Text.assemble(
        (f"{status:<15}", style),
        f"{check.item:<22}{points:>7}  ",
        (_FRAGILE if check.fragile else "", "yellow"),
        (_auto_fail(check), "red"),
        (check.explanation, "dim" if check.status is CheckStatus.NOT_APPLICABLE else ""),
    )
    out.print(line)
    _print_evidence(check.evidence, check.explanation, out)


def _points(check: CheckResult) -> str:
    """``3/5``; of a penalty only what it took away."""
    most = f"/{number(check.max_points)}" if check.max_points else ""
    return f"{number(check.points)}{most}"


def _auto_fail(check: CheckResult) -> str:
    reach = {AutoFail.SECTION: "takes its section to zero: ", AutoFail.FORM: "takes all to zero: "}
    return "" if check.auto_fail is None else reach[check.auto_fail]


def _print_evidence(evidence: tuple[Evidence, ...], told: str, out: Console) -> None:
    """The proof that ``told``, the sentence above it, does not quote already."""
    from rich.text import Text

    left = [piece for piece in evidence if cited(piece) not in told]
    for piece in left[:3]:
        out.print(Text(f"{clock(piece.start_s):>22}  {quote(piece.quote)}", style="italic"))
    if len(left) > 3:
        out.print(Text(f"{'':>22}  and {len(left) - 3} more", style="dim"))
