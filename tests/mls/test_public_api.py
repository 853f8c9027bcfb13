# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`from privity import mls`: its names, what they bring along, their help; and no server reaches secrets by them."""

from __future__ import annotations

import ast
import importlib
import inspect
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity import mls
from tests.attacks.test_no_back_door import copy, lint

__all__ = ["copy"]  # the fixture: a copy of the sources to be spoiled

SOURCE = Path(__file__).parents[2] / "src" / "privity"
SECRET = (
    "ApplicationMessage",
    "Group",
    "Identity",
    "KeyPackageBundle",
    "OwnCommit",
    "PendingCommit",
    "PendingJoin",
    "Records",
    "StagedCommit",
    "generate_key_package",
)
"""The names that load what decrypts."""
PUBLIC = sorted(set(mls.__all__) - set(SECRET))


def fresh(code: str) -> str:
    """What a new interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_few_names_and_each_is_there() -> None:
    assert len(mls.__all__) <= 60
    assert mls.__all__ == sorted(mls.__all__)
    assert {name for name in dir(mls) if not name.startswith("__")} == set(mls.__all__)
    assert {"__all__", "__doc__", "__name__"} <= set(dir(mls))
    for name in mls.__all__:
        assert getattr(mls, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = mls.Nonsense  # type: ignore[attr-defined]  # the point of the test


def test_what_type_checkers_read_is_what_there_is() -> None:
    tree = ast.parse((SOURCE / "mls" / "__init__.pyi").read_text())
    named = {alias.name: node.module for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    (listed,) = (ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign))
    assert sorted(named) == sorted(listed) == mls.__all__
    for name, module in named.items():
        assert module is not None
        assert getattr(importlib.import_module(module), name) is getattr(mls, name)


def test_the_package_alone_loads_nothing() -> None:
    code = "import sys; from privity import mls; print([m for m in sys.modules if m.startswith('privity.')])"
    assert fresh(code) == "['privity.mls']\n"


def test_everything_together_needs_cryptography_alone() -> None:
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "from privity import mls\n"
        "for name in mls.__all__: getattr(mls, name)\n"
        "roots = {m.partition('.')[0] for m in set(sys.modules) - before} - set(sys.stdlib_module_names)\n"
        "house = {m for m in sys.modules if m.startswith('privity.') and not m.startswith('privity.mls')}\n"
        "io = {'socket', 'asyncio', 'sqlite3', 'threading', 'ssl'} & (set(sys.modules) - before)\n"
        "print(sorted(roots), sorted(house), sorted(io))"
    )
    roots, house, found = fresh(code).strip().split("] [")
    assert {each.strip("[]' ") for each in roots.split(",")} <= {"privity", "cryptography", "_cffi_backend", "_openssl"}
    assert (house, found) == ("", "]")


def test_the_names_of_the_public_half_load_nothing_that_decrypts() -> None:
    code = (
        "import sys\n"
        "from privity import mls\n"
        f"for name in {PUBLIC!r}: getattr(mls, name)\n"
        "print([m for m in sys.modules if m.startswith(('privity.mls.group', 'privity.mls.schedule'))])"
    )
    assert fresh(code) == "[]\n"


@pytest.mark.parametrize("name", SECRET)
def test_the_others_do(name: str) -> None:
    assert getattr(mls, name).__module__.startswith("privity.mls.group")


@pytest.mark.parametrize("name", mls.__all__)
def test_every_name_says_what_it_is(name: str) -> None:
    value = getattr(mls, name)
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        return
    assert value.__doc__ is not None, name
    assert not value.__doc__.startswith(f"{name}("), f"{name} has only the docstring that a dataclass writes itself"
    if not inspect.isclass(value):
        return
    for verb, part in vars(value).items():
        wrapped = getattr(part, "fget", None) or getattr(part, "__func__", part)
        if verb.startswith("_") or not inspect.isfunction(wrapped):
            continue
        if verb not in UNDERSTOOD:
            assert inspect.getdoc(wrapped), f"{name}.{verb} says nothing"


UNDERSTOOD = frozenset({"encode", "decode", "read"})
"""Verbs that mean the same everywhere: to the bytes of the RFC and back, the whole of them or the next ones."""


def test_help_shows_every_name() -> None:
    import pydoc

    text = pydoc.plain(pydoc.render_doc(mls))
    assert all(name in text for name in mls.__all__)
    assert "Verification" in text or "verification raises" in text


# No file of the house reaches mls by a lazy name


BY_MODULE = re.compile(r"^ *from privity\.mls\.\w", re.MULTILINE)
WORTH_A_LOOK = re.compile(r"privity\s*\.\s*mls|from\s+privity\s+import|from\s+\.")


def lazy_uses(source: str) -> Iterator[str]:
    """Every way in which a file names `privity.mls` itself instead of one of its modules."""
    if not WORTH_A_LOOK.search(BY_MODULE.sub("", source)):
        return
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(level=level, module=module, names=names) if level:
                yield from ("a relative import" for each in names if "mls" in (each.name, module))
            case ast.ImportFrom(module="privity", names=names):
                yield from (f"from privity import {each.name}" for each in names if each.name in ("mls", "*"))
            case ast.ImportFrom(module="privity.mls", names=names):
                yield from (f"from privity.mls import {each.name}" for each in names if not is_module(each.name))
            case ast.Import(names=names):
                yield from ("import privity.mls" for each in names if each.name == "privity.mls")
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="privity"), attr="mls"), attr=name):
                if not is_module(name):
                    yield f"privity.mls.{name}"
            case ast.Call(args=[ast.Constant(value=str(text)), *_]) if text.startswith("privity.mls"):
                yield f"a call with {text!r}"


def is_module(name: str) -> bool:
    return (SOURCE / "mls" / f"{name}.py").exists() or (SOURCE / "mls" / name / "__init__.py").exists()


@pytest.mark.parametrize(
    "source",
    [
        "from privity import mls",
        "from privity import mls as crypto",
        "def late():\n    from privity import mls\n    return mls.Group",
        "import privity.mls",
        "import privity.mls as m",
        "from privity.mls import Group",
        "from privity.mls import codec, Group",
        "from privity.mls import *",
        "from privity import *",
        "import privity.mls.codec\nprivity.mls.Group.load({}, None, None)",
        "from importlib import import_module\nimport_module('privity.mls.group')",
        "__import__('privity.mls')",
        "from .. import mls",
        "from ..mls import Group",
        "from  privity  import mls",
        "import privity . mls",
    ],
)
def test_the_guard_sees(source: str) -> None:
    assert list(lazy_uses(source))


@pytest.mark.parametrize(
    "source",
    [
        "from privity.mls import codec",
        "from privity.mls.public_group import PublicGroup",
        "import privity.mls.codec\nprivity.mls.codec.u8(1)",
        "from privity import policy",
    ],
)
def test_the_guard_lets_pass(source: str) -> None:
    assert not list(lazy_uses(source))


def test_no_file_of_the_house_does_so() -> None:
    files = [path for path in SOURCE.rglob("*.py") if SOURCE / "mls" not in path.parents]
    assert len(files) > 500
    assert {path.name: found for path in files if (found := list(lazy_uses(path.read_text())))} == {}


def test_the_linter_catches_a_lazy_name(copy: Path) -> None:
    victims = []
    for room in ("server", "desk", "policy"):
        files = sorted((copy / "src/privity" / room).rglob("*.py"))
        victims.append(random.Random(room).choice(files))
        victims[-1].write_text(victims[-1].read_text() + "\nfrom privity import mls\n\nmls.Group\n")
    done = lint(copy)
    assert done.returncode != 0
    assert "never by a lazy name BROKEN" in " ".join(done.stdout.split())
    for victim in victims:
        module = ".".join(victim.relative_to(copy / "src").with_suffix("").parts).removesuffix(".__init__")
        assert f"{module} -> privity.mls" in done.stdout
