# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Entering a group by an external commit: a new device, or one that lost its state (RFC 9420 section 12.4.3.2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from privity.mls import codec
from privity.mls.codec import MAX_MESSAGE
from privity.mls.crypto import Random, SigningKey
from privity.mls.errors import SenderNotAllowed, WrongCipherSuite
from privity.mls.group.epoch import Epoch, begin
from privity.mls.group.errors import DamagedRecords
from privity.mls.group.identity import Identity
from privity.mls.group.join import check_group_unknown
from privity.mls.group.own_path import make_path
from privity.mls.group.records import EpochHead, read_keys
from privity.mls.group.welcome import make_group_info
from privity.mls.messages.app_data import check_own_aad
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from privity.mls.messages.commit import Commit, ProposalRef
from privity.mls.messages.envelope import MLSMessage, PublicMessage, decode_public_message
from privity.mls.messages.extensions import Extensions
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.grease import greased, pick
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.leaf_node import LeafNode, LeafSource
from privity.mls.messages.proposals import AppDataUpdate, ExternalInit, PreSharedKey, Proposal, Remove, SelfRemove
from privity.mls.messages.psk import PreSharedKeyID
from privity.mls.rules import Rules, SentProposal
from privity.mls.schedule import hpke, key_schedule
from privity.mls.schedule.exporting import ExporterTree
from privity.mls.schedule.psk import PskLookup, look_up_all, psk_secret
from privity.mls.schedule.secret_tree import SecretTree
from privity.mls.secrecy import holds_secrets
from privity.mls.state import PublicState
from privity.mls.suites import Suites, check_admitted
from privity.mls.suites import suite as suite_of
from privity.mls.transcript import confirmed_transcript_hash
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.apply import check_result, next_context
from privity.mls.validation.commit import StagedChange, check_path_leaf, commit_view, provision
from privity.mls.validation.content import verify_content
from privity.mls.validation.group_info import require_external_pub, verify_group_info
from privity.mls.validation.leaf_node import check_own_list
from privity.mls.validation.proposals import QueuedProposal, queue_proposal


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class JoinedEpoch:
    """An external commit of ours, and the epoch it leads to if it is accepted."""

    message: bytes
    group_info: bytes
    epoch: Epoch

    def __repr__(self) -> str:
        return f"<JoinedEpoch {self.epoch.number}>"

    def encode(self) -> bytes:
        """For the device's own store, so that a crash between sending and acceptance is survived."""
        (encryption_secret,) = self.epoch.messages.records.values()
        (export_secret,) = self.epoch.exports.records.values()
        keys = b"".join([codec.u32(x) + codec.vec(key) for x, key in self.epoch.keys.items()])
        return b"".join(
            [
                codec.vec(self.message),
                codec.vec(self.group_info),
                codec.vec(EpochHead.of(self.epoch).encode()),
                codec.vec(encryption_secret),
                codec.vec(export_secret),
                codec.vec(keys),
                codec.vec(self.epoch.public.tree.encode()),
            ]
        )

    @classmethod
    def decode(cls, data: bytes, suites: Suites) -> JoinedEpoch:
        r = codec.Reader(data)
        big = MAX_MESSAGE
        message, group_info = r.vec(big), r.vec(big)
        head = EpochHead.decode(r.vec(big))
        encryption_secret, export_secret = r.vec(), r.vec()
        keys = read_keys(r)
        tree = RatchetTree.decode(suite_of(head.context.cipher_suite, suites), r.vec(big))
        r.end()
        if tree.leaf_count != head.leaf_count or tree.tree_hash != head.context.tree_hash or head.removed:
            raise DamagedRecords("the stored tree is not the one of the stored epoch")
        return cls(message, group_info, epoch_of(head, tree, encryption_secret, export_secret, keys))


def epoch_of(
    head: EpochHead, tree: RatchetTree, encryption_secret: bytes, export_secret: bytes, keys: dict[int, bytes]
) -> Epoch:
    """A stored epoch of which no message key and no exported secret was used yet."""
    messages = SecretTree.create(tree.suite, head.leaf_count, encryption_secret)
    public = PublicState.confirmed(head.context, tree, head.confirmation_tag)
    encoded = head.context.encode()
    exports = ExporterTree.create(tree.suite, export_secret)
    return Epoch(
        public, encoded, head.confirmation_tag, head.own_leaf, head.secrets, keys, messages, exports, head.reinit
    )


