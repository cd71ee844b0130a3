"""Judging the store again: what moved, what is written, and which sentences are embedded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import ScriptedInspector, recording

from qa_inspect.batch import rescore as rescore_module
from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.local import Plan, run_batch
from qa_inspect.batch.rescore import rescore
from qa_inspect.batch.stopping import Stop
from qa_inspect.batch.vectors import KeptSentences, digest, prune
from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Metadata,
    Recording,
    Role,
    Transcript,
    Utterance,
    Verdict,
    Word,
)
from qa_inspect.language.embed import CachedEmbedder, Vector, packed, unpacked
from qa_inspect.rubric.tools import Tools
from qa_inspect.store.results import CallQuery, Store, open_store
from qa_inspect.store.sentence_vectors import count_vectors

RUBRIC = """\
rubric: own
items:
  - {id: greeting, kind: said, phrases: ["good morning"]}
  - id: care
    kind: similar
    examples: ["I am sorry about that."]
    counter_examples: ["Your order number please."]
"""
MODEL = "fake@1"


class Counting:
    """A sentence model that counts what it computes."""

    def __init__(self) -> None:
        self.computed: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Vector:
        self.computed += texts
        rows = []
        for text in texts:
            seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")
            row = np.random.default_rng(seed).standard_normal(384).astype(np.float32)
            rows.append(unpacked(packed(row / np.linalg.norm(row))))
        return np.stack(rows)


def judge_with(model: Counting, store: Store, rubric: Path) -> Judge:
    judge = Judge([str(rubric)])
    kept = KeptSentences(store, MODEL)
    judge.vectors = kept
    judge._tools = Tools(CachedEmbedder(model, model="fake", cache=kept))
    return judge


def call(number: int, *texts: str) -> CallResult:
    word = Word("good", 0.1, 0.3, 0.9)
    said = tuple(
        Utterance(at, Role.AGENT, "S0", text, "en", float(at), at + 0.9, 0.9, (word,))
        for at, text in enumerate(texts)
    )
    return CallResult(
        Recording(f"c{number:03}", None, f"{number:064x}", Metadata(agent_id="A1")),
        CallStatus.OK,
        Transcript("en", said, duration_s=float(len(texts)), role_confidence=1.0),
    )


@pytest.fixture
def rubric(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(RUBRIC)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(tmp_path / "qa.db")
    for number in range(7):
        store.save_call(call(number, "Good morning.", "I am so sorry.", f"It is the {number}."))
    store.save_call(replace(call(9), status=CallStatus.FAILED, transcript=None, error="no sound"))
    return store


def test_a_distinct_sentence_is_embedded_once_for_all_calls_and_runs(
    store: Store, rubric: Path
) -> None:
    model = Counting()
    first = list(rescore(store, judge_with(model, store, rubric), CallQuery(), write=True))
    assert len(first) == 7 and all(change.changed for change in first)
    assert sorted(set(model.computed)) == sorted(model.computed)
    kept = {f"It is the {n}." for n in range(7)} | {"Good morning.", "I am so sorry."}
    assert kept <= set(model.computed)
    again = Counting()
    second = list(rescore(store, judge_with(again, store, rubric), CallQuery(), write=True))
    assert not any(change.changed for change in second)
    assert not kept & set(again.computed)


def test_only_what_changed_is_written(
    store: Store, rubric: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    plain = Store.save_verdicts

    def noting(self: Store, verdicts: Mapping[str, Verdict]) -> None:
        written.append(len(verdicts))
        plain(self, verdicts)

    monkeypatch.setattr(Store, "save_verdicts", noting)
    judge = judge_with(Counting(), store, rubric)
    list(rescore(store, judge, CallQuery(), write=False))
    assert written == []
    list(rescore(store, judge, CallQuery(), write=True))
    list(rescore(store, judge, CallQuery(), write=True))
    assert written == [7]


def test_a_changed_rubric_moves_what_it_concerns(store: Store, rubric: Path) -> None:
    list(rescore(store, judge_with(Counting(), store, rubric), CallQuery(), write=True))
    rubric.write_text(RUBRIC.replace("good morning", "the 3"))
    judge = judge_with(Counting(), store, rubric)
    moved = [c for c in rescore(store, judge, CallQuery(), write=False) if c.changed]
    assert [c.call_id for c in moved] == [f"c{n:03}" for n in range(7) if n != 3]
    assert {(k.item, k.before, k.after) for k in moved[0].checks} == {("greeting", "pass", "fail")}


def test_processes_say_what_one_process_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rubric = tmp_path / "own.yaml"
    rubric.write_text("rubric: own\nitems: [{id: a, kind: said, phrases: [good morning]}]")
    monkeypatch.setattr(rescore_module, "TOGETHER", 5)
    with open_store(tmp_path / "qa.db") as store:
        for number in range(23):
            store.save_call(call(number, "Good morning." if number % 3 else "Yes."))
        judge = Judge([str(rubric)])
        alone = list(rescore(store, judge, CallQuery(), write=False, jobs=1))
        shared = list(rescore(store, Judge([str(rubric)]), CallQuery(), write=True, jobs=2))
        assert shared == alone
        assert [change.call_id for change in shared] == [f"c{n:03}" for n in range(23)]
        assert not any(c.changed for c in rescore(store, judge, CallQuery(), write=True, jobs=1))


def test_verdicts_are_named_as_show_names_them(store: Store, rubric: Path) -> None:
    text = "rubric: own\nitems:\n  - {id: care, kind: all, partial: true, rules: [%s]}\n"
    hit, miss = "{kind: said, phrases: [good morning]}", "{kind: said, phrases: [goodbye]}"
    rubric.write_text(text % f"{hit}, {hit.replace('morning', 'morning')}")
    list(rescore(store, judge_with(Counting(), store, rubric), CallQuery(), write=True))
    rubric.write_text(text % f"{hit}, {miss}")
    changes = rescore(store, judge_with(Counting(), store, rubric), CallQuery(), write=False)
    assert {(k.item, k.before, k.after) for c in changes for k in c.checks} == {
        ("care", "pass", "partly")
    }


def test_vectors_of_sentences_that_nobody_says_go(store: Store, rubric: Path) -> None:
    model = Counting()
    judge = judge_with(model, store, rubric)
    kept = judge.vectors = KeptSentences(store)  # under the name that prune asks for
    judge._tools = Tools(CachedEmbedder(model, model="fake", cache=kept))
    list(rescore(store, judge, CallQuery(), write=True))
    assert count_vectors(store) > 8
    store.delete_call("c003")
    prune(store)
    assert count_vectors(store) == 8


def test_what_a_worker_computed_is_kept_by_the_process_with_the_store(store: Store) -> None:
    row = np.eye(1, 384, dtype=np.float32)[0]
    worker = KeptSentences(model=MODEL)
    worker.put({"Good morning.": row})
    assert set(worker.get(["Good morning.", "Hello."])) == {"Good morning."}
    boss = KeptSentences(store, MODEL)
    boss.add(worker.take_fresh())
    assert worker.take_fresh() == {}
    assert boss.get(["Good morning."]) == {}
    boss.flush()
    boss.flush()
    assert boss.get(["Good morning."])["Good morning."] == pytest.approx(row)
    assert KeptSentences(store, "another").get(["Good morning."]) == {}


class Remembering(ScriptedInspector):
    """An inspector that embeds a sentence of its own for every call."""

    def inspect(self, recording: Recording, audio: object = None) -> CallResult:
        assert self.judge.vectors is not None
        self.judge.vectors.put({recording.call_id: np.eye(1, 384, dtype=np.float32)[0]})
        return super().inspect(recording, audio)


def test_a_run_keeps_vectors_as_it_goes(tmp_path: Path) -> None:
    with open_store(tmp_path / "run.db") as store:
        run_batch(
            Plan(tuple(recording(number) for number in range(5))),
            Remembering(),  # type: ignore[arg-type]
            store,
            run_id=None,
            stop=Stop(),
            progress=Quiet(),
        )
        assert count_vectors(store) == 5


class Quiet:
    """Hears how a batch goes and says nothing."""

    def begin(self, total: int) -> None: ...

    def done(self, result: CallResult) -> None: ...

    def end(self) -> None: ...


@given(st.integers(0, 2**32 - 1))
def test_a_packed_vector_is_the_same_ever_after_and_near_to_what_it_was(seed: int) -> None:
    row = np.random.default_rng(seed).standard_normal(384).astype(np.float32)
    row /= np.linalg.norm(row)
    once = unpacked(packed(row))
    assert packed(once) == packed(row)
    assert len(packed(row)) == 384
    assert float(once @ row) > 0.9995
    assert abs(float(np.linalg.norm(once)) - 1.0) < 1e-5


def test_a_vector_of_nothing_can_be_packed() -> None:
    assert not unpacked(packed(np.zeros(4, dtype=np.float32))).any()


@given(st.text(max_size=20), st.text(max_size=20))
def test_digests_differ_by_text_and_by_model(one: str, other: str) -> None:
    assert (digest("m", one) == digest("m", other)) == (one == other)
    assert digest("m", one) != digest("n", one)
