# make run    what is missing, the front end, the binary, and the demonstration office on this machine
# make build  bin/segnatura and bin/officesim
# make test   every test there is: Go, front end, browser; the last line is «N passed, N failed»
# The others are listed by: make help

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := build

GO      ?= go
# One set of flags, so that the program, the tests and the linters share what was compiled once.
export GOFLAGS := $(filter-out -trimpath,$(GOFLAGS)) -trimpath
NPM     := npm --prefix ui/web
WEB     := ui/web/node_modules/.package-lock.json
RESULTS := build/results
PDFA_OUT := $(CURDIR)/build/pdfa-out
SUMMARY := build/summary
# The wildcard leaves out .ci, whose name starts with a dot.
PACKAGES := ./... ./.ci/summary

# The label tests draw our ZPL with somebody else's renderer.
ZPL_RENDERER := stamp/zpl/testdata/zplrender
ZPL_MODULES  := $(ZPL_RENDERER)/node_modules/.package-lock.json

# Connectors are tried against Axis, on which the services that they speak to run.
AXIS_POM := internal/central/axistest/testdata/pom.xml
AXIS     := build/axis/.complete

WEB_SOURCES := $(shell find ui/web/src ui/web/public -type f) \
	$(addprefix ui/web/,index.html package-lock.json vite.config.ts svelte.config.js tsconfig.json)

.PHONY: help run build test test-go test-recall test-schedules test-web test-browser e2e bench bench-pdfa verapdf conformance lint long fuzz \
	clean setup-run setup-test setup-bench $(SUMMARY)

help: ## what each target does
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup-run:
	@.ci/setup run

setup-test:
	@.ci/setup test

setup-bench:
	@.ci/setup bench

$(SUMMARY):
	@$(GO) build -o $@ ./.ci/summary

$(WEB): ui/web/package.json ui/web/package-lock.json
	@$(NPM) ci --loglevel=error
	touch $@

$(ZPL_MODULES): $(ZPL_RENDERER)/package.json $(ZPL_RENDERER)/package-lock.json
	@npm --prefix $(ZPL_RENDERER) ci --loglevel=error
	touch $@

$(AXIS): $(AXIS_POM)
	@rm -rf $(@D)
	mvn -q -B -Dstyle.color=never -f $< dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/$(@D)
	touch $@

ui/dist/index.html: $(WEB) $(WEB_SOURCES)
	@$(NPM) run --silent build
	touch $@

build: ui/dist/index.html ## bin/segnatura and bin/officesim
	@$(GO) build -o bin/ ./cmd/segnatura ./cmd/officesim

run: setup-run build ## the station with its pretend office, on this machine only
	@exec bin/segnatura serve -demo -demo-centre jente -ocr ita -data ./var

# The race detector watches our code. In SQLite's translated C and its allocator, in the codecs and where pixels are drawn and read, which
# start no goroutines and share nothing, it would only take time: the station's tests ran five times as long with it.
UNWATCHED := modernc.org/sqlite/lib modernc.org/libc modernc.org/memory image image/color image/draw image/jpeg image/png compress/flate compress/lzw hash/adler32 \
	$(addprefix golang.org/x/image/,draw vector tiff ccitt font/sfnt font/opentype) \
	$(addprefix segnatura/,scanner/sheet scanner/sheet/barcode stamp/compose pdfa/convert pdfa/writer pdfa/writer/ccitt) \
	$(addprefix github.com/makiuchi-d/gozxing,/common /common/detector /common/reedsolomon /qrcode/decoder /qrcode/detector)
RACE      := -race $(foreach package,$(UNWATCHED),-gcflags=$(package)=-race=false)

# Each suite leaves its count in $(RESULTS) and lets the next one run; only the total at the end decides.
test: setup-test build ## every test; skips fail where CI=true
	@rm -rf $(RESULTS)/test
	$(MAKE) --no-print-directory test-go test-recall test-schedules test-web test-browser
	$(SUMMARY) total $(RESULTS)/test/{go,recall,schedules,svelte-check,vitest,e2e}.json

