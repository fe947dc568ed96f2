# Each target is one thing a developer wants, and one command that could be typed by hand.
# demo, test, integration, bench and .ci/run share one release build in .build: tests use the
# public API only, so nothing has to be compiled a second time for them. fuzz has an instrumented
# build of its own in .build-fuzz, which takes half a minute because it has no dependencies.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

SWIFT_SOURCES = $(wildcard Sources Tests Benchmarks Examples Fuzzing) Package.swift

.PHONY: help demo demo-stop test integration fuzz lint format bench check-long clean
.PHONY: dependencies build

help: ## Show what each target does.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: dependencies ## Start a control plane with a gateway, and send real requests through it.
	@swift build -c release --product clawgress
	@swift build -c release --product clawgress-policy
	@swift build -c release --product clawgress-audit
	@swift build -c release --product clawgress-admin-api
	@swift build -c release --product clawgress-gateway
	@Scripts/demo

demo-stop: ## Stop everything that demo started, and remove what it left behind.
	@Scripts/demo-stop

test: build ## Build everything and run the unit tests.
	@swift test -c release --skip-build

# Tests wait more than they compute, so three processes suit two processors.
integration: build ## Run the suite that drives whole processes with real clients.
	@Scripts/integration 'not long' --numprocesses 3 --dist loadfile

# Of processor time, for each target.
SECONDS = 1800
TARGETS =

fuzz: ## Throw inputs at the parsers for half an hour each: SECONDS=60 TARGETS="jwt bundle".
	@Scripts/fuzz $(SECONDS) $(TARGETS)

lint: ## Report what differs from the house style; changes nothing.
	@Scripts/lint

format: ## Rewrite the Swift sources in the house style.
	@swift format format --in-place --recursive --parallel $(SWIFT_SOURCES)

bench: ## Measure requests and latency beside Squid and HAProxy, commits of 10,000 policies, and the log.
	@Scripts/install-dependencies --bench
	@swift build -c release --build-tests
	@Scripts/bench
	@Scripts/bench-control-plane
	@Scripts/bench-audit

check-long: build ## Measure the unit tests' coverage, then run the long integration tests.
	@Scripts/coverage
	@Scripts/integration long

clean: ## Remove build products and the Python environment.
	rm -rf .build .build-coverage .build-fuzz .venv .venv-verifiers

dependencies:
	@Scripts/install-dependencies

# `.ci/run` says with CLAWGRESS_BUILT that it has just done it.
build: dependencies
	@[ -n "$(CLAWGRESS_BUILT)" ] || swift build -c release --build-tests
