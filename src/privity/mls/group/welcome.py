# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""GroupInfo and Welcome of an epoch (RFC 9420 section 12.4.3)."""

from __future__ import annotations

from privity.mls.crypto import Random, SigningKey
from privity.mls.group.epoch import Epoch
from privity.mls.messages.codepoints import RATCHET_TREE
from privity.mls.messages.commit import HPKECiphertext
from privity.mls.messages.extensions import Extension, Extensions, external_pub_extension
from privity.mls.messages.grease import grease_extension, pick
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.psk import PreSharedKeyID
from privity.mls.messages.welcome import EncryptedGroupSecrets, GroupSecrets, PathSecret, Welcome
from privity.mls.rules import AddedMember
from privity.mls.schedule import hpke, key_schedule
from privity.mls.schedule.key_schedule import NewEpoch
from privity.mls.schedule.path_secrets import PathSecrets
from privity.mls.suites import CipherSuite

WELCOME_LABEL = b"Welcome"


def make_group_info(epoch: Epoch, signer: SigningKey, *, with_tree: bool) -> GroupInfo:
    """A GroupInfo of this epoch, good for external commits, with or without the tree inside."""
    external = key_schedule.external_public_key(epoch.suite, epoch.secrets.external_secret)
    extensions: Extensions = (external_pub_extension(external), grease_extension(pick(external)))
    if with_tree:
        extensions = (*extensions, Extension(RATCHET_TREE, epoch.public.tree.encode()))
    return GroupInfo.signed(
        epoch.suite,
        signer,
        group_context=epoch.public.context,
        extensions=extensions,
        confirmation_tag=epoch.confirmation_tag,
        signer=epoch.own_leaf,
    )


def make_welcome(
    suite: CipherSuite,
    group_info: GroupInfo,
    new: NewEpoch,
    added: tuple[AddedMember, ...],
    path: PathSecrets | None,
    psks: tuple[PreSharedKeyID, ...],
    random: Random,
) -> Welcome:
    """One Welcome for all who were added. The HPKE context over the sealed GroupInfo is computed once."""
    key, nonce = key_schedule.welcome_key(suite, new.welcome_secret)
    sealed_info = hpke.aead(suite, key).encrypt(nonce, group_info.encode(), b"")
    shared = hpke.schedule_context(suite, hpke.label_info(WELCOME_LABEL, sealed_info))
    secrets: list[EncryptedGroupSecrets] = []
    for member in added:
        path_secret = path.for_leaf(member.leaf_index) if path is not None else None
        plain = GroupSecrets(new.joiner_secret, None if path_secret is None else PathSecret(path_secret), psks).encode()
        package = member.key_package
        sealed = hpke.seal_in_context(suite, package.init_key, shared, b"", plain, random)
        secrets.append(EncryptedGroupSecrets(package.reference(suite), HPKECiphertext(*sealed)))
    return Welcome(suite.id, tuple(secrets), sealed_info)
