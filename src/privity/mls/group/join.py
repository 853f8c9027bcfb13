# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Entering a group with a Welcome (RFC 9420 section 12.4.3.1)."""

from __future__ import annotations

from collections.abc import Collection

from cryptography.exceptions import InvalidTag

from privity.mls.errors import (
    DecryptionFailed,
    GroupInfoMismatch,
    NoMatchingSecrets,
    PskNonceLength,
    RepeatedPsk,
    WrongCipherSuite,
)
from privity.mls.group.epoch import begin
from privity.mls.group.errors import GroupKnown, NotInTree
from privity.mls.group.identity import Identity, KeyPackageBundle
from privity.mls.group.state import GroupState
from privity.mls.group.succession import check_follows, find_link, with_predecessor
from privity.mls.group.welcome import WELCOME_LABEL
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.psk import PreSharedKeyID
from privity.mls.messages.welcome import GroupSecrets, Welcome
from privity.mls.rules import Rules
from privity.mls.schedule import hpke, key_schedule
from privity.mls.schedule.path_secrets import check_held, path_from_welcome
from privity.mls.schedule.psk import PskLookup, look_up_all, psk_secret
from privity.mls.suites import CipherSuite, check_admitted
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.group_info import verify_group_info
from privity.mls.validation.lists import check_psk_count


def join(
    welcome: Welcome,
    bundle: KeyPackageBundle,
    identity: Identity,
    ratchet_tree: bytes | None,
    rules: Rules,
    psks: PskLookup | None,
    predecessor: GroupState | None,
    known_groups: Collection[bytes],
    *,
    now: int,
) -> GroupState:
    """Open our part of a Welcome, check the group that it leads to, and enter."""
    suite = identity.suite
    check_admitted(suite, rules.suites)
    if not welcome.cipher_suite == bundle.key_package.cipher_suite == suite.id:
        raise WrongCipherSuite(
            f"a Welcome of suite {welcome.cipher_suite} for a KeyPackage of suite {bundle.key_package.cipher_suite}"
        )
    secrets = open_group_secrets(suite, welcome, bundle)
    _check_psks(suite, secrets.psks)
    link = find_link(secrets.psks, predecessor)
    mixed = psk_secret(suite, look_up_all(secrets.psks, with_predecessor(predecessor, psks)))
    info = open_group_info(suite, welcome, secrets.joiner_secret, mixed)
    context = info.group_context
    if context.cipher_suite != suite.id:
        raise WrongCipherSuite(f"a group of suite {context.cipher_suite}, expected {suite.id}")
    check_group_unknown(context.group_id, known_groups)
    verified = verify_group_info(info, ratchet_tree, rules, now)
    public = verified.state
    if link is not None and predecessor is not None:
        check_follows(link, predecessor, public, rules)
    own = find_own_leaf(public.tree, bundle.key_package)
    if own == info.signer:
        raise GroupInfoMismatch("the Welcome is signed by our own leaf")
    keys = {2 * own: bundle.leaf_private}
    if secrets.path_secret is not None:
        keys |= path_from_welcome(public.tree, info.signer, own, secrets.path_secret.path_secret).keys()
    check_held(public.tree, own, keys)
    encoded = context.encode()
    new = key_schedule.new_epoch(suite, secrets.joiner_secret, mixed, encoded)
    state = GroupState(
        identity, rules, begin(public, encoded, info.confirmation_tag, own, new, keys), added_by=info.signer
    )
    state.record_all()
    return state


def open_group_secrets(suite: CipherSuite, welcome: Welcome, bundle: KeyPackageBundle) -> GroupSecrets:
    """The secrets sealed to our KeyPackage. Raises NoMatchingSecrets or DecryptionFailed."""
    reference = bundle.key_package.reference(suite)
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


def check_group_unknown(group_id: bytes, known_groups: Collection[bytes]) -> None:
    """Raise GroupKnown for a group that has the id of one that we are in (section 12.4.3)."""
    if group_id in known_groups:
        raise GroupKnown(f"group {group_id.hex()} is one that we are in already")


def _check_psks(suite: CipherSuite, names: tuple[PreSharedKeyID, ...]) -> None:
    """Each key once, no more than can be counted, and each under a nonce of the right length (section 8.4)."""
    check_psk_count(len(names))
    if len(set(names)) != len(names):
        raise RepeatedPsk("the Welcome names the same PreSharedKeyID twice")
    for name in names:
        if len(name.nonce) != suite.nh:
            raise PskNonceLength(f"the PSK nonce has {len(name.nonce)} bytes, expected {suite.nh}")
