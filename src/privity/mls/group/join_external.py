# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Entering a group by an external commit: a new device, or one that lost its state (RFC 9420 section 12.4.3.2)."""

from __future__ import annotations

from dataclasses import dataclass

from privity.mls import codec
from privity.mls.codec import MAX_MESSAGE
from privity.mls.crypto import Random, SigningKey
from privity.mls.errors import WrongCipherSuite
from privity.mls.group.epoch import Epoch, begin
from privity.mls.group.identity import Identity
from privity.mls.group.own_path import make_path
from privity.mls.group.records import EpochHead
from privity.mls.group.welcome import make_group_info
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from privity.mls.messages.commit import Commit
from privity.mls.messages.envelope import MLSMessage, PublicMessage
from privity.mls.messages.extensions import Extensions
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.leaf_node import LeafNode, LeafSource
from privity.mls.messages.proposals import ExternalInit, Proposal, Remove
from privity.mls.rules import Rules, SentProposal
from privity.mls.schedule import hpke, key_schedule
from privity.mls.schedule.secret_tree import SecretTree
from privity.mls.state import PublicState
from privity.mls.transcript import confirmed_transcript_hash
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.apply import check_result, next_context
from privity.mls.validation.commit import StagedChange, check_path_leaf, commit_view, provision
from privity.mls.validation.group_info import require_external_pub, verify_group_info


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
        keys = b"".join([codec.u32(x) + codec.vec(key) for x, key in self.epoch.keys.items()])
        return b"".join(
            [
                codec.vec(self.message),
                codec.vec(self.group_info),
                codec.vec(EpochHead.of(self.epoch).encode()),
                codec.vec(encryption_secret),
                codec.vec(keys),
                codec.vec(self.epoch.public.tree.encode()),
            ]
        )

    @classmethod
    def decode(cls, data: bytes) -> JoinedEpoch:
        r = codec.Reader(data)
        big = MAX_MESSAGE
        message, group_info = r.vec(big), r.vec(big)
        head = EpochHead.decode(r.vec(big))
        encryption_secret = r.vec()
        keys = dict(r.vector_of(lambda each: (each.u32(), each.vec()), big))
        tree = RatchetTree.decode(head.suite, r.vec(big))
        r.end()
        return cls(message, group_info, epoch_of(head, tree, encryption_secret, keys))


def epoch_of(head: EpochHead, tree: RatchetTree, encryption_secret: bytes, keys: dict[int, bytes]) -> Epoch:
    """A stored epoch of which no message key was used yet."""
    messages = SecretTree.create(head.suite, head.leaf_count, encryption_secret)
    public = PublicState.confirmed(head.context, tree, head.confirmation_tag)
    encoded = head.context.encode()
    return Epoch(public, encoded, head.confirmation_tag, head.own_leaf, head.secrets, keys, messages, head.closed)


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
    aad: bytes,
) -> JoinedEpoch:
    """An external commit that adds us, in place of leaf `replace` if that is our old one."""
    suite = identity.suite
    if group_info.group_context.cipher_suite != suite.id:
        raise WrongCipherSuite(f"a group of suite {group_info.group_context.cipher_suite}, expected {suite.id}")
    public = verify_group_info(group_info, ratchet_tree, rules, now).state
    kem_output, init_secret = key_schedule.external_init_for_sender(suite, require_external_pub(group_info), random)
    sender = Sender.new_member_commit()
    values: tuple[Proposal, ...] = (ExternalInit(kem_output),)
    if replace is not None:
        values = (*values, Remove(replace))
    leaf_keys = hpke.generate_key_pair(suite, random)
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
    sent = tuple(SentProposal(value, sender) for value in values)
    provisional = provision(public, sent, rules, now, committer=None, joiner=draft)
    own = provisional.committer
    path = make_path(public, provisional, identity, draft, leaf_keys, random)
    check_path_leaf(public, provisional, path.path.leaf_node, rules, now)
    check_result(provisional, path.tree)
    old_context = public.context.encode()
    content = FramedContent(public.context.group_id, public.context.epoch, sender, aad, Commit(values, path.path))
    auth = AuthenticatedContent.signed(suite, identity.signature_private, content, old_context, PUBLIC_MESSAGE)
    confirmed = confirmed_transcript_hash(suite, public.interim_transcript_hash, auth)
    context = next_context(public, provisional, path.tree, confirmed)
    rules.check_commit(commit_view(public, provisional, path.tree, context, aad))
    encoded = context.encode()
    joiner = key_schedule.joiner_secret(suite, init_secret, path.secrets.commit_secret, encoded)
    new = key_schedule.new_epoch(suite, joiner, key_schedule.no_psk(suite), encoded)
    tag = key_schedule.confirmation_tag(suite, new.secrets.confirmation_key, confirmed)
    auth = auth.with_confirmation_tag(tag)
    change = StagedChange(auth, provisional, path.path, path.tree, context)
    epoch = begin(change.state(), encoded, tag, own, new, path.keys)
    message = MLSMessage(PublicMessage.of(auth, None)).encode()
    info = make_group_info(epoch, SigningKey(suite, identity.signature_private), with_tree=False)
    return JoinedEpoch(message, MLSMessage(info).encode(), epoch)
