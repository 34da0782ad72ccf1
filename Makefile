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

bench: build ## measure how fast the server answers
	@python3 bench/routes.py

clean: ## remove what was built; what was downloaded stays
	rm -rf build build-* rapport demo report.html web/dist

.PHONY: help setup build test bench clean
