"""How loud recordings are is kept with their calls, and read only where it is asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qa_inspect.acoustics import Outline
from qa_inspect.domain import CallResult, CallStatus, Recording, Transcript, Verdict
from qa_inspect.store import migrations
from qa_inspect.store.results import open_store

OUTLINE = Outline(0.25, {"left": bytes(range(256)), "right": b"\0\xff"})
CALL = CallResult(Recording("a", None, "aa"), CallStatus.OK, Transcript("en", ()), outline=OUTLINE)


def test_lists_of_calls_do_without_unless_they_ask(tmp_path: Path) -> None:
    with open_store(tmp_path / "qa.db") as store:
        store.save_call(CALL)
        assert next(store.calls(words=False)).outline is None
        assert next(store.calls(words=False, outlines=True)) == CALL
        assert next(store.calls()) == CALL
        store.save_verdict("a", Verdict(score=50.0))
        assert store.load_call("a") == replace(CALL, verdict=Verdict(score=50.0))
        store.save_call(replace(CALL, outline=None))
        assert store.load_call("a") == replace(CALL, outline=None)


def test_calls_kept_before_there_were_outlines_have_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "qa.db"
    before = next(
        at for at, step in enumerate(migrations.MIGRATIONS) if "how loud" in step.description
    )
    with monkeypatch.context() as older:
        older.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:before])
        older.setattr(migrations, "NEWEST", before)
        open_store(path).close()
    with open_store(path) as store:
        store.save_call(replace(CALL, outline=None))
        assert next(store.calls(words=False, outlines=True)).outline is None
        store.save_call(CALL)
        assert store.load_call("a") == CALL
