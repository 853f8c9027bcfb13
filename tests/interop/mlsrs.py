# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""mls-rs as a peer, by the bindings of its wheel. It needs nothing of the house but `lines.py`."""

from __future__ import annotations

from typing import Any

import mls_rs_uniffi as mls

from tests.interop.lines import Asked, data, maybe, serve, text


class AdapterError(Exception):
    """The bindings have no call for what was asked."""


class Memory(mls.GroupStateStorage):  # type: ignore[misc]  # the wheel ships no types
    """What mls-rs would write to a disk: the state of each group, and its past epochs."""

    def __init__(self) -> None:
        self._states: dict[bytes, bytes] = {}
        self._epochs: dict[tuple[bytes, int], bytes] = {}

    def state(self, group_id: bytes) -> bytes | None:
        return self._states.get(group_id)

    def epoch(self, group_id: bytes, epoch_id: int) -> bytes | None:
        return self._epochs.get((group_id, epoch_id))

    def write(self, group_id: bytes, group_state: bytes, epoch_inserts: list[Any], epoch_updates: list[Any]) -> None:
        self._states[group_id] = group_state
        for record in (*epoch_inserts, *epoch_updates):
            self._epochs[group_id, record.id] = record.data

    def max_epoch_id(self, group_id: bytes) -> int | None:
        return max((number for group, number in self._epochs if group == group_id), default=None)


class Member:
    def __init__(self, identity: str, tree_in_welcome: bool, stores: bool) -> None:
        keys = mls.generate_signature_keypair(mls.CipherSuite.CURVE25519_AES128)
        config = mls.ClientConfig(group_state_storage=Memory(), use_ratchet_tree_extension=tree_in_welcome)
        self.stores = stores
        self.client = mls.Client(identity.encode(), keys, config)
        self.group: Any = None
        self.met: dict[str, Any] = {}
        """Who sent something to this member: only so the bindings hand out whom a Remove may name."""


members: dict[str, Member] = {}


def hello(_: Asked) -> dict[str, Any]:
    return {"name": "mls-rs", "suites": [1]}


def member(asked: Asked) -> None:
    """With `stores` it writes its state after every message that it took in, as an application would."""
    if asked["suite"] != 1:
        raise AdapterError("the bindings know suite 1 only")
    members[asked["as"]] = Member(asked["identity"], asked.get("tree_in_welcome", True), asked.get("stores", False))


def forget(asked: Asked) -> None:
    members.pop(asked["as"], None)


def key_package(asked: Asked) -> dict[str, Any]:
    return {"key_package": text(members[asked["as"]].client.generate_key_package_message().to_bytes())}


def create(asked: Asked) -> None:
    each = members[asked["as"]]
    each.group = each.client.create_group(data(asked["group_id"]))


def join(asked: Asked) -> None:
    each = members[asked["as"]]
    tree = mls.RatchetTree(bytes=data(asked["tree"])) if asked.get("tree") else None
    each.group = each.client.join_group(tree, mls.Message.from_bytes(data(asked["welcome"]))).group


def commit(asked: Asked) -> dict[str, Any]:
    """Make a commit and enter its epoch, as when a server took it."""
    if asked.get("private") or (asked.get("adds") and asked.get("removes")):
        raise AdapterError("the bindings have no call for that commit")
    each = members[asked["as"]]
    if asked.get("adds"):
        out = each.group.add_members([mls.Message.from_bytes(data(one)) for one in asked["adds"]])
    elif asked.get("removes"):
        out = each.group.remove_members([_met(each, identity) for identity in asked["removes"]])
    else:
        out = each.group.commit()
    each.group.process_incoming_message(out.commit_message)
    return {
        "commit": text(out.commit_message.to_bytes()),
        "welcome": maybe(out.welcome_message and out.welcome_message.to_bytes()),
        "tree": text(each.group.export_tree().bytes),
        "group_info": maybe(out.group_info and out.group_info.to_bytes()),
    }


def propose(asked: Asked) -> dict[str, Any]:
    if asked.get("private") or not (asked.get("adds") or asked.get("removes")):
        raise AdapterError("the bindings have no call for that proposal")
    each = members[asked["as"]]
    if asked.get("adds"):
        (out,) = each.group.propose_add_members([mls.Message.from_bytes(data(one)) for one in asked["adds"]])
    else:
        (out,) = each.group.propose_remove_members([_met(each, identity) for identity in asked["removes"]])
    return {"message": text(out.to_bytes())}


def process(asked: Asked) -> dict[str, Any]:
    """`sender` is who sent it: the bindings' identities cannot be read or made, only kept."""
    each = members[asked["as"]]
    got = each.group.process_incoming_message(mls.Message.from_bytes(data(asked["message"])))
    if each.stores:
        each.group.write_to_storage()
    if got.is_application_message():
        each.met[asked["sender"]] = got.sender
        return {"kind": "application", "plaintext": text(got.data)}
    if got.is_commit():
        each.met[asked["sender"]] = got.committer
        return {"kind": "commit", "removed": got.effect.is_removed()}
    if got.is_received_proposal():
        return {"kind": "proposal", "removed": False}
    raise AdapterError("that is not for a group")


def encrypt(asked: Asked) -> dict[str, Any]:
    if asked.get("aad"):
        raise AdapterError("the bindings take no authenticated data")
    return {
        "message": text(members[asked["as"]].group.encrypt_application_message(data(asked["plaintext"])).to_bytes())
    }


def exporter(asked: Asked) -> dict[str, Any]:
    group = members[asked["as"]].group
    return {"secret": text(group.export_secret(data(asked["label"]), data(asked["context"]), asked["length"]))}


def tree(asked: Asked) -> dict[str, Any]:
    return {"tree": text(members[asked["as"]].group.export_tree().bytes)}


def _met(each: Member, identity: str) -> Any:
    if identity not in each.met:
        raise AdapterError(f"{identity} sent nothing yet, so the bindings cannot name it")
    return each.met[identity]


if __name__ == "__main__":
    serve(
        {
            "hello": hello,
            "member": member,
            "forget": forget,
            "key_package": key_package,
            "create": create,
            "join": join,
            "commit": commit,
            "propose": propose,
            "process": process,
            "encrypt": encrypt,
            "exporter": exporter,
            "tree": tree,
        }
    )
