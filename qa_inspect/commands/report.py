"""``qa-inspect report``: the offline HTML site."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa_inspect.commands import options
from qa_inspect.errors import InputError

if TYPE_CHECKING:
    from qa_inspect.domain import CallResult

EPILOG = """\b
Examples:
  qa-inspect report --out report
  qa-inspect report --out monday --since 2026-11-16 --until 2026-11-16
  qa-inspect report --out 周报 --language zh
  qa-inspect report --out for-a-101 --audience agent --agent a-101
"""


@click.command("report", epilog=EPILOG)
@options.db_option
@options.out_option
@options.since_option
@options.until_option
@click.option(
    "--audio",
    type=click.Choice(["copy", "link", "none"]),
    default="copy",
    show_default=True,
    help="Copy recordings into the site, link to where they are, or leave them out.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of the pages; what was said stays as it is.",
)
@click.option(
    "--audience",
    type=click.Choice(["lead", "agent"]),
    default="lead",
    show_default=True,
    help="For those who lead, with everyone; or for one agent, with this agent's own calls only.",
)
@click.option("--agent", metavar="ID", help="The agent that --audience agent writes for.")
@options.index_option
@options.titles_option
def command(
    db: str,
    out: Path,
    since: datetime | None,
    until: datetime | None,
    audio: str,
    language: str,
    audience: str,
    agent: str | None,
    index_file: Path | None,
    rubrics: tuple[str, ...],
) -> None:
    """Write an HTML site that opens from a folder, with no network: overview, agents, calls.

    With --audience agent the folder holds one agent's scorecard and calls and names nobody else:
    no ranks, no comparisons, no calls of others.
    """
    from qa_inspect.commands.rubric import chosen
    from qa_inspect.commands.scorecard import stretch_of
    from qa_inspect.commands.topics import before_query, find_in_store
    from qa_inspect.report.audience import calls_of_others, own_resolutions
    from qa_inspect.report.resolution import resolutions
    from qa_inspect.report.site import write_site
    from qa_inspect.report.surroundings import surroundings
    from qa_inspect.report.titles import shipped_titles
    from qa_inspect.rubric.index import load_index
    from qa_inspect.rubric.taxonomy import load_taxonomy
    from qa_inspect.store.history import all_calls
    from qa_inspect.store.results import CallQuery, open_store

    _check_audience(audience, agent)
    rule = load_index(index_file)
    own_rubrics = chosen(rubrics) if rubrics else ()
    query = CallQuery(since=since, until=until, agent_id=agent)
    before = before_query(since, until)
    before = before and replace(before, agent_id=agent)
    with open_store(db, create=False) as store:
        found = resolutions(store)
        others: Mapping[str, tuple[str, ...]] = {}
        if agent is not None:
            own = frozenset(store.call_ids(CallQuery(agent_id=agent)))
            _check_calls(own, agent)
            with store.reading() as connection:
                others = calls_of_others(all_calls(connection), own)
            found = own_resolutions(found, own)
        topics = find_in_store(store, query, before, load_taxonomy(), language=language)
        stretch = stretch_of(store, query)
        earlier: Iterable[CallResult] = ()
        if stretch is not None:
            past = replace(query, since=stretch.before.since, until=stretch.since)
            earlier = store.calls(past, words="when asked for")
        index = write_site(
            store.calls(query, words="when asked for", outlines=True),
            out,
            audio=audio,
            language=language,
            titles=shipped_titles(own_rubrics),
            index=rule,
            topics=topics,
            around=None if agent else surroundings(store, until),
            resolutions=found,
            earlier=earlier,
            stretch=stretch,
            agent=agent,
            others=others,
        )
    click.echo(f"Report: {index}")


def _check_audience(audience: str, agent: str | None) -> None:
    if audience == "agent" and agent is None:
        raise click.UsageError("--audience agent needs --agent ID.")
    if audience != "agent" and agent is not None:
        raise click.UsageError("--agent goes with --audience agent.")


def _check_calls(own: Collection[str], agent: str) -> None:
    if not own:
        raise InputError(
            f"no call of agent {agent!r} is in the database",
            where="--agent",
            cure="`qa-inspect scorecard` lists the agents' ids",
        )
