# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal guide`: the page for authorities and everybody else, from what this house really is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from privity.desk import config as desk_config
from privity.desk.audit import beside
from privity.desk.audit.beside import DEFAULT, Config
from privity.desk.legal.guide.errors import GuideNotWritten
from privity.desk.legal.guide.gathering import sources_of
from privity.desk.legal.guide.rendering import as_html, as_markdown
from privity.desk.legal.guide.writing import guide as written
from privity.desk.legal.releasing import lines


def guide(
    *,
    html: Annotated[Path | None, Parameter(help="A new file: one page, to be published.")] = None,
    markdown: Annotated[Path | None, Parameter(help="A new file: the same as Markdown.")] = None,
    config: Config = DEFAULT,
) -> None:
    """Write the guide for authorities: what is held, who reaches it, and how.

    Without a file it is printed as Markdown. Nothing in it is of anybody.

    Example: privity legal guide --html guide.html --config home/privity.toml
    """
    with beside.named():
        loaded = desk_config.load(config)
        made = written(sources_of(loaded, _published(config, loaded), beside.key_of(None, config).encode()))
        if html is not None:
            _write(html, as_html(made))
        if markdown is not None:
            _write(markdown, as_markdown(made).encode())
    if html is None and markdown is None:
        sys.stdout.write(as_markdown(made))


def _published(config: Path, loaded: desk_config.DeskConfig) -> bytes:
    if loaded.legal is None or loaded.legal.releasing is None:
        return b""
    with beside.desk(config) as here:
        return lines.published(here.db, loaded.legal.releasing.published)


def _write(path: Path, data: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as err:
        raise GuideNotWritten(f"cannot make {path.name}: {err.strerror}; nothing is ever overwritten") from None
