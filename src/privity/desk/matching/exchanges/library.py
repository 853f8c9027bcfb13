# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The clients of `threatexchange` as exchanges of ours. The library is asked for by name and only when it is needed:
the running desk never loads it.

Its clients write what they receive into the log of the process and quote it in errors. A list is a secret, so nothing
is logged while one of them works, and of an error only its name is told.
"""

from __future__ import annotations

import dataclasses
import importlib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, get_type_hints

import msgspec

from privity.desk.matching.errors import EntryRefused, ExchangeUnknown, SettingsRefused
from privity.desk.matching.exchanges.answers import bounded
from privity.desk.matching.exchanges.model import Delta, NotSupported
from privity.desk.matching.lists.model import HashKind, Incoming, incoming

ROOT: Final = "threatexchange"
_POSITIVE: Final = 2
_NEGATIVE: Final = 0
"""Opinions, as the library counts them: harmful, and not."""


STOPNCII: Final = "stopncii"
NCMEC: Final = "ncmec"


class Client(NamedTuple):
    """Where the library has it."""

    module: str
    name: str


CLIENTS: Final[Mapping[str, Client]] = {
    "threatexchange": Client("fb_threatexchange_api", "FBThreatExchangeSignalExchangeAPI"),
    NCMEC: Client("ncmec_api", "NCMECSignalExchangeAPI"),
    STOPNCII: Client("stop_ncii_api", "StopNCIISignalExchangeAPI"),
    "tat": Client("techagainstterrorism_api", "TATSignalExchangeAPI"),
}
"""By how they are called here."""
_KINDS: Final[Mapping[str, HashKind]] = {"pdq": HashKind.PDQ, "video_md5": HashKind.MD5}
"""By how the library calls the hashes that are compared here."""


class LibraryExchange:
    """A client of the library with what it is told."""

    def __init__(self, api: Any, collab: Any, types: Sequence[Any]) -> None:
        self.api = api
        self.collab = collab
        self._types = types

    def anew(self, checkpoint: bytes | None) -> bool:
        """Without a checkpoint it goes on from the beginning, step by step."""
        return checkpoint is not None and bool(self.checkpoint(checkpoint).is_stale())

    def fetch(self, checkpoint: bytes | None) -> Iterator[Delta]:
        """What came since a checkpoint, page by page; all of it without one. Raises whatever the library raises."""
        known = None if checkpoint is None else self.checkpoint(checkpoint)
        for delta in quietly(self.api.fetch_iter(self._types, known)):
            yield self._delta(delta)

    def vote(self, kind: HashKind, value: bytes, source_id: str, *, right: bool) -> None:
        """Tell whether people found an entry right. Raises NotSupported where no votes on this kind are taken."""
        state = importlib.import_module(f"{ROOT}.exchanges.fetch_state")
        kinds = {one.get_name(): one for one in self._types}
        named = next((kinds[name] for name, known in _KINDS.items() if known is kind and name in kinds), None)
        if named is None:
            raise NotSupported
        opinion = state.SignalOpinion(True, state.SignalOpinionCategory(_POSITIVE if right else _NEGATIVE), set())
        try:
            with silence():
                self.api.report_opinion(named, value.hex(), opinion)
        except NotImplementedError:
            raise NotSupported from None

    @property
    def client(self) -> Any:
        """What speaks with the exchange, below what the library makes of it."""
        return self.api.api

    @property
    def checkpoint_class(self) -> Any:
        return self.api.get_checkpoint_cls()

    def checkpoint(self, said: bytes) -> Any:
        return msgspec.json.decode(said, type=self.checkpoint_class)

    def encoded(self, checkpoint: Any) -> bytes:
        return msgspec.json.encode(dataclasses.asdict(checkpoint))

    def _delta(self, delta: Any) -> Delta:
        entries: list[Incoming] = []
        sources, left_out = [], 0
        for key, value in delta.updates.items():
            source = key if isinstance(key, str) else "|".join(map(str, key))
            if not source.strip("|"):
                continue
            sources.append(source)
            kept = None if value is None else self.api.fetch_value_merge(None, value)
            if kept is None:
                continue
            found, refused = self._entries(key, kept, source)
            entries += found
            left_out += refused
        return Delta(tuple(entries), tuple(sources), self.encoded(delta.checkpoint), left_out)

    def _entries(self, key: object, value: object, source: str) -> tuple[list[Incoming], int]:
        entries, refused = [], 0
        said = self.api.naive_convert_to_signal_type(self._types, self.collab, {key: value})
        for kind, signals in said.items():
            known = _KINDS.get(kind.get_name())
            for signal, meta in signals.items():
                try:
                    if known is None:
                        raise EntryRefused
                    verified = int(meta.get_as_aggregate_opinion().category) == _POSITIVE
                    entries.append(incoming(known.value, signal, source, verified=verified))
                except EntryRefused:
                    refused += 1
        return entries, refused if said else 1


def client_of(source: str) -> Client:
    """Raises ExchangeUnknown."""
    found = CLIENTS.get(source)
    if found is None:
        raise ExchangeUnknown(f"expected one of {', '.join(CLIENTS)}, got an exchange of {len(source)} characters")
    return found


def collab_of(config: Any, source: str, name: str, settings: Mapping[str, str]) -> Any:
    """What the client is told, each setting as the type that it has there. Raises SettingsRefused."""
    fields = {one.name: one for one in dataclasses.fields(config) if one.init}
    unknown = settings.keys() - fields.keys()
    if unknown:
        raise SettingsRefused(f"{source} has no setting {min(unknown)}; it has {', '.join(fields)}")
    types = get_type_hints(config)
    said: dict[str, Any] = {"name": name, "api": source, "enabled": True}
    try:
        for key, text in settings.items():
            said[key] = msgspec.convert(text, types[key], strict=False)
        return config(**{key: value for key, value in said.items() if key in fields})
    except (TypeError, msgspec.ValidationError) as err:
        needed = [key for key in fields if key not in ("name", "api", "enabled")]
        raise SettingsRefused(f"{source} is told {', '.join(needed)}: {type(err).__name__}") from None


def quietly(steps: Iterable[Any]) -> Iterator[Any]:
    """The same, and nothing logged while the next one is fetched."""
    coming = iter(steps)
    while True:
        with silence():
            step = next(coming, None)
        if step is None:
            return
        yield step


@contextmanager
def silence() -> Iterator[None]:
    """A client works within it: nothing is logged, and answers are bounded."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with bounded():
            yield
    finally:
        logging.disable(before)
