"""Training heads on labelled lines, the files they are kept in, and the kind ``learned``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rubric.rubric_helpers import call

from qa_inspect.domain import CheckStatus, Metadata
from qa_inspect.errors import InputError, ModelError, RubricError
from qa_inspect.language.embed import CachedEmbedder
from qa_inspect.rubric.head_lines import LabelledLine, read_lines
from qa_inspect.rubric.head_training import best_threshold, train_head
from qa_inspect.rubric.heads import Head, find_head, load_head, save_head
from qa_inspect.rubric.load import read_rubric
from qa_inspect.rubric.schema import Rubric
from qa_inspect.rubric.score import judge_call
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.trial import try_lines

RUDE = ("stupid", "useless", "shut", "idiot")


class WordEmbedder:
    """Rude words point one way, all else another; the rest of the text turns it a little."""

    model = "words"

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = np.zeros((len(texts), 8), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[0 if any(word in text for word in RUDE) else 1] = 1.0
            row[2 + sum(map(ord, text)) % 6] = 0.7
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def lines(number: int = 24) -> list[LabelledLine]:
    topics = ("parcel", "bill", "contract", "phone", "router", "invoice")
    made = []
    for at in range(number):
        topic = f"{topics[at % 6]} {at}"
        made.append(LabelledLine(f"that {RUDE[at % 4]} {topic} again", True))
        made.append(LabelledLine(f"where is my {topic} please", False))
    return made


@pytest.fixture(scope="module")
def head() -> Head:
    return train_head(lines(), WordEmbedder(), "rude")


def test_a_head_tells_lines_apart_that_it_never_saw(head: Head) -> None:
    new = ["you useless people", "when will you call me"]
    rude, plain = head.scores(WordEmbedder().embed(new), new)
    assert rude > 0.8
    assert plain < 0.2
    assert head.card.precision == 1.0
    assert head.card.recall == 1.0
    assert head.card.lines == 48
    assert head.card.told == ("trained on 48 lines, cross-validated precision 1.00, recall 1.00")


def test_labels_that_mean_nothing_get_no_good_figures() -> None:
    rng = np.random.default_rng(0)
    noise = [LabelledLine(f"line {at}", bool(rng.integers(2))) for at in range(200)]
    card = train_head(noise, WordEmbedder(), "noise").card
    assert card.auc < 0.65


def test_letters_help_where_vectors_say_nothing() -> None:
    class Deaf(WordEmbedder):
        def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
            return np.ones((len(texts), 4), dtype=np.float32) / 2

    spoken = [
        LabelledLine(f"{line.text} zx" if line.hit else line.text, line.hit) for line in lines()
    ]
    head = train_head(spoken, Deaf(), "letters")
    assert head.grams is not None
    assert head.card.recall == 1.0
    texts = ["anything at all zx", "anything at all"]
    with_letters, without = head.scores(Deaf().embed(texts), texts)
    assert with_letters > without


def test_the_same_line_twice_does_not_leak_into_its_own_test() -> None:
    rng = np.random.default_rng(1)
    noise = [LabelledLine(f"line number {at}", bool(rng.integers(2))) for at in range(60)]
    shouted = [replace(line, text=line.text.upper() + "!") for line in noise]
    once = train_head(noise, WordEmbedder(), "once").card
    twice = train_head([*noise, *shouted, *noise], WordEmbedder(), "twice").card
    assert twice.lines == once.lines
    assert twice.auc == once.auc


def test_a_head_comes_back_from_its_file_as_it_was(head: Head, tmp_path: Path) -> None:
    with_grams = replace(head, grams=np.linspace(-1, 1, 1 << 14).astype(np.float32))
    for made in (head, with_grams):
        save_head(made, tmp_path / "a" / "rude.npz")
        back = load_head(tmp_path / "a" / "rude.npz")
        texts = ["you useless people", "whatever 12"]
        vectors = WordEmbedder().embed(texts)
        assert back.scores(vectors, texts) == pytest.approx(made.scores(vectors, texts), abs=0.01)
        assert back.card == made.card
        assert not back.weights.flags.writeable


def test_no_line_is_kept_in_a_head(head: Head, tmp_path: Path) -> None:
    secret = [replace(line, text=f"{line.text} zanzibar") for line in lines()]
    file = tmp_path / "h.npz"
    save_head(train_head(secret, WordEmbedder(), "s"), file)
    with np.load(file, allow_pickle=False) as stored:
        kept = b"".join(stored[name].tobytes() for name in stored.files)
    assert b"zanzibar" not in kept
    assert "zanzibar".encode("utf-32-le") not in kept


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_a_damaged_file_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "bad.npz"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=r"bad\.npz.*damaged"):
        load_head(file)


def test_a_head_with_pickled_or_missing_parts_is_refused(head: Head, tmp_path: Path) -> None:
    file = tmp_path / "bad.npz"
    np.savez(file, card=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ModelError, match="damaged"):
        load_head(file)
    for wrong in ({"threshold": 7}, {"precision": "good"}, {"format": 2}, {"more": 1}):
        card = json.dumps(asdict(head.card) | wrong)
        np.savez(file, card=np.array(card), weights=head.weights, intercept=np.array(0.0))
        with pytest.raises(ModelError, match="damaged"):
            load_head(file)
    huge = np.zeros(2_000_000, dtype=np.float32)
    card = json.dumps(asdict(head.card))
    np.savez_compressed(file, card=np.array(card), weights=huge, intercept=np.array(0.0))
    with pytest.raises(ModelError, match="damaged"):
        load_head(file)


def test_a_missing_head_is_named_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"{tmp_path}.*there is no head rude"):
        find_head("rude", tmp_path / "our.yaml")


def test_a_bare_name_is_looked_for_beside_the_rubric_and_then_among_ours(
    head: Head, tmp_path: Path
) -> None:
    save_head(head, tmp_path / "heads" / "rude.npz")
    rubric = tmp_path / "our.yaml"
    assert find_head("rude", rubric) == tmp_path / "heads" / "rude.npz"
    assert find_head("heads/rude.npz", rubric) == tmp_path / "heads" / "rude.npz"
    assert find_head("emotion", rubric).parent.parent.name == "models"


def test_a_head_of_another_sentence_model_is_refused(head: Head) -> None:
    head.check_model(WordEmbedder())
    other = CachedEmbedder(WordEmbedder().embed, model="other", dimensions=8)
    with pytest.raises(ModelError, match="trained with the sentence model words, and other"):
        head.check_model(other)
    changed = replace(head, card=replace(head.card, embedding="e5-small", embedding_sha256="0" * 8))
    renamed = CachedEmbedder(WordEmbedder().embed, model="e5-small", dimensions=8)
    with pytest.raises(ModelError, match="another version of the sentence model"):
        changed.check_model(renamed)
    with pytest.raises(ModelError, match="vectors of 8 numbers"):
        head.odds(np.zeros((1, 5), dtype=np.float32), [""])


@pytest.mark.parametrize(
    ("given_lines", "complaint"),
    [
        ([LabelledLine(f"a{at}", True) for at in range(30)], "no line is labelled no"),
        (lines(9), "only 9 different lines are labelled yes"),
        ([LabelledLine("a", True)] * 30 + lines()[1::2], "only 1 different line is labelled yes"),
    ],
)
def test_too_few_lines_are_refused(given_lines: list[LabelledLine], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        train_head(given_lines, WordEmbedder(), "few")


@given(
    st.lists(
        st.tuples(st.integers(0, 20).map(lambda n: n / 20), st.booleans()), min_size=1, max_size=60
    )
)
def test_the_threshold_is_the_best_there_is(pairs: list[tuple[float, bool]]) -> None:
    likely = np.array([score for score, _ in pairs])
    hits = np.array([hit for _, hit in pairs])

    def f1(threshold: float) -> float:
        found = likely >= threshold
        return float(2 * (found & hits).sum() / max(1, found.sum() + hits.sum()))

    chosen = best_threshold(likely, hits)
    assert 0.0 <= chosen <= 1.0
    assert f1(chosen) == pytest.approx(max(f1(value) for value in (*likely, 0.0)))


READABLE = {
    "a.csv": 'text,label\n"Shut up, you",yes\nThank you,NO\n',
    "b.csv": 'label;text\nyes;"Shut up, you"\nno;Thank you\n',
    "a.tsv": "label\ttext\n1\tShut up, you\n0\tThank you\n",
    "a.jsonl": '{"text": "Shut up, you", "label": true}\n\n{"text": "Thank you", "label": 0}\n',
    "a.yaml": "- {text: 'Shut up, you', label: yes}\n- {text: Thank you, label: no}\n",
    "a.yml": "yes: ['Shut up, you']\nno: [Thank you]\n",
}


@pytest.mark.parametrize("name", READABLE)
def test_lines_are_read_from_every_kind_of_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(READABLE[name], encoding="utf-8-sig")
    assert read_lines(tmp_path / name) == (
        LabelledLine("Shut up, you", True),
        LabelledLine("Thank you", False),
    )


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.txt", "x", "cannot be read from a .txt file"),
        ("a.csv", "", "holds no lines"),
        ("a.csv", "text,label\n", "holds no lines"),
        ("a.csv", "line,label\na,yes\n", "there is no column text.*line, label"),
        ("a.csv", "text,label,lable\na,yes,no\n", "column lable is not known.*label"),
        ("a.csv", "text,label\n ,yes\nb,maybe\nc,\n", "line 2: the text is empty; line 3: .*maybe"),
        ("a.csv", "text,label\nwell, no,yes\n", "line 2 has more columns.*quotes"),
        ("a.jsonl", "{'a'}", "line 1 is not JSON"),
        ("a.jsonl", "[1]", "line 1 is no object"),
        ("a.jsonl", '{"text": 5, "label": "no"}', "line 1: the text is no text .5."),
        ("a.jsonl", '{"text": null, "label": "no"}', "line 1: the text is empty"),
        ("a.yaml", "a: [", "cannot be read"),
        ("a.yaml", "maybe: [a]", "the lists yes and no"),
        ("a.yaml", "yes: 3", "yes must be a list"),
    ],
)
def test_faults_of_labelled_lines_are_told(
    name: str, content: str, complaint: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=complaint) as caught:
        read_lines(tmp_path / name)
    assert name in str(caught.value)


def test_labelled_lines_that_are_no_text_or_not_there_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"text,label\n\xff\xfe,yes\n")
    with pytest.raises(InputError, match="not UTF-8"):
        read_lines(tmp_path / "a.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_lines(tmp_path / "none.csv")


def made_rubric(tmp_path: Path, head: Head, extra: str = "") -> Rubric:
    save_head(head, tmp_path / "heads" / "rude.npz")
    file = tmp_path / "our.yaml"
    file.write_text(
        f"rubric: our\nitems: [{{id: x, kind: learned, role: agent, head: rude{extra}}}]\n",
        encoding="utf-8",
    )
    return read_rubric(file)


def test_a_call_is_judged_by_a_head(head: Head, tmp_path: Path) -> None:
    rubric = made_rubric(tmp_path, head)
    spoken = call(("agent", "hello"), ("agent", "you stupid person"), ("customer", "you idiot"))
    result = judge_call(spoken, Metadata(), [rubric], Tools(WordEmbedder())).checks[0]
    assert result.status is CheckStatus.PASS
    assert [proof.quote for proof in result.evidence] == ["you stupid person"]
    assert result.score is not None
    assert result.score > 0.8
    assert "trained" not in result.searched
    clean = call(("agent", "hello"), ("customer", "you idiot"))
    result = judge_call(clean, Metadata(), [rubric], Tools(WordEmbedder())).checks[0]
    assert result.status is CheckStatus.FAIL
    assert "Nothing came near it." in result.explanation


def test_at_least_and_threshold_of_the_rubric_hold(head: Head, tmp_path: Path) -> None:
    spoken = call(("agent", "you stupid person"), ("agent", "fine"))
    for extra, status in ((", at_least: 2", "fail"), (", threshold: 0.999", "fail"), ("", "pass")):
        rubric = made_rubric(tmp_path, head, extra)
        result = judge_call(spoken, Metadata(), [rubric], Tools(WordEmbedder())).checks[0]
        assert result.status.value == status


def test_sentences_are_asked_one_by_one_where_the_rubric_says_so(
    head: Head, tmp_path: Path
) -> None:
    rubric = made_rubric(tmp_path, head, ", by: sentence")
    spoken = call(("agent", "Good morning to you. You are useless. Have a good day."))
    result = judge_call(spoken, Metadata(), [rubric], Tools(WordEmbedder())).checks[0]
    assert [proof.quote for proof in result.evidence] == ["You are useless."]


def test_single_lines_are_tried_with_a_head(head: Head, tmp_path: Path) -> None:
    rubric = made_rubric(tmp_path, head)
    rude, plain, empty = try_lines(rubric, "x", ["you idiot", "hello", ""], Tools(WordEmbedder()))
    assert (rude.hit, plain.hit, empty.hit) == (True, False, False)
    assert rude.score is not None
    assert plain.score is not None
    assert rude.score > 0.8 > 0.2 > plain.score


def test_a_missing_head_is_the_items_error_not_the_calls(head: Head, tmp_path: Path) -> None:
    rubric = made_rubric(tmp_path, head)
    (tmp_path / "heads" / "rude.npz").unlink()
    result = judge_call(
        call(("agent", "hello")), Metadata(), [rubric], Tools(WordEmbedder())
    ).checks[0]
    assert result.status is CheckStatus.ERROR
    assert "there is no head rude" in result.explanation


def test_a_rubric_that_names_a_missing_or_damaged_head_is_refused(
    head: Head, tmp_path: Path
) -> None:
    file = tmp_path / "our.yaml"
    file.write_text(
        "rubric: our\nitems:\n  - id: x\n    kind: none\n    rules:\n"
        "      - {kind: learned, head: heads/none.npz}\n",
        encoding="utf-8",
    )
    with pytest.raises(RubricError, match=r"our\.yaml:3: .*there is no head heads/none\.npz"):
        read_rubric(file)
    save_head(head, tmp_path / "heads" / "none.npz")
    assert read_rubric(file).items
    (tmp_path / "heads" / "none.npz").write_bytes(b"x")
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(RubricError, match="damaged"):
        read_rubric(file)


def test_the_command_trains_a_head_and_says_how_good_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa_inspect.commands.rubric_train import train

    monkeypatch.setattr("qa_inspect.language.embed.load_embedder", WordEmbedder)
    file = tmp_path / "lines.jsonl"
    rows = [json.dumps({"text": line.text, "label": line.hit}) for line in lines()]
    file.write_text("\n".join(rows), encoding="utf-8")
    out = tmp_path / "heads" / "rude.npz"
    done = CliRunner().invoke(train, [str(file), "--out", str(out), "--name", "Rude"])
    assert done.exit_code == 0, done.output
    assert "trained on 48 lines, cross-validated precision 1.00, recall 1.00" in done.output
    assert load_head(out).card.name == "Rude"
    again = CliRunner().invoke(train, [str(file), "--out", str(out)])
    assert isinstance(again.exception, InputError) and "--force" in again.exception.cure
    assert load_head(out).card.name == "Rude"
    done = CliRunner().invoke(train, [str(file), "--out", str(out), "--force", "--json"])
    assert '"auc": 1.0' in done.output and "more lines" not in done.output
    wrong = CliRunner().invoke(train, [str(file), "--out", str(tmp_path / "head.bin")])
    assert isinstance(wrong.exception, InputError)


@pytest.mark.models
def test_a_head_trained_in_english_understands_another_language(
    sentence_model: CachedEmbedder,
) -> None:
    asks = [
        f"Could you {verb} my {thing}?"
        for verb in ("change", "cancel", "check", "send")
        for thing in ("order", "booking", "bill")
    ]
    tells = [
        f"Your {thing} {state}."
        for thing in ("order", "booking", "bill")
        for state in ("is ready", "was sent", "is here", "has arrived")
    ]
    made = [
        *(LabelledLine(text, True) for text in asks),
        *(LabelledLine(text, False) for text in tells),
    ]
    head = train_head(made, sentence_model, "asks")
    new = ["Bisakah Anda membatalkan pesanan saya?", "Pesanan Anda sudah sampai."]
    asked, told = head.scores(sentence_model.embed(new), new)
    assert asked > told + 0.3
