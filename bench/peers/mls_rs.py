# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""mls-rs in the bench of MLS, by its Python binding: Rust, with its storage in memory."""

from __future__ import annotations

import time
from collections.abc import Iterator

import mls_rs_uniffi as rs

SUITE = rs.CipherSuite.CURVE25519_AES128


class MlsRs:
    def __init__(self) -> None:
        self._identities: dict[str, object] = {}

    def cpu_ns(self) -> int:
        return time.process_time_ns()

    def member(self, name: str, *, stored: bool) -> RsMember:
        return RsMember(name, self._identities)

    def others(self, count: int) -> Iterator[tuple[str, bytes]]:
        for number in range(count):
            member = RsMember(f"other {number}", self._identities)
            yield f"other {number}", member.key_package()

    def close(self) -> None:
        self._identities.clear()


class RsMember:
    def __init__(self, name: str, identities: dict[str, object]) -> None:
        default = rs.client_config_default()
        config = rs.ClientConfig(group_state_storage=default.group_state_storage, use_ratchet_tree_extension=False)
        self._client = rs.Client(name.encode(), rs.generate_signature_keypair(SUITE), config)
        self._identities = identities
        identities[name] = self._client.signing_identity()

    def key_package(self) -> bytes:
        return bytes(self._client.generate_key_package_message().to_bytes())

    def create(self) -> None:
        self._group = self._client.create_group(None)

    def add(self, key_packages: list[bytes]) -> tuple[bytes, bytes, bytes]:
        out = self._group.add_members([rs.Message.from_bytes(each) for each in key_packages])
        return self._accept(out), bytes(out.welcome_message.to_bytes()), bytes(self._group.export_tree().bytes)

    def join(self, welcome: bytes, tree: bytes) -> None:
        message = rs.Message.from_bytes(welcome)
        self._group = self._client.join_group(rs.RatchetTree(bytes=tree), message).group

    def update(self) -> bytes:
        return self._accept(self._group.commit())

    def remove(self, name: str) -> bytes:
        return self._accept(self._group.remove_members([self._identities[name]]))

    def process(self, commit: bytes) -> None:
        self._group.process_incoming_message(rs.Message.from_bytes(commit))

    def encrypt(self, plaintext: bytes) -> bytes:
        return bytes(self._group.encrypt_application_message(plaintext).to_bytes())

    def decrypt(self, message: bytes) -> bytes:
        return bytes(self._group.process_incoming_message(rs.Message.from_bytes(message)).data)

    def _accept(self, out: object) -> bytes:
        message = out.commit_message  # type: ignore[attr-defined]  # the binding brings no types
        self._group.process_incoming_message(message)
        return bytes(message.to_bytes())
