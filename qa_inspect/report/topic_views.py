"""Topics as pages show them: each with its calls and where they open.

This module does not know how topics are found, nor folders.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.topics import TopicCall, Topics, TopicTrend

_MOST = 100


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic with calls to open: each call with the address of the moment. ``calls`` are those
    about it, the clearest first, and not more than somebody would open."""

    trend: TopicTrend
    examples: tuple[tuple[TopicCall, str], ...]
    calls: tuple[tuple[TopicCall, str], ...]


def topic_views(
    topics: Topics, address: Callable[[str, float | None], str]
) -> tuple[TopicView, ...]:
    """Every topic found; ``address`` gives the page of a call's moment (id, seconds)."""
    return tuple(
        TopicView(
            trend,
            tuple((call, address(call.call_id, call.start_s)) for call in trend.examples),
            tuple((call, address(call.call_id, call.start_s)) for call in trend.calls[:_MOST]),
        )
        for trend in topics.found
    )


def topic_fact(
    topics: Topics | None, call_id: str, catalogue: Catalogue
) -> tuple[tuple[str, str], ...]:
    """What a call's page tells of its topics, as label and value; nothing where none was found."""
    found = topics.of_call.get(call_id, ()) if topics else ()
    if topics is None or not found:
        return ()
    titles = {trend.topic: trend.title for trend in topics.found}
    return ((catalogue.text("topics_heard"), ", ".join(titles[one.topic] for one in found)),)
