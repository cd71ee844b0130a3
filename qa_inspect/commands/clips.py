"""``qa-inspect clips``: a trainer pack of example stretches, with personal data hidden."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa_inspect.commands import options
from qa_inspect.commands.render import say
from qa_inspect.domain import CheckStatus, Role, Severity
from qa_inspect.errors import InputError
from qa_inspect.rubric import wording

if TYPE_CHECKING:
    from qa_inspect.commands.clips_search import Found
    from qa_inspect.report.clips import Chosen, ChosenPair, Making, Wanted
    from qa_inspect.report.clips_pack import Pack
    from qa_inspect.store.results import Store

EPILOG = """\b
Examples:
  qa-inspect clips --flag abuse --out abuse
  qa-inspect clips --item greeting --status pass --agent A17 --out greetings
  qa-inspect clips --query "customer confused about customs duty" --out customs
  qa-inspect clips --pairs --item empathy --disguise agent --out lesson
"""

UNREDACTED = "clips.unredacted"
_NAMED_AT_MOST = 3


@click.command("clips", epilog=EPILOG)
@options.db_option
@options.out_option
@click.option("--flag", metavar="NAME", help="Calls with this flag, such as abuse.")
@click.option("--item", metavar="NAME", help="Calls in which this rubric item failed (or passed).")
@click.option(
    "--status",
    type=click.Choice(["fail", "pass"]),
    default="fail",
    show_default=True,
    help="The verdict of --item.",
)
@click.option("--agent", metavar="ID|NAME", help="Calls of this agent.")
@click.option("--topic", metavar="NAME", help="Calls about this topic.")
@click.option("--query", metavar="TEXT", help="What is said, in your own words, in any language.")
@click.option(
    "--said-by",
    type=click.Choice(["agent", "customer"]),
    help="Who says what --query describes.",
)
@click.option("--weak", is_flag=True, help="Calls that fit --query only weakly, too.")
@click.option(
    "--min-severity",
    type=click.Choice([str(s) for s in Severity]),
    help="Flags (or items) at least this grave.",
)
@options.since_option
@options.until_option
@click.option(
    "--pairs", is_flag=True, help="A good and a bad call of one topic, one item and one language."
)
@click.option(
    "--across-languages",
    is_flag=True,
    help="With --pairs: of two languages where there is no pair of one.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="Clips (or pairs) at most.",
)
@click.option(
    "--before",
    "before_s",
    type=click.FloatRange(0, 60),
    default=4.0,
    show_default=True,
    metavar="SECONDS",
    help="Seconds before the evidence.",
)
@click.option(
    "--after",
    "after_s",
    type=click.FloatRange(0, 60),
    default=6.0,
    show_default=True,
    metavar="SECONDS",
    help="Seconds after the evidence.",
)
@click.option(
    "--format",
    "sound_format",
    type=click.Choice(["wav", "mp3", "opus"]),
    default="mp3",
    show_default=True,
    help="How the sound is written.",
)
@click.option(
    "--disguise",
    type=click.Choice(["none", "agent", "customer", "all"]),
    default="none",
    show_default=True,
    help="Whose voice is disguised; an agent then goes by a number.",
)
@click.option(
    "--unredacted",
    is_flag=True,
    help="Leave personal data in. The pack says so, and the database records who did it.",
)
@click.option(
    "--taxonomy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Topics of your own (YAML). Default: the shipped ones.",
)
@click.option(
    "--interface",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of the pack's page.",
)
@options.titles_option
def command(**given: object) -> None:
    """Write a trainer pack: clips with their words, why each was chosen, and a page to play them.

    What is named must all hold for a call. Around each piece of evidence the sound is cut at
    pauses. Names, addresses, codes and numbers, those of orders and parcels too, are silenced in
    the sound and masked in the words; a machine looks for them, so listen to a pack before you
    give it out. The page plays without a network.
    """
    make(_Options(**given))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Options:
    """The command line as it was given."""

    db: str
    out: Path
    flag: str | None
    item: str | None
    status: str
    agent: str | None
    topic: str | None
    query: str | None
    said_by: str | None
    weak: bool
    min_severity: str | None
    since: datetime | None
    until: datetime | None
    pairs: bool
    across_languages: bool
    limit: int
    before_s: float
    after_s: float
    sound_format: str
    disguise: str
    unredacted: bool
    taxonomy: Path | None
    interface: str
    rubrics: tuple[str, ...]


def make(given: _Options) -> None:
    """Choose, cut and write, and say what came of it. Raises InputError where nothing is found."""
    from qa_inspect.audio.decode import decoder
    from qa_inspect.commands.clips_refusal import refuse_empty
    from qa_inspect.commands.clips_search import Search, find, resolved
    from qa_inspect.commands.rubric import chosen
    from qa_inspect.report.catalogue import Catalogue
    from qa_inspect.report.part_names import Naming
    from qa_inspect.report.titles import shipped_titles
    from qa_inspect.rubric.taxonomy import load_taxonomy
    from qa_inspect.store.results import CallQuery, open_store

    _check_combination(given)
    taxonomy = load_taxonomy(given.taxonomy)
    titles = shipped_titles(chosen(given.rubrics) if given.rubrics else ())
    naming = Naming(titles, Catalogue(given.interface))
    with open_store(given.db, create=False) as store, decoder():
        wanted = resolved(_wanted(given), store, taxonomy)
        agent = None if given.pairs else wanted.agent_id
        query = CallQuery(agent_id=agent, since=given.since, until=given.until)
        search = Search(
            wanted, query, given.pairs, taxonomy, naming, given.weak, given.across_languages
        )
        found = find(store, search)
        if not found.chosen:
            refuse_empty(store, search, _criteria(given, wanted), found)
        beyond = _write(given, store, wanted, found.chosen)
    _tell_rest(given, beyond, found)


def _wanted(given: _Options) -> Wanted:
    from qa_inspect.report.clips import Wanted

    return Wanted(
        flag=given.flag,
        item=given.item,
        status=CheckStatus(given.status),
        agent_id=given.agent,
        topic=given.topic,
        query=given.query,
        said_by=Role(given.said_by) if given.said_by else None,
        min_severity=Severity(given.min_severity) if given.min_severity else None,
    )


def _check_combination(given: _Options) -> None:
    named = (given.flag, given.item, given.agent, given.topic, given.query, given.min_severity)
    if not given.pairs and not any(named):
        raise click.UsageError(
            "say what the clips are to show: --flag, --item, --agent, --topic, --query, "
            "--min-severity or --pairs"
        )
    if given.said_by and not given.query:
        raise click.UsageError("--said-by says who speaks what --query describes; give both")
    if given.weak and not given.query:
        raise click.UsageError(
            "--weak says what to do with calls that hardly fit --query; give both"
        )
    if given.across_languages and not given.pairs:
        raise click.UsageError("--across-languages says of what pairs may be; give both")
    if given.pairs and (given.flag or given.query or given.min_severity):
        raise click.UsageError(
            "--pairs goes with --item, --topic, --agent and a period; leave out "
            "--flag, --query and --min-severity"
        )


def _write(
    given: _Options,
    store: Store,
    wanted: Wanted,
    found: Sequence[Chosen] | Sequence[ChosenPair],
) -> int:
    """Make the pack and tell what is in it; returns how many calls or pairs were too many."""
    from qa_inspect.language.pii import find_in_utterances
    from qa_inspect.report.clips import ChosenPair
    from qa_inspect.report.clips_making import ClipMaker
    from qa_inspect.report.clips_pack import Pack, pack_folder, write_pack
    from qa_inspect.report.clips_page import index_page
    from qa_inspect.report.clips_sound import Voices
    from qa_inspect.store.audit import record

    making = _making(given)
    asked = _criteria(given, wanted)
    with pack_folder(given.out) as folder:
        who = None
        made_at = datetime.now(UTC)
        if given.unredacted:
            entry = record(store, UNREDACTED, {"out": str(given.out.absolute()), "asked": asked})
            who, made_at = entry.who, entry.at
        voices = Voices(making.disguise)
        recognise = partial(find_in_utterances, references=True)
        maker = ClipMaker(store.load_call, recognise, making, folder, voices)
        pairs_wanted = [one for one in found if isinstance(one, ChosenPair)]
        single = [one for one in found if not isinstance(one, ChosenPair)]
        clips, pairs = maker.pairs(pairs_wanted) if given.pairs else (maker.clips(single), [])
        if not clips:
            raise InputError(
                f"no clip could be made of {len(found)} {'pairs' if given.pairs else 'calls'}",
                cure="; ".join(f"{one.call}: {one.reason}" for one in maker.left_out[:5])
                or "look at the calls with `qa-inspect show`",
            )
        pack = Pack(asked, tuple(clips), tuple(pairs), tuple(maker.left_out), making, made_at, who)
        write_pack(pack, index_page(pack, given.interface), folder)
    _tell(pack, given)
    return maker.beyond


def _making(given: _Options) -> Making:
    from qa_inspect.audio.excerpt import SoundFormat
    from qa_inspect.report.clips import Hidden, Making

    return Making(
        given.before_s,
        given.after_s,
        given.limit,
        SoundFormat(given.sound_format),
        Hidden(given.disguise),
        redacted=not given.unredacted,
    )


def _criteria(given: _Options, wanted: Wanted) -> dict[str, str]:
    """What was asked for, by name, as the pack and the record tell it."""
    hides_agent = given.disguise in ("agent", "all")
    told = {
        "pairs": "yes" if given.pairs else None,
        "flag": wanted.flag,
        "item": wanted.item,
        "status": wanted.status.value if wanted.item and not given.pairs else None,
        "agent": None if hides_agent else wanted.agent_id,
        "topic": wanted.topic,
        "query": wanted.query,
        "said_by": given.said_by,
        "min_severity": given.min_severity,
        "since": given.since.isoformat() if given.since else None,
        "until": given.until.isoformat() if given.until else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _tell(pack: Pack, given: _Options) -> None:
    by_reason = defaultdict[str, list[str]](list)
    for one in pack.left_out:
        by_reason[one.reason].append(one.call)
    for reason, calls in by_reason.items():
        say(f"left out {_listed(calls)}: {reason}", fg="yellow")
    silent = Counter(clip.without_sound for clip in pack.clips if clip.audio is None)
    for reason, number in silent.items():
        have = "1 clip has" if number == 1 else f"{number} clips have"
        say(f"{have} words only: {reason}", fg="yellow")
    if pack.unredacted_by:
        say("Personal data is NOT hidden in this pack; that is on record.", fg="red")
    sides = "1 pair" if len(pack.pairs) == 1 else f"{len(pack.pairs)} pairs"
    count = f"{sides}, " if given.pairs else ""
    clips = "1 clip" if len(pack.clips) == 1 else f"{len(pack.clips)} clips"
    click.echo(f"Trainer pack: {given.out / 'index.html'} ({count}{clips})")


def _listed(calls: Sequence[str]) -> str:
    if len(calls) == 1:
        return calls[0]
    more = ", …" if len(calls) > _NAMED_AT_MOST else ""
    return f"{len(calls)} calls ({', '.join(calls[:_NAMED_AT_MOST])}{more})"


def _tell_rest(given: _Options, beyond: int, found: Found) -> None:
    """What matches and is not in the pack."""
    if beyond:
        what = "pair" if given.pairs else "call"
        matches = f"1 more {what} matches" if beyond == 1 else f"{beyond} more {what}s match"
        say(f"{matches}: --limit {given.limit} was reached.", fg="yellow")
    if found.only_across:
        more = wording.count(found.only_across, "more pair")
        say(f"Left out: {more} of two languages (--across-languages brings them in).")
    if found.weaker:
        fits = "1 more call fits" if found.weaker == 1 else f"{found.weaker} more calls fit"
        say(f"Left out: {fits} the query only weakly (--weak brings them in).")
