"""Which calls are chosen, for what reasons, and which are set beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from clips_factory import a_call, a_check, a_flag, evidence, utterances

from qa_inspect.domain import (
    CallResult,
    CheckStatus,
    Doubt,
    Evidence,
    Fragility,
    Metadata,
    Role,
    Severity,
)
from qa_inspect.language.embed import CachedEmbedder, Vector
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.clips import By, ChosenPair, Wanted
from qa_inspect.report.clips_choosing import (
    Known,
    QueryHit,
    choose,
    missing_places,
    topics_of_call,
    usual_places,
    with_places,
)
from qa_inspect.report.clips_pairs import find_pairs
from qa_inspect.report.clips_query import QuerySearch, fit, fitting
from qa_inspect.report.part_names import Naming
from qa_inspect.report.titles import Title, Titles
from qa_inspect.rubric.taxonomy import Taxonomy, load_taxonomy
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.topic_finder import FoundTopic

LINES = (
    ("agent", "Good morning how can I help"),
    ("customer", "You idiots lost my parcel and I will call my lawyer"),
    ("agent", "I am sorry to hear that"),
    ("customer", "I do not understand the customs duty"),
)
SPOKEN = utterances(LINES)
IDIOTS = evidence(SPOKEN, 1, "You idiots")
LAWYER = evidence(SPOKEN, 1, "my lawyer")
SORRY = evidence(SPOKEN, 2, "I am sorry")
PASS, FAIL = CheckStatus.PASS, CheckStatus.FAIL
FRAGILE = (Fragility(Doubt.ROLES, PASS),)


def meta(agent: str = "A-1", topic: str | None = "customs", market: str = "US") -> Metadata:
    return Metadata(agent_id=agent, topic=topic, market=market)


def ids(calls: Sequence[CallResult], wanted: Wanted, known: Known | None = None) -> list[str]:
    return [one.call_id for one in choose(calls, wanted, NAMING, known or Known())]


NAMING = Naming(Titles(), Catalogue("en"))
CALLS = (
    a_call(
        "both", LINES, metadata=meta(), flags=[a_flag("abuse", IDIOTS), a_flag("legal", LAWYER)]
    ),
    a_call(
        "grave", LINES, metadata=meta("A-2"), flags=[a_flag("abuse", IDIOTS, Severity.CRITICAL)]
    ),
    a_call("mild", LINES, metadata=meta(), flags=[a_flag("abuse", IDIOTS, Severity.LOW)]),
    a_call("empathy", LINES, metadata=meta(topic=None), checks=[a_check("empathy", PASS, SORRY)]),
    a_call("none", LINES, metadata=meta(), checks=[a_check("empathy", FAIL)]),
)


def test_flags_come_gravest_first_and_a_severity_narrows() -> None:
    assert ids(CALLS, Wanted(flag="abuse")) == ["grave", "both", "mild"]
    high = Wanted(flag="abuse", min_severity=Severity.HIGH)
    assert ids(CALLS, high) == ["grave", "both"]
    assert ids(CALLS, Wanted(min_severity=Severity.HIGH)) == ["grave", "both"]


def test_all_that_is_named_must_hold() -> None:
    assert ids(CALLS, Wanted(flag="abuse", agent_id="A-2")) == ["grave"]
    assert ids(CALLS, Wanted(flag="abuse", topic="Customs")) == ["grave", "both", "mild"]
    assert not ids(CALLS, Wanted(flag="abuse", topic="refund"))
    assert not ids(CALLS, Wanted(flag="abuse", item="empathy"))


def test_an_item_is_asked_by_its_verdict() -> None:
    assert ids(CALLS, Wanted(item="empathy", status=PASS)) == ["empathy"]
    assert ids(CALLS, Wanted(item="empathy")) == ["none"]


def test_what_was_missed_is_placed_where_it_passes() -> None:
    found = choose(CALLS, Wanted(item="empathy"), NAMING, Known())
    assert missing_places(found) == {"empathy"}
    (placed,) = with_places(found, usual_places(CALLS, {"empathy"}))
    place = placed.reasons[0].place
    whole = CALLS[3].transcript
    assert whole is not None and whole.duration_s is not None and SORRY.start_s is not None
    assert place is not None and abs(place - SORRY.start_s / whole.duration_s) < 1e-6


def test_an_agent_alone_gives_flags_and_marked_items() -> None:
    found = choose(CALLS, Wanted(agent_id="A-1"), NAMING, Known())
    assert [one.call_id for one in found] == ["both", "mild"]
    assert {r.name for r in found[0].reasons} == {"abuse", "legal"}
    passed = choose(CALLS, Wanted(agent_id="A-1", status=PASS), NAMING, Known())
    assert "empathy" in {r.name for one in passed for r in one.reasons}


def test_a_query_ranks_and_narrows() -> None:
    hits = {
        "mild": (QueryHit(IDIOTS, 0.9),),
        "both": (QueryHit(LAWYER, 0.5),),
        "none": (QueryHit(SORRY, 0.95),),
    }
    known = Known(hits=hits)
    assert ids(CALLS, Wanted(query="lawyer"), known) == ["none", "mild", "both"]
    assert ids(CALLS, Wanted(query="lawyer", flag="abuse"), known) == ["mild", "both"]


# ------------------------------------------------------------------ pairs


def pairs_of(calls: Sequence[CallResult], wanted: Wanted) -> tuple[ChosenPair, ...]:
    return find_pairs(calls, wanted, NAMING, Known()).pairs


def side(
    name: str, status: CheckStatus, *, language: str = "en", market: str = "US", agent: str = "A-1"
) -> CallResult:
    pieces = (SORRY,) if status is PASS else ()
    return a_call(
        name,
        LINES,
        language=language,
        metadata=meta(agent, market=market),
        checks=[a_check("empathy", status, *pieces)],
    )


def test_a_pair_is_of_one_topic_and_language_and_prefers_one_market() -> None:
    calls = [
        side("good-zh", PASS, language="zh", market="CN"),
        side("good-uk", PASS, market="UK"),
        side("good-us", PASS),
        side("bad", FAIL),
    ]
    (pair,) = pairs_of(calls, Wanted())
    assert (pair.good.call_id, pair.bad.call_id) == ("good-us", "bad")
    assert pair.topic == "customs"
    apart = [calls[0], calls[3]]
    none = find_pairs(apart, Wanted(), NAMING, Known())
    assert (none.pairs, none.only_across) == ((), 1)
    asked = find_pairs(apart, Wanted(), NAMING, Known(), across=True)
    assert [pair.good.call_id for pair in asked.pairs] == ["good-zh"] and not asked.only_across


def test_a_clip_is_in_two_pairs_only_where_there_is_no_other() -> None:
    def about(name: str, topic: str, status: CheckStatus) -> CallResult:
        call = side(name, status)
        metadata = replace(call.recording.metadata, topic=topic)
        return replace(call, recording=replace(call.recording, metadata=metadata))

    topics = {
        name: tuple(FoundTopic(topic, 9.0, "", 1, None) for topic in ("late", "lost"))
        for name in ("good-1", "good-2")
    }
    known = Known(topics=topics)
    bads = [about("bad-1", "late", FAIL), about("bad-2", "lost", FAIL)]
    goods = [about(name, "late", PASS) for name in topics]
    pairs = find_pairs([*goods, *bads], Wanted(), NAMING, known).pairs
    assert {pair.good.call_id for pair in pairs} == {"good-1", "good-2"}
    pairs = find_pairs([goods[0], *bads], Wanted(), NAMING, known).pairs
    assert [(pair.good.call_id, pair.topic) for pair in pairs] == [
        ("good-1", "late"), ("good-1", "lost")
    ]  # fmt: skip


def test_a_manifests_words_name_a_topic_in_any_order() -> None:
    known = Known(topic_titles={"delivery_late": "Delivery is late"})
    for stated in ("late delivery", "Delivery is late", "delivery_late"):
        call = a_call("x", LINES, metadata=meta(topic=stated))
        assert list(topics_of_call(call, known)) == ["delivery_late"], stated


def test_things_are_called_as_the_page_calls_them() -> None:
    titles = Titles(
        items={
            ("support", "en", "empathy"): Title("Shows understanding"),
            ("support", "id", "empathy"): Title("Menunjukkan empati"),
        },
        flags={("risk", "en", "abuse"): Title("Abuse"), ("risk", "id", "abuse"): Title("Makian")},
    )
    flag = replace(a_flag("abuse", IDIOTS), rubric="risk", explanation="Makian: bodoh")
    call = a_call(
        "x", LINES, language="id", metadata=meta(), flags=[flag], checks=[a_check("empathy", FAIL)]
    )
    naming = Naming(titles, Catalogue("en"))
    (found,) = choose([call], Wanted(item="empathy"), naming, Known())
    assert found.reasons[0].title == "Shows understanding"
    (found,) = choose([call], Wanted(flag="abuse"), naming, Known())
    assert (found.reasons[0].title, found.reasons[0].explanation) == ("Abuse", "bodoh")


def test_fragile_verdicts_and_calls_to_review_are_no_examples() -> None:
    fragile = a_call(
        "fragile", LINES, metadata=meta(), checks=[a_check("empathy", FAIL, fragile=FRAGILE)]
    )
    review = side("review", FAIL)
    assert review.transcript is not None
    review = replace(review, transcript=replace(review.transcript, needs_review=True))
    calls = [side("good", PASS), fragile, side("firm", FAIL), review]
    (pair,) = pairs_of(calls, Wanted())
    assert pair.bad.call_id == "firm"
    assert not pairs_of([calls[0], review], Wanted())


def test_the_bad_side_is_the_agents_the_good_one_anyones() -> None:
    calls = [side("good", PASS, agent="A-9"), side("a", FAIL), side("b", FAIL, agent="A-2")]
    (pair,) = pairs_of(calls, Wanted(agent_id="A-2"))
    assert (pair.good.call_id, pair.bad.call_id) == ("good", "b")
    assert not pairs_of(calls, Wanted(topic="refund"))
    assert not pairs_of(calls, Wanted(item="greeting"))


# ------------------------------------------------------------------ meaning


class FewWords:
    """A sentence model of four words: a text is how often it has each."""

    model = "few-words"
    words = ("customs", "lawyer", "sorry", "morning", "the")

    def embed(self, texts: Sequence[str]) -> Vector:
        rows = [[t.casefold().count(w) + 0.01 for w in self.words] for t in texts]
        made = np.asarray(rows, dtype=np.float32)
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


ORDINARY = Taxonomy.model_validate(
    {
        "taxonomy": "small",
        "topics": [
            {
                "id": "other",
                "examples": {"en": [f"the morning {n} the sorry" for n in range(12)]},
            }
        ],
        "small_talk": {"en": [f"good morning {n}" for n in range(12)]},
    }
)


SMALL_TALK = load_taxonomy().model_copy(update={"topics": load_taxonomy().topics[:4]})
"""Few lines to embed: what is told is the nearness to ordinary lines, whichever they are."""


def search(query: str, said_by: Role | None = None) -> dict[str, tuple[QueryHit, ...]]:
    looked = QuerySearch(query, ORDINARY, Tools(FewWords()), said_by)
    return dict(looked.find(CALLS[:1]))


def test_a_query_finds_the_line_that_means_it() -> None:
    (best, *_) = search("customer confused about customs duty")["both"]
    assert best.evidence.utterance == 3
    assert 0.5 < best.fit < 1.0
    assert best.evidence.start_s is not None


@pytest.mark.models
def test_meaning_is_found_across_languages_and_nonsense_is_not(
    sentence_model: CachedEmbedder,
) -> None:
    tools = Tools(sentence_model)
    found = dict(QuerySearch("客户不明白关税", SMALL_TALK, tools).find(CALLS[:1]))
    assert found["both"][0].evidence.utterance == 3
    nonsense = QuerySearch("something about bananas and space travel", SMALL_TALK, tools)
    assert not dict(nonsense.find(CALLS[:1]))


def test_who_says_it_can_be_asked() -> None:
    assert search("lawyer", Role.CUSTOMER)["both"][0].evidence.utterance == 1
    assert "both" not in search("lawyer", Role.AGENT)


def test_lines_that_fit_weakly_are_left_out_and_their_calls_counted() -> None:
    def hit(score: float) -> QueryHit:
        return QueryHit(Evidence(1, 1.0, 2.0, "x"), fit(score))

    hits = {"best": (hit(5.0), hit(2.2)), "near": (hit(3.0),), "far": (hit(2.1),)}
    kept, weaker = fitting(hits)
    assert {call: len(own) for call, own in kept.items()} == {"best": 1, "near": 1}
    assert weaker == 1
    assert fitting({"noise": (hit(1.9),)}) == ({}, 1)
    assert fitting({}) == ({}, 0)


def test_a_call_that_is_half_right_is_no_bad_example() -> None:
    good = a_call("good", LINES, metadata=meta(), checks=[a_check("empathy", PASS, SORRY)])
    half = replace(a_check("empathy", FAIL, SORRY), points=6.0)
    calls = [good, a_call("half", LINES, metadata=meta(), checks=[half])]
    assert pairs_of(calls, Wanted(item="empathy")) == ()
    calls.append(a_call("bad", LINES, metadata=meta(), checks=[a_check("empathy", FAIL)]))
    (pair,) = pairs_of(calls, Wanted(item="empathy"))
    assert pair.bad.call_id == "bad"


def test_fit_grows_with_nearness_and_stays_below_one() -> None:
    assert fit(-1.0) == 0.0
    assert 0 < fit(1.0) < fit(2.0) < fit(9.0) < 1.0


def test_reasons_are_of_the_kind_that_was_asked_for() -> None:
    hits = MappingProxyType({"both": (QueryHit(Evidence(1, 1.0, 2.0, "x"), 0.7),)})
    (found,) = choose(CALLS, Wanted(query="x", flag="legal"), NAMING, Known(hits=hits))
    assert [r.by for r in found.reasons] == [By.QUERY, By.FLAG]
