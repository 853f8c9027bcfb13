# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Single proposals (RFC 9420, section 12.1): whether one could be part of a commit at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hmac import compare_digest

from privity.mls.errors import (
    BadAppDataUpdate,
    BadReInit,
    MisplacedExtension,
    PskNonceLength,
    PskUsage,
    RepeatedReference,
    SenderNotAllowed,
    UnchangedEncryptionKey,
    UnknownProposalReference,
    UnsupportedProposal,
)
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.codepoints import (
    APP_DATA_DICTIONARY,
    APP_DATA_UPDATE,
    APPLICATION_ID,
    EXTERNAL_PUB,
    RATCHET_TREE,
)
from privity.mls.messages.commit import Commit, ProposalRef
from privity.mls.messages.extensions import (
    Extensions,
    check_distinct,
    external_senders,
    find,
    required_capabilities,
)
from privity.mls.messages.framing import AuthenticatedContent, Sender, SenderType
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    SelfRemove,
    UnknownProposal,
    Update,
)
from privity.mls.messages.psk import PreSharedKeyID, ResumptionPsk, ResumptionUsage
from privity.mls.rules import LeafUse, Rules, SentProposal
from privity.mls.state import PublicState
from privity.mls.suites import CipherSuite, suite
from privity.mls.validation.content import VerifiedContent
from privity.mls.validation.external_senders import check_senders
from privity.mls.validation.key_package import check_key_package
from privity.mls.validation.leaf_node import check_leaf

NOT_IN_CONTEXT = frozenset({APPLICATION_ID, RATCHET_TREE, EXTERNAL_PUB})
"""Extensions that RFC 9420, section 17.3 places elsewhere."""


@dataclass(frozen=True, slots=True)
class QueuedProposal:
    """A proposal that was verified in this epoch and may be named by a commit."""

    auth: AuthenticatedContent
    reference: bytes

    @property
    def epoch(self) -> int:
        """The only epoch in which it can be committed."""
        return self.auth.content.epoch

    @property
    def sent(self) -> SentProposal:
        """The proposal and who made it."""
        body = self.auth.content.body
        if isinstance(body, bytes | Commit):
            raise SenderNotAllowed("the queued content is no proposal")
        return SentProposal(body, self.auth.content.sender, self.reference)


ProposalQueue = Mapping[bytes, QueuedProposal]


def queue_proposal(state: PublicState, verified: VerifiedContent, rules: Rules, now: int) -> QueuedProposal:
    """Check a proposal that came as a message of its own. `now` is in seconds."""
    queued = QueuedProposal(verified.auth, verified.auth.reference(state.suite))
    sent = queued.sent
    if sent.sender.type == SenderType.EXTERNAL and sent.sender.index is not None:
        rules.check_external_sender((sent.proposal,), sent.sender.index)
    if isinstance(sent.proposal, ExternalInit):
        raise SenderNotAllowed("ExternalInit belongs into an external commit, not into a message of its own")
    check_proposal(state, sent, rules, now)
    return queued


def resolve(commit: Commit, committer: Sender, queue: ProposalQueue) -> tuple[SentProposal, ...]:
    """The proposals of a commit in its order, those sent before looked up by reference (section 12.4)."""
    out: list[SentProposal] = []
    seen: set[bytes] = set()
    for item in commit.proposals:
        if not isinstance(item, ProposalRef):
            out.append(SentProposal(item, committer))
            continue
        if item.value in seen:
            raise RepeatedReference(f"the commit names proposal {item.value.hex()} twice")
        seen.add(item.value)
        queued = queue.get(item.value)
        if queued is None:
            raise UnknownProposalReference(f"the commit names proposal {item.value.hex()}, which is not known here")
        out.append(queued.sent)
    return tuple(out)


def check_inline(state: PublicState, proposals: Iterable[SentProposal], rules: Rules, now: int) -> None:
    """Check those proposals that were not checked when they were queued."""
    for sent in proposals:
        if sent.reference is None:
            check_proposal(state, sent, rules, now)


