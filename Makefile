# DevCloud. `make` alone says what there is.

VENV   := .venv
BIN    := $(VENV)/bin
PURE   := model wire identity directory call
NEEDS  := pyproject.toml constraints.txt
# One more than the two cores that are reckoned with: tests wait for sound and for each other.
WORKERS ?= 3

COMMA  := ,
EMPTY  :=
SPACE  := $(EMPTY) $(EMPTY)
# Coverage takes patterns between commas and nothing else: a blank would be part of the next one.
PURE_FILES := $(subst $(SPACE),$(COMMA),$(strip $(foreach room,$(PURE),src/devcloud/$(room)/*)))

help: ## this list
	@echo "make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1 \2/p' Makefile | \
		while read -r target meaning; do printf '  %-9s%s\n' "$$target" "$$meaning"; done

demo: $(VENV)/for-run ## a whole call on this machine, no sound hardware needed (ARGS="--out DIR --json")
	@$(BIN)/devcloud demo $(ARGS)

run: $(VENV)/for-desktop ## the desktop client; without a display, a server and a page for it (ARGS="…")
	@scripts/run $(ARGS)

install: $(VENV)/for-dev ## the environment .venv, with the devcloud command and what tests need
	@echo "Ready: $(BIN)/devcloud --help"

check: $(VENV)/for-dev ## lint, format, types, and the arrows between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@scripts/web check

test: $(VENV)/for-dev ## all tests, with branch coverage; the pure rooms at 100 % (ARGS="-k name")
	@scripts/system-packages test
	@PYTHON=$(BIN)/python scripts/web test
	@rm -f .coverage .coverage.*
	$(BIN)/python -m pytest $$(scripts/without-qt $(BIN)/python) -n $(WORKERS) --dist worksteal \
		--cov --cov-report=term $(ARGS)
	@echo "The pure rooms ($(PURE)) must be covered whole:"
	$(BIN)/coverage report --fail-under=100 --include='$(PURE_FILES)'

sim: $(VENV)/for-dev ## calls over a bad network on a virtual clock (SEEDS=n for more, SEED=n for one)
	DEVCLOUD_SIM_SEEDS=$(SEEDS) SEED=$(SEED) \
		$(BIN)/python -m pytest -n $(if $(SEED),0,$(WORKERS)) tests/sim $(ARGS)

bench: $(VENV)/for-bench ## every figure against its limit, kept in benchmarks/results.md
	$(BIN)/python -m benchmarks $(ARGS)

clean: ## take away what the other targets made
	rm -rf $(VENV) build dist src/*.egg-info .coverage .coverage.* .hypothesis
	rm -rf node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: the second time costs nothing, until what is needed changes.

$(VENV)/for-run: $(NEEDS)
	@scripts/system-packages run
	@scripts/install
	@touch $@

$(VENV)/for-desktop: $(NEEDS)
	@scripts/system-packages desktop
	@scripts/install desktop
	@touch $@ $(VENV)/for-run

$(VENV)/for-dev: $(NEEDS)
	@scripts/system-packages test
	@scripts/install dev
	@touch $@ $(VENV)/for-run $(VENV)/for-desktop

$(VENV)/for-bench: $(VENV)/for-dev
	@scripts/system-packages bench
	@scripts/install bench
	@touch $@

.PHONY: help demo run install check test sim bench clean
.DEFAULT_GOAL := help
