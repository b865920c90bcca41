# make app     set up, load the sample pages, open the chat
# make check   set up and pass the whole check: format, lint, types, tests
# make help    the rest
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: help setup app check format lint types test evals lock browser clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/installed ## make .venv with the project and its pinned dependencies

.venv/installed: requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

app: setup ## load the sample pages and open the chat
	$(BIN)/clipdesk ingest samples --captured 2025-06-21
	$(BIN)/clipdesk serve

check: setup browser lint types test ## format, lint, types and tests

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

test: setup browser
	$(BIN)/python -m pytest

evals: setup ## measure the answers on the gold questions
	$(BIN)/python -m evals run

format: setup ## put the code in form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The browser tests drive Debian's chromium.
browser:
	@command -v chromium >/dev/null || { \
	  as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$as_root apt-get update --quiet && $$as_root apt-get install --yes --quiet chromium; }

lock: setup ## pin the newest versions that pyproject.toml allows, with hashes
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

clean: ## remove the environment and caches, never the data
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