# What the tests write as PDF/A stays in $(PDFA_OUT), for verapdf.
test-go: $(SUMMARY) ui/dist/index.html $(ZPL_MODULES) $(AXIS)
	@rm -rf $(PDFA_OUT)
	mkdir -p $(PDFA_OUT)
	SEGNATURA_PDFA_OUT=$(PDFA_OUT) $(SUMMARY) run -as go -name "Go" -o $(RESULTS)/test/go.json -- \
		$(GO) test -json $(RACE) -count=1 -p 2 -timeout 30m $(PACKAGES)

# The race detector makes pixels ten times as slow, and test-go therefore reads few labels; here it is two thousand, and two
# hundred that cannot be read.
test-recall: $(SUMMARY)
	@$(SUMMARY) run -as go -name "labels read" -o $(RESULTS)/test/recall.json -- \
		$(GO) test -json -count=1 -run '^TestRecall$$|PointedAt' ./scanner/sheet/barcode

# A thousand mornings of outages, kills, power cuts and clocks that step; test-go goes through some under the race detector. Their disks are
# pretended and may as well lie in memory.
test-schedules: $(SUMMARY)
	@TMPDIR=$(firstword $(wildcard /dev/shm) $(TMPDIR) /tmp) SEGNATURA_SCHEDULES=1000 \
		$(SUMMARY) run -as go -name "schedules" -o $(RESULTS)/test/schedules.json -- \
		$(GO) test -json -count=1 -timeout 30m -run '^TestSchedules$$|^TestEveryStep' ./internal/station

test-web: $(SUMMARY) $(WEB)
	@$(SUMMARY) run -as check -name "svelte-check" -o $(RESULTS)/test/svelte-check.json -- $(NPM) run --silent check
	$(SUMMARY) run -as vitest -name "front end" -o $(RESULTS)/test/vitest.json -- \
		$(NPM) run --silent test -- --reporter=json

test-browser: $(SUMMARY) build
	@$(SUMMARY) run -as lines -name "browser" -o $(RESULTS)/test/e2e.json -- $(NPM) run e2e

e2e: setup-test ## the clerk's journey in a real browser, alone
	@$(MAKE) --no-print-directory test-browser
	$(SUMMARY) total $(RESULTS)/test/e2e.json

# Benchmarks and long tests are found by what they say, so that a new package needs no line here. The way end to end
# (internal/benchmark) takes a thousand samples in one run; the others run COUNT times. Their data lie on the checkout's disk.
bench: $(SUMMARY) $(if $(PKG),,setup-bench) build ## medians of every Go benchmark and of the browser's, with the machine's name (PKG=./x narrows, COUNT=3)
	@mkdir -p build/bench
	export TMPDIR=$(CURDIR)/build/bench
	packages="$(PKG)"
	[ -n "$$packages" ] || packages=$$({ git grep -lE '^func Benchmark' -- '*_test.go'; git ls-files '*.bench.ts'; } | xargs -r dirname | sort -u | sed 's|^|./|')
	[ -n "$$packages" ] || { echo "no benchmark in this tree" >&2; exit 1; }
	browser=$$(tr ' ' '\n' <<< "$$packages" | grep -xF ./ui/web/e2e || true)
	whole=$$(tr ' ' '\n' <<< "$$packages" | grep -xF ./internal/benchmark || true)
	parts=$$(tr ' ' '\n' <<< "$$packages" | grep -vxF -e ./internal/benchmark -e ./ui/web/e2e || true)
	{
		[ -z "$$whole" ] || $(GO) test -run '^$$' -bench . -timeout 60m $$whole
		[ -z "$$parts" ] || $(GO) test -run '^$$' -bench . -benchmem -count $(or $(COUNT),3) -p 1 -timeout 60m $$parts
		[ -z "$$browser" ] || { echo "pkg: ui/web/e2e"; $(NPM) run --silent bench || echo "FAIL ui/web/e2e"; }
	} | tee build/bench.txt || true
	$(SUMMARY) bench < build/bench.txt

