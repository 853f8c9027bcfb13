# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of what is kept about accounts: addresses, devices, ages, profiles, blocks, invites, files, links."""

from __future__ import annotations

from privity.identity.account import Account as KeptAccount
from privity.server.accounts import store as accounts
from privity.server.accounts.model import Account
from privity.server.ages import store as ages
from privity.server.ages.model import StoredAge
from privity.server.blobs import store as blobs
from privity.server.blobs.model import Blob
from privity.server.blocks import store as blocks
from privity.server.blocks.model import Block
from privity.server.db.database import Tx
from privity.server.devices import store as devices
from privity.server.devices.model import Device
from privity.server.invites import store as invites
from privity.server.links import store as links
from privity.server.links.model import Link
from privity.server.profiles import store as profiles
from privity.server.profiles.model import Card, Shown
from privity.server.standing import store as standing
from privity.server.standing.model import Restriction, What
from privity.wire.age import AgeBand
from privity.wire.rest import LinkState
from tests.server.core.people import Person
from tests.server.stores.cast import NOW, people


def test_accounts(tx: Tx) -> None:
    ann = Account("ann", "ann.h")
    accounts.add(tx, ann, NOW)
    assert accounts.find(tx, "ann") == accounts.find_handle(tx, "ann.h") == ann
    assert accounts.find(tx, "Ann") is None, "addresses and handles are compared by their bytes"
    assert accounts.find_handle(tx, "ann.H") is None


def test_ages(tx: Tx) -> None:
    people(tx, "ann", "ben", "cat")
    assert ages.find(tx, "ann") == StoredAge("ann", AgeBand.UNKNOWN)
    said = StoredAge("ann", AgeBand.MINOR, NOW, NOW - 1)
    ages.put(tx, StoredAge("ann", AgeBand.ADULT, 1, 1))
    ages.put(tx, said)
    ages.put(tx, StoredAge("ben", AgeBand.MINOR, NOW + 1, NOW - 2))
    ages.put(tx, StoredAge("cat", AgeBand.ADULT, None, None))
    assert ages.find(tx, "ann") == said
    assert [one.user_uri for one in ages.reviews(tx)] == ["ben", "ann"]
    assert ages.grown(tx, NOW) == [said]


def test_profiles(tx: Tx) -> None:
    people(tx, "ann", "ben")
    assert profiles.find(tx, "ann") == profiles.shown(tx, "ann") == Shown()
    profiles.put(tx, "ann", Shown())
    told = Shown(True, "Ann", "sails", b"\x00p")
    profiles.put(tx, "ann", told)
    assert profiles.find(tx, "ann") == profiles.shown(tx, "ann") == told
    assert profiles.is_listed(tx, "ann")
    assert not profiles.is_listed(tx, "ben")
    assert profiles.card(tx, "ann") == Card("ann", "ann.h", NOW, "Ann", "sails")
    assert profiles.card(tx, "ben") == Card("ben", "ben.h", NOW, "", "")
    assert profiles.card(tx, "cat") is None
    standing.put(tx, Restriction("ann", What.HIDDEN, "d", NOW, None))
    assert profiles.shown(tx, "ann") == Shown(), "a decision took it from others"
    assert not profiles.is_listed(tx, "ann")
    assert profiles.find(tx, "ann") == told
    profiles.unlist(tx, "ann")
    assert not profiles.find(tx, "ann").listed


def test_blocks(tx: Tx) -> None:
    people(tx, "ann", "ben", "cat")
    for other in ("cat", "ben", "ben"):
        blocks.add(tx, Block("ann", other), NOW)
    assert blocks.of_user(tx, "ann") == ["ben", "cat"]
    assert (blocks.exists(tx, Block("ann", "ben")), blocks.exists(tx, Block("ben", "ann"))) == (1, 0)
    blocks.remove(tx, Block("ann", "ben"))
    assert blocks.count(tx, "ann") == 1


def test_invites(tx: Tx) -> None:
    people(tx, "ann", "ben")
    invites.add(tx, b"one", NOW, NOW + 10)
    invites.add(tx, b"two", NOW, NOW + 20)
    assert invites.open_count(tx, NOW) == 2
    assert invites.use(tx, b"one", "ann", NOW + 10) == 0, "over"
    assert invites.use(tx, b"one", "ann", NOW) == 1
    assert invites.use(tx, b"one", "ben", NOW) == 0, "used"
    assert invites.use(tx, b"three", "ben", NOW) == 0
    assert invites.open_count(tx, NOW) == 1
    invites.forget(tx, NOW + 20)
    assert tx.all("SELECT code_hash FROM invite") == [(b"two",)]


