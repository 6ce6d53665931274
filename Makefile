PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
ECG_DATA ?= ../data
ECG_SHARED_DATA ?= ../shared/data
ECG_DATA_DIR ?= ./var
MODEL ?= resatt-taught-ptbxl
FOUR_CLASS := benchmarks/results/ecg-images
# Large pages are reused instead of returned to the system: training is a third faster.
TRAIN_ENV := MALLOC_MMAP_THRESHOLD_=8589934592 MALLOC_TRIM_THRESHOLD_=17179869184 \
	GOMP_SPINCOUNT=0 OMP_WAIT_POLICY=PASSIVE

# Files of tests run beside one another, at most four at a time; in their order, because those with
# few tests are those of the browser, which take longest and must not come last. Each computes with
# one thread: threads that wait for a core that another test has cost several times the work.
BESIDE := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help run test test-quick test-deployment lint fuzz format bench bench-room bench-load bench-faults bench-outages bench-flood bench-hostile bench-memory bench-appraisal bench-beside bench-abstention bench-curation bench-export bench-measure bench-qtdb bench-rectify bench-second-printer bench-gridless bench-rephotographed bench-altered bench-trace bench-kit bench-r-waves bench-reversal \
	train evidence evidence-strips bench-methods curate crossval demo clean evidence-attention bench-viewer

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(VENV)/runtime: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

run: $(VENV)/runtime ## Set up and open the app on port 8501 (PORT=…)
	ECG_DATA_DIR=$(ECG_DATA_DIR) $(BIN)/python -m streamlit run app.py --server.port $(PORT)

test: $(VENV)/dev ## Set up and run all tests
	$(ONE_THREAD) $(BIN)/python -m pytest $(BESIDE)

test-quick: $(VENV)/dev ## Without browser, documents, servers of others and the slowest files: while writing
	$(ONE_THREAD) $(BIN)/python -m pytest $(BESIDE) --ignore=tests/browser --ignore=tests/test_documents.py \
		--ignore=tests/store/test_postgresql.py --ignore=tests/store/background/test_redis.py -m "not browser and not slow"

test-deployment: $(VENV)/dev ## Unit, PostgreSQL, nginx with TLS, back-up and restore, played through (as root)
	ECG_TEST_DEPLOYMENT=1 $(BIN)/python -m pytest -rs tests/deployment

lint: $(VENV)/dev ## ruff, formatting, types: what .ci/run and pre-commit run
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fuzz: $(VENV)/dev ## Damaged files against every reader, for some minutes
	ECG_FUZZ_EXAMPLES=20000 $(BIN)/python -m pytest tests/intake/formats/test_fuzz.py --timeout 1800

format: $(VENV)/dev ## Format and fix what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev ## Latency, memory and app start on this machine
	$(BIN)/python -m benchmarks.screen.latency

bench-room: $(VENV)/dev ## Worklist of 10,000 cases, 200,000 events, twenty sessions
	$(BIN)/python -m benchmarks.service.room

bench-load: $(VENV)/dev ## Fifty and a hundred sessions beside 10,000 cases, also at two processes (eight minutes)
	$(BIN)/python -m benchmarks.service.load
	$(BIN)/python -m benchmarks.documents

bench-faults: $(VENV)/dev ## Kill the program 200 times while it uploads, scores and saves
	$(BIN)/python -m benchmarks.service.faults

bench-outages: $(VENV)/dev ## Kills, a full disk, a held database, a wrong clock, power cuts (as root)
	$(BIN)/python -m benchmarks.service.outages

bench-flood: $(VENV)/dev ## Eighty sign-ins at once
	$(BIN)/python -m benchmarks.service.flood

bench-hostile: $(VENV)/dev ## Hostile files of every format through the isolated reader (a quarter of an hour)
	$(BIN)/python -W ignore -m benchmarks.service.hostile
	$(BIN)/python -m benchmarks.documents

bench-memory: $(VENV)/dev ## Fifty pages of 62 megapixels opened by twenty readers
	$(BIN)/python -m benchmarks.service.memory

bench-appraisal: $(VENV)/dev ## Performance page and background scoring (needs ECG_DATA)
	$(BIN)/python -m benchmarks.screen.appraisal --ptbxl $(ECG_DATA)/ptb-xl

PAGES ?= 5000
READERS ?= 20
DECISIONS ?= 12
bench-beside: $(VENV)/dev ## A labelled set of PAGES scored while READERS read (needs ECG_DATA; half an hour)
	$(BIN)/python -m benchmarks.service.beside --ptbxl $(ECG_DATA)/ptb-xl --cache $(ECG_DATA)/cache/ptb-xl-png \
		--pages $(PAGES) --readers $(READERS) --decisions $(DECISIONS)

