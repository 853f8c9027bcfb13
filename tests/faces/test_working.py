# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a command says while the device works on what the hub asks for."""

from __future__ import annotations

from privity.client.engine.shown import Working
from privity.faces.commands.working import Waited


def test_each_puzzle_is_said_once_and_its_end_not_at_all() -> None:
    noted: list[str] = []
    waited = Waited("waiting for the hub", noted.append)
    assert waited.text() == "waiting for the hub"
    waited.heard(Working(0, 16, 20))
    waited.heard(Working(1, 16, 18))
    assert waited.text() == "working: 1 of 16 parts, about 18 seconds left"
    waited.heard(Working(16, 16, None))
    assert waited.text() == "waiting for the hub"
    waited.heard(Working(0, 16, 180))
    assert waited.text() == "working: 0 of 16 parts, about 3 minutes left"
    waited.heard(Working(0, 16, None))
    first, second = noted
    assert first == (
        "this server asks your device for a little work before you begin something with somebody new. About 20 seconds;"
        " Ctrl-C stops it. `privity standing show` says why"
    )
    assert "About 3 minutes;" in second
