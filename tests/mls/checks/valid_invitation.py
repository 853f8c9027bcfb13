# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A Welcome that can be opened, changed, and sealed again: by the member who sends it, who knows all that is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from privity.mls.group import Group
from privity.mls.group.join import open_group_info, open_group_secrets
from privity.mls.group.welcome import WELCOME_LABEL
from privity.mls.messages.commit import HPKECiphertext
from privity.mls.messages.envelope import decode_welcome
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.psk import PreSharedKeyID
from privity.mls.messages.welcome import EncryptedGroupSecrets, GroupSecrets, Welcome
from privity.mls.schedule import hpke, key_schedule
from privity.mls.schedule.psk import psk_secret
from tests.mls.checks.valid import talking
from tests.mls.group.builders import NOW, Member

Keys = Mapping[PreSharedKeyID, bytes]


class Invitation:
    """Ana invites zoe into her room with ben; `keys` are the pre-shared keys that all of them hold, in order."""

    def __init__(self, keys: Keys | None = None) -> None:
        self.keys: Keys = keys or {}
        self.ana = talking("ana", "ben")[0]
        self.zoe = Member("zoe")
        pending = self.ana.commit(
            adds=[self.zoe.bundle.key_package], psk_ids=tuple(self.keys), psks=self.keys.get, force_path=True
        )
        assert pending.welcome is not None
        self.tree = pending.ratchet_tree
        self.welcome = decode_welcome(pending.welcome)
        self.suite = self.zoe.identity.suite
        self.secrets: GroupSecrets = open_group_secrets(self.suite, self.welcome, self.zoe.bundle)
        mixed = psk_secret(self.suite, list(self.keys.items()))
        self.info: GroupInfo = open_group_info(self.suite, self.welcome, self.secrets.joiner_secret, mixed)

    def signed(self, context: Mapping[str, Any] | None = None, **changes: Any) -> GroupInfo:
        """The GroupInfo with other fields, or another context, signed by ana."""
        args: dict[str, Any] = {
            "group_context": replace(self.info.group_context, **(context or {})),
            "extensions": self.info.extensions,
            "confirmation_tag": self.info.confirmation_tag,
            "signer": self.info.signer,
            **changes,
        }
        return GroupInfo.signed(self.suite, self.ana.identity.signature_private, **args)

    def sealed(self, secrets: GroupSecrets | None = None, info: GroupInfo | None = None) -> Welcome:
        """The Welcome with other secrets, or another GroupInfo, sealed to zoe as ana would."""
        mixed = psk_secret(self.suite, list(self.keys.items()))
        secret = key_schedule.welcome_secret(self.suite, self.secrets.joiner_secret, mixed)
        key, nonce = key_schedule.welcome_key(self.suite, secret)
        sealed_info = hpke.aead(self.suite, key).encrypt(nonce, (info or self.info).encode(), b"")
        package = self.zoe.bundle.key_package
        plain = (secrets or self.secrets).encode()
        sealed = hpke.encrypt_with_label(
            self.suite, package.init_key, WELCOME_LABEL, sealed_info, plain, self.ana.random
        )
        ours = EncryptedGroupSecrets(package.reference(), HPKECiphertext(*sealed))
        return Welcome(self.suite.id, (ours,), sealed_info)

    def join(self, welcome: Welcome, keys: Keys | None = None) -> None:
        """Zoe joins with it; `keys` are those that she holds."""
        Group.join(
            welcome,
            self.zoe.bundle,
            self.zoe.identity,
            ratchet_tree=self.tree,
            rules=self.zoe.rules,
            now=NOW,
            psks=(self.keys if keys is None else keys).get,
        )
