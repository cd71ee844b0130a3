"""``qa-inspect import-transcripts``: calls that were transcribed elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa_inspect.commands import options
from qa_inspect.commands.render import emit_json, say
from qa_inspect.domain import CallStatus
from qa_inspect.errors import InputError
from qa_inspect.rubric.wording import count

if TYPE_CHECKING:
    from qa_inspect.batch.imports import ImportedCall
    from qa_inspect.store.results import Store

EPILOG = """\b
Examples:
  qa-inspect import-transcripts calls.jsonl
  qa-inspect import-transcripts calls.jsonl --rubric support --json

\b
One line:
  {"call_id": "c1", "language": "en", "agent_id": "A17", "team": "red",
   "started_at": "2026-11-20T09:14:00+08:00",
   "turns": [{"role": "agent", "text": "Thank you for calling…",
              "start_s": 0.4, "end_s": 2.9}, …]}

\b
Fields of a line:
  call_id     required; the call's name, used once
  language    required; a code such as en, zh, id, vi, th or ms
  turns       required; the turns in order
  agent_id, agent_name, team, market, customer_id, topic
              as in a manifest; scorecards are by agent, team and market
  started_at  2026-11-20T09:14:00+08:00; without it a call is in no period,
              no trend and no history
  csat, nps   what the customer answered: 1 to 5, 0 to 10
  direction   inbound or outbound
  channels    not needed for text
  any other   kept beside the call, for `metadata` checks

\b
Fields of a turn:
  text        required; what was said
  role        agent, customer, other or unknown
  speaker     where no role is known: any label of the voice; who is the
              agent is then worked out from what is said
  start_s, end_s
              seconds from the start of the call; without them pauses,
              pace and interruptions cannot be judged
"""


@click.command("import-transcripts", epilog=EPILOG)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.jsonl")
@options.db_option
@options.rubric_option
@options.json_option
def command(file: Path, db: str, rubrics: tuple[str, ...], as_json: bool) -> None:
    """Judge calls from text: one JSON object a line, with turns that name a role or a speaker.

    Lines imported before are left alone; a call whose text has changed is judged anew and
    replaced. Checks that need sound or times answer not_applicable.
    """
    from qa_inspect.batch.imports import judge_imported, read_transcripts
    from qa_inspect.batch.inspect import Judge
    from qa_inspect.batch.settling import settle_histories
    from qa_inspect.batch.vectors import KeptSentences
    from qa_inspect.commands.progress import progress
    from qa_inspect.config import Config
    from qa_inspect.report.kept_figures import prepare
    from qa_inspect.store.results import open_store

    calls = read_transcripts(file)
    judge = Judge(rubrics)
    judge.check()
    config, shown, review = Config(), progress(), 0
    with open_store(db) as store:
        vectors = judge.vectors = KeptSentences(store)
        known = {sha for sha, call in store.known().items() if call.status is CallStatus.OK}
        due = [call for call in calls if call.recording.sha256 not in known]
        _refuse_recordings(due, store)
        shown.begin(len(due))
        try:
            for call in due:
                result = judge_imported(call, judge, config)
                store.save_call(result)
                vectors.flush()
                shown.done(result)
                review += bool(result.transcript and result.transcript.needs_review)
        finally:
            shown.end()
        settle_histories(store, judge)
        prepare(store)
    if as_json:
        emit_json({"imported": len(due), "already": len(calls) - len(due), "needs_review": review})
        return
    there = count(len(calls) - len(due), "was", "were")
    click.echo(f"Imported {count(len(due), 'call')}; {there} already there.")
    if review:
        say(f"{count(review, 'needs', 'need')} a person's review of who is who.", fg="yellow")


def _refuse_recordings(due: list[ImportedCall], store: Store) -> None:
    there = set(store.call_ids())
    for call in due:
        name = call.recording.call_id
        earlier = store.load_call(name) if name in there else None
        if earlier is not None and earlier.recording.path is not None:
            raise InputError(
                f"call {name!r} was already inspected from {earlier.recording.path}",
                where=store.where,
                cure="give the imported call another call_id, or import into another --db",
            )
