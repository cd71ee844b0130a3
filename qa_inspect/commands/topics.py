"""``qa-inspect topics``: what calls are about, what became more, and the calls behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import options
from qa_inspect.commands.periods import why_empty
from qa_inspect.commands.render import Column, clock, emit, emit_json, say
from qa_inspect.commands.small_charts import bar, drawn
from qa_inspect.errors import InputError, ModelError

if TYPE_CHECKING:
    from qa_inspect.report.topics import Topics, TopicTrend
    from qa_inspect.rubric.taxonomy import Taxonomy
    from qa_inspect.store.results import CallQuery, Store

EPILOG = """\b
Examples:
  qa-inspect topics
  qa-inspect topics --since 2026-11-20 --until 2026-11-20
  qa-inspect topics --since 2026-11-16 --until 2026-11-22 --json
  qa-inspect topics --topic refund
  qa-inspect topics --taxonomy our-topics.yaml
"""

_COUNTED = (
    Column("calls", "Calls", right=True),
    Column("percent", "Share", right=True),
    Column("before_percent", "Before", right=True, spare=2),
    Column("rose", "Rose", styles={"yes": "red"}, spare=1),
)
TOPIC_COLUMNS = (
    Column("title", "Topic"),
    Column("topic", "Id", spare=4),
    *_COUNTED,
    Column("quote", "Said", wrap=True),
)
_BAR = Column("bar", "", spare=3)
_BAR_WIDTH = 8
TERM_COLUMNS = (Column("language", "Language"), Column("term", "Term"), *_COUNTED)
FLAT_COLUMNS = tuple(
    Column(key, "")
    for key in ("kind", "language", "name", "calls", "share", "before", "before_share", "rose")
)
CALL_COLUMNS = (
    Column("call_id", "Call"),
    Column("at", "At", right=True),
    Column("quote", "Said", wrap=True),
)


@click.command("topics", epilog=EPILOG)
@options.db_option
@options.since_option
@options.until_option
@click.option("--topic", metavar="ID", help="Only the calls about this topic, the clearest first.")
@click.option(
    "--taxonomy",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Topics to look for (YAML). Default: those of shops and telephone companies.",
)
@click.option("--limit", type=click.IntRange(1), default=15, show_default=True, metavar="N")
@options.format_options
def command(
    db: str,
    since: datetime | None,
    until: datetime | None,
    topic: str | None,
    taxonomy: Path | None,
    limit: int,
    output: str,
) -> None:
    """Show what calls are about: topics found in what customers say, those that manifests name,
    and the terms that customers use most.

    With --since, the period is compared with the one of the same length before it; "rose" says
    that the growth is more than chance would give. A call may be about several topics, or none.
    """
    from qa_inspect.rubric.taxonomy import load_taxonomy
    from qa_inspect.store.results import CallQuery, open_store

    known = load_taxonomy(taxonomy)
    topic = None if topic is None else _topic_named(topic, known.titles("en"))
    now = CallQuery(since=since, until=until)
    with open_store(db, create=False) as store:
        found = find_in_store(store, now, before_query(since, until), known, limit=limit)
        empty = why_empty(store, now, "")
        if since is not None or until is not None:
            _say_left_out(store)
    if topic is not None:
        _emit_calls(next((t for t in found.found if t.topic == topic), None), output)
    elif output == "json":
        emit_json(_as_json(found))
    elif output == "csv":
        emit(_flat(found), FLAT_COLUMNS, "csv", "")
    elif empty:
        click.echo(empty)
    else:
        _print(found)


def _topic_named(name: str, titles: Mapping[str, str]) -> str:
    """The id of the topic of that id or title, however it is written. Raises InputError."""
    from qa_inspect.rubric.fields import nearest

    told = " ".join(name.casefold().split())
    for topic, title in titles.items():
        if told in (topic.casefold(), title.casefold()):
            return topic
    guess = nearest(told, list(titles))
    lead = f"did you mean “{guess}”? " if guess else ""
    raise InputError(
        f"no topic is called {name!r}",
        where="--topic",
        cure=f"{lead}known are {', '.join(titles)}",
    )


def find_in_store(
    store: Store,
    now: CallQuery,
    before: CallQuery | None,
    taxonomy: Taxonomy,
    *,
    limit: int = 20,
    language: str = "en",
) -> Topics:
    """The topics of stored calls; without those found by meaning where the model is missing."""
    from qa_inspect.batch.topics import topics_of
    from qa_inspect.report.topics import NEEDED_FLAGS, find_topics
    from qa_inspect.store.said import calls_as_said

    def earlier() -> Any:
        return () if before is None else calls_as_said(store, before, NEEDED_FLAGS)

    try:
        with topics_of(store, taxonomy) as stored:
            return find_topics(
                stored.kept(calls_as_said(store, now, NEEDED_FLAGS)),
                stored.kept(earlier()),
                limit=limit,
                finder=stored.finder,
                language=language,
            )
    except ModelError as error:
        say(f"Topics are not looked for in what was said: {error}", fg="yellow")
        return find_topics(calls_as_said(store, now), earlier(), limit=limit)


def before_query(since: datetime | None, until: datetime | None) -> CallQuery | None:
    """The period of the same length before; None where the period has no beginning."""
    from qa_inspect.store.results import CallQuery

    if since is None:
        return None
    end = until or datetime.now(since.tzinfo)
    return CallQuery(since=since - (end - since), until=since)


def _as_json(found: Topics) -> dict[str, Any]:
    return {
        "topics": dict(found.topics),
        "issues": [trend.topic for trend in found.issues],
        "found": [trend.to_row() for trend in found.found],
        "calls_with_words": found.heard,
        "none": found.none,
        "without_words": found.wordless,
        "languages_without_terms": list(found.unlisted),
        "terms": [term.to_row() for term in found.terms],
        "rising": [term.to_row() for term in found.rising],
    }


def _flat(found: Topics) -> list[dict[str, Any]]:
    """Topics and terms as rows of one table."""
    kept = ("calls", "share", "before", "before_share", "rose")
    trends = [trend.to_row() for trend in found.found]
    terms = [term.to_row() for term in found.terms]
    rising = [term.to_row() for term in found.rising if term not in found.terms]
    return [
        *(
            {"kind": "topic", "language": "", "name": r["topic"]} | {k: r[k] for k in kept}
            for r in trends
        ),
        *(
            {"kind": "term", "language": r["language"], "name": r["term"]} | {k: r[k] for k in kept}
            for r in (*terms, *rising)
        ),
    ]


def _say_left_out(store: Store) -> None:
    from qa_inspect.store.history import count_without_start

    with store.reading() as connection:
        left_out = count_without_start(connection)
    if left_out:
        calls = "1 call has" if left_out == 1 else f"{left_out} calls have"
        say(f"{calls} no started_at and can be in no period.", dim=True)


def _print(found: Topics) -> None:
    if not found.heard:
        without = f" {found.wordless} are without words." if found.wordless else ""
        click.echo(f"No customer said anything in these calls.{without}")
        return
    if found.found:
        click.echo("Top issues:")
        for place, trend in enumerate(found.issues, start=1):
            click.echo(f"  {place}. {trend.title}: {_told(trend)}")
            for call in trend.examples:
                click.echo(f"     {call.call_id} {clock(call.start_s)} “{call.quote}”")
        click.echo("")
    click.echo(
        f"{found.heard} calls with words, of which {found.none} fit no topic; "
        f"{found.wordless} without words."
    )
    if found.topics:
        named = ", ".join(f"{name} {count}" for name, count in found.topics.items())
        click.echo(f"Topics of the manifest: {named}")
    if found.found:
        rows = [_percent(t.to_row()) | {"quote": t.examples[0].quote} for t in found.found]
        emit(rows, _charted(TOPIC_COLUMNS), "table", "")
        say("All calls about one of them: qa-inspect topics --topic TOPIC", dim=True)
    terms = [_percent(term.to_row()) for term in found.terms]
    if terms:
        click.echo("Terms customers use:")
    if terms or not found.unlisted:
        emit(terms, _charted(TERM_COLUMNS), "table", "No term occurs in two calls.")
    if found.unlisted:
        click.echo(
            f"Terms of calls in {', '.join(found.unlisted)} are not listed: in them nobody can "
            "tell names and numbers of people from other words."
        )
    if found.rising:
        click.echo("Terms that rose:")
        emit([_percent(t.to_row()) for t in found.rising], _charted(TERM_COLUMNS), "table", "")


def _told(trend: TopicTrend) -> str:
    number = len(trend.calls)
    told = f"{number} {'call' if number == 1 else 'calls'}, {trend.share:.0%}"
    if trend.before_share is not None:
        told += f" (before {trend.before_share:.0%}{', rose' if trend.rose else ''})"
    return told


def _charted(columns: Sequence[Column]) -> list[Column]:
    """The columns with a bar after the share, on a terminal."""
    return [
        shown
        for column in columns
        for shown in ((column, _BAR) if column.key == "percent" and drawn() else (column,))
    ]


def _percent(row: Mapping[str, Any]) -> dict[str, Any]:
    before = row["before_share"]
    shown = {"percent": f"{row['share']:.0%}", "bar": bar(row["share"], _BAR_WIDTH)}
    if before is None:  # nothing was compared
        return {**row, **shown, "before_percent": None, "rose": None}
    return {**row, **shown, "before_percent": f"{before:.0%}"}


def _emit_calls(trend: TopicTrend | None, output: str) -> None:
    calls = trend.calls if trend else ()
    rows: Sequence[Mapping[str, Any]] = [call.to_row() for call in calls]
    if output == "table":
        rows = [{**row, "at": clock(row["start_s"])} for row in rows]
    emit(rows, CALL_COLUMNS, output, "No call is about it.")
