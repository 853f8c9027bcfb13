# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""YAML as it is read here: text, whole numbers, true, false, null, lists and maps, and nothing that surprises.

Built on the parser's events and not on its constructors: what is not one of these kinds has nothing that could make it.
`no`, `on` and `2026-08-18` are text, as they look; no alias can multiply and no tag can name a type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from privity.desk.legal.rulebook.errors import YamlRefused

MAX_BYTES: Final = 512 << 10
"""Ten times the rulebook as it is."""
MAX_DEPTH: Final = 24

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same events ten times as fast, where PyYAML has libyaml, as its wheels do."""
_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]{0,15}")
_WORDS: Final = {"true": True, "false": False, "null": None}


def load(data: bytes) -> Any:
    """The one document in `data`. Raises YamlRefused with the line."""
    if len(data) > MAX_BYTES:
        raise YamlRefused(f"at most {MAX_BYTES:,} bytes are read, got {len(data):,}")
    try:
        events = yaml.parse(data.decode(), Loader=_LOADER)
        return _document(iter(events))
    except UnicodeDecodeError as err:
        raise YamlRefused(f"expected UTF-8: {err.reason} at byte {err.start}") from None
    except yaml.YAMLError as err:
        raise YamlRefused(f"not YAML: {' '.join(str(err).split())}") from None


def _document(events: Iterator[yaml.Event]) -> Any:
    next(events)
    started = next(events)
    if isinstance(started, yaml.StreamEndEvent):
        raise YamlRefused("expected one document, got none")
    if isinstance(started, yaml.DocumentStartEvent) and (started.version or started.tags):
        raise _refused(started, "a directive")
    value = _value(events, next(events), 0)
    next(events)
    after = next(events)
    if not isinstance(after, yaml.StreamEndEvent):
        raise _refused(after, "a second document")
    return value


def _value(events: Iterator[yaml.Event], event: yaml.Event, depth: int) -> Any:
    if isinstance(event, yaml.AliasEvent):
        raise _refused(event, "an alias")
    if not isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent):
        raise _refused(event, "the end of something")
    if event.anchor is not None:
        raise _refused(event, "an anchor")
    if event.tag is not None:
        raise _refused(event, "a tag")
    if depth > MAX_DEPTH:
        raise _refused(event, f"more than {MAX_DEPTH} levels")
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if isinstance(event, yaml.SequenceStartEvent):
        values = []
        while not isinstance(inner := next(events), yaml.SequenceEndEvent):
            values.append(_value(events, inner, depth + 1))
        return values
    found: dict[str, Any] = {}
    while not isinstance(inner := next(events), yaml.MappingEndEvent):
        key = _value(events, inner, depth + 1)
        if not isinstance(key, str):
            raise _refused(inner, "a key that is not text")
        if key == "<<":
            raise _refused(inner, "a merge key")
        if key in found:
            raise _refused(inner, f"the key {key!r} for the second time")
        found[key] = _value(events, next(events), depth + 1)
    return found


def _scalar(event: yaml.ScalarEvent) -> str | int | bool | None:
    text = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if not text:
        raise _refused(event, "a value that is missing")
    return text


def _refused(event: yaml.Event, what: str) -> YamlRefused:
    mark = event.start_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark is not None else ""
    return YamlRefused(f"{where}{what} is not read here")
