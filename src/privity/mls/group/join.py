# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Entering a group with a Welcome (RFC 9420 section 12.4.3.1)."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag

from privity.mls.errors import (
    BadPsk,
    DecryptionFailed,
    GroupInfoMismatch,
    NoMatchingSecrets,
    RepeatedPsk,
    WrongCipherSuite,
)
from privity.mls.group.epoch import begin
from privity.mls.group.errors import NotInTree
from privity.mls.group.identity import Identity, KeyPackageBundle
from privity.mls.group.state import GroupState
from privity.mls.group.welcome import WELCOME_LABEL
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.psk import PreSharedKeyID, ResumptionPsk, ResumptionUsage
from privity.mls.messages.welcome import GroupSecrets, Welcome
from privity.mls.rules import Rules
from privity.mls.schedule import hpke, key_schedule
from privity.mls.schedule.path_secrets import path_from_welcome
from privity.mls.schedule.psk import PskLookup, look_up_all, psk_secret
from privity.mls.suites import CipherSuite
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.group_info import verify_group_info


def join(
    welcome: Welcome,
    bundle: KeyPackageBundle,
    identity: Identity,
    *,
    ratchet_tree: bytes | None,
    rules: Rules,
    now: int,
    psks: PskLookup | None,
) -> GroupState:
    """Open our part of a Welcome, check the group that it leads to, and enter."""
    suite = identity.suite
    if not welcome.cipher_suite == bundle.key_package.cipher_suite == suite.id:
        raise WrongCipherSuite(
            f"a Welcome of suite {welcome.cipher_suite} for a KeyPackage of suite {bundle.key_package.cipher_suite}"
        )
    secrets = open_group_secrets(suite, welcome, bundle)
    _check_psks(secrets.psks)
    mixed = psk_secret(suite, look_up_all(secrets.psks, psks or _no_psk))
    info = open_group_info(suite, welcome, secrets.joiner_secret, mixed)
    context = info.group_context
    if context.cipher_suite != suite.id:
        raise WrongCipherSuite(f"a group of suite {context.cipher_suite}, expected {suite.id}")
    verified = verify_group_info(info, ratchet_tree, rules, now)
    public = verified.state
    own = find_own_leaf(public.tree, bundle.key_package)
    if own == info.signer:
        raise GroupInfoMismatch("the Welcome is signed by our own leaf")
    keys = {2 * own: bundle.leaf_private}
    if secrets.path_secret is not None:
        keys |= path_from_welcome(public.tree, info.signer, own, secrets.path_secret.path_secret).keys()
    encoded = context.encode()
    new = key_schedule.new_epoch(suite, secrets.joiner_secret, mixed, encoded)
    state = GroupState(
        identity, rules, begin(public, encoded, info.confirmation_tag, own, new, keys), added_by=info.signer
    )
    state.record_all()
    return state


def open_group_secrets(suite: CipherSuite, welcome: Welcome, bundle: KeyPackageBundle) -> GroupSecrets:
    """The secrets sealed to our KeyPackage. Raises NoMatchingSecrets or DecryptionFailed."""
    reference = bundle.key_package.reference()
    for each in welcome.secrets:
        if each.new_member == reference:
            sealed = each.encrypted_group_secrets
            plain = hpke.decrypt_with_label(
                suite,
                bundle.init_private,
                WELCOME_LABEL,
                welcome.encrypted_group_info,
                sealed.kem_output,
                sealed.ciphertext,
            )
            return GroupSecrets.decode(plain)
    raise NoMatchingSecrets("the Welcome has no secrets for this KeyPackage")


def open_group_info(suite: CipherSuite, welcome: Welcome, joiner: bytes, mixed_psks: bytes) -> GroupInfo:
    """The sealed GroupInfo; nothing in it is verified yet."""
    key, nonce = key_schedule.welcome_key(suite, key_schedule.welcome_secret(suite, joiner, mixed_psks))
    try:
        plain = hpke.aead(suite, key).decrypt(nonce, welcome.encrypted_group_info, b"")
    except InvalidTag:
        raise DecryptionFailed("the GroupInfo of the Welcome does not open with its joiner secret") from None
    return GroupInfo.decode(plain)


def find_own_leaf(tree: RatchetTree, package: KeyPackage) -> int:
    """The leaf index where our KeyPackage was put, or NotInTree."""
    expected = package.leaf_node
    index = tree.find_signature_key(expected.signature_key)
    if index is None or tree.leaf(index) != expected:
        raise NotInTree("the tree of the Welcome does not hold the leaf of our KeyPackage")
    return index


def _check_psks(names: tuple[PreSharedKeyID, ...]) -> None:
    """Each key once, and none that would make this a branch or a re-initialised group, which we do not enter."""
    if len(set(names)) != len(names):
        raise RepeatedPsk("the Welcome names the same PreSharedKeyID twice")
    for name in names:
        if isinstance(name, ResumptionPsk) and name.usage != ResumptionUsage.APPLICATION:
            raise BadPsk(f"a Welcome for {name.usage.name}, expected one into an ordinary group")


def _no_psk(_: PreSharedKeyID) -> bytes | None:
    return None
