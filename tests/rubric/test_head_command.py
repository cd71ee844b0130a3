"""What ``qa-inspect rubric train`` prints can be written into a rubric as it stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner

from qa_inspect.commands.rubric_train import train
from qa_inspect.rubric.load import read_rubric


class LetterEmbedder:
    """Points a text somewhere by its letters, which says nothing of its label."""

    model = "letters"

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.eye(8, dtype=np.float32)[[sum(map(ord, text)) % 8 for text in texts]]


def test_the_line_that_training_prints_loads_beside_the_rubric(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa_inspect.language.embed.load_embedder", LetterEmbedder)
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    rows = [{"text": f"line {at}", "label": bool(rng.integers(2))} for at in range(60)]
    Path("lines.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    for head in ("heads/rude.npz", "our heads/a, b.npz"):
        done = CliRunner().invoke(train, ["lines.jsonl", "--out", head])
        assert done.exit_code == 0, done.output
        assert "label more lines" in done.output
        rule = done.output[done.output.index("{kind") : done.output.rindex("}")]
        text = f"rubric: our\nflags:\n  - {rule}, id: rude}}\n"
        Path("our.yaml").write_text(text, encoding="utf-8")
        assert read_rubric(tmp_path / "our.yaml").flags
