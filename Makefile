# `make demo` shows the whole way from crawl to Parquet; `make test` runs all tests but the long ones.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: python help setup demo test lint bench trials lock clean
help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: .venv/.run  ## .venv with all that crawling needs
demo: .venv/.run  ## crawl every outlet of a small world on localhost into output/data
	@$(BIN)/python -m scrapy demo
test: lint  ## lint, types and all tests
	@$(BIN)/python -m pytest -n auto
lint: .venv/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
trials: .venv/.dev  ## the long tests: kills, cron, big backfills
	@$(BIN)/python -m pytest -m trial
bench: .venv-bench/.bench  ## speed, memory and quality, as ratios against named peers
	@.venv-bench/bin/python -m benchmarks
lock:  ## pin every dependency anew, with hashes (needs uv)
	uv pip compile -q pyproject.toml --universal --generate-hashes --python-version 3.11 -o requirements.lock
	uv pip compile -q pyproject.toml --group dev --universal --generate-hashes --python-version 3.11 -c requirements.lock -o requirements-dev.lock
	uv pip compile -q pyproject.toml --group dev --group ci --universal --generate-hashes --python-version 3.11 -c requirements-dev.lock -o requirements-ci.lock
	uv pip compile -q pyproject.toml --group bench --universal --generate-hashes --python-version 3.11 -o requirements-bench.lock
clean:  ## remove .venv and caches, never output/data
	rm -rf .venv .venv-bench .mypy_cache .pytest_cache .ruff_cache .hypothesis

# uv where it is present, else venv and pip: both check every hash. A lock names all there is, so pip
# need not look for what packages ask for, in which its versions before 24 fail.
define install
	@test -x $(@D)/bin/python || { $(PYTHON) -m venv $(@D) 2>/dev/null || uv venv -q --seed -p $(PYTHON) $(@D); }
	@if command -v uv >/dev/null 2>&1; then uv pip install -q --compile-bytecode -p $(@D) --require-hashes -r $<; \
	else $(@D)/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r $<; fi
	@touch $@
endef

.venv/.run: requirements.lock | python
	$(install)
.venv/.dev: requirements-dev.lock .venv/.run
	$(install)
.venv/.ci: requirements-ci.lock .venv/.dev  # heavy: without them some tests skip
	$(install)
.venv-bench/.bench: requirements-bench.lock | python
	$(install)

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo "Wartatek needs Python 3.11 or newer: try make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || command -v uv >/dev/null 2>&1 || \
	{ echo "This Python has no venv module: apt install python3-venv (Debian, Ubuntu)" >&2; exit 1; }
