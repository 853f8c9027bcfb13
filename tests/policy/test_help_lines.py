# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an operator may name as help, and what no device shows: tricks with addresses, letters and lengths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.mls.errors import PolicyRefused
from privity.policy.help_lines import KNOWN_HOSTS, MAX_TEXT, MAX_URL, check_help

TEXT = "A line for teapots, day and night: 0800 000 0 000."

GOOD = [
    "",
    "https://help.teapots.example",
    "https://help.teapots.example/",
    "https://teapots.example/de/where_to-call.html",
]
BAD = [
    "javascript:alert(1)",
    "JavaScript://teapots.example/%0aalert(1)",
    "data:text/html,x",
    "http://teapots.example",
    "HTTPS://teapots.example",
    "//teapots.example",
    "https:teapots.example",
    "https://",
    "https://localhost",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://0x7f.1/",
    "https://teapots.example:8443/",
    "https://stopncii.org@teapots.example/",
    "https://teapots.example/?next=x",
    "https://teapots.example/#x",
    "https://teapots.example/%2e%2e",
    "https://teapots.example\\@evil.example",
    "https://teapots.example/a b",
    "https://teapots.example\n",
    "https://te\u0430pots.example/",
    "https://xn--tepots-6fg.example/",
    "https://teapots..example/",
    "https://-teapots.example/",
    "https://teapots-.example/",
    "https://teapots.example/\u202e",
    "https://teapots.example/" + "a" * MAX_URL,
    "https://" + "a" * 64 + ".example/",
]
TWINS = [
    "https://stopncii.org.teapots.example/",
    "https://stopnc1i.org/",
    "https://st0pncii.org/",
    "https://stopncii.com/",
    "https://stop-ncii.org/",
    "https://stopnciii.org/",
    "https://stopnci.org/",
    "https://stponcii.org/",
    "https://takeitdown.ncmec.org.teapots.example/",
    "https://take-it-down.example/",
    "https://takeltdown.example/",
    "https://ncmec.example/",
    "https://www.stopncii.org/",
]


@pytest.mark.parametrize("url", GOOD)
def test_plain_addresses_are_taken(url: str) -> None:
    check_help(TEXT, url, "")
    check_help(TEXT, url, "DE")


@pytest.mark.parametrize("url", [f"https://{host}" for host in KNOWN_HOSTS])
def test_what_the_program_names_itself_may_be_named_again(url: str) -> None:
    check_help(TEXT, url, "")


@pytest.mark.parametrize("url", BAD)
def test_an_address_with_anything_else_in_it_is_refused(url: str) -> None:
    with pytest.raises(PolicyRefused, match="address"):
        check_help(TEXT, url, "")


@pytest.mark.parametrize("url", TWINS)
def test_what_looks_like_a_known_service_is_refused(url: str) -> None:
    with pytest.raises(PolicyRefused, match="looks like"):
        check_help(TEXT, url, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        " x",
        "x ",
        "x\ny",
        "x\u2028y",
        "x\ty",
        "x\x00y",
        "x\u202ey",
        "x\u200by",
        "x\ud800y",
        "x" * (MAX_TEXT + 1),
    ],
)
def test_a_sentence_that_hides_something_or_is_none_is_refused(text: str) -> None:
    with pytest.raises(PolicyRefused, match="line of help"):
        check_help(text, "", "")


@pytest.mark.parametrize("country", ["de", "D", "DEU", "D1", "\u0414\u0415", "<b"])
def test_a_country_is_two_letters(country: str) -> None:
    with pytest.raises(PolicyRefused, match="country"):
        check_help(TEXT, "", country)


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=4))
def test_whatever_is_taken_is_visible_and_leads_to_one_plain_place(text: str, url: str, country: str) -> None:
    try:
        check_help(text, url, country)
    except PolicyRefused:
        return
    assert text.isprintable() and 0 < len(text) <= MAX_TEXT
    assert not url or (url.startswith("https://") and url.isascii() and url.isprintable() and len(url) <= MAX_URL)
    assert len(country) in (0, 2)
