"""Which hits of a script's steps fit together: in their order, near enough, as many as can be.

One utterance may be two steps ("I am sorry, I will send a new one"), but each by words of its own:
the very same hit is never taken for two. Steps form a graph: each comes after the one found before
it, or after the steps it names. Distances are counted from the step before or from a named one. The
search goes through the steps once and keeps the best choice for each way in which later steps can
depend on it; what it keeps is bounded, so no script and no call can make it slow.

This module does not know rules, only hits and what binds them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa_inspect.rubric.outcome import Hit
from qa_inspect.rubric.wording import count

_MOST_STATES = 400
_MOST_HITS = 60
_OPTIONAL_WORTH = 0.1


@dataclass(frozen=True, slots=True)
class Node:
    """A step with its hits in order of the call.

    ``after`` are positions of the steps that it has to follow, None for "the one found before it",
    empty for none. ``near`` is the position from which its distance is counted, None for the step
    found before it; ``utterances`` (of either side) and ``seconds`` are the most that may lie
    between.
    """

    label: str
    hits: tuple[Hit, ...]
    optional: bool = False
    after: tuple[int, ...] | None = None
    near: int | None = None
    utterances: int | None = None
    seconds: float | None = None


Chosen = Mapping[int, Hit]
"""The hit that was chosen of each step that is part of the script, by the step's position."""


@dataclass(frozen=True, slots=True)
class _State:
    worth: float
    links: tuple[tuple[int, Hit], ...]


def place(hit: Hit) -> tuple[int, int]:
    """Where in the call a hit is: its utterance and its position there."""
    return hit.utterance, hit.position


def words_of(hit: Hit) -> tuple[int, int, str]:
    """The very words of a hit: where they begin and what they are."""
    return *place(hit), hit.evidence.quote


def best_choice(nodes: Sequence[Node]) -> Chosen:
    """One hit for as many steps as fit together; asked steps weigh more than optional ones."""
    states = [_State(0.0, ())]
    for at, node in enumerate(nodes):
        needed = _needed_later(nodes, at)
        wanted = frozenset(words_of(hit) for node in nodes[at + 1 :] for hit in node.hits)
        kept: dict[tuple[object, ...], _State] = {}
        for state in states:
            _keep(kept, state, needed, wanted)
        gain = _OPTIONAL_WORTH if node.optional else 1.0
        for hit in node.hits[:_MOST_HITS]:
            for state in states:
                if misfit(node, hit, dict(state.links), nodes) is not None:
                    continue
                longer = _State(state.worth + gain, (*state.links, (at, hit)))
                _keep(kept, longer, needed, wanted)
        states = _best_of(list(kept.values()))
    return dict(min(states, key=_earliest_best).links)


def _keep(
    kept: dict[tuple[object, ...], _State],
    state: _State,
    needed: frozenset[int],
    wanted: frozenset[tuple[int, int, str]],
) -> None:
    """Takes a choice up unless one as good is known on which later steps depend alike."""
    key = _key(state, needed, wanted)
    known = kept.get(key)
    if known is None or _earliest_best(state) < _earliest_best(known):
        kept[key] = state


def _earliest_best(state: _State) -> tuple[float, list[int], list[tuple[int, int]]]:
    """Orders choices: the worthiest, then the one that keeps the first steps, then early hits."""
    steps = [at for at, _ in state.links]
    return -state.worth, steps, [place(hit) for _, hit in state.links]


def misfit(node: Node, hit: Hit, chosen: Chosen, nodes: Sequence[Node]) -> str | None:
    """Why a hit cannot be taken beside those ``chosen`` of earlier steps; None where it can."""
    for at, taken in chosen.items():
        if words_of(taken) == words_of(hit):
            return f"with the same words as “{nodes[at].label}”"
    previous = max(chosen, default=None)
    before = node.after if node.after is not None else (() if previous is None else (previous,))
    for at in before:
        if at in chosen and place(hit) < place(chosen[at]):
            return f"before “{nodes[at].label}”"
    near = node.near if node.near is not None else previous
    if near is None or near not in chosen:
        return None
    far = _too_far(node, hit, chosen[near])
    return f"{far} from “{nodes[near].label}”" if far else None


def out_of_place(at: int, nodes: Sequence[Node], chosen: Chosen) -> str:
    """Why the first hit of a step that was not chosen does not fit, in words."""
    node = nodes[at]
    earlier = {position: hit for position, hit in chosen.items() if position < at}
    for hit in node.hits:
        why = misfit(node, hit, earlier, nodes)
        if why is not None:
            return why
        for position, other in chosen.items():
            if position > at and words_of(other) == words_of(hit):
                return f"with the same words as “{nodes[position].label}”"
            follows = nodes[position].after is None or at in (nodes[position].after or ())
            if position > at and follows and place(other) < place(hit):
                return f"after “{nodes[position].label}”"
    return ""


def _too_far(node: Node, hit: Hit, anchor: Hit) -> str:
    apart = abs(hit.utterance - anchor.utterance)
    if node.utterances is not None and apart > node.utterances:
        return f"{count(apart, 'utterance')}, more than {node.utterances},"
    if node.seconds is not None:
        seconds = _seconds_between(hit, anchor)
        if seconds is not None and seconds > node.seconds:
            return f"{seconds:.0f} s, more than {node.seconds:g} s,"
    return ""


def _seconds_between(hit: Hit, other: Hit) -> float | None:
    """Seconds from the end of the earlier to the beginning of the later; None without times."""
    first, second = sorted((hit, other), key=place)
    if first.evidence.end_s is None or second.evidence.start_s is None:
        return None
    return max(0.0, second.evidence.start_s - first.evidence.end_s)


def _needed_later(nodes: Sequence[Node], at: int) -> frozenset[int]:
    """Positions up to ``at`` that later steps name."""
    later = nodes[at + 1 :]
    named = {position for node in later for position in (*(node.after or ()), node.near)}
    return frozenset(p for p in named if p is not None and p <= at)


def _key(
    state: _State, needed: frozenset[int], wanted: frozenset[tuple[int, int, str]]
) -> tuple[object, ...]:
    """What of a choice later steps can depend on: its last hit, those that they name, and the
    words that they could have used too."""
    last = state.links[-1] if state.links else None
    named = tuple((at, place(hit)) for at, hit in state.links if at in needed)
    used = frozenset(words_of(hit) for _, hit in state.links) & wanted
    return None if last is None else place(last[1]), named, used


def _best_of(states: list[_State]) -> list[_State]:
    if len(states) <= _MOST_STATES:
        return states
    ranked = sorted(range(len(states)), key=lambda at: (-states[at].worth, at))[:_MOST_STATES]
    return [states[at] for at in sorted(ranked)]


def circle(names: Sequence[str], leads: Mapping[int, Sequence[int]]) -> list[str]:
    """The first circle in a graph (``leads``: positions by position), by name; empty if none."""
    done: set[int] = set()

    def walk(at: int, trail: list[int]) -> Iterator[list[int]]:
        if at in trail:
            yield [*trail[trail.index(at) :], at]
        elif at not in done:
            for following in leads.get(at, ()):
                yield from walk(following, [*trail, at])
            done.add(at)

    for start in range(len(names)):
        for found in walk(start, []):
            return [names[at] for at in found]
    return []