def join_external(
    group_info: GroupInfo,
    *,
    ratchet_tree: bytes | None,
    identity: Identity,
    capabilities: Capabilities,
    leaf_extensions: Extensions,
    rules: Rules,
    now: int,
    random: Random,
    replace: int | None,
    psk_ids: Sequence[PreSharedKeyID],
    psks: PskLookup | None,
    app_data_updates: Sequence[AppDataUpdate],
    self_removes: Sequence[bytes],
    known_groups: Collection[bytes],
    aad: bytes,
    grease: bool,
) -> JoinedEpoch:
    """An external commit that adds us, in place of leaf `replace` if that is our old one."""
    suite = identity.suite
    check_admitted(suite, rules.suites)
    if group_info.group_context.cipher_suite != suite.id:
        raise WrongCipherSuite(f"a group of suite {group_info.group_context.cipher_suite}, expected {suite.id}")
    public = verify_group_info(group_info, ratchet_tree, rules, now).state
    check_own_list(capabilities)
    kem_output, init_secret = key_schedule.external_init_for_sender(suite, require_external_pub(group_info), random)
    sender = Sender.new_member_commit()
    values: list[Proposal] = [ExternalInit(kem_output)]
    if replace is not None:
        values.append(Remove(replace))
    else:
        check_group_unknown(public.context.group_id, known_groups)
    values.extend(PreSharedKey(name) for name in psk_ids)
    values.extend(app_data_updates)
    check_own_aad(public.context.extensions, aad)
    leaving = _verify_self_removes(public, self_removes, replace, rules, now)
    leaf_keys = hpke.generate_key_pair(suite, random)
    if grease:
        capabilities, leaf_extensions = greased(capabilities, leaf_extensions, pick(leaf_keys[1]))
    draft = LeafNode(
        leaf_keys[1],
        identity.signature_public,
        identity.credential,
        capabilities,
        LeafSource.COMMIT,
        None,
        b"",
        leaf_extensions,
        b"",
    )
    sent = tuple(SentProposal(value, sender) for value in values) + tuple(each.sent for each in leaving)
    provisional = provision(public, sent, rules, now, committer=None, joiner=draft)
    own = provisional.committer
    signer = SigningKey(suite, identity.signature_private)
    path = make_path(public, provisional, identity, signer, draft, leaf_keys, random)
    check_path_leaf(public, provisional, path.path.leaf_node, rules, now)
    check_result(provisional, path.tree)
    old_context = public.context.encode()
    body = Commit((*values, *(ProposalRef(each.reference) for each in leaving)), path.path)
    content = FramedContent(public.context.group_id, public.context.epoch, sender, aad, body)
    auth = AuthenticatedContent.signed(suite, signer, content, old_context, PUBLIC_MESSAGE)
    confirmed = confirmed_transcript_hash(suite, public.interim_transcript_hash, auth)
    context = next_context(public, provisional, path.tree, confirmed)
    rules.check_commit(commit_view(public, provisional, path.tree, context, aad))
    encoded = context.encode()
    joiner = key_schedule.joiner_secret(suite, init_secret, path.secrets.commit_secret, encoded)
    mixed = psk_secret(suite, look_up_all(provisional.psks, psks))
    new = key_schedule.new_epoch(suite, joiner, mixed, encoded)
    tag = key_schedule.confirmation_tag(suite, new.secrets.confirmation_key, confirmed)
    auth = auth.with_confirmation_tag(tag)
    change = StagedChange(auth, provisional, path.path, path.tree, context)
    epoch = begin(change.state(), encoded, tag, own, new, path.keys)
    message = MLSMessage(PublicMessage.of(auth, None)).encode()
    info = make_group_info(epoch, signer, with_tree=False)
    return JoinedEpoch(message, MLSMessage(info).encode(), epoch)


def _verify_self_removes(
    public: PublicState, messages: Sequence[bytes], replace: int | None, rules: Rules, now: int
) -> list[QueuedProposal]:
    """The pending SelfRemoves that our commit takes up, but the one of our own old leaf. Their membership tags are for
    members to check (extensions draft)."""
    found: dict[int | None, QueuedProposal] = {}
    for message in messages:
        auth = decode_public_message(message).authenticated
        if not isinstance(auth.content.body, SelfRemove):
            raise SenderNotAllowed(f"a joiner takes up SelfRemoves, not a {type(auth.content.body).__name__}")
        queued = queue_proposal(public, verify_content(public, auth), rules, now)
        found.setdefault(queued.sent.sender.index, queued)
    found.pop(replace, None)
    return list(found.values())
