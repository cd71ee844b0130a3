"""The report: a folder of pages that opens anywhere, with no network and no server.

Calls are read once and each page is written when its call has passed, so a night of ten thousand
calls needs no more memory than its lists. This module does not know where calls come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from qa_inspect.domain import CallResult
from qa_inspect.errors import InputError
from qa_inspect.report import overview
from qa_inspect.report.addresses import FOLDERS, Addresses
from qa_inspect.report.audience import without_others
from qa_inspect.report.call_figures import call_figures
from qa_inspect.report.call_page import CallOnPage
from qa_inspect.report.call_writer import CallJob, CallSettings, CallWriter
from qa_inspect.report.card_page import CardPages, CardView, own_view
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.flagged import FlaggedCall, call_flags, gravity
from qa_inspect.report.folder import ReportFolder
from qa_inspect.report.grouping import Grouping
from qa_inspect.report.heat_drawing import draw
from qa_inspect.report.heat_maps import HeatGatherer
from qa_inspect.report.lines import CallLine, FlagLine, make_line, most_spoken
from qa_inspect.report.list_rows import ListRows, by_id
from qa_inspect.report.page_engine import Pages, SiteFacts, drawn
from qa_inspect.report.page_lists import PageList
from qa_inspect.report.part_names import Naming
from qa_inspect.report.playback import AudioMode
from qa_inspect.report.queue import Candidate, candidates
from qa_inspect.report.resolution import WITHIN_DAYS, Resolution
from qa_inspect.report.said_index import SaidIndex
from qa_inspect.report.scorecards import (
    MIN_CALLS,
    NOTHING_KNOWN,
    ScorecardBuilder,
    everyones_sections,
)
from qa_inspect.report.statistics import mean_estimate
from qa_inspect.report.surroundings import Surroundings
from qa_inspect.report.titles import Titles, shipped_titles
from qa_inspect.report.topic_views import topic_fact, topic_views
from qa_inspect.report.topics import ISSUES, Topics
from qa_inspect.report.trend import Stretch
from qa_inspect.rubric.index import SEED, IndexRule
from qa_inspect.rubric.wording import count

_NO_OTHERS: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_NAV = ("index", "queue", "flags", "calls", "topics", "failed")
_OWN_NAV = ("index", "flags", "calls")
_FOLDERS = ("assets", "data", "calls")


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """What a report shows beside its calls, and how.

    ``audio`` copies recordings beside the pages, links them where they are or leaves them out.
    ``language`` is the interface's, ``en`` or ``zh``. ``title`` stands on every page (default: the
    product's name). ``min_calls`` is how many judged calls a rank needs. ``titles`` are what
    rubrics call their parts (default: the packs'). ``index`` says how the composite index is made.
    ``topics`` are those of the same calls. ``around`` is what the store knows beyond them, for
    the queue (default: what they tell by themselves). ``resolutions`` tells by call id after which
    calls the customer called again. ``stretch`` is the time that the report is about; without it
    the last week is compared with the one before, counted from ``latest``, when the latest call of
    all began (default: of these). With ``agent``, an id, the report is for that agent: it shows
    this agent's calls only and names nobody else; ``others`` are then, by customer, the calls of
    other agents, whose ids are taken out of what is told.
    """

    audio: AudioMode = AudioMode.COPY
    language: str = "en"
    title: str = ""
    min_calls: int = MIN_CALLS
    titles: Titles | None = None
    index: IndexRule = SEED
    topics: Topics | None = None
    around: Surroundings | None = None
    resolutions: Mapping[str, Resolution] = field(default_factory=lambda: NOTHING_KNOWN)
    stretch: Stretch | None = None
    latest: datetime | None = None
    agent: str | None = None
    others: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NO_OTHERS)


_USUAL = SiteOptions()


def write_site(
    calls: Iterable[CallResult],
    out: Path,
    options: SiteOptions = _USUAL,
    *,
    earlier: Iterable[CallResult] = (),
    tell: Callable[[str], None] | None = None,
) -> Path:
    """Write the report of ``calls`` into the folder ``out``; gives the path of its first page.

    ``earlier`` are calls from before the time that the report is about, which serve trends only.
    ``tell`` is told in a sentence what whoever writes the report should know of it, such as
    recordings that are gone. An earlier report there is replaced. Raises InputError where it
    cannot, or is no report.
    """
    try:
        site = _Site(out, options)
        first_page = site.write(calls, earlier)
    except OSError as error:
        raise InputError(
            f"the report cannot be written: {error.strerror or error}",
            where=str(error.filename or out),
            cure="choose another folder with --out, or free some space",
        ) from error
    if tell is not None and site.missing:
        tell(
            f"{count(site.missing, 'recording is', 'recordings are')} no longer at "
            f"{'its' if site.missing == 1 else 'their'} place: nothing can be played there."
        )
    return first_page


class _Site:
    """One report being written."""

    def __init__(self, out: Path, options: SiteOptions) -> None:
        self._out = out
        self._folder = ReportFolder(out)
        self._options = options
        self._t = Catalogue(options.language)
        titles = shipped_titles() if options.titles is None else options.titles
        self._naming = Naming(titles, self._t)
        nav = _NAV if options.agent is None else _OWN_NAV
        self._site = SiteFacts(
            options.title or self._t.text("product"),
            tuple(name for name in nav if name != "topics" or options.topics),
            own=options.agent is not None,
        )
        media = "'self' file:" if options.audio is AudioMode.LINK else "'self'"
        self._common = {
            "site": self._site,
            "media_source": media,
            "least_calls": MIN_CALLS,
            "resolution_days": f"{WITHIN_DAYS:g}",
        }
        self._pages = Pages(self._t, self._common)
        self._addresses = Addresses()
        self._titled = {t.topic: t.title for t in options.topics.found} if options.topics else {}
        self._lines: list[CallLine] = []
        self._said = SaidIndex()
        self._heard: set[str] = set()
        self.missing = 0
        self._flags: list[FlaggedCall] = []
        self._queued: list[Candidate] = []
        self._heat = HeatGatherer()
        groups = FOLDERS if options.agent is None else (Grouping.AGENT,)
        self._cards = {
            by: ScorecardBuilder(
                min_calls=options.min_calls,
                index=options.index,
                by=by,
                stretch=options.stretch,
                resolutions=options.resolutions,
                latest=options.latest,
            )
            for by in groups
        }

    def write(self, calls: Iterable[CallResult], earlier: Iterable[CallResult]) -> Path:
        cards = () if self._options.agent else tuple(FOLDERS.values())
        self._folder.begin((*_FOLDERS, *cards))
        for asset in files("qa_inspect.report").joinpath("static").iterdir():
            self._folder.put(self._out / "assets" / asset.name, asset.read_text(encoding="utf-8"))
        for call in filter(self._is_asked, earlier):
            figures = call_figures(call)
            for builder in self._cards.values():
                builder.add(call, figures)
        settings = CallSettings(self._out, self._options.audio, self._t, self._naming, self._common)
        with CallWriter(settings) as writer:
            for call in filter(self._is_asked, calls):
                writer.add(self._taken(without_others(call, self._options.others)))
            for written in writer.finish():
                self.missing += written.missing
                if written.heard:
                    self._heard.add(written.call_id)
                for path in written.files:
                    self._folder.keep(path)
        self._flags.sort(key=gravity)
        self._site = replace(self._site, period=overview.period(self._lines))
        self._write_pages()
        self._folder.finish()
        return self._out / "index.html"

    # ---------------------------------------------------------------- one call

    def _is_asked(self, call: CallResult) -> bool:
        return self._options.agent in (None, call.recording.metadata.agent_id)

    def _taken(self, call: CallResult) -> CallJob:
        """The call taken into account, and what its page needs."""
        metadata, call_id = call.recording.metadata, call.recording.call_id
        found = self._options.topics.of_call.get(call_id, ()) if self._options.topics else ()
        line = make_line(
            call,
            self._addresses.call(call_id),
            metadata.agent_name or metadata.agent_id or self._t.text("unassigned"),
            "" if metadata.agent_id is None else self._card_href(Grouping.AGENT, metadata.agent_id),
            self._naming,
            tuple((one.topic, self._titled[one.topic]) for one in found) if self._titled else None,
        )
        self._lines.append(line)
        transcript = call.transcript
        self._said.add(said.text for said in (transcript.utterances if transcript else ()))
        self._flags += call_flags(call)
        self._queued += candidates([call])
        figures = call_figures(call)
        for builder in self._cards.values():
            builder.add(call, figures)
        self._heat.add(line, figures, self._naming)
        facts = (
            *topic_fact(self._options.topics, call_id, self._t),
            *overview.resolution_fact(self._options.resolutions.get(call_id), self._t),
        )
        return CallJob(CallOnPage(call, line, facts), self._addresses.stem(call_id))

    def _card_href(self, by: Grouping, key: str | None) -> str:
        return "index.html" if self._options.agent else self._addresses.card(by, key)

    # ---------------------------------------------------------------- pages

    def _write_pages(self) -> None:
        lists = ListRows(self._pages, self._t)
        lines = by_id(self._lines)
        flags = [self._flag(found, lines) for found in self._flags]
        heard = {"opens_there": overview.opens(self._flags, self._heard)}
        self._list(lists.flags(flags, lines), heard)
        self._list(lists.calls(self._lines, self._said), {})
        maker = CardPages(
            self._t,
            self._naming,
            self._card_href,
            self._addresses,
            self._heard,
            of_period=self._options.stretch is not None,
        )
        views = {
            by: maker.views(builder.scorecards(), self._lines)
            for by, builder in self._cards.items()
        }
        if self._options.agent is not None:
            for view in views[Grouping.AGENT]:
                self._card(maker, own_view(view), {})
            return
        everyone = everyones_sections(view.card for view in views[Grouping.AGENT])
        for view in (view for group in views.values() for view in group):
            if view.card.named or view.card.by is Grouping.AGENT:
                self._card(maker, view, everyone)
        queued = self._queue(lines)
        told = [line.row.told for line in queued]
        self._list(lists.queue(queued, lines), {"opens_there": overview.opens(told, self._heard)})
        self._list(lists.failed(line for line in self._lines if line.failed), {})
        self._write_topics()
        self._write_overview(views, queued, len(flags))

    def _card(
        self, maker: CardPages, view: CardView, everyone: Mapping[tuple[str, str], float]
    ) -> None:
        root = "../" * view.href.count("/")
        here = "" if root else "index"
        least = self._options.min_calls
        shown = maker.shown(view, everyone)
        self._put(view.href, "card.html", {"root": root, "here": here, "min_calls": least, **shown})

    def _list(self, shown: PageList, more: dict[str, Any]) -> None:
        common = {"root": "", "here": shown.name, "list": shown, "total": len(self._lines)}
        self._put(f"{shown.name}.html", f"{shown.name}.html", {**common, **more})
        for name, text in shown.files():
            self._folder.put(self._out / "data" / name, text)

    def _write_topics(self) -> None:
        topics = self._options.topics
        if topics:
            views = topic_views(topics, self._addresses.call)
            shown = {"root": "", "here": "topics", "topics": topics, "views": views}
            self._put("topics.html", "topics.html", shown)

    def _write_overview(
        self,
        views: Mapping[Grouping, Sequence[CardView]],
        queued: Sequence[overview.QueueLine],
        flags: int,
    ) -> None:
        lines, topics, agents = self._lines, self._options.topics, views[Grouping.AGENT]
        scores = [line.score for line in lines if line.counts and line.score is not None]
        morning = overview.morning(queued)
        shown = {
            "root": "",
            "here": "index",
            "opens_first": overview.opens((x.row.told for x in morning.lines), self._heard),
            "total": len(lines),
            "failed": sum(line.failed for line in lines),
            "review": sum(line.needs_review for line in lines),
            "flagged": sum(bool(line.flags) for line in lines),
            "average": mean_estimate(scores, 0, 100),
            "resolved": overview.resolved_share(lines, self._options.resolutions),
            "morning": morning,
            "issues": topic_views(topics, self._addresses.call)[:ISSUES] if topics else (),
            "flags_total": flags,
            "agents": agents,
            "starred": any(v.card.index and v.card.index.reweighed for v in agents),
            "groups": [
                (by, [view for view in group if view.card.named])
                for by, group in views.items()
                if by is not Grouping.AGENT
            ],
            "maps": [(found, drawn(draw(found))) for found in self._heat.maps(self._t)],
            "charts": overview.pictures(
                lines,
                [view.card for view in agents],
                self._naming,
                self._t,
                most_spoken(lines),
            ),
        }
        self._put("index.html", "index.html", shown)

    def _queue(self, lines: Mapping[str, CallLine]) -> tuple[overview.QueueLine, ...]:
        return overview.queue_lines(
            self._queued,
            self._options.around,
            self._naming,
            {call_id: line.language for call_id, line in lines.items()},
            self._t.text("unassigned"),
            self._addresses.call,
        )

    def _flag(self, found: FlaggedCall, lines: Mapping[str, CallLine]) -> FlagLine:
        evidence, line = found.evidence, lines[found.call_id]
        return FlagLine(
            found,
            self._naming.flag(found.flag.rubric, line.language, found.flag.flag),
            self._naming.explained(found.flag, line.language),
            line.agent,
            self._addresses.call(found.call_id, evidence.start_s if evidence else None),
        )

    def _put(self, href: str, template: str, shown: dict[str, Any]) -> None:
        self._folder.put(self._out / href, self._pages.make(template, site=self._site, **shown))
