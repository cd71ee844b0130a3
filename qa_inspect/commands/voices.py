"""``qa-inspect voices``: whose voice is kept, and the switch for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import options
from qa_inspect.commands.render import Column, emit, say
from qa_inspect.rubric.wording import count

if TYPE_CHECKING:
    from qa_inspect.store.results import Store

EPILOG = """\b
Examples:
  qa-inspect voices consent A17 A18
  qa-inspect voices list
  qa-inspect voices purge A17
  qa-inspect voices withdraw A17
"""

COLUMNS = (
    Column("agent_id", "Agent"),
    Column("consented_at", "Consent since"),
    Column("kept", "Voice kept"),
    Column("calls", "Calls", right=True),
    Column("doubted", "Doubted", right=True),
    Column("seconds", "Seconds", right=True),
    Column("updated_at", "Last call"),
)

agents_argument = click.argument("agents", nargs=-1, metavar="[AGENT]...")


@click.group("voices", epilog=EPILOG)
def command() -> None:
    """Agents' voices: whose may be kept, and putting an end to it.

    A voice that recurs over an agent's calls tells agent and customer apart where words do not.
    It is biometric data, so it is off until an agent's consent is entered here. What is then kept
    is one list of numbers an agent, no sound; customers' voices are never kept.
    """


@command.command("list")
@options.db_option
@options.format_options
def list_voices(db: str, output: str) -> None:
    """Show whose consent is on record and what is kept under it; the voice itself is not shown."""
    from qa_inspect.store.results import open_store

    with open_store(db, create=False) as store:
        _show(store, None, output)


@command.command("consent")
@agents_argument
@click.option("--all", "everyone", is_flag=True, help="Every agent who has calls in the database.")
@options.db_option
@options.format_options
def consent(agents: tuple[str, ...], everyone: bool, db: str, output: str) -> None:
    """Enter agents' consent: from now on their calls teach the program their voices."""
    from qa_inspect.store.results import open_store
    from qa_inspect.store.voices import agents_of_calls, give_consent

    _require_one_choice(agents, everyone)
    # A database that is not there has no agents; making one for all of them would hide a slip.
    fresh_place = "://" not in db and not Path(db).exists()
    with open_store(db, create=not everyone) as store:
        if fresh_place:
            say(f"made a new database at {db}: name the one of your runs with --db", fg="yellow")
        heard = agents_of_calls(store)
        chosen = heard if everyone else tuple(dict.fromkeys(agent.strip() for agent in agents))
        fresh = give_consent(store, chosen)
        say(f"consent entered for {_count(fresh)}", dim=True)
        for agent_id in sorted(set(chosen) - set(fresh)):
            say(f"{agent_id} had consented already", dim=True)
        if everyone and not heard:
            say(
                "no call in the database names its agent — give calls an agent_id in a manifest",
                fg="yellow",
            )
        for stranger in sorted(set(fresh) - set(heard)):
            say(f"{stranger} has no calls in the database yet", fg="yellow")
        _show(store, chosen, output)


@command.command("withdraw")
@agents_argument
@click.option("--all", "everyone", is_flag=True, help="Every agent whose consent is on record.")
@options.db_option
@options.format_options
def withdraw(agents: tuple[str, ...], everyone: bool, db: str, output: str) -> None:
    """Take consent back. The voice is destroyed at once, and is not learned again."""
    from qa_inspect.store.results import open_store
    from qa_inspect.store.voices import withdraw_consent

    _require_one_choice(agents, everyone)
    with open_store(db, create=False) as store:
        chosen = _chosen(store, agents, everyone)
        kept = _kept(store, chosen)
        withdraw_consent(store, chosen)
        say(f"consent withdrawn for {_named(chosen)}; {_destroyed(kept)}", dim=True)
        _show(store, None, output)


@command.command("purge")
@agents_argument
@click.option("--all", "everyone", is_flag=True, help="Every agent whose consent is on record.")
@options.db_option
@options.format_options
def purge(agents: tuple[str, ...], everyone: bool, db: str, output: str) -> None:
    """Destroy voices, down to the bytes of the database file. The consent stands, so that later
    calls teach the voice anew."""
    from qa_inspect.store.results import open_store
    from qa_inspect.store.voices import purge_voices

    _require_one_choice(agents, everyone)
    with open_store(db, create=False) as store:
        chosen = _chosen(store, agents, everyone)
        kept = _kept(store, chosen)
        purge_voices(store, chosen)
        say(_destroyed(kept), dim=True)
        _show(store, None, output)


def _require_one_choice(agents: Sequence[str], everyone: bool) -> None:
    if bool(agents) == everyone:
        both = "not both" if everyone else "or give --all"
        raise click.UsageError(f"name agents by their ids, {both}")


def _chosen(store: Store, agents: Sequence[str], everyone: bool) -> tuple[str, ...]:
    from qa_inspect.store.voices import list_voices

    if everyone:
        return tuple(entry.agent_id for entry in list_voices(store))
    return tuple(dict.fromkeys(agents))


def _kept(store: Store, agents: Sequence[str]) -> tuple[str, ...]:
    from qa_inspect.store.voices import list_voices

    return tuple(e.agent_id for e in list_voices(store) if e.agent_id in agents and e.calls)


def _named(agents: Sequence[str]) -> str:
    return ", ".join(agents) or "nobody"


def _destroyed(kept: Sequence[str]) -> str:
    return f"voice destroyed: {_named(kept)}" if kept else "no voice was kept"


def _show(store: Store, agents: Sequence[str] | None, output: str) -> None:
    from qa_inspect.store.voices import list_voices

    rows: list[dict[str, Any]] = [
        {
            "agent_id": entry.agent_id,
            "consented_at": _time(entry.consented_at, output),
            "kept": entry.calls > 0,
            "calls": entry.calls,
            "doubted": entry.doubted,
            "seconds": round(entry.seconds, 1),
            "model": entry.model,
            "updated_at": _time(entry.updated_at, output),
        }
        for entry in list_voices(store)
        if agents is None or entry.agent_id in agents
    ]
    emit(rows, COLUMNS, output, "No agent's consent is on record; no voice is kept.")


def _time(moment: datetime | None, output: str) -> str | None:
    if moment is None:
        return None
    if output == "table":
        return f"{moment.astimezone():%Y-%m-%d %H:%M}"
    return moment.isoformat(timespec="seconds")


def _count(agents: Sequence[str]) -> str:
    return count(len(agents), "agent")
