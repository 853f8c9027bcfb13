# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Each test takes something valid, breaks exactly one thing, and expects that thing's own error and no change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from privity.mls.errors import (
    BadConfirmationTag,
    BadMembershipTag,
    BadPadding,
    BadSignature,
    CredentialRefused,
    DecryptionFailed,
    LifetimeOver,
    MlsError,
    NoMatchingSecrets,
    ProtocolError,
    PskUsage,
    RepeatedPsk,
    TrailingBytes,
    TreeHashMismatch,
    UnknownProposalReference,
    UnknownPsk,
    WrongCipherSuite,
    WrongEpoch,
    WrongGroup,
    WrongWireFormat,
)
from privity.mls.group import NotInTree, StagedCommit, UnknownOwnUpdate
from privity.mls.group.identity import KeyPackageBundle
from privity.mls.group.join import open_group_info, open_group_secrets
from privity.mls.group.welcome import WELCOME_LABEL
from privity.mls.messages.codepoints import PRIVATE_MESSAGE
from privity.mls.messages.commit import Ciphertexts, Commit, HPKECiphertext, ProposalRef, UpdatePathNode
from privity.mls.messages.envelope import MLSMessage, PrivateMessage, PublicMessage, decode_welcome
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.psk import ExternalPsk, PreSharedKeyID, ResumptionPsk, ResumptionUsage
from privity.mls.messages.welcome import EncryptedGroupSecrets, GroupSecrets, PathSecret, Welcome
from privity.mls.schedule import hpke, key_schedule, protect
from privity.mls.schedule.errors import PathSecretMismatch
from privity.mls.schedule.kdf import expand_with_label
from privity.mls.schedule.secret_tree import Kind
from tests.mls.group.builders import NOW, Member, accept, agree, room, snapshot


def flipped(data: bytes, at: int = -1) -> bytes:
    """The same bytes with one bit turned."""
    out = bytearray(data)
    out[at] ^= 1
    return bytes(out)


def refuses(member: Member, message: bytes, error: type[MlsError]) -> None:
    """The member raises exactly this error and its stored state stays as it was."""
    before = snapshot(member)
    with pytest.raises(error) as caught:
        member.process(message)
    assert type(caught.value) is error
    assert snapshot(member) == before


def public(message: bytes) -> PublicMessage:
    body = MLSMessage.decode(message).body
    assert isinstance(body, PublicMessage)
    return body


def private(message: bytes) -> PrivateMessage:
    body = MLSMessage.decode(message).body
    assert isinstance(body, PrivateMessage)
    return body


def retagged(sender: Member, auth: AuthenticatedContent) -> bytes:
    """A member's content with a membership tag that is right, whatever else is wrong with it."""
    epoch = sender.group._state.epoch
    tag = protect.membership_tag(epoch.suite, epoch.secrets.membership_key, auth, epoch.context)
    return MLSMessage(PublicMessage.of(auth, tag)).encode()


def test_tampered_membership_tag_is_refused() -> None:
    ana, ben = room("ana", "ben")
    good = public(ana.commit(force_path=True).message)
    assert good.membership_tag is not None
    refuses(ben, MLSMessage(replace(good, membership_tag=flipped(good.membership_tag))).encode(), BadMembershipTag)


def test_tampered_signature_is_refused_even_with_a_right_membership_tag() -> None:
    ana, ben = room("ana", "ben")
    auth = public(ana.commit(force_path=True).message).authenticated
    refuses(ben, retagged(ana, replace(auth, signature=flipped(auth.signature))), BadSignature)
    refuses(ben, retagged(ana, replace(auth, signature=b"")), BadSignature)


def test_tampered_confirmation_tag_is_refused() -> None:
    ana, ben = room("ana", "ben")
    auth = public(ana.commit(force_path=True).message).authenticated
    assert auth.confirmation_tag is not None
    refuses(ben, retagged(ana, auth.with_confirmation_tag(flipped(auth.confirmation_tag))), BadConfirmationTag)
    refuses(ben, retagged(ana, auth.with_confirmation_tag(b"")), BadConfirmationTag)


def test_tampered_ciphertext_is_refused_and_the_right_one_still_opens() -> None:
    ana, ben = room("ana", "ben")
    message = ana.say(b"hello", aad=b"aad")
    good = private(message)
    for bad in (
        replace(good, ciphertext=flipped(good.ciphertext)),
        replace(good, ciphertext=flipped(good.ciphertext, 0)),
        replace(good, ciphertext=b""),
        replace(good, encrypted_sender_data=flipped(good.encrypted_sender_data)),
        replace(good, authenticated_data=b"oad"),
        replace(good, content_type=3),
    ):
        refuses(ben, MLSMessage(bad).encode(), DecryptionFailed)
    assert ben.read(message).plaintext == b"hello"


