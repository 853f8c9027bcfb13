# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A freeze reaches another device over a real hub, and each says how far it has come."""

from __future__ import annotations

import asyncio
from pathlib import Path

from privity.client.strangers.elsewhere import elsewhere
from tests.client.linked import world


async def test_a_device_that_is_linked_over_a_hub_knows_whom_the_person_froze(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        bob = await w.person("bob_b")
        w.ann.preferences.set_frozen(bob.user_uri, True)
        assert elsewhere(w.ann).sentence() == "It holds on this device, the only one that you have."
        link, offered = await w.both()
        new, _ = await asyncio.gather(link.accept(), offered.accept())
        async with new:
            while not new.preferences.frozen(bob.user_uri):
                await asyncio.sleep(0.01)
            assert elsewhere(new).sentence() == "It holds on all your devices."
        await bob.close()
