# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One name for one person in one answer, whatever they are named by, and no way back to who it is."""

from __future__ import annotations

import re

import pytest

from privity.identity.errors import UsageError
from privity.identity.pseudonyms import KEY_BYTES, Names, pseudonym
from privity.identity.uris import between_devices, make_client_uri
from privity.wire.rows_about import Whom

KEY, OTHER_KEY = bytes(KEY_BYTES), b"\1" * KEY_BYTES
ANN, BEN = (f"mimi://hub.example/u/{letter * 25}a" for letter in "ab")
PHONE = make_client_uri(BEN, "p" * 25 + "a")


def names(*, named: bool = False) -> Names:
    return Names(Whom((ANN, "closed:mark"), f"u:{ANN}", between_devices(ANN)), KEY, named)


def test_the_same_person_has_one_pseudonym_under_one_key() -> None:
    assert pseudonym(KEY, BEN) == pseudonym(KEY, BEN) != pseudonym(OTHER_KEY, BEN)
    assert pseudonym(KEY, BEN) != pseudonym(KEY, ANN)
    assert re.fullmatch(r"person-[a-z2-7]{16}", pseudonym(KEY, BEN))


def test_a_device_is_its_persons() -> None:
    person, device = pseudonym(KEY, PHONE).split("/")
    assert person == pseudonym(KEY, BEN)
    assert re.fullmatch(r"device-[a-z2-7]{16}", device)
    other = make_client_uri(ANN, "p" * 25 + "a")
    assert pseudonym(KEY, other).split("/")[0] != person


def test_whom_it_is_about_keeps_their_address_and_nobody_else_does() -> None:
    own = make_client_uri(ANN, "q" * 25 + "a")
    assert (names().of_user(ANN), names().of_user("closed:mark"), names().of_device(own)) == (ANN, ANN, own)
    assert names().of_user(BEN) == pseudonym(KEY, BEN)
    assert names().of_device(PHONE) == pseudonym(KEY, PHONE)
    assert names().of_pair(f"{BEN} {ANN}") == f"{pseudonym(KEY, BEN)} {ANN}"


def test_an_order_that_names_third_parties_gets_them() -> None:
    assert names(named=True).of_user(BEN) == BEN and names(named=True).of_device(PHONE) == PHONE
    assert names(named=True).of_pair(f"{BEN} {ANN}") == f"{BEN} {ANN}"


def test_the_key_is_in_no_repr() -> None:
    assert repr(KEY) not in repr(names())


@pytest.mark.parametrize("key", [b"", b"short", bytes(KEY_BYTES + 1)])
def test_a_key_of_another_size_is_a_mistake(key: bytes) -> None:
    with pytest.raises(UsageError):
        pseudonym(key, BEN)
