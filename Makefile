# What people and CI do here. Everything runs from .venv, which `make setup` makes.

VENV := .venv/bin
# How many tests run at once; each such runner starts servers of its own.
RUNNERS ?= 2
PYTEST := $(VENV)/python -m pytest -n $(RUNNERS) --dist loadfile
# What `make test` runs; CI leaves out what `make check` has just run.
SUITES ?= tests/unit tests/contract tests/acceptance tests/browser
# Set to anything, it leaves out the tests that take minutes each: see `thorough` in pyproject.toml.
BRIEF ?=
# The suites that need a product of the kernel, and how many guests they run in at once.
VM_SUITES ?= tests/lab tests/contract/host tests/contract/storage tests/contract/tape \
  tests/acceptance/tape tests/real
GUESTS ?= 1
# The suite of Debian that the guest is: bookworm (OpenZFS 2.1), or trixie (OpenZFS 2.3).
GUEST := $(CALYPSO_LAB_GUEST)
export CALYPSO_LAB_GUEST := $(GUEST)
# Which of their tests: all, or `real and proves`, which is one of each job type, and the drivers'.
VM_TESTS ?= real
# More for pytest, such as --dist=worksteal: an idle guest takes tests of the other one.
VM_OPTIONS ?=
# The suites that need a Bacula, and whose it is: empty for this machine's, or a suite of Debian.
BACULA_SUITES ?= tests/contract/backup tests/acceptance/test_bacula.py \
  tests/acceptance/test_up_bacula.py tests/acceptance/engine/test_backup.py
BACULA := $(CALYPSO_TEST_BACULA)
export CALYPSO_TEST_BACULA := $(BACULA)
# Passed on to the demo: `make demo ARGS=--exit` ends it when it is done.
ARGS ?=

# How long `make chaos` goes on.
SECONDS ?= 120
# How often `make bench` measures each contestant.
ROUNDS ?= 5
# How many jobs `make bench-fleet` fills a history with; of one number also a tenth and a hundredth.
SIZES ?= 5000000

.DEFAULT_GOAL := help
# Every script of ours, whatever its name ends with.
SHELL_SCRIPTS = $(shell git ls-files --cached --others --exclude-standard deploy/scripts \
  scripts .ci | xargs grep -lE '^\#!/bin/(ba)?sh')

.PHONY: help setup demo test thorough check lint shell types imports web unit contract acceptance \
	acceptance-url browser box box-disk vm-lab vm-suite bacula-suite recordings tape-recordings \
	bacula-recordings chaos bench bench-zfs bench-tape bench-backup bench-fleet release settings \
	openapi clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make .venv with everything in it; instant when nothing changed
	@scripts/setup

demo: setup ## Run the main job end to end, then keep serving (ARGS=--exit ends instead)
	@$(VENV)/python demo/demo.py $(ARGS)

test: setup ## Run all tests that need no special product
	$(PYTEST) $(if $(BRIEF),-m 'not thorough') $(SUITES)

thorough: setup ## Run the tests that CI leaves out for their time
	$(PYTEST) -m thorough tests/acceptance tests/box

check: lint shell types imports web unit contract ## What every commit passes

lint: setup ## Look for mistakes and for what is not formatted
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .

shell: setup ## Look for mistakes in shell scripts and for what is not formatted
	$(VENV)/shellcheck -x -P SCRIPTDIR $(SHELL_SCRIPTS)
	$(VENV)/shfmt -d -i 4 -ci $(SHELL_SCRIPTS)

types: setup ## Check types
	$(VENV)/mypy

imports: setup ## Check that arrows point one way
	$(VENV)/lint-imports

web: setup ## Check types, style and tests of the pages
	$(VENV)/python web/build.py run check

browser: setup ## Drive the real product with a real browser (PICTURES=folder keeps how it looks)
	CALYPSO_TEST_PICTURES=$(PICTURES) $(PYTEST) tests/browser

unit: setup ## Run the tests that need nothing
	$(PYTEST) tests/unit

contract: setup ## Run one suite over fakes and real servers alike
	$(PYTEST) tests/contract

