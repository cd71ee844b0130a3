"""What verdicts say, told in Chinese: every form of sentence, and all that the cases make."""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Evidence,
    Flag,
    Metadata,
    Recording,
    Role,
    RubricScore,
    Severity,
    Transcript,
    Utterance,
    Verdict,
)
from qa_inspect.report import explanations_zh as zh
from qa_inspect.report.call_notes_zh import CURES, FAULTS, NOTES
from qa_inspect.report.explanation_measures_zh import EVIDENCE, QUOTED, SEARCHED
from qa_inspect.report.sentence_forms import Table, marked, numbered
from qa_inspect.report.site import SiteOptions, write_site
from qa_inspect.report.telling import Telling, telling
from qa_inspect.report.titles import Title, Titles
from qa_inspect.rubric.cases import cases_path, load_cases
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.load import parse_rubric, read_rubric
from qa_inspect.rubric.packs import Pack, available
from qa_inspect.rubric.schema import Rubric
from qa_inspect.rubric.score import judge_call
from qa_inspect.rubric.tools import Tools

ROWS: dict[str, list[dict[str, str]]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "told_in_chinese.yaml").read_text(encoding="utf-8")
)
EVERY_NTH_CASE = 8
NEEDS_A_MODEL = {"classifier", "learned"}

_QUOTE = re.compile(r"“(?:[^“”]++|“[^“”]*”)*+”|“[^”]*”")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_NUMBER = re.compile(r"\d+(?:[.:]\d+)*")


@pytest.mark.parametrize("told", ROWS)
def test_each_sentence_is_told_as_the_table_says(told: str) -> None:
    tell: Callable[[str], str] = getattr(telling("zh"), told)
    assert {row["en"]: tell(row["en"]) for row in ROWS[told]} == {
        row["en"]: row["zh"] for row in ROWS[told]
    }


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (zh.SENTENCES, "explained"),
        (SEARCHED, "searched"),
        (EVIDENCE, "evidence"),
        (NOTES, "noted"),
        (FAULTS, "failed"),
    ],
    ids=["sentences", "searched", "evidence", "notes", "faults"],
)
def test_each_form_has_a_row(table: Table, told: str) -> None:
    shapes = [numbered(part) for part in _parts(row["en"] for row in ROWS[told])]
    unseen = [
        form.english
        for form in zh.forms_of(table).forms
        if not any(form.told(shape) is not None for shape in shapes)
    ]
    assert unseen == []


def _parts(texts: Iterable[str]) -> Iterator[str]:
    """Sentences by themselves, and what stands before a "but" or after a name."""
    for text in texts:
        yield marked(text)[0]
        for sentence in re.split(r"(?<!\bno)\.+(?:\s+|$)|; (?=asked)", marked(text)[0]):
            yield sentence
            yield sentence.partition(" — ")[0]
            yield sentence.partition(", but ")[0]
            yield sentence.partition(": ")[2]


def test_what_can_be_done_and_what_is_no_speech_has_rows() -> None:
    told = [row["zh"] for rows in ROWS.values() for row in rows]
    for table in (CURES, QUOTED):
        for _, other in table:
            words = re.split(r"\{\w+\}|[\[\]]", other)
            assert any(all(word in text for word in words) for text in told), other


def test_other_languages_keep_what_is_stored() -> None:
    assert telling("en") == Telling()
    assert telling("en").explained("Said: “bye” at 0:30.") == "Said: “bye” at 0:30."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nobody ever wrote this 3 times.",
        "Nobody ever wrote this, “yes” at 0:03. And never 4 %",
        "Said: “bye” at 0:30 \ue001.",
        "A sign of a new kind: 7 things; 8 others.",
    ],
)
def test_what_is_not_known_stays_as_it_is(text: str) -> None:
    assert zh.explained(text) == text


def test_a_sentence_is_told_whole_or_not_at_all() -> None:
    told = zh.explained("Said: “bye” at 0:30. Never seen: 3 of 4. Nothing came near it.")
    assert told == "说了：“bye”（0:30）。Never seen: 3 of 4. 没有接近的内容。"
    half = "2 of 3 signals: anger — Said: “no” at 0:10; haste — It was a hasty 7 of a thing."
    assert zh.explained(half) == half


@pytest.mark.parametrize(
    "quoted", ["“a “b” c”", "“he said “no”", "“3 of 4. Said: 5 %”", "““”", "“Said: ‘x’.”"]
)
def test_quotes_are_data(quoted: str) -> None:
    assert zh.explained(f"Said: {quoted} at 0:30.") == f"说了：{quoted}（0:30）。"


_WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Co", "Cc"), exclude_characters="“”"), max_size=30
)


