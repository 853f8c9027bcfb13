# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Privity's own library as a peer among peers: the same verbs, in a process of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

from privity.mls.codec import Reader
from privity.mls.codec import decode as decode_whole
from privity.mls.group import (
    ApplicationMessage,
    Group,
    KeyPackageBundle,
    OwnCommit,
    PendingCommit,
    StagedCommit,
)
from privity.mls.messages import outside
from privity.mls.messages.codepoints import MLS10
from privity.mls.messages.envelope import decode_group_info, decode_key_package, decode_public_message, decode_welcome
from privity.mls.messages.extensions import Extension, Extensions, ExternalSender, external_senders_extension
from privity.mls.messages.proposals import Add, ReInit, Remove
from privity.mls.messages.psk import ExternalPsk, PreSharedKeyID, ResumptionPsk, ResumptionUsage
from privity.mls.public_group import PublicGroup
from privity.mls.suites import RFC_9420
from privity.mls.validation.proposals import QueuedProposal
from tests.interop import forging
from tests.interop.lines import Asked, data, maybe, serve, text
from tests.interop.member import LIFETIME_S, Member

members: dict[str, Member] = {}


def of(asked: Asked) -> Member:
    return members[asked["as"]]


def now() -> int:
    return int(time.time())


def hello(_: Asked) -> dict[str, Any]:
    return {"name": "privity", "suites": list(RFC_9420)}


def member(asked: Asked) -> None:
    members[asked["as"]] = Member(asked)


def forget(asked: Asked) -> None:
    members.pop(asked["as"], None)


def key_package(asked: Asked) -> dict[str, Any]:
    """`shift_s` makes it as of another time, `lifetime_s` for another while."""
    each = of(asked)
    each.bundle = each.new_bundle(now() + asked.get("shift_s", 0), asked.get("lifetime_s", LIFETIME_S))
    return {"key_package": text(_wrapped(each.bundle))}


def secrets(asked: Asked) -> dict[str, Any]:
    """What a member needs to be replayed: the keys of its KeyPackage, and its signature key."""
    each = of(asked)
    assert each.bundle is not None
    return {"bundle": text(each.bundle.encode()), "signature_private": text(each.identity.signature_private)}


def forge(asked: Asked) -> dict[str, Any]:
    """An object with one rule broken, of `forging`; a commit is given up again."""
    each, what = of(asked), asked["what"]
    if what in forging.KEY_PACKAGES:
        bundle, identity = each.new_bundle(now()), each.identity
        made = forging.KEY_PACKAGES[what](bundle, identity.signature_private, identity.suite)
    elif what in forging.COMMITS:
        pending = each.group.commit(random=os.urandom, now=now())
        made = forging.COMMITS[what](each.group, pending.message)
        each.group.clear_pending()
    else:
        made = forging.MESSAGES[what](each.group)
    return {"message": text(made)}


def create(asked: Asked) -> None:
    each = of(asked)
    each.group_or_none = Group.create(
        each.identity,
        data(asked["group_id"]),
        extensions=_extensions(asked),
        capabilities=each.capabilities,
        lifetime_s=LIFETIME_S,
        now=now(),
        rules=each.rules,
        random=os.urandom,
    )


def join(asked: Asked, predecessor: Group | None = None) -> None:
    each = of(asked)
    assert each.bundle is not None
    each.group_or_none = Group.join(
        decode_welcome(data(asked["welcome"])),
        each.bundle,
        each.identity,
        ratchet_tree=_tree(asked),
        rules=each.rules,
        now=now(),
        psks=each.look_up,
        predecessor=predecessor,
    )


def commit(asked: Asked) -> dict[str, Any]:
    """Make a commit and enter its epoch, as when a server took it; with `hold` it stays pending."""
    each = of(asked)
    pending = each.group.commit(
        adds=[decode_key_package(data(one)) for one in asked.get("adds") or ()],
        removes=[each.leaf(identity) for identity in asked.get("removes") or ()],
        group_context_extensions=_extensions(asked) if "extensions" in asked else None,
        psk_ids=[_psk_id(each.group, one) for one in asked.get("psks") or ()],
        private=asked.get("private", False),
        tree_in_welcome=asked.get("tree_in_welcome", False),
        random=os.urandom,
        now=now(),
        psks=each.look_up,
    )
    return _made(each.group, pending, hold=asked.get("hold", False), with_tree=asked.get("tree_in_welcome", False))


