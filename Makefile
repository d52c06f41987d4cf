# The commands of this project. `make run` and `make test` are all that a newcomer needs.

PYTHON ?= python3
BIN := .venv/bin
CLIENTS := tests/clients
PACKAGES := nginx postgresql redis-server chromium curl

.PHONY: run test setup dev services clients clients-table bench browser eval chaos soak lint lock \
	screenshots translations
.DEFAULT_GOAL := run

# Serves the chat. Whatever OPENAI_API_KEY, OPENAI_BASE_URL or .env say is used.
run: setup
	@$(BIN)/flask --app wsgi db upgrade
	@exec $(BIN)/gunicorn -c gunicorn.conf.py wsgi:app

dev: setup
	@$(BIN)/flask --app wsgi db upgrade
	@exec $(BIN)/flask --app wsgi run --debug --host $${HOST:-127.0.0.1} --port $${PORT:-8000}

test: .venv/tests
	@$(BIN)/pytest -n auto --maxprocesses 4

lint: .venv/tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: setup
	@$(BIN)/python -m bench.run $(BENCH)

# The chat in Chromium, traced; BROWSER=--write puts its table into docs/performance.md.
browser: .venv/tests
	@$(BIN)/python -m bench.browser $(BROWSER)

# Whether questions find the documents that answer them; rewrites the table of docs/knowledge.md.
eval: setup
	@$(BIN)/python -m bench.evaluate $(EVAL)

# Hundreds of answers under faults; rewrites the table of docs/reliability.md.
chaos: .venv/tests
	@$(BIN)/python -m tests.chaos $(CHAOS)

# Half an hour of load with faults; draws docs/soak.svg. SOAK="--minutes 2" is for a look.
soak: setup
	@$(BIN)/python -m bench.soak $(SOAK)

screenshots: .venv/tests
	@$(BIN)/python -m tests.browser.screenshots

setup: .venv/runtime

.venv/runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "chatapp needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing chatapp into .venv …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/tests: .venv/runtime requirements-dev.txt
	@echo "Installing what the tests need …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# Debian's packages that the tests can use; what is there already stays as it is.
services:
	@missing=""; for package in $(PACKAGES); do \
		dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
	command -v node >/dev/null || missing="$$missing nodejs"; \
	command -v npm >/dev/null || missing="$$missing npm"; \
	test -z "$$missing" || { \
		apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; }

# Clients of others, and packages for Node and browsers, that only tests use: each kind in a place of
# its own.
clients: $(CLIENTS)/python/.venv/installed $(CLIENTS)/node/node_modules/installed

$(CLIENTS)/python/.venv/installed: $(CLIENTS)/python/requirements.txt
	@echo "Installing clients in Python …"
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(CLIENTS)/node/node_modules/installed: $(CLIENTS)/node/package-lock.json
	@echo "Installing clients for Node …"
	@cd $(CLIENTS)/node && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

# Runs all of them; rewrites the table of docs/clients.md.
clients-table: .venv/tests clients
	@$(BIN)/python -m tests.clients

# Brings the catalogues of all languages up to date; NEW=de begins another one.
translations: .venv/tests
	@$(BIN)/python -m tests.translations $(NEW)

# Resolves the direct dependencies into hashed lock files that plain pip installs.
lock: setup
	@$(BIN)/pip install --quiet --disable-pip-version-check uv
	@for name in requirements requirements-dev $(CLIENTS)/python/requirements; do \
		$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
			--no-emit-index-url --custom-compile-command 'make lock' $$name.in -o $$name.txt; done
	@cd $(CLIENTS)/node && npm install --package-lock-only --omit-lockfile-registry-resolved \
		--silent --no-audit --no-fund
