# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a house's guide is written from: its configuration, its inventories, and the keys that it has published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from importlib import resources
from importlib.metadata import version

import msgspec

from privity.desk.config import DeskConfig
from privity.desk.legal.collecting import capabilities
from privity.desk.legal.guide.model import Sources
from privity.desk.legal.requests.errors import OfficeMissing
from privity.desk.legal.requests.office import file_bytes, rules_of
from privity.production.model import Key, Keys, Use
from privity.wire.inventory import Inventory

_OF_THE_HOUSE = (Use.SERVICE, Use.LEGAL_TEAM, Use.LOG)
"""Passkeys of people are published with them, and are named in no guide."""


def sources_of(config: DeskConfig, published: bytes, log_key: str) -> Sources:
    """`published`: every key that was ever in a package, as the house publishes them; empty where nothing leaves.

    Raises OfficeMissing, or what keeps profile and rulebook from being read.
    """
    legal = config.legal
    rules = rules_of(legal)
    if legal is None:
        raise OfficeMissing("there is no [desk.legal] in the configuration: this house answers no legal requests")
    host = config.audit_name.partition("/")[0]
    releasing = legal.releasing
    return Sources(
        host=host,
        operator=host if releasing is None else releasing.operator,
        contact=legal.contact,
        languages=legal.languages,
        version=version("privity"),
        rules=rules,
        profile_sha256=hashlib.sha256(file_bytes(legal.profile)).hexdigest(),
        inventories=inventories(),
        capabilities_sha256=capabilities.sha256(),
        published="" if releasing is None else releasing.published,
        keys=tuple(_ours(msgspec.json.decode(published, type=Keys).keys)) if published else (),
        log_key=log_key,
    )


def inventories() -> Mapping[str, Inventory]:
    """Of hub and desk, by their place and not by what imports them: the hub's code is never loaded here."""
    packages = {"hub": "server", "desk": "desk"}
    root = resources.files("privity")
    return {
        keeper: Inventory.decode(root.joinpath(folder).joinpath("db").joinpath("inventory.toml").read_bytes())
        for keeper, folder in packages.items()
    }


def _ours(keys: Iterable[Key]) -> Iterable[Key]:
    return sorted((key for key in keys if key.use in _OF_THE_HOUSE), key=lambda key: (key.use, key.valid_from, key.id))
