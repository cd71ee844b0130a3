"""The index page of a trainer pack: what its template needs of clips and pairs.

This module does not know folders, sound or how clips are made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qa_inspect.domain import Role
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.clips import By, Clip, Hidden, Reason
from qa_inspect.report.clips_making import hides_agents
from qa_inspect.report.clips_pack import Pack, number_of_calls
from qa_inspect.report.page_engine import Pages
from qa_inspect.report.telling import telling
from qa_inspect.report.titles import one_percentage, shipped_titles

Named = Callable[[By, str], str]
"""What the packs of the page's language call a flag or an item; empty where they do not."""


def index_page(pack: Pack, language: str) -> str:
    """The page as HTML, in ``en`` or ``zh``."""
    catalogue = Catalogue(language)
    named = _named(language)
    by_number = {clip.number: clip for clip in pack.clips}
    shown = {clip.number: _clip(clip, catalogue, named, pack) for clip in pack.clips}
    paired = {number for pair in pack.pairs for number in (pair.good, pair.bad)}
    pairs = [
        {
            "topic": pair.topic,
            "title": named(By.ITEM, pair.item) or pair.title or catalogue.name(pair.item),
            "good": shown[pair.good],
            "bad": shown[pair.bad],
        }
        for pair in pack.pairs
    ]
    loose = [shown[number] for number in by_number if number not in paired]
    return Pages(catalogue, {}).make(
        "clips.html",
        asked=[
            (catalogue.text(f"clips.asked.{name}"), _asked(name, value, catalogue, named))
            for name, value in pack.asked.items()
        ],
        counted=_counted(pack, catalogue),
        unredacted=_unredacted(pack, catalogue),
        voices=_voices(pack, catalogue),
        pairs=pairs,
        clips=loose,
        whys=_whys(shown.values()),
        roles=_roles(shown.values()),
        left_out=pack.left_out,
    )


def _named(language: str) -> Named:
    """On English pages things are called what they are called in the language of the call."""
    if language == "en":
        return lambda by, name: ""
    titles = shipped_titles(languages=(language,))

    def named(by: By, name: str) -> str:
        if by is By.FLAG:
            found = titles.flag("", language, name)
            return found.title if found else ""
        return titles.item_of_any(language, name) if by is By.ITEM else ""

    return named


def _asked(name: str, value: str, catalogue: Catalogue, named: Named) -> str:
    """What was asked for as people read it; on English pages as it was given."""
    if catalogue.language == "en":
        return value
    if name == "pairs":
        return catalogue.text("clips.asked.yes")
    words = {"status": "status", "said_by": "role", "min_severity": "severity"}.get(name)
    if words is not None:
        return catalogue.text(f"{words}.{value}")
    by = {"flag": By.FLAG, "item": By.ITEM}.get(name)
    return (by and named(by, value)) or value


def _clip(clip: Clip, catalogue: Catalogue, named: Named, pack: Pack) -> dict[str, Any]:
    roles = _evidence_roles(clip)
    agent = clip.agent
    if hides_agents(pack.making.disguise) and agent.startswith("#"):
        agent = catalogue.text("clips.agent_number", number=agent[1:])
    return {
        "clip": clip,
        "agent": agent,
        "reasons": [_reason(reason, catalogue, named) for reason in clip.reasons],
        "roles": " ".join(sorted(roles)),
        "why_keys": " ".join(dict.fromkeys(_key(reason) for reason in clip.reasons)),
    }


def _reason(reason: Reason, catalogue: Catalogue, named: Named) -> dict[str, Any]:
    title = reason.title or catalogue.name(reason.name)
    if reason.by is By.QUERY:
        title = f"“{reason.name}”"
    explanation = one_percentage(reason.explanation, title)
    measured = {By.FLAG: "clips.sure", By.QUERY: "clips.fit"}.get(reason.by)
    return {
        "key": _key(reason),
        "kind": catalogue.text(f"clips.by.{reason.by.value}"),
        "by": reason.by.value,
        "title": named(reason.by, reason.name) or title,
        "verdict": reason.verdict,
        "measure": catalogue.text(measured, share=f"{reason.fit:.0%}")
        if measured and reason.fit is not None
        else "",
        "explanation": telling(catalogue.language).explained(explanation),
        "note": _note(reason, catalogue),
    }


def _note(reason: Reason, catalogue: Catalogue) -> str:
    if not reason.evidence and reason.place is not None:
        key = "clips.opening" if reason.by is By.TOPIC else "clips.usual_place"
        return catalogue.text(key)
    return catalogue.text("clips.fragile") if reason.fragile else ""


def _key(reason: Reason) -> str:
    return f"{reason.by.value}:{reason.name}".replace(" ", "_")


def _evidence_roles(clip: Clip) -> set[str]:
    """Who says the marked words."""
    return {
        line.role.value
        for line in clip.lines
        if any(piece.mark == "evidence" for piece in line.pieces)
    }


def _whys(shown: Any) -> list[tuple[str, str]]:
    """What clips were chosen for, by key, in order of first appearance."""
    found: dict[str, str] = {}
    for view in shown:
        for reason in view["reasons"]:
            found.setdefault(reason["key"], reason["title"])
    return list(found.items())


def _roles(shown: Any) -> list[str]:
    present = {role for view in shown for role in view["roles"].split()}
    return [role.value for role in Role if role.value in present]


def _counted(pack: Pack, catalogue: Catalogue) -> str:
    parts = [_number("clips.count", len(pack.clips), catalogue)]
    if pack.pairs:
        parts.insert(0, _number("clips.pair_count", len(pack.pairs), catalogue))
    calls = _number("clips.from_calls", number_of_calls(pack.clips), catalogue)
    comma = "，" if catalogue.language == "zh" else ", "
    return comma.join(parts) + ("，" if catalogue.language == "zh" else " ") + calls


def _number(key: str, count: int, catalogue: Catalogue) -> str:
    return catalogue.text(f"{key}_one") if count == 1 else catalogue.text(key, n=count)


def _unredacted(pack: Pack, catalogue: Catalogue) -> str | None:
    if pack.unredacted_by is None:
        return None
    when = f"{pack.made_at:%Y-%m-%d %H:%M} UTC"
    return catalogue.text("clips.unredacted_about", who=pack.unredacted_by, when=when)


def _voices(pack: Pack, catalogue: Catalogue) -> str:
    hidden = pack.making.disguise
    if hidden is Hidden.NOBODY:
        return catalogue.text("clips.voices_kept")
    roles: Mapping[Hidden, Sequence[Role]] = {
        Hidden.AGENT: (Role.AGENT,),
        Hidden.CUSTOMER: (Role.CUSTOMER,),
        Hidden.ALL: (Role.AGENT, Role.CUSTOMER),
    }
    comma = "、" if catalogue.language == "zh" else ", "
    who = comma.join(catalogue.text(f"role.{role.value}") for role in roles[hidden])
    return catalogue.text("clips.disguised", who=who)
