# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Entering with a Welcome."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls.errors import CredentialRefused
from privity.mls.messages.codepoints import APPLICATION_ID, EXTERNAL_PUB, RATCHET_TREE
from privity.mls.messages.extensions import Extension, external_senders_extension
from privity.mls.messages.psk import ExternalPsk, PreSharedKeyID, ResumptionPsk, ResumptionUsage
from privity.mls.messages.welcome import PathSecret
from tests.mls.checks.showing import raises_check, shows
from tests.mls.checks.valid_arrival import Invitation, invitation
from tests.mls.checks.valid_commit import flipped
from tests.mls.group.builders import GROUP_ID, agree

UNKNOWN = Extension(0xF00F, b"x")


@pytest.fixture
def invited() -> Invitation:
    return invitation()


def test_what_is_sealed_anew_is_the_same_group(invited: Invitation) -> None:
    invited.guest.group = invited.enter(invited.arrival(invited.sealed(invited.signed())))
    invited.host.group.merge_pending()
    assert agree([invited.host, invited.guest])


# What it is told (12.4.3)


@shows("12.4.3-1")
def test_an_extension_of_the_group_that_we_do_not_support(invited: Invitation) -> None:
    context = invited.info.group_context
    known = replace(context, extensions=(external_senders_extension(()),))
    unknown = replace(context, extensions=(*known.extensions, UNKNOWN))
    valid = invited.arrival(invited.sealed(invited.signed(group_context=known)))
    broken = invited.arrival(invited.sealed(invited.signed(group_context=unknown)))
    invited.refuses("12.4.3-1", broken, valid)


@shows("12.4.3-2")
def test_a_group_that_we_are_in_already(invited: Invitation) -> None:
    valid = invited.arrival(known_groups={b"another one", GROUP_ID[:-1]})
    invited.refuses("12.4.3-2", replace(valid, known_groups={b"another one", GROUP_ID}), valid)


@shows("12.4.3-3")
def test_a_group_info_that_its_signer_did_not_sign(invited: Invitation) -> None:
    good = invited.signed()
    for signature in (flipped(good.signature), b"", bytes(64)):
        invited.refuses("12.4.3-3", invited.arrival(invited.sealed(replace(good, signature=signature))))
    for other in (1, 2, 3):
        invited.refuses("12.4.3-3", invited.arrival(invited.sealed(replace(good, signer=other))))
        invited.refuses("12.4.3-3", invited.arrival(invited.sealed(invited.signed(signer=other))))


@pytest.mark.parametrize("index", [4, 7, (1 << 32) - 1])
@shows("12.4.3-4")
def test_a_group_info_of_nobody(invited: Invitation, index: int) -> None:
    invited.refuses("12.4.3-4", invited.arrival(invited.sealed(invited.signed(signer=index))))


@shows("12.4.3-6")
def test_unknown_extensions_of_a_group_info_are_passed_over(invited: Invitation) -> None:
    more = (*invited.info.extensions, UNKNOWN, Extension(0x0A0A, b""), Extension(0xEAEA, b"grease"))
    invited.guest.group = invited.enter(invited.arrival(invited.sealed(invited.signed(extensions=more))))
    invited.host.group.merge_pending()
    assert agree([invited.host, invited.guest])


@pytest.mark.parametrize("kind", [APPLICATION_ID, RATCHET_TREE, EXTERNAL_PUB])
@shows("12.4.3-7")
def test_an_extension_that_belongs_elsewhere(invited: Invitation, kind: int) -> None:
    context = replace(invited.info.group_context, extensions=(Extension(kind, b""),))
    invited.refuses("12.4.3-7", invited.arrival(invited.sealed(invited.signed(group_context=context))))


# The Welcome (12.4.3.1)


@shows("12.4.3.1-1")
def test_a_welcome_for_another_key_package(invited: Invitation) -> None:
    invited.enter(invited.arrival())
    invited.guest.bundle = invited.guest.new_bundle()
    with raises_check("12.4.3.1-1"):
        invited.enter(invited.arrival())


@shows("12.4.3.1-1")
def test_a_welcome_whose_reference_is_another(invited: Invitation) -> None:
    (each,) = invited.welcome.secrets
    other = replace(each, new_member=flipped(each.new_member))
    invited.refuses("12.4.3.1-1", invited.arrival(replace(invited.welcome, secrets=(other,))))
    invited.refuses("12.4.3.1-1", invited.arrival(replace(invited.welcome, secrets=())))


