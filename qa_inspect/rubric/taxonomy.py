"""What calls may be about, as QA staff write it: topics, each taught by lines a customer would say.

A taxonomy is YAML::

    taxonomy: service
    topics:
      - id: refund
        title: {en: Refund, zh: 退款}
        examples:                       # by language, or one list for every language
          en: [I want my money back., When will I get my refund?]
        phrases:                        # words that give it away, may be left out
          en: ["refund(s|ed|)", "money back"]
        unless:                         # words with which a sentence is not about it after all
          en: ["not want a refund"]
    small_talk: {en: ["Hello, good morning."]}   # said in every call; the shipped lines if left out
    left_out: {en: ["passed away"]}     # sentences with these show no topic; shipped if left out
    fits_from: 1                        # how clearly a sentence must fit; 0 where topics cover all

At most eight lines a topic and language do. This module does not know calls or sentence models.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from qa_inspect.config import shipped
from qa_inspect.domain import base_language
from qa_inspect.errors import RubricError
from qa_inspect.language.tokens import is_chinese
from qa_inspect.rubric.fields import Examples, Phrases, did_you_mean
from qa_inspect.rubric.schema import Model, Name
from qa_inspect.rubric.yaml_tree import MAX_BYTES, Fault, Tree, YamlFault, parse

EVERY_LANGUAGE = ""
"""The key of what is given without a language."""


def _by_language(value: object) -> object:
    return value if isinstance(value, dict) else {EVERY_LANGUAGE: value}


Lines = Annotated[
    Mapping[str, Examples], BeforeValidator(_by_language), AfterValidator(MappingProxyType)
]
Texts = Annotated[
    Mapping[str, str], BeforeValidator(_by_language), AfterValidator(MappingProxyType)
]
Words = Annotated[
    Mapping[str, Phrases], BeforeValidator(_by_language), AfterValidator(MappingProxyType)
]
_NOTHING: Mapping[str, Examples] = MappingProxyType({})
_NO_PHRASES: Mapping[str, Phrases] = MappingProxyType({})


class Topic(Model):
    """One topic: what it is called, lines that teach it, phrases that give it away, and phrases
    with which a sentence does not speak for it."""

    id: Name
    title: Texts = MappingProxyType({})
    examples: Lines
    phrases: Words = _NO_PHRASES
    unless: Words = _NO_PHRASES

    def title_in(self, language: str) -> str:
        """What it is called in a language; in English, or by its id, where that is not given."""
        for code in (language_key(language), EVERY_LANGUAGE, "en"):
            if code in self.title:
                return self.title[code]
        return next(iter(self.title.values()), self.id.replace("_", " "))


class Taxonomy(Model):
    """The topics that calls are sorted into."""

    taxonomy: Name
    version: str = "1"
    topics: Annotated[tuple[Topic, ...], Field(min_length=1, max_length=200)]
    small_talk: Lines = _NOTHING
    left_out: Words = _NO_PHRASES
    """Words of danger, death and abuse: a sentence with one shows no topic and decides none."""
    fits_from: Annotated[float, Field(ge=0, le=20)] = 1.0
    """Natural log-odds against small talk from which a sentence speaks for a topic."""

    @model_validator(mode="after")
    def _told_apart(self) -> Taxonomy:
        seen: set[str] = set()
        for topic in self.topics:
            if topic.id in seen:
                raise ValueError(f"two topics have the id {topic.id}; name one of them differently")
            seen.add(topic.id)
        return self

    def titles(self, language: str) -> Mapping[str, str]:
        """What every topic is called in a language, by id, in the order of the file."""
        return MappingProxyType({topic.id: topic.title_in(language) for topic in self.topics})


def language_key(language: str) -> str:
    """The key under which a call's language is looked up: ``zh`` for every kind of Chinese."""
    return "zh" if is_chinese(language) else base_language(language)


def load_taxonomy(path: Path | None = None) -> Taxonomy:
    """The taxonomy of a file, or the shipped one for shops and telephone companies.

    A file without ``small_talk`` takes the shipped lines, and one without ``left_out`` the shipped
    phrases. Raises RubricError with file and line of every fault.
    """
    found = _read(shipped("rubrics") / "topics" / "service.yaml" if path is None else path)
    if path is None:
        return found
    given = load_taxonomy()
    small_talk = found.small_talk or given.small_talk
    left_out = found.left_out if "left_out" in found.model_fields_set else given.left_out
    return found.model_copy(update={"small_talk": small_talk, "left_out": left_out})


def _read(path: Path) -> Taxonomy:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RubricError(
            f"the taxonomy cannot be read ({error.strerror or error})",
            where=str(path),
            cure="name a YAML file that you may read",
        ) from error
    if len(data) > MAX_BYTES:
        raise RubricError(
            f"the file has {len(data):,} bytes, and a taxonomy at most {MAX_BYTES:,}",
            where=str(path),
            cure="name the right file",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RubricError(
            "the file is not UTF-8 text", where=f"{path}:{line}", cure="save it as UTF-8"
        ) from error
    return parse_taxonomy(text, str(path))


@lru_cache(maxsize=16)
def parse_taxonomy(text: str, where: str = "taxonomy") -> Taxonomy:
    """Reads and checks the text of a taxonomy. Raises RubricError naming every fault's line."""
    try:
        tree = parse(text)
    except YamlFault as fault:
        raise _error(where, fault.faults) from None
    if not isinstance(tree.data, dict):
        fault_ = Fault(1, "", "a taxonomy begins with fields such as “taxonomy: service”")
        raise _error(where, (fault_,))
    try:
        return Taxonomy.model_validate(tree.data)
    except ValidationError as error:
        raise _error(where, _faults(error, tree)) from None


def _faults(error: ValidationError, tree: Tree) -> tuple[Fault, ...]:
    faults = []
    for found in error.errors(include_url=False):
        steps = tuple(step for step in found["loc"] if step not in ("[key]", EVERY_LANGUAGE))
        message = str(found["msg"]).removeprefix("Value error, ").replace("Input", "it")
        if found["type"] == "missing":
            message = "this field is missing and has to be given"
        elif found["type"] == "extra_forbidden":
            fields = Taxonomy.model_fields if len(steps) == 1 else Topic.model_fields
            message = f"unknown field — {did_you_mean(str(steps[-1]), list(fields))}"
        faults.append(Fault(tree.line(steps), ".".join(map(str, steps)), message))
    return tuple(sorted(faults, key=lambda fault: fault.line))


def _error(where: str, faults: tuple[Fault, ...]) -> RubricError:
    return RubricError("\n".join(f"{where}:{fault}" for fault in faults))
