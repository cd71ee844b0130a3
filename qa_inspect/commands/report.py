"""``qa-inspect report``: the offline HTML site."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from qa_inspect.commands import options

EPILOG = """\b
Examples:
  qa-inspect report --out report
  qa-inspect report --out monday --since 2026-11-16 --until 2026-11-16
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
@options.index_option
@options.titles_option
def command(
    db: str,
    out: Path,
    since: datetime | None,
    until: datetime | None,
    audio: str,
    index_file: Path | None,
    rubrics: tuple[str, ...],
) -> None:
    """Write an HTML site that opens from a folder, with no network: overview, agents, calls."""
    from qa_inspect.commands.rubric import chosen
    from qa_inspect.commands.topics import before_query, find_in_store
    from qa_inspect.report.resolution import resolutions
    from qa_inspect.report.site import write_site
    from qa_inspect.report.surroundings import surroundings
    from qa_inspect.report.titles import shipped_titles
    from qa_inspect.rubric.index import load_index
    from qa_inspect.rubric.taxonomy import load_taxonomy
    from qa_inspect.store.results import CallQuery, open_store

    rule = load_index(index_file)
    titles = shipped_titles(chosen(rubrics) if rubrics else ())
    query = CallQuery(since=since, until=until)
    with open_store(db, create=False) as store:
        topics = find_in_store(store, query, before_query(since, until), load_taxonomy())
        index = write_site(
            store.calls(query, words=False),
            out,
            audio=audio,
            titles=titles,
            index=rule,
            topics=topics,
            around=surroundings(store, until),
            resolutions=resolutions(store),
        )
    click.echo(f"Report: {index}")
