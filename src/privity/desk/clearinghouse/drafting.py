# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Putting a snapshot into a draft: one open draft for each account gathers its cases until somebody approves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Said
from privity.desk.clearinghouse import store
from privity.desk.clearinghouse.drivers.steps import Driver
from privity.desk.clearinghouse.errors import NothingToRefer
from privity.desk.clearinghouse.freezing import Asked, Frozen, FrozenFile
from privity.desk.clearinghouse.model import Destination, Draft, Item, ItemState, Referral, SealedKind
from privity.desk.clearinghouse.preserving import hold_while_open
from privity.desk.clearinghouse.sealed import Vault
from privity.desk.clearinghouse.snapshot import Disclosed, FileFacts, ProfileCopy, Snapshot, check_size
from privity.desk.db.transaction import Db, transaction


@dataclass(frozen=True, slots=True)
class Desk:
    """What the services need beside the database. Its repr shows no key."""

    evidence_key: bytes = field(repr=False)
    random: Callable[[int], bytes] = field(repr=False)
    drivers: Mapping[Destination, Driver] = field(repr=False)

    def vault(self, db: Db) -> Vault:
        return Vault(db, self.evidence_key, self.random)


def draft(db: Db, desk: Desk, who: str, asked: Asked, frozen: Frozen, now_ms: int) -> tuple[int, Act]:
    """Into the open draft, or into a new one. Returns its number and which of both it was. Raises NothingToRefer."""
    bundle = _bundle(asked, frozen)
    level = frozen.snapshot.level
    with transaction(db):
        n = store.drafted(db, asked.destination, bundle)
        act = Act.REFERRAL_DRAFTED if n is None else Act.REFERRAL_JOINED
        if n is None:
            n = store.add(db, asked.destination, asked.incident.value, bundle, level, asked.mandatory, now_ms)
        else:
            before = store.read(db, n)
            joined = replace(before, level=min(level, before.level), mandatory=before.mandatory or asked.mandatory)
            store.write(db, before, joined)
        _keep(db, desk.vault(db), n, asked, frozen, who, now_ms)
        said = frozen.snapshot
        say(
            db,
            who,
            act,
            store.read(db, n),
            now_ms,
            case=asked.case,
            case_level=level,
            source=said.source,
            copies=[copy.evidence for copy in said.profiles],
        )
    return n, act


def say(db: Db, who: str, act: Act, referral: Referral, now_ms: int, **said: Said) -> None:
    """An entry of the audit log about a referral, with what every such entry says."""
    about: dict[str, Said] = {
        "destination": referral.destination.value,
        "kind": referral.kind,
        "level": referral.level,
        "mandatory": referral.mandatory,
    }
    audit.add(db, at_ms=now_ms, who=who, act=act, about=f"referral:{referral.n}", **about, **said)


def _bundle(asked: Asked, frozen: Frozen) -> str:
    """What is gathered: all about one account, or all that pass on one file."""
    if not asked.viral:
        return asked.about
    if not frozen.files:
        raise NothingToRefer("a batch is about a file that many passed on, and there is none among these")
    return f"sha256:{frozen.files[0].facts.sha256}"


def _keep(db: Db, vault: Vault, n: int, asked: Asked, frozen: Frozen, who: str, now_ms: int) -> None:
    have = store.items(db, n)
    facts = (msgspec.json.decode(vault.at(n, SealedKind.FACTS, one.item), type=FileFacts) for one in have)
    known = {one.sha256: item.item for one, item in zip(facts, have, strict=True)}
    fresh: list[tuple[int, FrozenFile]] = []
    for file in frozen.files:
        if file.facts.sha256 not in known:
            known[file.facts.sha256] = len(have) + len(fresh) + 1
            fresh.append((known[file.facts.sha256], file))
    position = len(store.drafts(db, n))
    check_size(len(frozen.snapshot.messages), len(have) + len(fresh))
    for item, file in fresh:
        store.add_item(db, n, Item(item, ItemState.WAITING, None, file.facts.evidence or None))
        vault.keep(n, SealedKind.FACTS, item, msgspec.json.encode(file.facts))
        vault.keep(n, SealedKind.FILE, item, file.content)
    numbers = sorted({known[file.facts.sha256] for file in frozen.files})
    messages, copies = _what_is_new(vault, n, position, frozen.snapshot)
    snapshot = msgspec.structs.replace(frozen.snapshot, files=numbers, messages=messages, profiles=copies)
    vault.keep(n, SealedKind.SNAPSHOT, position, snapshot.encode())
    store.add_draft(db, n, position, Draft(asked.case, who, now_ms, asked.about))
    hold_while_open(db, n, frozen.evidence)


def _what_is_new(vault: Vault, n: int, drafts: int, snapshot: Snapshot) -> tuple[list[Disclosed], list[ProfileCopy]]:
    """What the draft does not say yet. Raises NothingToRefer where it says all of it."""
    earlier = [Snapshot.decode(vault.at(n, SealedKind.SNAPSHOT, position)) for position in range(drafts)]
    said = {(message.report, message.position) for one in earlier for message in one.messages}
    fresh = [message for message in snapshot.messages if (message.report, message.position) not in said]
    shown = {copy.evidence for one in earlier for copy in one.profiles}
    copies = [copy for copy in snapshot.profiles if copy.evidence not in shown]
    says_something = bool(snapshot.messages or snapshot.profiles)
    bare = not says_something and any(one.case == snapshot.case for one in earlier)
    if bare or (says_something and not fresh and not copies):
        raise NothingToRefer(f"all of this is in referral {n} already")
    return fresh, copies
