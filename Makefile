# Set-up is part of every target: each works on a fresh clone with git, make and Python 3.11+.
PYTHON ?= python3
BIN := .venv/bin
DEMO := demo
export HF_HUB_OFFLINE = 1
export PYANNOTE_METRICS_ENABLED = 0

.PHONY: demo test test-slow lint format docs lock clean benchmark evaluation accuracy

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	@touch $@

.venv/installed: .venv/made pyproject.toml requirements.lock
	@echo "Installing (about 4 minutes the first time, nearly all of it torch)…"
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[bundled]'
	@touch $@

.venv/developing: .venv/installed
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[bundled,dev]'
	@touch $@

demo: .venv/installed
	@mkdir -p $(DEMO)
	$(BIN)/qa-inspect run --manifest samples/manifest.csv --db $(DEMO)/qa.db || [ $$? -eq 3 ]
	$(BIN)/qa-inspect scorecard --db $(DEMO)/qa.db
	$(BIN)/qa-inspect flags --db $(DEMO)/qa.db
	$(BIN)/qa-inspect report --db $(DEMO)/qa.db --out $(DEMO)/report

# So many test processes, each with models of its own (3 GB); 0 runs all tests in one.
WORKERS ?= 2
test: .venv/developing
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

# A hundred kills, 200 damaged files, thousands of calls: about half an hour.
test-slow: .venv/developing
	$(BIN)/python -m pytest -m slow --timeout 3600

lint: .venv/developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

format: .venv/developing
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/developing
	$(BIN)/python docs/generate.py

# These rewrite their page in docs/. DATA is a folder of evaluation data, not part of the project;
# the benchmark wants a quiet machine for half an hour.
DATA ?= ../shared/data
benchmark: .venv/developing
	$(BIN)/python -m benchmarks

evaluation: .venv/developing
	$(BIN)/python -m benchmarks.evaluation $(DATA)

accuracy: .venv/developing
	$(BIN)/python -m benchmarks.accuracy $(DATA)

# Rewrites the constraints from what is installed now; run it after changing pyproject.toml.
lock: .venv/developing
	$(BIN)/python -m pip freeze --exclude-editable > requirements.lock

clean:
	rm -rf .venv $(DEMO)
