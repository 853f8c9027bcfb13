# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files as one archive (tar), in the same bytes whenever it is made: no time, no owner, no order but that of names."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from typing import Final

from privity.production.errors import BadArchive, BadName
from privity.production.standalone.verify_package import PLAIN_PATH

_FILE_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700


def pack(folder: str, files: Mapping[str, bytes]) -> bytes:
    """All of them below one folder, with the folders that they need. Raises BadName."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        made: set[str] = set()
        for path in sorted(files):
            if not PLAIN_PATH.fullmatch(path) or not PLAIN_PATH.fullmatch(folder):
                raise BadName(f"a file of a package has a plain name in ASCII, got {path!a}")
            whole = f"{folder}/{path}"
            for above in _above(whole):
                if above not in made:
                    archive.addfile(_entry(above, _FOLDER_MODE, tarfile.DIRTYPE, 0))
                    made.add(above)
            archive.addfile(_entry(whole, _FILE_MODE, tarfile.REGTYPE, len(files[path])), io.BytesIO(files[path]))
    return out.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """The files by path below the archive's one folder. Nothing is written anywhere. Raises BadArchive."""
    files: dict[str, bytes] = {}
    folders: set[str] = set()
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for entry in archive:
                if entry.isdir():
                    continue
                folder, _, path = entry.name.partition("/")
                file = archive.extractfile(entry) if entry.isreg() else None
                if file is None or not PLAIN_PATH.fullmatch(folder) or not PLAIN_PATH.fullmatch(path) or path in files:
                    raise BadArchive(f"an archive of a package holds plain files, got {entry.name!a}")
                files[path] = file.read()
                folders.add(folder)
    except (tarfile.TarError, EOFError, ValueError) as err:
        raise BadArchive(f"this is no archive of a package: {type(err).__name__}") from None
    if len(folders) != 1:
        raise BadArchive(f"an archive of a package holds one folder with files, this one {len(folders)}")
    return files


def _above(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _entry(name: str, mode: int, kind: bytes, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.type, entry.size = mode, kind, size
    return entry