def test_a_member_cannot_speak_for_another() -> None:
    """Ben seals with the group's keys as if he were ana; only the signature gives him away."""
    ana, ben, cyd = room("ana", "ben", "cyd")
    epoch = ben.group._state.epoch
    content = FramedContent(epoch.group_id, epoch.number, Sender.member(0), b"", b"I, ana, owe you money")
    auth = AuthenticatedContent.signed(
        epoch.suite, ben.identity.signature_private, content, epoch.context, PRIVATE_MESSAGE
    )
    step = epoch.messages.look_up(0, Kind.APPLICATION, 0, ben.group._state.window)
    sealed = protect.seal_private(epoch.suite, epoch.secrets.sender_data_secret, step, auth, random=ben.random)
    refuses(cyd, MLSMessage(sealed).encode(), BadSignature)
    assert cyd.read(ana.say(b"still readable")).generation == 0


def test_padding_that_is_not_zero_is_refused() -> None:
    ana, ben = room("ana", "ben")
    epoch = ana.group._state.epoch
    content = FramedContent(epoch.group_id, epoch.number, Sender.member(0), b"", b"text")
    auth = AuthenticatedContent.signed(
        epoch.suite, ana.identity.signature_private, content, epoch.context, PRIVATE_MESSAGE
    )
    step = epoch.messages.next_to_send(0, Kind.APPLICATION)
    good = protect.seal_private(epoch.suite, epoch.secrets.sender_data_secret, step, auth, padding_to=64, random=bytes)
    aad_head = MLSMessage(replace(good, encrypted_sender_data=b"", ciphertext=b"")).encode()[4:-2]
    cipher = hpke.aead(epoch.suite, step.key)
    plain = cipher.decrypt(step.nonce, good.ciphertext, aad_head)
    ciphertext = cipher.encrypt(step.nonce, flipped(plain), aad_head)
    secret = epoch.secrets.sender_data_secret
    sample = ciphertext[: epoch.suite.nh]
    key = expand_with_label(epoch.suite, secret, b"key", sample, epoch.suite.nk)
    nonce = expand_with_label(epoch.suite, secret, b"nonce", sample, epoch.suite.nn)
    sender = protect.SenderData(0, 0, bytes(4)).encode()
    sealed_sender = hpke.aead(epoch.suite, key).encrypt(nonce, sender, aad_head[:-1])
    refuses(
        ben, MLSMessage(replace(good, ciphertext=ciphertext, encrypted_sender_data=sealed_sender)).encode(), BadPadding
    )


def test_messages_of_other_groups_epochs_and_kinds_are_refused() -> None:
    ana, ben = room("ana", "ben")
    good = private(ana.say(b"x"))
    refuses(ben, MLSMessage(replace(good, group_id=b"another")).encode(), WrongGroup)
    refuses(ben, MLSMessage(replace(good, epoch=2)).encode(), WrongEpoch)
    refuses(ben, ana.group.group_info(), WrongWireFormat)
    refuses(ben, MLSMessage(good).encode() + b"\0", TrailingBytes)


def test_a_commit_that_names_an_unknown_proposal_is_refused() -> None:
    ana, ben = room("ana", "ben")
    proposal = ana.group.propose_remove(1, random=ana.random, now=NOW)
    auth = public(proposal).authenticated
    content = replace(auth.content, body=Commit((ProposalRef(auth.reference(ana.group.suite)),), None))
    content = FramedContent(content.group_id, content.epoch, content.sender, b"", content.body)
    signed = AuthenticatedContent.signed(
        ana.group.suite, ana.identity.signature_private, content, ana.group.context_bytes
    ).with_confirmation_tag(b"tag")
    refuses(ben, retagged(ana, signed), UnknownProposalReference)


def test_every_bit_of_a_path_matters() -> None:
    """A path ciphertext is changed and everything public around it signed anew: the secrets do not fit."""
    ana, ben, cyd = room("ana", "ben", "cyd", update=True)
    pending = ana.commit(force_path=True)
    auth = public(pending.message).authenticated
    body = auth.content.body
    assert isinstance(body, Commit)
    assert body.path is not None
    for change in (_flip_ciphertexts, _flip_kem_outputs):
        path = replace(body.path, nodes=tuple(change(node) for node in body.path.nodes))
        content = FramedContent(
            auth.content.group_id, auth.content.epoch, auth.content.sender, b"", Commit(body.proposals, path)
        )
        signed = AuthenticatedContent.signed(
            ana.group.suite, ana.identity.signature_private, content, ana.group.context_bytes
        ).with_confirmation_tag(auth.confirmation_tag or b"")
        before = snapshot(ben)
        with pytest.raises(DecryptionFailed):
            ben.process(retagged(ana, signed))
        assert snapshot(ben) == before
    accept(pending, [ana, ben, cyd])
    assert agree([ana, ben, cyd])


