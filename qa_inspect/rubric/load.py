"""Finds rubric files and reads them; every fault of a file is reported at once, with its line.

A rubric is named by a shipped pack (``support``, which has a file for each language), by a pack's
file (``support.en``) or by a path. This module does not know calls.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from qa_inspect.domain import base_language
from qa_inspect.errors import RubricError
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.faults import MOST, dotted, faults_of
from qa_inspect.rubric.fields import NamedLists, did_you_mean
from qa_inspect.rubric.integrity import Inconsistency, inconsistencies
from qa_inspect.rubric.named_heads import unusable_heads
from qa_inspect.rubric.packs import Pack as Pack
from qa_inspect.rubric.packs import available as available
from qa_inspect.rubric.schema import Rubric
from qa_inspect.rubric.yaml_tree import MAX_BYTES, Fault, Tree, YamlFault, parse
from qa_inspect.rubric.yaml_words import wide_colons

_SUFFIXES = (".yaml", ".yml")
_MOST_SHOWN = 50
_FOLDER = "this is a folder"
_NAME_A_FILE = "name a YAML file in it"
_NEGATIVE_KINDS = [name for name, kind in KINDS.items() if kind.negative]
_LINE_KINDS = [name for name, kind in KINDS.items() if kind.find is not None]


@dataclass(frozen=True, slots=True)
class LoadedRubrics:
    """The rubrics that apply to a call, and sentences about those that do not."""

    rubrics: tuple[Rubric, ...]
    notes: tuple[str, ...] = ()


def load_rubric(name_or_path: str | Path, language: str | None = None) -> Rubric:
    """One rubric, checked. A pack's name needs a ``language`` unless it has only one file.

    ``zh-TW`` takes the pack of ``zh`` where there is none of its own. Raises RubricError naming
    every fault with its line, or the packs there are.
    """
    path = _as_path(name_or_path)
    if path is not None:
        return read_rubric(path)
    name = str(name_or_path)
    packs = available()
    found = [pack for pack in packs if name in (pack.name, pack.path.stem)]
    if not found:
        if Path(name).is_dir():
            raise RubricError(_FOLDER, where=name, cure=_NAME_A_FILE)
        names = list(dict.fromkeys(pack.name for pack in packs))
        raise RubricError(
            f"no rubric is named {name}",
            cure=f"{did_you_mean(name, names)}; or give the path of a YAML file",
        )
    if len(found) == 1 and (language is None or found[0].path.stem == name):
        return read_rubric(found[0].path)
    if language is None:
        raise RubricError(
            f"the rubric {name} has a file for each of {_languages(found)}",
            cure=f"name the language, such as {found[0].path.stem}",
        )
    pack = _pack_of(found, language)
    if pack is None:
        raise RubricError(
            f"the rubric {name} has no file for the language {language}",
            cure=f"it has {_languages(found)}",
        )
    return read_rubric(pack.path)


def load_for_call(names: Iterable[str | Path], language: str) -> LoadedRubrics:
    """The rubrics among ``names`` that fit a call's language.

    A pack without a file for the language, and a rubric file written for another one, become a
    note. Raises RubricError where a rubric is invalid or no such pack exists at all.
    """
    rubrics: list[Rubric] = []
    notes: list[str] = []
    for name in dict.fromkeys(str(name) for name in names):
        found = [pack for pack in available() if pack.name == name]
        if found and _as_path(name) is None:
            pack = _pack_of(found, language)
            if pack is None:
                notes.append(
                    f"The rubric {name} has no version for the language {language or 'unknown'} "
                    f"(it has {_languages(found)}), so the call was not judged by it."
                )
                continue
            rubrics.append(read_rubric(pack.path))
            continue
        rubric = load_rubric(name, language)
        if rubric.language and _base(rubric.language) != _base(language):
            notes.append(
                f"The rubric {rubric.name} is for the language {rubric.language} and the call is "
                f"in {language or 'an unknown one'}, so the call was not judged by it."
            )
            continue
        rubrics.append(rubric)
    return LoadedRubrics(tuple(rubrics), tuple(notes))


def still_true(notes: Iterable[str], judged: Iterable[str]) -> tuple[str, ...]:
    """The notes of a stored call without those that name a rubric which has judged it since.

    ``judged`` are the names of the rubrics that judged it.
    """
    outdated = tuple(f"The rubric {name} " for name in judged)
    return tuple(note for note in notes if not note.startswith(outdated))


def read_rubric(path: Path) -> Rubric:
    """Reads and checks a file; read again only where it changed. Raises RubricError."""
    try:
        state = path.stat()
        if path.is_dir():
            raise RubricError(_FOLDER, where=str(path), cure=_NAME_A_FILE)
        if not path.is_file():
            raise RubricError("this is no file", where=str(path), cure="name a YAML file")
        return _read(str(path), state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise RubricError(
            f"the rubric cannot be read ({error.strerror or error})",
            where=str(path),
            cure="check the path and its permissions",
        ) from error


@lru_cache(maxsize=256)
def _read(path: str, changed: int, size: int) -> Rubric:
    del changed
    if size > MAX_BYTES:
        raise RubricError(
            f"the file has {size:,} bytes, and a rubric at most {MAX_BYTES:,}",
            where=path,
            cure="split it into several rubrics, or name the right file",
        )
    text = decoded(Path(path).read_bytes(), path)
    rubric, tree = parse_with_tree(text, path)
    rubric._path = Path(path)
    _refuse(unusable_heads(rubric), tree, path)
    return rubric


def decoded(data: bytes, where: str) -> str:
    """The text of a file's bytes, a byte order mark left out.

    Raises RubricError, naming the line, for what is no UTF-8 text.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        what = "UTF-16" if wide else f"not UTF-8 text (byte {error.start})"
        line = data.count(b"\n", 0, error.start) + 1
        raise RubricError(
            f"the file is {what}",
            where=f"{where}:{line}",
            cure="save it as UTF-8 in your editor",
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise RubricError("this is no text file", where=f"{where}:{line}", cure="name a YAML file")
    return text


def parse_rubric(text: str, where: str = "rubric") -> Rubric:
    """Reads and checks the text of a rubric; ``where`` names it in messages. Raises RubricError."""
    return parse_with_tree(text, where)[0]


def parse_with_tree(text: str, where: str = "rubric") -> tuple[Rubric, Tree]:
    """A rubric and what was written, with its lines. Raises as ``parse_rubric`` does."""
    try:
        tree = parse(text)
    except YamlFault as fault:
        raise _error(where, fault.faults) from None
    wide = [Fault(line, "", told) for line, told in wide_colons(text)]
    if not isinstance(tree.data, dict):
        begins = Fault(1, "", "a rubric begins with fields such as “rubric: support”")
        raise _error(where, wide or [begins])
    lists = NamedLists(_lists(tree.data, "phrases"), _lists(tree.data, "examples"))
    try:
        rubric = Rubric.model_validate(tree.data, context=lists)
    except ValidationError as error:
        # a field with a wide colon is no field, and the faults that it makes say so nowhere
        raise _error(where, wide or faults_of(error, tree)) from None
    _refuse(inconsistencies(rubric, _LINE_KINDS, _NEGATIVE_KINDS), tree, where)
    return rubric, tree


def _refuse(found: Iterable[Inconsistency], tree: Tree, where: str) -> None:
    """Raises RubricError naming all that was found, if anything was."""
    wrong = [Fault(tree.line(one.path), dotted(one.path), one.problem) for one in found]
    if wrong:
        raise _error(where, wrong)


def _lists(data: Mapping[str, object], field: str) -> Mapping[str, Sequence[str]]:
    """The named lists as they are written; what is wrong with one shows where it is used."""
    lists = data.get(field)
    return {str(k): v for k, v in lists.items()} if isinstance(lists, dict) else {}


def _error(where: str, faults: Sequence[Fault]) -> RubricError:
    shown = [f"{where}:{fault}" for fault in faults[:_MOST_SHOWN]]
    if len(faults) > _MOST_SHOWN:
        least = "at least " if len(faults) >= MOST else ""
        shown.append(f"and {least}{len(faults) - _MOST_SHOWN} more faults")
    return RubricError("\n".join(shown))


def _as_path(name: str | Path) -> Path | None:
    if isinstance(name, Path):
        return name
    if name.endswith(_SUFFIXES) or os.sep in name:
        return Path(name)
    return None


def _pack_of(packs: Sequence[Pack], language: str) -> Pack | None:
    wanted = language.lower().replace("_", "-")
    for code in dict.fromkeys((wanted, _base(wanted), "")):
        for pack in packs:
            if pack.language.lower() == code:
                return pack
    return None


def _base(language: str) -> str:
    base = base_language(language)
    return {"yue": "zh", "cmn": "zh"}.get(base, base)


def _languages(packs: Sequence[Pack]) -> str:
    return ", ".join(pack.language or "every language" for pack in packs)
