# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a group requires and uses, all its members support: at its start, at every change, and whoever comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from privity.mls.errors import (
    BadAppDataUpdate,
    MlsError,
    NotCanonical,
    UnsupportedCredential,
    UnsupportedExtension,
    UnsupportedProposal,
)
from privity.mls.group import Group
from privity.mls.messages.app_data import LAST_RESORT_KEY_PACKAGE, AppDataDictionary, ComponentData
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, APP_DATA_UPDATE, LAST_RESORT
from privity.mls.messages.envelope import decode_group_info, decode_public_message
from privity.mls.messages.extensions import Extension, RequiredCapabilities
from privity.mls.messages.proposals import AppDataUpdate, GroupContextExtensions
from privity.mls.public_group import PublicGroup
from tests.mls.group.builders import LIFETIME, NOW, Member, OpenRules, accept, agree, capabilities, room, snapshot

REQUIRED = {
    UnsupportedExtension: RequiredCapabilities(extensions=(0xF100,)),
    UnsupportedProposal: RequiredCapabilities(proposals=(0xF100,)),
    UnsupportedCredential: RequiredCapabilities(credentials=(2,)),
}
RICH = replace(
    capabilities(1),
    extensions=(*capabilities(1).extensions, 0xF100),
    proposals=(*capabilities(1).proposals, 0xF100),
    credentials=(1, 2),
)


def member(name: str, supported: Capabilities) -> Member:
    made = Member(name)
    made.bundle = made.new_bundle(capabilities=supported)
    return made


def start(maker: Member, supported: Capabilities, *extensions: Extension) -> None:
    maker.group = Group.create(
        maker.identity,
        b"demanding",
        extensions=extensions,
        capabilities=supported,
        lifetime_s=LIFETIME,
        now=NOW,
        rules=maker.rules,
        random=maker.random,
    )


def refused(maker: Member, error: type[MlsError], **commit: Any) -> None:
    before = snapshot(maker)
    with pytest.raises(error) as caught:
        maker.commit(**commit)
    assert type(caught.value) is error
    assert snapshot(maker) == before


@pytest.mark.parametrize(("error", "required"), REQUIRED.items())
def test_requirements_hold_at_every_entrance(error: type[MlsError], required: RequiredCapabilities) -> None:
    ana, ben, poor = member("ana", RICH), member("ben", RICH), member("poor", capabilities(1))
    with pytest.raises(error):
        start(ana, capabilities(1), required.extension())
    start(ana, RICH, required.extension())
    refused(ana, error, adds=[poor.bundle.key_package])
    accept(ana.commit(adds=[ben.bundle.key_package]), [ana], [ben])
    with pytest.raises(error):
        Group.join_external(
            decode_group_info(ana.group.group_info(with_tree=True)),
            ratchet_tree=None,
            identity=poor.identity,
            capabilities=capabilities(1),
            rules=poor.rules,
            now=NOW,
            random=poor.random,
        )
    assert agree([ana, ben])


@pytest.mark.parametrize(("error", "required"), REQUIRED.items())
def test_requirements_come_only_when_all_who_stay_meet_them(
    error: type[MlsError], required: RequiredCapabilities
) -> None:
    ana, ben, poor = member("ana", RICH), member("ben", RICH), member("poor", capabilities(1))
    start(ana, RICH)
    accept(ana.commit(adds=[ben.bundle.key_package, poor.bundle.key_package]), [ana], [ben, poor])
    new = (required.extension(),)
    refused(ana, error, group_context_extensions=new)
    proposal = ben.group.propose_group_context_extensions(new, random=ben.random, now=NOW)
    for other in (ana, poor):
        other.process(proposal)
    assert ana.commit().staged.proposals == ()
    ana.group.clear_pending()
    refused(ana, error, by_reference=list(ana.group.proposals))
    poor_leaf = poor.group.own_leaf
    pending = ana.commit(removes=[poor_leaf])
    kinds = {type(sent.proposal) for sent in pending.staged.proposals}
    assert GroupContextExtensions in kinds, "with the poor one gone the others meet them"
    accept(pending, [ana, ben, poor])
    assert agree([ana, ben])


