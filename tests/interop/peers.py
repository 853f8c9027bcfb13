# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which peers there are, what starts them, and what is missing when one cannot be started."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.interop.peer import Peer

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
NODE = FOLDER / "node"

OURS = "privity"
TS_MLS = "ts-mls"
CORE_CRYPTO = "core-crypto"
MLS_RS = "mls-rs"
OTHERS = (TS_MLS, CORE_CRYPTO, MLS_RS)

_SCRIPTS = {TS_MLS: ("tsmls.mjs", "ts-mls"), CORE_CRYPTO: ("corecrypto.mjs", "@wireapp/core-crypto")}
_MODULES = {OURS: "tests.interop.ours", MLS_RS: "tests.interop.mlsrs"}


def missing(name: str) -> str | None:
    """What has to be installed before this peer can be started; None when nothing has."""
    if name in _SCRIPTS:
        if shutil.which("node") is None:
            return f"missing: node, for {name} (https://nodejs.org, 20 or newer)"
        if not (NODE / "node_modules" / _SCRIPTS[name][1] / "package.json").is_file():
            return f"missing: {name} (make interop installs it from npm)"
    if name == MLS_RS and importlib.util.find_spec("mls_rs_uniffi") is None:
        return f"missing: {name} (make interop installs its wheel, which there is for x86_64 only)"
    return None


def start(name: str) -> Peer:
    """The peer's process, ready to answer."""
    if name in _SCRIPTS:
        return Peer(name, ["node", _SCRIPTS[name][0]], NODE, _environment())
    return Peer(name, [sys.executable, "-m", _MODULES[name]], ROOT, _environment())


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}


@dataclass
class Started:
    """The peers of one run; each is started when it is first asked for, and stays."""

    running: dict[str, Peer]

    def __getitem__(self, name: str) -> Peer:
        if name not in self.running:
            self.running[name] = start(name)
        return self.running[name]

    def close(self) -> None:
        for peer in self.running.values():
            peer.close()


def absent(names: Iterable[str]) -> str | None:
    """The first thing that is missing for these peers."""
    return next((said for said in map(missing, names) if said is not None), None)
