# Everything a developer types. `make run` and `make test` need only Python 3.11.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# What production sets, so that the deploy checks judge the settings and not the missing values. No database answers there.
DEPLOY := REVIEWHUB_ENV_FILE= DEBUG=false SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	OAUTH_TOKEN_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	ADDRESS_HASH_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	SECOND_FACTOR_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	WEBHOOK_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	PUBLIC_URL=https://reviews.example.com DATABASE_URL=postgres://reviewhub@127.0.0.1:1/reviewhub \
	REDIS_URL=redis://cache.example.com EMAIL_URL=smtp+tls://user:password@mail.example.com:587 \
	TWILIO_ACCOUNT_SID=AC0 TWILIO_AUTH_TOKEN=token TWILIO_FROM=+15005550006

.PHONY: install run test check messages bench lock clean

install: $(VENV)/installed .env  ## virtual environment, pinned packages, a development .env

run: $(VENV)/installed .env  ## web server and worker with a demo account, until Ctrl-C
	@$(if $(PORT),PORT=$(PORT)) exec $(BIN)/python manage.py up

test: $(VENV)/installed  ## all tests on SQLite, no service needed
	@# By module, so that one installation serves a module; loadgroup groups nothing with pytest 9.2 (pytest-xdist #1386).
	@$(BIN)/python -m pytest -q -n 2 --dist loadscope

check: $(VENV)/installed  ## linters, types, templates, migrations, deploy checks
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/djlint --lint --quiet templates
	@$(DEPLOY) DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	@$(DEPLOY) $(BIN)/python manage.py check --deploy --fail-level WARNING

messages: $(VENV)/installed  ## bring new texts into locale/ and compile it; needs gettext
	@$(BIN)/python manage.py makemessages --all --no-location --no-wrap --no-obsolete --ignore $(VENV) --ignore "templates/account/*"
	@$(BIN)/python manage.py compilemessages --ignore $(VENV) --verbosity 0

bench: $(VENV)/installed bench/.venv/installed bench/node_modules/installed  ## what is fast, and how fast; PARTS="mail --quick"
	@$(BIN)/python bench/run.py $(PARTS)

lock: $(VENV)/installed  ## compile the hashed locks from requirements*.txt
	@$(BIN)/python -m pip install -q uv
	@for name in requirements requirements-dev bench/requirements; do \
		$(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.11 \
			--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
			$$name.txt -o $$name.lock; \
	done

clean:  ## remove what install and run made, but not .env
	rm -rf $(VENV) bench/.venv bench/node_modules db.sqlite3 db.sqlite3-shm db.sqlite3-wal staticfiles

$(VENV)/installed: requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing pinned packages …"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.lock
	@touch $@

# What `make bench` compares with, apart from the product's own packages.
bench/.venv/installed: bench/requirements.lock
	@test -x bench/.venv/bin/python || $(PYTHON) -m venv bench/.venv
	@echo "Installing what is compared with …"
	@bench/.venv/bin/python -m pip install -q --require-hashes -r bench/requirements.lock
	@touch $@

bench/node_modules/installed: bench/package-lock.json
	@if command -v npm >/dev/null; then cd bench && npm ci --silent --ignore-scripts; \
		else echo "There is no npm here: what is written for Node.js is left out."; mkdir -p $(@D); fi
	@touch $@

.env:
	@umask 077; printf 'DEBUG=true\nSECRET_KEY=%s\n' "$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" > $@
	@echo "Wrote .env for development (DEBUG=true, a fresh SECRET_KEY); .env.example describes all settings."
