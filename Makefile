# Everything a developer types. `make run` and `make test` need nothing but Python 3.11, 3.12 or 3.13.

# The first of these that starts. `make PYTHON=python3.13 …` takes another one, and makes .venv anew for it.
PYTHON ?= $(or $(shell for name in python3.11 python3.12 python3.13 python3; do \
	$$name -c "" 2>/dev/null && echo $$name && break; done),python3)
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# uv leaves compiling to the first process that loads a module; where it is not kept, all others compile again.
unexport PYTHONDONTWRITEBYTECODE

# Folders with programs for Node.js that tests run.
GENERATORS := reviews/tests/generators
NODE := integrations/zapier integrations/n8n reviews/tests/oracles $(GENERATORS)

# What production sets, so that the deploy checks judge the settings and not the missing values. No database answers there.
DEPLOY := REVIEWHUB_ENV_FILE= DEBUG=false SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	OAUTH_TOKEN_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	ADDRESS_HASH_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	SECOND_FACTOR_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	WEBHOOK_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	EVIDENCE_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	PUBLIC_URL=https://reviews.example.com BEHIND_PROXY=true DATABASE_URL=postgres://reviewhub@127.0.0.1:1/reviewhub \
	REDIS_URL=redis://cache.example.com EMAIL_URL=smtp+tls://user:password@mail.example.com:587 \
	TWILIO_ACCOUNT_SID=AC0 TWILIO_AUTH_TOKEN=token TWILIO_FROM=+15005550006 \
	OPERATOR_ALERT_URL=https://chat.example.com/hooks/reviewhub

.PHONY: install run test test-all attack audit trials check messages gaps fill bench lock clean

install: $(VENV)/tools .env  ## virtual environment, all pinned packages, a development .env

run: $(VENV)/product .env  ## web server and worker with a demo account, until Ctrl-C
	@$(if $(PORT),PORT=$(PORT)) exec $(BIN)/python manage.py up $(if $(filter command,$(firstword $(origin HOST))),--host $(HOST))

# By module, so that one installation serves a module; loadgroup groups nothing with pytest 9.2 (pytest-xdist #1386).
# The order stays: reviewhub/testing.py lets long modules begin.
PYTEST := $(BIN)/python -m pytest -q -n 2 --dist loadscope --no-loadscope-reorder

test: $(VENV)/tools  ## what needs no service, no browser and no npm, on SQLite
	@$(PYTEST) -m "not (browser or fault or client)"

# What `make test` ran on SQLite does not run there again; browsers and clients see the same pages from any database.
test-all: export DATABASE_URL ?= postgres://$(shell id -un)@127.0.0.1:5432/postgres
test-all: export REDIS_URL ?= redis://127.0.0.1:6379/9
test-all: $(VENV)/tools $(NODE:=/node_modules/installed)  ## all the rest: browser, clients, faults, PostgreSQL, Redis
	@$(BIN)/python .ci/services.py
	@echo "Browser, clients and faults, on SQLite:"
	@env -u DATABASE_URL -u REDIS_URL $(PYTEST) -m "(browser or client or fault) and not postgres"
	@echo "What may differ there, on PostgreSQL and Redis:"
	@$(PYTEST) -m "postgres or not (browser or client or once)"

attack: $(VENV)/tools  ## what an attacker would send, alone; says how much it was, and how many answers were a 5xx
	@env -u DATABASE_URL -u REDIS_URL $(PYTEST) -m attack

audit: $(VENV)/tools  ## the locks against published advisories; ends with 2 where these cannot be reached
	@$(BIN)/python .ci/audit requirements.lock requirements-dev.lock requirements-uv.lock

