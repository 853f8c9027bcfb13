# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A peer is a child process that answers one JSON line per request; a client is one member that lives in it."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOMAIN = "privity.example"
DEVICE = 0xD0000001
LIMIT_S = 120.0


class PeerRefused(Exception):
    """The peer answered with an error of its own: `kind` is its class, the text what it says."""

    def __init__(self, peer: str, verb: str, kind: str, says: str) -> None:
        super().__init__(f"{peer} refused {verb}: {kind}: {says}")
        self.peer = peer
        self.kind = kind
        self.says = says


class PeerGone(Exception):
    """The process ended, or answered so late that it was ended; its last words are in the message."""


@dataclass(frozen=True)
class Made:
    """What a commit gives out. `tree` is None where the peer hands none out beside the Welcome."""

    commit: bytes
    welcome: bytes | None
    tree: bytes | None
    group_info: bytes | None


@dataclass(frozen=True)
class Got:
    """What a message was: "application" with a plaintext, "proposal" or "commit"."""

    kind: str
    plaintext: bytes | None = None
    removed: bool = False
    aad: bytes | None = None


class Peer:
    """The process of one implementation. `cpu_us` is the CPU time of the last verb in microseconds; a verb that takes
    `limit_s` or longer ends the process."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.cpu_us = 0
        self.limit_s = LIMIT_S
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by close, when the process has ended
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._clients = 0

    def call(self, verb: str, **asked: Any) -> dict[str, Any]:
        """One verb, whatever it answers. Raises PeerRefused or PeerGone."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        watchdog = threading.Timer(self.limit_s, process.kill)
        watchdog.start()
        try:
            process.stdin.write(json.dumps({"verb": verb, **asked}) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            watchdog.cancel()
        if not line:
            self._errors.seek(0)
            raise PeerGone(f"{self.name} ended in {verb}: {self._errors.read()[-2000:]}")
        answer = json.loads(line)
        self.cpu_us = answer["cpu_us"]
        if "error" in answer:
            raise PeerRefused(self.name, verb, answer["error"]["kind"], answer["error"]["says"])
        ok: dict[str, Any] = answer["ok"]
        return ok

    def client(self, name: str, suite: int = 1, **options: Any) -> Client:
        """A new member; the same name may be used again, it is another member then."""
        self._clients += 1
        identity = identity_of(f"{self.name} {name}")
        handle = f"{name} {self._clients}"
        self.call("member", **{"as": handle, "identity": identity, "suite": suite, **options})
        return Client(self, handle, identity, suite)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.close()


class Client:
    """One member of one peer, with the verbs that all peers share. A verb that a peer lacks raises PeerRefused."""

    def __init__(self, peer: Peer, handle: str, identity: str, suite: int) -> None:
        self.peer = peer
        self.identity = identity
        self.suite = suite
        self._handle = handle

    def __repr__(self) -> str:
        return f"<{self.peer.name}: {self._handle}>"

    def call(self, verb: str, **asked: Any) -> dict[str, Any]:
        return self.peer.call(verb, **{"as": self._handle, **asked})

    def key_package(self, **options: Any) -> bytes:
        """A fresh KeyPackage as an encoded MLSMessage."""
        return unpacked(self.call("key_package", **options)["key_package"])

    def forge(self, what: str) -> bytes:
        """An object of ours that breaks one rule."""
        return unpacked(self.call("forge", what=what)["message"])

    def create(self, group_id: bytes, **options: Any) -> None:
        self.call("create", group_id=packed(group_id), **options)

    def join(self, welcome: bytes | None, tree: bytes | None = None) -> None:
        """Enter with a Welcome; `tree` when it is not inside."""
        assert welcome is not None
        self.call("join", welcome=packed(welcome), tree=_or_none(tree))

    def commit(
        self,
        *,
        adds: Sequence[bytes] = (),
        removes: Sequence[str] = (),
        private: bool = False,
        tree_in_welcome: bool = False,
        **options: Any,
    ) -> Made:
        """Commit and enter the new epoch; `adds` are KeyPackages, `removes` identities. With neither: a self-update."""
        answer = self.call(
            "commit",
            adds=[packed(each) for each in adds],
            removes=list(removes),
            private=private,
            tree_in_welcome=tree_in_welcome,
            **options,
        )
        return made(answer)

    def propose(self, *, adds: Sequence[bytes] = (), removes: Sequence[str] = (), **options: Any) -> bytes:
        answer = self.call("propose", adds=[packed(each) for each in adds], removes=list(removes), **options)
        return unpacked(answer["message"])

    def process(self, message: bytes, sender: Client) -> Got:
        """Take in a message; a commit is entered."""
        answer = self.call("process", message=packed(message), sender=sender.identity)
        plaintext, aad = (None if answer.get(name) is None else unpacked(answer[name]) for name in ("plaintext", "aad"))
        return Got(answer["kind"], plaintext, bool(answer.get("removed", False)), aad)

    def encrypt(self, plaintext: bytes, aad: bytes = b"") -> bytes:
        return unpacked(self.call("encrypt", plaintext=packed(plaintext), aad=packed(aad))["message"])

    def exporter(self, label: bytes, context: bytes, length: int) -> bytes:
        return unpacked(self.call("exporter", label=packed(label), context=packed(context), length=length)["secret"])

    def epoch_authenticator(self) -> bytes:
        return unpacked(self.call("epoch_authenticator")["secret"])

    def epoch(self) -> int:
        return int(self.call("epoch")["epoch"])

    def members(self) -> set[str]:
        return set(self.call("members")["members"])

    def group_info(self, with_tree: bool = False) -> Made:
        """A GroupInfo of this epoch and the tree beside it; the other fields are empty."""
        answer = self.call("group_info", with_tree=with_tree)
        return Made(b"", None, unpacked(answer["tree"]), unpacked(answer["group_info"]))

    def external_commit(self, group_info: bytes | None, tree: bytes | None = None, **options: Any) -> bytes:
        """Enter by a commit of one's own."""
        assert group_info is not None
        answer = self.call("external_commit", group_info=packed(group_info), tree=_or_none(tree), **options)
        return unpacked(answer["commit"])


def identity_of(name: str) -> str:
    """A name in the one form that all peers take: uuid:device@domain."""
    return f"{uuid.uuid5(uuid.NAMESPACE_DNS, name)}:{DEVICE:x}@{DOMAIN}"


def packed(value: bytes) -> str:
    return base64.b64encode(value).decode()


def unpacked(value: str) -> bytes:
    return base64.b64decode(value)


def _or_none(value: bytes | None) -> str | None:
    return None if value is None else packed(value)


def made(answer: dict[str, Any]) -> Made:
    """A commit's outputs out of an answer."""
    fields = {
        name: None if answer[name] is None else unpacked(answer[name]) for name in ("welcome", "tree", "group_info")
    }
    return Made(unpacked(answer["commit"]), **fields)
