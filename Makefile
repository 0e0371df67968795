# `make` alone prints the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

FUZZTIME ?= 20s
SEEDS    ?= 10000
FIRST    ?= 1
DURATION ?= 5m
PART     ?= 1
PACKAGES ?= ./...
SBOM     ?= bin/sbom

FUNCTIONS ?= $(notdir $(wildcard functions/*))

# The race detector needs a C compiler; without one the tests run without it.
RACE := $(if $(shell command -v cc gcc clang 2>/dev/null),-race)

# SAM CLI and cfn-lint of the machine if it has both, else pinned ones in .venv.
VENV := $(if $(and $(shell command -v sam 2>/dev/null),$(shell command -v cfn-lint 2>/dev/null)),,.venv/installed)
SAM   = SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-us-east-1} $(if $(VENV),.venv/bin/)sam
CFN   = $(if $(VENV),.venv/bin/)cfn-lint
# Only what the lock file lists, by its checksum; a wheel runs no code when it is installed.
PIP  := pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all:
SHA  := $(or $(shell command -v sha256sum 2>/dev/null),shasum -a 256)
# Looks for violations of accessibility, in tests only.
AXE  := infra/local/axe/node_modules/axe-core/axe.min.js
# Linters, pinned in a module of their own, built on first use.
TOOL := go tool -modfile=infra/tools/go.mod

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: stack ## Run a shop's month through the whole stack and check every promise
	@bin/payhooks demo

test: ## Run all tests, the end-to-end ones included
	go test $(RACE) -timeout 30m ./...
	$(if $(RACE),go test ./internal/simtest ./internal/shop/order ./internal/shop/access ./internal/shop/fraud) # schedules and floods that the race detector has no time for

console-test: $(AXE) ## Look at the console in headless Chromium: its checks, with axe-core; SHOTS=DIR keeps pictures
	@[[ -n "$$CHROME" ]] || command -v chromium chromium-browser google-chrome >/dev/null || \
		{ echo 'The console is looked at with Chromium: install it (Debian: apt-get install chromium), or set CHROME to its path.' >&2; exit 1; }
	go test -tags browser -count=1 -timeout 15m -run 'TestConsole$$' ./infra/payhooks

$(AXE): infra/local/axe/package-lock.json
	npm ci --prefix infra/local/axe --ignore-scripts --no-audit --no-fund && touch $@

run: stack ## Start the stack on this machine, until Ctrl-C
	@exec bin/payhooks local

stripe-listen: bin/payhooks ## Forward your Stripe account's test events to it with Stripe's CLI, with THIN=1 thin ones too
	@exec bin/payhooks listen $(if $(THIN),--thin)

build: $(VENV) ## Build what is deployed, with SAM
	$(SAM) build

# What sam build calls for each function, under its logical id. Compiles all of
# them once.
build-%:
	@go run ./infra/build $* $(ARTIFACTS_DIR)

validate: $(VENV) ## Check the templates: SAM, cfn-lint and our own check of what these do not see
	$(SAM) validate --lint
	$(CFN) template.yaml $$(grep -l AWSTemplateFormatVersion infra/*.yaml)
	go run ./infra/check/command

lint: ## Check the code: golangci-lint, gofumpt, go mod tidy, govulncheck
	$(TOOL) golangci-lint run
	@unformatted=$$($(TOOL) gofumpt -l functions internal infra) && test -z "$$unformatted" || \
		{ printf 'not formatted, run `$(TOOL) gofumpt -w` on them:\n%s\n' "$$unformatted"; exit 1; }
	go mod tidy -diff
	@$(MAKE) vulncheck

vulncheck: ## Look PACKAGES (all) up in Go's vulnerability database, or in GOVULNDB
	@said=$$($(TOOL) govulncheck $(if $(GOVULNDB),-db $(GOVULNDB)) $(PACKAGES) 2>&1); status=$$?; \
	if [[ $$status = 1 && $$said = *'govulncheck: fetching vulnerabilities: '* ]]; then \
		echo "warning: govulncheck did not check anything: the vulnerability database cannot be reached ($${said##*: })" >&2; \
	elif [[ $$status != 0 ]]; then printf '%s\n' "$$said"; exit 1; fi

sbom: bin/payhooks ## List what is linked into each function and bin/payhooks, as CycloneDX in SBOM (bin/sbom)
	@mkdir -p $(SBOM); rm -f $(SBOM)/*.json; built=$$(go run ./infra/build) && \
	for binary in $(FUNCTIONS:%=$$built/%) bin/payhooks; do \
		$(TOOL) cyclonedx-gomod bin -json -noserial -notimestamp -std -version "$$(git describe --always --dirty 2>/dev/null)" \
			-output $(SBOM)/$${binary##*/}.json $$binary || exit; done

notices: ## Write THIRD_PARTY, the licences of what is shipped
	@go run ./infra/notices

vendored: ## Fetch the scripts and styles of npm packages that the console serves, by their checksums
	@go run ./infra/vendored

bench: ## Measure what an event costs, in DynamoDB calls and CPU time beside BASE (2a60694), then run the benchmarks
	go run ./infra/bench $(if $(BASE),--against $(BASE))
	go test -run '^$$' -bench . -benchmem ./internal/... ./infra/local/... ./infra/payhooks

fuzz: ## Run every fuzz target for FUZZTIME (20s)
	@set -e; grep -rHo '^func Fuzz[A-Za-z0-9]*' --include=*_test.go internal functions | while IFS=: read -r file target; do \
		go test -run '^$$' -fuzz "^$${target#func }\$$" -fuzztime $(FUZZTIME) "./$$(dirname "$$file")"; done

simulate: bin/payhooks ## Run SEEDS (10000) schedules of crashes, lost replies and clock jumps
	@bin/payhooks simulate --seeds $(SEEDS) --first $(FIRST)

volume: bin/payhooks ## Run reconcile against a million events in virtual time, or a PART (1) of them
	@bin/payhooks simulate volume --part $(PART)

chaos: stack ## Load a stack for DURATION (5m) while calls fail and processes are killed
	@bin/payhooks chaos --duration $(DURATION)

mutants: ## Take each guard out of the code and see that a test notices
	go run ./infra/mutants

aws: $(VENV) .venv-aws/installed infra/tools/dynamodb/lib ## Deploy to MiniStack, take the stack through its life, and run the tables' tests on DynamoDB Local
	@set -o pipefail; PATH="$(if $(VENV),$(CURDIR)/.venv/bin:)$(CURDIR)/.venv-aws/bin:$$PATH" go test -tags aws -count=1 -timeout 30m -v -run 'OnMiniStack|OnDynamoDBLocal' ./infra/payhooks ./infra/local/engine | grep --line-buffered -Ev '^ *=== |^ {8,}--- PASS'

tools: $(VENV) ## Install what build, validate and lint need
	$(TOOL) golangci-lint version
	$(SAM) --version

clean: ## Remove what was built and the local stack's data, unless a stack runs on it
	@if test -e .payhooks -o -L .payhooks; then DATA_DIR=.payhooks go run ./infra/payhooks local --delete-data; fi
	rm -rf bin .aws-sam

without-shop: $(VENV) bin/check ## Build, validate, test and demo a copy without the sample shop, or WITHOUT one action
	@PATH="$(if $(VENV),$(CURDIR)/.venv/bin:)$$PATH" bin/check without $(WITHOUT)

bin/payhooks: bin/gobuild FORCE
	@bin/gobuild

# And the functions, in the same go build, while npm brings the engine.
stack: bin/gobuild
	@bin/gobuild stack

# Flags of infra/gobuild, so that it finds compiled what this has compiled.
bin/gobuild: go.mod $(wildcard infra/gobuild/*.go infra/gobuild/command/*.go infra/local/npm/*.go)
	@CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags=lambda.norpc -gcflags=all=-dwarf=false -ldflags='-s -w' -o $@ ./infra/gobuild/command && touch $@

bin/check: FORCE
	@go build -o $@ ./infra/check/command

.venv/installed: infra/tools/requirements.txt
	@python3 -c 'import venv, ensurepip' 2>/dev/null || { echo 'The SAM CLI needs Python with venv: install python3-venv, or put sam and cfn-lint on the PATH.' >&2; exit 1; }
	python3 -m venv --clear .venv
	.venv/bin/$(PIP) -r $<
	@touch $@

.venv-aws/installed: infra/tools/aws-requirements.txt
	@python3 -c 'import venv, ensurepip' 2>/dev/null || { echo 'MiniStack needs Python with venv: install python3-venv.' >&2; exit 1; }
	python3 -m venv --clear .venv-aws
	.venv-aws/bin/$(PIP) -r $<
	@touch $@

infra/tools/dynamodb/lib: infra/tools/dynamodb/pom.xml infra/tools/dynamodb/SHA256SUMS
	@command -v java >/dev/null && command -v mvn >/dev/null || { echo 'DynamoDB Local needs a JDK (17 or newer) and Maven: install both.' >&2; exit 1; }
	@rm -rf $@
	mvn --strict-checksums --quiet --batch-mode --file $< dependency:copy-dependencies -DoutputDirectory=lib -Dmdep.stripVersion=true
	@cd $@ && LC_ALL=C $(SHA) * | diff ../SHA256SUMS - >&2 || { rm -rf ../lib; echo 'What Maven brought is not what infra/tools/dynamodb/SHA256SUMS lists. After a change of pom.xml, write that file anew as CONTRIBUTING.md says.' >&2; exit 1; }
	@touch $@

.PHONY: help demo test console-test run stripe-listen build validate aws lint vulncheck sbom notices vendored bench fuzz simulate volume chaos mutants without-shop tools clean stack FORCE
