# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What peers once sent to a member of ours is understood today. This test starts no peer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privity.mls.errors import ProtocolError
from privity.mls.group import ApplicationMessage, Group, Identity, KeyPackageBundle, StagedCommit
from privity.mls.messages.envelope import decode_welcome
from privity.mls.suites import RFC_9420
from tests.interop.circle import EXPORTER
from tests.interop.member import Rules, believe
from tests.interop.peer import unpacked
from tests.interop.recording import FILE

RECORDS: list[dict[str, Any]] = json.loads(FILE.read_text())


def joined(record: dict[str, Any]) -> Group:
    bundle = KeyPackageBundle.decode(unpacked(record["bundle"]))
    leaf = bundle.key_package.leaf_node
    private = unpacked(record["signature_private"])
    identity = Identity(RFC_9420[record["suite"]], leaf.credential, private, leaf.signature_key)
    welcome = decode_welcome(unpacked(record["welcome"]))
    rules = Rules(authenticate=believe)
    return Group.join(welcome, bundle, identity, ratchet_tree=None, rules=rules, now=record["now"])


EVERY = pytest.mark.parametrize("record", RECORDS, ids=lambda record: f"{record['peer']} {record['suite']}")


@EVERY
def test_what_peers_sent_is_understood(record: dict[str, Any]) -> None:
    group = joined(record)
    assert group.export(*EXPORTER) == unpacked(record["exporter"])
    kinds = set()
    for step in record["steps"]:
        outcome = group.process(unpacked(step["message"]), now=record["now"])
        kinds.add(type(outcome))
        if isinstance(outcome, ApplicationMessage):
            assert outcome.plaintext == unpacked(step["plaintext"])
        else:
            assert isinstance(outcome, StagedCommit)
            group.merge(outcome)
            assert group.export(*EXPORTER) == unpacked(step["exporter"])
    assert kinds == {ApplicationMessage, StagedCommit}


@EVERY
def test_with_one_other_bit_it_is_refused_and_nothing_is_lost(record: dict[str, Any]) -> None:
    group = joined(record)
    for step in record["steps"]:
        message = unpacked(step["message"])
        for at in range(2, len(message), 97):
            changed = bytearray(message)
            changed[at] ^= 1 << at % 8
            with pytest.raises(ProtocolError):
                group.process(bytes(changed), now=record["now"])
        outcome = group.process(message, now=record["now"])
        if isinstance(outcome, StagedCommit):
            group.merge(outcome)
            assert group.export(*EXPORTER) == unpacked(step["exporter"])
