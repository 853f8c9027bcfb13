# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The language in which rules about behaviour are written.

It looks like Python and is far less: names that are assigned once, comparisons, arithmetic, and a handful of
functions that always give an answer. A text of rules is checked as a whole before any of it runs, and is translated
three times: to one Python function for events as they come, to NumPy and to DuckDB for looking back. The three agree on
every input.

    catalogue    what rules may read and what may follow from them; given by who runs them
    reading      text -> statements: what is not in the language is refused by name
    checking     statements -> typed, bounded, ordered expressions
    functions    the functions of the language, once for each translation
    python_code, numpy_code, duckdb_code   the translations
    rule_set     what the rest of the desk uses
"""
