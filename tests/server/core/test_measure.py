# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What `privity bench` measures is the hub's own path, and a message that was not stored is no number."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.server import measure
from privity.server.delivery.model import Checked
from privity.server.errors import StorageError


async def test_every_message_is_stored_and_nothing_is_left_behind(tmp_path: Path) -> None:
    found = await measure.measure(tmp_path, 5, 1)
    assert (len(found.synced), len(found.alone)) == (5, 5)
    assert min(*found.synced, *found.alone, found.per_second, found.cpu) > 0
    assert list(tmp_path.iterdir()) == []


async def test_messages_that_the_hub_refuses_are_no_measurement(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    honest = measure._Sender.message

    def of_another_epoch(sender: measure._Sender) -> Checked:
        return honest(sender)._replace(epoch=measure.EPOCH + 1)

    monkeypatch.setattr(measure._Sender, "message", of_another_epoch)
    with pytest.raises(StorageError, match="0 of 102 messages were stored"):
        await measure.measure(tmp_path, 2, 1)
    assert list(tmp_path.iterdir()) == []
