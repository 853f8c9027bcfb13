# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's signature that franks are its own: asked for where the person said so, and checked before it counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from privity.client.engine import calls
from privity.client.engine.hub_record import kept_record
from privity.client.errors import ClientError
from privity.client.host import Host
from privity.message import franking
from privity.message.errors import BadFrankSignature
from privity.production.disclosed import Attestation, Frank, Message
from privity.wire.attest import MAX_ATTESTED, FranksAttested, FrankToAttest
from privity.wire.errors import Refusal


async def attested(host: Host, messages: Sequence[Message]) -> list[Message]:
    """The messages, each with the attestation that came for it and holds."""
    found = {each.n: each for each in messages}
    for page in _pages([each for each in messages if each.frank is not None and each.server_time_ms is not None]):
        try:
            answer = await host.ask(calls.attest(page[0].room, [_question(each) for each in page]), FranksAttested)
        except (ClientError, Refusal):
            break
        for message, outcome in zip(page, answer.attested, strict=False):
            if outcome.signature is not None and _holds(host, message, answer.at_ms, outcome.signature):
                found[message.n] = replace(message, attestation=Attestation(answer.at_ms, outcome.signature))
    return list(found.values())


def _pages(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    return (messages[begin : begin + MAX_ATTESTED] for begin in range(0, len(messages), MAX_ATTESTED))


def _question(message: Message) -> FrankToAttest:
    frank = _frank(message)
    return FrankToAttest(
        message.sender,
        frank.tag,
        message.server_time_ms or 0,
        frank.server_frank,
        frank.cipher_suite,
        frank.signature,
    )


def _holds(host: Host, message: Message, at_ms: int, signature: bytes) -> bool:
    """Whether it is by the key that the log shows as the hub's."""
    device, kept = host.engine.device, _frank(message)
    record = kept_record(device)
    key = device.own.franking_key if record is None else record.franking_key
    frank = franking.Frank(kept.server_frank, kept.cipher_suite, kept.signature)
    args = (kept.tag, message.sender, message.room, message.server_time_ms or 0, at_ms)
    try:
        franking.verify_attestation(signature, frank, key, *args)
    except BadFrankSignature:
        return False
    return True


def _frank(message: Message) -> Frank:
    assert message.frank is not None  # chosen by `attested`
    return message.frank