bench-abstention: $(VENV)/dev ## Inputs that must not be answered, and good ones (needs ECG_DATA)
	$(BIN)/python -m benchmarks.models.abstention --model $(MODEL) --mitdb $(ECG_DATA)/mitdb \
		--ptbxl $(ECG_DATA)/ptb-xl --out models/$(MODEL)/evidence/abstention.jsonl

bench-curation: $(VENV)/dev ## Near-duplicates: cost to 100,000 pages, copies found (needs ECG_DATA)
	$(BIN)/python -m benchmarks.models.curation --ptbxl $(ECG_DATA)/ptb-xl

bench-export: $(VENV)/dev ## ONNX in 32 and 8 bits against PyTorch (needs ECG_DATA)
	$(BIN)/python -m benchmarks.models.export --ptbxl $(ECG_DATA)/ptb-xl --model $(MODEL)

EVERY ?= 1
PRINTED ?= 200
bench-measure: $(VENV)/dev ## Rate and intervals against what is known (needs ECG_DATA; EVERY=20 is quick)
	$(BIN)/python -W ignore -m benchmarks.signal.measurements --mitdb $(ECG_DATA)/mitdb \
		--ptbxl $(ECG_DATA)/ptb-xl --every $(EVERY) --pages $(PRINTED) \
		$(if $(ECG_SHARED_DATA),--others $(ECG_SHARED_DATA)/kit-pages)

bench-qtdb: $(VENV)/dev ## PR, QRS and QT against experts' wave borders (needs ECG_DATA; a minute)
	$(BIN)/python -W ignore -m benchmarks.signal.qtdb --qtdb $(ECG_DATA)/qtdb/qtdb-excerpts

bench-rectify: $(VENV)/dev ## Scan reading against the truth (needs ECG_DATA)
	$(BIN)/python -m benchmarks.pages.rectify --ptbxl $(ECG_DATA)/ptb-xl --latency \
		--photos $(ECG_SHARED_DATA)/photos --pages $(ECG_SHARED_DATA)/ecg-images/full_size \
		--out benchmarks/results/rectify.jsonl
	$(BIN)/python -m benchmarks.documents

SECOND ?= second_printer
FIRST_SHEET ?= 128
SHEETS ?= 400
bench-second-printer: $(VENV)/dev ## Sheets of another printer, damaged: read, asked, refused, silently wrong (needs ECG_DATA)
	$(BIN)/python -W ignore -m benchmarks.pages.second_printer --ptbxl $(ECG_DATA)/ptb-xl \
		--first $(FIRST_SHEET) --pages $(SHEETS) --out benchmarks/results/$(SECOND).jsonl
	$(BIN)/python -m benchmarks.documents

bench-gridless: $(VENV)/dev ## Exports without a grid in the manner of four recorders (needs ECG_DATA)
	$(BIN)/python -W ignore -m benchmarks.pages.gridless --ptbxl $(ECG_DATA)/ptb-xl \
		--out benchmarks/results/gridless.jsonl
	$(BIN)/python -m benchmarks.documents

bench-rephotographed: $(VENV)/dev ## Other people's pages photographed and scanned once more (needs ECG_SHARED_DATA)
	$(BIN)/python -W ignore -m benchmarks.pages.rephotographed --real $(ECG_SHARED_DATA)/real-pages \
		--kit $(ECG_SHARED_DATA)/kit-pages --every 9 --out benchmarks/results/rephotographed.jsonl
	$(BIN)/python -m benchmarks.documents

bench-altered: $(VENV)/dev ## Other people's pages cut, pasted and turned (needs ECG_SHARED_DATA)
	$(BIN)/python -W ignore -m benchmarks.pages.altered --real $(ECG_SHARED_DATA)/real-pages \
		--kit $(ECG_SHARED_DATA)/kit-pages --every 3 --out benchmarks/results/altered.jsonl
	$(BIN)/python -m benchmarks.documents

bench-trace: $(VENV)/dev ## Recovered waveforms against the record (needs ECG_DATA)
	$(BIN)/python -m benchmarks.pages.trace --ptbxl $(ECG_DATA)/ptb-xl --out benchmarks/results/trace.jsonl

bench-kit: $(VENV)/dev ## Waveforms off another program's pages (needs ECG_DATA, and ECG_KIT: a folder with pages.csv)
	$(BIN)/python -m benchmarks.pages.kit --kit $(ECG_KIT) --ptbxl $(ECG_DATA)/ptb-xl --out benchmarks/results/kit.jsonl

