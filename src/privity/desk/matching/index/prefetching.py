# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Telling the processor early which memory will be read: LLVM's `llvm.prefetch`, as a function of compiled code.

A look-up reads some ten thousand places at random in a gigabyte. Asked for ahead of time they come together, and the
look-up takes about half as long.
"""

from __future__ import annotations

from typing import Any, Final

from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np import arrayobj

make_array: Final[Any] = arrayobj.make_array
_READ: Final = 0
_KEEP_CLOSE: Final = 3
_DATA: Final = 1


def _prefetch(typing_context: Any, array: Any, place: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = make_array(signature.args[0])(context, builder, arguments[0])
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        at = builder.bitcast(builder.gep(found.data, [arguments[1]]), byte)
        wanted = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        function = builder.module.declare_intrinsic("llvm.prefetch", [byte], wanted)
        builder.call(function, [at, number(_READ), number(_KEEP_CLOSE), number(_DATA)])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


prefetch: Final[Any] = intrinsic(_prefetch)
"""`prefetch(array, place)`: the element there, of an array of one dimension, will be read soon. Changes nothing."""
