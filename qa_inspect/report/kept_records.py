"""Kept figures of very many calls at once: read as arrays, and handed to the groups they belong to.

A call's figures are records of a number (of a name) and a value, in the order in which the call
gives them. A name says what the value is: a figure, how an item went, a band or a flag.

This module does not know how figures are worked out of a call, nor where they are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from qa_inspect.domain import CheckResult, CheckStatus, Severity
from qa_inspect.report.call_figures import SCORE, Figure
from qa_inspect.report.gathering import Gathered, Shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

RECORD = [("code", "<u4"), ("value", "<f8")]
FIGURE, CHECK, BAND, FLAG = "figure", "check", "band", "flag"
"""Kinds of names. A figure's value is its number, a check's has the bits below, others' is 1."""
PASSED, FRAGILE, TIMED = 1, 2, 4
_BITS = 8


class Records(NamedTuple):
    """All calls' records, call after call. ``columns`` says which of ``names`` each is of."""

    names: Sequence[Sequence[str]]
    columns: NDArray[Any]
    calls: NDArray[Any]
    values: NDArray[Any]


class Moment(NamedTuple):
    """Where an example is: the place of its call among all, and whether its time is unknown."""

    untimed: bool
    call: int


Moments: TypeAlias = dict[tuple[int, str, str, CheckStatus], Moment]
"""Examples by group (place), rubric, item and how it went."""


def read_records(kept: Sequence[bytes], names: Mapping[int, Sequence[str]]) -> Records:
    """The records of calls in order; ``names`` are those of the numbers."""
    import numpy as np

    records = np.frombuffer(b"".join(kept), dtype=RECORD)
    lengths = np.fromiter(map(len, kept), dtype=np.int64, count=len(kept)) // records.itemsize
    calls = np.repeat(np.arange(len(kept), dtype=np.int32), lengths)
    column_of = np.zeros(1 + max(names, default=0), dtype=np.uint16)
    column_of[list(names)] = np.arange(len(names))
    return Records([*names.values()], column_of[records["code"]], calls, records["value"])


def judged_calls(records: Records, calls: int) -> NDArray[Any]:
    """Which of so many calls have a score or the verdict of a check, in the records' order."""
    import numpy as np

    told = [name[0] == CHECK or tuple(name) == (FIGURE, *SCORE) for name in records.names]
    judged = np.zeros(calls, dtype=bool)
    judged[records.calls[np.array(told, dtype=bool)[records.columns]]] = True
    return judged


def add_figures(
    groups: Sequence[Gathered],
    places: NDArray[Any],
    records: Records,
    days: NDArray[Any],
    shown: Shown,
) -> None:
    """Add the figures that are shown, in the order in which they first come. ``places`` are the
    groups of the calls and ``days`` (ordinal, 0 for none) when they were."""
    import numpy as np

    names = records.names
    wanted = [name[0] == FIGURE and shown.estimates(Figure(*name[1:])) for name in names]
    chosen = np.flatnonzero(np.array(wanted, dtype=bool)[records.columns])
    if not len(chosen):
        return
    calls = records.calls[chosen]
    key = places[calls] * len(names) + records.columns[chosen]
    if len(groups) * len(names) < 2**16:  # small numbers sort much faster
        key = key.astype(np.uint16)
    sorted_at = np.argsort(key, kind="stable")
    key, calls = key[sorted_at], calls[sorted_at]
    values, called_on = records.values[chosen[sorted_at]], days[calls]
    begins = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    ends = np.r_[begins[1:], len(key)]
    for at in np.argsort(sorted_at[begins]).tolist():
        part = slice(begins[at], ends[at])
        place, column = divmod(int(key[begins[at]]), len(names))
        series = groups[place].series[Figure(*names[column][1:])]
        series.extend(values[part].tobytes(), called_on[part].tobytes())


def add_counted(
    groups: Sequence[Gathered], places: NDArray[Any], records: Records, shown: Shown
) -> Moments:
    """Add items, bands and flags, in the order in which they first come, and tell where examples of
    items are: in the first call whose evidence has a time, or else in the first."""
    import numpy as np

    names = records.names
    counted = np.array([name[0] != FIGURE for name in names], dtype=bool)
    chosen = np.flatnonzero(counted[records.columns])
    calls = records.calls[chosen]
    key = (places[calls] * len(names) + records.columns[chosen]) * _BITS
    key += records.values[chosen].astype(np.int64)
    size = len(groups) * len(names) * _BITS
    counts = np.bincount(key, minlength=size).reshape(-1, _BITS)
    first = np.full((size // _BITS, _BITS), len(records.calls), dtype=np.int64)
    first.ravel()[key[::-1]] = chosen[::-1]  # of several writes to a place the last one stays
    known = np.flatnonzero(counts.any(axis=1))
    moments: Moments = {}
    for at in known[np.argsort(first[known].min(axis=1))].tolist():
        place, column = divmod(at, len(names))
        kind, *rest = names[column]
        if kind == CHECK:
            _add_item(groups[place], rest, counts[at].tolist())
            examples = np.flatnonzero(counts[at]) if shown is Shown.EVERYTHING else counts[:0, 0]
            for bits in examples.tolist():
                status = CheckStatus.PASS if bits & PASSED else CheckStatus.FAIL
                found = Moment(not bits & TIMED, int(records.calls[first[at, bits]]))
                item = (place, rest[0], rest[1], status)
                moments[item] = min(moments.get(item, found), found)
        elif kind == FLAG:
            groups[place].flags[rest[0]] += int(counts[at].sum())
        else:
            groups[place].bands[rest[0]][rest[1]] += int(counts[at].sum())
    return moments


def _add_item(group: Gathered, name: Sequence[str], counts: Sequence[int]) -> None:
    rubric, item, section, kind, severity = name
    number = sum(counts)
    group.verdicts += number
    group.fragile += sum(count for bits, count in enumerate(counts) if bits & FRAGILE)
    passed_of = group.items[rubric, item]
    passed_of[0] += sum(count for bits, count in enumerate(counts) if bits & PASSED)
    passed_of[1] += number
    if (rubric, item) not in group.about:
        group.about[rubric, item] = CheckResult(
            rubric, item, kind, CheckStatus.PASS, 0, 0, "", section=section,
            severity=Severity(severity),
        )  # fmt: skip
