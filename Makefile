# The developer's verbs. Each sets up what it needs by itself and does nothing twice.
.DEFAULT_GOAL := help
BUILD ?= build

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: ## install what tools/packages.txt lists and fetch DuckDB, pinned (root or sudo)
	@tools/setup

build: setup web ## build ./rapport
	@tools/build $(BUILD)

test: build ## run every test
	@tools/run-tests $(BUILD)

demo: build ## collect a simulated community and show its report; FROM=DIR takes yours instead
	@./rapport demo $(if $(FROM),--from "$(FROM)")

sanitize: setup ## run the unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@CMAKE_ARGS=-DRAPPORT_SANITIZE=ON tools/build build-sanitize rapport_unit_tests
	@ASAN_OPTIONS=detect_leaks=0 RAPPORT=build-sanitize/rapport build-sanitize/rapport_unit_tests --gtest_brief=1

fuzz: setup ## feed the readers of bulk formats broken input (needs clang-14 and libclang-rt-14-dev)
	@tools/fuzz

lint: ## check blanks, tabs, lengths, names and includes
	@python3 tests/layout/layout_test.py

format: ## lay out the lines that changed since the last commit
	@git diff -U0 --no-color HEAD -- '*.cpp' '*.h' | clang-format-diff-14 -p1 -i

bench: build ## measure collecting beside its rivals, the first answer, every route, memory, and the simulator
	@python3 bench/bulk.py
	@python3 bench/collect.py
	@python3 bench/routes.py
	@tools/build $(BUILD) sim_bench && $(BUILD)/sim_bench

# Node packages are fetched when the lock changes, the page is built when something of it does.
WEB_SOURCES = $(shell find web/src web/public -type f ! -name '*.test.ts') web/index.html web/vite.config.ts web/svelte.config.js web/tsconfig.json

web: web/dist/index.html ## build the web page, which the binary then carries

web/node_modules/.package-lock.json: web/package-lock.json | setup
	cd web && npm ci --silent && touch node_modules/.package-lock.json

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run --silent build -- --logLevel warn && touch dist/index.html

clean: ## remove what was built; what was downloaded stays
	rm -rf build build-* rapport demo report.html web/dist

.PHONY: help setup build test demo sanitize fuzz lint format bench web clean