def test_an_own_key_package_lists_what_it_carries() -> None:
    ana = Member("ana")
    with pytest.raises(UnsupportedExtension):
        ana.new_bundle(extensions=(Extension(0xF100, b""),))
    assert ana.new_bundle(last_resort=True).key_package.last_resort
    assert not ana.new_bundle().key_package.last_resort


def test_the_component_marks_a_last_resort_as_the_extension_does() -> None:
    ana, ben = Member("ana").create(), Member("ben")
    marked = AppDataDictionary((ComponentData(LAST_RESORT_KEY_PACKAGE, b""),)).extension()
    ben.bundle = ben.new_bundle(extensions=(marked,))
    assert ben.bundle.key_package.last_resort
    accept(ana.commit(adds=[ben.bundle.key_package]), [ana], [ben])
    assert LAST_RESORT not in {extension.type for extension in ben.bundle.key_package.extensions}


# The app data dictionary, wherever it stands


UNSORTED = Extension(
    APP_DATA_DICTIONARY,
    AppDataDictionary((ComponentData(2, b""), ComponentData(1, b""))).encode(),
)
TWICE = Extension(APP_DATA_DICTIONARY, AppDataDictionary((ComponentData(7, b"a"), ComponentData(7, b"b"))).encode())
SORTED = AppDataDictionary((ComponentData(1, b""), ComponentData(3, b""))).extension()


@pytest.mark.parametrize("bad", [UNSORTED, TWICE])
def test_dictionaries_are_sorted_and_name_each_component_once(bad: Extension) -> None:
    ana, ben = room("ana", "ben")
    refused(ana, NotCanonical, group_context_extensions=(bad,))
    for place in ("extensions", "leaf_extensions"):
        eve = Member("eve")
        good = eve.new_bundle(**{place: (SORTED,)}).key_package
        ana.commit(adds=[good])
        ana.group.clear_pending()
        refused(ana, NotCanonical, adds=[eve.new_bundle(**{place: (bad,)}).key_package])
    with pytest.raises(NotCanonical):
        start(Member("zoe"), capabilities(1), bad)
    assert ben.group.epoch == ana.group.epoch


def test_an_external_commit_updates_components_as_far_as_the_application_lets_it() -> None:
    ana, ben = room("ana", "ben")
    info = decode_group_info(ana.group.group_info(with_tree=True))
    server = PublicGroup.from_group_info(info, None, OpenRules(), NOW)
    eve = Member("eve")

    def enter(*updates: AppDataUpdate) -> bytes:
        joined = Group.join_external(
            info,
            ratchet_tree=None,
            identity=eve.identity,
            capabilities=capabilities(1),
            rules=eve.rules,
            now=NOW,
            random=eve.random,
            app_data_updates=updates,
        )
        eve.group = joined.merge()
        return joined.message

    with pytest.raises(BadAppDataUpdate):
        enter(AppDataUpdate(0x8000, None))
    message = enter(AppDataUpdate(0x8000, b"one"), AppDataUpdate(0x8000, b" two"))
    staged = server.process(decode_public_message(message), NOW)
    assert AppDataDictionary.of(staged.context.extensions).get(0x8000) == b"one two"  # type: ignore[union-attr]  # a commit
    for member in (ana, ben):
        member.follow(message)
    assert agree([ana, ben, eve])


def test_a_group_whose_members_all_know_updates_changes_components_only_by_them() -> None:
    required = RequiredCapabilities(proposals=(APP_DATA_UPDATE,)).extension()
    ana, ben = room("ana", "ben", extensions=(required, SORTED))
    refused(ana, BadAppDataUpdate, group_context_extensions=(required,))
    changed = AppDataDictionary((ComponentData(1, b"x"),)).extension()
    refused(ana, BadAppDataUpdate, group_context_extensions=(required, changed))
    pending = ana.commit(
        group_context_extensions=(SORTED, required), app_data_updates=[AppDataUpdate(1, b"x"), AppDataUpdate(3, None)]
    )
    accept(pending, [ana, ben])
    assert AppDataDictionary.of(ana.group.context.extensions).items == (ComponentData(1, b"x"),)
    assert agree([ana, ben])