def _flip_ciphertexts(node: UpdatePathNode) -> UpdatePathNode:
    sealed = [node.ciphertexts[at] for at in range(len(node.ciphertexts))]
    return replace(
        node, ciphertexts=Ciphertexts.of(HPKECiphertext(each.kem_output, flipped(each.ciphertext)) for each in sealed)
    )


def _flip_kem_outputs(node: UpdatePathNode) -> UpdatePathNode:
    sealed = [node.ciphertexts[at] for at in range(len(node.ciphertexts))]
    return replace(
        node,
        ciphertexts=Ciphertexts.of(HPKECiphertext(flipped(each.kem_output, 0), each.ciphertext) for each in sealed),
    )


# Welcome


class Invitation:
    """A Welcome by ana for ben, opened as ben could, so that a test can change one part and seal it again."""

    def __init__(self) -> None:
        self.ana, self.cyd, self.ben = Member("ana").create(), Member("cyd"), Member("ben")
        accept(self.ana.commit(adds=[self.cyd.bundle.key_package]), [self.ana], [self.cyd])
        self.pending = self.ana.commit(adds=[self.ben.bundle.key_package], force_path=True)
        assert self.pending.welcome is not None
        self.welcome = decode_welcome(self.pending.welcome)
        self.suite = self.ana.identity.suite
        self.secrets = open_group_secrets(self.suite, self.welcome, self.ben.bundle)
        self.info = open_group_info(self.suite, self.welcome, self.secrets.joiner_secret, bytes(32))

    def sealed(self, *, info: GroupInfo | None = None, secrets: GroupSecrets | None = None) -> Welcome:
        plain = info or self.info
        joiner = self.secrets.joiner_secret
        key, nonce = key_schedule.welcome_key(self.suite, key_schedule.welcome_secret(self.suite, joiner, bytes(32)))
        sealed_info = hpke.aead(self.suite, key).encrypt(nonce, plain.encode(), b"")
        package = self.ben.bundle.key_package
        sealed = hpke.encrypt_with_label(
            self.suite,
            package.init_key,
            WELCOME_LABEL,
            sealed_info,
            (secrets or self.secrets).encode(),
            self.ben.random,
        )
        each = EncryptedGroupSecrets(package.reference(), HPKECiphertext(*sealed))
        return Welcome(self.suite.id, (each,), sealed_info)

    def signed(self, **changes: object) -> GroupInfo:
        """The GroupInfo with one part changed and ana's signature made anew."""
        draft = replace(self.info, **changes)  # type: ignore[arg-type]  # the changes name fields of GroupInfo
        return GroupInfo.signed(
            self.suite,
            self.ana.identity.signature_private,
            group_context=draft.group_context,
            extensions=draft.extensions,
            confirmation_tag=draft.confirmation_tag,
            signer=draft.signer,
        )

    def refused(self, welcome: Welcome, error: type[ProtocolError], tree: bytes | None = None) -> None:
        with pytest.raises(error) as caught:
            self.ben.join(welcome, tree or self.pending.ratchet_tree)
        assert type(caught.value) is error


def test_an_invitation_sealed_anew_without_change_is_accepted() -> None:
    invitation = Invitation()
    invitation.ben.join(invitation.sealed(info=invitation.signed()), invitation.pending.ratchet_tree)
    accept(invitation.pending, [invitation.ana, invitation.cyd])
    assert agree([invitation.ana, invitation.ben, invitation.cyd])


def test_a_welcome_for_another_key_package_is_refused() -> None:
    invitation = Invitation()
    invitation.ben.bundle = invitation.ben.new_bundle()
    invitation.refused(invitation.welcome, NoMatchingSecrets)


def test_a_welcome_with_the_wrong_private_key_does_not_open() -> None:
    invitation = Invitation()
    other = invitation.ben.new_bundle()
    bundle = invitation.ben.bundle
    invitation.ben.bundle = KeyPackageBundle(bundle.key_package, other.init_private, bundle.leaf_private)
    invitation.refused(invitation.welcome, DecryptionFailed)


def test_a_tampered_welcome_is_refused() -> None:
    invitation = Invitation()
    welcome = invitation.welcome
    each = welcome.secrets[0]
    sealed = each.encrypted_group_secrets
    for bad in (
        replace(welcome, encrypted_group_info=flipped(welcome.encrypted_group_info)),
        replace(
            welcome,
            secrets=(replace(each, encrypted_group_secrets=replace(sealed, ciphertext=flipped(sealed.ciphertext))),),
        ),
        replace(
            welcome,
            secrets=(replace(each, encrypted_group_secrets=replace(sealed, kem_output=flipped(sealed.kem_output))),),
        ),
    ):
        invitation.refused(bad, DecryptionFailed)
    invitation.refused(replace(welcome, cipher_suite=3), WrongCipherSuite)


