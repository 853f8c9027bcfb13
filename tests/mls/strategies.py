# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Any value of any struct that travels, by the name of its class; `strategies_stored` has those that stay at home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.messages import codepoints
from privity.mls.messages.app_data import AppDataDictionary, ComponentData, SafeAAD
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.commit import (
    Ciphertexts,
    Commit,
    HPKECiphertext,
    ProposalRef,
    UpdatePath,
    UpdatePathNode,
)
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import MLSMessage, PrivateMessage, PublicMessage
from privity.mls.messages.extensions import Extension, ExternalSender, RequiredCapabilities
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender, SenderType
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode, LeafSource, Lifetime
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
    decode_proposal,
)
from privity.mls.messages.psk import ExternalPsk, ResumptionPsk, ResumptionUsage, decode_psk_id
from privity.mls.messages.welcome import EncryptedGroupSecrets, GroupSecrets, PathSecret, Welcome
from privity.mls.suites import suite
from privity.mls.tree.node import ParentNode
from privity.mls.tree.ratchet_tree import RatchetTree

Decode = Callable[[bytes], Any]


@dataclass(frozen=True)
class Struct:
    """`values` makes any of them; `decode` takes all of the bytes. Where there is no `==`, encodings are compared."""

    values: SearchStrategy[Any]
    decode: Decode
    encode: Callable[[Any], bytes] = lambda value: value.encode()
    compared: bool = True


def reads(read: Callable[[Reader], Any]) -> Decode:
    return lambda data: codec.decode(read, data)


def _read_ref(r: Reader) -> ProposalRef:
    return ProposalRef(r.vec())


u8s = st.integers(0, 0xFF)
u16s = st.integers(0, 0xFFFF)
u32s = st.integers(0, 0xFFFFFFFF)
u64s = st.integers(0, 0xFFFFFFFFFFFFFFFF)
blobs = st.binary(max_size=12) | st.sampled_from([b"\x00" * 63, b"\x01" * 64, b"\xff" * 70])
numbers = st.lists(u16s, max_size=3).map(tuple)


def tuples(values: SearchStrategy[Any], most: int = 2) -> SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=most).map(tuple)


extension = st.builds(Extension, u16s, blobs)
extensions = st.lists(extension, max_size=3, unique_by=lambda each: each.type).map(tuple)
credentials = st.builds(Credential.basic, blobs) | st.builds(Credential.x509, tuples(st.binary(min_size=0, max_size=9)))
capabilities = st.builds(Capabilities, numbers, numbers, numbers, numbers, numbers)
lifetimes = st.builds(Lifetime, u64s, u64s)
components = st.builds(ComponentData, u16s, blobs)
sorted_components = st.lists(components, max_size=3, unique_by=lambda each: each.component_id).map(
    lambda found: tuple(sorted(found, key=lambda each: each.component_id))
)


def leaves(source: LeafSource | None = None) -> SearchStrategy[LeafNode]:
    def of(kind: LeafSource) -> SearchStrategy[LeafNode]:
        lifetime = lifetimes if kind == LeafSource.KEY_PACKAGE else st.none()
        parent_hash = blobs if kind == LeafSource.COMMIT else st.none()
        return st.builds(
            LeafNode, blobs, blobs, credentials, capabilities, st.just(kind), lifetime, parent_hash, extensions, blobs
        )

    return of(source) if source is not None else st.sampled_from(LeafSource).flatmap(of)


leaf_nodes = leaves()
key_packages = st.builds(
    KeyPackage, st.just(codepoints.MLS10), u16s, blobs, leaves(LeafSource.KEY_PACKAGE), extensions, blobs
)
external_psks = st.builds(ExternalPsk, blobs, blobs)
resumption_psks = st.builds(ResumptionPsk, st.sampled_from(ResumptionUsage), blobs, u64s, blobs)
psk_ids = external_psks | resumption_psks
updates = st.builds(AppDataUpdate, u16s, st.none() | blobs)

