# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""On how many of the person's devices it is so, as far as this one has heard: whom they froze, what they put away."""

from __future__ import annotations

from dataclasses import dataclass

from privity.client.sdk import Device


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """`others`: devices of the account beside this one; `know`: those that knew all of it when they were heard last."""

    others: int
    know: int

    def sentence(self) -> str:
        if not self.others:
            return "It holds on this device, the only one that you have."
        if self.know == self.others:
            return "It holds on all your devices."
        return (
            f"It holds here, and your other devices hear of it by themselves, within a quarter of an hour that both are"
            f" connected; {self.know} of {self.others} said so yet."
        )


def elsewhere(device: Device) -> Elsewhere:
    known = device.host.engine.teller.knows()
    return Elsewhere(len(known), sum(known.values()))
