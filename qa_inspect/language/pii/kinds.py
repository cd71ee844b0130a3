"""What counts as personal data, and how a stretch of it is told.

This module does not know how it is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "name": "a person's name, whole or in part, without the title before or after it",
        "phone": "a telephone number",
        "card": "the number of a payment card, its last figures, or its security code",
        "identity": "a number a state gave: identity card, passport, social security, licence, tax",
        "account": "the number of an account, or the name or number somebody logs in with",
        "address": "where somebody lives or receives things: street, house, district, postcode",
        "code": "a one-time code, PIN or password",
        "email": "an e-mail address, written or spoken",
        "date_of_birth": "the day somebody was born",
        "plate": "the number plate of a vehicle",
        "network": "an internet address of a machine",
        "number": "a long number nobody named: too long for an amount, a day or a count; where "
        "references are asked for, also the number of an order, parcel, booking, policy or case",
    }
)
"""Each kind and its meaning."""


REFERENCE = "reference"
"""What a number of an order, parcel, booking, policy or case is until :func:`settled`."""


EXTENSION = "extension"
"""What words for a line within a company name: personal only together with the number it is of."""


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One stretch of personal data: letters ``start`` to ``end`` (exclusive) of a text.

    ``kind`` is one of :data:`KINDS`. ``confidence`` (0–1) is an order, not a share: 0.9 and more
    where a checksum or the words before told, 0.5 and less where only the shape speaks.
    """

    start: int
    end: int
    kind: str
    confidence: float


def mask(text: str, found: Sequence[PersonalData]) -> str:
    """The text with each stretch as its kind in brackets: "call me on [phone]".

    ``found`` are stretches of this text in order, as the finders give them. Stretches of one kind
    with nothing but blanks and punctuation between them become one.
    """
    shown: list[str] = []
    position, last = 0, ""
    for one in found:
        between = text[position : one.start]
        if not (one.kind == last and not any(letter.isalnum() for letter in between)):
            shown += (between, f"[{one.kind}]")
        position, last = one.end, one.kind
    return "".join((*shown, text[position:]))


def without_overlap(found: Iterable[PersonalData]) -> tuple[PersonalData, ...]:
    """The stretches in order; of two that overlap the surer stays, of equals the longer.

    What the other covers besides stays covered: the stretch that stays grows to hold both.
    """
    kept: list[PersonalData] = []
    for one in sorted(found, key=lambda f: (f.start, -f.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
            continue
        other = kept[-1]
        best = max(
            other, one, key=lambda f: (_holds_name(f, other, one), f.confidence, f.end - f.start)
        )
        kept[-1] = PersonalData(other.start, max(other.end, one.end), best.kind, best.confidence)
    return tuple(kept)


def settled(found: Iterable[PersonalData], *, references: bool) -> tuple[PersonalData, ...]:
    """The stretches in order as :func:`without_overlap` gives them; numbers of orders and the like
    as ``number`` where ``references`` are asked for, else left out."""
    return without_overlap(
        replace(one, kind="number") if one.kind == REFERENCE else one
        for one in found
        if references or one.kind != REFERENCE
    )


def _holds_name(one: PersonalData, *both: PersonalData) -> bool:
    """Whether a stretch holds the other, a name: streets and mailboxes are called after people."""
    other = both[1] if one is both[0] else both[0]
    within = one.start <= other.start and other.end <= one.end
    return one.kind in ("address", "email") and other.kind == "name" and within
