# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How the legal drill is told: of each scene request, verdict, what left the house and who was told; then a count."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.text import Text

from privity.faces.demo.steps import CheckFailed
from privity.faces.drill.legal.scene import Scene, Told

WIDTH = 15


@dataclass(slots=True)
class Telling:
    """What was told so far, and what did not hold."""

    console: Console
    failures: list[CheckFailed] = field(default_factory=list)
    passed: int = 0

    def held(self, scene: Scene, told: Told, seconds: float) -> None:
        self.passed += 1
        self._head("ok", "green", scene, seconds)
        for name, text in told.lines():
            self._print(f"   {name:{WIDTH}} {text}")

    def failed(self, err: CheckFailed, scene: Scene, seconds: float) -> None:
        self.failures.append(err)
        self._head("--", "red", scene, seconds)

    def kept(self, folder: Path) -> None:
        """Where everything lies, and how a package of the house is checked."""
        beside = f"--keys {folder / 'keys.json'} --tsa {folder / 'house' / 'roots.pem'}"
        self._print(f"kept: {folder}")
        self._print(f"check a package: privity legal verify {folder / 'packages'}/LP-... {beside}")

    def end(self, scenes: int) -> None:
        """Each failure by its name, and the count."""
        for err in self.failures:
            head = Text("FAILED", style="red").append(f" {err.check}: {err}", style="default")
            self.console.print(head, highlight=False, soft_wrap=True)
        self._print(f"drill legal: {self.passed} of {scenes}")

    def _head(self, mark: str, style: str, scene: Scene, seconds: float) -> None:
        line = Text(mark, style=style).append(f" {scene.name}: {scene.title} ", style="default")
        self.console.print(line.append(f"({seconds:.1f} s)", style="dim"), highlight=False, soft_wrap=True)

    def _print(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)
