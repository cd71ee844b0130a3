"""A constructed night of 500 calls whose truth is known: does the queue put the bad ones first?

    python -m benchmarks.risk_night path/to/evaluation/data

About one call in twelve is bad, over all flags: lines of our own, turns of strong abuse said to a
bot, and scam robocalls. The others are real ordinary calls, some with a line that only sounds bad:
fury over a real problem, quotes, jokes, an agent who refuses politely. There are two sets of lines
of our own: ``risk_night.yaml`` to measure with, which nobody may mend a pack by, and
``risk_night_seen.yaml``, which those who mended the packs have seen. Calls are imported and judged
as a user would, by the packs ``risk``. Real calls that are known to be no ordinary ones are left
out: a flag on them was read by hand and may be right (``labels/flags_read.csv``), or the data marks
a password, a card or a social security number in them. The other real calls were not read: a bad
one among them counts against the queue. This module does not know how calls are ranked.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner

from benchmarks.accuracy_packs import half
from benchmarks.evaluation import percent, table
from qa_inspect.commands.main import cli
from qa_inspect.report.queue import queue_in_store
from qa_inspect.store.results import CallQuery, open_store

LINES = Path(__file__).with_name("risk_night.yaml")
SEEN = Path(__file__).with_name("risk_night_seen.yaml")
READ = Path(__file__).parent / "labels" / "flags_read.csv"
NIGHT = datetime(2026, 11, 20, 7, tzinfo=UTC)
CALLS, ABUSIVE, SCAMS, SWITCHBOARD = 500, 7, 4, 70
BUDGET = 50
STRONG = -2.0
TARGET = 3.0
MOST_TURNS = 40
OURS = "ours"
EXPOSED = frozenset({"ssn", "card_number", "password"})
"""Slots of the data that no customer should have to read out."""

Turn = tuple[str, str]


@dataclass(frozen=True, slots=True)
class NightCall:
    """One call of the night; ``bad`` names the flag it deserves, empty for a good one. ``before``
    are the same customer's calls of earlier days."""

    call_id: str
    language: str
    turns: tuple[Turn, ...]
    bad: str = ""
    kind: str = "ordinary"
    topic: str | None = None
    before: tuple[tuple[Turn, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """Bad calls of one sort: ``total`` of them, ``first`` in the first tenth of the queue for
    whatever reason, ``right`` anywhere in it with the very flag they deserve."""

    first: int
    right: int
    total: int


NONE = Share(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Found:
    """How the queue did. ``first`` counts bad calls in the first tenth, ``within`` those among the
    calls of the budget; ``ahead`` are the other calls of the first tenth by their kind, ``sorts``
    the bad calls by the flag they deserve and their kind."""

    calls: int
    bad: int
    top: int
    first: int
    within: int
    ahead: Mapping[str, int]
    sorts: Mapping[tuple[str, str], Share]

    @property
    def ours(self) -> Share:
        """The bad calls with lines of our own, all flags together."""
        own = [share for (_, kind), share in self.sorts.items() if kind == OURS]
        return Share(
            sum(share.first for share in own),
            sum(share.right for share in own),
            sum(share.total for share in own),
        )


def night(data: Path, lines: Path = LINES) -> tuple[NightCall, ...]:
    """The calls of the night, always the same for the same data and lines."""
    told = yaml.safe_load(lines.read_text(encoding="utf-8"))
    bodies = _bodies(data, told["agent_lines"])
    calls = [_with_lines(script, OURS, bodies) for script in told["bad"]]
    for script in told["calm"]:
        kind = "unsolved again" if script.get("before") else "sounds bad"
        calls.append(_with_lines(script, kind, bodies))
    for text in _abuse(data)[:ABUSIVE]:
        script = {"language": "en", "flag": "abuse", "turns": [["customer", text]]}
        calls.append(_with_lines(script, "said to a bot", bodies))
    for row in _rows(data, "scam_robocalls")[:SCAMS]:
        calls.append(NightCall("", "en", (("customer", row["text"]),), "fraud", "robocall"))
    languages = ("zh", "en")
    while len(calls) < CALLS:
        language = languages[len(calls) % 2]
        calls.append(NightCall("", language, next(bodies[language])))
    shuffled = sorted(enumerate(calls), key=lambda pair: _digest(f"night {pair[0]}"))
    return tuple(replace(call, call_id=f"n{place:03}") for place, (_, call) in enumerate(shuffled))


def measure(data: Path, lines: Path = LINES) -> Found:
    """Imports and judges the night, ranks it, and counts; some minutes of processor time."""
    with tempfile.TemporaryDirectory() as folder:
        return counted(night(data, lines), Path(folder))


def counted(night_calls: Sequence[NightCall], folder: Path) -> Found:
    """How the queue of these calls does. ``folder`` keeps the database; what it has is not judged
    again."""
    calls = {call.call_id: call for call in night_calls}
    file, db = folder / "night.jsonl", str(folder / "night.db")
    lines = chain.from_iterable(_imported(n, c) for n, c in enumerate(night_calls))
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    asked = ["import-transcripts", str(file), "--db", db, "--rubric", "risk", "--json"]
    done = CliRunner().invoke(cli, asked)
    if done.exit_code:
        raise RuntimeError(done.output)
    tonight = CallQuery(since=NIGHT - timedelta(hours=1))
    with open_store(db) as store:
        ranked = queue_in_store(store, tonight, budget=CALLS, random_share=0.0)
        budgeted = queue_in_store(store, tonight, budget=BUDGET)
    top = len(calls) // 10
    first = {row.call.call_id for row in ranked[:top]}
    told = {row.call.call_id: {flag.flag.flag for flag in row.call.flags} for row in ranked}
    right = {call_id for call_id, flags in told.items() if calls[call_id].bad in flags}
    return Found(
        calls=len(calls),
        bad=sum(bool(call.bad) for call in calls.values()),
        top=top,
        first=sum(bool(calls[call_id].bad) for call_id in first),
        within=sum(bool(calls[row.call.call_id].bad) for row in budgeted),
        ahead=Counter(calls[call_id].kind for call_id in first if not calls[call_id].bad),
        sorts=_by_sort(calls.values(), first, right),
    )


def section(data: Path) -> str:
    """The section of ``docs/accuracy.md``."""
    fresh, seen = measure(data), measure(data, SEEN)
    return "\n\n".join(
        [
            "## The queue on a constructed night",
            f"{fresh.calls} calls, of which {fresh.bad} ({percent(fresh.bad / fresh.calls)}) are "
            "bad: lines of our own for every flag, English and Chinese; strong abuse of `en_abuse` "
            "and `scam_robocalls`, on which the packs were developed. The rest are calls of "
            "`zh_phone_calls` and `en_customer_turns`, some with lines that only sound bad, "
            "without those of which a flag was read and may be right, or in which the data marks a "
            "password, card or social security number. A bad call left among them counts against "
            "the queue. The fresh lines were written by one who had not looked at any rubric, and "
            "no pack is mended by them: they are the measure. The lines for development were "
            "written likewise, but those who mended the packs have seen them since.",
            table(
                ("what", "found", "by chance", "better", "target"),
                [
                    *_rows_of("fresh lines", fresh, f"≥ {TARGET:g} times"),
                    *_rows_of("development lines", seen, ""),
                ],
            ),
            f"Bad calls by the flag they deserve: in the first {fresh.top} for whatever reason, "
            "and anywhere in the queue with that very flag:",
            table(
                (
                    "deserved flag",
                    f"fresh, first {fresh.top}",
                    "fresh, that flag",
                    f"development, first {seen.top}",
                    "development, that flag",
                ),
                [
                    (
                        flag if kind == OURS else f"{flag}, {kind}",
                        *_shown(fresh.sorts.get((flag, kind), NONE)),
                        *_shown(seen.sorts.get((flag, kind), NONE)),
                    )
                    for flag, kind in sorted({*fresh.sorts, *seen.sorts})
                ],
            ),
            f"Other calls in the first {fresh.top}: {_ahead(fresh)}; with the development lines: "
            f"{_ahead(seen)}. Calls “unsolved again” are furious and genuine: the flag "
            "`unresolved_repeat` is right for them, yet they do not count as bad.",
        ]
    )


def _rows_of(lines: str, found: Found, target: str) -> Iterator[tuple[str, str, str, str, str]]:
    own = found.ours
    for what, bad, total, places, goal in (
        (f"bad calls in the first {found.top}", found.first, found.bad, found.top, target),
        ("… of them with lines of our own", own.first, own.total, found.top, ""),
        (
            f"bad calls with `--budget {BUDGET}`, random checks among them",
            found.within,
            found.bad,
            BUDGET,
            "",
        ),
    ):
        chance = total * places / found.calls
        yield (
            f"{lines}: {what}",
            f"{bad} of {total}",
            f"{chance:.1f}",
            f"{bad / chance:.1f} times",
            goal,
        )


def _shown(share: Share) -> tuple[str, str]:
    return f"{share.first} of {share.total}", f"{share.right} of {share.total}"


def _ahead(found: Found) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(found.ahead.items())) or "none"


def _by_sort(
    calls: Iterable[NightCall], first: set[str], right: set[str]
) -> Mapping[tuple[str, str], Share]:
    sorts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for call in calls:
        if call.bad:
            sorts[call.bad, call.kind].add(call.call_id)
    return {
        sort: Share(len(first & ids), len(right & ids), len(ids)) for sort, ids in sorts.items()
    }


def _with_lines(
    script: Mapping[str, Any], kind: str, bodies: Mapping[str, Iterator[tuple[Turn, ...]]]
) -> NightCall:
    """An ordinary call with the script's lines in its middle."""
    body = next(bodies[script["language"]])
    middle = len(body) // 2
    return NightCall(
        "",
        script["language"],
        (*body[:middle], *_turns(script["turns"]), *body[middle:]),
        script.get("flag", ""),
        kind,
        script.get("topic"),
        tuple(_turns(turns) for turns in script.get("before", ())),
    )


def _turns(turns: Sequence[Sequence[str]]) -> tuple[Turn, ...]:
    return tuple((role, text) for role, text in turns)


def _bodies(data: Path, agent: Sequence[str]) -> Mapping[str, Iterator[tuple[Turn, ...]]]:
    """Ordinary real calls by language, in an order that says nothing."""
    known = _known_as_bad()
    chinese = [
        tuple((str(turn["role"]), str(turn["text"])) for turn in row["turns"][:MOST_TURNS])
        for row in sorted(_rows(data, "zh_phone_calls"), key=lambda row: _digest(str(row["id"])))
        if str(row["id"]) not in known
    ]
    said: dict[str, list[str]] = defaultdict(list)
    for row in _rows(data, "en_customer_turns"):
        said[row["conversation"]].append(str(row["text"]))
        if EXPOSED & set((row["slots"] or "").split()):
            known.add(row["conversation"])
    english = [
        tuple(
            chain.from_iterable(
                (("agent", agent[(len(name) + place) % len(agent)]), ("customer", text))
                for place, text in enumerate(texts)
            )
        )
        for name, texts in sorted(said.items(), key=lambda pair: _digest(pair[0]))
        if len(texts) > 2 and name not in known
    ]
    return {"zh": iter(chinese), "en": iter(english)}


def _known_as_bad() -> set[str]:
    """Real calls of which somebody read a flag and did not find it wrong."""
    with READ.open(encoding="utf-8") as file:
        return {row["call"] for row in csv.DictReader(file) if row["right"] != "no"}


def _abuse(data: Path) -> list[str]:
    """Turns of strong abuse that are more than a word, of the half for measuring."""
    strong = [
        str(row["user"])
        for row in _rows(data, "en_abuse")
        if row["severity"] <= STRONG and len(row["user"].split()) > 3 and half(row["user"])
    ]
    return sorted(set(strong), key=_digest)


def _imported(number: int, call: NightCall) -> Iterator[dict[str, Any]]:
    """The call and those before it as lines to import; every seventh is of a switchboard."""
    began = NIGHT + timedelta(minutes=1.4 * number)
    shared = number % 7 == 0 and not call.before and number < 7 * SWITCHBOARD
    common = {
        "language": call.language,
        "agent_id": f"A{number % 23:02}",
        "customer_id": "switchboard" if shared else f"C{number:03}",
        "topic": call.topic,
    }
    for place, turns in enumerate((*call.before, call.turns)):
        days = len(call.before) - place
        yield {
            "call_id": call.call_id if days == 0 else f"{call.call_id}-{days}-days-before",
            **{name: value for name, value in common.items() if value is not None},
            "started_at": (began - timedelta(days=2 * days)).isoformat(),
            "turns": [{"role": role, "text": text} for role, text in turns if text.strip()],
        }


def _rows(data: Path, name: str) -> list[dict[str, Any]]:
    with (data / "text" / f"{name}.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def main() -> None:
    """Prints the section; with a folder to keep, only the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of evaluation data")
    parser.add_argument("--keep", type=Path, help="folder for the database, to look at or go on")
    parser.add_argument("--seen", action="store_true", help="with --keep: the development lines")
    asked = parser.parse_args()
    if asked.keep is None:
        print(section(asked.data))
    else:
        print(counted(night(asked.data, SEEN if asked.seen else LINES), asked.keep))


if __name__ == "__main__":
    main()
