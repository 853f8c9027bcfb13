# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which files are the index now: one small file, that is replaced as a whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from privity.desk.durable import sync
from privity.desk.matching.index.changes import Change
from privity.desk.matching.index.errors import ManifestDamaged, ManifestMissing, ManifestUnknown
from privity.desk.matching.index.layout import Layout

NAME: Final = "manifest.json"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the base is.

    Attributes:
        generation: Grows with each base; the folder of its files is named after it.
        sequence: The last change that it holds; 0 for none.
        anchor: What that change was (see `anchor_of`), so that changes of another past are noticed.
        count: Its entries.
        widths: Of its bands.
        radii: Of its bands.
        files: SHA-256 of each, in hexadecimal.
    """

    generation: int
    sequence: int
    anchor: str
    count: int
    widths: tuple[int, ...]
    radii: tuple[int, ...]
    files: dict[str, str]

    @property
    def layout(self) -> Layout:
        return Layout(self.widths, self.radii)


def anchor_of(change: Change | None) -> str:
    """Tells a change from every other one without showing the hash."""
    if change is None:
        return ""
    said = f"{change.sequence} {change.entry} {change.added} {change.bits.hex()}"
    return hashlib.sha256(said.encode()).hexdigest()


def read(folder: Path) -> Manifest:
    """Raises ManifestMissing, ManifestDamaged or ManifestUnknown."""
    try:
        said = json.loads((folder / NAME).read_bytes())
        checksum, form, found = said["sha256"], said["format"], said["index"]
    except FileNotFoundError:
        raise ManifestMissing(f"no {NAME} yet") from None
    except (ValueError, KeyError, TypeError) as err:
        raise ManifestDamaged(f"{NAME} is not a manifest: {type(err).__name__}") from None
    if form != FORMAT:
        raise ManifestUnknown(f"{NAME} of format {FORMAT} expected, got {form!r}")
    if checksum != _checksum(found):
        raise ManifestDamaged(f"{NAME} has another checksum than it says")
    return Manifest(**{**found, "widths": tuple(found["widths"]), "radii": tuple(found["radii"])})


def replace(folder: Path, manifest: Manifest) -> None:
    """On the disk when this returns; until then the old one stands. Raises OSError."""
    found = json.loads(json.dumps(asdict(manifest)))
    fresh = folder / f"{NAME}.new"
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"format": FORMAT, "sha256": _checksum(found), "index": found}, file)
    sync(fresh)
    fresh.replace(folder / NAME)
    sync(folder)


def _checksum(found: Any) -> str:
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
