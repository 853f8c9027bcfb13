# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a large group weighs in the memory of one member: joined in a process that has done nothing else."""

from __future__ import annotations

import gc
import multiprocessing
import resource
import tempfile
from pathlib import Path

from bench.mls_ours import Ours


def group_mb(size: int) -> float:
    """Megabytes that a member's process grows by when it joins a group of so many."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for step in (_make, _join):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                mb = pool.apply(step, (folder, size))
    return mb


def _make(folder: Path, size: int) -> float:
    """Somebody else's process makes the group; what a newcomer needs lies in files then."""
    library = Ours(None)
    first, last = library.member("first", stored=False), library.member("last", stored=False)
    first.create()
    packages = [package for _, package in library.others(size - 2)]
    _, welcome, tree = first.add([*packages, last.key_package()])
    private, public, bundle = last.secrets()
    for name, value in (("welcome", welcome), ("tree", tree), ("bundle", bundle), ("key", private), ("public", public)):
        (folder / name).write_bytes(value)
    return 0.0


def _join(folder: Path, size: int) -> float:
    parts = {name: (folder / name).read_bytes() for name in ("welcome", "tree", "bundle", "key", "public")}
    library = Ours(None)
    last = library.returning("last", parts["key"], parts["public"], parts["bundle"])
    gc.collect()
    before = _resident_mb()
    last.join(parts["welcome"], parts["tree"])
    gc.collect()
    return _resident_mb() - before


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6