def check_proposal(state: PublicState, sent: SentProposal, rules: Rules, now: int) -> None:
    """The rules for one proposal by itself (section 12.1)."""
    proposal = sent.proposal
    match proposal:
        case Add():
            use = LeafUse.SELF_ADD if sent.sender.type == SenderType.NEW_MEMBER_PROPOSAL else LeafUse.ADD
            check_key_package(proposal.key_package, suite=state.suite, rules=rules, now=now, use=use)
        case Update():
            _check_update(state, proposal, sent.sender, rules, now)
        case Remove():
            state.tree.leaf(proposal.removed)
        case PreSharedKey():
            check_psk(state, proposal.psk)
        case ReInit():
            _check_reinit(state, proposal, rules)
        case GroupContextExtensions():
            check_context_extensions(state, proposal.extensions, rules)
        case AppDataUpdate() | ExternalInit() | SelfRemove():
            pass  # what they do depends on the whole list: `apply` and `lists` look at it
        case UnknownProposal():
            raise UnsupportedProposal(f"proposal type {proposal.type:#06x} is unknown")


def _check_update(state: PublicState, proposal: Update, sender: Sender, rules: Rules, now: int) -> None:
    if sender.type != SenderType.MEMBER or sender.index is None:
        raise SenderNotAllowed(f"a {sender.type.name} has no leaf to update")
    old = state.tree.leaf(sender.index)
    new = proposal.leaf_node
    if compare_digest(old.encryption_key, new.encryption_key):
        raise UnchangedEncryptionKey(f"the update of leaf {sender.index} keeps its encryption key")
    check_leaf(
        new,
        LeafUse.UPDATE,
        suite=state.suite,
        rules=rules,
        now=now,
        group_id=state.context.group_id,
        leaf_index=sender.index,
    )
    rules.check_successor(old, new)


def check_psk(state: PublicState, psk: PreSharedKeyID) -> None:
    """Nonce length and usage of a proposed pre-shared key (section 12.1.4).

    Only the first commit of a group, by its creator, can tie it to the one that it follows.
    """
    if len(psk.nonce) != state.suite.nh:
        raise PskNonceLength(f"the PSK nonce has {len(psk.nonce)} bytes, expected {state.suite.nh}")
    if isinstance(psk, ResumptionPsk) and psk.usage != ResumptionUsage.APPLICATION and state.context.epoch != 0:
        raise PskUsage(f"a resumption PSK for {psk.usage.name} has no place in a group that is past its first commit")


def _check_reinit(state: PublicState, proposal: ReInit, rules: Rules) -> None:
    if proposal.version < state.context.version:
        raise BadReInit(f"protocol version {proposal.version} is lower than {state.context.version}")
    check_extension_list(proposal.extensions, suite(proposal.cipher_suite, rules.suites))


def check_context_extensions(state: PublicState, extensions: Extensions, rules: Rules) -> None:
    """The proposed extensions of the group by themselves (sections 12.1.7 and 13.4)."""
    check_extension_list(extensions, state.suite)
    known = external_senders(state.context.extensions)
    for sender in external_senders(extensions):
        if sender not in known:
            rules.check_listed_sender(sender)
    required = required_capabilities(state.context.extensions)
    if required is not None and APP_DATA_UPDATE in required.proposals:
        old = find(state.context.extensions, APP_DATA_DICTIONARY)
        if find(extensions, APP_DATA_DICTIONARY) != old:
            raise BadAppDataUpdate("the app data dictionary of this group changes only by AppDataUpdate")


def check_extension_list(extensions: Extensions, suite: CipherSuite) -> None:
    """Whether extensions may stand in a group context and can be read."""
    check_distinct(extensions)
    for extension in extensions:
        if extension.type in NOT_IN_CONTEXT:
            raise MisplacedExtension(f"extension {extension.type:#06x} has no place in a group context")
    required_capabilities(extensions)
    AppDataDictionary.of(extensions)
    check_senders(extensions, suite)
