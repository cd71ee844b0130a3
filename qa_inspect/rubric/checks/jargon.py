"""``jargon``: no term of the glossary is left unexplained.

What it does: finds glossary terms in what the role says. A term counts as explained when its plain
words, or a phrase of ``explained_by``, come in the same utterance or in the role's next ones
(``within_utterances``). An unexplained term counts once, however often it is said; ``asked_weight``
times where the customer asks what it means. The glossary is a list of phrases, each alone or as
``term = plain words; other plain words``, or fields of ``term: plain words``.

Why it matters: each unknown word costs the customer the rest of the sentence. Asking back is
embarrassing, so most do not.

Example::

    kind: jargon
    role: agent
    glossary:
      APR: yearly interest
      "port (out|in)": [take your number with you]
    explained_by: ["that means", "in other words"]
    at_most: 1
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema

from qa_inspect.domain import Role
from qa_inspect.rubric.checks.allowance import Allowance, share_left
from qa_inspect.rubric.checks.context import Context, Finding, Findings, Kind
from qa_inspect.rubric.checks.said import MOST_EVIDENCE, strength_of
from qa_inspect.rubric.fields import Phrases, compiled, expanded
from qa_inspect.rubric.folding import locate
from qa_inspect.rubric.outcome import Hit, Outcome, verdict
from qa_inspect.rubric.phrases import PhraseHit, PhraseList, compile_phrases
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, count, phrased

_EXPLAINING = (
    "(that|this|which|it) (means|is when|is where|is called|is just|is simply)",
    "(what that|what this|that just|which just|that basically|what it) means",
    "in other words",
    "(to put it|put) (simply|another way|plainly)",
    "that is to say",
    "(也就是说|就是说|也就是|意思是|意思就是|简单来说|简单说|换句话说|通俗|所谓|指的是|说白了)",
)
_ASKING = (
    "(what is|what are|what was|what does|what do you mean|what is that|what is a) ...",
    "(sorry|pardon) what",
    "(not sure|do not know|do not understand|no idea) what",
    "i do not (understand|follow|get it)",
    "[a] what",
    "(什么意思|是什么|啥意思|啥叫|什么叫|是啥|听不懂|不懂|没听懂|不明白|什么是)",
)
_EXPLAINED_SCORE = 0.3


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms, and the plain words of those that have any."""

    terms: PhraseList
    plain: Mapping[str, PhraseList]


def _read_glossary(value: Any, info: ValidationInfo) -> Glossary:
    if isinstance(value, Glossary):
        return value
    pairs: dict[str, list[str]] = {}
    if isinstance(value, Mapping):
        for term, words in value.items():
            pairs[str(term)] = [] if words is None else list(expanded(words, info))
    else:
        for entry in expanded(value, info):
            term, _, words = entry.partition("=")
            pairs[term.strip()] = [part.strip() for part in words.split(";") if part.strip()]
    return Glossary(
        compiled(tuple(pairs)), {term: compiled(tuple(words)) for term, words in pairs.items()}
    )


GlossaryField = Annotated[
    Glossary,
    PlainValidator(_read_glossary),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
                {
                    "type": "object",
                    "additionalProperties": {
                        "anyOf": [
                            {"type": "string"},
                            {"type": "array", "items": {"type": "string"}},
                            {"type": "null"},
                        ]
                    },
                },
            ]
        }
    ),
]


class Jargon(Allowance):
    """Fields of ``jargon``."""

    kind: Literal["jargon"] = "jargon"
    glossary: GlossaryField
    explained_by: Phrases = compile_phrases(_EXPLAINING)
    asks: Phrases = compile_phrases(_ASKING)
    asked_weight: Annotated[float, Field(ge=1)] = 2.0
    within_utterances: Annotated[int, Field(ge=0)] = 2


@dataclass(frozen=True, slots=True)
class _Term:
    """A term left unexplained where it was first said."""

    line: Line
    hit: PhraseHit
    asked: bool


