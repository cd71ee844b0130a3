"""Reads ``models/registry.yaml``: which models exist, where each comes from, what its files are.

This module does not know what of it is on this machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from qa_inspect.config import shipped
from qa_inspect.errors import ModelError

SourceKind = Literal["wheel", "hub", "url"]


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside an installed package: the top-level ``module`` and the path below it."""

    module: str
    path: str


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One required file. ``sha256`` is None where nobody has published one (unpinned)."""

    name: str
    sha256: str | None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One place that a model comes from.

    ``address`` is the hub's repository, the folder's URL, or the packages to install. ``last``
    sources are used only when no other has the model.
    """

    kind: SourceKind
    format: str
    address: str
    entry: str
    files: tuple[ModelFile, ...]
    note: str = ""
    gated: bool = False
    last: bool = False

    @property
    def label(self) -> str:
        """The source in a few words, for listings."""
        return f"{self.kind} {self.address}"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model of the registry."""

    name: str
    task: str
    licence: str
    about: str
    sources: tuple[Source, ...]


def _source(raw: Mapping[str, Any], entry: str) -> Source:
    kind: SourceKind = raw["kind"]
    address = {
        "wheel": " ".join(raw.get("packages", ())),
        "hub": raw.get("repo", ""),
        "url": raw.get("url", ""),
    }[kind]
    files = tuple(
        ModelFile(
            name=item["name"],
            sha256=item["sha256"],
            parts=tuple(Part(part["module"], part["path"]) for part in item.get("parts", ())),
        )
        for item in raw["files"]
    )
    return Source(
        kind=kind,
        format=raw["format"],
        address=address,
        entry=raw.get("entry", entry),
        files=files,
        note=raw.get("note", ""),
        gated=raw.get("gated", False),
        last=raw.get("last", False),
    )


def parse_registry(text: str, where: str = "registry.yaml") -> dict[str, ModelCard]:
    """The models that ``text`` (YAML) lists, by name; raises ModelError where it is malformed."""
    try:
        cards = [
            ModelCard(
                name=raw["name"],
                task=raw["task"],
                licence=raw["licence"],
                about=raw.get("about", ""),
                sources=tuple(_source(source, raw["entry"]) for source in raw["sources"]),
            )
            for raw in yaml.safe_load(text)["models"]
        ]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"the list of models cannot be read ({type(error).__name__}: {error})",
            where=where,
            cure="reinstall qa-inspect, or mend the file by the comment at its head",
        ) from error
    return {card.name: card for card in cards}


@cache
def registry() -> Mapping[str, ModelCard]:
    """Every model of the shipped registry, by name; raises ModelError."""
    path: Path = shipped("models") / "registry.yaml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ModelError(
            f"the list of models cannot be read ({error.strerror})",
            where=str(path),
            cure="reinstall qa-inspect",
        ) from error
    return parse_registry(text, str(path))
