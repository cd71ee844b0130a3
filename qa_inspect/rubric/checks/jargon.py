"""``jargon``: no term of the glossary does harm.

What it does: finds glossary terms in what the role says and weighs each by the harm it did. A term
that comes with its plain words, or a phrase of ``explained_by``, in the same breath is no jargon.
One counts in full (``asked_weight``, ``silent_weight``) where the customer, in his next two turns,
asks what it means or falls silent: answers only after ``silent_s`` seconds, or says nothing of
substance. Where it is explained after that, within ``within_utterances``, it counts
``explained_weight`` (an explanation is of the last term before it, or of the one it names, and none
where the customer then says that he does not understand); where the customer talks on,
``unexplained_weight``. The sum may be ``at_most``. A term counts once, where it did most harm. The
glossary is a list of phrases, each alone or as ``term = plain words; other plain words``, or fields
of ``term: plain words``. What asks and what explains is known in the packs' six languages; ``asks``
and ``explained_by`` replace it.

Why it matters: each unknown word costs the customer the rest of the sentence. Asking back is
embarrassing, so most do not.

Example::

    kind: jargon
    role: agent
    glossary:
      APR: yearly interest
      "port (out|in)": [take your number with you]
    at_most: 1
    zero_at: 5
    silent_s: 4
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema

from qa_inspect.domain import Evidence
from qa_inspect.rubric.checks.allowance import Allowance, share_left
from qa_inspect.rubric.checks.context import Context, Finding, Findings, Kind
from qa_inspect.rubric.checks.harm import Harm, TermWords, harm_of
from qa_inspect.rubric.checks.phrase_search import NO_PHRASES
from qa_inspect.rubric.checks.quantity import MOST_EVIDENCE, strength_of
from qa_inspect.rubric.fields import Phrases, compiled, expanded
from qa_inspect.rubric.folding import locate
from qa_inspect.rubric.hearing import rests_on_unsure_word
from qa_inspect.rubric.outcome import Hit, Outcome, verdict
from qa_inspect.rubric.phrases import PhraseHit, PhraseList
from qa_inspect.rubric.reactions import reactions
from qa_inspect.rubric.schema import Seconds
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, count, phrased, place

_EXPLAINED_SCORE = 0.3
Weight = Annotated[float, Field(ge=0, le=100)]


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
    explained_by: Phrases = NO_PHRASES
    asks: Phrases = NO_PHRASES
    asked_weight: Weight = 2.0
    silent_weight: Weight = 2.0
    unexplained_weight: Weight = 1.0
    explained_weight: Weight = 0.5
    silent_s: Seconds = 4.0
    within_utterances: Annotated[int, Field(ge=0)] = 2

    def explaining(self, context: Context) -> PhraseList:
        """The phrases that bring plain words."""
        own = self.explained_by
        return own if own.texts else reactions(context.language).explains

    def asking(self, context: Context) -> PhraseList:
        """The phrases that ask what something means."""
        return self.asks if self.asks.texts else reactions(context.language).asks


@dataclass(frozen=True, slots=True)
class _Term:
    """A term where it was said, what the customer made of it, and what it counts."""

    line: Line
    hit: PhraseHit
    harm: Harm
    weight: float


def _check(rule: Jargon, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    said = [
        _term(rule, context, line, hit)
        for line in context.view.candidates(rule.glossary.terms, search.lines)
        for hit in context.view.hits(rule.glossary.terms, line)
        if not rests_on_unsure_word(line.utterance, *_place(line, hit))
    ]
    worst: dict[str, _Term] = {}
    for term in said:
        known = worst.get(term.hit.phrase)
        # once explained, a term may be used
        if known is None or (known.harm.explained is None and term.weight > known.weight):
            worst[term.hit.phrase] = term
    counted = [term for term in worst.values() if term.weight > 0]
    hits = [_hit(context, term) for term in counted]
    weight = sum(term.weight for term in counted)
    good = weight <= rule.at_most
    if good:
        unheard = context.badly_heard(search, expected=False)
        if unheard is not None:
            return unheard
    where = f"looked for {count(len(rule.glossary.terms.texts), 'glossary term')} in {search.where}"
    return verdict(
        good,
        found=not good,
        explanation=_told(rule, context, counted, hits, list(worst.values())),
        searched=where,
        share=share_left(rule, weight),
        score=min(1.0, weight / max(1, len(search.lines))),
        hits=hits,
        evidence=_proofs(context, counted, hits),
        strength=strength_of(context, hits),
    )


def _term(rule: Jargon, context: Context, line: Line, hit: PhraseHit) -> _Term:
    words = TermWords(
        hit,
        rule.glossary.plain[hit.phrase],
        rule.explaining(context),
        rule.asking(context),
        reactions(context.language),
        rule.glossary.terms,
    )
    harm = harm_of(context.view, line, words, rule.silent_s, rule.within_utterances)
    return _Term(line, hit, harm, _weight(rule, line, harm))


def _weight(rule: Jargon, line: Line, harm: Harm) -> float:
    """What a term counts: nothing where it was explained before the customer stumbled."""
    stumbled = harm.asked or harm.silent
    if harm.explained is not None:
        if stumbled is None or harm.explained.index <= line.index:
            return 0.0
        late = stumbled.line is None or harm.explained.index > stumbled.line.index
        return rule.explained_weight if late else 0.0
    if harm.asked is not None:
        return rule.asked_weight
    return rule.silent_weight if harm.silent is not None else rule.unexplained_weight


def _place(line: Line, hit: PhraseHit) -> tuple[int, int]:
    return locate(line.utterance.text, line.folded, hit.start, hit.end)


def _hit(context: Context, term: _Term) -> Hit:
    start = _place(term.line, term.hit)[0]
    return Hit(term.line.index, start, context.view.evidence_of(term.line, term.hit))


def _proofs(context: Context, terms: Sequence[_Term], hits: Sequence[Hit]) -> tuple[Evidence, ...]:
    """Each term, and the customer's question after it."""
    proofs = []
    for term, hit in zip(terms, hits, strict=True):
        proofs.append(hit.evidence)
        if term.harm.asked is not None and term.harm.asked.line is not None:
            proofs.append(context.view.evidence(term.harm.asked.line))
    return tuple(dict.fromkeys(proofs))[:MOST_EVIDENCE]


