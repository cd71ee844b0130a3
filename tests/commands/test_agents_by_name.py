"""Agents are asked for by id or by name."""

from __future__ import annotations

import pytest

from qa_inspect.commands.agents import agent_named
from qa_inspect.errors import InputError

KNOWN = {"a-1": "Anna Kowalski", "a-2": "Bea", "a-3": "bea", "a-4": ""}


@pytest.mark.parametrize("asked", ["a-1", "A-1", "Anna Kowalski", "anna  kowalski"])
def test_an_id_or_a_name_finds_the_agent(asked: str) -> None:
    assert agent_named(asked, KNOWN) == "a-1"


def test_two_of_one_name_are_refused_with_their_ids() -> None:
    with pytest.raises(InputError, match="2 agents are called 'Bea'") as refused:
        agent_named("Bea", KNOWN)
    assert "a-2, a-3" in str(refused.value)


def test_nobody_of_that_name_tells_near_ids_with_names() -> None:
    with pytest.raises(InputError, match="no agent is called 'Ana Kowalsky'") as refused:
        agent_named("Ana Kowalsky", KNOWN)
    assert "did you mean a-1 (Anna Kowalski)?" in str(refused.value)
