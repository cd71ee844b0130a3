"""Topics as pages show them: each with its calls and where they open.

This module does not know how topics are found, nor folders.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qa_inspect.report.topics import TopicCall, Topics, TopicTrend


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic with calls to open: each call with the address of the moment."""

    trend: TopicTrend
    examples: tuple[tuple[TopicCall, str], ...]


def topic_views(
    topics: Topics, address: Callable[[str, float | None], str]
) -> tuple[TopicView, ...]:
    """Every topic found; ``address`` gives the page of a call's moment (id, seconds)."""
    return tuple(
        TopicView(
            trend,
            tuple((call, address(call.call_id, call.start_s)) for call in trend.examples),
        )
        for trend in topics.found
    )


def topic_names(topics: Topics, call_id: str) -> str:
    """The titles of a call's topics, the foremost first; empty where none was found."""
    titles = {trend.topic: trend.title for trend in topics.found}
    return ", ".join(titles[found.topic] for found in topics.of_call.get(call_id, ()))