def _told(
    rule: Jargon,
    context: Context,
    terms: Sequence[_Term],
    hits: Sequence[Hit],
    every: Sequence[_Term],
) -> str:
    explained = [term.hit.phrase for term in every if term.harm.explained is not None]
    if not terms:
        return _harmless(every, explained)
    alike: dict[tuple[str, float], list[str]] = {}
    for term, hit in zip(terms, hits, strict=True):
        alike.setdefault((_effect(context, term), term.weight), []).append(cited(hit.evidence))
    each = [
        f"{effect[0].upper()}{effect[1:]} (counts {counts:g}{' each' * (len(cites) > 1)}): "
        f"{', '.join(cites)}."
        for (effect, counts), cites in alike.items()
    ]
    unexplained = sum(term.harm.explained is None for term in terms)
    late = len(terms) - unexplained
    heads = [f"{count(unexplained, 'term')} left unexplained"] if unexplained else []
    heads += [f"{count(late, 'term')} explained too late"] if late else []
    weight = sum(term.weight for term in terms)
    allowed = f"at most {rule.at_most} is allowed" if rule.at_most else "nothing is allowed"
    total = f"Together they count {weight:g}" if len(terms) > 1 else f"It counts {weight:g}"
    done = f" Explained: {phrased(explained)}." if explained and not late else ""
    return f"{', '.join(heads)}. {' '.join(each)} {total}, where {allowed}.{done}"


def _harmless(every: Sequence[_Term], explained: Sequence[str]) -> str:
    """What is said of a call in which no term counts."""
    if not every:
        return "No term of the glossary was used."
    used = f"{count(len(every), 'term')} of the glossary used"
    if len(explained) < len(every):
        return f"{used}, none of which counts."
    whole = {1: "and explained", 2: "both explained"}.get(len(every), "all explained")
    return f"{used}, {whole}: {phrased(explained)}."


def _effect(context: Context, term: _Term) -> str:
    harm = term.harm
    if harm.asked is not None and harm.asked.line is not None:
        effect = (
            f"the customer asked what it means, {cited(context.view.evidence(harm.asked.line))}"
        )
    elif harm.silent is not None and harm.silent.gap_s is not None:
        effect = f"the customer was silent for {harm.silent.gap_s:.1f} s"
    elif harm.silent is not None and harm.silent.line is not None:
        proof = context.view.evidence(harm.silent.line)
        effect = f"the customer said nothing more than {cited(proof)}"
    elif harm.silent is not None:
        effect = "the customer said nothing more"
    else:
        effect = "not explained"
    if harm.explained is not None:
        effect += f", then explained {place(context.view.evidence(harm.explained))}"
    return effect


def _find(rule: Jargon, lines: Sequence[Line], context: Context) -> Findings:
    """Lines with a term; one that is explained in the same breath is no hit."""
    found: dict[int, Finding] = {}
    explaining = rule.explaining(context)
    for line in context.view.candidates(rule.glossary.terms, lines):
        every = context.view.hits(rule.glossary.terms, line)
        bare = [hit for hit in every if not _at_once(rule, hit, line, explaining)]
        if not every:
            continue
        hit, explained = (bare or every)[0], not bare
        start, end = _place(line, hit)
        score = _EXPLAINED_SCORE if explained else 1.0
        found[line.index] = Finding(not explained, score, start, end, hit.phrase)
    return found


def _at_once(rule: Jargon, hit: PhraseHit, line: Line, explaining: PhraseList) -> bool:
    """Whether a term is explained in the line in which it is said."""
    after = line.folded[hit.start :]
    return bool(rule.glossary.plain[hit.phrase].first(line.folded) or explaining.first(after))


KIND = Kind(
    "jargon",
    Jargon,
    _check,
    _find,
    change="It would have passed had each term been explained in plain words at once.",
    kept="It would have failed had the terms left unexplained counted more than is allowed.",
)
