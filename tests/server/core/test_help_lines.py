# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Help that an operator names: read from the file, refused where no device would show it, told to whoever asks."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import msgspec
import pytest

from privity.policy.help_lines import MAX_LINES
from privity.server import config
from privity.server.errors import ConfigInvalid
from privity.server.init import write_fresh
from privity.server.main import build_context, serving
from privity.wire.rest import HelpLine, ServerInfo

GOOD = """
[[hub.help]]
text = "A line for teapots, day and night: 0800 000 0 000."
reasons = ["self_harm", "threat"]
url = "https://help.teapots.example/de"
country = "DE"

[[hub.help]]
text = "Ask the house: help@teapots.example."
"""


def configured(folder: Path, lines: str) -> Path:
    section = write_fresh(folder, "hub.example", "127.0.0.1:0").section
    path = folder / "privity.toml"
    path.write_text(section + lines)
    return path


async def test_whoever_asks_the_hub_what_it_is_learns_of_it(tmp_path: Path) -> None:
    context, parts = build_context(config.load(configured(tmp_path, GOOD)))
    async with (
        serving(context, parts) as port,
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}/v1/server") as answer,
    ):
        said = msgspec.json.decode(await answer.read(), type=ServerInfo)
    assert said.help == [
        HelpLine(
            "A line for teapots, day and night: 0800 000 0 000.",
            ["self_harm", "threat"],
            "https://help.teapots.example/de",
            "DE",
        ),
        HelpLine("Ask the house: help@teapots.example.", []),
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('text = "x"\nreasons = ["teapots"]', "teapots is no reason; expected some of"),
        ('text = "x"\nurl = "javascript:alert(1)"', "https://NAME/PATH"),
        ('text = "x"\nurl = "http://teapots.example"', "https://NAME/PATH"),
        ('text = "x"\nurl = "https://stopncii.org.teapots.example"', "looks like"),
        ('text = "x"\ncountry = "Germany"', "two capital letters"),
        ('text = ""', "1 to 200 characters"),
        ('text = "x\\ny"', "visible characters"),
        ('text = "x"\nlink = "y"', "link"),
        ("", "text"),
    ],
)
def test_what_no_device_would_show_is_refused_by_name(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(ConfigInvalid, match=says):
        config.load(configured(tmp_path, f"\n[[hub.help]]\n{line}\n"))


def test_there_are_not_too_many(tmp_path: Path) -> None:
    many = '\n[[hub.help]]\ntext = "x"\n'
    path = configured(tmp_path, many * MAX_LINES)
    assert len(config.load(path).help) == MAX_LINES
    path.write_text(path.read_text() + many)
    with pytest.raises(ConfigInvalid, match=f"at most {MAX_LINES}"):
        config.load(path)
