"""Finding what stored calls are about, with sentence vectors that outlive the run.

This module does not know periods, pages or how topics are told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from qa_inspect.batch.vectors import KeptSentences
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.topic_finder import TopicFinder

if TYPE_CHECKING:
    from qa_inspect.domain import CallResult
    from qa_inspect.rubric.taxonomy import Taxonomy
    from qa_inspect.store.results import Store

_TOGETHER = 500
"""Calls after which new vectors are written."""


class StoredTopics:
    """A finder over a store. ``kept`` passes calls on and writes new vectors as they go by."""

    def __init__(self, store: Store, taxonomy: Taxonomy) -> None:
        self._vectors = KeptSentences(store)
        self.finder = TopicFinder(taxonomy, Tools(cache=self._vectors))

    def kept(self, calls: Iterable[CallResult]) -> Iterator[CallResult]:
        """The same calls. Raises StoreError where the database refuses the vectors."""
        for number, call in enumerate(calls, start=1):
            yield call
            if number % _TOGETHER == 0:
                self._vectors.flush()

    def flush(self) -> None:
        """Writes what is new."""
        self._vectors.flush()


@contextmanager
def topics_of(store: Store, taxonomy: Taxonomy) -> Iterator[StoredTopics]:
    """A finder whose new vectors are written at the end, also after an error."""
    stored = StoredTopics(store, taxonomy)
    try:
        yield stored
    finally:
        stored.flush()
