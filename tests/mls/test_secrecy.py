# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Secrets show in no repr, no error and no log, and are neither pickled nor copied."""

from __future__ import annotations

import base64
import copy
import gc
import importlib
import inspect
import logging
import pickle
import pkgutil
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import pytest

import privity.mls
from privity.mls.crypto import SigningKey
from privity.mls.errors import MlsError, SecretCopied
from privity.mls.group import Group
from privity.mls.secrecy import MARK, holds_secrets
from tests.mls.group.builders import NOW, Member, room

SHOWS_ITSELF = {
    "privity.mls.schedule.protect.SenderData": "who sent with which generation; the guard only varies a nonce",
    "privity.mls.group.commit.CommitRequest": "what a commit is asked to do, all of it sent in clear or by name",
}
"""Classes of the secret half that carry bytes and no secret."""


def secret_half() -> Iterator[type]:
    """All classes that `schedule` and `group` define, errors and enums left out."""
    for package in ("schedule", "group"):
        root = importlib.import_module(f"privity.mls.{package}")
        for found in pkgutil.iter_modules(root.__path__, f"{root.__name__}."):
            module = importlib.import_module(found.name)
            for _, kind in inspect.getmembers(module, inspect.isclass):
                if kind.__module__ == module.__name__ and not issubclass(kind, BaseException | int):
                    yield kind


def annotations_of(kind: type) -> str:
    """What a class says that it holds, as it is written."""
    if is_dataclass(kind):
        return " ".join(str(each.type) for each in fields(kind))
    made = inspect.get_annotations(vars(kind).get("__init__", object.__init__))
    return " ".join(str(note) for name, note in made.items() if name != "return")


