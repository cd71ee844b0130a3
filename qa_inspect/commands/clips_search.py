"""Finding what ``qa-inspect clips`` is asked for: names made sure of, calls searched.

It does not know how clips are made or shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from qa_inspect.domain import CallResult, CheckStatus
from qa_inspect.errors import InputError

if TYPE_CHECKING:
    from qa_inspect.report.clips import Chosen, ChosenPair, Wanted
    from qa_inspect.report.clips_choosing import Known, QueryHit
    from qa_inspect.report.part_names import Naming
    from qa_inspect.rubric.taxonomy import Taxonomy
    from qa_inspect.rubric.topic_finder import FoundTopic
    from qa_inspect.store.results import CallQuery, Store

_SAMPLE = 500
"""Calls that tell where in a call an item mostly is."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, in which calls, by which topics and names. ``across`` lets
    pairs be of two languages."""

    wanted: Wanted
    query: CallQuery
    pairs: bool
    taxonomy: Taxonomy
    naming: Naming
    weak: bool = False
    across: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, the strongest first. ``weaker`` calls fit a query too weakly to be shown;
    ``only_across`` are topics and items of which there are pairs across languages only."""

    chosen: Sequence[Chosen] | Sequence[ChosenPair]
    weaker: int = 0
    only_across: int = 0


def resolved(wanted: Wanted, store: Store, taxonomy: Taxonomy) -> Wanted:
    """The same wish by the names that the store goes by: ids instead of titles, names and other
    spellings. Raises InputError for a name that nothing has, with the nearest."""
    from qa_inspect.commands.agents import agent_named
    from qa_inspect.rubric.load import available, read_rubric
    from qa_inspect.store.named import names_in_store

    known = names_in_store(store)
    packs = [read_rubric(pack.path) for pack in available()] if wanted.flag or wanted.item else []
    flags = {**{f.id: f.title for p in packs for f in p.flags}, **dict.fromkeys(known.flags, "")}
    items = {**{i.id: i.title for p in packs for i in p.items}, **dict.fromkeys(known.items, "")}
    topics = {**dict.fromkeys(known.topics, ""), **taxonomy.titles("en")}
    return replace(
        wanted,
        flag=_named("flag", wanted.flag, flags),
        item=_named("item", wanted.item, items),
        agent_id=wanted.agent_id and agent_named(wanted.agent_id, known.agents),
        topic=_named("topic", wanted.topic, topics),
    )


def find(store: Store, search: Search) -> Found:
    """The calls (or pairs) that are all that is wanted. Raises ModelError
    where a query is asked and the sentence model is missing."""
    from qa_inspect.report.clips_choosing import choose, missing_places, with_places
    from qa_inspect.report.clips_pairs import find_pairs

    known, weaker = _known(store, search)
    calls = store.calls(_narrowed(search), words=False)
    if not search.pairs:
        found = choose(calls, search.wanted, search.naming, known)
        return Found(tuple(with_places(found, _places(store, missing_places(found)))), weaker)
    paired = find_pairs(calls, search.wanted, search.naming, known, across=search.across)
    sides = (side for pair in paired.pairs for side in (pair.good, pair.bad))
    places = _places(store, missing_places(sides))
    return Found(
        [
            replace(
                pair,
                good=next(with_places([pair.good], places)),
                bad=next(with_places([pair.bad], places)),
            )
            for pair in paired.pairs
        ],
        only_across=paired.only_across,
    )


def _named(what: str, name: str | None, known: Mapping[str, str]) -> str | None:
    """The id of that id or title, however it is written. Raises InputError."""
    from qa_inspect.rubric.fields import nearest

    if name is None:
        return None
    told = " ".join(name.casefold().replace("_", " ").split())
    for ident, title in known.items():
        if told in (ident.casefold().replace("_", " "), title.casefold()):
            return ident
    labels = [label for ident, title in known.items() for label in (ident, title) if label]
    guess = nearest(name, labels)
    lead = f"did you mean “{guess}”? " if guess else ""
    listed = ", ".join(sorted(known)[:40]) or "none"
    raise InputError(
        f"no {what} is called {name!r}", where=f"--{what}", cure=f"{lead}known are {listed}"
    )


def _narrowed(search: Search) -> CallQuery:
    """What the database itself can tell of the calls that are wanted."""
    wanted, query = search.wanted, search.query
    if wanted.flag is not None:
        query = replace(query, flag=wanted.flag, min_severity=wanted.min_severity)
    if wanted.item is not None and wanted.status is CheckStatus.FAIL and not search.pairs:
        query = replace(query, failed_item=wanted.item)
    return query


def _places(store: Store, items: frozenset[str]) -> Mapping[str, float]:
    from qa_inspect.report.clips_choosing import usual_places

    calls: Iterator[CallResult] = islice(store.calls(words=False), _SAMPLE)
    return usual_places(calls, items) if items else {}


def _known(store: Store, search: Search) -> tuple[Known, int]:
    """What is looked for by meaning: the lines of a query, and topics; and how many calls fit the
    query too weakly."""
    from qa_inspect.report.clips_choosing import Known

    titles = search.taxonomy.titles("en")
    hits, weaker = _hits(store, search) if search.wanted.query is not None else (None, 0)
    if search.wanted.topic is None and not search.pairs:
        return Known(topic_titles=titles, hits=hits), weaker
    return Known(_topics(store, search), titles, hits), weaker


def _topics(store: Store, search: Search) -> Mapping[str, tuple[FoundTopic, ...]]:
    from qa_inspect.commands.topics import find_in_store

    # Without the sentence model only topics that the manifest names are known; it says so
    return find_in_store(store, _narrowed(search), None, search.taxonomy).of_call


def _hits(store: Store, search: Search) -> tuple[Mapping[str, tuple[QueryHit, ...]], int]:
    from qa_inspect.batch.vectors import KeptSentences
    from qa_inspect.report.clips_query import QuerySearch, fitting
    from qa_inspect.rubric.tools import Tools

    vectors = KeptSentences(store)
    wanted = search.wanted
    query = QuerySearch(wanted.query or "", search.taxonomy, Tools(cache=vectors), wanted.said_by)
    vectors.take_fresh()  # the query is no sentence of a call
    hits = dict(query.find(store.calls(_narrowed(search), words=False), vectors.flush))
    return (hits, 0) if search.weak else fitting(hits)
