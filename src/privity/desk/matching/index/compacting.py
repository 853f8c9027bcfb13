# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Base, tail and marks become a new base, in a process of its own: `python -m` and the name of this module.

The desk writes down its tail and its marks, and goes on. The child reads them and the base, writes the files of the
next generation, and prints their manifest. Only the desk makes it the index: a child that outlives its desk changes
nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from privity.desk.matching.index import building, manifest, segment
from privity.desk.matching.index.alone import Alone
from privity.desk.matching.index.errors import FilesUnusable, NotWritten
from privity.desk.matching.index.kernel import Marks, Positions, Words
from privity.desk.matching.index.manifest import Manifest

MODULE: Final = "privity.desk.matching.index.compacting"
JOB: Final = "job.npz"
_NICE: Final = 10


@dataclass(frozen=True, slots=True)
class Job:
    """What is to become of the base: `dead` goes, hashes and entries come, and then it holds `sequence`."""

    sequence: int
    anchor: str
    dead: Marks
    hashes: Words
    entries: Positions

    def write(self, path: Path) -> None:
        """Write it into a file that nobody else can read, for the child. Raises OSError."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            said = np.frombuffer(f"{self.sequence} {self.anchor}".encode(), dtype=np.uint8)
            np.savez(file, said=said, dead=self.dead, hashes=self.hashes, entries=self.entries)

    @classmethod
    def read(cls, path: Path) -> Job:
        """The job that `write` left. Raises OSError."""
        with np.load(path) as found:
            sequence, _, anchor = found["said"].tobytes().decode().partition(" ")
            return cls(int(sequence), anchor, found["dead"], found["hashes"], found["entries"])


def compacted(folder: Path, job: Job) -> Manifest:
    """Write the next generation; the manifest that would make it the index. Raises FilesUnusable or OSError."""
    now = manifest.read(folder)
    base = segment.open_segment(folder, now)
    keep = np.flatnonzero(np.unpackbits(job.dead, count=len(base), bitorder="little") == 0)
    hashes = np.concatenate([base.bands.hashes[keep], job.hashes])
    entries = np.concatenate([base.entries[keep].astype(np.int64), job.entries])
    return building.written(folder, now.generation + 1, hashes, entries, job.sequence, job.anchor)


class Child:
    """A compaction that goes on."""

    def __init__(self, folder: Path, job: Job, right: Alone) -> None:
        """Raises NotWritten."""
        self._job = folder / JOB
        command = [sys.executable, "-m", MODULE, str(folder)]
        try:
            job.write(self._job)
            self._process = subprocess.Popen(  # noqa: S603  # ourselves
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                pass_fds=(right.descriptor,),
            )
        except OSError as err:
            raise NotWritten(f"a compaction did not begin: {err.strerror}") from None

    def ended(self) -> bool:
        return self._process.poll() is not None

    def manifest(self) -> Manifest:
        """What it has written; waits for it. Raises NotWritten."""
        said, complained = self._process.communicate()
        self._job.unlink(missing_ok=True)
        if self._process.returncode != 0:
            why = complained.strip().rpartition("\n")[2] or "nothing"
            raise NotWritten(f"a compaction ended with {self._process.returncode} and said {why}")
        found = json.loads(said)
        return Manifest(**{**found, "widths": tuple(found["widths"]), "radii": tuple(found["radii"])})

    def stop(self) -> None:
        """What it wrote stays unused."""
        self._process.kill()
        self._process.communicate()
        self._job.unlink(missing_ok=True)


def main(folder: Path) -> int:
    """What the child does."""
    os.nice(_NICE)
    try:
        found = compacted(folder, Job.read(folder / JOB))
    except (FilesUnusable, OSError) as err:
        sys.stderr.write(f"{type(err).__name__}: {err.strerror if isinstance(err, OSError) else err}\n")
        return 1
    sys.stdout.write(json.dumps(asdict(found)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