PROPOSALS: Final[dict[type, SearchStrategy[Any]]] = {
    Add: st.builds(Add, key_packages),
    Update: st.builds(Update, leaf_nodes),
    Remove: st.builds(Remove, u32s),
    PreSharedKey: st.builds(PreSharedKey, psk_ids),
    ReInit: st.builds(ReInit, blobs, st.just(codepoints.MLS10), u16s, extensions),
    ExternalInit: st.builds(ExternalInit, blobs),
    GroupContextExtensions: st.builds(GroupContextExtensions, extensions),
    AppDataUpdate: updates,
    SelfRemove: st.builds(SelfRemove),
    UnknownProposal: st.builds(UnknownProposal, st.integers(0xF100, 0xFFFF), blobs),
}
"""All kinds of proposals; a union in `messages.proposals` lists the same."""

proposals: SearchStrategy[Any] = st.one_of(list(PROPOSALS.values()))

hpke_ciphertexts = st.builds(HPKECiphertext, blobs, blobs)
ciphertexts = st.lists(hpke_ciphertexts, max_size=3).map(Ciphertexts.of)
path_nodes = st.builds(UpdatePathNode, blobs, ciphertexts)
update_paths = st.builds(UpdatePath, leaves(LeafSource.COMMIT), tuples(path_nodes))
references = st.builds(ProposalRef, blobs)
commits = st.builds(Commit, tuples(proposals | references), st.none() | update_paths)
senders = (
    st.builds(Sender.member, u32s)
    | st.builds(Sender.external, u32s)
    | st.sampled_from([Sender.new_member_proposal(), Sender.new_member_commit()])
)
bodies = blobs | proposals | commits
contents = st.builds(FramedContent, blobs, u64s, senders, blobs, bodies)
contexts = st.builds(GroupContext, st.just(codepoints.MLS10), u16s, blobs, u64s, blobs, blobs, extensions)


def _tag(content: FramedContent) -> SearchStrategy[bytes | None]:
    return blobs if content.content_type == codepoints.COMMIT else st.none()


def _authenticated(content: FramedContent) -> SearchStrategy[AuthenticatedContent]:
    formats = st.sampled_from([codepoints.PUBLIC_MESSAGE, codepoints.PRIVATE_MESSAGE])
    return st.builds(AuthenticatedContent, formats, st.just(content), blobs, _tag(content))


def _public(content: FramedContent) -> SearchStrategy[PublicMessage]:
    member = blobs if content.sender.type == SenderType.MEMBER else st.none()
    return st.builds(PublicMessage, st.just(content), blobs, _tag(content), member)


authenticated = contents.flatmap(_authenticated)
public_messages = contents.flatmap(_public)
private_messages = st.builds(PrivateMessage, blobs, u64s, st.sampled_from([1, 2, 3]), blobs, blobs, blobs)
group_infos = st.builds(GroupInfo, contexts, extensions, blobs, u32s, blobs)
group_secrets = st.builds(GroupSecrets, blobs, st.none() | st.builds(PathSecret, blobs), tuples(psk_ids))
encrypted_secrets = st.builds(EncryptedGroupSecrets, blobs, hpke_ciphertexts)
welcomes = st.builds(Welcome, u16s, tuples(encrypted_secrets), blobs)
messages = st.builds(MLSMessage, public_messages | private_messages | welcomes | group_infos | key_packages)
parent_nodes = st.builds(ParentNode, blobs, blobs, st.lists(u32s, max_size=3).map(tuple))


@st.composite
def trees(draw: st.DrawFn) -> RatchetTree:
    """Any tree of the right shape, valid or not: leaves on even places, parents on odd ones, the last leaf filled."""
    count = 1 << draw(st.integers(0, 2))
    kinds: list[SearchStrategy[Any]] = [parent_nodes if x & 1 else leaf_nodes for x in range(2 * count - 1)]
    nodes: list[Any] = [draw(st.none() | kind) for kind in kinds]
    if all(node is None for node in nodes[count - 1 + (count == 1) :]):
        nodes[-1] = draw(leaf_nodes)
    return RatchetTree(suite(1), nodes)