bench-pdfa: setup-bench ## PDF/A beside img2pdf, Ghostscript, tesseract and OCRmyPDF: medians of three rounds, and ratios
	@$(MAKE) --no-print-directory bench PKG=./internal/benchmark/peers

long: $(SUMMARY) build ## tests that take hours' worth of work (SEGNATURA_LONG=1), and a short hunt of every fuzz target
	@packages=$$(git grep -l SEGNATURA_LONG -- '*_test.go' | xargs -r dirname | sort -u | sed 's|^|./|')
	[ -n "$$packages" ] || { echo "no long test in this tree" >&2; exit 1; }
	SEGNATURA_LONG=1 $(SUMMARY) run -as go -name "long" -o $(RESULTS)/long.json -- \
		$(GO) test -json -count=1 -p 1 -timeout 720m $$packages
	$(SUMMARY) run -as lines -name "fuzz" -o $(RESULTS)/fuzz.json -- .ci/fuzz $(or $(TIME),20s)
	$(SUMMARY) total $(RESULTS)/{long,fuzz}.json

fuzz: $(SUMMARY) ui/dist/index.html ## every fuzz target for TIME=1m; what is found stays in its testdata/fuzz
	@$(SUMMARY) run -as lines -name "fuzz" -o $(RESULTS)/fuzz.json -- .ci/fuzz $(or $(TIME),1m)
	$(SUMMARY) total $(RESULTS)/fuzz.json

# veraPDF judges every PDF/A that the tests wrote: those of the writers, the acts of an outage as the program hands them out, and what segnatura
# pdfa made of the corpus. After make test, verapdf is enough; conformance has them written again, with SEGNATURA_LONG=1 also all of the corpus with
# its text recognised.
VERAPDF = $(SUMMARY) run -as lines -name "veraPDF" -o $(RESULTS)/conformance/verapdf.json -- .ci/verapdf $(PDFA_OUT)
verapdf: $(SUMMARY) setup-test ## every PDF/A that make test left, judged by veraPDF
	@$(VERAPDF)
	$(SUMMARY) total $(RESULTS)/conformance/verapdf.json

conformance: $(SUMMARY) setup-test ## every PDF/A that the tests write, judged by veraPDF; the spreadsheets, opened in LibreOffice
	@rm -rf $(PDFA_OUT) $(RESULTS)/conformance
	mkdir -p $(PDFA_OUT)
	SEGNATURA_PDFA_OUT=$(PDFA_OUT) $(SUMMARY) run -as go -name "PDF/A writers" -o $(RESULTS)/conformance/go.json -- \
		$(GO) test -json -count=1 -p 2 -timeout 15m ./pdfa/... ./stamp/pdf/...
	SEGNATURA_PDFA_OUT=$(PDFA_OUT) $(SUMMARY) run -as go -name "segnatura" -o $(RESULTS)/conformance/command.json -- \
		$(GO) test -json -count=1 -run '^TestCorpus|^TestActs' -timeout 60m ./cmd/segnatura
	$(SUMMARY) run -as go -name "LibreOffice" -o $(RESULTS)/conformance/libreoffice.json -- \
		$(GO) test -json -count=1 -run '^TestLibreOffice' -timeout 10m ./internal/sheetfile
	$(VERAPDF)
	$(SUMMARY) total $(RESULTS)/conformance/{go,command,libreoffice,verapdf}.json

LINTERS := gofmt vet staticcheck svelte scripts seeds publiccode
lint: $(SUMMARY) ui/dist/index.html ## gofmt, vet, staticcheck, svelte-check, shell scripts, fuzz seeds, publiccode.yml
	@rm -rf $(RESULTS)/lint
	for linter in $(LINTERS); do
		$(SUMMARY) run -as lines -name "$$linter" -o $(RESULTS)/lint/$$linter.json -- .ci/lint $$linter
	done
	$(SUMMARY) total $(patsubst %,$(RESULTS)/lint/%.json,$(LINTERS))

clean: ## what was built, but not ./var
	@rm -rf bin build ui/web/node_modules
	find ui/dist -mindepth 1 ! -name .gitkeep -delete
