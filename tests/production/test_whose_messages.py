# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the verifier of messages says apart: whose device signed, whose key it was, what a time is worth; and of files.

It runs as a receiver runs it, with nothing of the house, and it is short enough to be read.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as with_changes

from privity.identity.device_list import DeviceList
from privity.identity.server_record import ServerRecord
from privity.keylog.labels import server_label
from privity.message.content import ExternalPart, MultiPart
from privity.message.safe_aad import FRANK_AAD, encode_aad
from privity.mls.crypto import signature_public_key
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.credential import Credential
from privity.policy.room_components import FRANKING_AGENT, FrankingAgent
from privity.production import building, canonical
from privity.production.building import Contents, Package
from privity.production.classes import Releasable
from privity.production.disclosed import Attachment, Blobs, Frank, Gap, LogProof, Message, Status
from privity.production.model import Answered, Kind, Released
from privity.production.standalone import verify_messages
from tests.identity.forging import following, resigned
from tests.keylog.memory_log import MemoryLog
from tests.production.scene import Scene
from tests.production.talk import DSSE, HOST, HOUR, SCRIPT, START, SUITE, Exporter, Talk, Told, look, saved, understood

SOURCE = SCRIPT.read_text()
LATER = START + 2 * HOUR + 1000


@pytest.fixture
def talk() -> Talk:
    return Talk()


@pytest.fixture
def told(talk: Talk, tmp_path: Path) -> Callable[..., Told]:
    """What is said of these messages, with these proofs, in a package that Ann made."""

    def tell(
        messages: Sequence[Message] | None = None,
        proofs: Sequence[LogProof] | None = None,
        *more: str,
        trust: Sequence[str] | None = None,
        private: bytes | None = None,
        **selection: Any,
    ) -> Told:
        found = talk.messages() if messages is None else messages
        conversation = talk.conversation(found, proofs, talk.selection(found, **selection))
        place = saved(talk.package(conversation, private), tmp_path / str(len(list(tmp_path.iterdir()))))
        return look(place, [*(talk.trust if trust is None else trust), *more])

    return tell


# The file


def test_it_is_short_and_needs_nothing_but_cryptography() -> None:
    assert len(SOURCE.splitlines()) <= 1_500
    assert SOURCE.isascii()
    tree = ast.parse(SOURCE)
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    roots = {str(name).partition(".")[0] for name in imported}
    assert roots - set(sys.stdlib_module_names) == {"cryptography"}
    assert not roots & {"socket", "urllib", "http", "subprocess", "time", "zipfile", "tarfile", "pickle", "shutil"}
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"eval", "exec", "compile", "__import__", "open"}


ALONE = """
import runpy, sys
class House:
    def find_spec(self, name, path=None, target=None):
        assert name.partition(".")[0] != "privity", name
sys.meta_path.insert(0, House())
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    assert not [name for name in sys.modules if name.partition(".")[0] in ("privity", "nacl", "cbor2", "msgspec")]
"""


