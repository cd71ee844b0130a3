"""What is remembered of texts says what looking list by list says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rubric_helpers import call

from qa_inspect.rubric.phrase_memory import PhraseMemory
from qa_inspect.rubric.phrases import PhraseList, compile_phrases
from qa_inspect.rubric.view import CallView

LISTS = (
    compile_phrases(("thank you", "thanks", "could you (please|kindly) wait")),
    compile_phrases(("wait ... please", "you", "(refund|money) [back]")),
    compile_phrases(("谢谢您", "请 ... 稍等")),
)
WORDS = ("thank", "you", "could", "please", "wait", "money", "谢谢您", "请您稍等", "24", "the")
TEXTS = st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join)


def _asked(view: CallView, phrases: PhraseList) -> list[tuple[int, tuple[str, ...]]]:
    return [
        (line.index, tuple(hit.phrase for hit in view.hits(phrases, line)))
        for line in view.candidates(phrases, view.lines)
    ]


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=4), min_size=2, max_size=4))
def test_calls_are_told_alike_with_and_without_a_memory(calls: list[list[str]]) -> None:
    memory = PhraseMemory()
    for said in calls:
        transcript = call(*(("agent", text) for text in said))
        knowing, afresh = CallView(transcript, memory=memory), CallView(transcript)
        for phrases in LISTS:
            assert _asked(knowing, phrases) == _asked(afresh, phrases)
    assert memory.lists == {phrases.key for phrases in LISTS}


def test_a_list_that_comes_later_is_found_in_texts_known_before() -> None:
    memory = PhraseMemory()
    memory.add(LISTS[0])
    assert memory.of("thank you").likely == {LISTS[0].key: [0]}
    memory.add(LISTS[1])
    assert memory.of("thank you").likely == {LISTS[0].key: [0], LISTS[1].key: [1]}
    assert memory.of("nothing").likely == {}
