"""What a row of figures is the number of: by the words near it, by its checksum, by its length.

Recall comes first: an amount masked too many costs little, a card number left in costs much.
This module does not know texts, utterances or how rows are found.
"""

from __future__ import annotations

import re

from qa_inspect.language.pii.checksums import is_card, is_identity, is_phone
from qa_inspect.language.pii.kinds import EXTENSION, REFERENCE

_LENGTHS = {
    "phone": range(4, 16),
    "card": range(3, 24),
    "identity": range(4, 21),
    "account": range(4, 25),
    "code": range(3, 13),
    "address": range(4, 7),
    "date_of_birth": range(4, 9),
    "plate": range(2, 9),
}
"""How many figures a number of each kind may have, where words named the kind."""
_LONG = 7
"""Figures from which a row that nobody named is a number of somebody's."""
_VERY_LONG = 11
_CARD_LIKE = 15
_CARD = re.compile(r"3\d{14}|[3-6]\d{15}")
_NEAR = 12
"""Letters between a number and the word for it within which the word is not of something else."""
_COUNTED = "1234567890"
_PUBLIC = re.compile(r"1[01]\d|100\d\d|12[0-3]\d\d|95\d{3,4}|[48]00\d{7}")
"""Chinese numbers that everybody calls: emergencies, complaints, banks, companies."""
_NOT_PERSONAL = ("order", "money", EXTENSION, REFERENCE)
_LEAST_UNNAMED = 5
"""Figures from which a row that nothing tells of may be the number of an order."""
_YEAR = re.compile(r"(?:19|20)\d\d")


def judged(
    figures: str, kind: str | None, language: str, *, distance: int = 0, dictated: bool = False
) -> tuple[str, float] | None:
    """The kind of a row and how sure that is; None where it is nobody's.

    ``figures`` may hold letters and a plus. ``kind`` is what the words near it named (also
    ``order``, ``reference`` or ``money``), ``distance`` how many letters away; ``dictated``: figure
    by figure.
    """
    digits = "".join(letter for letter in figures if letter.isdigit())
    shape = _shape(figures, digits, language)
    count = len(digits)
    if language == "zh" and kind in (None, "phone") and _PUBLIC.fullmatch(digits):
        return None
    if kind in _NOT_PERSONAL:
        if shape and (
            shape[1] >= (0.8 if distance > _NEAR else 0.95) or _rings(figures, shape, kind)
        ):
            return shape
        # a recogniser's slip breaks a checksum
        if distance > _NEAR and _CARD.fullmatch(digits):
            return "card", 0.5
        if kind == REFERENCE and _is_reference(
            figures, digits, shortest=3 if dictated or distance <= _NEAR else 4, dictated=dictated
        ):
            return REFERENCE, 0.8 if distance <= _NEAR else 0.65
        return None
    if kind == "identity" and count in _LENGTHS["identity"]:
        return kind, 0.99 if shape and shape[0] == kind else 0.9
    if shape and shape[1] >= 0.9 and (kind is None or shape[0] == kind or distance > _NEAR):
        return shape[0], 0.99 if shape[0] == kind else shape[1]
    if kind in _LENGTHS and count in _LENGTHS[kind]:
        return kind, 0.99 if shape and shape[0] == kind else 0.9 if distance < 40 else 0.7
    if shape:
        return shape
    if kind in _LENGTHS and distance <= _NEAR and count >= _VERY_LONG:
        # a recogniser writes a number twice where it was said once
        return kind, 0.6
    if count >= 3 and digits in _COUNTED:
        return None
    return _by_length(digits, dictated=dictated)


def _shape(figures: str, digits: str, language: str) -> tuple[str, float] | None:
    """What a checksum or a numbering plan says."""
    if is_identity(figures, language):
        return "identity", 0.95 if len(figures) > 12 or not figures.isdigit() else 0.8
    if is_card(digits):
        return "card", 0.95 if len(digits) >= _CARD_LIKE else 0.8
    plus = "+" if figures.startswith("+") else ""
    if is_phone(plus + digits, language):
        return "phone", 0.85
    return None


def _rings(figures: str, shape: tuple[str, float], kind: str) -> bool:
    """Whether a valid telephone number is one whatever stands beside it: numbers of orders may be
    valid by chance, and so may amounts that begin with no zero or plus."""
    if shape[0] != "phone" or kind == REFERENCE:
        return False
    return kind != "money" or figures.startswith(("0", "+"))


def _by_length(digits: str, *, dictated: bool) -> tuple[str, float] | None:
    count = len(digits)
    if count >= _CARD_LIKE:
        return "card", 0.6
    if count >= _VERY_LONG:
        return "number", 0.6
    if count >= _LONG:
        return "number", 0.5
    if dictated and count >= 4:
        return "code", 0.35
    return (REFERENCE, 0.35) if count >= _LEAST_UNNAMED and not digits.endswith("000") else None


def _is_reference(figures: str, digits: str, *, shortest: int, dictated: bool) -> bool:
    """Whether figures may be the number of an order or the like; years are not."""
    if _YEAR.fullmatch(figures) and not dictated:
        return False
    letters = len(figures) - len(digits)
    return len(digits) >= shortest or (letters > 0 and len(figures) > 3)
