# Pexit. `make help` lists what there is. Needs Python 3.11 or newer and make, nothing else.
PY ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run dev worker build test proof check bench shots lock migration clean

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/ready ## install, build what changed, migrate, seed the packs, serve on one port and print the address
	@$(BIN)/python -m pexit_app.cli serve

dev: .venv/ready ## the same, and again whenever a source file changes
	@$(BIN)/python -m pexit_app.cli dev

worker: .venv/ready ## a durable worker beside a web process with PEXIT_WORKER=off
	@$(BIN)/python -m pexit_app.worker

build: .venv/ready ## build the frontend, if its sources changed
	@$(BIN)/python -m pexit_app.cli build

test: .venv/ready-dev ## the gate: every test, a real browser included
	@$(BIN)/python -m tests.support.chromium
	@$(BIN)/python -m pexit_app.cli build
	@$(BIN)/python -m pytest -q -m "not proof" -n 3 --dist loadfile --no-loadscope-reorder --durations=25

proof: .venv/ready-dev ## the same suites at full size (long)
	@$(BIN)/python -m tests.support.chromium
	@$(BIN)/python -m pexit_app.cli build
	@$(BIN)/python -m pytest -q -m proof --timeout 7200

check: .venv/ready-dev ## ruff, mypy --strict, import rules, tidy rules
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_tidy.py

bench: .venv/ready-dev ## speeds, as ratios to a floor measured in the same run
	@$(BIN)/python -m bench

shots: .venv/ready-dev ## screenshots of every page at 390, 768 and 1440 px in both lights, into shots/
	@$(BIN)/python -m tests.support.chromium
	@$(BIN)/python -m pexit_app.cli build
	@$(BIN)/python -m tests.support.shots

lock: ## write requirements*.txt again: every pin, every hash (needs uv)
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 -c requirements.txt requirements-dev.in -o requirements-dev.txt

migration: .venv/ready-dev ## draft a migration from the tables: make migration M="what changes"
	@$(BIN)/python -m pexit_app.cli migration "$(M)"

clean: ## forget the build and the environment; the data folder stays
	rm -rf .venv .web .mypy_cache .ruff_cache .hypothesis

# --no-deps: the lock is whole, so nothing is resolved again. Without it pip before 23.3 takes the newest `granian[reload]`
# over the pinned granian and stops. `pip check` proves that nothing is missing.
.venv/ready: requirements.txt
	@$(PY) -c 'import sys; sys.exit("Pexit needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PY) -m venv .venv
	@echo "installing what it needs"
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@$(BIN)/pip check --disable-pip-version-check >/dev/null || $(BIN)/pip check
	@touch $@

.venv/ready-dev: requirements-dev.txt .venv/ready
	@echo "installing what its tests need"
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch $@
