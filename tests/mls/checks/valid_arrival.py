# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A Welcome opened as its newcomer could, changed in one place, and sealed again with all that depends on the change
made anew, so that only the change itself can be what is refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from privity.mls.group import Group, PendingCommit
from privity.mls.group.join import open_group_info, open_group_secrets
from privity.mls.group.welcome import WELCOME_LABEL
from privity.mls.messages.commit import HPKECiphertext
from privity.mls.messages.envelope import decode_welcome
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.psk import PreSharedKeyID
from privity.mls.messages.welcome import EncryptedGroupSecrets, GroupSecrets, Welcome
from privity.mls.schedule import hpke, key_schedule
from privity.mls.schedule.psk import PskLookup, look_up_all, psk_secret
from tests.mls.checks.showing import breaks
from tests.mls.group.builders import NOW, Member, room


@dataclass
class Arrival:
    """What a newcomer is handed."""

    welcome: Welcome
    tree: bytes | None
    psks: PskLookup | None = None
    predecessor: Group | None = None
    known_groups: Collection[bytes] = ()


class Invitation:
    """A commit of the host that adds the guest."""

    def __init__(self, host: Member, guest: Member, pending: PendingCommit, psks: PskLookup | None = None) -> None:
        assert pending.welcome is not None
        self.host, self.guest = host, guest
        self.suite = guest.identity.suite
        self.psks = psks
        self.tree = pending.ratchet_tree
        self.welcome = decode_welcome(pending.welcome)
        self.secrets = open_group_secrets(self.suite, self.welcome, guest.bundle)
        self.info = open_group_info(
            self.suite, self.welcome, self.secrets.joiner_secret, self._mixed(self.secrets.psks)
        )

    def _mixed(self, names: tuple[PreSharedKeyID, ...]) -> bytes:
        return psk_secret(self.suite, look_up_all(names, self.psks or (lambda _: None)))

    def arrival(self, welcome: Welcome | None = None, **changes: Any) -> Arrival:
        """What the guest is handed, the Welcome or something beside it changed."""
        return replace(Arrival(welcome or self.welcome, self.tree, self.psks), **changes)

    def enter(self, arrival: Arrival) -> Group:
        guest = self.guest
        return Group.join(
            arrival.welcome,
            guest.bundle,
            guest.identity,
            ratchet_tree=arrival.tree,
            rules=guest.rules,
            now=NOW,
            psks=arrival.psks,
            predecessor=arrival.predecessor,
            known_groups=arrival.known_groups,
        )

    def signed(self, **changes: Any) -> GroupInfo:
        """The GroupInfo with parts changed, the confirmation tag of its context, and the host's signature."""
        draft = replace(self.info, **changes)
        return GroupInfo.signed(
            self.suite,
            self.host.identity.signature_private,
            group_context=draft.group_context,
            extensions=draft.extensions,
            confirmation_tag=draft.confirmation_tag if "confirmation_tag" in changes else self._tag(draft),
            signer=draft.signer,
        )

    def _tag(self, info: GroupInfo) -> bytes:
        context = info.group_context
        mixed = self._mixed(self.secrets.psks)
        new = key_schedule.new_epoch(self.suite, self.secrets.joiner_secret, mixed, context.encode())
        return key_schedule.confirmation_tag(
            self.suite, new.secrets.confirmation_key, context.confirmed_transcript_hash
        )

    def sealed(self, info: GroupInfo | None = None, secrets: GroupSecrets | None = None) -> Welcome:
        """A Welcome with this inside."""
        inside = secrets or self.secrets
        held = [name for name in inside.psks if self.psks is not None and self.psks(name) is not None]
        mixed = self._mixed(inside.psks if len(held) == len(inside.psks) else ())
        secret = key_schedule.welcome_secret(self.suite, inside.joiner_secret, mixed)
        key, nonce = key_schedule.welcome_key(self.suite, secret)
        return self.around(hpke.aead(self.suite, key).encrypt(nonce, (info or self.info).encode(), b""), inside)

    def around(self, sealed_info: bytes, inside: GroupSecrets) -> Welcome:
        """A Welcome of these two parts."""
        package = self.guest.bundle.key_package
        sealed = hpke.encrypt_with_label(
            self.suite, package.init_key, WELCOME_LABEL, sealed_info, inside.encode(), self.guest.random
        )
        each = EncryptedGroupSecrets(package.reference(), HPKECiphertext(*sealed))
        return Welcome(self.suite.id, (each,), sealed_info)

    def refuses(self, number: str, broken: Arrival, valid: Arrival | None = None) -> None:
        """The guest can enter as it was invited, sealed anew, and refuses the changed invitation."""
        breaks(number, self.enter, valid or self.arrival(self.sealed(self.signed())), broken)


def invitation(*, update: bool = True, psks: PskLookup | None = None, **commit: Any) -> Invitation:
    """Ana invites ben into her group with cyd and dov, in which all have committed once."""
    host, *_ = room("ana", "cyd", "dov", update=update)
    guest = Member("ben")
    request: dict[str, Any] = {"adds": [guest.bundle.key_package], "force_path": True, "psks": psks, **commit}
    return Invitation(host, guest, host.commit(**request), psks)
