# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What rules cost: alone, beside other ways to ask them, and end to end with their counters."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

import duckdb
import numpy as np

from bench.clock import percentile
from bench.format import Row
from bench.signals_cel import cel_row
from bench.signals_memory import memory_rows
from bench.signals_rules import RULES
from bench.signals_stream import observations
from privity.desk.signals.counters.accounts import Accounts
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.marks import Marks
from privity.desk.signals.features.catalogue import FEATURES
from privity.desk.signals.features.counting import Counting
from privity.desk.signals.features.known import Known
from privity.desk.signals.features.values import values_of
from privity.desk.signals.language.catalogue import Catalogue, EffectKind, Parameter
from privity.desk.signals.language.duckdb_code import sql
from privity.desk.signals.language.nodes import Together
from privity.desk.signals.language.numpy_code import Columns
from privity.desk.signals.language.python_code import PythonCode, features_of
from privity.desk.signals.language.python_functions import PYTHON
from privity.desk.signals.language.rule_set import RuleSet, compile_rules
from privity.desk.signals.language.types import Bounds, Type
from privity.desk.signals.running.judging import Judging
from privity.wire.observed import Observed

FRESH: Final = 2_000
"""Events whose values lie in the processor's cache, as they do when they were found a moment ago; for both ways."""
PASSES: Final = 20
RATE: Final = "events/s"
KEY: Final = b"bench of signals, 32 bytes long!"
CATALOGUE: Final = Catalogue(FEATURES, (EffectKind("Slow", (Parameter("hours", Bounds(1, 72)),), True, "slower"),))
DTYPES: Final = {Type.WHOLE: np.int64, Type.REAL: np.float64, Type.TRUTH: np.bool_, Type.TEXT: object}
SQL_TYPES: Final = {Type.WHOLE: "BIGINT", Type.REAL: "DOUBLE", Type.TRUTH: "BOOLEAN", Type.TEXT: "VARCHAR"}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured, and how often."""

    observations: int
    accounts: int
    rounds: int
    held: int


FULL: Final = Sizes(300_000, 50_000, 7, 1_000_000)
QUICK: Final = Sizes(40_000, 10_000, 3, 20_000)


@dataclass(frozen=True, slots=True)
class InForce:
    """The twenty rules, as the desk has them."""

    number: int
    rules: RuleSet


def rows(quick: bool) -> list[Row]:
    """Everything about rules and counters."""
    sizes = QUICK if quick else FULL
    rules = compile_rules(RULES, CATALOGUE)
    seen = list(observations(sizes.observations, sizes.accounts))
    events = _values(rules, seen)
    gc.collect()
    gc.freeze()
    return [*_alone(rules, events, sizes), *_end_to_end(rules, seen, sizes), *memory_rows(sizes.held)]


def _counting() -> Counting:
    return Counting(Accounts(), Commons(), Marks(KEY), Known())


def _values(rules: RuleSet, seen: Sequence[Observed]) -> list[tuple[Any, ...]]:
    counting, values = _counting(), values_of(CATALOGUE, features_of(rules.rules, rules.names))
    return [values(moment) for one in seen for moment in counting.count(one)]


def _alone(rules: RuleSet, events: list[tuple[Any, ...]], sizes: Sizes) -> list[Row]:
    """The rules by themselves, over values that lie there."""
    few = events[:FRESH]
    each = _one_eval_each(rules)
    ask = rules.ask
    where = [i for i, feature in enumerate(FEATURES) if feature.name in features_of(rules.rules, rules.names)]
    columns = {FEATURES[i].name: _column(events, i) for i in where}
    table = _table(events, where)
    query = f"SELECT {', '.join(f'count(*) FILTER ({part})' for part in _parts(rules))} FROM event"  # noqa: S608  # our own rules
    known = [_named(values) for values in few]
    assert [ask(values) for values in few] == [each(named) for named in known], "both say the same"

    def ours() -> int:
        for values in few * PASSES:
            ask(values)
        return len(few) * PASSES

    def evals() -> int:
        for named in known:
            each(named)
        return len(few)

    def numpy() -> int:
        found = Columns(columns, rules.names)
        for rule in rules.rules:
            found.of(_whole(rule.when))
        return len(events)

    def in_duckdb() -> int:
        table.execute(query).fetchall()
        return len(events)

    rate = _rates({"ours": ours, "evals": evals, "numpy": numpy, "duckdb": in_duckdb}, sizes.rounds)
    return [
        Row("rules: 20, compiled to one function", rate["ours"], RATE, "ours >= 1000000"),
        Row("rules: the same", rate["ours"], RATE, "ratio >= 20", "one `eval` per rule", rate["evals"]),
        Row("rules: 20 over columns, NumPy", rate["numpy"], RATE, None, "one function", rate["ours"]),
        Row("rules: 20 over a table, DuckDB, one thread", rate["duckdb"], RATE, None, "one function", rate["ours"]),
        cel_row(rules, few, rate["ours"]),
    ]


def _end_to_end(rules: RuleSet, seen: Sequence[Observed], sizes: Sizes) -> list[Row]:
    """From observations to hits, in the desk's own parts."""
    judging = Judging([InForce(1, rules)])
    held: list[Counting] = []

    def counted() -> int:
        counting = _counting()
        for one in seen:
            for _ in counting.count(one):
                pass
        return len(seen)

    def judged() -> int:
        counting = _counting()
        for one in seen:
            for moment in counting.count(one):
                for _ in judging.judged(moment):
                    pass
        held[:] = [counting]
        return len(seen)

    rate = _rates({"counted": counted, "judged": judged}, max(sizes.rounds // 2, 2))
    kept = [data for _, data in held[0].accounts.changed()]
    return [
        Row("end to end: counted, features found, 20 rules asked", rate["judged"], RATE, "ours >= 50000"),
        Row("of that, counters alone", rate["counted"], RATE),
        Row("added to an observation, p99", _p99_ms(judging, seen), "cpu_ms", "ours <= 2"),
        Row(f"kept of an account, {len(kept):,} of them, mean", sum(map(len, kept)) / len(kept), "bytes"),
        Row("the same, largest", max(map(len, kept)), "bytes"),
    ]


def _p99_ms(judging: Judging, seen: Sequence[Observed]) -> float:
    counting, took = _counting(), []
    for one in seen:
        start = time.thread_time_ns()
        for moment in counting.count(one):
            for _ in judging.judged(moment):
                pass
        took.append(time.thread_time_ns() - start)
    return percentile(took, 99) / 1e6


def _rates(ways: dict[str, Callable[[], int]], rounds: int) -> dict[str, float]:
    """Events in a second of CPU time, the median of rounds in turns."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.process_time_ns()
            count = way()
            found[name].append(count / (time.process_time_ns() - start) * 1e9)
    return {name: median(values) for name, values in found.items()}


def _one_eval_each(rules: RuleSet) -> Callable[[dict[str, Any]], int]:
    """How one would do it at first: Python's `eval` of each rule's compiled text, over a dictionary of the values,
    which lies there already."""
    code = PythonCode(CATALOGUE, rules.names, rules.sizes, position={one.name: one.name for one in FEATURES})
    texts = [" and ".join(code.cheapest_first(rule.when)) for rule in rules.rules]
    compiled = [compile(text, "<rule>", "eval") for text in texts]
    space = {"__builtins__": {}, **PYTHON, **code.beside}

    def each(named: dict[str, Any]) -> int:
        hits = 0
        for i, one in enumerate(compiled):
            if eval(one, space, named):  # noqa: S307  # the peer; made of checked parts
                hits |= 1 << i
        return hits

    return each


def _named(values: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip([feature.name for feature in FEATURES], values, strict=True))


def _column(events: list[tuple[Any, ...]], place: int) -> Any:
    return np.array([values[place] for values in events], dtype=DTYPES[FEATURES[place].type])


def _table(events: list[tuple[Any, ...]], where: Sequence[int]) -> duckdb.DuckDBPyConnection:
    db = duckdb.connect(config={"threads": "1"})
    arrays = {FEATURES[i].name: _column(events, i) for i in where}
    db.register("given", arrays)
    cast = ", ".join(
        f'CAST("{FEATURES[i].name}" AS {SQL_TYPES[FEATURES[i].type]}) AS "{FEATURES[i].name}"' for i in where
    )
    db.execute(f"CREATE TABLE event AS SELECT {cast} FROM given")  # noqa: S608  # names of our own
    return db


def _whole(when: tuple[Any, ...]) -> Any:
    return when[0] if len(when) == 1 else Together("and", when)


def _parts(rules: RuleSet) -> list[str]:
    return [f"WHERE {sql(_whole(rule.when), rules.names)}" for rule in rules.rules]
