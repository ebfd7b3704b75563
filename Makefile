# Two commands do everything on a machine that has Python 3.11 to 3.13: `make run` and `make test`.

PORT ?= 8501
# journeys wait for their browser half of the time: three at work keep two processors busy
WORKERS ?= 3
SECONDS ?= 60
PYTHON ?= $(shell for p in python3.12 python3.13 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
UV := $(BIN)/uv
RUN_STAMP := .venv/run.stamp
TEST_STAMP := .venv/test.stamp

.PHONY: run dev test test-engines bench-engines check format bench load soak fuzz sample examples maps lock licences audit image-check clean

run: $(RUN_STAMP) ## install, fetch the survey if it can be had, start the app
ifndef OFFLINE
	@$(BIN)/python -m lib.sources.download 2019 2022 --best-effort
endif
	@$(BIN)/streamlit run streamlit_app.py --server.address localhost --server.port $(PORT) --server.headless true

dev: $(RUN_STAMP) ## the app for who changes it: it follows the files
	@$(BIN)/streamlit run streamlit_app.py --server.address localhost --server.port $(PORT) --server.fileWatcherType auto

test: $(TEST_STAMP) ## everything: library, pages, journeys in a real browser
	@$(BIN)/python -m tests.browser.install
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

# Spark needs Java, PostgreSQL's own programs are tried before those from PyPI: where this is root they are installed
test-engines: $(TEST_STAMP) requirements-spark.txt ## DuckDB, PostgreSQL and Spark against the engine of the app: up to ten minutes
	@command -v java >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
		apt-get install -y -qq openjdk-17-jre-headless >/dev/null; } || echo "There is no Java: Spark is left out."
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; } || echo "PostgreSQL comes from PyPI."
	@! command -v java >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-spark.txt || \
		echo "pyspark cannot be installed: Spark is left out."
	@$(BIN)/python -m pytest -m engines tests/engines --numprocesses 2 --dist loadgroup $(ARGS)

check: $(TEST_STAMP) ## format, lint, types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(TEST_STAMP)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(TEST_STAMP) ## ratios against named references, measured side by side
	@$(BIN)/python -m tests.bench

bench-engines: $(TEST_STAMP) ## 1, 3, 10 and 30 million rows in DuckDB beside scikit-learn: make bench-engines ARGS="1 3"
	@$(BIN)/python -m tests.bench.engines $(ARGS)

load: $(TEST_STAMP) ## a crowd of 1, 10, 25 and 50 people beside its goals: some twelve minutes
	@$(BIN)/python -m tests.load crowd $(ARGS)

soak: SECONDS := 3600
soak: $(TEST_STAMP) ## a few people for an hour, and whether memory stays level: make soak SECONDS=900
	@$(BIN)/python -m tests.load soak --seconds $(SECONDS) $(ARGS)

fuzz: $(TEST_STAMP) ## search for input that breaks a reader: make fuzz SECONDS=600
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/fuzz/requirements.txt
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

sample: $(TEST_STAMP) ## rebuild data/sample.parquet from the real file: make sample SCF=path/to/SCFP2019.csv.gz
	@$(BIN)/python -m data.build.sample $(SCF)

examples: $(TEST_STAMP) ## make the synthetic examples of card usage and loan applications anew
	@$(BIN)/python -m data.build.cards
	@$(BIN)/python -m data.build.loans

maps: $(TEST_STAMP) ## make the finished maps of the sample anew: data/maps
	@$(BIN)/python -m data.build.maps

lock: $(UV) ## choose all versions anew, with the hashes that the container insists on: requirements.lock
	@$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command "make lock" --output-file requirements.lock requirements-auth.txt

licences: $(TEST_STAMP) ## write down whose work the app stands on: docs/licences.md
	@$(BIN)/python -m tests.licences

audit: $(UV) ## ask the registry of packages what is known against the versions in requirements.lock (takes a network)
	@$(UV) tool run --from pip-audit==2.10.1 pip-audit --requirement requirements.lock --disable-pip --require-hashes --strict

image-check: $(UV) $(TEST_STAMP) ## follow the Dockerfile without Docker: install by hash on its Python, start it as nobody
	@$(BIN)/python -m tests.container

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache tests/artifacts

.venv/made:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed: install it from python.org and try again."; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

$(RUN_STAMP): .venv/made requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(UV): .venv/made
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

$(TEST_STAMP): $(RUN_STAMP) requirements-auth.txt tests/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@
