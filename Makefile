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
COMMIT = $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
SECONDS ?= 60
SOURCES := src tests $(wildcard bench)
INSTALL := $(BIN)/python -m pip --disable-pip-version-check --quiet install

.PHONY: help demo test check prove fuzz format clean
help:
	@echo "make demo    set up and run the main job        make test    set up and pass the tests"
	@echo "make check   format, lint, types, arrows        make prove   the full counts (hours), kept in build/"
	@echo "make fuzz SECONDS=60   every decoder            make bench-main   what sending and reporting cost"
	@echo "make bench-keylog   what the key log costs"
	@echo "make clean   remove what make made"

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

demo: $(VENV)/.base
	@$(BIN)/privity demo $(DEMO_ARGS)

test: $(VENV)/.test
	$(BIN)/python -m pytest -q -m "not prove"

check: $(VENV)/.test
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports

prove: $(VENV)/.test
	@mkdir -p build
	@{ echo "commit $(COMMIT), $$($(BIN)/python --version), $$(uname -sm)"; $(BIN)/python -m pytest -v -m prove $(PROVE_ARGS) 2>&1; \
		echo "exit status $$?"; } | tee build/prove-$(COMMIT).txt
	@tail -n 1 build/prove-$(COMMIT).txt | grep -qx "exit status 0"

bench-%: $(VENV)/.test
	@$(BIN)/python -m bench.$* $(BENCH_ARGS)

fuzz: $(VENV)/.fuzz
	$(BIN)/python -m tests.fuzz.run $(SECONDS)

format: $(VENV)/.test
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
