# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Naming somebody in a message: written `@name`, sent as a link to the person (spec/content.md, Mentions).

The words of such a link are its sender's. Who reads it sees the name that their own address book has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

_LINK: Final = re.compile(
    r"\[(?P<words>(?:\\.|[^\\\[\]\n]){0,256})\]\((?P<user>mimi://[a-z0-9.:-]{1,255}/u/[a-z2-7]{26})\)"
)
"""Words and host are bounded, so that a text that is made for it takes no more time than others."""
_LEFT_ALONE: Final = (
    r"(?P<code>`{3,}.*?(?:`{3,}|\Z)|(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))|(?P<link>\[[^\[\]\n]*\]\([^()\s]*\))"
)
"""Code, where signs mean themselves, and what is a link already."""
_SIGNS: Final = re.compile(r"([\\`*_\[\]~<>&!])")
_ESCAPED: Final = r"\\\1"


def with_links(text: str, people: Mapping[str, str]) -> str:
    """Markdown in which every `@name` of these people, by name, is a link to their user URI."""
    if "@" not in text or not people:
        return text
    names = "|".join(re.escape(name) for name in sorted(people, key=len, reverse=True))
    mention = rf"(?<![\w@/\\])@(?P<name>{names})(?![\w@]|\.\w)"
    found = re.compile(f"{_LEFT_ALONE}|{mention}", re.DOTALL)
    return found.sub(lambda each: _linked(each["name"], people) if each["name"] else each[0], text)


def without_links(text: str, name_of: Callable[[str], str | None]) -> str:
    """The text as its writer typed it, under the names that these people have here; `name_of` a user URI, or None for
    what nobody is called here."""

    def written(link: re.Match[str]) -> str:
        name = name_of(link["user"])
        return link["words"] if name is None else f"@{name}"

    return _LINK.sub(written, text)


def is_named(text: str, user_uri: str) -> bool:
    """Whether a text names this person. It is asked of everything unread, so it only looks for the end of a link."""
    return f"]({user_uri})" in text


def _linked(name: str, people: Mapping[str, str]) -> str:
    return f"[@{_SIGNS.sub(_ESCAPED, name)}]({people[name]})"
