# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Text -> statements. Python's own parser reads it; what is not one of four shapes is refused by name.

Name = expression
Name = Rule(when=[condition, ...], because=f"...")
WhenRules(any=[Name, ...], then=[Effect(...), ...])
a comment
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from privity.desk.signals.language.errors import (
    AssignedTwice,
    NotARuleText,
    NotInTheLanguage,
    TooLarge,
    WrongArguments,
)
from privity.desk.signals.language.limits import MAX_LITERAL, MAX_NAMES, MAX_NESTING, MAX_RULES, MAX_TEXT

RULE = "Rule"
WHEN_RULES = "WhenRules"


@dataclass(frozen=True, slots=True)
class Named:
    """A name and the expression that it stands for."""

    name: str
    value: ast.expr


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """A rule as it is written.

    Attributes:
        name: Of the rule.
        when: Conditions that must all hold.
        because: Texts, and between them the names whose values are put there.
        line: Where it stands.
    """

    name: str
    when: tuple[ast.expr, ...]
    because: tuple[str | ast.Name, ...]
    line: int


@dataclass(frozen=True, slots=True)
class WrittenEffects:
    """What follows from any of some rules."""

    rules: tuple[ast.Name, ...]
    effects: tuple[ast.Call, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Written:
    """A whole text, in the order in which it is written."""

    names: dict[str, Named]
    rules: dict[str, WrittenRule]
    effects: tuple[WrittenEffects, ...]


def read(text: str) -> Written:
    """The statements of a text of rules, or the RuleError that says what does not belong there."""
    tree = _parsed(text, "exec")
    assert isinstance(tree, ast.Module)
    names: dict[str, Named] = {}
    rules: dict[str, WrittenRule] = {}
    effects: list[WrittenEffects] = []
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                if name in names or name in rules:
                    raise AssignedTwice(f"{name} already means something", *place(statement))
                if isinstance(value, ast.Call) and _called(value) == RULE:
                    rules[name] = _rule(name, value)
                else:
                    names[name] = Named(name, value)
            case ast.Expr(value=ast.Call() as call) if _called(call) == WHEN_RULES:
                effects.append(_effects(call))
            case _:
                raise NotInTheLanguage(
                    f"expected `Name = ...` or `{WHEN_RULES}(...)`, got {words(statement)}", *place(statement)
                )
    for what, there, most in (("names", len(names), MAX_NAMES), ("rules", len(rules), MAX_RULES)):
        if there > most:
            raise TooLarge(f"at most {most:,} {what}, got {there:,}")
    return Written(names, rules, tuple(effects))


def read_condition(text: str) -> ast.expr:
    """One expression alone: what is searched for in a list."""
    tree = _parsed(text, "eval")
    assert isinstance(tree, ast.Expression)
    return tree.body


def _parsed(text: str, mode: str) -> ast.AST:
    if len(text) > MAX_TEXT:
        raise TooLarge(f"at most {MAX_TEXT:,} characters, got {len(text):,}")
    try:
        tree: ast.AST = ast.parse(text, mode=mode)
    except SyntaxError as error:
        raise NotARuleText(f"cannot be read: {error.msg}", error.lineno or 0, error.offset or 0) from None
    except (RecursionError, MemoryError):
        raise TooLarge(f"at most {MAX_NESTING} expressions within each other, got more") from None
    except ValueError as error:
        raise NotARuleText(f"cannot be read: {error}") from None
    _check_nesting(tree)
    return tree


def _check_nesting(tree: ast.AST) -> None:
    """Before anything follows the tree by recursion."""
    layer = [tree]
    for _ in range(MAX_NESTING + 3):  # a module, its statement and what is assigned come on top
        layer = [child for node in layer for child in ast.iter_child_nodes(node)]
        if not layer:
            return
    deep = next((node for node in layer if isinstance(node, ast.expr)), None)
    where = (deep.lineno, deep.col_offset + 1) if deep else (0, 0)
    raise TooLarge(f"at most {MAX_NESTING} expressions within each other, got more", *where)


def _rule(name: str, call: ast.Call) -> WrittenRule:
    given = _keywords(call, {"when", "because"})
    when = _listed(given["when"], "conditions", name)
    return WrittenRule(name, tuple(when), _because(given["because"]), call.lineno)


def _because(value: ast.expr) -> tuple[str | ast.Name, ...]:
    match value:
        case ast.Constant(value=str() as said):
            return (said,)
        case ast.JoinedStr(values=values):
            return tuple(_said(part) for part in values)
    raise WrongArguments(f"`because` is a text in quotes, got {words(value)}", *place(value))


def _said(part: ast.expr) -> str | ast.Name:
    match part:
        case ast.Constant(value=str() as said):
            return said
        case ast.FormattedValue(value=ast.Name() as name, conversion=-1, format_spec=None):
            return name
    raise NotInTheLanguage("between the braces of `because` stands one name and nothing else", *place(part))


def _effects(call: ast.Call) -> WrittenEffects:
    given = _keywords(call, {"any", "then"})
    rules = []
    for rule in _listed(given["any"], "rules", WHEN_RULES):
        if not isinstance(rule, ast.Name):
            raise WrongArguments(f"`any` lists names of rules, got {words(rule)}", *place(rule))
        rules.append(rule)
    effects = []
    for effect in _listed(given["then"], "effects", WHEN_RULES):
        if not (isinstance(effect, ast.Call) and isinstance(effect.func, ast.Name)):
            raise WrongArguments(f"`then` lists effects, as in Review(...), got {words(effect)}", *place(effect))
        effects.append(effect)
    return WrittenEffects(tuple(rules), tuple(effects), call.lineno)


def _keywords(call: ast.Call, expected: set[str]) -> dict[str, ast.expr]:
    given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
    if call.args or len(given) != len(call.keywords) or set(given) != expected:
        wanted = " and ".join(f"{name}=..." for name in sorted(expected, reverse=True))
        raise WrongArguments(f"{_called(call)} takes {wanted}, each once and by name", *place(call))
    return {name: value for name, value in given.items() if name}


def _listed(value: ast.expr, what: str, whose: str) -> list[ast.expr]:
    if not isinstance(value, ast.List) or not value.elts:
        raise WrongArguments(
            f"{whose} takes a list of {what} with at least one in it, got {words(value)}", *place(value)
        )
    if len(value.elts) > MAX_LITERAL:
        raise TooLarge(f"at most {MAX_LITERAL:,} in one list, got {len(value.elts):,}", *place(value))
    return value.elts


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def place(node: ast.AST) -> tuple[int, int]:
    """Line and column, from one; zeros where a node has none."""
    return getattr(node, "lineno", 0), getattr(node, "col_offset", -1) + 1


def words(node: ast.AST) -> str:
    """What stands there, as people say it, without quoting a long text."""
    try:
        written = ast.unparse(node)
    except ValueError:  # a number of more digits than Python writes
        return "something with a very long number"
    return f"`{written}`" if len(written) <= 60 else f"`{written[:57]}...`"
