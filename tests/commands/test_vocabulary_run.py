"""A run with a vocabulary is a run: its settings are kept and its calls are stored."""

from __future__ import annotations

from pathlib import Path

from qa_inspect.commands.run_session import _settings


def test_a_runs_settings_can_be_written_down(tmp_path: Path) -> None:
    import json

    given = {"manifest": tmp_path / "m.csv", "vocabulary": tmp_path / "t.txt", "db": "x"}
    kept = json.loads(json.dumps(_settings(given)))
    assert kept["vocabulary"].endswith("t.txt")
    assert "db" not in kept
