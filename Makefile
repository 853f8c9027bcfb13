# The commands of the house. Needs make and Python 3.11 or newer with venv; everything else is installed into .venv.
SHELL := /bin/sh
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
DEMO_ARGS ?=
BENCH_ARGS ?=
PROVE_ARGS ?=
E2E_ARGS ?=
MUTANTS ?=
INTEROP_ARGS ?=
# Browsers at once: each has a hub and people of its own.
BROWSERS ?= 2
# Most tests wait for processes that they have started: two for each core of a small machine keep both busy.
WORKERS ?= 4
# What tests write is thrown away again: in memory, where a machine has room for it, nothing waits for the disk.
MEMORY ?= $(shell test -w /dev/shm && df -Pk /dev/shm | awk 'NR == 2 && $$4 > 4194304 { print "/dev/shm" }')
COMMIT = $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
SECONDS ?= 60
EXAMPLES ?= 60
SOURCES := src tests $(wildcard bench)
INSTALL := $(BIN)/python -m pip --disable-pip-version-check --quiet install
# Dozens of processes start from the same sources: what one has compiled serves the others.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo app dist test e2e check prove spec fuzz mutants interop format clean
help:
	@echo "make demo    set up and run the main job        make test    set up and pass the tests"
	@echo "make check   format, lint, types, arrows        make prove   the full counts (hours), kept in build/"
	@echo "make fuzz SECONDS=60   decoders, and the API   make bench-main   what sending and reporting cost"
	@echo "make mutants every small change of mls is noticed by a test (hours; MUTANTS=privity/mls/codec.py for a part)"
	@echo "make spec    write spec/openapi.json, spec/asyncapi.json and docs/operators/limits.md from the code"
	@echo "make app     build the page (needs Node)        make dist    a wheel with the page inside"
	@echo "make e2e     the page in a real Chromium        make bench-keylog   what the key log costs"
	@echo "make interop ours in one group with others      make bench-mls   what MLS costs, beside them"
	@echo "make clean   remove what make made              make bench-safety   what the safety desk costs"
	@echo "make bench-matching   exact look-ups among ten million hashes, beside PDQIndex (make .venv/.exchanges) and pdqhash"
	@echo "make bench-signals   what rules, counters and the search for campaigns cost, and what they find in an invented world"
	@echo "make bench-server   what one hub holds, on both stores, beside peers, through kills; make bench-scale: what many would"

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is missing. On Debian or Ubuntu: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c '$(FITS)' 2>/dev/null || { echo "$(PYTHON) is not there, or not Python 3.11, 3.12 or 3.13"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) has no venv. On Debian or Ubuntu: apt-get install $(notdir $(PYTHON))-venv"; exit 1; }
	@echo "setting up $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.base: $(VENV)/.python constraints/base.txt pyproject.toml
	@echo "installing what Privity is built from (pinned by hash)"
	@$(INSTALL) --require-hashes -r constraints/base.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.base constraints/test.txt
	@echo "installing the test tools (pinned by hash)"
	@$(INSTALL) --require-hashes -r constraints/test.txt
	@touch $@

$(VENV)/.fuzz: $(VENV)/.test constraints/fuzz.txt
	@$(INSTALL) --require-hashes -r constraints/fuzz.txt
	@touch $@

$(VENV)/.e2e: $(VENV)/.test constraints/e2e.txt
	@echo "installing what drives a browser (pinned by hash)"
	@$(INSTALL) --require-hashes -r constraints/e2e.txt
	@touch $@

$(VENV)/.interop: $(VENV)/.test constraints/interop.txt
	@echo "installing mls-rs (pinned by hash)"
	@$(INSTALL) --require-hashes -r constraints/interop.txt
	@touch $@

$(VENV)/.exchanges: $(VENV)/.test constraints/exchanges.txt
	@echo "installing threatexchange and the indexes beside which ours is measured (pinned by hash; a compiler is needed)"
	@$(INSTALL) --require-hashes -r constraints/exchanges.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.test constraints/bench.txt
	@echo "installing what rules are measured beside (pinned by hash)"
	@$(INSTALL) --require-hashes -r constraints/bench.txt
	@touch $@

tests/interop/node/node_modules/.made: tests/interop/node/package.json tests/interop/node/package-lock.json
	@echo "installing ts-mls and core-crypto (pinned by hash)"
	@cd tests/interop/node && npm ci --silent --ignore-scripts
	@touch $@

