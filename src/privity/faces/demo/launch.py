# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity demo --break NAME`: starts a process with a defence replaced by nothing, to show that its check sees it.

The conductor reads the table; a broken process runs this file by its path, so that hub and desk import nothing of the
faces even then. A function is replaced in the module that defines it before anything imports it from there.
"""

from __future__ import annotations

import importlib
import runpy
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final


def _no_check(_: Any) -> Any:
    return lambda *_, **__: None


def _shows_anything(_: Any) -> Any:
    from privity.message.content import MimiContent
    from privity.message.franking import Frank, Franked
    from privity.message.message_id import message_id_of

    def accept(data: bytes, sender: str, room: str, ts_ms: int, tag: bytes, frank: Any, *_: object) -> Any:
        content = MimiContent.decode(data)
        message_id = message_id_of(data, content.salt, sender, room)
        return Franked(content, message_id, data, sender, room, ts_ms, tag, frank or Frank(b"", 1, b""))

    return accept


def _opens_any_file(_: Any) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from privity.message.attachments import external_part

    def decrypt(content: Any, part_index: int, ciphertext: bytes) -> bytes:
        part = external_part(content, part_index)
        return AESGCM(part.key).decrypt(part.nonce, ciphertext, part.aad)

    return decrypt


def _believes_any_log(_: Any) -> Any:
    from privity.keylog.verify import View
    from privity.tlog.checkpoint import Checkpoint
    from privity.tlog.note import SignedNote
    from privity.tlog.quorum import Opened

    def newest(head: Any, *_: object) -> Any:
        checkpoint = Checkpoint.decode(SignedNote.decode(head.note).text)
        return View(checkpoint.size, checkpoint.root, head.entry.timestamp_ms), Opened(checkpoint, (), False)

    return newest


def _pins_anything(_: Any) -> Any:
    import privity.keylog.verify as verify
    from privity.identity.account import Account
    from privity.identity.device_list import DeviceList

    verify._newest = _believes_any_log(None)
    return lambda known, values, found, user_uri: Account.of(DeviceList.decode(values[-1]))


def _removes_nobody(_: Any) -> Any:
    from privity.client.engine.effects import Finished

    return lambda room, command, user_uri: room.device.effects.append(Finished(command))


class _NoCipher:
    """Has the shape of an AEAD and hides nothing."""

    def __init__(self, *_: object) -> None:
        pass

    def encrypt(self, _nonce: bytes, data: bytes, _aad: bytes) -> bytes:
        return data + bytes(16)

    def decrypt(self, _nonce: bytes, data: bytes, _aad: bytes) -> bytes:
        return data[:-16]


def _encrypts_nothing(_: Any) -> Any:
    return _NoCipher


def _nobody_is_a_minor(_: Any) -> Any:
    return lambda _: False


def _hands_over_its_key(honest: Callable[[bytes], bytes]) -> Any:
    from privity.client.engine.state import Own
    from privity.mls.messages.app_data import ComponentData, SafeAAD

    keys: list[bytes] = []
    read = Own.decode

    def decode(data: bytes) -> Any:
        own = read(data)
        keys[:] = [own.signature_private]
        return own

    Own.decode = decode  # type: ignore[method-assign]  # a spy on the key that is to leave

    def encode_aad(tag: bytes) -> bytes:
        return SafeAAD((*SafeAAD.decode(honest(tag)).items, ComponentData(0xF00D, keys[0]))).encode()

    return encode_aad


def _answers_before_storing(_: Any) -> Any:
    class NotStored(Exception):
        """Ends the transaction without a trace."""

    async def store(self: Any, batch: list[Any]) -> None:
        if len(batch) == 1:
            await self._db.write(lambda tx: self._accept_all(tx, batch))
            return

        def pretend(tx: Any) -> list[Callable[[], None]]:
            tx.execute("SAVEPOINT pretended")
            self._accept_all(tx, batch)
            tx.execute("ROLLBACK TO pretended")
            tx.execute("RELEASE pretended")
            return []

        await self._db.write(pretend)

    return store


def _equal(_: Any) -> Any:
    return SimpleNamespace(compare_digest=lambda one, other: True)


def _reads_no_names(_: Any) -> Any:
    from privity.message.content import MimiContent

    return lambda data, sender_uri, room_uri: MimiContent.decode(data)


@dataclass(frozen=True, slots=True)
class Break:
    """One defence: what goes wrong in which processes, the check that must see it, and what is replaced where."""

    process: str
    what: str
    check: str
    module: str
    name: str
    replacement: Callable[[Any], Any]


BREAKS: dict[str, Break] = {
    "receiver-check": Break(
        "device",
        "devices show what carries no valid frank",
        "hidden",
        "privity.message.franking",
        "accept",
        _shows_anything,
    ),
    "file-hash": Break(
        "device",
        "devices open a file whatever its message names",
        "wrong-file",
        "privity.message.attachments",
        "decrypt",
        _opens_any_file,
    ),
    "pinning": Break(
        "device",
        "devices take any device list and any key log that the hub shows",
        "substitution",
        "privity.client.engine.trust",
        "_along",
        _pins_anything,
    ),
    "key-log": Break(
        "device",
        "devices believe a key log that neither its witness has seen nor they themselves before",
        "first-contact",
        "privity.keylog.verify",
        "_newest",
        _believes_any_log,
    ),
    "removal": Break(
        "device",
        "removing a member changes no key",
        "remove",
        "privity.client.engine.verbs",
        "remove_user",
        _removes_nobody,
    ),
    "encryption": Break(
        "device",
        "messages leave as they are",
        "search",
        "privity.mls.schedule.hpke",
        "aead",
        _encrypts_nothing,
    ),
    "key-leaves": Break(
        "device",
        "a device's signing key leaves with its messages",
        "search",
        "privity.message.safe_aad",
        "encode_aad",
        _hands_over_its_key,
    ),
    "durability": Break(
        "hub",
        "the hub answers before a message is on the disk",
        "kill",
        "privity.server.delivery.service",
        "Submissions._store",
        _answers_before_storing,
    ),
    "consent": Break(
        "hub",
        "the hub hands out keys of people who have not agreed",
        "consent",
        "privity.server.invitations.service",
        "check_addition",
        _no_check,
    ),
    "minors": Break(
        "hub",
        "the hub treats a minor like anybody else",
        "minor",
        "privity.policy.age",
        "is_minor",
        _nobody_is_a_minor,
    ),
    "standing": Break(
        "hub",
        "the hub lets a limited account go on as before",
        "decision",
        "privity.server.standing.service",
        "check_standing",
        _no_check,
    ),
    "session-proof": Break(
        "hub",
        "the hub takes any signature for a device's proof",
        "thief",
        "privity.server.sessions.handshake",
        "verify_with_label",
        _no_check,
    ),
    "request-mac": Break(
        "hub",
        "the hub does not compare the MAC of a request",
        "thief",
        "privity.server.sessions.requests",
        "hmac",
        _equal,
    ),
    "frank-check": Break(
        "hub",
        "the hub says of any frank that it is its own",
        "forgery",
        "privity.message.franking",
        "verify_frank_mac",
        _no_check,
    ),
    "names-in-content": Break(
        "desk",
        "the desk does not compare the names inside a message",
        "forgery",
        "privity.message.franking",
        "check_content",
        _reads_no_names,
    ),
    "authorship": Break(
        "desk",
        "the desk takes any proof of authorship",
        "fabrication",
        "privity.message.authorship",
        "verify_authorship",
        _no_check,
    ),
}

ARROWS: Final = ("mls", "policy", "keylog", "message", "client", "server")
"""The packages in which something is replaced, none of which imports one that stands after it."""


def launched(broken: Sequence[str], process: str, module: str, *arguments: str) -> list[str]:
    """What the interpreter is given to run a module: as it is, or through this file where its defences are broken."""
    gone = sorted((name for name in broken if BREAKS[name].process == process), key=_how_far_in)
    return ["-P", __file__, ",".join(gone), module, *arguments] if gone else ["-m", module, *arguments]


def _how_far_in(name: str) -> int:
    """What is imported from a module is replaced there before those that import it are themselves replaced in."""
    return ARROWS.index(BREAKS[name].module.split(".")[1])


def apply(chosen: Break) -> Callable[[], None]:
    """Replace the function in this process. What comes back puts it where it was."""
    owner = importlib.import_module(chosen.module)
    *outer, name = chosen.name.split(".")
    for step in outer:
        owner = getattr(owner, step)
    honest = getattr(owner, name)
    setattr(owner, name, chosen.replacement(honest))
    return lambda: setattr(owner, name, honest)


if __name__ == "__main__":
    for each in sys.argv[1].split(","):
        apply(BREAKS[each])
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
