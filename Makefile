# wrapsim: `make wrapped` and `make test` are all most people need; `make help` lists the rest.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
READY := .venv/ready

.PHONY: help setup wrapped lint test check interop fuzz lab docs bench realism fit clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## make .venv, install everything into it and compile the model

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "wrapsim needs Python 3.11 or later; $(PYTHON) is " + sys.version.split()[0] + ". Name another one: make setup PYTHON=python3.12")'
	@echo "Setting up .venv (once, a minute or two) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,lint,docs]'
	@$(BIN)/python -m wrapsim_helpers compile
	@touch $(READY)

wrapped: $(READY)  ## the main job: every notebook on the bundled data, ending with one listener's cards
	@$(BIN)/python -m wrapsim_helpers wrapped

lint: $(READY)  ## ruff and mypy
	@$(BIN)/python -m wrapsim_helpers lint

test: $(READY)  ## the test suite (about ten minutes, at most 2 GiB)
	@$(BIN)/python -m wrapsim_helpers test

check: $(READY)  ## everything slow: long tests, engines, browsers (at most 35 minutes)
	@$(BIN)/python -m wrapsim_helpers check

interop: $(READY)  ## a part of check: another program imports our exports and finds the same charts
	@$(BIN)/python -m wrapsim_helpers interop

fuzz: $(READY)  ## read 100,000 random and damaged histories (about half an hour)
	@$(BIN)/python -m wrapsim_helpers fuzz

lab: $(READY)  ## open JupyterLab on the notebooks
	@$(BIN)/python -m wrapsim_helpers lab

docs: $(READY)  ## build the documentation site: build/site (about five minutes)
	@$(BIN)/python -m wrapsim_helpers docs

bench: $(READY)  ## the benchmarks: ratios measured in one run
	@$(BIN)/python -m wrapsim_helpers bench

realism: $(READY)  ## compare the model with published figures: docs/realism.md (about 15 minutes)
	@$(BIN)/python -m wrapsim_helpers realism --output docs

fit: $(READY)  ## find the parameters that no figure gives directly: data/behaviour/fitted.json (about 5 minutes)
	@$(BIN)/python -m wrapsim_helpers fit

clean:  ## remove .venv, build files and data/runs; compiled code stays, `wrapsim cache --clear` before it removes that too
	rm -rf .venv build dist data/runs .pytest_cache .hypothesis .ruff_cache .mypy_cache *.egg-info
