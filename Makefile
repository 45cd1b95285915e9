# Everything from a machine with only make and Python 3.11, 3.12 or 3.13.
# `make app` again starts in seconds: the stamps in .venv say what is installed.

VENV := .venv
PY := $(VENV)/bin/python
PORT ?=
# For every test run, as in: make test PYTEST_ARGS="-k calibration"
PYTEST_ARGS ?=
# Tests with a running camera (marked "live") need the processor to themselves; the others share it,
# file by file, those that train first (tests/conftest.py).
SIDE_BY_SIDE := -n 2 --dist loadfile --no-loadscope-reorder
# pytest's exit code if PYTEST_ARGS chose none of a run's tests.
NONE_CHOSEN := $(if $(PYTEST_ARGS),pytest5)
# The versions that the lock files name, each with its hash: make app LOCKED=1 (without TensorFlow)
LOCKED ?=
# An interpreter of your choice: make app PYTHON=/path/to/python3.12
PYTHON ?=

.DEFAULT_GOAL := help
.PHONY: help app test lock audit clean

help: ## What there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' Makefile

app: $(VENV)/.app ## Install what the app needs and start it on this machine only (PORT=8501)
	@$(PY) scripts/fetch_models.py || \
	  echo "The better face detector is not here; the app uses OpenCV's Haar cascade." >&2
	$(PY) -m streamlit run app.py --server.address 127.0.0.1 $(if $(PORT),--server.port $(PORT))

test: $(VENV)/.dev ## Install the tools for development, then lint, types, and every test
	@failed=; \
	check() { name=$$1; shift; echo "+ $$*"; "$$@" || { rc=$$?; \
	  [ "$$name$$rc" = "$(NONE_CHOSEN)" ] || failed="$$failed $$name"; }; }; \
	check format $(PY) -m ruff format --check .; \
	check lint $(PY) -m ruff check .; \
	check types $(PY) -m mypy; \
	check pytest $(PY) -m pytest -ra --durations=40 -m "not live" $(SIDE_BY_SIDE) $(PYTEST_ARGS); \
	check pytest $(PY) -m pytest -ra -m live $(PYTEST_ARGS); \
	if [ -n "$$failed" ]; then echo "Failed:$$failed" >&2; exit 1; fi

lock: $(VENV)/.created ## Write the lock files anew, from pyproject.toml and requirements-dev.txt
	$(LOCK) pyproject.toml --extra app -c requirements.txt -o requirements.lock
	$(LOCK) requirements-dev.txt -o requirements-dev.lock

audit: $(VENV)/.created ## Ask for known vulnerabilities of what the lock files name
	$(PY) -m uv pip install --quiet --python $(PY) pip-audit
	$(PY) scripts/audit.py requirements.lock requirements-dev.lock

clean: ## Remove what make has installed and cached; runs/ and models/ stay
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The package itself is installed editable: `import fer_core` then works in every folder.
$(VENV)/.app: requirements.txt requirements.lock pyproject.toml $(VENV)/.created
	$(if $(LOCKED),$(call install_locked,requirements.lock),$(call install,requirements.txt))
	@touch $@

$(VENV)/.dev: requirements.txt requirements-cluster.txt requirements-dev.txt requirements-dev.lock pyproject.toml $(VENV)/.created
	$(if $(LOCKED),$(call install_locked,requirements-dev.lock),$(call install,requirements-dev.txt))
	@touch $(VENV)/.app $@

# uv installs in seconds what takes pip minutes. If it cannot be had, pip does.
install = $(PY) -m uv pip install --python $(PY) -r $(1) -e . || $(PY) -m pip install -r $(1) -e .

install_locked = $(PY) -m uv pip install --python $(PY) --require-hashes -r $(1) && \
  $(PY) -m uv pip install --python $(PY) --no-deps -e .

LOCK := $(PY) -m uv pip compile --universal --python-version 3.11 --generate-hashes \
  --no-header --quiet --upgrade

# A python3 counts only if it runs, has a supported version, and can make environments: Debian
# ships venv without ensurepip, and pyenv's shims exist for versions that are not active.
$(VENV)/.created:
	@for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
	  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	    >/dev/null 2>&1; then \
	    echo "Creating $(VENV) with $$("$$python" --version)"; \
	    "$$python" -m venv --clear $(VENV) && \
	    { $(PY) -m pip install --quiet uv || echo "uv cannot be had: pip installs, which takes longer." >&2; } && \
	    touch $@ && exit 0; \
	    exit 1; \
	  fi; \
	done; \
	echo "No suitable Python was found (tried: $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python))." >&2; \
	echo "Needed: Python 3.11, 3.12 or 3.13 with venv (Debian and Ubuntu: apt install python3-venv)." >&2; \
	echo "If it lies elsewhere: make app PYTHON=/path/to/python3" >&2; \
	exit 1
