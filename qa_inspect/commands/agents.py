"""Agents as people ask for them: by id or by name, and told how they are known.

It does not know what is shown of an agent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from qa_inspect.errors import InputError

if TYPE_CHECKING:
    from qa_inspect.store.results import Store

_LISTED = 40
"""Agents that an error lists at most."""


def agent_in_store(store: Store, asked: str | None) -> str | None:
    """The id of the agent of that id or name; None where nobody is asked for. Raises InputError
    where nobody goes by it, with the nearest, or where several do, and StoreError."""
    from qa_inspect.store.named import agents_in_store

    return None if asked is None else agent_named(asked, agents_in_store(store))


def agent_named(asked: str, known: Mapping[str, str]) -> str:
    """The id among ``known`` (names by id) of that id or name, however it is written. Raises
    InputError."""
    if asked in known:
        return asked
    found = [
        agent for agent, name in known.items() if _plain(asked) in (_plain(agent), _plain(name))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(
            f"{len(found)} agents are called {asked!r}",
            where="--agent",
            cure=f"name one by id: {', '.join(sorted(found)[:_LISTED])}",
        )
    raise InputError(f"no agent is called {asked!r}", where="--agent", cure=_near(asked, known))


def _near(asked: str, known: Mapping[str, str]) -> str:
    from qa_inspect.rubric.fields import nearest

    labels = {label: agent for agent, name in known.items() for label in (agent, name) if label}
    guess = nearest(asked, list(labels))
    lead = f"did you mean {_told(labels[guess], known)}? " if guess else ""
    listed = [_told(agent, known) for agent in sorted(known)]
    more = f" and {len(listed) - _LISTED} more" if len(listed) > _LISTED else ""
    return f"{lead}known are {', '.join(listed[:_LISTED]) or 'none'}{more}"


def _told(agent: str, known: Mapping[str, str]) -> str:
    name = known[agent]
    return f"{agent} ({name})" if name and name != agent else agent


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())
