"""What a rule looks for, in words, without a call: phrases, examples, parts.

This module does not know calls, verdicts or what the kinds do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from qa_inspect.rubric.phrases import PhraseList
from qa_inspect.rubric.schema import Rule
from qa_inspect.rubric.wording import listed, plainly, whose


def looked_for(rule: Rule, most: int = 4) -> str:
    """``“a”, “b” and 7 more``, sentences as ``what means the same as “…”``; else the kind."""
    phrases = list(dict.fromkeys(_phrases(rule)))
    examples = list(dict.fromkeys(_examples(rule)))
    told = [f"{_together(rule)}{listed(phrases, most)}"] if phrases else []
    patterns = [text for leaf in _leaves(rule) for text in getattr(leaf, "patterns", ())]
    if patterns:
        told.append(f"the pattern {listed(patterns, 2)}")
    if examples:
        told.append(f"what means the same as {listed(examples, 2)}")
    told += [leaf.in_words for leaf in _leaves(rule) if leaf.in_words]
    return " and for ".join(told) or rule.kind.replace("_", " ")


def _together(rule: Rule) -> str:
    """How many of the phrases belong together, where it is more than one."""
    wanted = getattr(rule, "wanted", 1)
    return f"{wanted} different of " if wanted > 1 else ""


def looked_in(rule: Rule) -> str:
    """``all the customer's utterances``, as far as the rule itself tells."""
    roles = dict.fromkeys(part.role for part in _leaves(rule))
    role = next(iter(roles)) if len(roles) == 1 else "any"
    owned = "utterances of either side" if role == "any" else f"{whose(role)} utterances"
    return f"all {owned}" if rule.scope.whole else f"part of {owned}"


def _leaves(rule: Rule) -> tuple[Rule, ...]:
    inner = tuple(leaf for part in rule.parts() for leaf in _leaves(part))
    return inner or (rule,)


def _phrases(rule: Rule) -> Iterator[str]:
    for leaf in _leaves(rule):
        # signs of a sum that speak against the thing are not what is looked for
        signs: Sequence[Any] = [
            sign for sign in getattr(leaf, "cues", ()) if getattr(sign, "weight", 0.0) > 0
        ]
        for holder in (leaf, *signs):
            phrases = getattr(holder, "phrases", None)
            if isinstance(phrases, PhraseList):
                yield from _in_plain_words(phrases.texts)


@lru_cache(maxsize=1_024)
def _in_plain_words(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Kept, for a rule tells of every call what it looked for."""
    return tuple(map(plainly, phrases))


def _examples(rule: Rule) -> Iterator[str]:
    for leaf in _leaves(rule):
        yield from getattr(leaf, "examples", ())
