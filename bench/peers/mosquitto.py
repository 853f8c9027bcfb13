# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""mosquitto at QoS 1: it acknowledges from memory, so it is not durable."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from bench.contest import Contender, Sizes
from bench.packages import installed, version
from bench.peers import mqtt
from bench.peers.peer import Peer, Start, started

CONFIG: Final = """
listener {port} 127.0.0.1
allow_anonymous true
persistence false
set_tcp_nodelay true
log_type error
log_dest stdout
"""
NAME: Final = "mosquitto, QoS 1 (not durable)"


@asynccontextmanager
async def _running(sizes: Sizes) -> AsyncIterator[Contender]:
    command = installed("mosquitto", "mosquitto")

    def prepare(folder: Path, port: int) -> Start:
        config = folder / "mosquitto.conf"
        config.write_text(CONFIG.format(port=port))
        return Start((command, "-c", str(config)), {})

    async with started(prepare) as process:
        label = NAME.replace("mosquitto", "mosquitto" + version("mosquitto"))
        async with mqtt.contender(label, process, sizes) as found:
            yield found


QOS1: Final = Peer(NAME, _running)
