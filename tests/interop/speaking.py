# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Application messages, and secrets that both sides export."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.interop.circle import Talk
from tests.interop.peer import Client, PeerRefused
from tests.interop.peers import CORE_CRYPTO, MLS_RS
from tests.interop.row import Chapter, Row

SWAPPED = (1, 0, 3, 2, 4)
FAR = (4, 0, 2, 1, 3)
ONE_BEHIND = "it keeps the key of one message behind the newest and refuses older ones as duplicates"
FIXED_LABEL = "`exportSecretKey` takes a length; label and context are fixed (every other row compares that one)"
NOT_TOLD = "not told by its interface; the exporter, which is compared after every step, stands for it"
NO_AAD_CORE = "`encryptMessage` takes a plaintext and nothing else"
NO_AAD_RS = "`encrypt_application_message` takes a plaintext and nothing else"


def they_read_ours_swapped(talk: Talk) -> None:
    _out_of_order(talk.we(), talk.they(), talk, SWAPPED)


def they_read_ours_four_behind(talk: Talk) -> None:
    _out_of_order(talk.we(), talk.they(), talk, FAR)


def we_read_theirs_four_behind(talk: Talk) -> None:
    _out_of_order(talk.they(), talk.we(), talk, FAR)


def they_read_ours_of_a_past_epoch(talk: Talk) -> None:
    """mls-rs finds past epochs in the storage that its application keeps."""
    _past_epoch(talk.we(), talk.they(stores=True), talk)


def we_read_theirs_of_a_past_epoch(talk: Talk) -> None:
    _past_epoch(talk.they(), talk.we(), talk)


def neither_reads_twice(talk: Talk) -> None:
    we, they = talk.we(), talk.they()
    talk.circle(we, they)
    for sender, reader in ((we, they), (they, we)):
        message = sender.encrypt(b"once")
        assert reader.process(message, sender).plaintext == b"once"
        with pytest.raises(PeerRefused):
            reader.process(message, sender)


def authenticated_data(talk: Talk) -> None:
    we, they = talk.we(), talk.they()
    talk.circle(we, they)
    message = they.encrypt(b"words", aad=b"seen by the carrier")
    answer = we.process(message, they)
    assert (answer.plaintext, answer.aad) == (b"words", b"seen by the carrier")
    assert they.process(we.encrypt(b"words", aad=b"and back"), we).plaintext == b"words"


def exporters_agree(talk: Talk) -> None:
    we, they = talk.we(), talk.they()
    circle = talk.circle(we, they)
    for label, context, length in ((b"one", b"", 16), (b"two", b"some context", 32), (b"three", bytes(300), 500)):
        assert we.exporter(label, context, length) == they.exporter(label, context, length)
    before = we.exporter(b"one", b"", 16)
    circle.update(they)
    assert before != we.exporter(b"one", b"", 16) == they.exporter(b"one", b"", 16)


def authenticators_agree(talk: Talk) -> None:
    we, they = talk.we(), talk.they()
    circle = talk.circle(we, they)
    seen = set()
    for each in (we, they, we):
        circle.update(each)
        assert we.epoch_authenticator() == they.epoch_authenticator()
        seen.add(we.epoch_authenticator())
    assert len(seen) == 3


def _out_of_order(sender: Client, reader: Client, talk: Talk, order: Sequence[int]) -> None:
    talk.circle(talk.we("maker"), sender, reader)
    messages = [sender.encrypt(b"message %d" % number) for number in range(len(order))]
    for number in order:
        assert reader.process(messages[number], sender).plaintext == b"message %d" % number


def _past_epoch(sender: Client, reader: Client, talk: Talk) -> None:
    maker = talk.we("maker")
    circle = talk.circle(maker, sender, reader)
    late = sender.encrypt(b"late")
    circle.update(maker)
    assert reader.process(late, sender).plaintext == b"late"
    circle.agree()


CHAPTER = Chapter(
    "Messages and exported secrets",
    (
        Row("They read our messages, each two in turned order", they_read_ours_swapped),
        Row("They read our messages, one of them four behind", they_read_ours_four_behind, {CORE_CRYPTO: ONE_BEHIND}),
        Row("We read their messages, one of them four behind", we_read_theirs_four_behind),
        Row("They read ours of the epoch before", they_read_ours_of_a_past_epoch),
        Row("We read theirs of the epoch before", we_read_theirs_of_a_past_epoch),
        Row("Neither reads the same message twice", neither_reads_twice),
        Row("Authenticated data beside a message", authenticated_data, {CORE_CRYPTO: NO_AAD_CORE, MLS_RS: NO_AAD_RS}),
        Row("Exporters agree for any label and context", exporters_agree, {CORE_CRYPTO: FIXED_LABEL}),
        Row("`epoch_authenticator` agrees", authenticators_agree, {CORE_CRYPTO: NOT_TOLD, MLS_RS: NOT_TOLD}),
    ),
)