# The page of `privity app`. Needs Node 20.19 or newer with npm; what it is built from stands in web/package-lock.json.
app: $(VENV)/.base web/node_modules/.made
	@cd web && npm run --silent build

web/node_modules/.made: web/package.json web/package-lock.json
	@command -v npm >/dev/null 2>&1 || { echo "npm is missing. The page needs Node 20.19 or newer: https://nodejs.org"; exit 1; }
	@echo "installing what the page is built with (pinned by hash)"
	@cd web && npm ci --silent --ignore-scripts
	@touch $@

# The wheel with the page inside.
dist: app
	@rm -rf dist && $(BIN)/python -m pip --disable-pip-version-check --quiet wheel --no-deps --no-build-isolation -w dist .
	@ls dist

demo: $(VENV)/.base
	@$(BIN)/privity demo $(DEMO_ARGS)

# In a fresh checkout each process would compile every test, all of them at the same time: two do it before, by halves.
test: $(VENV)/.test
	@test -d tests/__pycache__ || { echo "reading the tests for the first time"; \
		$(BIN)/python -m pytest -q --collect-only -p no:xdist tests/desk >/dev/null 2>&1 & \
		$(BIN)/python -m pytest -q --collect-only -p no:xdist --ignore=tests/desk --ignore=tests/e2e >/dev/null 2>&1; wait; }
	$(if $(MEMORY),TMPDIR=$(MEMORY) )$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup --no-loadscope-reorder -m "not prove" --ignore=tests/e2e

# The page in a real Chromium, with real daemons and a real hub; and the hub's own tests on PostgreSQL. What is missing is
# named, and its tests are skipped.
e2e: $(VENV)/.e2e
	@if command -v npm >/dev/null 2>&1; then $(MAKE) --no-print-directory app; else echo "npm is missing: the page is not built anew"; fi
	$(if $(MEMORY),TMPDIR=$(MEMORY) )PRIVITY_TEST_START=cold $(BIN)/python -m pytest -q -n $(BROWSERS) --dist loadgroup --no-loadscope-reorder -m "not prove" \
		tests/e2e $(E2E_ARGS)
	$(if $(MEMORY),TMPDIR=$(MEMORY) )PRIVITY_TEST_START=cold PRIVITY_TEST_STORE=postgresql $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup \
		--no-loadscope-reorder -m "not prove" tests/server \
		--ignore=tests/server/stores --ignore=tests/server/operating --ignore=tests/server/workers # on both engines anyway

# Other implementations of MLS in one group with ours; writes docs/developers/mls-interop.md. What is missing is named.
interop: $(VENV)/.interop
	@if command -v npm >/dev/null 2>&1; then $(MAKE) --no-print-directory tests/interop/node/node_modules/.made; \
		else echo "npm is missing: ts-mls and core-crypto are left out (Node 20 or newer: https://nodejs.org)"; fi
	PRIVITY_INTEROP=write $(BIN)/python -m pytest -q -m "not prove" tests/interop $(INTEROP_ARGS)

check: $(VENV)/.test
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports
	@if [ -d web/node_modules ]; then cd web && npm run --silent check && npm test --silent; \
		else echo "web/node_modules is missing, so the page was not checked: make app"; fi

prove: $(VENV)/.test
	@mkdir -p build
	@{ echo "commit $(COMMIT), $$($(BIN)/python --version), $$(uname -sm)"; PRIVITY_TEST_START=cold $(BIN)/python -m pytest -v -m prove $(PROVE_ARGS) 2>&1; \
		echo "exit status $$?"; } | tee build/prove-$(COMMIT).txt
	@tail -n 1 build/prove-$(COMMIT).txt | grep -qx "exit status 0"

bench-%: $(VENV)/.test
	@$(BIN)/python -m bench.$* $(BENCH_ARGS)

fuzz: $(VENV)/.fuzz
	$(BIN)/python -m tests.fuzz.run $(SECONDS)
	$(BIN)/python -m tests.fuzz.api $(EXAMPLES)

# Changes mls in one small place after another and runs the tests that should notice. Broken off, it goes on where it was;
# what survives with a reason stands in tests/mutants.toml.
mutants: $(VENV)/.test
	@$(BIN)/python -m tests.mutants $(COMMIT) $(MUTANTS)

# What is written from the code; a test says where it is older.
spec: $(VENV)/.test
	@$(BIN)/python -m tests.wire.documents

format: $(VENV)/.test
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

clean:
	rm -rf web/node_modules tests/interop/node/node_modules src/privity/faces/app/page
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
