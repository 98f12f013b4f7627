# What people type. `make` alone tells.
PYTHON ?= python3
BIN = .venv/bin
PYTEST = $(BIN)/python -m pytest
# Most of their time these tests wait for calls, so more of them than cores run side by side.
SERVER_TESTS = $(PYTEST) -m integration -n 3 --dist loadfile --no-loadscope-reorder tests

.DEFAULT_GOAL := help
.PHONY: help demo test check unit integration bench pictures lock format

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## set up what is missing and run the demo company until Ctrl-C (NAME=other PORTS=7000: a second one)
	@$(PYTHON) tools/setup.py demo
	@exec $(BIN)/ctiserver demo $(if $(NAME),--name $(NAME)) $(if $(PORTS),--ports $(PORTS))

check: ## format, lint, types, import contracts, tests without servers: some three minutes
	@$(PYTHON) tools/setup.py check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) -m "not integration" -n 2 tests

test: ## set up what is missing, then check and every test, with real servers
	@$(PYTHON) tools/setup.py test
	@$(MAKE) --no-print-directory check
	$(SERVER_TESTS)

unit: ## the tests without servers
	$(PYTEST) -m "not integration" -n 2 tests

integration: ## the tests with real servers
	$(SERVER_TESTS)

bench: ## measure and write bench/results
	@$(PYTHON) tools/setup.py test
	$(BIN)/python -m bench

pictures: ## take README's pictures anew (docs/images)
	CTI_PICTURES=docs/images $(PYTEST) -q tests/e2e/test_wallboard.py tests/e2e/test_pictures.py -k 'glance or full'

format: ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## write requirements*.txt anew from setup.cfg
	tools/lock.sh
