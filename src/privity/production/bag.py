# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The bag (BagIt 1.0, RFC 8493): the files and two digests of each, in the same bytes whenever it is made anew.

Nothing in it depends on the clock, on the machine or on the order in which files come. The reference library of BagIt
writes today's date and its own version into each bag, so the few lines of the format are written here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from privity.production.errors import BadName
from privity.production.standalone.verify_package import BAGIT, PLAIN_PATH, TAGS

_ALGORITHMS: Final = ("sha256", "sha512")


def lay_out(data: Mapping[str, bytes], case: str, source: str, date: str) -> dict[str, bytes]:
    """Every file of the bag by its path in it, sorted. `data` is named from `data/` on. Raises BadName."""
    _check_names(data)
    payload = {f"data/{name}": data[name] for name in sorted(data)}
    size = sum(map(len, payload.values()))
    tags = {
        "bag-info.txt": (
            f"Source-Organization: {_one_line(source)}\nExternal-Identifier: {_one_line(case)}\nBagging-Date: {date}\n"
            f"Payload-Oxum: {size}.{len(payload)}\n"
        ).encode(),
        "bagit.txt": BAGIT,
        **{f"manifest-{name}.txt": _listed(payload, name) for name in _ALGORITHMS},
    }
    assert tuple(sorted(tags)) == TAGS
    beside = {f"tagmanifest-{name}.txt": _listed(dict(sorted(tags.items())), name) for name in _ALGORITHMS}
    return dict(sorted({**payload, **tags, **beside}.items()))


def _listed(files: Mapping[str, bytes], algorithm: str) -> bytes:
    return "".join(f"{hashlib.new(algorithm, data).hexdigest()}  {path}\n" for path, data in files.items()).encode()


def _check_names(data: Mapping[str, bytes]) -> None:
    folded: set[str] = set()
    for name in data:
        if not PLAIN_PATH.fullmatch(f"bag/data/{name}"):
            raise BadName(f"a file of a package has a plain name in ASCII, got {name!a}")
        if name.lower() in folded:
            raise BadName(f"two files of a package would have the same name where case does not count: {name}")
        folded.add(name.lower())


def _one_line(text: str) -> str:
    return " ".join(text.split())
