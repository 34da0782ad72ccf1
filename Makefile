# The developer's verbs. Each sets up what it needs by itself and does nothing twice.
.DEFAULT_GOAL := help
BUILD ?= build
JOBS ?= $(shell nproc)

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: ## install what tools/packages.txt lists and fetch DuckDB, pinned (root or sudo)
	@tools/setup

build: setup ## build ./rapport
	@tools/build $(BUILD)

test: build ## run every test
	@tools/run-tests $(BUILD)

# Node packages are fetched when the lock changes, the page is built when something of it does.
WEB_SOURCES = $(shell find web/src web/public -type f ! -name '*.test.ts') web/index.html web/vite.config.ts web/svelte.config.js web/tsconfig.json

web: web/dist/index.html ## build the web page, which the binary then carries

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --silent && touch node_modules/.package-lock.json

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run --silent build -- --logLevel warn && touch dist/index.html

web-test: web/node_modules/.package-lock.json ## check and test the web page, without and with a browser
	cd web && npm run --silent check && npm test --silent
	tests/e2e/run.sh

clean: ## remove what was built; what was downloaded stays
	rm -rf build build-* rapport demo report.html web/dist

.PHONY: help setup build test web web-test clean
