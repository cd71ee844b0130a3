"""Every word of the report's interface, in English and in Chinese.

What was said, what the manifest named and what a rubric explains stays in its own language.
This module does not know pages or calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from qa_inspect.errors import InputError
from qa_inspect.report.catalogue_zh import CHINESE, CHINESE_NAMES

_ENGLISH: dict[str, str] = {
    "lang": "en",
    "product": "Quality inspection",
    "overview": "Overview",
    "flags": "Flags",
    "calls": "Calls",
    "agents": "Agents",
    "failed": "Failed",
    "skip": "Skip to the content",
    "made": "Made by qa-inspect",
    "calls_inspected": "Calls inspected",
    "average_score": "Average score",
    "flagged_calls": "Flagged calls",
    "needs_review": "Needs review",
    "failed_calls": "Failed calls",
    "of_calls": "of {n} calls",
    "interval": "95% sure: {low} to {high}",
    "too_few_for_interval": "too few calls for an interval",
    "uncounted": "not counted: needs review",
    "no_calls": "No calls were inspected in this period.",
    "left_out": "left out of every score",
    "see_why": "see why",
    "listen_first": "The calls that matter this morning",
    "listen_first_about": "One call a customer, the latest day's first, by risk (0–100: how "
    "grave the flags are and how sure); for a week, calls where a person may be in danger first.",
    "flags_about": "Flagged moments, gravest first.",
    "opens_there": "Each opens at the moment it was said.",
    "in_danger": "A person may be in danger",
    "read": "Read",
    "queue_new": "{new} new of {n}",
    "risk": "Risk",
    "risk_about": "Risk, 0–100: how grave its flags are and how sure",
    "new": "New",
    "more_of_customer": "{n} more flagged of this customer",
    "more_new": "{n} new",
    "all_flags": "All {n} flags",
    "no_flags": "Nothing was flagged.",
    "agents_about": "A rank is a range where the calls do not tell agents apart. Calls that need "
    "review are left out.",
    "rank": "Rank",
    "agent": "Agent",
    "team": "Team",
    "score": "Score",
    "talk_share": "Talks",
    "coach_first": "Coach first",
    "too_few": "too few calls",
    "unassigned": "No agent named",
    "passes": "{rate} pass",
    "listen": "Listen",
    "example": "Example",
    "how_it_went": "How it went",
    "score_distribution": "Calls by score",
    "score_by_day": "Average score by day",
    "weakest_items": "What fails most often",
    "weakest_items_about": "Share of calls that pass, of those in which it could be judged",
    "number_of_calls": "calls",
    "search_calls": "Search calls",
    "search_hint": "Call, agent, team, flag…",
    "only_flagged": "Flagged only",
    "only_review": "Needs review only",
    "shown": "{n} shown",
    "none_match": "No call matches.",
    "call": "Call",
    "began": "Began",
    "length": "Length",
    "language": "Language",
    "customer": "Customer",
    "market": "Market",
    "topic": "Topic",
    "topics": "Topics",
    "topics_about": "What customers called about, by what they said; a call may be about several "
    "topics. No topic fits {none} calls, and {wordless} are without words.",
    "topics_stated": "As the manifest says:",
    "top_issues": "Top issues",
    "calls_behind": "The {n} calls behind it",
    "calls_clearest": "The {shown} clearest of {n} calls",
    "share": "Share",
    "before": "Before",
    "rose": "rose",
    "term": "Term",
    "terms": "Terms customers use",
    "terms_rose": "Terms that rose",
    "direction": "Direction",
    "satisfaction": "CSAT",
    "recommendation": "NPS",
    "team_of": "Team {team}",
    "rank_of": "Rank {rank}",
    "enough_about": "A rank needs at least {n} judged calls.",
    "judged_calls": "Judged calls",
    "empathy_share": "Shows empathy",
    "positive_share": "Speaks positively",
    "of_utterances": "of what the agent says",
    "of_talk": "of the talking",
    "resolution": "First-call resolution",
    "resolution_about": "no further call by the same customer about the same topic within {days} "
    "days; known of {n} calls",
    "resolution_yes": "yes: no further call about it within {days} days",
    "resolution_no": "no: the customer called about it again ({calls})",
    "what_to_coach": "What to coach first",
    "what_goes_well": "What goes well",
    "flags_in_calls": "Flags in these calls",
    "flags_in_calls_about": "Number of calls in which each was raised, whoever said it.",
    "why": "Why it matters:",
    "nothing_to_coach": "Every item passed.",
    "nothing_goes_well": "Nothing stands out yet.",
    "sections": "Sections beside everyone's",
    "this_agent": "This agent",
    "everyone": "Everyone",
    "scores_over_time": "Every call's score, and their average",
    "items": "Items",
    "item": "Item",
    "section": "Section",
    "pass_rate": "Pass rate",
    "judged": "Judged",
    "flag": "Flag",
    "severity": "Severity",
    "sure": "{share} sure",
    "quote": "What was said",
    "recording": "Recording",
    "no_audio": "The recording cannot be played from this report.",
    "audio_missing": "The recording is no longer at its place.",
    "imported": "Imported transcript: there is no recording.",
    "transcript": "Transcript",
    "no_transcript": "Nothing was said.",
    "scorecard": "Scorecard",
    "not_judged": "Not judged",
    "evidence": "Evidence",
    "searched": "Searched",
    "review_notice": "Look at this call before judging anyone by it.",
    "review_notes": "Something about this call is unusual; the notes say what. The call counts in "
    "no scorecard.",
    "review_sure": "Who is the agent and who the customer is {share} sure. The call counts in no "
    "scorecard.",
    "could_not": "This call could not be inspected",
    "failed_about": "Each recording with the reason it could not be inspected.",
    "no_failed": "Every recording was inspected.",
    "reason": "Reason",
    "file": "File",
    "timeline": "Time line: who speaks when",
    "overlap": "Both at once",
    "silence": "Silence",
    "mark_flag": "Flag",
    "mark_fail": "Failed item",
    "points": "{points} of {most}",
    "on_points": "on {judged} of {most} points",
    "not_judged_one": "1 item could not be judged",
    "not_judged_n": "{n} items could not be judged",
    "made_with": "Inspected with",
    "notes": "Notes",
    "auto_fail.form": "fails the whole rubric",
    "auto_fail.section": "fails its section",
    "fragile": "fragile",
    "fragile.roles": "With agent and customer swapped it would be: {status}.",
    "fragile.words": "Without the words that were hardly heard it would be: {status}.",
    "taken_away": "{points} points",
    "fragile_verdicts": "Fragile verdicts",
    "fragile_about": "they hinge on who is who or on words hardly heard",
    "index": "Service index",
    "index_about": "what customers answered and what was inspected, in one number, 0–100",
    "index_parts": "What the index is made of",
    "index_part": "{name} {score} ({n} calls)",
    "index_without": "without {names}: too few answers",
    "index_star": "* Part of the service index is missing, and the rest stands for it; the agent's "
    "page tells which.",
    "index_none": "none: too few answers for {names}",
    "part.customer_rating": "customer rating",
    "part.inspection": "inspection",
    "part.nps": "NPS",
    "teams": "Teams",
    "agents_in_team": "Agents",
    "bands": "Calls by band",
    "no_score": "no score",
    "judged_n": "n = {n}",
    "role.agent": "Agent",
    "role.customer": "Customer",
    "role.other": "Other",
    "role.unknown": "Unknown",
    "status.pass": "Pass",
    "status.fail": "Fail",
    "status.partly": "Partly",
    "status.not_applicable": "Not applicable",
    "status.cannot_judge": "Cannot judge",
    "status.error": "Error",
    "severity.low": "Low",
    "severity.medium": "Medium",
    "severity.high": "High",
    "severity.critical": "Critical",
}

LANGUAGES: Mapping[str, Mapping[str, str]] = MappingProxyType({"en": _ENGLISH, "zh": CHINESE})


class Catalogue:
    """The interface in one language. Raises InputError for a language there is none in."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise InputError(
                f"the report cannot be written in {language!r}",
                cure=f"choose one of {', '.join(LANGUAGES)}",
            )
        self.language = language
        self._strings = LANGUAGES[language]
        self._names = CHINESE_NAMES if language == "zh" else {}

    def text(self, key: str, **values: object) -> str:
        """The words behind a key, with ``{name}`` filled in."""
        words = self._strings[key]
        return words.format(**values) if values else words

    def name(self, identifier: str) -> str:
        """A rubric's, section's, item's or flag's identifier as people read it."""
        plain = identifier.replace("_", " ").replace("-", " ").strip()
        return self._names.get(identifier) or plain[:1].upper() + plain[1:]
