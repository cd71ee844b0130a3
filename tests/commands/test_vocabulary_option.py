"""``run --vocabulary FILE``: a wrong file stops the run before anything is written."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from qa_inspect.commands.main import cli


def test_a_faulty_vocabulary_stops_the_run_with_its_line(tmp_path: Path) -> None:
    terms = tmp_path / "terms.txt"
    terms.write_text("Shopee\nShopee\n", encoding="utf-8")
    db = tmp_path / "qa.db"
    arguments = ["run", str(tmp_path), "--vocabulary", str(terms), "--db", str(db)]
    result = CliRunner().invoke(cli, arguments, prog_name="qa-inspect")
    assert result.exit_code == 1
    assert "line 2: “Shopee” is there twice" in result.stderr
    assert not db.exists()
