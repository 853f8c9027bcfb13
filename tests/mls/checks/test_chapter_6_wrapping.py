# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""PublicMessage and PrivateMessage: what shows that a member sent them, and what keeps them from others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls.codec import MAX_VECTOR
from privity.mls.messages.codepoints import PRIVATE_MESSAGE, PUBLIC_MESSAGE
from privity.mls.messages.framing import AuthenticatedContent, Sender, encode_auth, encode_body
from privity.mls.messages.proposals import Remove
from privity.mls.schedule.protect import open_sender_data, seal_private
from privity.mls.schedule.secret_tree import Kind
from tests.mls.checks.showing import breaks, raises_check, shows
from tests.mls.checks.valid import (
    content,
    encoded,
    flipped,
    followed,
    private,
    public,
    sealed,
    signed,
    step_of,
    tagged,
    taking,
    talking,
    twin,
)
from tests.mls.group.builders import Member, accept
from tests.mls.public.builders import NOW, TAG

# PublicMessage


@shows("6.2-1", "6.2-2")
def test_a_membership_tag_that_is_missing_or_too_much() -> None:
    room = followed()
    by_member, by_hub = room.propose(0, Remove(1)), room.propose_from_hub(Remove(1))
    breaks("6.2-1", lambda tag: replace(by_member, membership_tag=tag), TAG, None)
    breaks("6.2-2", lambda tag: replace(by_hub, membership_tag=tag), None, TAG)


@shows("6.2-3")
def test_a_membership_tag_of_another_key() -> None:
    ana, ben = talking("ana", "ben")
    good = public(ana.commit(force_path=True).message)
    assert good.membership_tag is not None
    past = tagged(ana, good.authenticated)
    for tag in (flipped(good.membership_tag), good.membership_tag[:-1], b""):
        breaks("6.2-3", taking(ben), encoded(good), encoded(replace(good, membership_tag=tag)))
    assert past == encoded(good)


@pytest.mark.parametrize("private", [False])
@shows("6.2-4", "6.2-5", "6.2-6", "6.2-7")
def test_what_a_membership_tag_covers(private: bool) -> None:
    ana, ben = talking("ana", "ben")
    good = public(ana.commit(force_path=True).message)
    assert good.confirmation_tag is not None and good.membership_tag is not None
    for number, broken in {
        "6.2-4": replace(good, content=replace(good.content, authenticated_data=b"more")),
        "6.2-5": replace(good, signature=flipped(good.signature)),
        "6.2-6": replace(good, confirmation_tag=flipped(good.confirmation_tag)),
        "6.2-7": replace(good, membership_tag=tag_in_context(ana, good.authenticated)),
    }.items():
        breaks(number, taking(ben), encoded(good), encoded(broken))


def tag_in_context(sender: Member, auth: AuthenticatedContent) -> bytes:
    """The tag under the right key and another group context."""
    other = twin(sender)
    epoch = other.group._state.epoch
    other.group._state.epoch = replace(epoch, context=flipped(epoch.context, 40))
    tag = public(tagged(other, auth)).membership_tag
    assert tag is not None
    return tag


@shows("6.2-8", "6.2-9")
def test_a_right_membership_tag_excuses_nothing() -> None:
    ana, ben = talking("ana", "ben")
    auth = public(ana.commit(force_path=True).message).authenticated
    assert auth.confirmation_tag is not None
    good = tagged(ana, auth)
    for signature in (flipped(auth.signature), b""):
        breaks("6.2-8", taking(ben), good, tagged(ana, replace(auth, signature=signature)))
    for tag in (flipped(auth.confirmation_tag), b""):
        breaks("6.2-9", taking(ben), good, tagged(ana, auth.with_confirmation_tag(tag)))


@shows("6.2-10")
def test_what_was_signed_for_a_private_message_in_the_clear() -> None:
    ana = talking("ana", "ben")[0]
    clear, private = (signed(ana, content(ana, Remove(1)), wire_format=each) for each in (1, 2))
    breaks("6.2-10", lambda auth: tagged(ana, auth), clear, private)


# PrivateMessage


@shows("6.3-2")
def test_a_message_of_our_own() -> None:
    ana, ben = talking("ana", "ben")
    breaks("6.3-2", taking(ana), ben.say(b"hello"), ana.say(b"hello"))


