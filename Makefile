# make run    loads the demo network into the embedded store and serves it on http://127.0.0.1:8000
# make test   installs what the tests need and runs them on two processors; ARGS=PATH runs some of them on one
# make check  format, lint, types, import rules and unused code: what pre-commit and CI run as well
# make lock   resolves the dependencies of pyproject.toml anew
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install run test check format lock clean

install: .venv/installed

run: install
	$(BIN)/ketnoi load data/hanoi
	$(BIN)/ketnoi serve

test: .venv/installed-dev
	$(BIN)/python -m pytest $(or $(ARGS),--numprocesses=2 --dist=worksteal)

check: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture

format: .venv/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/installed-dev
	$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
		--no-annotate --no-header --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --all-extras --group dev \
		--constraint requirements.lock --generate-hashes --no-annotate --no-header --output-file requirements-dev.lock

clean:
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Ketnoi needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	touch $@
