"""Verdicts kept before there were bands, severities and fragility read back as they were meant."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from qa_inspect.domain import AutoFail, Severity
from qa_inspect.store import migrations
from qa_inspect.store.results import open_store


def test_older_verdicts_keep_their_meaning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "qa.db"
    before = next(
        at for at, step in enumerate(migrations.MIGRATIONS) if "fragile" in step.description
    )
    with monkeypatch.context() as older:
        older.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:before])
        older.setattr(migrations, "NEWEST", before)
        open_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO calls (call_id, sha256, status, stated_channels, attributes, has_transcript,"
        " needs_review, roles, notes, models, timings_s, saved_at)"
        " VALUES ('c1', '0', 'ok', 'auto', '{}', 0, 0, '{}', '[]', '{}', '{}', '')"
    )
    for at, auto_fail in enumerate((1, 0)):
        connection.execute(
            "INSERT INTO checks (call_id, position, rubric, section, item, kind, status, points,"
            " max_points, auto_fail, explanation, searched, evidence) VALUES"
            f" ('c1', {at}, 'r', 's', 'i{at}', 'said', 'fail', 0, 1, {auto_fail}, '', '', '[]')"
        )
    connection.execute(
        "INSERT INTO rubric_scores (call_id, position, name, version, score)"
        " VALUES ('c1', 0, 'r', '1', 0)"
    )
    connection.commit()
    connection.close()
    with open_store(path) as store:
        call = store.load_call("c1")
    assert call is not None
    assert [check.auto_fail for check in call.verdict.checks] == [AutoFail.FORM, None]
    assert {check.severity for check in call.verdict.checks} == {Severity.MEDIUM}
    assert {check.fragile for check in call.verdict.checks} == {()}
    assert call.verdict.rubrics[0].band == ""