STRUCTS: Final[dict[str, Struct]] = {
    "messages.app_data.AppDataDictionary": Struct(
        st.builds(AppDataDictionary, sorted_components), AppDataDictionary.decode
    ),
    "messages.app_data.ComponentData": Struct(components, ComponentData.decode),
    "messages.app_data.SafeAAD": Struct(st.builds(SafeAAD, sorted_components), SafeAAD.decode),
    "messages.capabilities.Capabilities": Struct(capabilities, Capabilities.decode),
    "messages.commit.Ciphertexts": Struct(ciphertexts, reads(Ciphertexts.read)),
    "messages.commit.Commit": Struct(commits, Commit.decode),
    "messages.commit.HPKECiphertext": Struct(hpke_ciphertexts, HPKECiphertext.decode),
    "messages.commit.ProposalRef": Struct(references, reads(_read_ref)),
    "messages.commit.UpdatePath": Struct(update_paths, UpdatePath.decode),
    "messages.commit.UpdatePathNode": Struct(path_nodes, UpdatePathNode.decode),
    "messages.credential.Credential": Struct(credentials, Credential.decode),
    "messages.envelope.MLSMessage": Struct(messages, MLSMessage.decode),
    "messages.envelope.PrivateMessage": Struct(private_messages, PrivateMessage.decode),
    "messages.envelope.PublicMessage": Struct(public_messages, PublicMessage.decode),
    "messages.extensions.Extension": Struct(extension, Extension.decode),
    "messages.extensions.ExternalSender": Struct(st.builds(ExternalSender, blobs, credentials), ExternalSender.decode),
    "messages.extensions.RequiredCapabilities": Struct(
        st.builds(RequiredCapabilities, numbers, numbers, numbers), RequiredCapabilities.decode
    ),
    "messages.framing.AuthenticatedContent": Struct(authenticated, AuthenticatedContent.decode),
    "messages.framing.FramedContent": Struct(contents, FramedContent.decode),
    "messages.framing.Sender": Struct(senders, Sender.decode),
    "messages.group_context.GroupContext": Struct(contexts, GroupContext.decode),
    "messages.group_info.GroupInfo": Struct(group_infos, GroupInfo.decode),
    "messages.key_package.KeyPackage": Struct(key_packages, KeyPackage.decode),
    "messages.leaf_node.LeafNode": Struct(leaf_nodes, LeafNode.decode),
    "messages.leaf_node.Lifetime": Struct(lifetimes, Lifetime.decode),
    "messages.psk.ExternalPsk": Struct(external_psks, decode_psk_id),
    "messages.psk.ResumptionPsk": Struct(resumption_psks, decode_psk_id),
    "messages.welcome.EncryptedGroupSecrets": Struct(encrypted_secrets, EncryptedGroupSecrets.decode),
    "messages.welcome.GroupSecrets": Struct(group_secrets, GroupSecrets.decode),
    "messages.welcome.PathSecret": Struct(st.builds(PathSecret, blobs), reads(PathSecret.read)),
    "messages.welcome.Welcome": Struct(welcomes, Welcome.decode),
    "tree.node.ParentNode": Struct(parent_nodes, ParentNode.decode),
    "tree.ratchet_tree.RatchetTree": Struct(trees(), lambda data: RatchetTree.decode(suite(1), data), compared=False),
    **{f"messages.proposals.{kind.__name__}": Struct(values, decode_proposal) for kind, values in PROPOSALS.items()},
}


def fresh(value: Any) -> Any:
    """The same value with all encodings forgotten that it may remember."""
    if isinstance(value, tuple | list):
        for each in value:
            fresh(each)
    elif isinstance(value, RatchetTree):
        fresh(value.nodes)
    elif is_dataclass(value):
        for each in fields(value):
            if each.name == "_raw":
                object.__setattr__(value, "_raw", b"")
            else:
                fresh(getattr(value, each.name))
    return value
