"""What a call's page needs for listening and reading along: time line, waveform, lines with signs.

This module does not know templates nor folders.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qa_inspect.domain import CallResult
from qa_inspect.report.lines import language_of
from qa_inspect.report.part_names import Naming
from qa_inspect.report.said_lines import said_lines
from qa_inspect.report.timeline import make_timeline
from qa_inspect.report.waveform import make_waveform


def listening_view(call: CallResult, naming: Naming) -> Mapping[str, Any]:
    """The values by the names that the templates of the player and the transcript use."""
    timeline = make_timeline(call)
    lines = said_lines(call, naming)
    kinds = {mark.kind for mark in timeline.marks} if timeline else set()
    return {
        "timeline": timeline,
        "waveform": make_waveform(call, timeline.duration_s) if timeline else None,
        "mark_names": mark_names(call, naming),
        "mark_kinds": [kind for kind in ("flag", "fail") if kind in kinds],
        "lines": lines,
        "roles": list(dict.fromkeys(line.said.role.value for line in lines)),
    }


def mark_names(call: CallResult, naming: Naming) -> Mapping[tuple[str, str], str]:
    """What the marks on the time line are called, by their kind and id."""
    language, verdict = language_of(call), call.verdict
    flags = {("flag", f.flag): naming.flag(f.rubric, language, f.flag) for f in verdict.flags}
    items = {("fail", c.item): naming.item(c.rubric, language, c.item) for c in verdict.checks}
    return flags | items
