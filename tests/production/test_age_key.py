# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Keys of age are taken in their one form. Points that are no keys: tests/attacks/test_forged_agencies.py."""

from __future__ import annotations

import pyrage
import pytest

from privity.production import age_key
from privity.production.errors import BadRecipient

KEY = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"


def test_only_its_other_half_opens_what_is_encrypted_to_a_key() -> None:
    mine, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    sealed = age_key.encrypted(b"a teapot", f" {mine.to_public()}\n")
    assert pyrage.decrypt(sealed, [mine]) == b"a teapot"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [other])


@pytest.mark.parametrize(
    "text",
    ["", "age1", KEY[:-1], KEY[:-1] + ("q" if KEY[-1] != "q" else "p"), KEY.upper(), "ssh-ed25519 AAAA", f"{KEY}{KEY}"],
    ids=["nothing", "begun", "cut off", "another checksum", "capitals", "of ssh", "twice"],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadRecipient, match="expected an age key"):
        age_key.encrypted(b"a teapot", text)
