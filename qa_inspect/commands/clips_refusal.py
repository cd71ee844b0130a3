"""Why ``qa-inspect clips`` found nothing, and what to ask instead.

It does not know how calls are searched nor how clips are made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from qa_inspect.commands.render import calls
from qa_inspect.domain import CallResult, CallStatus, CheckStatus
from qa_inspect.errors import InputError
from qa_inspect.rubric import wording

if TYPE_CHECKING:
    from qa_inspect.commands.clips_search import Found, Search
    from qa_inspect.report.clips import Wanted
    from qa_inspect.store.results import CallQuery, Store


def refuse_empty(store: Store, search: Search, asked: Mapping[str, str], found: Found) -> NoReturn:
    """Say that nothing was found and why, as far as that can be told.

    Raises InputError, always.
    """
    things = _things(search.wanted)
    named = {**things, **{k: v for k, v in asked.items() if k not in things and k != "pairs"}}
    told = ", ".join(f"{name} “{value}”" for name, value in named.items())
    if search.pairs:
        raise InputError(f"no pair was found{f': {told}' if told else ''}", cure=_pairs_need(found))
    weakly = ""
    if found.weaker:
        fits = "1 call fits" if found.weaker == 1 else f"{found.weaker} calls fit"
        weakly = f"; {fits} the query weakly: --weak shows what there is"
    period = search.query.since or search.query.until
    if len(things) == 1 and not period:
        raise InputError(f"no call to show: {told}", cure=_why_not(store, search.wanted) + weakly)
    counts = ", ".join(f"{name} {store.count(q)}" for name, q in _countable(search).items())
    lead = f"calls of each by itself: {counts}; " if counts else ""
    cure = "ask for less at once"
    if search.wanted.query is not None:
        cure = f"{_SAY_IT}, or {cure}"
    raise InputError(f"no call is all of this: {told}", cure=lead + cure + weakly)


_SAY_IT = "say it as people would on the telephone"


def _pairs_need(found: Found) -> str:
    need = (
        "a pair needs a call that passes an item and another of the same language that fails it, "
        "both about one topic"
    )
    if not found.only_across:
        return need
    count = wording.count(found.only_across, "pair")
    return f"{need}; --across-languages shows {count} of two languages"


def _things(wanted: Wanted) -> dict[str, str]:
    """What was asked of a call, by name."""
    named = {
        "flag": wanted.flag,
        "item": wanted.item,
        "agent": wanted.agent_id,
        "topic": wanted.topic,
        "query": wanted.query,
        "min_severity": wanted.min_severity and wanted.min_severity.value,
    }
    return {name: value for name, value in named.items() if value is not None}


def _countable(search: Search) -> Mapping[str, CallQuery]:
    """What the database counts of the things that were asked for, each by itself."""
    from qa_inspect.store.results import CallQuery

    wanted, found = search.wanted, dict[str, CallQuery]()
    if wanted.flag:
        found["flag"] = CallQuery(flag=wanted.flag)
    if wanted.item and wanted.status is CheckStatus.FAIL:
        found["item"] = CallQuery(failed_item=wanted.item)
    if wanted.agent_id:
        found["agent"] = CallQuery(agent_id=wanted.agent_id)
    if search.query.since or search.query.until:
        found["period"] = replace(search.query, agent_id=None)
    return found


def _why_not(store: Store, wanted: Wanted) -> str:
    """Why there is no call of the one thing that was asked for."""
    if wanted.agent_id is not None:
        return _of_agent(store, wanted)
    if wanted.item is not None:
        other = CheckStatus.PASS if wanted.status is CheckStatus.FAIL else CheckStatus.FAIL
        verb = {CheckStatus.FAIL: "fails", CheckStatus.PASS: "passes"}.get(wanted.status, "has")
        return f"no call {verb} it; try --status {other.value}"
    if wanted.topic is not None:
        return "no call is about it; `qa-inspect topics` lists what calls are about"
    if wanted.query is not None:
        return _SAY_IT
    if wanted.flag is not None:
        return "no call has this flag; `qa-inspect flags` lists those that were raised"
    return "no call has a flag that grave; ask for a lower --min-severity"


def _of_agent(store: Store, wanted: Wanted) -> str:
    """What is wrong with the agent's calls, the most frequent first."""
    from qa_inspect.store.results import CallQuery

    found = store.calls(CallQuery(agent_id=wanted.agent_id), words=False)
    whys = Counter(_lacks(call, wanted) for call in found)
    told = "; ".join(f"{calls(number, 'have')} {why}" for why, number in whys.most_common())
    return f"{told}; `qa-inspect show CALL` tells why"


def _lacks(call: CallResult, wanted: Wanted) -> str:
    if call.status is CallStatus.FAILED or call.transcript is None:
        return "failed and could not be inspected"
    verdicts = [c for c in call.verdict.checks if c.status in (CheckStatus.PASS, CheckStatus.FAIL)]
    if not verdicts and not call.verdict.flags:
        return f"no verdict (language {call.transcript.language or 'unknown'})"
    return f"no flag, and no words that show an item with the verdict {wanted.status.value}"
