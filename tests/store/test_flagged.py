"""Flagged calls read in part give the same lists as whole calls."""

from __future__ import annotations

from dataclasses import replace

from qa_inspect.domain import (
    AutoFail,
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Evidence,
    Flag,
    Metadata,
    Recording,
    Role,
    Severity,
    Transcript,
    Utterance,
    Verdict,
)
from qa_inspect.report.flagged import ranked_flags
from qa_inspect.report.queue import candidates
from qa_inspect.store.flagged import calls_with_signs, flag_names, flagged_calls
from qa_inspect.store.results import CallQuery, open_store


def a_call(number: int) -> CallResult:
    first = 10 if number % 2 else 0  # numbers of utterances need not be their places
    said = tuple(
        Utterance(first + at, (Role.AGENT, Role.CUSTOMER)[at % 2], "S", f"line {at}", "en", at, at)
        for at in range(6)
    )  # fmt: skip
    evidence = (Evidence(None, 3.0, 4.0, "a silence"), Evidence(first + number % 6, 1.0, 2.0, "x"))
    flags = tuple(
        Flag(name, severity, number / 40, "because", evidence[at:], "risk")
        for at, (name, severity) in enumerate([("abuse", Severity.HIGH), ("churn", Severity.LOW)])
        if number % (at + 2) == 0
    )
    fails = CheckResult(
        "r", "greeting", "said", CheckStatus.FAIL, 0, 1, "", auto_fail=AutoFail.FORM
    )
    checks = (fails, replace(fails, item="thanks", auto_fail=None)) if number % 5 == 0 else ()
    metadata = Metadata(agent_id=f"A{number}", customer_id="C", attributes={"shop": "x"})
    status = CallStatus.FAILED if number == 7 else CallStatus.OK
    return CallResult(
        Recording(f"c{number:02}", None, f"s{number}", metadata), status,
        None if number == 7 else Transcript("en", said, needs_review=number % 3 == 0),
        Verdict((), checks, flags, 50.0 + number),
    )  # fmt: skip


def test_lists_are_those_of_whole_calls(place: str) -> None:
    with open_store(place) as store:
        for number in range(24):
            store.save_call(a_call(number))
        for flag, least in ((None, None), ("churn", None), (None, Severity.MEDIUM)):
            asked = CallQuery(flag=flag, min_severity=least)
            whole = replace(asked, min_severity=least or Severity.LOW)
            slow = ranked_flags(store.calls(whole), flag, least)
            assert ranked_flags(flagged_calls(store, asked), flag, least) == slow
            assert slow
        every = candidates(store.calls())
        assert candidates(calls_with_signs(store, CallQuery())) == every
        assert flag_names(store) == {"abuse", "churn"}
