# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a page refuses has a name of its own, which the page says where a person could do something about it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from privity.desk.console import csrf
from privity.desk.console.asked import Asked
from privity.desk.console.errors import ForeignRequest, PageUnknown, ProofWanted
from privity.desk.console.forms import MAX_FORM_BYTES
from privity.desk.staff.rights import Role
from tests.desk.console.conftest import Pages


def asked(**parts: str) -> Asked:
    """A request that brought nothing but its path."""
    return Asked(cast("Any", None), "/", parts, {}, {}, "", "", None, 0)


def test_a_form_of_another_browser_is_foreign() -> None:
    csrf.check("mine", csrf.token_of("mine"))
    for cookie, token in (("mine", csrf.token_of("theirs")), ("", csrf.token_of("")), ("mine", "")):
        with pytest.raises(ForeignRequest):
            csrf.check(cookie, token)


@pytest.mark.parametrize("number", ["", "x", "-1", "1e3", "9" * 16, "١"])
def test_an_address_without_a_number_is_no_page(number: str) -> None:
    assert asked(number="12").number("number") == 12
    with pytest.raises(PageUnknown):
        asked(number=number).number("number")


def test_an_act_that_takes_a_passkey_asks_for_it() -> None:
    with pytest.raises(ProofWanted) as wanted:
        asked().fresh("confirm:12")
    assert wanted.value.purpose == "confirm:12"


async def test_a_page_says_the_name(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    answer = await visitor.send("/sign-out", b"csrf=" + b"x" * MAX_FORM_BYTES)
    assert (answer.status, "FormTooLarge" in answer.text) == (413, True)
