# Every target builds the environment that it needs; nothing has to be installed beforehand but
# Python 3.11 or newer, git and make. `make help` lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One worker a core of the smallest machine that we test on; more bring nothing there.
WORKERS ?= 2

DATA ?= examples/data/iris.csv
TARGET ?= species
OUT ?= demo-output
MODEL ?= $(OUT)/model

# The constraints hold for the build backend as well, so that every install is the same install.
# Bytecode is written whatever the shell says, by pip at once and of our own modules after it: the
# tests start hundreds of processes, and a process that compiles all that it imports takes three
# times as long to begin.
unexport PYTHONDONTWRITEBYTECODE
export PIP_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP_INSTALL := $(BIN)/python -m pip install --quiet
PYTEST := $(BIN)/python -m pytest -n $(WORKERS)
# Without the slow tests a process that hangs need not be waited for as long as they may take.
QUICK := $(PYTEST) -o faulthandler_timeout=400

.DEFAULT_GOAL := help
.PHONY: help install setup demo train evaluate predict serving-dist install-serving \
        docker-build docker-run test test-extras test-all check lint format format-check types \
        floors bench screenshots docs clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

# ---------------------------------------------------------------- environments
# A stamp is newer than what it was made from, so that pip runs again only after a change.

$(VENV)/base.stamp: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Modelyard needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) --editable .
	$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/dev.stamp: $(VENV)/base.stamp
	$(PIP_INSTALL) --editable '.[dev]'
	@touch $@

$(VENV)/extras.stamp: $(VENV)/dev.stamp
	$(PIP_INSTALL) --editable '.[dev,browser,page,pandas,arrow,boosting,skops,plots,postgres,networks]'
	@touch $@

install: $(VENV)/base.stamp ## the product alone, in .venv
setup: $(VENV)/dev.stamp ## the product and the tools to work on it, in .venv

# ---------------------------------------------------------------- the product

demo: $(VENV)/base.stamp ## train, explain and predict on two real tables, in minutes
	$(BIN)/python examples/demo.py

train: $(VENV)/base.stamp ## train on DATA (iris) to predict TARGET (species); the package goes to MODEL
	$(BIN)/modelyard train $(DATA) --target $(TARGET) --out $(MODEL)

$(MODEL)/manifest.json:
	$(MAKE) train

evaluate: $(VENV)/base.stamp $(MODEL)/manifest.json ## measure MODEL on DATA
	$(BIN)/modelyard evaluate $(MODEL) $(DATA)

predict: $(VENV)/base.stamp $(MODEL)/manifest.json ## write what MODEL predicts for DATA
	$(BIN)/modelyard predict $(MODEL) $(DATA) --proba --out $(OUT)/predictions.csv

# ---------------------------------------------------------------- serving alone
# The second distribution of this source, docs/serving.md.

SERVING := .venv-serving
IMAGE ?= modelyard-serving
ENGINE ?= docker
# Of the key that signed MODEL; `modelyard doctor` prints yours.
TRUST ?=

serving-dist: $(VENV)/base.stamp ## the wheel of modelyard-serving, in dist
	rm -rf deploy/serving/build
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist ./deploy/serving

install-serving: serving-dist ## modelyard-serving alone, in .venv-serving
	$(PYTHON) -m venv --clear --without-pip $(SERVING)
	$(BIN)/python -m pip --python $(SERVING) install --quiet dist/modelyard_serving-*.whl

docker-build: engine ## the image of modelyard-serving
	$(ENGINE) build --tag $(IMAGE) --file deploy/serving/Dockerfile .

docker-run: engine $(MODEL)/manifest.json ## serve MODEL in a container that can write nothing
	@test -n "$(TRUST)" || \
	  { echo "Say whose key signed $(MODEL): make docker-run TRUST=FINGERPRINT"; exit 1; }
	$(ENGINE) run --rm --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
	  --publish 127.0.0.1:8000:8000 --volume "$(abspath $(MODEL)):/model:ro" \
	  $(IMAGE) /model --trust $(TRUST)

.PHONY: engine
engine:
	@$(ENGINE) info >/dev/null 2>&1 || \
	  { echo "No container engine answers to '$(ENGINE)'. Start one, name another (ENGINE=podman),"; \
	    echo "or serve without a container: make install-serving"; exit 1; }

# ---------------------------------------------------------------- tests and checks

test: $(VENV)/dev.stamp ## the tests of the base install, within 10 minutes
	$(QUICK) -m "not extras and not processes and not slow"

test-extras: $(VENV)/extras.stamp ## those that need optional libraries, or start and kill whole processes
	$(QUICK) -m "(extras or processes) and not slow"

test-all: $(VENV)/extras.stamp ## every test, the slow ones too, with the coverage that we demand
	$(PYTEST) --cov --cov-report=term

check: format-check lint types floors docs ## all that a change must pass
	$(QUICK) -m "not slow" --cov --cov-report=term

lint: $(VENV)/dev.stamp ## ruff with everything on, yamllint
	$(BIN)/ruff check .
	$(BIN)/yamllint --strict .github .pre-commit-config.yaml .yamllint.yaml

format: $(VENV)/dev.stamp ## rewrite the source in the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

format-check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .

types: $(VENV)/extras.stamp ## mypy, strict; the page brings its types with it
	$(BIN)/mypy

floors: $(VENV)/dev.stamp ## an import only ever runs downward
	$(BIN)/lint-imports

# The other benchmarks judge a folder of tables of your own: see docs/benchmarks.md.
BENCHMARKS := install_size start_up row_latency training_overhead

bench: $(VENV)/extras.stamp ## size, start, one row and a training beside their peers: tables and JSON
	@for name in $(BENCHMARKS); do \
	  echo "== $$name"; $(BIN)/python "benchmarks/$$name.py" || exit 1; \
	done

screenshots: $(VENV)/extras.stamp ## pictures of every page, for the documentation
	$(BIN)/python benchmarks/screenshots.py

docs: $(VENV)/dev.stamp ## links, reachability, commands and pictures of the documentation
	$(BIN)/python -m pytest -q tests/house/test_docs.py tests/house/test_architecture.py \
	  tests/unit/docs tests/integration/test_extending.py

clean: ## remove what was built, the environment included
	rm -rf $(VENV) $(SERVING) build dist deploy/serving/build $(OUT) benchmarks/results .pytest_cache .mypy_cache .ruff_cache \
	  .hypothesis .import_linter_cache htmlcov coverage.xml .coverage .coverage.* src/*.egg-info \
	  deploy/serving/*.egg-info
	find src tests benchmarks examples -type d -name __pycache__ -prune -exec rm -rf {} +