def propose(asked: Asked) -> dict[str, Any]:
    each = of(asked)
    how: dict[str, Any] = {"random": os.urandom, "now": now(), "private": asked.get("private", False)}
    if asked.get("adds"):
        (package,) = asked["adds"]
        return {"message": text(each.group.propose_add(decode_key_package(data(package)), **how))}
    if asked.get("removes"):
        (identity,) = asked["removes"]
        return {"message": text(each.group.propose_remove(each.leaf(identity), **how))}
    return {"message": text(each.group.propose_update(**how))}


def process(asked: Asked) -> dict[str, Any]:
    each = of(asked)
    outcome = each.group.process(data(asked["message"]), now=now(), psks=each.look_up)
    each.group.drain()
    if isinstance(outcome, ApplicationMessage):
        return {"kind": "application", "plaintext": text(outcome.plaintext), "aad": text(outcome.aad)}
    if isinstance(outcome, OwnCommit):
        each.group.merge_pending(outcome.pending)
        return {"kind": "commit", "removed": False}
    if isinstance(outcome, StagedCommit):
        each.group.merge(outcome)
        return {"kind": "commit", "removed": outcome.self_removed}
    return {"kind": "proposal", "removed": False}


def encrypt(asked: Asked) -> dict[str, Any]:
    each = of(asked)
    aad = data(asked.get("aad") or "")
    return {"message": text(each.group.encrypt(data(asked["plaintext"]), aad=aad, random=os.urandom))}


def exporter(asked: Asked) -> dict[str, Any]:
    return {"secret": text(of(asked).group.export(data(asked["label"]), data(asked["context"]), asked["length"]))}


def epoch_authenticator(asked: Asked) -> dict[str, Any]:
    return {"secret": text(of(asked).group.epoch_authenticator)}


def epoch(asked: Asked) -> dict[str, Any]:
    return {"epoch": of(asked).group.epoch}


def who(asked: Asked) -> dict[str, Any]:
    return {"members": [leaf.credential.identity.decode() for _, leaf in of(asked).group.members()]}


def group_info(asked: Asked) -> dict[str, Any]:
    group = of(asked).group
    return {"group_info": text(group.group_info(with_tree=asked["with_tree"])), "tree": text(group.tree.encode())}


def external_commit(asked: Asked) -> dict[str, Any]:
    each = of(asked)
    joined = Group.join_external(
        decode_group_info(data(asked["group_info"])),
        ratchet_tree=_tree(asked),
        identity=each.identity,
        capabilities=each.capabilities,
        rules=each.rules,
        now=now(),
        random=os.urandom,
        replace=each.group.own_leaf if asked.get("resync") else None,
    )
    each.group_or_none = joined.merge()
    return {"commit": text(joined.message)}


def psk(asked: Asked) -> None:
    of(asked).psks[data(asked["id"])] = data(asked["secret"])


def take_suite(asked: Asked) -> None:
    """From now on KeyPackages are of this suite; the group that one is in stays."""
    each = of(asked)
    if asked["suite"] != each.identity.suite.id:
        each.take(asked["suite"])


def reinit(asked: Asked) -> dict[str, Any]:
    each = of(asked)
    proposal = ReInit(data(asked["group_id"]), MLS10, asked["suite"], ())
    pending = each.group.commit(reinit=proposal, random=os.urandom, now=now())
    return _made(each.group, pending)


def successor(asked: Asked) -> dict[str, Any]:
    """The group that follows, after a ReInit or as a branch; this member is in it from now on."""
    each = of(asked)
    how: dict[str, Any] = {"lifetime_s": LIFETIME_S, "random": os.urandom, "now": now()}
    packages = [decode_key_package(data(one)) for one in asked["key_packages"]]
    take_suite(asked)
    if asked["branch"]:
        group, pending = each.group.branch(data(asked["group_id"]), packages, **how)
    else:
        how |= {"identity": each.identity, "capabilities": each.capabilities}
        group, pending = each.group.start_successor(packages, **how)
    each.group_or_none = group
    return _made(group, pending)


