# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A command that was typed wrongly: what was expected, what came, and where the help is."""

from __future__ import annotations

from cyclopts import CycloptsError, MissingArgumentError

from privity.faces.commands.harmless import harmless


def wrong_usage(err: CycloptsError) -> str:
    """One sentence, as for every other refusal."""
    command = " ".join(("privity", *(err.command_chain or ())))
    return harmless(f"privity: {_said(err)}; see `{command} --help`")


def _said(err: CycloptsError) -> str:
    if isinstance(err, MissingArgumentError) and err.argument is not None:
        asked = (err.argument.parameter.help or "").rstrip(".")
        return f"{err.argument.name} is missing{f': {asked}' if asked else ''}"
    said = " ".join(str(err).split())
    return said if said.endswith("...") else said.removesuffix(".")