@given(row=st.sampled_from(ROWS["explained"]), words=st.lists(_WORDS, min_size=1), data=st.data())
def test_quotes_and_numbers_are_all_kept(
    row: dict[str, str], words: Sequence[str], data: st.DataObject
) -> None:
    fresh = iter([*words, *[f"q{at}" for at in range(40)]])
    text = _QUOTE.sub(lambda _: f"“{next(fresh)}”", row["en"])
    outside = _QUOTE.split(text)
    digits = data.draw(st.integers(0, 9))
    outside = [re.sub(r"\d(?!\d{3})", str(digits), part) for part in outside]
    quotes = _QUOTE.findall(text)
    text = "".join(part + quote for part, quote in zip(outside, [*quotes, ""], strict=True))
    told = zh.explained(text)
    for quote in quotes:
        assert quote in told or _is_ours(quote)
    assert sorted(_NUMBER.findall(_QUOTE.sub("", told))) == sorted(
        _NUMBER.findall(" ".join(outside))
    )


def _is_ours(quote: str) -> bool:
    """Whether a quote may be read as words of this project, which a few sentences quote."""
    return zh.forms_of(QUOTED).told(numbered(marked(quote[1:-1])[0])) is not None


@given(st.text())
def test_any_text_can_be_asked_about(text: str) -> None:
    for tell in (zh.explained, zh.searched, zh.evidence, zh.noted, zh.failed):
        assert isinstance(tell(text), str)


class _Scattered:
    """A sentence model that finds nothing like anything else."""

    model = "e5-small"

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        seeds = (int(hashlib.md5(text.encode()).hexdigest()[:8], 16) for text in texts)
        rows = np.array([np.random.default_rng(seed).normal(size=384) for seed in seeds])
        rows = rows.reshape(-1, 384)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@cache
def _tools() -> Tools:
    return Tools(_Scattered())


@pytest.mark.parametrize("pack", available(), ids=lambda pack: pack.path.stem)
def test_all_that_the_cases_of_a_pack_make_is_told_whole(pack: Pack) -> None:
    rubric = read_rubric(pack.path)
    path = cases_path(rubric)
    assert path is not None
    dialogues = [case.dialogue for case in load_cases(path, rubric) if case.dialogue]
    assert len(dialogues) > 100
    names = [part.label for part in (*rubric.items, *rubric.flags)]
    names += [signal.name for rule in rubric.rules() for signal in getattr(rule, "signals", ())]
    for dialogue in dialogues[::EVERY_NTH_CASE]:
        told = dialogue.history
        metadata = told.metadata if told else Metadata()
        transcript = dialogue.transcript(rubric.language or "")
        past = told.past if told else None
        verdict = judge_call(transcript, metadata, [rubric], _tools(), past)
        _assert_told_whole(verdict, [*names, r"call \d+"])


def _assert_told_whole(verdict: Verdict, names: Sequence[str]) -> None:
    known = re.compile("|".join(names)) if names else None
    tell = telling("zh")
    told = [(check.explanation, tell.explained) for check in verdict.checks]
    told += [(check.searched, tell.searched) for check in verdict.checks]
    told += [(flag.explanation, tell.explained) for flag in verdict.flags]
    proofs = [proof for check in verdict.checks for proof in check.evidence]
    proofs += [proof for flag in verdict.flags for proof in flag.evidence]
    told += [(proof.quote, tell.evidence) for proof in proofs if proof.utterance is None]
    for text, how in told:
        chinese = re.sub(r"最少见的词：[^。]*", "", _QUOTE.sub("", how(text)))
        left = known.sub("", chinese) if known else chinese
        assert not _LATIN.search(left), f"{text}\n{chinese}"


def _example(kind: str) -> Rubric:
    """The rule that the documentation of a kind gives as its example, as a rubric."""
    module: Any = importlib.import_module(KINDS[kind].check.__module__)
    text = dedent(module.__doc__.partition("Example::")[2]).strip("\n")
    if text.startswith("kind:"):
        text = f"items:\n  - id: x\n{indent(text, '    ')}"
    return parse_rubric(f"rubric: small\nlanguage: en\n{text}\n", "small.yaml")


_LINES = (
    ("agent", "Good morning, thank you for calling. What is your problem?"),
    ("customer", "My parcel is late, this is the third time, you idiots!"),
    ("agent", "I am so sorry. You said calm down? I can send a new one, AB-123456."),
    ("customer", "As I already told you, it is late. I want my money back."),
    ("agent", "Please hold on a moment."),
    ("customer", "Okay then, but hurry up, I have been waiting for so long."),
)