@shows("6.3-1", "6.3.1-1", "6.3.1-2", "6.3.2-5", "6.3.2-6")
def test_private_messages_that_were_changed() -> None:
    ana, ben = talking("ana", "ben")
    good, other = private(ana.say(b"hello", aad=b"aad")), private(ana.say(b"hello", aad=b"aad"))
    for number, broken in [
        ("6.3-1", replace(good, ciphertext=flipped(good.ciphertext))),
        ("6.3.1-1", replace(good, authenticated_data=b"oad")),
        ("6.3.1-1", replace(good, authenticated_data=b"")),
        ("6.3.1-2", replace(good, content_type=2)),
        ("6.3.1-2", replace(good, content_type=3)),
        ("6.3.2-5", replace(good, encrypted_sender_data=flipped(good.encrypted_sender_data))),
        ("6.3.2-5", replace(good, encrypted_sender_data=b"")),
        ("6.3.2-6", replace(good, encrypted_sender_data=other.encrypted_sender_data)),
        ("6.3.2-6", replace(good, ciphertext=other.ciphertext)),
        ("6.3.2-6", replace(good, ciphertext=good.ciphertext[:8])),
    ]:
        breaks(number, taking(ben), encoded(good), encoded(broken))


@shows("6.3.1-3")
def test_padding_that_says_something() -> None:
    ana, ben = talking("ana", "ben")
    auth = signed(ana, content(ana, b"hello"))
    good = sealed(ana, auth, padding=bytes(30))
    for padding in (b"\x01", bytes(29) + b"\x80", b"\x01" + bytes(29)):
        breaks("6.3.1-3", taking(ben), good, sealed(ana, auth, padding=padding))


@shows("6.3.1-4")
def test_content_that_is_cut_short() -> None:
    ana, ben = talking("ana", "ben")
    auth = signed(ana, content(ana, b"hello"))
    plain = encode_body(auth.content.body) + encode_auth(auth.signature, None)
    good = sealed(ana, auth, plain=plain)
    for stop in (0, 1, 6, 20, len(plain) - 1):
        breaks("6.3.1-4", taking(ben), good, sealed(ana, auth, plain=plain[:stop]))


@shows("6.3.1-5")
def test_a_member_who_speaks_for_another() -> None:
    """Ben holds every key of the group but ana's signature key."""
    ana, ben, cyd = talking("ana", "ben", "cyd")
    framed = content(ana, b"I, ana, owe you money")
    auth = signed(ana, framed)
    for forged in (signed(ben, framed), replace(auth, signature=b""), replace(auth, signature=flipped(auth.signature))):
        breaks("6.3.1-5", taking(cyd), sealed(ben, auth), sealed(ben, forged))


@shows("6.3.1-6")
def test_an_encrypted_commit_with_another_confirmation_tag() -> None:
    ana, ben = talking("ana", "ben")
    auth = twin(ana).commit(force_path=True, private=True).staged.change.auth
    assert auth.confirmation_tag is not None
    bad = auth.with_confirmation_tag(flipped(auth.confirmation_tag))
    breaks("6.3.1-6", taking(ben), sealed(ana, auth), sealed(ana, bad))


@shows("6.3.1-7", "6.3.1-8")
def test_messages_that_no_receiver_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    ana, ben = talking("ana", "ben")
    before = ana.group._state.epoch.messages.records.copy()
    breaks("6.3.1-7", lambda aad: twin(ana).say(b"hello", aad=aad), bytes(MAX_VECTOR), bytes(MAX_VECTOR + 1))
    with raises_check("6.3.1-7"):
        ana.group.propose_remove(1, random=ana.random, now=NOW, aad=bytes(MAX_VECTOR + 1))
    taking(ben)(twin(ana).say(b"hello", aad=bytes(MAX_VECTOR)))
    monkeypatch.setattr("privity.mls.codec.MAX_MESSAGE", 4096)  # 64 MiB would say the same and take seconds
    breaks("6.3.1-8", lambda text: twin(ana).say(text), bytes(4000), bytes(4096))
    breaks("6.3.1-8", lambda step: twin(ana).say(b"hello", padding_to=step), 2048, 4096)
    assert ana.group._state.epoch.messages.records == before


def as_private(sender: Member, auth: AuthenticatedContent) -> None:
    epoch = sender.group._state.epoch
    step = step_of(sender, 0, Kind.HANDSHAKE)
    seal_private(epoch.suite, epoch.secrets.sender_data_secret, step, auth, random=sender.random)


