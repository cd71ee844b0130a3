"""Every item and flag of every shipped pack has at least four cases of each sort, all right."""

from __future__ import annotations

import pytest

from qa_inspect.language.embed import CachedEmbedder
from qa_inspect.rubric.cases import cases_path, load_cases, run_cases
from qa_inspect.rubric.checks.context import Context
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.load import Pack, available, read_rubric
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.view import CallView

PACKS = available()
OF_TIME_AND_SOUND = ("interruptions", "silence", "raised_voice", "pace", "talk_share")


def _name(pack: Pack) -> str:
    return f"{pack.name}.{pack.language}"


def test_there_are_two_packs_in_six_languages() -> None:
    languages = ("en", "zh", "id", "vi", "th", "ms")
    wanted = {f"{name}.{language}" for name in ("support", "risk") for language in languages}
    assert {_name(pack) for pack in PACKS} == wanted


@pytest.mark.parametrize("pack", PACKS, ids=_name)
def test_everything_has_four_cases_of_each(pack: Pack) -> None:
    rubric = read_rubric(pack.path)
    path = cases_path(rubric)
    assert path is not None
    cases = load_cases(path, rubric)
    for entry in (*rubric.items, *rubric.flags):
        own = [case.must_hit for case in cases if case.item == entry.id]
        assert min(own.count(True), own.count(False)) >= 4, entry.id
    assert len({(case.item, case.text) for case in cases}) == len(cases)


@pytest.mark.parametrize("pack", [p for p in PACKS if p.name == "support"], ids=_name)
def test_items_of_time_and_sound_are_judged_and_come_out_right(pack: Pack) -> None:
    rubric = read_rubric(pack.path)
    path = cases_path(rubric)
    assert path is not None
    cases = [case for case in load_cases(path, rubric) if case.item in OF_TIME_AND_SOUND]
    for case in cases:
        item = rubric.item(case.item)
        assert item is not None and case.dialogue is not None
        view = CallView(case.dialogue.transcript(pack.language))
        outcome = Context(view, rubric, Tools(), KINDS).judge(item.rule)
        assert outcome.judged, f"{case.item}: {outcome.explanation}"
    report = run_cases(rubric, cases)
    assert report.ok, "\n".join(str(miss) for miss in report.misses)


@pytest.mark.models
@pytest.mark.parametrize("pack", PACKS, ids=_name)
def test_every_case_comes_out_right(pack: Pack, sentence_model: CachedEmbedder) -> None:
    rubric = read_rubric(pack.path)
    path = cases_path(rubric)
    assert path is not None
    report = run_cases(rubric, load_cases(path, rubric), Tools(sentence_model))
    assert report.ok, "\n".join(str(miss) for miss in report.misses)
    assert not report.untested
