# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the verifier of messages says is no more than what its proofs show: of keys without dates, and of files."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from privity.identity.device_list import DeviceList
from privity.identity.uris import new_client_uri
from privity.message import compose
from privity.message.compose import Author
from privity.message.message_id import message_id
from privity.production import canonical, envelope
from privity.production.disclosed import LogProof, Status
from privity.production.standalone.verify_messages import KEYS
from tests.keylog.memory_log import MemoryLog
from tests.production.talk import DSSE, HOST, HOUR, START, Exporter, Talk, look, saved
from tests.production.test_whose_messages import read, reported


@pytest.mark.parametrize(("hours", "expected"), [(10, "listed"), (29, "listed"), (30, "pass")])
def test_an_older_proof_shows_nothing_of_a_list_that_came_later(hours: int, expected: str) -> None:
    """Ben linked a device between two proofs, and no date says when: whoever signed with it before is not shown."""
    talk = Talk(dropped=False)
    ben, rnd = talk.ben, talk.random.randbytes
    older = talk.proof(ben.label, dated=False, values=[one.encode() for one in ben.lists])
    ben.devices.append((new_client_uri(ben.uri, rnd), rnd(32)))
    ben.lists.append(DeviceList.sign(ben.uri, ben.listed(0, 1, 2), ben.account, previous=ben.lists[1]))
    talk.log.put(ben.label, ben.lists[2].encode())
    talk.log.cut(START + 30 * HOUR)
    newer = talk.proof(ben.label, dated=False, values=[one.encode() for one in ben.lists])
    ann, _, hub = talk.proofs()
    message = talk.said(1, ben, talk.text(ben, "A lid."), device=2, at_ms=START + hours * HOUR)
    judged = read(talk, talk.conversation([message], [ann, older, newer, hub], talk.selection([message])))
    assert (judged["signature"], judged["key"]) == ("pass", expected)


@pytest.mark.parametrize(("hours", "expected"), [(2, "pass"), (4, "fail"), (6, "pass")])
def test_a_device_that_came_back_counts_in_both_its_times_and_not_between(hours: int, expected: str) -> None:
    talk = Talk(dropped=False)
    ben, new = talk.ben, talk.random.randbytes(32)
    without = DeviceList.sign(ben.uri, ben.listed(1), new, previous=ben.lists[1], previous_account_private=ben.account)
    for at, one in ((3, without), (5, DeviceList.sign(ben.uri, ben.listed(0, 1), new, previous=without))):
        talk.log.put(ben.label, one.encode())
        talk.log.cut(START + at * HOUR)
    message = talk.said(1, ben, talk.text(ben, "A lid."), at_ms=START + hours * HOUR)
    judged = read(talk, talk.conversation([message], None, talk.selection([message])))
    assert (judged["signature"], judged["key"]) == ("pass", expected)


def test_a_list_that_nobody_signed_names_no_key_not_even_as_listed() -> None:
    """The hub put it into its log, and the lists before it are not shown: the log alone does not make it Ben's."""
    talk = Talk(dropped=False)
    ben = talk.ben
    ben.devices.append((new_client_uri(ben.uri, talk.random.randbytes), talk.random.randbytes(32)))
    whole = DeviceList.sign(ben.uri, ben.listed(0, 1, 2), ben.account, previous=ben.lists[1])
    for one, expected in ((whole, "listed"), (replace(whole, sig=bytes(64)), "fail")):
        log = talk.log.fork()
        log.put(ben.label, one.encode())
        log.cut(START + 3 * HOUR)
        proofs = [LogProof(label.decode(), log.lookup(label)) for label in (talk.ann.label, ben.label)]
        message = talk.said(1, ben, talk.text(ben, "A lid."), device=2, at_ms=START + 4 * HOUR)
        assert read(talk, talk.conversation([message], proofs, talk.selection([message])))["key"] == expected


