"""A private PostgreSQL server for tests, in a folder of its own, reached through a socket in it."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

_USER = "qa"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_database(self) -> str:
        """What ``--db`` takes for an empty database: a schema of its own, which is made at once."""
        import psycopg

        name = f"qa{next(self.numbers)}"
        reached = psycopg.connect(
            host=str(self.folder), user=_USER, dbname="postgres", autocommit=True
        )
        with reached as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        within = f"host={self.folder}&options=-csearch_path%3D{name}"
        return f"postgresql://{_USER}@/postgres?{within}"


@contextmanager
def start_server() -> Iterator[Server]:
    """Run a server for a block; skips the test, with a word why, where there is none to run."""
    programs = _programs()
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    folder = Path(tempfile.mkdtemp(prefix="qa-pg-"))
    try:
        as_user = _other_user(folder)
        data = folder / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync"],
            check=True, capture_output=True, **as_user,
        )  # fmt: skip
        settings = {"listen_addresses": "", "fsync": "off", "unix_socket_directories": str(folder)}
        told = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *told], stdout=log, stderr=log, **as_user
            )
        try:
            _wait(folder, server)
            yield Server(folder)
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """The folder of the server's programs; Debian keeps them off the path."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *map(Path, os.get_exec_path())]
    for place in places:
        if all((place / name).exists() for name in ("initdb", "postgres")):
            return place
    pytest.skip("PostgreSQL's server is not installed (Debian: apt install postgresql)")


def _other_user(folder: Path) -> dict[str, Any]:
    """How to run as somebody else where we are root, which PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in names else "nobody"
    entry = pwd.getpwnam(name)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": folder}


def _wait(folder: Path, server: subprocess.Popen[bytes]) -> None:
    import psycopg

    for _ in range(600):
        try:
            psycopg.connect(host=str(folder), user=_USER, dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None:
                break
            time.sleep(0.05)
    pytest.fail(f"PostgreSQL did not start: {(folder / 'log').read_text()}")
