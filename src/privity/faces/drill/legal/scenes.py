# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""All scenes of the legal drill, in their order: who is revoked asks for nothing afterwards."""

from __future__ import annotations

from typing import Final

from privity.faces.drill.legal import disclosed, produced, refused, revoked
from privity.faces.drill.legal.scene import Scene

SCENES: Final = (
    Scene("warrant", "a warrant on an account with a reported message", produced.warrant),
    Scene("epoc", "a European Production Order for traffic data without a judge", refused.epoc),
    Scene("forged", "a forged emergency from a valid domain", refused.forged),
    Scene("dragnet", "everybody who used a word", refused.dragnet),
    Scene("us-person", "a British order on a person of the United States", refused.us_person),
    Scene("preserved", "preserved, then closed by its person, then produced", produced.preserved),
    Scene("gag", "secrecy that ends", produced.gag),
    Scene("overbroad", "two years, narrowed to a week", produced.overbroad),
    Scene("keys", "keys and decrypted conversations", refused.keys),
    Scene("treaty", "a treaty without an instrument of the operator's own State", refused.treaty),
    Scene("revoked", "every agency revoked between approval and release", revoked.revoked),
    Scene("participant", "a participant hands over their own messages", disclosed.participant),
)
