# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The tutorial for other programs runs as it stands, and each of its blocks is needed for what follows it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from privity import mls

PAGE = Path(__file__).parents[2] / "docs" / "developers" / "mls.md"


def blocks() -> list[tuple[int, str]]:
    """Line number and code of each block of Python."""
    text = PAGE.read_text()
    found = re.finditer(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [(text.count("\n", 0, each.start(1)) + 1, each.group(1)) for each in found]


def test_the_tutorial_runs_from_top_to_bottom() -> None:
    space: dict[str, object] = {}
    for line, code in blocks():
        exec(compile("\n" * (line - 1) + code, str(PAGE), "exec"), space)  # noqa: S102 - our own page is what is tested
    assert len(blocks()) > 12
    assert isinstance(space["dans"], mls.Group)


def test_it_runs_in_a_program_of_its_own(tmp_path: Path) -> None:
    script = tmp_path / "tutorial.py"
    script.write_text("\n".join(code for _, code in blocks()))
    done = subprocess.run([sys.executable, "-W", "error", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("at", [0, 1, 2, 3, 7, 8])
def test_a_block_that_is_left_out_is_missed(at: int) -> None:
    space: dict[str, object] = {}
    with pytest.raises((NameError, AssertionError, mls.MlsError)):
        for number, (_, code) in enumerate(blocks()):
            if number != at:
                exec(code, space)  # noqa: S102 - our own page is what is tested


def test_it_names_what_there_is() -> None:
    named = set(re.findall(r"(?<!privity\.)\bmls\.([A-Za-z_]\w*)", PAGE.read_text())) - {"__all__"}
    files = {"md"}  # as in `mls.md`
    assert named - files <= set(mls.__all__)


def test_the_errors_it_speaks_of_exist() -> None:
    import privity.mls.errors as public
    import privity.mls.group.errors as member

    table = PAGE.read_text().split("| what you meet |")[1].split("\n\n")[0]
    cells = [row.split("|")[1] for row in table.splitlines()[2:]]
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert len(named) >= 8
    for name in named:
        assert issubclass(getattr(public, name, None) or getattr(member, name), mls.MlsError)
