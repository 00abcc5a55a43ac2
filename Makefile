# carbonlabel. `make run` and `make test` install all they need: uv into .uv/, the Python packages into .venv/.

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 3
ARGS ?=
DATABASE ?=

INSTALLED := .venv/.installed
# A checkout that was moved, or whose Python went away, needs its environment anew.
STALE := $(shell test ! -e $(INSTALLED) || { test -x .venv/bin/python && grep -qxF "$(CURDIR)" $(INSTALLED); } || echo stale)

export PYTHON
# Every command starts a Python: each would compile all that it imports, time and again.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help run test check format bench soak lock clean stale

help: ## show this list
	@echo "carbonlabel: a low-carbon product registry and label verifier"
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: $(INSTALLED) ## demonstration registry at http://localhost:8000  (PORT=8001 for another port)
	@trap : INT; .venv/bin/carbonlabel demo .carbonlabel --serve --port "$(PORT)" || \
	    { code=$$?; test $$code -eq 130 || exit $$code; }

test: $(INSTALLED) ## every test but the long ones of soak         (ARGS="tests/keys -k rotate" for some)
	@.make/debian_packages.sh
	@TMPDIR=$$(.make/temporary.sh) .venv/bin/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder \
	    $(if $(DATABASE),--database $(DATABASE)) $(ARGS)

check: $(INSTALLED) ## lint, format, types, and the arrows between the packages
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/ty check
	.venv/bin/lint-imports --no-logo

format: $(INSTALLED) ## let ruff fix what it can
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

bench: $(INSTALLED) ## measure, and print a table of ratios         (ARGS="retail" for a part)
	@.venv/bin/python -m tests.bench $(ARGS)

soak: $(INSTALLED) ## the long runs that `make test` leaves out
	@.make/debian_packages.sh
	@.venv/bin/python -m pytest -m soak $(ARGS)

lock: ## resolve the dependencies again                (ARGS=--upgrade for the newest)
	@.make/lock.sh $(ARGS)

clean: ## remove what make made; .carbonlabel, with its keys and data, stays
	rm -rf .venv .uv build dist .pytest_cache .hypothesis .ruff_cache .import_linter_cache tests/.artifacts
	find registry verifier schemas keys tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml uv.lock $(STALE)
	@.make/install.sh
	@echo "$(CURDIR)" > $@

stale:
	@rm -rf .venv
