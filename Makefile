# Everything runs in a virtual environment of its own, .venv, with the versions of constraints.txt.
# Needed: Python 3.11 or newer, make, and a package index that pip can reach.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
CHECKED := src tests scripts fuzz $(wildcard bench)

# pip builds this package in an environment of its own: the same versions count there. Older pips read the first, newer
# ones the second.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check lint format readme bench fuzz wheel clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/demo.stamp ## the report of a sample mailbox: no config, no account needed
	@$(VENV)/bin/replywatch demo

test: $(VENV)/dev.stamp ## all tests
	$(PY) -m pytest -n auto --maxprocesses 4

check: lint test ## all that has to hold before a commit: lint and test

lint: $(VENV)/dev.stamp ## format, lint, docstrings, types, layers, nothing written twice, and what the docs show
	$(PY) -m ruff format --check $(CHECKED)
	$(PY) -m ruff check $(CHECKED)
	$(PY) -m mypy
	$(PY) -m mypy bench
	$(VENV)/bin/lint-imports
	$(PY) -m pylint --score=n --disable=all --enable=duplicate-code --min-similarity-lines=10 src
	$(PY) scripts/check_docs.py

format: $(VENV)/dev.stamp ## put all code into its form
	$(PY) -m ruff format $(CHECKED)
	$(PY) -m ruff check --fix $(CHECKED)

readme: $(VENV)/dev.stamp ## write the outputs that the docs show anew
	$(PY) scripts/check_docs.py --write

bench: $(VENV)/dev.stamp ## what things cost on this machine, and how well replies are found without ids; LARGE=1000000 for more
	$(PY) bench/run.py $(if $(LARGE),--large $(LARGE))

fuzz: $(VENV)/dev.stamp ## ten minutes of inputs that nobody thought of; SECONDS=60 for less, TARGET=dates for one kind
	@nice -n 19 $(PY) fuzz/run.py --seconds $(or $(SECONDS),600) $(TARGET)

wheel: $(VENV)/dev.stamp ## wheel and source archive, in dist/
	rm -rf dist
	$(PY) -m build --outdir dist

clean: ## remove what the other targets made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .fuzz

# Stamps: made when the installation is done, so that a second run starts at once.

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "replywatch needs Python 3.11 or newer; '$(PYTHON)' is missing or older." >&2; \
	  echo "Name another one: make $(firstword $(MAKECMDGOALS)) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "No virtual environment could be made; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(VENV)/demo.stamp: pyproject.toml constraints.txt | $(PY)
	@echo "Installing replywatch into $(VENV) (the first time only) ..."
	@$(PY) -m pip install --quiet -c constraints.txt -e .
	@touch $@

$(VENV)/dev.stamp: pyproject.toml constraints.txt | $(PY)
	@echo "Installing replywatch and what its tests need into $(VENV) (the first time only) ..."
	@$(PY) -m pip install --quiet -c constraints.txt -e '.[keyring,autoconfig,dev]'
	@touch $@ $(VENV)/demo.stamp
