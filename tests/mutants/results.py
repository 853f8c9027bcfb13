# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What was found so far, one line for each mutant, so that a run which was broken off goes on where it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Verdict = Literal["killed", "timeout", "survived", "uncovered"]
LIVING: tuple[Verdict, ...] = ("survived", "uncovered")


@dataclass
class Results:
    """`digest` says of which text of a file a line speaks; lines about another text count for nothing."""

    path: Path
    verdicts: dict[tuple[str, str], Verdict] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Results:
        results = cls(path)
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                verdict, digest, name, *_ = line.split("\t")
                results.verdicts[digest, name] = verdict  # type: ignore[assignment]  # written by `note`
        return results

    def of(self, digest: str, name: str) -> Verdict | None:
        return self.verdicts.get((digest, name))

    def note(self, digest: str, name: str, verdict: Verdict, detail: str) -> None:
        """Written at once."""
        self.verdicts[digest, name] = verdict
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as out:
            out.write(f"{verdict}\t{digest}\t{name}\t{detail}\n")