acceptance: setup ## Run the tests that drive real processes
	$(PYTEST) tests/acceptance

acceptance-url: setup ## Run those that fit a Calypso that runs elsewhere against it (URL=)
	CALYPSO_TEST_URL=$(URL) $(VENV)/python -m pytest -m by_url tests/acceptance/api

box: setup ## Live an appliance's life in a container with systemd (BOX=trixie; root)
	$(if $(BOX),CALYPSO_TEST_BOX=$(BOX)) $(PYTEST) $(if $(BRIEF),-m 'not thorough') tests/box

box-disk: setup ## Make that container's disk, unless it is there (root)
	$(VENV)/python -c 'from tests.box import box; box.build()'

# Emulated tests are slow, and all of them are in `vm-suite`.
test thorough unit contract acceptance: export CALYPSO_TEST_LAB = off

vm-lab: setup ## Build the guest for tests on real OpenZFS (GUEST=bookworm|trixie; root)
	@scripts/vm-lab

vm-suite: setup ## Run the tests that need the guest (VM_SUITES= VM_TESTS= GUESTS=1 GUEST=)
	CALYPSO_TEST_REQUIRE=lab,$(CALYPSO_TEST_REQUIRE) $(VENV)/python -m pytest \
	  -n $(GUESTS) --dist loadfile $(VM_OPTIONS) -m '$(VM_TESTS)' $(VM_SUITES)

recordings: setup ## Record anew what OpenZFS answers to each command (GUEST=)
	$(VENV)/python -m tests.real.storage.record

tape-recordings: setup ## Record anew what a real changer answers, in the guest
	$(VENV)/python -m tests.real.tape.record

bacula-suite: setup ## Run the tests that need a Bacula (BACULA=trixie BACULA_SUITES=)
	CALYPSO_TEST_REQUIRE=bacula,$(CALYPSO_TEST_REQUIRE) $(PYTEST) $(BACULA_SUITES)

bacula-recordings: setup ## Record anew what a real director says (BACULA=)
	$(VENV)/python -m tests.lab_bacula.record

chaos: setup ## Break everything on purpose (SECONDS=120 SEED= BREAK=fence|lease|lock|proof)
	@$(VENV)/python -m tests.chaos --seconds $(SECONDS) \
	  $(if $(SEED),--seed $(SEED)) $(if $(BREAK),--break $(BREAK))

bench: ## Measure beside other queues; writes bench/RESULTS.md (ROUNDS=5 ONLY=submit,start)
	@scripts/setup bench
	@$(VENV)/python -m bench --rounds $(ROUNDS) \
	  $(if $(ONLY),--only $(ONLY),--out bench/RESULTS.md)

bench-zfs: setup ## Measure beside bare ZFS commands, in the guest; writes bench/ZFS.md
	@$(VENV)/python -m bench.zfs

bench-tape: setup ## Measure archives beside tar | dd; writes bench/TAPE.md (BENCH_DIR= disk)
	@$(VENV)/python -m bench.tape

bench-backup: setup ## Measure backup jobs beside a bare console; writes bench/BACKUP.md
	@$(VENV)/python -m bench.backup

bench-fleet: setup ## Measure large histories and many nodes; writes bench/FLEET.md (SIZES= BENCH_DIR=)
	@$(VENV)/python -m bench.fleet --sizes $(SIZES) --out bench/FLEET.md

settings: setup ## Write docs/settings.md and deploy/etc anew
	$(VENV)/python -m deploy.settings_pages

release: setup ## Build the signed bundle of this checkout (KEY=file VERSION= EXTRA=folder)
	@$(VENV)/python -m deploy.release $(if $(KEY),--key $(KEY)) \
	  $(if $(VERSION),--version $(VERSION)) $(if $(EXTRA),--extra $(EXTRA))

openapi: setup ## Write docs/openapi.json anew
	$(VENV)/python -m api.openapi

clean: ## Remove what was made here, .venv included
	rm -rf .venv .setup.lock web/node_modules api/ui build dist htmlcov .coverage .demo .hypothesis
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
