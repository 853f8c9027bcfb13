# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Expressions -> NumPy: a month of events in one go, for looking back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

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
from privity.desk.signals.language.numpy_functions import NUMPY, Column
from privity.desk.signals.language.patterns import pattern

_ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.true_divide}
_COMPARE = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip


class Columns:
    """Works expressions out over columns. What has a name is worked out once.

    Args:
        columns: One array for each feature that is looked at: int64, float64, bool, or objects that are texts.
        names: What names stand for.
    """

    def __init__(self, columns: Mapping[str, Column], names: Mapping[str, Node]) -> None:
        self._columns = columns
        self._names = names
        self._known: dict[str, Column] = {}

    def of(self, node: Node) -> Column:
        """The column of an expression."""
        match node:
            case Constant(value=value):
                return np.asarray(value)
            case Read(feature=feature):
                return self._columns[feature]
            case Use(name=name):
                if name not in self._known:
                    self._known[name] = self.of(self._names[name])
                return self._known[name]
            case Arithmetic(sign=sign, left=left, right=right):
                counted: Column = _ARITHMETIC[sign](self.of(left), self.of(right))
                return counted
            case Compare(sign=sign, left=left, right=right):
                return np.asarray(_COMPARE[sign](self.of(left), self.of(right)), dtype=np.bool_)
            case OneOf(left=left, among=among):
                return self._one_of(self.of(left), [member.value for member in among])
            case Together(word=word, parts=together):
                join = np.logical_and if word == "and" else np.logical_or
                return np.asarray(join.reduce([self.of(part) for part in together]))
            case Not(part=part):
                return np.logical_not(self.of(part))
            case Call(function=function, arguments=arguments):
                if function.quoted:
                    last = arguments[-1]
                    assert isinstance(last, Constant)
                    written = str(last.value)
                    beside = pattern(written) if function.name == "matches" else written
                    return NUMPY[function.name](self.of(arguments[0]), beside)
                return NUMPY[function.name](*(self.of(argument) for argument in arguments))

    @staticmethod
    def _one_of(left: Column, among: list[bool | int | float | str]) -> Column:
        found = np.zeros(left.shape, dtype=np.bool_)
        for member in among:
            found |= np.asarray(left == member, dtype=np.bool_)
        return found