@shows("6.3.2-1", "6.3.2-2")
def test_what_we_do_not_seal() -> None:
    ana = talking("ana", "ben")[0]
    good = signed(ana, content(ana, Remove(1)))
    joining = replace(good, content=replace(good.content, sender=Sender.new_member_proposal()))
    breaks("6.3.2-1", lambda auth: as_private(ana, auth), good, joining)
    clear = signed(ana, good.content, wire_format=PUBLIC_MESSAGE)
    breaks("6.3.2-2", lambda auth: as_private(ana, auth), good, clear)
    assert good.wire_format == PRIVATE_MESSAGE


@pytest.mark.parametrize(
    ("number", "leaf"),
    [
        pytest.param("6.3.2-3", 2, marks=shows("6.3.2-3")),
        pytest.param("6.3.2-4", 4, marks=shows("6.3.2-4")),
        pytest.param("6.3.2-4", 0xFFFFFFFF, marks=shows("6.3.2-4")),
    ],
)
def test_sender_data_that_names_nobody(number: str, leaf: int) -> None:
    """Four leaves, of which the third is blank."""
    ana, ben, cyd, dov = talking("ana", "ben", "cyd", "dov")
    accept(ana.commit(removes=[2]), [ana, ben, cyd, dov])
    auth = signed(ana, content(ana, b"hello"))

    def naming(index: int) -> bytes:
        data = index.to_bytes(4, "big") + bytes(4) + b"\x05\x06\x07\x08"
        return sealed(ana, auth, sender_data=data)

    breaks(number, taking(ben), naming(0), naming(leaf))


@shows("6.3.2-7", "6.3.2-8")
def test_sender_data_of_another_length() -> None:
    ana, ben = talking("ana", "ben")
    auth = signed(ana, content(ana, b"hello"))
    whole = bytes(8) + b"\x05\x06\x07\x08"
    good = sealed(ana, auth, sender_data=whole)
    for cut in (whole[:-1], whole[:4], b""):
        breaks("6.3.2-7", taking(ben), good, sealed(ana, auth, sender_data=cut))
    breaks("6.3.2-8", taking(ben), good, sealed(ana, auth, sender_data=whole + b"\x00"))


@shows("6.3.2-9", "6.3.2-10")
def test_sender_data_that_lies() -> None:
    ana, ben, cyd = talking("ana", "ben", "cyd")
    auth = signed(ana, content(ana, b"hello"))
    guard = b"\x05\x06\x07\x08"
    good = sealed(ana, auth, sender_data=bytes(8) + guard)
    breaks("6.3.2-9", taking(ben), good, sealed(ana, auth, sender_data=bytes(8) + flipped(guard)))
    as_cyd = (2).to_bytes(4, "big") + bytes(4) + guard
    breaks("6.3.2-10", taking(ben), good, sealed(ana, auth, sender_data=as_cyd))
    assert cyd.group.own_leaf == 2


# Duties


@shows("6-16")
def test_handshake_messages_can_be_encrypted() -> None:
    ana, ben = talking("ana", "ben")
    taking(ben)(twin(ana).group.propose_remove(1, random=ana.random, now=NOW, private=True))
    pending = ana.commit(force_path=True, private=True)
    assert private(pending.message).content_type == 3
    accept(pending, [ana, ben])


def generation(reader: Member, message: bytes) -> tuple[int, bytes]:
    epoch = reader.group._state.epoch
    data = open_sender_data(epoch.suite, epoch.secrets.sender_data_secret, private(message))
    return data.generation, data.reuse_guard


@shows("6.3.1-9", "6.3.1-10")
def test_no_key_and_nonce_twice() -> None:
    """After a restart the chain goes on; and who was put back to an older state still takes another nonce."""
    ana, ben = talking("ana", "ben")
    older = twin(ana)
    first, second = ana.say(b"hello"), ana.say(b"hello")
    ana.reload()
    third = ana.say(b"hello")
    assert [generation(ben, message)[0] for message in (first, second, third)] == [0, 1, 2]
    again = older.say(b"hello")
    assert generation(ben, again)[0] == 0
    assert len({generation(ben, message)[1] for message in (first, second, third, again)}) == 4
    assert private(again).ciphertext != private(first).ciphertext
