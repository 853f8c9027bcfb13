# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Classes that hold secrets say so: they show no field, and leave the process only by an `encode` of their own."""

from __future__ import annotations

from typing import Any, Final, NoReturn, TypeVar

from privity.mls.errors import SecretCopied

C = TypeVar("C", bound=type)

MARK: Final = "__holds_secrets__"
"""The attribute by which a marked class is known; its subclasses are marked with it."""


def holds_secrets(cls: C) -> C:
    """Class decorator, above `dataclass`.

    A repr that the class wrote itself stays; the one of a dataclass, which shows every field, becomes the bare name.
    Pickling and copying an instance raise SecretCopied: what has two copies is not deleted with one of them.
    """
    marked: Any = cls
    if _shows_fields(cls) or "__repr__" not in vars(cls):
        marked.__repr__ = _bare_name
    marked.__reduce_ex__ = _refuse
    setattr(marked, MARK, True)
    return cls


def _shows_fields(cls: type) -> bool:
    made = vars(cls).get("__dataclass_params__")
    return made is not None and bool(made.repr)


def _bare_name(self: object) -> str:
    return f"<{type(self).__name__}>"


def _refuse(self: object, protocol: object) -> NoReturn:
    raise SecretCopied(f"a {type(self).__name__} holds secrets: it is neither copied nor pickled")
