# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One run of the legal drill: a stage, its scenes one after the other, and nothing left behind."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from privity.client.errors import ClientError
from privity.desk.errors import DeskError
from privity.faces.demo.steps import CheckFailed
from privity.faces.drill.legal.breaks import BREAKS
from privity.faces.drill.legal.scene import Scene
from privity.faces.drill.legal.showing import Telling
from privity.faces.drill.legal.stage import Stage
from privity.production.errors import ProductionError
from privity.wire.errors import Refusal

LIMIT_S: Final = 180.0
"""A scene takes a few seconds, the weeks that pass in it included."""
NAMED: Final = (ClientError, DeskError, ProductionError, Refusal)
"""What desk, packages, hub and devices refuse by name."""


async def run(chosen: Sequence[Scene], broken: frozenset[str], telling: Telling, *, keep: bool) -> None:
    """Play these scenes; what is done wrong in one has to be caught there."""
    folder = Path(tempfile.mkdtemp(prefix="privity-legal-drill-"))
    stage: Stage | None = None
    try:
        with telling.console.status("a hub and a desk start"):
            stage = await Stage.build(folder, broken)
        for scene in chosen:
            await play(stage, scene, broken, telling)
    except CheckFailed as err:  # the house itself: no scene was played
        telling.failures.append(err)
    finally:
        if stage is not None:
            await stage.close()
            await asyncio.to_thread(stage.house.stop)
        if keep:
            telling.kept(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


async def play(stage: Stage, scene: Scene, broken: frozenset[str], telling: Telling) -> None:
    """One scene; what was wrong in it fails it, by its name."""
    wrong = stage.wrong = next((name for name in sorted(broken) if BREAKS[name].scene == scene.name), None)
    began = time.monotonic()
    try:
        with telling.console.status(scene.title):
            async with asyncio.timeout(LIMIT_S):
                told = await scene.play(stage)
        stage.running(scene.name)
        if wrong is not None:
            raise CheckFailed(wrong, f"{BREAKS[wrong].what}, and nothing said no")
    except TimeoutError:
        err = CheckFailed(wrong or scene.name, f"it did not come to an end within {LIMIT_S:g} s")
        telling.failed(err, scene, time.monotonic() - began)
    except CheckFailed as err:
        telling.failed(CheckFailed(wrong or scene.name, str(err)), scene, time.monotonic() - began)
    except NAMED as err:
        named = CheckFailed(wrong or scene.name, f"{type(err).__name__}: {err}")
        telling.failed(named, scene, time.monotonic() - began)
    else:
        telling.held(scene, told, time.monotonic() - began)
