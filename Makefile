# The LieGAN book. `make` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
BUILD := $(VENV)/bin/jupyter-book build book/
SITE := _build/html/index.html

# Small matrix products want one thread; set it yourself to use more.
export OMP_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1

.PHONY: help setup book test lint types unit notebooks site execute clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## create .venv and install the pinned packages

# --all: a page whose chapter did not change still shows the new contents and style
book: $(STAMP) ## build the site and say where to open it
	$(BUILD) --all --quiet
	@echo "The book is ready. Open $(CURDIR)/$(SITE)"

test: lint types unit notebooks ## everything that CI runs

lint: $(STAMP) ## format, style, and which room may import which
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(VENV)/bin/lint-imports

types: $(STAMP) ## static types
	$(PY) -m mypy

unit: $(STAMP) ## the module, the site (built with warnings as errors) and the browser tests
	$(PY) -m pytest tests

notebooks: $(STAMP) ## run every chapter again and compare with its committed outputs
	$(PY) -m pytest --nbval book/

site: $(STAMP) ## build the site with every warning an error
	$(BUILD) -W -n --keep-going

execute: $(STAMP) ## run every chapter and write its outputs into book/
	$(PY) -m liegan_book.cli execute

clean: ## remove what was built or installed
	rm -rf _build .pytest_cache .ruff_cache .mypy_cache .hypothesis $(VENV)

$(PY):
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here: install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is $$($(PYTHON) -V); the book needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { \
	  echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(STAMP): $(PY) pyproject.toml constraints.txt
	$(PY) -m pip install --quiet -c constraints.txt -e '.[book,test,jets,scale]'
	@touch $@
