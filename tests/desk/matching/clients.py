# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A client as the library of exchanges has them: its interface, and a list that its test changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class PdqType:
    @staticmethod
    def get_name() -> str:
        return "pdq"


class TextType:
    @staticmethod
    def get_name() -> str:
        return "raw_text"


@dataclass
class Point:
    """A checkpoint."""

    at: int
    old: bool = False

    def is_stale(self) -> bool:
        return self.old


@dataclass
class Opinion:
    category: int


@dataclass
class Meta:
    category: int = 2

    def get_as_aggregate_opinion(self) -> Opinion:
        return Opinion(self.category)


@dataclass
class Step:
    updates: Mapping[Any, Any]
    checkpoint: Point


@dataclass
class Client:
    """`steps` are what it says; a number among them is an error at that place. `gone` values mean: not any more."""

    steps: Sequence[Step | Exception]
    votes: list[tuple[str, str, int]] = field(default_factory=list)
    asked: list[Point | None] = field(default_factory=list)

    @staticmethod
    def get_checkpoint_cls() -> type[Point]:
        return Point

    def fetch_iter(self, types: Sequence[Any], checkpoint: Point | None) -> Iterator[Step]:
        self.asked.append(checkpoint)
        for step in self.steps:
            if isinstance(step, Exception):
                raise step
            yield step

    @staticmethod
    def fetch_value_merge(old: object, new: Any) -> Any:
        return None if new == "gone" else new

    @staticmethod
    def naive_convert_to_signal_type(
        types: Sequence[Any], collab: object, fetched: Mapping[Any, Any]
    ) -> dict[Any, dict[str, Meta]]:
        """A value is hashes with their metadata; one that is not hexadecimal is text."""
        said: dict[Any, dict[str, Meta]] = {}
        for value in fetched.values():
            for signal, meta in value.items():
                said.setdefault(TextType if " " in signal else PdqType, {})[signal] = meta
        return said