trials: $(VENV)/tools $(GENERATORS)/.venv/installed $(GENERATORS)/node_modules/installed integrations/n8n/node_modules/installed  ## tests and faults three times with another process on each core, OpenAPI Generator, n8n, a release, the image, the Debian package, more than one machine; an hour
	@.ci/second-python
	@.ci/openapi-generator
	@.ci/n8n
	@.ci/release
	@DATABASE_URL=$${DATABASE_URL:-postgres://$(shell id -un)@127.0.0.1:5432/postgres} REDIS_URL=$${REDIS_URL:-redis://127.0.0.1:6379/9} .ci/image
	@.ci/deb
	@! command -v dpkg >/dev/null || { .ci/deb-trial && .ci/hand-trial; }
	@.ci/scale-trial
	@.ci/upgrade
	@! command -v apt-get >/dev/null || .ci/watch
	@KILLS=$${KILLS:-20} FUZZ_CALLS=$${FUZZ_CALLS:-30} .ci/trials $(PYTEST) -m "not (browser or client)"

check: $(VENV)/tools  ## linters, types, templates, migrations, deploy checks
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/djlint --lint --quiet templates
	@$(DEPLOY) DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	@$(DEPLOY) $(BIN)/python manage.py check --deploy --fail-level WARNING

messages: $(VENV)/tools  ## bring new texts into locale/ and compile it; needs gettext
	@$(BIN)/python manage.py makemessages --all --no-location --no-wrap --no-obsolete --ignore $(VENV) --ignore "*/tests/*" --ignore bench
	@for language in locale/*; do $(BIN)/python .ci/translations tidy $${language#locale/}; done
	@$(BIN)/python manage.py compilemessages --ignore $(VENV) --verbosity 0

gaps: messages  ## the texts that LANGUAGE has no translation for, as a .po to fill; without LANGUAGE, how many there are
	@$(BIN)/python .ci/translations $(if $(LANGUAGE),gaps $(LANGUAGE),count)

fill: $(VENV)/tools  ## take the translations of FILE into LANGUAGE, and compile them; docs/translating.md
	@$(BIN)/python .ci/translations fill $(LANGUAGE) $(FILE)
	@$(BIN)/python manage.py compilemessages --ignore $(VENV) --verbosity 0

bench: $(VENV)/tools bench/.venv/installed bench/node_modules/installed  ## what is fast, and how fast; PARTS="mail --quick"
	@$(BIN)/python bench/run.py $(PARTS)

lock: $(VENV)/uv  ## compile the hashed locks from requirements*.txt
	@for name in requirements requirements-dev requirements-uv bench/requirements $(GENERATORS)/requirements; do \
		$(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.11 \
			--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
			$$name.txt -o $$name.lock; \
	done

clean:  ## remove what install, run and the tests made, but not .env
	rm -rf $(VENV) .n8n bench/.venv bench/node_modules $(GENERATORS)/.venv $(NODE:=/node_modules) db.sqlite3 db.sqlite3-shm db.sqlite3-wal staticfiles

# --- The virtual environment -------------------------------------------------------------------------
# Stamps in .venv: `made` names its Python, `uv` is there once the installer is, `product` what runs, `tools` the rest.

# Says which Python it is; fails for one that is too old.
WHICH := import sys; sys.exit(1) if sys.version_info < (3, 11) else print(*sys.version_info[:2], sys.base_prefix)

# Made anew where another Python is asked for, or the one that made it is gone.
ASKED := $(if $(filter command environment,$(origin PYTHON)),$(PYTHON))
STANDS := $(shell for name in $(BIN)/python $(ASKED); do $$name -c '$(WHICH)' 2>/dev/null || echo none; done | sort -u)
ifneq ($(shell cat $(VENV)/made 2>/dev/null),$(STANDS))
.PHONY: $(VENV)/made
endif

# Without pip, which takes longer to come than all the rest.
$(VENV)/made:
	@which=$$($(PYTHON) -c '$(WHICH)') || { \
		echo "ReviewHub needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo not there)." \
			"Name another: make PYTHON=python3.12 …"; \
		exit 1; }; \
	if [ "$$which" != "$$($(BIN)/python -c '$(WHICH)' 2>/dev/null)" ]; then \
		if [ -e $(VENV) ]; then echo "Another Python made $(VENV): it is made anew."; fi; \
		echo "Making $(VENV) with $$($(PYTHON) --version) …"; \
		$(PYTHON) -m venv --without-pip --clear $(VENV) || exit 1; \
	fi; \
	echo "$$which" > $@

# By the pip of the Python that made it, else by one that comes for it.
$(VENV)/uv: $(VENV)/made requirements-uv.lock
	@echo "Fetching uv, which installs packages …"
	@$(PYTHON) -m pip --python $(BIN)/python install -q $(UV) 2>/dev/null \
		|| { $(BIN)/python -m ensurepip && $(BIN)/python -m pip install -q $(UV); } >/dev/null || true
	@touch $@
UV := --require-hashes --only-binary :all: -r requirements-uv.lock

# $(call install,PYTHON,LOCK): uv takes a second or two, pip half a minute.
define install
	@echo "Installing $$(grep -c '^[a-z0-9].*==' $(2)) packages …"
	@{ test -x $(BIN)/uv && $(BIN)/uv pip install -q --python $(1) --require-hashes -r $(2); } || { \
		echo "uv did not do it. pip does, and takes longer …"; \
		$(1) -m ensurepip >/dev/null && $(1) -m pip install -q --require-hashes -r $(2); }
endef

$(VENV)/product: $(VENV)/uv requirements.lock
	$(call install,$(BIN)/python,requirements.lock)
	@touch $@

# It holds all of requirements.lock, too.
$(VENV)/tools: $(VENV)/uv requirements.lock requirements-dev.lock
	$(call install,$(BIN)/python,requirements-dev.lock)
	@touch $(VENV)/product $@

.env: | $(VENV)/made
	@umask 077; printf 'DEBUG=true\nSECRET_KEY=%s\n' "$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" > $@
	@echo "Wrote .env for development (DEBUG=true, a fresh SECRET_KEY); .env.example describes all settings."

# --- What tests and measurements compare with --------------------------------------------------------

bench/.venv/installed $(GENERATORS)/.venv/installed: %/.venv/installed: $(VENV)/uv %/requirements.lock
	@$(BIN)/python -m venv --without-pip --clear $*/.venv
	$(call install,$*/.venv/bin/python,$*/requirements.lock)
	@touch $@

%/node_modules/installed: %/package-lock.json
	@if command -v npm >/dev/null; then cd $* && npm ci --silent --ignore-scripts && touch node_modules/installed; \
		else echo "There is no npm here: what runs on Node.js in $* is left out."; fi