@shows("12.4.3.1-2")
def test_a_welcome_of_another_suite(invited: Invitation) -> None:
    for other in (0, 2, 3, 0xFFFF):
        invited.refuses("12.4.3.1-2", invited.arrival(replace(invited.welcome, cipher_suite=other)))


@shows("12.4.3.1-3")
def test_secrets_that_do_not_open(invited: Invitation) -> None:
    (each,) = invited.welcome.secrets
    sealed = each.encrypted_group_secrets
    for broken in (
        replace(sealed, ciphertext=flipped(sealed.ciphertext)),
        replace(sealed, kem_output=flipped(sealed.kem_output, 0)),
        replace(sealed, ciphertext=b""),
    ):
        changed = replace(invited.welcome, secrets=(replace(each, encrypted_group_secrets=broken),))
        invited.refuses("12.4.3.1-3", invited.arrival(changed))


@shows("12.4.3.1-3")
def test_secrets_of_another_group_info(invited: Invitation) -> None:
    """They are sealed for the very bytes of the GroupInfo beside them."""
    other = invited.sealed(invited.signed(extensions=()))
    invited.refuses("12.4.3.1-3", invited.arrival(replace(other, secrets=invited.welcome.secrets)))


PSK = ExternalPsk(b"shared words", b"n" * 32)


@pytest.fixture
def sworn() -> Invitation:
    """An invitation with a PSK."""
    known: dict[PreSharedKeyID, bytes] = {PSK: b"key"}
    return invitation(psks=known.get, psk_ids=[PSK])


@shows("12.4.3.1-4")
def test_a_psk_that_is_not_at_hand(sworn: Invitation) -> None:
    other: dict[PreSharedKeyID, bytes] = {ExternalPsk(b"others", PSK.nonce): b"key"}
    for held in ({}, other):
        sworn.refuses("12.4.3.1-4", sworn.arrival(psks=held.get))


@shows("12.4.3.1-9")
def test_another_key_under_the_name_of_a_psk(sworn: Invitation) -> None:
    sworn.refuses("12.4.3.1-9", sworn.arrival(psks={PSK: b"yek"}.get))


LINK = ResumptionPsk(ResumptionUsage.BRANCH, b"old group", 3, bytes(32))


@shows("12.4.3.1-6")
def test_a_welcome_that_follows_an_unexpected_group(invited: Invitation) -> None:
    for usage in (ResumptionUsage.BRANCH, ResumptionUsage.REINIT):
        linked = replace(invited.secrets, psks=(replace(LINK, usage=usage),))
        invited.refuses("12.4.3.1-6", invited.arrival(invited.sealed(secrets=linked)))


@shows("12.4.3.1-7")
def test_a_psk_that_is_named_twice(sworn: Invitation) -> None:
    twice = replace(sworn.secrets, psks=(PSK, PSK))
    sworn.refuses("12.4.3.1-7", sworn.arrival(sworn.sealed(secrets=twice)))


@pytest.mark.parametrize("nonce", [b"", b"n" * 31, b"n" * 33])
@shows("12.4.3.1-8")
def test_a_nonce_of_another_length(sworn: Invitation, nonce: bytes) -> None:
    short = replace(sworn.secrets, psks=(replace(PSK, nonce=nonce),))
    sworn.refuses("12.4.3.1-8", sworn.arrival(sworn.sealed(secrets=short)))


@shows("12.4.3.1-9")
def test_a_group_info_that_does_not_open(invited: Invitation) -> None:
    good = invited.sealed(invited.signed()).encrypted_group_info
    other = replace(invited.secrets, joiner_secret=flipped(invited.secrets.joiner_secret))
    invited.refuses("12.4.3.1-9", invited.arrival(invited.around(good, other)))
    for broken in (flipped(good), good[:-1], b""):
        invited.refuses("12.4.3.1-9", invited.arrival(invited.around(broken, invited.secrets)))


@shows("12.4.3.1-10")
def test_a_group_of_another_suite(invited: Invitation) -> None:
    context = replace(invited.info.group_context, cipher_suite=3)
    invited.refuses("12.4.3.1-10", invited.arrival(invited.sealed(invited.signed(group_context=context))))


