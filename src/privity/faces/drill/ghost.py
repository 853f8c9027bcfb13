# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The device that the operator wants to have in a conversation, with every key a hub can make for itself."""

from __future__ import annotations

import os
from dataclasses import dataclass

from privity.client.engine.entering import AnyLeaf
from privity.client.engine.keypackages import LIFETIME_S
from privity.client.engine.state import CAPABILITIES
from privity.identity.credential import make_credential
from privity.identity.device_list import Device as ListedDevice
from privity.identity.device_list import DeviceList
from privity.identity.uris import ClientUri, new_client_uri
from privity.mls.crypto import generate_signature_key
from privity.mls.errors import MlsError
from privity.mls.group import Identity, KeyPackageBundle, generate_key_package
from privity.mls.group.join import open_group_info, open_group_secrets
from privity.mls.messages.welcome import Welcome
from privity.mls.rules import CommitView
from privity.policy.room_rules import no_franking_key
from privity.policy.room_suites import ORDINARY

SUITE = ORDINARY


class _NoRules(AnyLeaf):
    """What the operator's own device holds itself to."""

    __slots__ = ()

    def check_commit(self, change: CommitView) -> None:
        pass


def no_rules() -> AnyLeaf:
    return _NoRules(lambda *_: None, no_franking_key)


@dataclass(frozen=True, slots=True, repr=False)
class Ghost:
    """It names itself a device of the person it wants to overhear. No key of that person is in it."""

    user_uri: str
    client_uri: ClientUri
    account_private: bytes
    recovery_private: bytes
    identity: Identity
    bundle: KeyPackageBundle
    now_s: int

    @classmethod
    def of(cls, user_uri: str, now_ms: int) -> Ghost:
        client_uri = new_client_uri(user_uri, os.urandom)
        private, public = generate_signature_key(SUITE, os.urandom)
        identity = Identity(SUITE, make_credential(client_uri), private, public)
        account_private, _ = generate_signature_key(SUITE, os.urandom)
        recovery_private, _ = generate_signature_key(SUITE, os.urandom)
        now_s = now_ms // 1000
        bundle = generate_key_package(
            identity, now=now_s, lifetime_s=LIFETIME_S, capabilities=CAPABILITIES, random=os.urandom
        )
        return cls(user_uri, client_uri, account_private, recovery_private, identity, bundle, now_s)

    def __repr__(self) -> str:
        return f"<Ghost {self.client_uri}>"

    @property
    def listed(self) -> ListedDevice:
        return ListedDevice(self.client_uri, self.identity.signature_public, self.now_s * 1000)

    def first_list(self) -> DeviceList:
        """A whole account of the operator's under somebody else's address."""
        return DeviceList.sign(
            self.user_uri, (self.listed,), self.account_private, recovery_private=self.recovery_private
        )

    def reset_after(self, newest: DeviceList, in_force: DeviceList) -> DeviceList:
        """The only list of an account with a past that needs none of its keys."""
        return DeviceList.sign(
            self.user_uri,
            (self.listed,),
            self.account_private,
            recovery_private=self.recovery_private,
            previous=newest,
            in_force=in_force,
            reset=True,
        )

    def is_let_in_by(self, welcome: bytes | None) -> bool:
        """Whether a Welcome gives the ghost the secrets of its conversation; the tree every hub has anyway."""
        if welcome is None:
            return False
        sealed = Welcome.decode(welcome)
        try:
            secrets = open_group_secrets(SUITE, sealed, self.bundle)
            open_group_info(SUITE, sealed, secrets.joiner_secret, bytes(SUITE.nh))
        except MlsError:
            return False
        return True
