# Everything into .venv of this checkout. Needs Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Of the collector as Chromebooks reach it, and the key that signs: make chromebook-dist URL=https://… KEY=extension.pem
KEY ?= var/chromebook.pem
TYPES := agent/chromebook/node_modules/.installed

.PHONY: install demo run test lint bench soak lock clean tools dashboards screenshots docs sbom audit agent-dist collector-dist chromebook-dist chromebook-types

install: $(STAMP)

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Homeroom needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "No venv module; on Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: install
	$(BIN)/homeroom demo

run: install
	$(BIN)/homeroom serve --config configs/collector.yml

# Writes grafana/dashboards from grafana/homeroom_dashboards.
dashboards: install
	PYTHONPATH=grafana $(BIN)/python -m homeroom_dashboards

tools:
	@tests/tools/install

chromebook-dist: install
	$(BIN)/python agent/chromebook/pack.py --key "$(KEY)" --url "$(URL)" --out dist/chromebook

# The type checker of the extension's tests, by its lock file; nothing of it is shipped.
chromebook-types: $(TYPES)

$(TYPES): agent/chromebook/package-lock.json | tools
	cd agent/chromebook && npm ci --silent --no-audit --no-fund
	@touch $@

test: install tools chromebook-types
	$(BIN)/python -m pytest -n auto --dist worksteal $(PYTEST_ARGS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 agent/homeroom_agent
	$(BIN)/mypy --platform darwin agent/homeroom_agent

# With BENCH_ARGS=--keep the figures go into docs/performance.md; with names only those are run.
bench: install tools
	$(BIN)/python -m tests.benchmarks $(BENCH_ARGS)

# Long runs at full size; some minutes.
soak: install tools
	PYTHONPATH=tests $(BIN)/python -m soak
	PYTHONPATH=tests $(BIN)/python -m soak.wire
	PYTHONPATH=tests $(BIN)/python -m soak.package

# The laptop agent for machines without Python: dist/homeroom-agent/, and a Debian package where dpkg-deb is.
agent-dist: install
	$(BIN)/pyinstaller --noconfirm --log-level ERROR --distpath dist --workpath build/frozen agent/packaging/frozen/homeroom-agent.spec
	$(BIN)/python collector/packaging/sbom.py homeroom-agent dist/homeroom-agent.cdx.json --only psutil --only pyinstaller --files dist/homeroom-agent
	@if command -v dpkg-deb >/dev/null 2>&1; then $(BIN)/python agent/packaging/linux/build_deb.py dist/homeroom-agent dist; fi

# The collector for Debian and Ubuntu in dist/, byte for byte the same from the same commit, and what it is made of.
collector-dist: sbom
	@command -v dpkg-deb >/dev/null 2>&1 || { echo "needs dpkg-deb, so make it on Debian or Ubuntu"; exit 1; }
	$(BIN)/python collector/packaging/build_deb.py dist

# What the collector is made of, as CycloneDX; every build writes one beside itself.
sbom: install
	$(BIN)/python collector/packaging/sbom.py homeroom-collector dist/homeroom-collector.cdx.json

# Known vulnerabilities of everything in the lock file; 3 where nobody could be asked, unless AUDIT=--allow-unreached
audit: install
	@$(BIN)/python collector/packaging/audit.py requirements.lock $(AUDIT)

# The pictures of docs/images, from the demo in Chromium; for whoever changed the pages.
screenshots: install tools
	PYTHONPATH=tests $(BIN)/python -m screenshots docs/images

# The documentation as a site in dist/docs, without any network; a warning is an error.
docs: install
	@$(BIN)/python docs/site/build.py dist/docs

lock:
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv
	tests/tools/lock $(BIN)

clean:
	rm -rf $(VENV) var build dist