def test_blobs(tx: Tx) -> None:
    people(tx, "ann", "ben")
    one, two = Blob(b"1" * 32, 10), Blob(b"2" * 32, 5)
    for blob, user in ((one, "ann"), (one, "ann"), (one, "ben"), (two, "ann")):
        blobs.add(tx, blob, user, NOW)
    assert blobs.find(tx, one.sha256) == one
    assert blobs.find(tx, b"3" * 32) is None
    assert (blobs.stock(tx, "ann"), blobs.stock(tx, "ben"), blobs.stock(tx, "cat"), blobs.total(tx)) == (15, 10, 0, 15)
    assert (blobs.owns(tx, one.sha256, "ben"), blobs.owns(tx, two.sha256, "ben")) == (1, 0)
    assert blobs.orphans(tx, 10) == []
    tx.execute("DELETE FROM blob_owner WHERE user_uri = 'ann'")
    assert blobs.orphans(tx, 10) == [two.sha256]
    blobs.remove(tx, one.sha256)
    assert blobs.stock(tx, "ben") == 0, "whose it was is gone with it"
    assert blobs.total(tx) == 5


def test_links(tx: Tx) -> None:
    people(tx, "ann")
    offered = Link("code", b"c" * 32, LinkState.OFFERED, NOW + 10)
    links.put(tx, offered)
    assert links.find(tx, "code") == offered
    agreed = Link("code", b"c" * 32, LinkState.AGREED, NOW + 10, "ann", device_list=b"list")
    links.put(tx, agreed)
    assert links.find(tx, "code") == agreed
    assert links.find(tx, "CODE") is None
    assert links.count(tx) == 1
    links.remove_expired(tx, NOW + 9)
    assert links.count(tx) == 1
    links.remove_expired(tx, NOW + 10)
    assert links.find(tx, "code") is None


def test_devices(tx: Tx) -> None:
    people(tx, "ann", "ben")
    made = [Device(f"{user}/{n}", user, b"k" * 32, n) for user in ("ann", "ben") for n in (2, 1)]
    for one in made:
        devices.add_device(tx, one)
    assert devices.find(tx, "ann/1") == made[1]
    assert devices.of_user(tx, "ann") == [made[1], made[0]]
    assert devices.which(tx, ["ann/1", "cat/1", "ben/2", "ann/1"]) == {"ann/1", "ben/2"}
    assert devices.which(tx, []) == set()
    tx.execute(
        "INSERT INTO key_package (client_uri, suite, last_resort, not_after_ms, value) VALUES ('ann/1', 1, 0, 1, ?)",
        (b"",),
    )
    devices.remove_devices(tx, ["ann/1", "ben/2"])
    assert [one.client_uri for one in (*devices.of_user(tx, "ann"), *devices.of_user(tx, "ben"))] == ["ann/2", "ben/1"]
    assert tx.one("SELECT 1 FROM key_package") is None, "its KeyPackages go with a device"
    devices.remove_devices(tx, [])


def test_resets(tx: Tx) -> None:
    people(tx, "ann", "ben")
    assert devices.last_reset_ms(tx, "ann") is None
    for at_ms in (NOW, NOW + 5, NOW + 2):
        devices.add_reset(tx, "ann", at_ms)
    assert devices.last_reset_ms(tx, "ann") == NOW + 5
    devices.add_code(tx, b"h", "ann", NOW + 10)
    assert devices.use_code(tx, b"h", "ben", b"list", NOW) == 0, "of somebody else"
    assert devices.use_code(tx, b"h", "ann", b"list", NOW + 10) == 0, "over"
    assert devices.use_code(tx, b"h", "ann", b"list", NOW) == 1
    assert devices.use_code(tx, b"h", "ann", b"list", NOW + 99) == 1, "the same list again"
    assert devices.use_code(tx, b"h", "ann", b"other", NOW) == 0
    devices.forget_codes(tx, NOW + 10)
    assert devices.use_code(tx, b"h", "ann", b"list", NOW) == 1
    devices.forget_codes(tx, NOW + 11)
    assert devices.use_code(tx, b"h", "ann", b"list", NOW) == 0


def test_what_lists_add_up_to(tx: Tx) -> None:
    person = Person("ann.h")
    people(tx, person.user_uri)
    assert devices.state(tx, person.user_uri) is None
    begun = KeptAccount.of(person.list)
    devices.put_state(tx, begun)
    devices.put_state(tx, begun)
    assert devices.state(tx, person.user_uri) == begun
    tx.execute("UPDATE account_state SET due_ms = ?", (NOW,))
    assert (devices.due(tx, NOW - 1), devices.due(tx, NOW)) == ([], [person.user_uri])
