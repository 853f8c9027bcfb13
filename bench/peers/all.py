# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The peers in the order of their rows: those that store what they deliver, then those that do not."""

from __future__ import annotations

from typing import Final

from bench.peers import ejabberd, mosquitto, prosody, synapse
from bench.peers.peer import Peer

PEERS: Final[tuple[Peer, ...]] = (
    synapse.TO_DEVICE,
    synapse.ROOM,
    prosody.ARCHIVED,
    ejabberd.ARCHIVED,
    prosody.PLAIN,
    ejabberd.PLAIN,
    mosquitto.QOS1,
)
PACKAGED: Final = tuple(peer for peer in PEERS if peer not in (synapse.TO_DEVICE, synapse.ROOM))
"""Those that Debian packages, so that nothing is installed for them."""
