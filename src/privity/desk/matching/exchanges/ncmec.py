# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""NCMEC's list takes votes on its entries: the library's client can tell them, what the library makes of it cannot."""

from __future__ import annotations

import importlib

from privity.desk.matching.exchanges.library import ROOT, LibraryExchange, silence
from privity.desk.matching.exchanges.model import NotSupported
from privity.desk.matching.lists.model import HashKind


class Ncmec(LibraryExchange):
    """Its client as an exchange of ours."""

    def vote(self, kind: HashKind, value: bytes, source_id: str, *, right: bool) -> None:
        """An entry is named by its member's number and its own id. Raises NotSupported."""
        member, _, entry = source_id.partition("-")
        if not (member.isdecimal() and entry):
            raise NotSupported
        words = importlib.import_module(f"{ROOT}.exchanges.clients.ncmec.hash_api")
        said = words.FeedbackType.upvote if right else words.FeedbackType.downvote
        with silence():
            client = self.api.get_client(self.collab.environment)
            client.submit_feedback(int(member), entry, words.FingerprintType[kind.value], said)
