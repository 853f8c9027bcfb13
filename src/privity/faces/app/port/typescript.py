# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the port's types for the page: `python -m privity.faces.app.port.typescript > web/src/port/types.ts`.

What the daemon sends has every field, because msgspec writes the defaults too; what the page sends may leave out what
has one. The answer to a request is the one result that its docstring names in backticks, so the words that a reader
goes by are the ones that are checked.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final, get_args

import msgspec
from msgspec import inspect

from privity.faces.app.port.asked import Request, Result
from privity.faces.app.port.envelopes import Answered, Asked, Happened, ToPage

HEAD: Final = """\
// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// Written from src/privity/faces/app/port/ by `python -m privity.faces.app.port.typescript`; change it there.

/** Base64. */
export type Bytes = string;
"""


class PortError(TypeError):
    """The port says something that has no words in TypeScript."""


def written() -> str:
    """The whole of `types.ts`."""
    roots = inspect.multi_type_info([Asked, *get_args(ToPage)])
    named: dict[str, str] = {}
    for root in roots:
        for info in _within(root):
            name = info.cls.__name__
            named.setdefault(name, _enum(info) if isinstance(info, inspect.EnumType) else interface(info.cls))
    unions = [
        _union("Request", _members(Asked, "request"), "Everything the page can ask for."),
        _union("Result", _members(Answered, "result"), "Everything that can come back."),
        _union("Event", _members(Happened, "event"), "Everything that can happen."),
        _union("ToPage", get_args(ToPage), "Everything that the page receives."),
    ]
    return "\n".join([HEAD, *named.values(), *unions, _answers()])


def answer_to(request: type[Request]) -> type[Result]:
    """The one result that the docstring of a request names."""
    results = {result.__name__: result for result in _members(Answered, "result")}
    found = {word for word in re.findall(r"`(\w+)`", request.__doc__ or "") if word in results}
    if len(found) != 1:
        raise PortError(f"{request.__name__} must name one result in its docstring, names {sorted(found) or 'none'}")
    return results[found.pop()]


def requests() -> tuple[type[Request], ...]:
    return _members(Asked, "request")


def _members(envelope: type[msgspec.Struct], field: str) -> tuple[type[Any], ...]:
    """The types of a union that an envelope carries."""
    (found,) = (each for each in msgspec.structs.fields(envelope) if each.name == field)
    return get_args(found.type)


def _within(info: inspect.Type) -> Iterator[inspect.StructType | inspect.EnumType]:
    """Every named type below one, what it is built from first."""
    match info:
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from _within(field.type)
            yield info
        case inspect.EnumType():
            yield info
        case inspect.UnionType(types=types):
            for each in types:
                yield from _within(each)
        case inspect.VarTupleType(item_type=item):
            yield from _within(item)


def interface(cls: type[msgspec.Struct]) -> str:
    """One type that travels."""
    info = inspect.type_info(cls)
    if not isinstance(info, inspect.StructType):
        raise PortError(f"{cls} is not a struct")
    lines = [_comment(info.cls), f"export interface {info.cls.__name__} {{\n"]
    if info.tag_field is not None:
        lines.append(f'  {info.tag_field}: "{info.tag}";\n')
    asked = issubclass(info.cls, Request)
    for field in info.fields:
        mark = "?" if asked and not field.required else ""
        lines.append(f"  {field.encode_name}{mark}: {_type(field.type)};\n")
    return "".join([*lines, "}\n"])


def _enum(info: inspect.EnumType) -> str:
    values = " | ".join(f'"{each.value}"' for each in info.cls)
    return f"{_comment(info.cls)}export type {info.cls.__name__} = {values};\n"


def _type(info: inspect.Type) -> str:
    match info:
        case inspect.StrType():
            return "string"
        case inspect.IntType():
            return "number"
        case inspect.BoolType():
            return "boolean"
        case inspect.BytesType():
            return "Bytes"
        case inspect.NoneType():
            return "null"
        case inspect.StructType(cls=cls) | inspect.EnumType(cls=cls):
            return cls.__name__
        case inspect.VarTupleType(item_type=item):
            return f"readonly {_type(item)}[]"
        case inspect.UnionType(types=types) if all(isinstance(each, inspect.StructType) for each in types):
            return {Asked: "Request", Answered: "Result", Happened: "Event"}[_holder(types)]
        case inspect.UnionType(types=types):
            return " | ".join(map(_type, types))
    raise PortError(f"{info} has no type in TypeScript here")


def _holder(types: tuple[inspect.Type, ...]) -> type[msgspec.Struct]:
    """The envelope whose union this is."""
    first = next(each.cls for each in types if isinstance(each, inspect.StructType))
    return Asked if issubclass(first, Request) else Answered if issubclass(first, Result) else Happened


def _union(name: str, members: tuple[type[Any], ...], meaning: str) -> str:
    lines = "".join(f"\n  | {each.__name__}" for each in members)
    return f"/** {meaning} */\nexport type {name} ={lines};\n"


def _answers() -> str:
    pairs = "".join(
        f"  {each.__struct_config__.tag}: {answer_to(each).__name__};\n" for each in sorted(requests(), key=_tag)
    )
    return (
        f"/** What each request is answered with. */\nexport interface Answers {{\n{pairs}}}\n\n"
        'export type AnswerTo<R extends Request> = Answers[R["do"]];\n'
    )


def _tag(request: type[Request]) -> str:
    return str(request.__struct_config__.tag)


def _comment(cls: type[msgspec.Struct] | type[Enum]) -> str:
    """The docstring of a type, where it has one of its own."""
    doc = cls.__dict__.get("__doc__")
    if not doc:
        return ""
    lines = [line.strip() for line in doc.strip().splitlines()]
    if len(lines) == 1:
        return f"/** {lines[0]} */\n"
    return "".join(["/**\n", *(f" * {line}".rstrip() + "\n" for line in lines), " */\n"])


if __name__ == "__main__":
    sys.stdout.write(written())
