# Every target sets up what it needs, into .venv; see packaging/prepare.sh.
# A machine needs python3 (3.11 to 3.13) and make to begin with.

PYTHON_VENV := .venv/bin/python
READY := .venv/.ready
WINDOW := $(or $(WAYLAND_DISPLAY),$(DISPLAY))

export PYTHONDONTWRITEBYTECODE ?= 1

.DEFAULT_GOAL := help
.PHONY: cells office-lives package package-test package-boot fleet postgres fuzz judges help run test check coverage browser contract hunt simulate canary docs crash-states kills mutate bench gallery setup deps lock clean

help:  ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1	/' | expand -t 14

run: $(READY)  ## The whole kiosk on this machine; without a display, a tour with pictures in out/tour
ifneq ($(WINDOW),)
	$(PYTHON_VENV) -m kiosk demo $(if $(HOST),--host $(HOST))
else
	$(PYTHON_VENV) -m kiosk tour --out out/tour
endif

test: $(READY)  ## The whole test suite
	bash packaging/prepare.sh test-tools
	QT_QPA_PLATFORM=offscreen $(PYTHON_VENV) -m pytest -q -n 2 $(ARGS)

check: $(READY)  ## Format, lint, types, import contracts, QML
	$(PYTHON_VENV) -m ruff format --check .
	$(PYTHON_VENV) -m ruff check .
	$(PYTHON_VENV) -m mypy
	.venv/bin/lint-imports --no-logo
	$(PYTHON_VENV) packaging/draw_event_ids.py --check
	$(PYTHON_VENV) packaging/qmllint.py

coverage: $(READY)  ## The test suite with branch coverage, as a page in out/coverage
	bash packaging/prepare.sh test-tools
	QT_QPA_PLATFORM=offscreen $(PYTHON_VENV) -m pytest -q -n 2 --cov --cov-report=term \
	    --cov-report=html:out/coverage $(ARGS)

simulate: $(READY)  ## Lives of kiosks from seeds, with every mishap; SEEDS=n FIRST=s JOBS=n
	$(PYTHON_VENV) -m tests.simulation --seeds $(or $(SEEDS),1000) --first $(or $(FIRST),1) \
	    $(if $(JOBS),--jobs $(JOBS))

cells: $(READY)  ## One paid visit: every named interruption, every single fault at every step
	$(PYTHON_VENV) -m tests.simulation.cells

office-lives: $(READY)  ## Operators who do whatever they like: no open payment is hidden or lost; LIVES=n SEED=s
	$(PYTHON_VENV) -m tests.operators --lives $(or $(LIVES),2000) --seed $(or $(SEED),1)

canary: $(READY)  ## Plant known bugs one by one: which search finds which; SECONDS=n, then again
	$(PYTHON_VENV) -m tests.simulation.canary --seconds $(or $(SECONDS),7200) $(ARGS)

docs: $(READY)  ## Draw the tables of ARCHITECTURE.md from the code, and the ids of the events
	$(PYTHON_VENV) packaging/draw_docs.py
	$(PYTHON_VENV) packaging/draw_event_ids.py

crash-states: $(READY)  ## Power cuts at every operation of random journals; STATES=n SEED=s
	$(PYTHON_VENV) -m tests.crash.enumerate --states $(or $(STATES),100000) --seed $(or $(SEED),1) $(ARGS)

kills: $(READY)  ## kill -9 at random moments; N=n SEED=s
	$(PYTHON_VENV) -m tests.crash.kills --count $(or $(N),500) --seed $(or $(SEED),1)

mutate: $(READY)  ## Mutation score of PACKAGE (kiosk.domain, .engine, .journal); SECONDS=n, then again
	QT_QPA_PLATFORM=offscreen $(PYTHON_VENV) -m tests.mutation $(or $(PACKAGE),kiosk.journal) \
	    --seconds $(or $(SECONDS),3600) $(ARGS)

