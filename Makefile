# `make demo` shows the whole way from crawl to Parquet; `make test` runs all tests but the long ones.
PYTHON ?= python3
BIN := .venv/bin
# Compiled modules are kept apart from the sources: tests start hundreds of interpreters.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.cache/pycache

.PHONY: python help setup setup-crawl dev demo test lint check-many bench trials fuzz words lock clean
help:  ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: .venv/.run  ## .venv with all that the commands need
	@$(door)
setup-crawl: .venv/.crawl  ## .venv with the least, for a machine that only crawls
	@$(door)
dev: .venv/.dev  ## .venv with all that tests and checks need, too
demo: .venv/.run  ## crawl every outlet of a small world on localhost into output/demo
	@$(BIN)/python -m scrapy demo
test: lint  ## lint, types, floors and all tests, or a part of them: make test T=tests/state
	@$(if $(T),,echo "All tests take 5 to 30 minutes, by the machine; a part takes less: make test T=tests/state")
	@$(BIN)/python -m pytest -n auto $(T)
lint: .venv/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-logo --no-cache
check-many: .venv/.dev  ## what is wrong with the thousands of texts of ../shared, listed
	@$(BIN)/python -m pytest -q -rsP tests/extraction/test_many_texts.py
trials: .venv/.dev  ## the long tests, two at a time, 25 minutes: kills, cron, big backfills
	@$(BIN)/python -m pytest -m trial -n 2 --dist=worksteal
fuzz: .venv/.dev  ## strange input for every parser, ten minutes each
	@FUZZ_SECONDS=600 $(BIN)/python -m pytest -m trial tests/fuzz
bench: .venv-bench/.bench  ## speed, memory and quality as ratios against named peers, into docs/figures.md
	@.venv-bench/bin/python -m benchmarks --write
words: .venv/.dev  ## bring the catalogue of crawler/locale up to date with the texts of the code
	@cd crawler && ../$(BIN)/pybabel -q extract -F locale/babel.cfg -k tr -k mark -k page_text --no-default-keywords \
	  --no-location --sort-output -o ../.cache/wartatek.pot .
	@$(BIN)/pybabel -q update -D wartatek -d crawler/locale -i .cache/wartatek.pot -N -w 100 --ignore-obsolete \
	  --ignore-pot-creation-date
	@$(BIN)/pybabel -q compile -D wartatek -d crawler/locale
lock:  ## pin the newest version of every dependency, with hashes (needs uv)
	$(compile) $(EXTRAS) -o requirements.lock
	$(compile) -c requirements.lock -o requirements-crawl.lock
	$(compile) $(EXTRAS) --group dev -c requirements.lock -o requirements-dev.lock
	$(compile) $(EXTRAS) --group dev --group ci -c requirements-dev.lock -o requirements-ci.lock
	$(compile) $(EXTRAS) --group bench -o requirements-bench.lock
	uv pip compile -q --group pyproject.toml:stacks --universal --generate-hashes --python-version 3.11 -o requirements-stacks.lock
clean:  ## remove .venv and caches, never output/data
	rm -rf .venv .venv-bench .venv-stacks build *.egg-info .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis

EXTRAS = $(addprefix --extra ,report browse watch corpus)
compile = uv pip compile -q pyproject.toml --universal --generate-hashes --python-version 3.11
# `import wartatek` in .venv, from any folder: the path is relative, so that a moved clone keeps it.
door = for each in .venv/lib/python*/site-packages; do \
  test ! -d "$$each" || echo ../../../../output/door >"$$each/wartatek.pth"; done

# uv where it is present and works, else pip: both check every hash. A lock file names all packages, so
# pip need not resolve what packages ask for, in which its versions before 24 fail.
define install
	@test -x $(@D)/bin/python || { $(PYTHON) -m venv $(@D) 2>/dev/null || uv venv -q --seed -p $(PYTHON) $(@D); }
	@echo "$(@D): installing $(WHAT) from $<: $(TIME), most of it without a word"
	@{ command -v uv >/dev/null 2>&1 && uv pip install -q --compile-bytecode -p $(@D) --require-hashes -r $<; } || { \
	  ! command -v uv >/dev/null 2>&1 || echo "uv failed: trying pip"; \
	  $(@D)/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r $<; }
	@touch $@
endef

.venv/.run: WHAT = all that the commands need
.venv/.run: TIME = 1 to 3 minutes
.venv/.run: requirements.lock | python
	$(install)
	@$(door)
.venv/.crawl: WHAT = the least that crawling needs
.venv/.crawl: TIME = 1 to 2 minutes
.venv/.crawl: requirements-crawl.lock | python
	$(install)
	@$(door)
.venv/.dev: WHAT = all that tests and checks need
.venv/.dev: TIME = 1 to 3 minutes
.venv/.dev: requirements-dev.lock .venv/.run
	$(install)
.venv/.ci: WHAT = the heavy packages, without which some tests skip
.venv/.ci: TIME = 3 to 10 minutes
.venv/.ci: requirements-ci.lock .venv/.dev
	$(install)
.venv-bench/.bench: WHAT = the peers that we are measured against
.venv-bench/.bench: TIME = 1 to 3 minutes
.venv-bench/.bench: requirements-bench.lock | python
	$(install)
.venv-stacks/.stacks: WHAT = Airflow and Dagster, for the examples in deploy/
.venv-stacks/.stacks: TIME = 1 to 3 minutes
.venv-stacks/.stacks: requirements-stacks.lock | python
	$(install)

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo "Wartatek needs Python 3.11 or newer: try make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || command -v uv >/dev/null 2>&1 || \
	{ echo "This Python has no venv module: apt install python3-venv (Debian, Ubuntu)" >&2; exit 1; }
