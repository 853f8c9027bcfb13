# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An exchange by its name: the library's client of it, told what it must know."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Final

from privity.desk.matching.errors import ExchangesMissing, SettingsRefused
from privity.desk.matching.exchanges.library import (
    NCMEC,
    ROOT,
    STOPNCII,
    LibraryExchange,
    client_of,
    collab_of,
    silence,
)
from privity.desk.matching.exchanges.ncmec import Ncmec
from privity.desk.matching.exchanges.stopncii import StopNcii

PINS: Final = "constraints/exchanges.txt"
_OWN: Final[Mapping[str, type[LibraryExchange]]] = {STOPNCII: StopNcii, NCMEC: Ncmec}


def opened(source: str, name: str, settings: Mapping[str, str]) -> LibraryExchange:
    """Raises ExchangeUnknown, ExchangesMissing or SettingsRefused. Credentials are where the library looks for them: in
    the environment, or in a file of whoever runs this."""
    client = client_of(source)
    try:
        found = getattr(importlib.import_module(f"{ROOT}.exchanges.impl.{client.module}"), client.name)
        pdq = importlib.import_module(f"{ROOT}.signal_type.pdq.signal").PdqSignal
        md5 = importlib.import_module(f"{ROOT}.signal_type.md5").VideoMD5Signal
    except ImportError:
        raise ExchangesMissing(
            f"{source} is asked through the library {ROOT}, which is not installed: pip install --require-hashes"
            f" -r {PINS}"
        ) from None
    told = collab_of(found.get_config_cls(), source, name, settings)
    try:
        with silence():
            api = found.for_collab(told)
    except Exception as err:  # noqa: BLE001  # the library's own errors have no common root, and quote credentials
        hint = found.get_credential_cls()
        raise SettingsRefused(
            f"{source} has no credentials that can be used ({type(err).__name__}): they are in the environment as"
            f" {hint.ENV_VARIABLE} or in {hint.FILE_NAME}"
        ) from None
    return _OWN.get(source, LibraryExchange)(api, told, [pdq, md5])