def test_a_tampered_group_info_signature_is_refused() -> None:
    invitation = Invitation()
    info = invitation.info
    bad = GroupInfo(info.group_context, info.extensions, info.confirmation_tag, info.signer, flipped(info.signature))
    invitation.refused(invitation.sealed(info=bad), BadSignature)
    invitation.refused(invitation.sealed(info=replace(bad, signature=b"")), BadSignature)


def test_a_group_info_signed_by_somebody_else_is_refused() -> None:
    invitation = Invitation()
    invitation.refused(invitation.sealed(info=invitation.signed(signer=1)), BadSignature)


def test_a_group_info_with_a_wrong_confirmation_tag_is_refused() -> None:
    invitation = Invitation()
    tag = flipped(invitation.info.confirmation_tag)
    invitation.refused(invitation.sealed(info=invitation.signed(confirmation_tag=tag)), BadConfirmationTag)


def test_a_welcome_with_another_tree_is_refused() -> None:
    invitation = Invitation()
    invitation.refused(invitation.welcome, TreeHashMismatch, tree=invitation.ana.group.tree.encode())


def test_a_welcome_to_a_tree_without_us_is_refused() -> None:
    invitation = Invitation()
    old = invitation.ana.group
    context = replace(invitation.info.group_context, tree_hash=old.tree.tree_hash)
    bad = invitation.sealed(info=invitation.signed(group_context=context))
    invitation.refused(bad, NotInTree, tree=old.tree.encode())


def test_a_welcome_with_a_wrong_path_secret_is_refused() -> None:
    invitation = Invitation()
    assert invitation.secrets.path_secret is not None
    wrong = PathSecret(flipped(invitation.secrets.path_secret.path_secret))
    bad = invitation.sealed(secrets=replace(invitation.secrets, path_secret=wrong))
    invitation.refused(bad, PathSecretMismatch)


def test_a_welcome_with_an_unknown_psk_is_refused() -> None:
    invitation = Invitation()
    named = replace(invitation.secrets, psks=(ExternalPsk(b"unknown", bytes(32)),))
    invitation.refused(invitation.sealed(secrets=named), UnknownPsk)


def test_a_welcome_that_misuses_pre_shared_keys_is_refused() -> None:
    invitation = Invitation()
    name = ExternalPsk(b"twice", bytes(32))
    twice = replace(invitation.secrets, psks=(name, name))
    invitation.refused(invitation.sealed(secrets=twice), RepeatedPsk)
    branch = replace(invitation.secrets, psks=(ResumptionPsk(ResumptionUsage.BRANCH, b"old", 3, bytes(32)),))
    invitation.refused(invitation.sealed(secrets=branch), PskUsage)


def test_a_welcome_into_a_room_with_a_refused_member_is_refused() -> None:
    invitation = Invitation()
    invitation.ben.rules.refused = frozenset({b"cyd"})
    invitation.refused(invitation.welcome, CredentialRefused)


def test_an_outdated_key_package_is_not_added() -> None:
    ana, ben = Member("ana").create(), Member("ben")
    ben.bundle = ben.new_bundle(lifetime_s=1800)
    before = snapshot(ana)
    with pytest.raises(LifetimeOver):
        ana.commit(adds=[ben.bundle.key_package])
    assert snapshot(ana) == before


# Pre-shared keys


def test_an_external_psk_is_mixed_in_and_a_wrong_one_noticed() -> None:
    ana, ben = room("ana", "ben")
    newcomer = Member("cyd")
    name = ExternalPsk(b"shared words", ana.random(32))

    def holder(key: bytes | None) -> Callable[[PreSharedKeyID], bytes | None]:
        return lambda asked: key if asked == name else None

    pending = ana.commit(adds=[newcomer.bundle.key_package], psk_ids=[name], psks=holder(b"key"))
    with pytest.raises(UnknownPsk):
        ben.process(pending.message)
    with pytest.raises(BadConfirmationTag):
        ben.group.process(pending.message, now=NOW, psks=holder(b"yek"))
    staged = ben.group.process(pending.message, now=NOW, psks=holder(b"key"))
    assert isinstance(staged, StagedCommit)
    ben.group.merge(staged)
    ana.group.merge_pending()
    assert agree([ana, ben])


def test_an_update_whose_private_key_is_gone_is_named() -> None:
    ana, ben = room("ana", "ben")
    proposal = ben.group.propose_update(random=ben.random, now=NOW)
    ana.process(proposal)
    ben.group._state.own_updates.clear()
    refuses(ben, ana.commit().message, UnknownOwnUpdate)
