"""What was heard, made ready to read: misheard terms mended, numbers in one written form.

Each utterance is polished by its own language. This module does not know roles, sound or models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qa_inspect.config import VocabularyTerm
from qa_inspect.domain import Utterance
from qa_inspect.language.vocabulary import Vocabulary, vocabulary_of
from qa_inspect.language.written_numbers import written, written_text
from qa_inspect.speech.assemble import join_words


def polish(
    utterances: Sequence[Utterance], vocabulary: tuple[VocabularyTerm, ...] = ()
) -> tuple[Utterance, ...]:
    """The utterances with terms of ``vocabulary`` mended and numbers in their written form.

    Times, roles and speakers stay; an utterance's confidence stays that of what was heard. Where
    words are not known (imported text) the text alone is polished. Polishing twice changes nothing.
    """
    known = vocabulary_of(vocabulary)
    return tuple(_polished(utterance, known) for utterance in utterances)


def _polished(utterance: Utterance, vocabulary: Vocabulary) -> Utterance:
    language = utterance.language
    if not utterance.words:
        text = written_text(vocabulary.repair_text(utterance.text, language), language)
        return utterance if text == utterance.text else replace(utterance, text=text)
    words = written(vocabulary.repair(utterance.words, language), language)
    if words == utterance.words:
        return utterance
    return replace(utterance, words=words, text=join_words([word.text for word in words]))
