"""The kind ``classifier``: a scripted model, and a tiny real one of the transformers library."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from rubric.rubric_helpers import call

from qa_inspect.domain import CheckResult, CheckStatus, Metadata
from qa_inspect.errors import ModelError
from qa_inspect.rubric.load import parse_rubric
from qa_inspect.rubric.score import judge_call
from qa_inspect.rubric.text_classifier import CachedClassifier, TextClassifier, load_classifier
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.trial import try_lines

LABELS = ("fine", "toxic", "threat")


class Script:
    """Answers by words, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked.append(tuple(texts))
        rows = {"idiot": (0.1, 0.7, 0.2), "sorry": (0.4, 0.35, 0.25)}
        chosen = [
            next((row for word, row in rows.items() if word in text), (0.9, 0.06, 0.04))
            for text in texts
        ]
        return np.array(chosen, dtype=np.float32)


class ScriptedTools(Tools):
    """Tools whose every classifier is the scripted one."""

    def __init__(self, script: Script, *, exclusive: bool = True) -> None:
        super().__init__()
        self._scripted = CachedClassifier(
            script, name="scripted", labels=LABELS, exclusive=exclusive, batch=2
        )

    def classifier(self, name: str, rubric: Path | None) -> TextClassifier:
        return self._scripted


def judged(fields: str, *turns: tuple[str, str], exclusive: bool = True) -> CheckResult:
    rubric = parse_rubric(
        f"rubric: t\nitems: [{{id: x, kind: classifier, role: customer, model: m, {fields}}}]\n"
    )
    tools = ScriptedTools(Script(), exclusive=exclusive)
    return judge_call(call(*turns), Metadata(), [rubric], tools).checks[0]


def test_a_likely_label_is_a_hit() -> None:
    result = judged("labels: [toxic]", ("customer", "hello"), ("customer", "you idiot"))
    assert result.status is CheckStatus.PASS
    assert [proof.quote for proof in result.evidence] == ["you idiot"]
    assert result.score == pytest.approx(0.7)
    assert "the model m for “toxic”" in result.explanation


def test_labels_that_exclude_one_another_add_up() -> None:
    result = judged("labels: [Toxic, THREAT], threshold: 0.59", ("customer", "sorry"))
    assert result.status is CheckStatus.PASS
    assert result.score == pytest.approx(0.6)
    apart = judged(
        "labels: [toxic, threat], threshold: 0.59", ("customer", "sorry"), exclusive=False
    )
    assert apart.status is CheckStatus.FAIL
    assert apart.score == pytest.approx(0.35)
    assert "35 % where 59 % is asked for" in apart.explanation


def test_an_unknown_label_is_told_with_those_there_are() -> None:
    result = judged("labels: [toxik]", ("customer", "hello"))
    assert result.status is CheckStatus.ERROR
    assert "has no label toxik" in result.explanation
    assert "fine, toxic, threat" in result.explanation


def test_each_distinct_text_is_asked_once_and_in_batches() -> None:
    script = Script()
    rubric = parse_rubric(
        "rubric: t\nitems:\n"
        "  - {id: x, kind: classifier, role: any, model: m, labels: [toxic]}\n"
        "  - {id: y, kind: classifier, role: any, model: m, labels: [threat]}\n"
    )
    spoken = call(("agent", "hello"), ("customer", "hello"), ("agent", "a b"), ("agent", "c d e"))
    tools = ScriptedTools(script)
    for _ in range(2):
        judge_call(spoken, Metadata(), [rubric], tools)
    assert sorted(text for batch in script.asked for text in batch) == ["a b", "c d e", "hello"]
    assert max(map(len, script.asked)) == 2


def test_single_lines_are_tried() -> None:
    rubric = parse_rubric(
        "rubric: t\nitems: [{id: x, kind: classifier, model: m, labels: [toxic, threat]}]\n"
    )
    rude, fine = try_lines(rubric, "x", ["you idiot", "hello"], ScriptedTools(Script()))
    assert (rude.hit, fine.hit) == (True, False)
    assert rude.score == pytest.approx(0.9)
    assert "toxic" in rude.explanation


def test_a_model_that_answers_nonsense_is_refused() -> None:
    broken = CachedClassifier(
        lambda texts: np.full((len(texts), 3), np.nan, dtype=np.float32), name="b", labels=LABELS
    )
    with pytest.raises(ModelError, match="no usable likelihoods"):
        broken.classify(["a"])
    assert broken.classify([]).shape == (0, 3)


def test_a_model_that_is_not_here_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nothing-at-all is not on this machine"):
        load_classifier("nobody/nothing-at-all", tmp_path / "r.yaml")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder beside ``r.yaml`` with a BERT of two layers whose weights mean nothing."""
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("rubrics") / "models" / "tiny"
    folder.mkdir(parents=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "you", "idiot"]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
        id2label=dict(enumerate(LABELS)),
        label2id={label: at for at, label in enumerate(LABELS)},
    )
    transformers.set_seed(1)
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_a_real_model_is_opened_from_beside_the_rubric(tiny: Path) -> None:
    model = load_classifier("models/tiny", tiny.parent.parent / "r.yaml")
    assert model.labels == LABELS
    assert model.exclusive
    texts = ["hello you", "idiot", "hello " * 500]
    likely = model.classify(texts)
    assert likely.shape == (3, 3)
    assert likely.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    alone = load_classifier(str(tiny)).classify(["idiot"])
    assert alone[0] == pytest.approx(likely[1], abs=1e-5)


def test_a_model_without_a_classifying_layer_is_refused(tiny: Path, tmp_path: Path) -> None:
    _copy(tiny, tmp_path, lambda settings: settings | {"architectures": ["BertForMaskedLM"]})
    with pytest.raises(ModelError, match=r"no text-classification model \(it is BertForMaskedLM"):
        load_classifier(str(tmp_path))


def test_a_model_that_brings_code_is_not_run(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("raise SystemExit('was run')", encoding="utf-8")
    _copy(
        tiny,
        tmp_path,
        lambda settings: {
            **settings,
            "model_type": "own",
            "auto_map": {"AutoConfig": "own.Config"},
        },
    )
    with pytest.raises(ModelError, match="cannot be opened"):
        load_classifier(str(tmp_path))


def test_missing_or_pickled_weights_are_refused(tiny: Path, tmp_path: Path) -> None:
    _copy(tiny, tmp_path, dict)
    (tmp_path / "model.safetensors").unlink()
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(ModelError, match=r"cannot be opened.*model\.safetensors"):
        load_classifier(str(tmp_path))


def test_a_model_that_lacks_weights_is_refused(tiny: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    _copy(tiny, tmp_path, dict)
    arrays = load_file(tmp_path / "model.safetensors")
    kept = {name: array for name, array in arrays.items() if not name.startswith("classifier")}
    save_file(kept, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks weights \(classifier"):
        load_classifier(str(tmp_path))


def _copy(folder: Path, to: Path, change: object) -> None:
    assert callable(change)
    for file in folder.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (to / "config.json").write_text(json.dumps(change(settings)), encoding="utf-8")
