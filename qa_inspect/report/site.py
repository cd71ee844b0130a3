"""The report: a folder of pages that opens anywhere, with no network and no server.

Calls are read once and each page is written when its call has passed, so a night of ten thousand
calls needs no more memory than its lists. This module does not know where calls come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from qa_inspect.domain import CallResult, CallStatus
from qa_inspect.errors import InputError
from qa_inspect.report import charts, overview, pages
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.flagged import FlaggedCall, call_flags, gravity
from qa_inspect.report.folder import ReportFolder
from qa_inspect.report.naming import FileNames
from qa_inspect.report.playback import AudioMode, place_audio
from qa_inspect.report.queue import Candidate, candidates
from qa_inspect.report.resolution import WITHIN_DAYS, Resolution
from qa_inspect.report.rows import notes_of
from qa_inspect.report.scorecards import (
    MIN_CALLS,
    NOTHING_KNOWN,
    AgentScorecard,
    ItemRate,
    ScorecardBuilder,
    everyones_sections,
)
from qa_inspect.report.statistics import mean_estimate
from qa_inspect.report.surroundings import Surroundings
from qa_inspect.report.timeline import make_timeline
from qa_inspect.report.titles import Titles, shipped_titles
from qa_inspect.report.topic_views import topic_fact, topic_views
from qa_inspect.report.topics import ISSUES, Topics
from qa_inspect.rubric.index import SEED, IndexRule

_ASSETS = ("site.css", "site.js", "icon.svg")


@dataclass(frozen=True, slots=True)
class _Options:
    audio: AudioMode
    title: str
    min_calls: int
    index: IndexRule
    topics: Topics | None
    around: Surroundings | None
    resolutions: Mapping[str, Resolution]


def write_site(
    calls: Iterable[CallResult],
    out: Path,
    *,
    audio: AudioMode | str = AudioMode.COPY,
    language: str = "en",
    title: str = "",
    min_calls: int = MIN_CALLS,
    titles: Titles | None = None,
    index: IndexRule = SEED,
    topics: Topics | None = None,
    around: Surroundings | None = None,
    resolutions: Mapping[str, Resolution] = NOTHING_KNOWN,
) -> Path:
    """Write the report of ``calls`` into the folder ``out``; gives the path of its first page.

    ``audio`` copies recordings beside the pages (``copy``), links them where they are (``link``) or
    leaves them out (``none``). ``language`` is the interface's, ``en`` or ``zh``. ``title`` stands
    on every page. ``min_calls`` is how many judged calls a rank needs. ``titles`` are what rubrics
    call their parts (default: the packs'). ``index`` says how the composite index is made.
    ``topics`` are those of the same calls. ``around`` is what the store knows beyond them, for
    the queue (default: what they tell by themselves). ``resolutions`` tells by call id after which
    calls the customer called again. An earlier report there is replaced. Raises InputError where it
    cannot, or is no report.
    """
    catalogue = Catalogue(language)
    named = title or catalogue.text("product")
    options = _Options(AudioMode(audio), named, min_calls, index, topics, around, resolutions)
    try:
        naming = pages.Naming(shipped_titles() if titles is None else titles, catalogue)
        return _Site(out, options, catalogue, naming).write(calls)
    except OSError as error:
        raise InputError(
            f"the report cannot be written: {error.strerror or error}",
            where=str(error.filename or out),
            cure="choose another folder with --out, or free some space",
        ) from error


class _Site:
    """One report being written."""

    def __init__(
        self, out: Path, options: _Options, catalogue: Catalogue, naming: pages.Naming
    ) -> None:
        self._out = out
        self._folder = ReportFolder(out)
        self._naming = naming
        self._options = options
        self._t = catalogue
        self._site = SimpleNamespace(title=options.title, period="", topics=options.topics)
        media = "'self' file:" if options.audio is AudioMode.LINK else "'self'"
        common = {
            "site": self._site,
            "media_source": media,
            "least_calls": MIN_CALLS,
            "resolution_days": f"{WITHIN_DAYS:g}",
        }
        self._pages = pages.Pages(catalogue, common)
        self._call_names, self._agent_names = FileNames(), FileNames()
        self._lines: list[pages.CallLine] = []
        self._languages: dict[str, str | None] = {}
        self._heard: set[str] = set()
        self._flags: list[FlaggedCall] = []
        self._queued: list[Candidate] = []
        self._cards, self._teams = (
            ScorecardBuilder(
                min_calls=options.min_calls,
                index=options.index,
                by_team=by_team,
                resolutions=options.resolutions,
            )
            for by_team in (False, True)
        )

    def write(self, calls: Iterable[CallResult]) -> Path:
        self._folder.begin(("assets", "calls", "agents"))
        for name in _ASSETS:
            source = files("qa_inspect.report").joinpath("static", name)
            self._folder.put(self._out / "assets" / name, source.read_text(encoding="utf-8"))
        for call in calls:
            self._add(call)
        self._site.period = overview.period(self._lines)
        self._flags.sort(key=gravity)
        views = self._agents()
        for view in views:
            self._write_agent(view, views)
        self._write_lists(views)
        self._folder.finish()
        return self._out / "index.html"

    # ---------------------------------------------------------------- one call

    def _add(self, call: CallResult) -> None:
        metadata = call.recording.metadata
        agent_href = "" if metadata.agent_id is None else self._agent_href(metadata.agent_id)
        label = metadata.agent_name or metadata.agent_id or self._t.text("unassigned")
        href = self._call_href(call.recording.call_id)
        line = pages.make_line(call, href, label, agent_href, self._naming)
        self._lines.append(line)
        self._languages[line.call_id] = line.language
        self._flags += call_flags(call)
        self._queued += candidates([call])
        self._cards.add(call)
        self._teams.add(call)
        self._write_call(call, line)

    def _write_call(self, call: CallResult, line: pages.CallLine) -> None:
        audio, no_audio = self._audio(call)
        if audio:
            self._heard.add(line.call_id)
        timeline = make_timeline(call)
        kinds = {mark.kind for mark in timeline.marks} if timeline else set()
        cited = {p.utterance for f in call.verdict.flags for p in f.evidence}
        page = self._pages.make(
            "call.html",
            root="../",
            here="",
            call=call,
            line=line,
            notes=notes_of(call),
            facts=(
                *pages.call_facts(call, self._t),
                *topic_fact(self._options.topics, line.call_id, self._t),
                *overview.resolution_fact(self._options.resolutions.get(line.call_id), self._t),
            ),
            flags=pages.flag_views(call, self._naming),
            rubrics=pages.rubric_views(call, self._naming),
            mark_names=pages.mark_names(call, self._naming),
            cited=cited,
            timeline=timeline,
            has_flag_marks="flag" in kinds,
            has_fail_marks="fail" in kinds,
            audio=audio,
            no_audio=no_audio,
        )
        self._folder.put(self._out / line.href, page)

    def _audio(self, call: CallResult) -> tuple[str | None, str]:
        """Where the page finds the sound, and which words say why there is none."""
        path = call.recording.path
        if path is None:
            return None, "imported"
        if call.status is CallStatus.FAILED:
            return None, "no_audio"
        if not path.is_file():
            return None, "audio_missing"
        folder = self._out / "audio"
        stem = self._call_names.of(call.recording.call_id)
        address = place_audio(path, folder, stem, self._options.audio)
        if address and self._options.audio is AudioMode.COPY:
            for copied in folder.glob(f"{stem}.*"):
                self._folder.keep(copied)
        return address, "no_audio"

    # ---------------------------------------------------------------- agents

    def _agents(self) -> tuple[pages.AgentView, ...]:
        by_agent: dict[str | None, list[pages.CallLine]] = {}
        for line in self._lines:
            by_agent.setdefault(line.agent_id, []).append(line)
        views = []
        for card in self._cards.scorecards():
            named = card.agent_id is not None
            lines = tuple(by_agent.get(card.agent_id, ()))
            spoken, worst = pages.most_spoken(lines), card.worst
            views.append(
                pages.AgentView(
                    card=card,
                    label=card.label if named else self._t.text("unassigned"),
                    href=self._agent_href(card.agent_id or ""),
                    lines=lines,
                    language=spoken,
                    coach=self._naming.item(worst.rubric, spoken, worst.item) if worst else "",
                )
            )
        return tuple(views)

    def _write_agent(self, view: pages.AgentView, everyone: Sequence[pages.AgentView]) -> None:
        card = view.card
        worst = card.worst.example if card.worst else None
        judged = [line for line in view.lines if line.counts]
        scores = [line.score for line in judged if line.score is not None]
        days = [line.started_at for line in judged if line.started_at is not None]
        page = self._pages.make(
            "agent.html",
            root="../",
            here="",
            agent=view,
            min_calls=self._options.min_calls,
            example=worst
            and pages.ExampleView(
                worst, self._at(worst.call_id, worst.start_s), worst.call_id in self._heard
            ),
            items=[self._item(rate, view.language) for rate in sorted(card.items, key=_by_rate)],
            best=card.best and self._item(card.best, view.language),
            worst=card.worst and self._item(card.worst, view.language),
            flags=[
                (self._naming.flag("", view.language, flag), count)
                for flag, count in card.flags.items()
            ],
            charts={
                "sections": self._sections(view, [other.card for other in everyone]),
                "scores": pages.drawn(
                    charts.call_scores(
                        scores, [f"{day:%Y-%m-%d}" for day in (days[:1] + days[-1:])]
                    )
                    if len(scores) > 1
                    else ""
                ),
            },
        )
        self._folder.put(self._out / view.href, page)

    def _item(self, rate: ItemRate, language: str | None) -> pages.ItemView:
        found, example = overview.shown(rate.rate, MIN_CALLS), rate.example
        percent = replace(
            found,
            mean=100 * found.mean,
            low=None if found.low is None else 100 * found.low,
            high=None if found.high is None else 100 * found.high,
        )
        return pages.ItemView(
            self._naming.item(rate.rubric, language, rate.item),
            self._naming.section(rate.rubric, language, rate.section),
            self._naming.why(rate.rubric, language, rate.item),
            rate,
            percent,
            self._at(example.call_id, example.start_s) if example else "",
            heard=example is not None and example.call_id in self._heard,
        )

    def _sections(self, view: pages.AgentView, everyone: Sequence[AgentScorecard]) -> Any:
        if not view.card.sections:
            return ""
        all_of = everyones_sections(everyone)
        drawn = charts.section_comparison(
            [
                charts.Range(
                    self._naming.section(section.rubric, view.language, section.section),
                    section.score.mean,
                    overview.shown(section.score, MIN_CALLS).low,
                    overview.shown(section.score, MIN_CALLS).high,
                    all_of.get((section.rubric, section.section)),
                )
                for section in view.card.sections
            ],
            self._t.text("this_agent"),
            self._t.text("everyone"),
        )
        return pages.drawn(drawn)

    # ---------------------------------------------------------------- lists

    def _write_lists(self, views: Sequence[pages.AgentView]) -> None:
        failed = [line for line in self._lines if line.failed]
        flags = [self._flag(found) for found in self._flags]
        scores = [line.score for line in self._lines if line.counts and line.score is not None]
        common = {"root": "", "lines": self._lines, "flags": flags, "total": len(self._lines)}
        self._page("flags", {**common, "opens_flags": overview.opens(self._flags, self._heard)})
        self._page("calls", common)
        self._page("failed", {**common, "lines": failed})
        topics = self._options.topics
        topic = topic_views(topics, self._at) if topics else ()
        if topics:
            self._page("topics", {**common, "topics": topics, "views": topic})
        morning = self._morning()
        self._page(
            "index",
            {
                "opens_first": overview.opens((x.row.told for x in morning.lines), self._heard),
                "root": "",
                "total": len(self._lines),
                "failed": len(failed),
                "review": sum(line.needs_review for line in self._lines),
                "flagged": sum(bool(line.flags) for line in self._lines),
                "average": mean_estimate(scores, 0, 100),
                "resolved": overview.resolved_share(self._lines, self._options.resolutions),
                "morning": morning,
                "issues": topic[:ISSUES],
                "flags_total": len(flags),
                "agents": views,
                "starred": any(v.card.index and v.card.index.reweighed for v in views),
                "teams": [card for card in self._teams.scorecards() if card.named],
                "charts": {
                    "histogram": pages.drawn(
                        charts.score_histogram(scores, self._t.text("number_of_calls"))
                        if scores
                        else ""
                    ),
                    "daily": overview.daily(self._lines, MIN_CALLS),
                    "weakest": overview.weakest(
                        [view.card for view in views],
                        self._naming,
                        pages.most_spoken(self._lines),
                    ),
                },
            },
        )

    def _morning(self) -> overview.Morning:
        return overview.morning(
            self._queued,
            self._options.around,
            self._naming,
            self._languages,
            self._t.text("unassigned"),
            self._at,
        )

    def _page(self, name: str, shown: dict[str, Any]) -> None:
        page = self._pages.make(f"{name}.html", here=name, **shown)
        self._folder.put(self._out / f"{name}.html", page)

    def _flag(self, found: FlaggedCall) -> pages.FlagLine:
        evidence = found.evidence
        language = self._languages.get(found.call_id)
        name = self._naming.flag(found.flag.rubric, language, found.flag.flag)
        return pages.FlagLine(
            found,
            name,
            self._naming.explained(found.flag, language),
            found.agent_name or found.agent_id or self._t.text("unassigned"),
            self._at(found.call_id, evidence.start_s if evidence else None),
        )

    # ---------------------------------------------------------------- addresses

    def _call_href(self, call_id: str) -> str:
        return f"calls/{self._call_names.of(call_id)}.html"

    def _agent_href(self, agent_id: str) -> str:
        return f"agents/{self._agent_names.of(agent_id)}.html"

    def _at(self, call_id: str, start_s: float | None) -> str:
        anchor = "" if start_s is None else f"#t={start_s:.2f}"
        return self._call_href(call_id) + anchor


def _by_rate(item: ItemRate) -> tuple[float, str, str]:
    return (item.rate.mean, item.rubric, item.item)
