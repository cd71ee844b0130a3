"""Whole Indonesian and Malay calls played through the packs, and what each must come out as."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from qa_inspect.domain import CheckStatus, Metadata, Role, Transcript, Utterance, Verdict
from qa_inspect.language import malay_ease, readability
from qa_inspect.language.embed import CachedEmbedder
from qa_inspect.rubric.folding import fold
from qa_inspect.rubric.load import load_rubric
from qa_inspect.rubric.score import judge_call
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.trial import try_lines

LANGUAGES = ("id", "ms")
SCRIPT = ("greeting", "identity_check", "restate_problem", "present_solution",
          "confirm_satisfaction", "closing")  # fmt: skip


CALLS: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "calls_id_ms.yaml").read_text(encoding="utf-8")
)


def judged(call: dict[str, Any], tools: Tools) -> Verdict:
    """The call, as an imported transcript without times, judged by both packs of its language."""
    roles = {"A": Role.AGENT, "C": Role.CUSTOMER}
    language = call["language"]
    spoken = [line.split(": ", 1) for line in call["lines"].splitlines()]
    utterances = tuple(
        Utterance(at, roles[who], roles[who].value, text, language)
        for at, (who, text) in enumerate(spoken)
    )
    packs = [load_rubric(name, language) for name in ("support", "risk")]
    return judge_call(Transcript(language, utterances), Metadata(), packs, tools)


@pytest.mark.models
@pytest.mark.parametrize("name", CALLS)
def test_whole_calls(name: str, sentence_model: CachedEmbedder) -> None:
    call = CALLS[name]
    verdict = judged(call, Tools(sentence_model))
    checks = {check.item: check for check in verdict.checks}
    passes = [*call["passes"], *(SCRIPT if call["steps"] else ())]
    wrong = [
        f"{item}: {checks[item].status.value}, {checks[item].explanation}"
        for wanted, items in ((CheckStatus.PASS, passes), (CheckStatus.FAIL, call["fails"]))
        for item in items
        if checks[item].status is not wanted
    ]
    assert not wrong, "\n".join(wrong)
    told = [(flag.flag, flag.explanation) for flag in verdict.flags]
    assert {flag.flag for flag in verdict.flags} == set(call["flags"]), told
    low, high = call["score"]
    assert verdict.score is not None and low <= verdict.score <= high, verdict.score
    assert not [check for check in verdict.checks if check.status is CheckStatus.ERROR]


@pytest.mark.parametrize("language", LANGUAGES)
def test_ordinary_customers_raise_no_alarm(language: str) -> None:
    path = Path(__file__).parent / "ordinary_id_ms.yaml"
    lines = yaml.safe_load(path.read_text(encoding="utf-8"))[language]
    pack = load_rubric("risk", language)
    raised = [
        (flag.id, trial.line)
        for flag in pack.flags
        if flag.id != "agent_misconduct"  # what agents say
        for trial in try_lines(pack, flag.id, lines, Tools())
        if trial.hit
    ]
    assert not raised


def test_everyday_spellings_are_one() -> None:
    assert fold("Udah gak bisa, makasih") == fold("Sudah tidak bisa, terima kasih")
    assert fold("Takde masalah, boleh tak?") == fold("Tidak ada masalah, boleh tidak?")
    assert fold("refund-nya") == fold("refundnya")
    assert fold("baik-baik saja") == "baik baik saja"


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("dua", 2), ("baik", 2), ("pulau", 2), ("saudara", 3), ("keuangan", 4), ("lainnya", 3),
     ("khawatir", 3), ("ketidaknyamanan", 6), ("nyanyi", 2), ("hm", 1)],
)  # fmt: skip
def test_syllables(word: str, syllables: int) -> None:
    assert malay_ease.count_malay_syllables(word) == syllables


PLAIN = {
    "id": "Baik Bu, saya cek dulu ya. Paketnya sudah ada di Jakarta dan besok pagi dikirim ke "
    "rumah Ibu. Nanti kurir telepon dulu sebelum datang. Kalau sore belum ada, telepon lagi ya.",
    "ms": "Baik Puan, saya semak dulu ya. Barang Puan sudah ada di Shah Alam dan esok pagi kami "
    "hantar ke rumah. Nanti rider akan call dulu sebelum sampai. Kalau petang tak ada, call balik.",
}
LEGAL = {
    "id": "Pengembalian dana hanya dapat dipertimbangkan setelah dilaksanakannya verifikasi "
    "kelengkapan dokumentasi pendukung oleh unit penyelesaian perselisihan, dengan memperhatikan "
    "ketentuan peraturan perundang-undangan yang berlaku serta kebijakan internal penyelenggara "
    "mengenai pertanggungjawaban dan keberlangsungan penyelenggaraan layanan telekomunikasi.",
    "ms": "Permohonan bayaran balik hanya akan dipertimbangkan setelah pengesahan kesempurnaan "
    "dokumentasi sokongan dilaksanakan oleh bahagian penyelesaian pertikaian, tertakluk kepada "
    "perundangan yang berkuat kuasa serta dasar dalaman syarikat berkenaan pertanggungjawaban "
    "pembekal perkhidmatan telekomunikasi dan kesinambungan penyelenggaraan infrastruktur.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_talk_is_easier_than_the_terms_of_contract(language: str) -> None:
    plain = readability.readability([PLAIN[language]], language)
    legal = readability.readability([LEGAL[language]], language)
    assert plain is not None and legal is not None
    assert plain.score > 0.75 and legal.score < 0.25
    rare, common = (
        readability.word_rarity([text], language) for text in (LEGAL[language], PLAIN[language])
    )
    assert rare is not None and common is not None and common.score < 0.1
    assert common.score <= rare.score


def test_malay_grade_by_hand() -> None:
    # ten words of two syllables in one sentence: 3.793 + 0.0207 * 600 - 13.988
    assert malay_ease.malay_grade(["saya"] * 10, 1) == pytest.approx(2.225)


def test_clitics_and_english_words_are_familiar() -> None:
    assert readability.zipf("pesanannya", "id") == readability.zipf("pesanan", "id")
    assert readability.zipf("cancel", "ms") > readability.FAMILIAR_ZIPF
    assert readability.zipf("throughput", "ms") < readability.FAMILIAR_ZIPF