browser: $(READY)  ## The cashier's pages in a real Chromium at phone sizes; pictures in out/browser
	@command -v chromium >/dev/null || { echo "Please run: sudo apt-get install -y chromium"; exit 1; }
	$(PYTHON_VENV) -m pytest -q tests/browser/check_cashier.py

contract: $(READY)  ## The OpenAPI document before schemathesis, and a server made from it alone; EXAMPLES=n SEED=s
	bash packaging/prepare.sh contract-tools
	$(PYTHON_VENV) -m tests.contract

fleet: $(READY)  ## 200 kiosks on one sandbox over real HTTP, with an outage drill; KIOSKS=n
	$(PYTHON_VENV) -m tests.fleet --kiosks $(or $(KIOSKS),200)

postgres: $(READY)  ## The sandbox's tests with its book in a real PostgreSQL, made for them
	bash packaging/prepare.sh postgres-tools
	$(PYTHON_VENV) -m pytest -q tests/sandbox/postgres/check_*.py

hunt: $(READY)  ## The share of every search for lost money that each change must pass
	$(PYTHON_VENV) -m tests.simulation.cells
	$(PYTHON_VENV) -m tests.simulation --sessions 200000
	$(PYTHON_VENV) -m tests.crash.enumerate --states 100000
	$(PYTHON_VENV) -m tests.crash.kills --count 500
	$(PYTHON_VENV) -m tests.operators --lives 2000
	$(PYTHON_VENV) -m tests.drivers.fuzz --inputs 100000

fuzz: $(READY)  ## Ten million hostile inputs for the parsers of devices' bytes; INPUTS=n (each) SEED=s
	$(PYTHON_VENV) -m tests.drivers.fuzz --inputs $(or $(INPUTS),1700000) --seed $(or $(SEED),1)

judges: $(READY)  ## A third party's printer reads our receipts; EMUPOS=its command (pip install emupos, Python 3.13)
	$(PYTHON_VENV) -m tests.drivers.judges.emupos --emupos $(or $(EMUPOS),emupos)

bench: $(READY)  ## The benchmark table; also out/bench.json
	QT_QPA_PLATFORM=offscreen $(PYTHON_VENV) -m tests.bench

gallery: $(READY)  ## Every screen in every language, text size and contrast, in out/gallery
	QT_QPA_PLATFORM=offscreen $(PYTHON_VENV) -m kiosk.ui.gallery

package: $(READY)  ## The installable builds for Debian 12 under dist; VERSION=… SOURCE_DATE_EPOCH=…
	bash packaging/deb/build.sh

package-test: $(READY)  ## The packages of dist in a bare Debian 12, installed to purged (root); KILLS=n
	ls dist/public-payment-kiosk_*_amd64.deb >/dev/null 2>&1 || bash packaging/deb/build.sh
	$(PYTHON_VENV) -m tests.package --kills $(or $(KILLS),20)

package-boot: $(READY)  ## The package on a computer of its own, booted by QEMU: units, watchdogs, screen, stick, power cut, a visit (root)
	ls dist/public-payment-kiosk_*_amd64.deb >/dev/null 2>&1 || bash packaging/deb/build.sh
	$(PYTHON_VENV) -m tests.package.boot

setup: $(READY)  ## Only make .venv

deps:  ## The system's libraries for Qt (root installs them, others see the command)
	bash packaging/prepare.sh libraries

lock:  ## Write requirements.lock anew, after a change of the dependencies (needs uv)
	uv lock
	uv export --frozen --no-emit-project --no-header --extra sandbox --extra postgres --extra usb --group dev \
	    -o requirements.lock >/dev/null
	echo 'pyscard>=2.3' | uv pip compile - --python-version 3.11 --generate-hashes --no-header \
	    --no-annotate -o requirements-pcsc.lock >/dev/null

clean:  ## Remove what the targets made
	rm -rf .venv out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): requirements.lock packaging/prepare.sh
	bash packaging/prepare.sh