def test_it_runs_out_of_the_package_without_the_house(talk: Talk, tmp_path: Path) -> None:
    place = saved(talk.package(), tmp_path / "package")
    script = place / "bag/data/verify_messages.py"
    assert script.read_bytes() == SCRIPT.read_bytes()
    command = [sys.executable, "-I", "-c", ALONE, str(script), ".", *talk.trust]
    ended = subprocess.run([*command, "--words"], capture_output=True, cwd=place, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    lines = ended.stdout.decode().splitlines()
    assert lines[-1] == "verified"
    assert "  > A teapot is on fire." in lines
    (place / "bag/data/attachments/00002-2.png").write_bytes(b"another picture")
    ended = subprocess.run([*command, "--json"], capture_output=True, cwd=place, timeout=60, check=False)
    assert ended.stderr == b""
    assert understood(ended.returncode, ended.stdout.decode()).failed == {"files", "files 2"}


def test_words_of_a_message_cannot_move_the_readers_screen(talk: Talk, tmp_path: Path, capsys: Any) -> None:
    content = talk.text(talk.ben, "A \x1b[2J\u202eteapot\nverified")
    message = talk.said(1, talk.ben, content)
    place = saved(talk.package(talk.conversation([message], None, talk.selection([message]))), tmp_path / "package")
    assert verify_messages.main([str(place), *talk.trust, "--words"]) == 0
    text = capsys.readouterr().out
    assert "  > A ?[2J?teapot\n  > verified\n" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["--log-key", "words"],
        ["--vrf-key", "00" * 32],
        ["--vrf-key", "xx"],
        ["--witness", "words"],
        ["--quorum", "1"],
        ["--quorum", "-1"],
        [*Talk().trust[4:6], *Talk(2).trust[4:6]],
    ],
)
def test_keys_that_are_none_are_refused_at_once(arguments: list[str], tmp_path: Path, capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        look(tmp_path, arguments)
    assert ended.value.code == 2
    capsys.readouterr()


def test_a_folder_that_is_no_package_is_not_verified(talk: Talk, tmp_path: Path) -> None:
    assert "files" in look(tmp_path, talk.trust).failed
    assert "files" in look(tmp_path / "nowhere", talk.trust).failed


# Whose key


def test_without_the_logs_keys_nothing_is_verified(told: Callable[..., Told], talk: Talk) -> None:
    for kept in ([], talk.trust[:2], talk.trust[2:4]):
        said = told(trust=kept)
        assert (said.code, said.checks["log"][0], said.failed) == (1, "absent", set())
        assert said.results("signature") == ["pass", "pass", "own"]


def test_another_log_key_or_witness_is_not_the_logs(told: Callable[..., Told], talk: Talk) -> None:
    other = Talk(2)
    assert "log" in told(trust=[*other.trust[:2], *talk.trust[2:]]).failed
    assert "log" in told(trust=[*talk.trust[:2], *other.trust[2:4]]).failed
    assert "log" in told(trust=[*talk.trust[:4], *other.trust[4:6]]).failed
    said = told(trust=talk.trust[:4])
    assert said.code == 0
    assert "nobody whose key you gave" in said.checks["log"][1]
    assert "cosigned by auditor1.example" in told(trust=talk.trust[:6]).checks["log"][1]


def test_a_log_speaks_for_its_own_host_alone(tmp_path: Path) -> None:
    """Whoever runs a log can write into it that they are somebody of another host."""
    talk = Talk()
    evil = Talk(5)
    evil.log.origin = "evil.example/keylog"
    evil.log.cut(START + 4 * HOUR)
    place = saved(evil.package(), tmp_path / "package")
    assert look(place, evil.trust).failed >= {"log"}
    assert talk.log.origin == f"{HOST}/keylog"


def test_somebody_without_a_proof_is_not_proven(told: Callable[..., Told], talk: Talk) -> None:
    ann, ben, hub = talk.proofs()
    said = told(None, [ann, hub])
    assert (said.code, said.failed) == (1, set())
    assert said.results("key") == ["absent", "absent", "own"]
    assert said.results("signature") == ["pass", "pass", "own"]
    said = told(None, [ben, hub])
    assert said.results("key") == ["pass", "pass", "absent"]
    assert (said.code, said.checks["exporter"][0]) == (1, "absent")
    said = told(None, [])
    assert (said.code, said.failed, said.checks["log"][0]) == (1, set(), "absent")


def test_a_key_that_only_the_log_shows_is_told_apart(told: Callable[..., Told], talk: Talk) -> None:
    """Offline a device may have the newest list alone: the log names the key, and nobody shows who made the list."""
    ann, _, hub = talk.proofs()
    ben = talk.proof(talk.ben.label, dated=False)
    messages = (talk.said(1, talk.ben, talk.text(talk.ben, "A lid."), device=1),)
    said = told(messages, [ann, ben, hub])
    assert (said.code, said.failed, said.results("key")) == (1, set(), ["listed"])
    assert told(messages, [ann, ben, hub], "--accept-listed").code == 0
    dropped = (talk.said(1, talk.ben, talk.text(talk.ben, "A lid."), device=0),)
    assert told(dropped, [ann, ben, hub]).results("key") == ["absent"]
    with_values = with_changes(ben, values=tuple(one.encode() for one in talk.ben.lists))
    said = told(messages, [ann, with_values, hub])
    assert (said.code, said.results("key")) == (1, ["listed"]), "no date says when the device was linked"


def test_lists_may_come_in_any_of_the_places(told: Callable[..., Told], talk: Talk) -> None:
    """In the proofs themselves, beside them, or as the list that evidence names: hashes lead to them."""
    ann, _, hub = talk.proofs()
    newest = talk.log.newest(talk.ben.label)
    assert newest == 2
    some = LogProof(talk.ben.label.decode(), talk.log.lookup(talk.ben.label, None, [0, 2]))
    content = talk.text(talk.ben, "A lid.")
    assert told((talk.said(1, talk.ben, content),), [ann, some, hub]).results("key") == ["listed"]
    said = told((talk.said(1, talk.ben, content, listed=1),), [ann, some, hub])
    assert (said.code, said.results("key")) == (0, ["pass"])


def test_an_older_proof_shows_that_a_list_was_there(told: Callable[..., Told]) -> None:
    """The proof under which a leaf was accepted, without dates, and a newer one that still shows the list."""
    young = Talk(dropped=False)
    older = young.proof(young.ben.label, dated=False, values=[one.encode() for one in young.ben.lists])
    assert young.log.size == 3
    young.log.cut(START + 30 * HOUR)
    newer = young.proof(young.ben.label, dated=False)
    ann, _, hub = young.proofs()
    content = young.text(young.ben, "A lid.")
    for at_ms, proofs, expected in (
        (LATER, [older], "pass"),
        (LATER + 23 * HOUR, [older], "pass"),
        (LATER + 24 * HOUR, [older], "listed"),
        (LATER + 24 * HOUR, [older, newer], "pass"),
        (LATER, [with_changes(newer, values=older.values)], "listed"),
        (START + HOUR, [older], "listed"),
    ):
        message = young.said(1, young.ben, content, device=1, at_ms=at_ms)
        conversation = young.conversation([message], [ann, *proofs, hub], young.selection([message]))
        assert read(young, conversation)["key"] == expected, at_ms


def read(talk: Talk, conversation: Any) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return look(saved(talk.package(conversation), Path(folder) / "package"), talk.trust).messages[0]


def test_a_strangers_key_under_bens_name_is_found(told: Callable[..., Told], talk: Talk) -> None:
    key = talk.random.randbytes(32)
    talk.ben.devices.append((talk.ben.devices[0][0], key))
    said = told((talk.said(1, talk.ben, talk.text(talk.ben, "Not I."), device=2),))
    assert (said.failed, said.results("signature"), said.results("key")) == ({"key 1"}, ["pass"], ["fail"])


def test_a_leaf_of_somebody_else_is_not_bens(told: Callable[..., Told], talk: Talk) -> None:
    """Ann's own device signs what the content says is Ben's: every signature holds."""
    talk.ben.devices.append(talk.ann.devices[0])
    said = told((talk.said(1, talk.ben, talk.text(talk.ben, "Not I."), device=2),))
    assert said.failed == {"sender 1", "key 1"}


def test_a_dropped_device_said_nothing_afterwards(told: Callable[..., Told], talk: Talk) -> None:
    """Whoever found the old phone still has its key, and can sign whatever they like."""
    for at_ms, expected in (
        (START - 1, "fail"),
        (START, "pass"),
        (START + 3 * HOUR - 1, "pass"),
        (START + 3 * HOUR, "fail"),
        (START + 300 * HOUR, "fail"),
    ):
        said = told((talk.said(1, talk.ben, talk.text(talk.ben, "A lid."), at_ms=at_ms),))
        assert said.results("key") == [expected], at_ms
        assert said.code == (expected == "fail")
    untimed = with_changes(talk.said(1, talk.ben, talk.text(talk.ben, "x")), frank=None, server_time_ms=None)
    said = told((untimed,))
    assert (said.code, said.results("key"), said.results("time")) == (1, ["listed"], ["absent"])


def test_a_list_that_the_hub_made_for_ben_is_refused(told: Callable[..., Told]) -> None:
    """It stands in the log, with everything proven. Ben's keys did not sign it."""
    talk = Talk(dropped=False)
    ghost = talk.random.randbytes(32)
    talk.ben.devices.append((talk.ben.devices[0][0][:-27] + "/" + "b" * 25 + "a", ghost))  # type: ignore[arg-type]  # wrong on purpose or by name
    forged = resigned(following(talk.ben.lists[1], devices=talk.ben.listed(0, 1, 2)), talk.random.randbytes(32))
    talk.log.put(talk.ben.label, forged)
    talk.log.cut(START + 3 * HOUR)
    message = talk.said(1, talk.ben, talk.text(talk.ben, "Not I."), device=2, at_ms=START + 4 * HOUR)
    judged = read(talk, talk.conversation([message], None, talk.selection([message])))
    assert (judged["signature"], judged["key"]) == ("pass", "fail")


def test_an_older_list_in_a_newer_place_is_refused(told: Callable[..., Told], talk: Talk) -> None:
    """The hub puts the list that names the dropped device into its log again; older versions are not shown."""
    talk.log.put(talk.ben.label, talk.ben.lists[1].encode())
    talk.log.cut(START + 4 * HOUR)
    ann, _, hub = talk.proofs()
    message = talk.said(1, talk.ben, talk.text(talk.ben, "A lid."), at_ms=START + 5 * HOUR)
    said = told((message,), [ann, talk.proof(talk.ben.label, dated=False), hub])
    assert said.failed == {talk.ben.label.decode(), "key 1"}


def test_two_histories_of_one_size_are_found(told: Callable[..., Told], talk: Talk) -> None:
    """Both are signed and cosigned: the log shows Ann one tree and somebody else another."""
    fork = talk.log.fork()
    talk.log.cut(START + 4 * HOUR)
    fork.cut(START + 4 * HOUR + 1)
    ann, ben, _ = talk.proofs()
    hub = LogProof(server_label(HOST).decode(), fork.lookup(server_label(HOST), None, [0, 1]))
    said = told(None, [ann, ben, hub])
    assert "two logs" in said.checks["log"][1]
    assert said.code == 1


def test_a_log_that_lost_a_version_or_a_label_is_found(told: Callable[..., Told]) -> None:
    """A later tree without what an earlier one had: the log cosigned both."""
    talk = Talk(dropped=False)
    empty = MemoryLog(HOST, 1)
    empty.private, empty.vrf_private, empty.witnesses = talk.log.private, talk.log.vrf_private, talk.log.witnesses
    fork = talk.log.fork()
    talk.log.put(talk.ben.label, talk.random.randbytes(8))
    talk.log.cut(START + 3 * HOUR)
    for _ in range(6):
        fork.cut(START + 4 * HOUR)
        empty.cut(START + 4 * HOUR)
    ann, ben, hub = talk.proofs()
    message = talk.said(1, talk.ben, talk.text(talk.ben, "A lid."))
    for other in (fork, empty):
        later = LogProof(talk.ben.label.decode(), other.lookup(talk.ben.label))
        said = told((message,), [ann, ben, later, hub], trust=talk.trust)
        assert "the log lost" in said.checks[talk.ben.label.decode()][1]


@pytest.mark.parametrize(("hours", "expected"), [(71, "fail"), (72, "pass"), (73, "pass")])
def test_a_reset_counts_after_72_hours_and_not_before(hours: int, expected: str) -> None:
    talk = Talk(dropped=False)
    ben = talk.ben
    ben.devices.append((ben.devices[0][0][:-27] + "/" + "b" * 25 + "a", talk.random.randbytes(32)))  # type: ignore[arg-type]  # wrong on purpose or by name
    account, paper = talk.random.randbytes(32), talk.random.randbytes(32)
    reset = DeviceList.sign(ben.uri, ben.listed(2), account, recovery_private=paper, previous=ben.lists[1], reset=True)
    talk.log.put(ben.label, reset.encode())
    talk.log.cut(START + 3 * HOUR)
    talk.log.cut(START + (3 + hours) * HOUR)
    message = talk.said(1, ben, talk.text(ben, "I?"), device=2, at_ms=START + 75 * HOUR + 1)
    judged = read(talk, talk.conversation([message], None, talk.selection([message])))
    assert judged["key"] == expected


def test_evidence_with_a_list_that_is_not_the_accounts_is_refused(told: Callable[..., Told], talk: Talk) -> None:
    forged = resigned(following(talk.ben.lists[1], devices=talk.ben.listed(0)), talk.random.randbytes(32))
    message = talk.said(1, talk.ben, talk.text(talk.ben, "A lid."))
    assert message.authorship is not None
    digest = talk.lists.add(forged)
    proof = with_changes(message.authorship, device_list=digest)
    assert told((with_changes(message, authorship=proof),)).failed == {"key 1"}


# Who hands over


def test_own_messages_stand_with_the_exporters_key(told: Callable[..., Told], talk: Talk) -> None:
    messages = (talk.own(1, talk.text(talk.ann, "I said it.")),)
    said = told(messages)
    assert (said.code, said.results("signature"), said.results("key")) == (0, ["own"], ["own"])
    said = told(messages, private=talk.random.randbytes(32))
    assert said.failed == {"exporter"}
    assert (said.code, said.results("key")) == (1, ["fail"])


def test_somebody_elses_message_is_never_own(told: Callable[..., Told], talk: Talk) -> None:
    message = with_changes(talk.said(1, talk.ben, talk.text(talk.ben, "A lid.")), authorship=None)
    said = told((message,))
    assert (said.code, said.results("signature"), said.results("key")) == (1, ["absent"], ["absent"])


def test_words_of_somebody_else_do_not_become_own(told: Callable[..., Told], talk: Talk) -> None:
    """The content names Ben, and the exporter puts their own name above it; or it names another room."""
    said = with_changes(talk.said(1, talk.ben, talk.text(talk.ben, "I did it.")), authorship=None)
    assert "content 1" in told((with_changes(said, sender=talk.ann.uri),)).failed
    room = Talk(9).room
    assert "content 1" in told((with_changes(said, room=room),), room=room).failed


def test_a_dropped_device_hands_over_nothing(talk: Talk, tmp_path: Path) -> None:
    talk.ann, talk.ben = talk.ben, talk.ann
    messages = (talk.own(1, talk.text(talk.ann, "I said it.")),)
    place = saved(talk.package(talk.conversation(messages, None, talk.selection(messages))), tmp_path / "package")
    assert "dropped" in look(place, talk.trust).checks["exporter"][1]


def test_one_device_signs_and_nobody_else(talk: Talk, tmp_path: Path) -> None:
    place = saved(talk.package(), tmp_path / "package")
    said = json.loads((place / DSSE).read_bytes())
    (one,) = said["signatures"]
    for signatures, failed in (([], "exporter"), ([one, one], "exporter"), ([{**one, "keyid": "0" * 64}], "files")):
        (place / DSSE).write_bytes(canonical.encode({**said, "signatures": signatures}))
        assert failed in look(place, talk.trust).failed
    (place / DSSE).write_bytes(canonical.encode({**said, "payloadType": "text/plain"}))
    assert "files" in look(place, talk.trust).failed


def test_the_device_is_the_exporters(told: Callable[..., Told], talk: Talk) -> None:
    assert "selection" in told(exporter=talk.ben.uri).failed
    assert told(device=talk.ben.devices[1][0], exporter=talk.ben.uri).failed >= {"exporter"}


# The selection


def test_what_is_missing_between_is_the_exporters_word(told: Callable[..., Told], talk: Talk) -> None:
    said = told()
    assert "1 left out after 1; an unknown number after 2 (the exporter's word)" in said.checks["selection"][1]
    for gaps in ((), (Gap(1, 0),), (Gap(2, 0), Gap(1, 0)), (Gap(1, 0), Gap(2, 0), Gap(3, 0)), (Gap(0, 1), Gap(1, 0))):
        assert "selection" in told(gaps=gaps).failed


def test_the_exporters_words_are_words(talk: Talk, tmp_path: Path) -> None:
    exporter = Exporter(talk, tmp_path / "package")
    said = exporter.json("selection.json")
    other: list[dict[str, Any]] = [{"recipient": 1}, {"asked": {"keys": 1}}, {"shown": {}}, {"left_out": "x"}]
    for changed in (*other, {"made_at": None}):
        assert "selection" in exporter.look({"selection.json": canonical.encode({**said, **changed})}).failed, changed


def test_the_messages_are_those_of_the_selection_in_order(told: Callable[..., Told], talk: Talk) -> None:
    one, two, three = talk.messages()
    ids = (one.id, two.id, three.id)
    for selected in ((ids[1], ids[0], ids[2]), (*ids[:2], "0" * 64), (ids[0], ids[0], ids[2])):
        assert told((one, two, three), selected=selected).failed & {"messages", "selection"}
    swapped = (with_changes(two, n=1), with_changes(one, n=2), three)
    assert "messages" in told(swapped, selected=ids).failed
    assert told((one, with_changes(one, n=2), three)).failed >= {"selection"}


def test_messages_of_another_room_are_not_of_this_selection(told: Callable[..., Told], talk: Talk) -> None:
    first = talk.said(1, talk.ben, talk.text(talk.ben, "Here."))
    room = talk.room
    talk.room = Talk(9).room
    talk.context = replace(talk.context, group_id=talk.room.encode())
    other = talk.said(2, talk.ben, talk.text(talk.ben, "Elsewhere."))
    said = told((first, other), room=room)
    assert said.failed == {"content 2", "messages"}


def test_what_was_signed_in_another_room_or_epoch_was_not_said_here(told: Callable[..., Told], talk: Talk) -> None:
    """Everything is signed as it should be, for another group or epoch than the message is shown in."""
    here = talk.context
    for changed in ({"group_id": Talk(9).room.encode()}, {"epoch": 8}, {"cipher_suite": 3}):
        talk.context = replace(here, **changed)
        talk.contexts = Blobs("contexts")
        said = told((talk.said(1, talk.ben, talk.text(talk.ben, "Here.")),))
        assert (said.failed, said.results("signature")) == ({"room 1"}, ["fail"]), changed


def test_the_signed_tag_is_that_of_the_content(told: Callable[..., Told], talk: Talk) -> None:
    """A sender who signs another tag, two, or none: the hub could not have franked this."""
    tag = AppDataDictionary().with_component(FRANK_AAD, bytes(32))
    for aad in (encode_aad(bytes(32)), tag.with_component(7, b"x").encode(), AppDataDictionary().encode(), b"", b"x"):
        said = told((talk.said(1, talk.ben, talk.text(talk.ben, "Here."), aad=aad),))
        assert (said.failed, said.results("signature")) == ({"tag 1"}, ["fail"]), aad


def test_one_epoch_has_one_group_context(told: Callable[..., Told], talk: Talk) -> None:
    first = talk.said(1, talk.ben, talk.text(talk.ben, "Here."))
    talk.context = replace(talk.context, tree_hash=bytes(32))
    other = talk.said(2, talk.ben, talk.text(talk.ben, "There."))
    assert told((first, other)).failed == {"room 2"}


# The time


def test_a_time_is_claimed_unless_the_hub_attested_it(told: Callable[..., Told], talk: Talk) -> None:
    content = talk.text(talk.ben, "A lid.")
    for attested, expected in ((False, "claimed"), (True, "attested")):
        said = told((talk.said(1, talk.ben, content, attested=attested),))
        assert (said.code, said.results("time")) == (0, [expected])
    attested_alone = with_changes(talk.said(1, talk.ben, content, attested=True), frank=None)
    assert told((attested_alone,)).failed == {"time 1"}
    ann, ben, _ = talk.proofs()
    said = told((talk.said(1, talk.ben, content, attested=True),), [ann, ben])
    assert said.results("time") == ["claimed"], "nothing shows the hub's key"
    said = told((talk.own(1, talk.text(talk.ann, "x")),), [ann])
    assert said.results("time") == ["absent"], "neither room nor log shows a key"


def test_a_frank_by_another_key_is_none(told: Callable[..., Told], talk: Talk) -> None:
    message = talk.said(1, talk.ben, talk.text(talk.ben, "A lid."))
    assert message.frank is not None
    stranger = Talk(4)
    talk.hub = stranger.hub
    forged = talk.said(1, talk.ben, talk.text(talk.ben, "A lid."))
    assert told((forged,)).failed == {"time 1"}
    for changed in ({"server_frank": bytes(32)}, {"tag": bytes(32)}, {"cipher_suite": 3}, {"signature": bytes(64)}):
        frank = with_changes(message.frank, **changed)
        assert told((with_changes(message, frank=frank),)).failed & {"time 1", "room 1"}, changed


def test_the_rooms_franking_key_is_the_hubs(told: Callable[..., Told], talk: Talk) -> None:
    """A room whose members were given another key than the log shows: its franks prove nothing of this hub."""
    true = talk.hub
    talk.hub = talk.random.randbytes(32)
    agent = FrankingAgent(signature_public_key(SUITE, talk.hub), Credential.basic(HOST.encode()))
    components = AppDataDictionary().with_component(FRANKING_AGENT, agent.encode())
    honest, talk.context = talk.context, replace(talk.context, extensions=(components.extension(),))
    said = told((talk.said(1, talk.ben, talk.text(talk.ben, "A lid.")),))
    assert said.failed == {"time 1"}
    assert said.results("signature") == ["pass"]
    talk.hub, talk.context = true, honest
    assert told((talk.said(1, talk.ben, talk.text(talk.ben, "A lid.")),)).code == 1, "a context that nothing names"
    talk.contexts.found.pop(hashlib.sha256(replace(honest, extensions=(components.extension(),)).encode()).hexdigest())
    assert told((talk.said(1, talk.ben, talk.text(talk.ben, "A lid.")),)).code == 0


def test_older_keys_stay_the_hubs_and_attest_nothing_any_more(told: Callable[..., Told], talk: Talk) -> None:
    """An old key may have been lost: the newest record says who can attest."""
    key = signature_public_key(SUITE, talk.random.randbytes(32))
    talk.log.put(server_label(HOST), ServerRecord(HOST, 2, key, bytes(32), None, talk.records[1].hash()).encode())
    talk.log.cut(START + 4 * HOUR)
    content = talk.text(talk.ben, "A lid.")
    said = told((talk.said(1, talk.ben, content),))
    assert (said.code, said.results("time")) == (0, ["claimed"])
    assert told((talk.said(1, talk.ben, content, attested=True),)).failed == {"time 1"}


def test_a_record_of_another_hub_gives_no_keys(told: Callable[..., Told], talk: Talk) -> None:
    for bent in (
        ServerRecord("other.example", 2, bytes(32), bytes(32), None, talk.records[1].hash()),
        ServerRecord(HOST, 3, bytes(32), bytes(32), None, talk.records[1].hash()),
        ServerRecord(HOST, 2, bytes(32), bytes(32), None, None),
    ):
        other = Talk()
        other.log.put(server_label(HOST), bent.encode())
        other.log.cut(START + 4 * HOUR)
        judged = told(other.messages(), other.proofs(), trust=other.trust)
        assert f"s:{HOST}" in judged.failed


# Files


def with_status(message: Message, attachment: Attachment) -> Message:
    return with_changes(message, attachments=(attachment,))


def test_files_are_those_that_the_message_names(told: Callable[..., Told], talk: Talk) -> None:
    content, ciphertext = talk.picture(talk.ben)
    message = talk.said(1, talk.ben, content)
    here = talk.with_file(message, Status.HERE)
    assert told((here,)).code == 0
    said = told((talk.with_file(message, Status.NOT_HERE),))
    talk.files.clear()
    said = told((talk.with_file(message, Status.NOT_HERE),))
    assert said.code == 0
    assert [line["detail"] for line in said.messages[0]["lines"] if line["check"] == "files"] == ["0 of 1 here"]
    assert told((message,)).failed == {"files 1"}, "no word about the file"
    refused = talk.with_file(message, Status.REFUSED, ciphertext)
    assert told((refused,)).failed == {"files 1"}, "it does open"
    assert told((talk.with_file(message, Status.REFUSED, ciphertext + b"x"),)).failed == {"files 1"}
    talk.files.clear()
    assert told((talk.with_file(message, Status.LINK_ONLY),)).failed == {"files 1"}
    (attachment,) = here.attachments
    for changed in (
        {"name": "kettle.png"},
        {"part": 1},
        {"content_type": "text/html"},
        {"plaintext": "selection.json"},
    ):
        talk.with_file(message, Status.HERE)
        assert "files 1" in told((with_status(here, with_changes(attachment, **changed)),)).failed, changed


@pytest.mark.parametrize(
    "changed",
    [
        {"content_hash": bytes(32)},
        {"size": 1},
        {"nonce": bytes(12)},
        {"key": bytes(16)},
        {"enc_alg": 2},
        {"hash_alg": 2},
    ],
)
def test_a_file_is_what_the_sender_sent_and_not_only_what_they_hashed(
    told: Callable[..., Told], talk: Talk, changed: dict[str, Any]
) -> None:
    """The sender named another ciphertext than this file makes: whoever got it was never shown this file."""
    content, _ = talk.picture(talk.ben)
    assert isinstance(content.part, MultiPart)
    parts = tuple(replace(one, **changed) if isinstance(one, ExternalPart) else one for one in content.part.parts)
    bad = replace(content, part=replace(content.part, parts=parts))
    assert "files 1" in told((talk.with_file(talk.said(1, talk.ben, bad), Status.HERE),)).failed


def test_a_file_has_a_status_that_is_known(talk: Talk, tmp_path: Path) -> None:
    exporter = Exporter(talk, tmp_path / "package")
    message = exporter.json("messages/00002.json")
    (attachment,) = message["attachments"]
    gone = {**attachment, "plaintext": None, "plaintext_sha256": None}
    picture = {attachment["plaintext"]: None}
    for changed, code in (
        ({**gone, "status": "not_here"}, 0),
        ({**gone, "status": "lost"}, 1),
        ({**gone, "status": "link_only"}, 1),
        ({**gone, "status": "here"}, 1),
        ({**gone, "status": "refused"}, 1),
    ):
        data = canonical.encode({**message, "attachments": [changed]})
        assert exporter.look({"messages/00002.json": data, **picture}).code == code, changed
    for changed in (
        {**attachment, "plaintext_sha256": attachment["plaintext_sha256"].upper()},
        {**attachment, "plaintext_sha256": None},
        {**attachment, "ciphertext": attachment["plaintext"]},
        {**attachment, "plaintext": "attachments/none.png"},
    ):
        data = canonical.encode({**message, "attachments": [changed]})
        assert "files 2" in exporter.look({"messages/00002.json": data}).failed, changed


def test_a_ciphertext_that_does_not_open_is_shown_as_such(told: Callable[..., Told], talk: Talk) -> None:
    """The message names the hash of other words than its ciphertext opens to: nobody was shown the file."""
    content, ciphertext = talk.picture(talk.ben)
    hashes = {2: bytes(32)}
    assert isinstance(content.extensions[-1], dict) and set(content.extensions[-1]) == {2}
    bad = replace(content, extensions={**content.extensions, -1: hashes})
    message = talk.said(1, talk.ben, bad)
    assert told((talk.with_file(message, Status.REFUSED, ciphertext),)).code == 0
    talk.files.clear()
    assert told((talk.with_file(message, Status.HERE),)).failed == {"files 1"}


def test_no_file_lies_there_that_no_message_names(told: Callable[..., Told], talk: Talk) -> None:
    talk.files["attachments/00009-1.png"] = b"an invented picture of somebody else"
    assert told().failed == {"messages"}
    talk.files.clear()
    talk.contexts = Blobs("contexts")
    talk.contexts.add(b"another context")
    assert told().failed == {"messages"}


# Reported messages in an operator's package


def reported(
    talk: Talk, messages: Sequence[Message], proofs: Sequence[LogProof] = (), found: Sequence[str] | None = None
) -> Package:
    scene = Scene()
    keys = talk.conversation(messages, proofs)
    files = {f"reported/{name}": data for name, data in keys.files().items() if name != "selection.json"}
    if found is not None:
        findings = [
            {"authorship": "not given", "message": n, "outcome": "mismatch", "verified": each}
            for n, each in enumerate(found, 1)
        ]
        files["reported/findings.json"] = canonical.encode({"findings": findings})
    prepared = scene.prepared(Kind.PRODUCTION)
    reach = {"since": "2026-10-01T00:00:00Z", "until": "2026-11-01T00:00:00Z"}
    facts = with_changes(
        prepared.facts,
        requested=(Answered(named=Releasable.CONTENT_REPORTED, **reach),),
        released=(Released(named=Releasable.CONTENT_REPORTED, **reach),),
        denied=(),
        not_held=(),
    )
    contents = Contents(evidence={Releasable.CONTENT_REPORTED: files})
    made = building.prepare(facts, contents, scene.keys(), {Releasable.CONTENT_REPORTED})
    return scene.finished(made)


def test_reported_messages_are_judged_by_the_same_file(talk: Talk, tmp_path: Path) -> None:
    """A production may lack authorship, which names third parties, and proofs; what is there has to hold."""
    bare = with_changes(talk.said(1, talk.ben, talk.text(talk.ben, "A lid.")), authorship=None, handle=None)
    whole = talk.said(2, talk.ben, talk.text(talk.ben, "A kettle."), listed=1)
    package = reported(talk, (bare, whole))
    assert "bag/data/verify_messages.py" in package.files
    said = look(saved(package, tmp_path / "one"), talk.trust)
    assert (said.code, said.failed) == (0, set())
    assert said.results("signature") == ["absent", "pass"]
    assert said.results("key") == ["absent", "absent"]
    said = look(saved(reported(talk, (bare, whole), talk.proofs()), tmp_path / "two"), talk.trust)
    assert (said.code, said.results("key"), said.results("time")) == (0, ["absent", "pass"], ["claimed", "claimed"])
    assert whole.authorship is not None
    forged = with_changes(whole, authorship=with_changes(whole.authorship, leaf_index=4))
    said = look(saved(reported(talk, (bare, forged), talk.proofs()), tmp_path / "three"), talk.trust)
    assert (said.code, said.failed) == (1, {"leaf 2", "signature 2"})
    frank = Frank(bytes(32), 1, bytes(64), bytes(32))
    said = look(saved(reported(talk, (with_changes(bare, frank=frank), whole)), tmp_path / "four"), talk.trust)
    assert (said.code, said.failed) == (1, {"time 1"})


def test_a_reported_message_is_there_once(talk: Talk, tmp_path: Path) -> None:
    one = talk.said(1, talk.ben, talk.text(talk.ben, "A lid."))
    assert look(saved(reported(talk, (one, with_changes(one, n=2))), tmp_path / "package"), talk.trust).failed == {
        "messages"
    }


def test_what_the_operator_calls_unverified_need_not_hold(talk: Talk, tmp_path: Path) -> None:
    """A tip is handed over as a tip. What is called verified has to hold as far as anybody can see."""
    good = with_changes(talk.said(1, talk.ben, talk.text(talk.ben, "A lid.")), authorship=None)
    other = with_changes(talk.said(2, talk.ben, talk.text(talk.ben, "A kettle.")), authorship=None)
    tips = [
        with_changes(other, sender=talk.ann.uri),
        with_changes(other, id="", content=b"words"),
        with_changes(other, frank=Frank(bytes(32), 1, bytes(64), bytes(32))),
    ]
    for n, tip in enumerate(tips):
        for found, code in ((("verified", "not verified"), 0), (("verified", "verified"), 1), (None, 1)):
            place = saved(reported(talk, (good, tip), talk.proofs(), found), tmp_path / f"{n}-{found}")
            said = look(place, talk.trust)
            assert said.code == code, (n, found)
            assert said.messages[1]["tip"] == (code == 0)
            assert any(line["status"] == "fail" for line in said.messages[1]["lines"])


def test_json_has_one_form(talk: Talk, tmp_path: Path) -> None:
    """Spaces, another order, a member twice: a reader of the file may see something else than the verifier."""
    exporter = Exporter(talk, tmp_path / "package")
    for name in ("messages/00001.json", "keylog/00001.json", "selection.json"):
        data = exporter.read(name)
        first = data.index(b":")
        for bent in (data + b"\n", data.replace(b":", b": ", 1), b"{" + data[1:first] + b":1," + data[1:]):
            assert exporter.look({name: bent}).code == 1, name
    message = exporter.json("messages/00001.json")
    given = message["authorship"]["signature"]
    assert given.endswith("=")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".index(given.rstrip("=")[-1])
    at = len(given.rstrip("=")) - 1
    letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[last + 1]
    same = given[:at] + letter + given[at + 1 :]
    assert base64.b64decode(same) == base64.b64decode(given)
    message["authorship"]["signature"] = same
    assert exporter.look({"messages/00001.json": canonical.encode(message)}).failed == {"room 1", "messages"}


def test_everything_has_a_limit(talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = saved(talk.package(), tmp_path / "package")
    for name, most, failed in (
        ("MAX_JSON", 500, "files"),
        ("MAX_FILES", 10, "files"),
        ("MAX_FILE", 1000, "files"),
        ("MAX_ATTACHMENT", 10, "files 2"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(verify_messages, name, most)
            assert failed in look(place, talk.trust).failed, name
    assert look(place, talk.trust).code == 0


def test_a_list_of_any_size_and_a_label_of_any_kind_get_an_answer(talk: Talk, tmp_path: Path) -> None:
    exporter = Exporter(talk, tmp_path / "package")
    (name,) = exporter.names("lists/")
    assert exporter.look({name: bytes(1 << 17)}).failed == {"key 1"}
    proof = exporter.json("keylog/00003.json")
    for label in (HOST, f"x:{HOST}", f"s:{HOST}/x", "s:", "u:", "", 1, None, [f"s:{HOST}"]):
        told = exporter.look({"keylog/00003.json": canonical.encode({**proof, "label": label})})
        assert "log" in told.failed, label


def test_links_and_odd_names_are_refused(talk: Talk, tmp_path: Path) -> None:
    place = saved(talk.package(), tmp_path / "package")
    for name in ("bag/data/\u0430.txt", "bag/data/messages/.hidden", "bag/data/-x", "bag/data/a b"):
        (place / name).write_bytes(b"")
        assert "files" in look(place, talk.trust).failed, name
        (place / name).unlink()
    file = place / "bag/data/messages/00001.json"
    kept = tmp_path / "kept.json"
    file.rename(kept)
    file.symlink_to(kept)
    assert "files" in look(place, talk.trust).failed
    file.unlink()
    kept.rename(file)
    (place / "bag/data/messages/00001.JSON").write_bytes(b"")
    assert "files" in look(place, talk.trust).failed
    (place / "bag/data/messages/00001.JSON").unlink()
    assert look(place, talk.trust).code == 0


def test_canonical_json_is_what_the_house_writes(talk: Talk) -> None:
    for name, data in talk.conversation().files().items():
        if name.endswith(".json"):
            assert canonical.encode(verify_messages.parse(data)) == data
