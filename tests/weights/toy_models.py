"""Small made-up models in the shapes that real ones come in."""

from __future__ import annotations

import hashlib
from pathlib import Path

import yaml

from qa_inspect.weights_registry import ModelCard, parse_registry

PARTS = (b"first half " * 1000, b"second half " * 1000)
SETTINGS = b'{"size": 2}'
CHECKPOINT = b"not really a pickle"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def install_wheel(place: Path) -> None:
    """Two packages that carry the halves of one model, and a third with a single file."""
    files = {
        "toy_one/__init__.py": b"raise RuntimeError('a model package must not be imported')",
        "toy_one/data/model.bin.part1": PARTS[0],
        "toy_two/__init__.py": b"",
        "toy_two/data/model.bin.part2": PARTS[1],
        "toy_two/data/config.json": SETTINGS,
        "toy_single/__init__.py": b"",
        "toy_single/model.pt": CHECKPOINT,
    }
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def toy_registry(download: str = "https://unreachable.invalid/toy") -> dict[str, ModelCard]:
    joined = [
        {
            "name": "model.bin",
            "sha256": sha256(PARTS[0] + PARTS[1]),
            "parts": [
                {"module": "toy_one", "path": "data/model.bin.part1"},
                {"module": "toy_two", "path": "data/model.bin.part2"},
            ],
        },
        {
            "name": "config.json",
            "sha256": sha256(SETTINGS),
            "parts": [{"module": "toy_two", "path": "data/config.json"}],
        },
    ]
    single = {
        "name": "model.pt",
        "sha256": sha256(CHECKPOINT),
        "parts": [{"module": "toy_single", "path": "model.pt"}],
    }
    hub_files = [{"name": "model.bin", "sha256": None}, {"name": "vocabulary.txt", "sha256": None}]
    models = [
        {
            "name": "toy-joined",
            "task": "transcription",
            "licence": "MIT",
            "entry": ".",
            "sources": [
                {
                    "kind": "wheel",
                    "format": "ctranslate2",
                    "packages": ["toy-one", "toy-two"],
                    "files": joined,
                },
                {"kind": "hub", "format": "ctranslate2", "repo": "toys/joined", "files": hub_files},
            ],
        },
        {
            "name": "toy-single",
            "task": "segmentation",
            "licence": "Apache-2.0",
            "entry": "model.pt",
            "sources": [
                {
                    "kind": "wheel",
                    "format": "torch-state",
                    "packages": ["toy-single"],
                    "files": [single],
                },
                {
                    "kind": "url",
                    "format": "torch-state",
                    "url": download,
                    "files": [{"name": "model.pt", "sha256": sha256(CHECKPOINT)}],
                },
            ],
        },
        {
            "name": "toy-hub",
            "task": "sentence-embedding",
            "licence": "MIT",
            "entry": ".",
            "sources": [
                {"kind": "hub", "format": "transformers", "repo": "toys/hub", "files": hub_files}
            ],
        },
    ]
    return parse_registry(yaml.safe_dump({"models": models}))


def fill_hub_cache(cache: Path, repository: str, files: dict[str, bytes]) -> Path:
    """A hub repository as the hub's own client keeps it; gives the snapshot's folder."""
    home = cache / f"models--{repository.replace('/', '--')}"
    snapshot = home / "snapshots" / "0123abcd"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text("0123abcd")
    (home / "blobs").mkdir()
    for name, content in files.items():
        is_large = name.endswith(".bin")
        header = b"blob %d\0" % len(content)
        blob = sha256(content) if is_large else hashlib.sha1(header + content).hexdigest()
        (home / "blobs" / blob).write_bytes(content)
        link = snapshot / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(home / "blobs" / blob)
    return snapshot
