"""Databases for the store's tests: each on SQLite, and on PostgreSQL where it is installed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from postgres import Server, start_server

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A private PostgreSQL server."""
    with start_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes places where no database has been yet, as ``--db`` names them."""
    if request.param == "sqlite":
        return lambda: str(tmp_path / f"qa{next(_numbers)}.db")
    server: Server = request.getfixturevalue("postgres")
    return server.new_database


@pytest.fixture
def place(new_place: Callable[[], str]) -> str:
    """A place where no database has been yet, as ``--db`` names it."""
    return new_place()