def join_successor(asked: Asked) -> None:
    each = of(asked)
    join(asked, predecessor=each.group)


def propose_to_join(asked: Asked) -> dict[str, Any]:
    """Ask to be added to a group that one is not in."""
    each = of(asked)
    each.bundle = each.new_bundle(now())
    context = decode_group_info(data(asked["group_info"])).group_context
    made = outside.propose_to_join(each.identity.suite, context, each.bundle.key_package, each.signing_key)
    return {"message": text(made)}


def external_senders(asked: Asked) -> dict[str, Any]:
    """The extension by which a group lets this one propose from outside."""
    identity = of(asked).identity
    listed = external_senders_extension([ExternalSender(identity.signature_public, identity.credential)])
    return {"extension": text(listed.encode())}


def propose_from_outside(asked: Asked) -> dict[str, Any]:
    each = of(asked)
    context = decode_group_info(data(asked["group_info"])).group_context
    proposal = Add(decode_key_package(data(asked["add"]))) if "add" in asked else Remove(asked["leaf"])
    return {"message": text(outside.propose_from_outside(each.identity.suite, context, proposal, each.signing_key))}


def observe(asked: Asked) -> None:
    """Follow a group from outside, without its secrets."""
    each = of(asked)
    info = decode_group_info(data(asked["group_info"]))
    each.observer = PublicGroup.from_group_info(info, data(asked["tree"]), each.rules, now())


def observed(asked: Asked) -> dict[str, Any]:
    """The group's context after this handshake message, as the observer sees it."""
    observer = of(asked).observer
    assert observer is not None
    outcome = observer.process(decode_public_message(data(asked["message"])), now())
    if isinstance(outcome, QueuedProposal):
        observer.queue(outcome)
    else:
        observer.merge(outcome)
    return {"context": text(observer.context.encode())}


def context(asked: Asked) -> dict[str, Any]:
    return {"context": text(of(asked).group.context_bytes)}


def _made(group: Group, pending: PendingCommit, *, hold: bool = False, with_tree: bool = False) -> dict[str, Any]:
    info = pending.group_info
    if not hold:
        group.merge_pending(pending)
        group.drain()
        info = group.group_info(with_tree=with_tree) if not group.closed else info
    return {
        "commit": text(pending.message),
        "welcome": maybe(pending.welcome),
        "tree": text(pending.ratchet_tree),
        "group_info": text(info),
    }


def _psk_id(group: Group, one: dict[str, Any]) -> PreSharedKeyID:
    """By `id` one that was agreed on outside, by `epoch` the resumption key of an epoch of this group."""
    if "epoch" in one:
        return ResumptionPsk(ResumptionUsage.APPLICATION, group.group_id, one["epoch"], data(one["nonce"]))
    return ExternalPsk(data(one["id"]), data(one["nonce"]))


def _wrapped(bundle: KeyPackageBundle) -> bytes:
    return b"\x00\x01\x00\x05" + bundle.key_package.encode()


def _tree(asked: Asked) -> bytes | None:
    return data(asked["tree"]) if asked.get("tree") else None


def _extensions(asked: Asked) -> Extensions:
    given: Sequence[str] = asked.get("extensions") or ()
    return tuple(decode_whole(_extension, data(each)) for each in given)


def _extension(r: Reader) -> Extension:
    return Extension.read(r)


if __name__ == "__main__":
    serve(
        {
            "hello": hello,
            "member": member,
            "forget": forget,
            "key_package": key_package,
            "secrets": secrets,
            "forge": forge,
            "create": create,
            "join": join,
            "commit": commit,
            "propose": propose,
            "process": process,
            "encrypt": encrypt,
            "exporter": exporter,
            "epoch_authenticator": epoch_authenticator,
            "epoch": epoch,
            "members": who,
            "group_info": group_info,
            "external_commit": external_commit,
            "psk": psk,
            "propose_to_join": propose_to_join,
            "external_senders": external_senders,
            "propose_from_outside": propose_from_outside,
            "observe": observe,
            "observed": observed,
            "context": context,
            "take_suite": take_suite,
            "reinit": reinit,
            "successor": successor,
            "join_successor": join_successor,
        }
    )
