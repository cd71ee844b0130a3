"""``qa-inspect report``: the offline HTML site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa_inspect.commands import options
from qa_inspect.commands.agents import agent_in_store
from qa_inspect.commands.periods import why_empty
from qa_inspect.commands.render import say

if TYPE_CHECKING:
    from qa_inspect.domain import CallResult
    from qa_inspect.report.site import SiteOptions
    from qa_inspect.report.trend import Stretch
    from qa_inspect.store.results import CallQuery, Store

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
@click.option(
    "--agent", metavar="ID|NAME", help="The agent that --audience agent writes for, by id or name."
)
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
    from qa_inspect.report.playback import AudioMode
    from qa_inspect.report.site import SiteOptions, write_site
    from qa_inspect.report.titles import shipped_titles
    from qa_inspect.rubric.index import load_index
    from qa_inspect.store.results import CallQuery, open_store

    _check_audience(audience, agent)
    asked = SiteOptions(
        audio=AudioMode(audio),
        language=language,
        index=load_index(index_file),
        titles=shipped_titles(chosen(rubrics) if rubrics else ()),
    )
    with open_store(db, create=False) as store:
        query = CallQuery(since=since, until=until, agent_id=agent_in_store(store, agent))
        options = _with_what_is_known(asked, store, query)
        index = write_site(
            store.calls(query, words="when asked for", outlines=True),
            out,
            options,
            earlier=_calls_before(store, query, options.stretch),
            tell=lambda text: say(text, fg="yellow"),
        )
        nothing = why_empty(store, query, "")
    if nothing:
        say(nothing, fg="yellow")
    click.echo(f"Report: {index}")


def _with_what_is_known(asked: SiteOptions, store: Store, query: CallQuery) -> SiteOptions:
    """The options with what the store knows of the calls and beyond them."""
    from qa_inspect.commands.scorecard import latest_of_all, stretch_of
    from qa_inspect.commands.topics import before_query, find_in_store
    from qa_inspect.report.resolution import resolutions
    from qa_inspect.report.surroundings import surroundings
    from qa_inspect.rubric.taxonomy import load_taxonomy

    before = before_query(query.since, query.until)
    before = before and replace(before, agent_id=query.agent_id)
    options = replace(
        asked,
        topics=find_in_store(store, query, before, load_taxonomy(), language=asked.language),
        resolutions=resolutions(store),
        stretch=stretch_of(store, query),
        latest=latest_of_all(store, query),
    )
    if query.agent_id is not None:
        return _for_one_agent(options, store, query.agent_id)
    return replace(options, around=surroundings(store, query.until))


def _for_one_agent(options: SiteOptions, store: Store, agent: str) -> SiteOptions:
    """The options of a report that names no other agent's calls."""
    from qa_inspect.report.audience import calls_of_others, own_resolutions
    from qa_inspect.store.history import all_calls
    from qa_inspect.store.results import CallQuery

    own = frozenset(store.call_ids(CallQuery(agent_id=agent)))
    with store.reading() as connection:
        others = calls_of_others(all_calls(connection), own)
    resolutions = own_resolutions(options.resolutions, own)
    return replace(options, agent=agent, others=others, resolutions=resolutions)


def _calls_before(store: Store, query: CallQuery, stretch: Stretch | None) -> Iterable[CallResult]:
    """The calls with which those of the stretch are compared; none without a stretch."""
    if stretch is None:
        return ()
    past = replace(query, since=stretch.before.since, until=stretch.since)
    return store.calls(past, words="when asked for")


def _check_audience(audience: str, agent: str | None) -> None:
    if audience == "agent" and agent is None:
        raise click.UsageError("--audience agent needs --agent, an id or a name.")
    if audience != "agent" and agent is not None:
        raise click.UsageError("--agent goes with --audience agent.")
