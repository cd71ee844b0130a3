"""The rows of the report's long lists, with what each is found and filtered by.

This module does not know folders, nor how rows reach a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.lines import CallLine, FlagLine
from qa_inspect.report.overview import QueueLine
from qa_inspect.report.page_engine import Pages
from qa_inspect.report.page_lists import Facet, ListRow, PageList
from qa_inspect.report.said_index import SaidIndex
from qa_inspect.report.telling import telling

_FACETS = (
    "flag",
    "severity",
    "agent",
    "team",
    "market",
    "language",
    "topic",
    "section",
    "weekday",
    "hour",
)
_MARKS = ("flagged", "review", "failed")


class ListRows:
    """Makes the lists of one report."""

    def __init__(self, pages: Pages, catalogue: Catalogue) -> None:
        self._pages = pages
        self._t = catalogue
        self._evidence = telling(catalogue.language).evidence

    def calls(self, lines: Iterable[CallLine], said: SaidIndex | None = None) -> PageList:
        """Every call; ``said`` is of what was said in them, in the same order."""
        rows = tuple(
            self._row(line, self._html("call_row", line), f"{line.call_id} {line.agent_id or ''}")
            for line in lines
        )
        return PageList("calls", rows, _FACETS, _MARKS, said)

    def failed(self, lines: Iterable[CallLine]) -> PageList:
        """Every call that could not be inspected."""
        rows = tuple(
            self._row(
                line,
                self._html("failed_row", line),
                f"{line.call_id} {line.error or ''} {line.path or ''}",
            )
            for line in lines
        )
        return PageList("failed", rows, ("agent", "team", "market", "language"))

    def flags(self, flags: Iterable[FlagLine], lines: Mapping[str, CallLine]) -> PageList:
        """Every flag, in the order given."""
        rows = []
        for found in flags:
            flag, piece = found.line.flag, found.line.evidence
            own = {
                "flag": ((flag.flag, found.name),),
                "severity": (self._severity(flag.severity.value),),
            }
            told = self._evidence(piece.quote) if piece else found.explanation
            said = f"{found.line.call_id} {told}"
            rows.append(
                self._row(lines[found.line.call_id], self._html("flag_row", found), said, own)
            )
        return PageList("flags", tuple(rows), _FACETS, ("review",))

    def queue(self, queued: Iterable[QueueLine], lines: Mapping[str, CallLine]) -> PageList:
        """Every call of the queue, in the order given."""
        rows = []
        for line in queued:
            call, told = line.row.call, line.row.told
            piece = told.evidence if told else None
            quoted = self._evidence(piece.quote) if piece else ""
            said = f"{call.call_id} {quoted}"
            row = self._row(lines[call.call_id], self._html("queue_row", line), said)
            rows.append(row)
        return PageList("queue", tuple(rows), _FACETS, ("review",))

    def _html(self, macro: str, *shown: Any) -> str:
        return self._pages.part("rows.html", macro, *shown)

    def _severity(self, value: str) -> Facet:
        return value, self._t.text(f"severity.{value}")

    def _row(
        self,
        line: CallLine,
        html: str,
        text: str,
        own: Mapping[str, tuple[Facet, ...]] | None = None,
    ) -> ListRow:
        began = line.started_at
        weekday = None if began is None else str(began.weekday())
        severities = dict.fromkeys(severity for _, severity in line.flags)
        names = [name for name, _ in line.flags]
        return ListRow(
            html,
            f"{text} {line.customer_id or ''}".strip(),
            {
                "flag": tuple(zip(line.flag_ids, names, strict=True)),
                "severity": tuple(map(self._severity, severities)),
                "agent": ((line.agent_id or "", line.agent),),
                "team": _one(line.team),
                "market": _one(line.market),
                "language": _one(line.language),
                "topic": line.topics,
                "section": line.weak_sections,
                "weekday": ()
                if weekday is None
                else ((weekday, self._t.text(f"weekday.{weekday}")),),
                "hour": () if began is None else ((str(began.hour), f"{began:%H}"),),
                **(own or {}),
            },
            line.score if line.counts else None,
            "" if began is None else f"{began:%Y-%m-%d}",
            frozenset(
                mark
                for mark, has in (
                    ("flagged", line.flags),
                    ("review", line.needs_review),
                    ("failed", line.failed),
                )
                if has
            ),
        )


def by_id(lines: Sequence[CallLine]) -> Mapping[str, CallLine]:
    """The lines by their calls' ids."""
    return {line.call_id: line for line in lines}


def _one(value: str | None) -> tuple[Facet, ...]:
    return ((value, value),) if value else ()