bench-r-waves: $(VENV)/dev ## Heights of R waves off clean prints (needs ECG_DATA)
	$(BIN)/python -m benchmarks.pages.r_waves --ptbxl $(ECG_DATA)/ptb-xl --out benchmarks/results/r_waves.jsonl

bench-reversal: $(VENV)/dev ## How often swapped electrodes are suspected (needs ECG_DATA)
	$(BIN)/python -m benchmarks.signal.reversal --ptbxl $(ECG_DATA)/ptb-xl --out benchmarks/results/reversal.jsonl

.PHONY: bench-long
bench-long: $(VENV)/dev ## Where long records are opened (needs ECG_DATA; ten minutes)
	$(BIN)/python -m benchmarks.signal.long_records --mitdb $(ECG_DATA)/mitdb
	$(BIN)/python -m benchmarks.documents

.PHONY: bench-strip-rhythm
bench-strip-rhythm: $(VENV)/dev ## Fibrillation said of strips in sinus rhythm (needs ECG_DATA; ten minutes)
	$(BIN)/python -m benchmarks.signal.strip_rhythm --ptbxl $(ECG_DATA)/ptb-xl
	$(BIN)/python -m benchmarks.documents

bench-methods: $(VENV)/dev ## Other methods and ablations under one CPU limit (needs ECG_DATA)
	$(TRAIN_ENV) $(BIN)/python -m ecg_core benchmark --data $(ECG_DATA) --photos
	$(TRAIN_ENV) $(BIN)/python -m ecg_core ablate --data $(ECG_DATA) --photos

evidence-strips: $(VENV)/runtime ## MIT-BIH DS2 and fold 10 as rhythm strips (needs ECG_DATA)
	$(BIN)/python -m ecg_core evaluate --dataset strips --root $(ECG_DATA)

train: $(VENV)/runtime ## Teacher, network, release, evidence (needs ECG_DATA; hours on two cores)
	$(TRAIN_ENV) $(BIN)/python -m ecg_core train models/$(MODEL)/train.toml --data $(ECG_DATA) --resume

evidence: $(VENV)/runtime ## Regenerate every published figure (needs ECG_DATA)
	$(BIN)/python -m ecg_core evaluate --dataset ptb-xl --root $(ECG_DATA)/ptb-xl --split 10 --all
	$(BIN)/python -m ecg_core evaluate --dataset ptb-xl --root $(ECG_DATA)/ptb-xl --split 10 --tasks

curate: $(VENV)/dev ## Curate the four-class page set (needs ECG_DATA); report in var/curation
	$(BIN)/python -m ecg_core curate $(ECG_DATA)/ecg-images --out var/curation
	cp var/curation/manifest.csv var/curation/summary.json $(FOUR_CLASS)

crossval: $(VENV)/dev ## Four classes: as published, honestly, and the model unchanged (needs curate)
	$(BIN)/python -m ecg_core crossval $(ECG_DATA)/ecg-images --manifest $(FOUR_CLASS)/manifest.csv \
		--out $(FOUR_CLASS) --readings var/curation/readings --zero-shot
	$(BIN)/python -m ecg_core crossval $(ECG_DATA)/ecg-images --manifest $(FOUR_CLASS)/manifest.csv \
		--out $(FOUR_CLASS) --readings var/curation/readings

.PHONY: evidence-verdict
evidence-verdict: $(VENV)/runtime ## Contradictions, serious labels, lines that fire (needs ECG_DATA; half an hour; PRINTED of them as pages)
	$(BIN)/python -m ecg_core evaluate --dataset ptb-xl --root $(ECG_DATA)/ptb-xl --split 10 --coherence
	$(BIN)/python -m ecg_core evaluate --dataset ptb-xl --root $(ECG_DATA)/ptb-xl --split 10 --coherence \
		--printed --limit $(PRINTED)

evidence-attention: $(VENV)/runtime ## Does attention tell anything? (needs ECG_DATA; 15 minutes)
	$(BIN)/python -m ecg_core attend-evidence --root $(ECG_DATA)/ptb-xl --split 10 --model $(MODEL)

.PHONY: bench-desk
bench-desk: $(VENV)/dev ## From a click to trace and answer, a pile of 31, in headless Chromium
	$(BIN)/python -m benchmarks.screen.desk

bench-viewer: $(VENV)/dev ## First paint and frames while panning, in headless Chromium
	$(BIN)/python -m benchmarks.screen.viewer

demo: $(VENV)/dev ## Make the demonstration ECGs again
	$(BIN)/python assets/make_demo.py

clean: ## Remove the environment and caches, never data
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
