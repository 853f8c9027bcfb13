# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Text of strangers is shown as what it is: no markup of theirs survives, no link lies, nothing turns or hides."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.faces.app.limits import MAX_DEPTH, MAX_MARKS, MAX_SHOWN, MAX_SIGNS
from privity.faces.app.plain import one_line, visible
from privity.faces.app.port.shown import Block, BlockKind, Emphasis, Run
from privity.faces.app.text import SCHEMES, markdown, plain


def runs(text: str) -> list[Run]:
    return [run for block in markdown(text).blocks for run in block.runs]


def words(blocks: tuple[Block, ...]) -> str:
    return "".join(run.text for block in blocks for run in block.runs)


def test_the_subset_becomes_blocks_and_runs() -> None:
    text = "# Head\n\na *b* **c** ~~d~~ `e`\n\n> said\n> > before\n\n3. one\n4. two\n   - inner\n\n```\ncode *\n```"
    shown = markdown(text).blocks
    kinds = [(block.kind, block.depth, block.number) for block in shown]
    assert kinds == [
        (BlockKind.HEADING, 0, 0),
        (BlockKind.PARAGRAPH, 0, 0),
        (BlockKind.QUOTE, 1, 0),
        (BlockKind.QUOTE, 2, 0),
        (BlockKind.ITEM, 1, 3),
        (BlockKind.ITEM, 1, 4),
        (BlockKind.ITEM, 2, 0),
        (BlockKind.CODE, 0, 0),
    ]
    marks = [run.marks for run in shown[1].runs if run.text.strip() and run.marks]
    assert marks == [(Emphasis.EMPHASIS,), (Emphasis.STRONG,), (Emphasis.STRIKE,), (Emphasis.CODE,)]
    assert shown[-1].runs[0].text == "code *"


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b>bold</b> word",
        "<!-- hidden -->",
        "<svg/onload=alert(1)>",
        "<https://tracker.example/pixel>",
        "&lt;b&gt;<b>",
    ],
)
def test_html_stays_the_text_that_was_typed(markup: str) -> None:
    assert "<" in words(markdown(markup).blocks)
    assert all(not run.url and not run.marks for run in runs(markup))


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "privity:x", "//evil.example"],
)
def test_a_link_to_anything_but_a_site_or_an_address_is_none(url: str) -> None:
    assert all(not run.url for run in runs(f"[press here]({url})"))


def test_a_picture_is_not_fetched() -> None:
    assert all(block.kind is BlockKind.PARAGRAPH for block in markdown("![x](https://tracker.example/p.png)").blocks)
    assert [run.url for run in runs("![x](https://tracker.example/p.png)") if run.url] == [
        "https://tracker.example/p.png"
    ]  # a link that a person may press, and nothing that loads by itself


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("[https://bank.example](https://evil.example)", "evil.example"),
        ("[bank.example/login](https://evil.example/bank.example)", "evil.example"),
        ("[www.bank.example](https://bank.example.evil.example)", "bank.example.evil.example"),
        ("[press](https://bank.example@evil.example)", "evil.example"),
        ("[press](https://xn--bnk-qla.example/)", "xn--bnk-qla.example"),
        ("[press](https://bánk.example/)", "xn--bnk-ela.example"),
        ("[a@bank.example](mailto:b@evil.example)", "b@evil.example"),
        ("[**bank.example**](https://evil.example)", "evil.example"),
    ],
)
def test_a_link_whose_words_name_another_place_is_warned_of(link: str, leads: str) -> None:
    (run,) = runs(link)
    assert leads in run.warning


@pytest.mark.parametrize(
    "link",
    [
        "[our page](https://bank.example/a)",
        "[https://bank.example/a](https://bank.example/a)",
        "[www.bank.example](https://bank.example)",
        "[Bank.Example](https://bank.example)",
        "[write](mailto:a@bank.example)",
    ],
)
def test_an_honest_link_has_no_warning(link: str) -> None:
    (run,) = runs(link)
    assert run.url
    assert not run.warning


@given(st.text(max_size=400))
def test_nothing_that_steers_survives(text: str) -> None:
    shown = words(markdown(text).blocks) + words(plain(text).blocks)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert not [c for c in shown if "\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069"]


@given(
    st.lists(st.sampled_from(["[", "](", ")", "https://a.example", "javascript:x", "*", "> ", "- ", "`", "a", "\n"]))
)
def test_every_link_leads_to_what_a_browser_may_open(parts: list[str]) -> None:
    for run in runs("".join(parts)):
        assert not run.url or run.url.split(":")[0] in SCHEMES


def test_marks_do_not_pile_up_over_other_lines() -> None:
    shown = visible("a" + "\u0301" * 500 + "b")
    assert shown == "a" + "\u0301" * MAX_MARKS + "b"


def test_a_name_that_turns_its_ending_shows_that_it_does() -> None:
    assert one_line("picture\u202egnp.exe", 80) == "picture\N{REPLACEMENT CHARACTER}gnp.exe"


def test_ten_million_characters_are_cut_and_counted() -> None:
    laid_out = markdown("word " * 2_000_000)
    assert laid_out.cut == 10_000_000 - MAX_SHOWN
    assert len(words(laid_out.blocks)) <= MAX_SHOWN


@pytest.mark.parametrize("sign", ["[", "![", "*a ", "**", "_a_", "`", "~~", "<", "[a](", "\\[", "> ", "- ", "[](<"])
def test_a_text_made_to_take_long_takes_no_longer_than_others(sign: str) -> None:
    text = sign * (MAX_SHOWN // len(sign))
    began = time.process_time()
    markdown(text)
    assert time.process_time() - began < 0.5


def test_a_text_of_signs_is_shown_as_it_was_typed() -> None:
    text = "[" * (MAX_SIGNS + 1)
    assert words(markdown(text).blocks) == text


def test_depth_has_an_end() -> None:
    for text in ("> " * 15 + "deep", "- " * 7 + "deep"):
        blocks = markdown(text).blocks
        assert words(blocks) == "deep"
        assert max(block.depth for block in blocks) <= MAX_DEPTH


@pytest.mark.parametrize("text", ["> " * 100 + "deep", "- " * 100 + "deep", "1. > " * 50 + "deep", "> " * 19 + "deep"])
def test_what_lies_deeper_than_anybody_writes_is_shown_and_not_lost(text: str) -> None:
    assert words(markdown(f"before\n\n{text}").blocks).endswith("deep")
