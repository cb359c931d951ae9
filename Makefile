.DEFAULT_GOAL := help
# What the caller's shell says about Python is not about ours.
unexport PYTHONHOME PYTHONPATH PYTHONSTARTUP VIRTUAL_ENV
BIN := .venv/bin
ARGS ?=
UV ?= uv
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml

.PHONY: help setup setup-dev demo test lint bench drill words schemas lock secrets clean

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18

setup: ## Make .venv with what the platform needs; done once, until the lock changes
	@deploy/setup.sh runtime

setup-dev: ## The same, with what its tests and gates need
	@deploy/setup.sh dev

demo: setup ## Run both counties' campaigns on an embedded stack; ARGS="--exit --data DIR"
	@$(BIN)/yinuo demo $(ARGS)

test: lint ## Pass all gates and tests; ARGS go to pytest
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: setup-dev ## Pass the gates alone
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: setup-dev ## Measure against the limit and against peers; one JSON line per figure
	@$(BIN)/python -m bench $(ARGS)

drill: setup-dev ## Rehearse disasters on a stack of its own: an older backup, killed rebuilds, Kafka lost, all lost; ARGS="--needs N"
	@$(BIN)/python -m bench.drill $(ARGS)

words: setup-dev ## Add new texts of the pages to the English catalogue, and say how many want a translation
	@$(BIN)/python -m deploy.words

schemas: setup-dev ## Write the schemas and descriptions that are committed, from the code
	@$(BIN)/python -m shared.contracts.schema_files
	@$(BIN)/python -m deploy.describe

lock: ## Make both locks anew from pyproject.toml; needs uv; ARGS="--upgrade"
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: python3 -m pip install uv" >&2; exit 7; }
	@$(COMPILE) --extra embedded --output-file requirements.lock $(ARGS)
	@$(COMPILE) --extra embedded --extra dev --constraint requirements.lock --output-file requirements-dev.lock $(ARGS)

secrets: ## Make the secrets that docker-compose.yml reads, where they are not yet
	@deploy/secrets.sh

clean: ## Remove .venv, caches and built files; no data
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist services/portal/static services/portal/web/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