def name_of(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def test_every_class_that_holds_secrets_says_so() -> None:
    kinds = list(secret_half())
    marked = {kind.__name__ for kind in kinds if hasattr(kind, MARK)}
    assert {"EpochSecrets", "SecretTree", "Step", "KeyPackageBundle", "Group", "StoredPending"} <= marked
    missing = []
    for kind in kinds:
        said = annotations_of(kind)
        holds = "bytes" in said or any(name in said.replace("[", " ").replace("]", " ").split() for name in marked)
        if holds and not hasattr(kind, MARK) and name_of(kind) not in SHOWS_ITSELF:
            missing.append(name_of(kind))
    assert missing == []


def test_no_exception_from_the_rule_is_left_over() -> None:
    known = {name_of(kind) for kind in secret_half() if not hasattr(kind, MARK)}
    assert SHOWS_ITSELF.keys() <= known


def test_the_bare_name_is_all_that_a_marked_class_shows() -> None:
    @holds_secrets
    @dataclass(frozen=True, slots=True)
    class Box:
        secret: bytes

    @holds_secrets
    class Plain:
        pass

    @holds_secrets
    @dataclass(slots=True, repr=False)
    class Counts:
        secret: bytes

        def __repr__(self) -> str:
            return "<Counts 1>"

    assert repr(Box(b"secret")) == "<Box>"
    assert repr(Plain()) == "<Plain>"
    assert repr(Counts(b"secret")) == "<Counts 1>"


COPIES: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    *(lambda each, protocol=protocol: pickle.dumps(each, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),
]


@pytest.mark.parametrize("copied", COPIES)
def test_nothing_of_a_running_group_is_copied_or_pickled(copied: Callable[[Any], Any]) -> None:
    ana, ben = room("ana", "ben", update=True)
    pending = ana.commit(force_path=True)
    state = ana.group._state
    held: list[Any] = [
        ana.group,
        ana.identity,
        ana.bundle,
        pending,
        pending.staged,
        state,
        state.signer,
        state.epoch,
        state.epoch.secrets,
        state.epoch.messages,
        *state.past.values(),
        ana.group.drain(),
        ben.read(ana.say(b"hello")),
        SigningKey(ana.identity.suite, ana.identity.signature_private),
    ]
    for each in held:
        with pytest.raises(SecretCopied):
            copied(each)
        if copied is not copy.copy:  # which copies the list alone
            with pytest.raises(SecretCopied):
                copied([each])


def reached(start: Any) -> Iterator[Any]:
    """Every object that an object leads to, classes, modules and functions left out."""
    seen: set[int] = set()
    todo = [start]
    while todo:
        each = todo.pop()
        if id(each) in seen or inspect.isclass(each) or inspect.ismodule(each) or inspect.isroutine(each):
            continue
        seen.add(id(each))
        yield each
        todo.extend(gc.get_referents(each))


def secrets_of(*members: Member) -> set[bytes]:
    """All that must not be seen: private keys, the secrets of all epochs held, all records of message keys."""
    out: set[bytes] = set()
    for member in members:
        state = member.group._state
        out |= {member.identity.signature_private, member.bundle.init_private, member.bundle.leaf_private}
        for epoch in (state.epoch, *([state.pending.staged.next] if state.pending else [])):
            assert epoch is not None
            out |= {getattr(epoch.secrets, each.name) for each in fields(epoch.secrets)}
            out |= set(epoch.keys.values()) | {value[-32:] for value in epoch.messages.records.values()}
        for past in state.past.values():
            out |= {past.sender_data_secret, past.resumption_psk}
            out |= {value[-32:] for value in past.messages.records.values()}
    assert all(len(secret) >= 28 for secret in out)
    return out


def shown(secret: bytes) -> list[str]:
    """The forms in which bytes get into text."""
    return [
        secret.hex(),
        secret.hex().upper(),
        repr(secret)[2:-1],
        base64.b64encode(secret).decode().rstrip("="),
        base64.urlsafe_b64encode(secret).decode().rstrip("="),
        str(int.from_bytes(secret, "big")),
        ", ".join(map(str, secret)),
    ]


def leaked(text: str, secrets: set[bytes]) -> list[str]:
    return [form for secret in secrets for form in shown(secret) if form in text]


def test_the_search_would_find_a_secret() -> None:
    secret = bytes(range(100, 132))
    for text in (f"{secret!r}", secret.hex(), base64.b64encode(secret).decode(), str(list(secret))):
        assert leaked(text, {secret})
    assert not leaked(repr(bytes(32)), {secret})


def test_no_repr_of_anything_in_a_group_shows_a_secret() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd", update=True)
    lost, kept = ana.say(b"lost"), ana.say(b"kept")
    ben.read(kept)
    ben.group.propose_update(random=ben.random, now=NOW)
    pending = cyd.commit(force_path=True)
    staged = ben.process(pending.message)
    secrets = secrets_of(ana, ben, cyd)
    for member in (ana, ben, cyd):
        records = member.group.drain()
        for each in (member.group, member.identity, member.bundle, records, pending, staged, lost):
            for inner in reached(each):
                if hasattr(type(inner), MARK):
                    assert leaked(repr(inner), secrets) == []
                    assert leaked(str(inner), secrets) == []
                    assert leaked(f"{inner}", secrets) == []


def provoked(ana: Member, ben: Member) -> Iterator[Callable[[], Any]]:
    """Calls that fail, each in another part of the secret half."""
    message = ana.say(b"a message")
    ben.read(message)
    again = ana.say(b"another")
    commit = ana.commit(force_path=True).message
    ana.group.clear_pending()
    yield lambda: ben.process(message)  # a replay
    yield lambda: ana.process(message)  # our own
    for at in (len(again) - 1, len(again) // 2, 30):
        yield lambda at=at: ben.process(again[:at] + bytes([again[at] ^ 1]) + again[at + 1 :])  # type: ignore[misc]  # bound early
        yield lambda at=at: ben.process(commit[:at] + bytes([commit[at] ^ 1]) + commit[at + 1 :])  # type: ignore[misc]  # bound early
    yield lambda: ben.process(again[:-1])
    for name in ben.store:
        broken = {**ben.store, name: ben.store[name][:-1]}
        yield lambda broken=broken: Group.load(broken, ben.identity, ben.rules)  # type: ignore[misc]  # bound early
    yield lambda: Group.load({**ben.store, b"what": bytes(32)}, ben.identity, ben.rules)
    yield lambda: ben.join(ana.commit(adds=[Member("cyd").bundle.key_package]).welcome)
    yield lambda: SigningKey(ben.identity.suite, ben.identity.signature_private[:-1])
    yield lambda: pickle.dumps(ben.group)


def test_no_error_and_no_log_shows_a_secret(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    ana, ben = room("ana", "ben", update=True)
    secrets = secrets_of(ana, ben)
    failed = 0
    for call in provoked(ana, ben):
        secrets |= secrets_of(ana, ben)
        try:
            call()
        except MlsError as error:
            failed += 1
            text = "".join(traceback.format_exception(error)) + repr(error) + repr(error.args)
            assert leaked(text, secrets) == []
    assert failed >= 15
    assert caplog.records == []
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_no_module_of_mls_has_a_logger() -> None:
    for found in pkgutil.walk_packages(privity.mls.__path__, "privity.mls."):
        module = importlib.import_module(found.name)
        assert not {"logging", "structlog", "warnings"} & vars(module).keys(), found.name