def _check(rule: Jargon, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    said: dict[str, bool] = {}
    open_terms: dict[str, _Term] = {}
    for line in context.view.candidates(rule.glossary.terms, search.lines):
        for hit in rule.glossary.terms.hits(line.folded, line.marks):
            if said.get(hit.phrase):
                continue
            said[hit.phrase] = _explained(rule, context, line, hit)
            known = open_terms.get(hit.phrase)
            asked = _asked(rule, context, line) or (known is not None and known.asked)
            open_terms[hit.phrase] = _Term(known.line if known else line, hit, asked)
    unexplained = [term for name, term in open_terms.items() if not said[name]]
    hits = [_hit(context, term) for term in unexplained]
    weight = sum(rule.asked_weight if term.asked else 1.0 for term in unexplained)
    good = weight <= rule.at_most
    where = f"looked for {count(len(rule.glossary.terms.texts), 'glossary term')} in {search.where}"
    if good:
        unheard = context.badly_heard(search)
        if unheard is not None:
            return unheard
    return verdict(
        good,
        found=not good,
        explanation=_told(unexplained, hits, [name for name, done in said.items() if done]),
        searched=where,
        share=share_left(rule, weight),
        score=min(1.0, weight / max(1, len(search.lines))),
        hits=hits[:MOST_EVIDENCE],
        strength=strength_of(context, hits),
    )


def _explained(rule: Jargon, context: Context, line: Line, hit: PhraseHit) -> bool:
    """Whether plain words or an explaining phrase come with the term or soon after it."""
    plain = rule.glossary.plain[hit.phrase]
    own = [
        other
        for other in context.view.lines[line.index :]
        if other.utterance.role is line.utterance.role
    ][: rule.within_utterances + 1]
    for other in own:
        text = other.folded[hit.start :] if other is line else other.folded
        if plain.first(other.folded) or rule.explained_by.first(text):
            return True
    return False


def _asked(rule: Jargon, context: Context, line: Line) -> bool:
    """Whether the customer asks back before the role has spoken again."""
    for other in context.view.lines[line.index + 1 :]:
        if other.utterance.role is line.utterance.role:
            return False
        if other.utterance.role is Role.CUSTOMER and rule.asks.first(other.folded):
            return True
    return False


def _hit(context: Context, term: _Term) -> Hit:
    start = locate(term.line.utterance.text, term.line.folded, term.hit.start, term.hit.end)[0]
    return Hit(term.line.index, start, context.view.evidence_of(term.line, term.hit))


def _told(terms: Sequence[_Term], hits: Sequence[Hit], explained: Sequence[str]) -> str:
    done = f" Explained: {phrased(explained)}." if explained else ""
    if not terms:
        return f"No term of the glossary is left unexplained.{done}"
    each = [
        cited(hit.evidence) + (" (the customer asked what it means)" if term.asked else "")
        for term, hit in zip(terms, hits, strict=True)
    ]
    return f"{count(len(terms), 'term')} left unexplained: {', '.join(each)}.{done}"


def _find(rule: Jargon, lines: Sequence[Line], context: Context) -> Findings:
    """Lines with a term; one that is explained in the same breath is no hit."""
    found: dict[int, Finding] = {}
    for line, hit in context.view.phrase_hits(rule.glossary.terms, lines):
        plain = rule.glossary.plain[hit.phrase]
        explained = bool(plain.first(line.folded) or rule.explained_by.first(line.folded))
        start, end = locate(line.utterance.text, line.folded, hit.start, hit.end)
        score = _EXPLAINED_SCORE if explained else 1.0
        found[line.index] = Finding(not explained, score, start, end, hit.phrase)
    return found


KIND = Kind(
    "jargon",
    Jargon,
    _check,
    _find,
    change="It would have passed had each term been explained in plain words at once.",
)
