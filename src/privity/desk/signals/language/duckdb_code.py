# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Expressions -> SQL for DuckDB: looking back over what lies in files, and searching lists."""

from __future__ import annotations

from collections.abc import Mapping

from privity.desk.signals.language.duckdb_functions import DUCKDB, real
from privity.desk.signals.language.nodes import (
    Arithmetic,
    Call,
    Compare,
    Constant,
    Node,
    Not,
    OneOf,
    Read,
    Together,
    Use,
)
from privity.desk.signals.language.types import Type


def sql(node: Node, names: Mapping[str, Node]) -> str:
    """An expression as SQL, over columns called as the features are: BIGINT, DOUBLE, BOOLEAN and VARCHAR."""
    match node:
        case Constant():
            return _constant(node)
        case Read(feature=feature):
            return f'"{feature}"'
        case Use(name=name):
            return sql(names[name], names)
        case Arithmetic(sign="/", left=left, right=right):
            return f"(CAST({sql(left, names)} AS DOUBLE) / CAST({sql(right, names)} AS DOUBLE))"
        case Arithmetic(sign=sign, left=left, right=right):
            return f"({sql(left, names)} {sign} {sql(right, names)})"
        case Compare(sign=sign, left=left, right=right):
            return f"({sql(left, names)} {'<>' if sign == '!=' else sign.replace('==', '=')} {sql(right, names)})"
        case OneOf(left=left, among=among):
            return f"({sql(left, names)} IN ({', '.join(_constant(member) for member in among)}))"
        case Together(word=word, parts=together):
            return f"({f' {word.upper()} '.join(sql(part, names) for part in together)})"
        case Not(part=part):
            return f"(NOT {sql(part, names)})"
        case Call(function=function, arguments=arguments):
            return f"({DUCKDB[function.name](*(sql(argument, names) for argument in arguments))})"


def _constant(constant: Constant) -> str:
    match constant.type:
        case Type.TRUTH:
            return "TRUE" if constant.value else "FALSE"
        case Type.WHOLE:
            return f"CAST({constant.value} AS BIGINT)"
        case Type.REAL:
            return real(float(constant.value))
        case Type.TEXT:
            return "'" + str(constant.value).replace("'", "''") + "'"