@shows("12.4.3.1-11")
def test_another_tree(invited: Invitation) -> None:
    old = invited.host.group.tree.encode()
    invited.refuses("12.4.3.1-11", invited.arrival(tree=old))
    context = replace(invited.info.group_context, tree_hash=flipped(invited.info.group_context.tree_hash))
    invited.refuses("12.4.3.1-11", invited.arrival(invited.sealed(invited.signed(group_context=context))))


@shows("12.4.3.1-18")
def test_a_tree_without_us(invited: Invitation) -> None:
    old = invited.host.group.tree
    context = replace(invited.info.group_context, tree_hash=old.tree_hash)
    welcome = invited.sealed(invited.signed(group_context=context))
    invited.refuses("12.4.3.1-18", invited.arrival(welcome, tree=old.encode()))


@shows("12.4.3.1-18")
def test_a_tree_with_another_leaf_of_ours(invited: Invitation) -> None:
    host, guest = invited.host, invited.guest
    host.group.clear_pending()
    other = guest.new_bundle()
    swapped = Invitation(host, guest, host.commit(adds=[guest.bundle.key_package], force_path=True))
    host.group.clear_pending()
    pending = host.commit(adds=[other.key_package], force_path=True)
    context = replace(swapped.info.group_context, tree_hash=pending.staged.tree.tree_hash)
    plain = replace(swapped.secrets, path_secret=None)
    welcome = swapped.sealed(swapped.signed(group_context=context), plain)
    swapped.refuses("12.4.3.1-18", swapped.arrival(welcome, tree=pending.ratchet_tree))


@shows("12.4.3.1-19")
def test_another_path_secret(invited: Invitation) -> None:
    assert invited.secrets.path_secret is not None
    wrong = PathSecret(flipped(invited.secrets.path_secret.path_secret))
    changed = replace(invited.secrets, path_secret=wrong)
    invited.refuses("12.4.3.1-19", invited.arrival(invited.sealed(secrets=changed)))


@shows("12.4.3.1-19")
def test_a_path_secret_for_a_blank_node() -> None:
    pathless = invitation(update=False, force_path=False)
    assert pathless.secrets.path_secret is None
    changed = replace(pathless.secrets, path_secret=PathSecret(bytes(32)))
    pathless.refuses("12.4.3.1-19", pathless.arrival(pathless.sealed(secrets=changed)))


@shows("12.4.3.1-24")
def test_a_path_secret_that_is_left_out(invited: Invitation) -> None:
    without = replace(invited.secrets, path_secret=None)
    invited.refuses("12.4.3.1-24", invited.arrival(invited.sealed(secrets=without)))


@shows("12.4.3.1-20")
def test_another_confirmation_tag(invited: Invitation) -> None:
    tag = invited.info.confirmation_tag
    for other in (flipped(tag), tag[:-1], b""):
        invited.refuses("12.4.3.1-20", invited.arrival(invited.sealed(invited.signed(confirmation_tag=other))))


@shows("12.4.3.1-20")
def test_another_context_under_the_old_tag(invited: Invitation) -> None:
    context = invited.info.group_context
    tag = invited.info.confirmation_tag
    for other in (
        replace(context, epoch=context.epoch + 1),
        replace(context, confirmed_transcript_hash=flipped(context.confirmed_transcript_hash)),
        replace(context, extensions=(external_senders_extension(()),)),
    ):
        info = invited.signed(group_context=other, confirmation_tag=tag)
        invited.refuses("12.4.3.1-20", invited.arrival(invited.sealed(info)))


@shows("12.4.3.1-21")
def test_a_welcome_of_our_own_leaf(invited: Invitation) -> None:
    good = invited.signed(signer=3)
    key = invited.guest.identity.signature_private
    own = type(good).signed(
        invited.suite,
        key,
        group_context=good.group_context,
        extensions=good.extensions,
        confirmation_tag=good.confirmation_tag,
        signer=3,
    )
    invited.refuses("12.4.3.1-21", invited.arrival(invited.sealed(own)))


@shows("12.4.3.1-22")
def test_no_tree(invited: Invitation) -> None:
    invited.refuses("12.4.3.1-22", invited.arrival(tree=None))


@shows("12.4.3.1-23")
def test_a_member_that_the_application_refuses(invited: Invitation) -> None:
    invited.enter(invited.arrival())
    invited.guest.rules.refused = frozenset({b"cyd"})
    with pytest.raises(CredentialRefused):
        invited.enter(invited.arrival())