def _call(lines: Sequence[tuple[str, str]], *, seconds: float, sure: float | None) -> Transcript:
    """A call whose utterances begin every so many seconds, without times for none."""
    said = [
        Utterance(
            at,
            Role(role),
            role,
            text,
            "en",
            at * seconds if seconds else None,
            at * seconds + 3.0 if seconds else None,
            sure,
        )
        for at, (role, text) in enumerate(lines)
    ]
    length = len(lines) * seconds if seconds else None
    return Transcript(language="en", utterances=tuple(said), duration_s=length)


CALLS = {
    "ordinary": _call(_LINES, seconds=4.0, sure=None),
    "slow": _call(_LINES * 4, seconds=120.0, sure=0.95),
    "badly heard": _call(_LINES, seconds=4.0, sure=0.3),
    "half heard": _call(_LINES, seconds=4.0, sure=0.6),
    "without times": _call(_LINES, seconds=0.0, sure=None),
    "of the agent alone": _call(_LINES[::2], seconds=4.0, sure=None),
    "of the customer alone": _call(_LINES[1::2], seconds=4.0, sure=None),
    "of nobody known": _call([("unknown", text) for _, text in _LINES], seconds=4.0, sure=None),
    "of one line": _call(_LINES[:1], seconds=4.0, sure=None),
    "of nothing": _call((), seconds=0.0, sure=None),
}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in NEEDS_A_MODEL])
def test_what_a_kind_says_of_odd_calls_is_told_whole(kind: str) -> None:
    rubric = _example(kind)
    signals = [signal.name for rule in rubric.rules() for signal in getattr(rule, "signals", ())]
    for call in CALLS.values():
        for metadata in (Metadata(), Metadata(csat=2, customer_id="c", topic="delivery")):
            verdict = judge_call(call, metadata, [rubric], _tools())
            assert not any(check.status.value == "error" for check in verdict.checks)
            _assert_told_whole(verdict, [*signals, *(flag.label for flag in rubric.flags)])


def _flagged_call() -> CallResult:
    """A call with an item, a flag, a hold as evidence and a note, as the engine tells them."""
    said = CALLS["ordinary"]
    hold = Evidence(None, 9.0, 51.0, "42.0 s on hold after “Please hold on a moment.”")
    check = CheckResult(
        "support",
        "silence",
        "silence",
        CheckStatus.FAIL,
        0.0,
        3.0,
        "1 time too long: 42.0 s on hold at 0:09.",
        "looked for holds longer than 30 s in the whole call",
        (hold,),
    )
    explanation = "Abuse: Found, said by the customer: “idiots” at 0:04."
    flag = Flag("abuse", Severity.HIGH, 0.8, explanation, (hold,), "risk")
    noted = replace(said, notes=("agent and customer cannot be told apart with confidence",))
    metadata = Metadata(agent_id="a-1", language="en")
    return CallResult(
        Recording("told", None, "aa", metadata),
        CallStatus.OK,
        noted,
        Verdict((RubricScore("support", "1.0", 60.0),), (check,), (flag,), 60.0),
    )


def test_pages_tell_verdicts_in_their_language(tmp_path: Path) -> None:
    broken = CallResult(
        Recording("broken", None, "bb", Metadata()),
        CallStatus.FAILED,
        error="b.wav: is empty (0 bytes) — copy the recording again from its source",
    )
    calls = [_flagged_call(), broken]
    chinese = {
        "calls/told.html": (
            "1 次过长：让客户等候 42.0 秒（0:09）。",
            "在整个通话中找超过 30 秒的等候",
            "发现：客户说了“idiots”（0:04）。",
            "“Please hold on a moment.”之后，让客户等候 42.0 秒",
            "没有把握区分坐席和客户",
        ),
        "flags.html": ("让客户等候 42.0 秒",),
        "failed.html": ("b.wav：是空文件（0 字节）；请重新复制录音",),
    }
    titles = Titles(flags={("risk", "en", "abuse"): Title("Abuse")})
    for language in ("en", "zh"):
        out = tmp_path / language
        write_site(calls, out, SiteOptions(language=language, titles=titles))
        for page, texts in chinese.items():
            shown = unescape((out / page).read_text(encoding="utf-8"))
            assert all((text in shown) == (language == "zh") for text in texts), (language, page)
    english = unescape((tmp_path / "en" / "calls" / "told.html").read_text(encoding="utf-8"))
    for text in (
        "1 time too long: 42.0 s on hold at 0:09.",
        "looked for holds longer than 30 s in the whole call",
        "Found, said by the customer: “idiots” at 0:04.",
        "42.0 s on hold after “Please hold on a moment.”",
        "agent and customer cannot be told apart with confidence",
    ):
        assert text in english