def test_a_label_of_one_version_that_the_log_lost_is_missed(tmp_path: Path) -> None:
    """A later tree in which Ann never was, signed and cosigned by the same."""
    talk = Talk()
    empty = MemoryLog(HOST, 1)
    empty.private, empty.vrf_private, empty.witnesses = talk.log.private, talk.log.vrf_private, talk.log.witnesses
    for _ in range(6):
        empty.cut(START + 4 * HOUR)
    later = LogProof(talk.ann.label.decode(), empty.lookup(talk.ann.label))
    place = saved(talk.package(talk.conversation(None, [*talk.proofs(), later])), tmp_path / "package")
    said = look(place, talk.trust)
    assert "the log lost" in said.checks[talk.ann.label.decode()][1]
    assert {talk.ann.label.decode(), "exporter"} <= said.failed


def test_values_beside_a_proof_are_those_that_it_leads_to(tmp_path: Path) -> None:
    exporter = Exporter(Talk(), tmp_path / "package")
    for name in exporter.names("keylog/0"):
        said = exporter.json(name)
        for changed in ({"first": 1}, {"values": [canonical.base64_of(b"x")]}):
            assert "log" in exporter.look({name: canonical.encode({**said, **changed})}).failed, (name, changed)


def test_a_key_that_signs_is_named_by_its_hash(tmp_path: Path) -> None:
    """Everything is signed, and the key's name is one that another key could have as well."""
    talk = Talk()
    place, name = saved(talk.package(), tmp_path / "package"), "0" * 64
    keys = json.loads((place / KEYS).read_bytes())
    keys["keys"][0]["id"] = name
    (place / KEYS).write_bytes(canonical.encode(keys))
    found = json.loads((place / DSSE).read_bytes())
    said = json.loads(base64.b64decode(found["payload"]))
    said["predicate"]["keys_sha256"] = canonical.sha256(canonical.encode(keys))
    payload = canonical.encode(said)
    signature = canonical.base64_of(talk.signer().sign(envelope.framed(payload)))
    made = {"payload": canonical.base64_of(payload), "signatures": [{"keyid": name, "sig": signature}]}
    (place / DSSE).write_bytes(canonical.encode({**found, **made}))
    assert look(place, talk.trust).checks["files"] == ("fail", "a key is named by its SHA-256")


def test_tips_that_cannot_be_read_are_not_one_message(tmp_path: Path) -> None:
    """Neither has an id. What the operator says is not verified makes the production neither better nor worse."""
    talk = Talk()
    good, *others = (
        msgspec.structs.replace(talk.said(n, talk.ben, talk.text(talk.ben, f"Lid {n}.")), authorship=None)
        for n in (1, 2, 3)
    )
    tips = [msgspec.structs.replace(one, id="", content=b"words") for one in others]
    found = ("verified", "not verified", "not verified")
    said = look(saved(reported(talk, (good, *tips), talk.proofs(), found), tmp_path / "package"), talk.trust)
    assert (said.code, said.checks["messages"][0]) == (0, "pass")


def test_a_sender_and_a_room_are_named_by_their_uris(tmp_path: Path) -> None:
    """Nobody signed it and nobody franked it, so that only the content says who and where."""
    talk = Talk()
    for n, (sender, room) in enumerate((("ben", talk.room), (talk.ben.uri, "kitchen"), (talk.room, talk.ben.uri))):
        content = compose.text(Author(sender, room), "A lid.", random=talk.random.randbytes)
        message = talk.said(1, talk.ben, talk.text(talk.ben, "A lid."))
        bare = msgspec.structs.replace(
            message,
            id=message_id(content.encode()).hex(),
            content=content.encode(),
            sender=sender,
            room=room,
            authorship=None,
            frank=None,
            server_time_ms=None,
        )
        said = look(saved(reported(talk, (bare,), talk.proofs()), tmp_path / str(n)), talk.trust)
        assert (said.code, said.failed) == (1, {"content 1"}), (sender, room)


def test_files_that_are_here_are_counted(tmp_path: Path) -> None:
    talk = Talk()
    messages = []
    for n, status in ((1, Status.HERE), (2, Status.NOT_HERE)):
        content, _ = talk.picture(talk.ben)
        messages.append(talk.with_file(talk.said(n, talk.ben, content), status))
    place = saved(talk.package(talk.conversation(messages, None, talk.selection(messages))), tmp_path / "package")
    said = look(place, talk.trust)
    assert said.code == 0
    told = [line["detail"] for one in said.messages for line in one["lines"] if line["check"] == "files"]
    assert told == ["1 of 1 here", "0 of 1 here"]
