# The front door. It drives CMake, Ninja, CTest and the program `assay`; every recipe is one or two of their commands.
.DEFAULT_GOAL := help
SHELL := /bin/sh

BUILD   ?= build
RESULTS ?= results
PROFILE ?= quick
DEVICE  ?= cpu
JOBS    ?=
DEPS    ?= yes

# Continuous integration has the data sets in a folder beside the checkout.
ifneq ($(wildcard ../shared/datasets),)
export ASSAY_DATA_MIRROR ?= $(abspath ../shared/datasets)
endif

# Said before anything is built.
studies := $(patsubst experiments/%/study.hpp,%,$(wildcard experiments/*/study.hpp))
unknown := $(filter-out all $(studies),$(patsubst reproduce-%,%,$(filter reproduce-%,$(MAKECMDGOALS))))
$(if $(unknown),$(error there is no study $(unknown); the studies are: $(studies)))

jobs := $(if $(JOBS),-j $(JOBS))
formatted = $(shell git ls-files --cached --others --exclude-standard '*.cpp' '*.hpp' '*.cu' '*.cuh' 2>/dev/null)

.PHONY: help
help: ## this list
	@echo 'usage: make TARGET [PROFILE=$(PROFILE)] [DEVICE=$(DEVICE)] [JOBS=all cores] [RESULTS=$(RESULTS)] [BUILD=$(BUILD)]'
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo 'PROFILE: smoke (minutes), quick (half an hour), paper (the papers'"'"' own scale). DEVICE: cpu, cuda, auto.'

.PHONY: reproduce-all
reproduce-all: program ## every claim of every study: data, runs, verdicts, report
	@scripts/reproduce.sh '$(BUILD)' '$(RESULTS)' '$(PROFILE)' '$(DEVICE)' '$(JOBS)' experiments

reproduce-%: program ## one study only, for example reproduce-pudle
	@scripts/reproduce.sh '$(BUILD)' '$(RESULTS)' '$(PROFILE)' '$(DEVICE)' '$(JOBS)' experiments/$*

.PHONY: test
test: build ## the whole test suite
	@ctest --test-dir '$(BUILD)' --output-on-failure -j $(or $(JOBS),$(shell nproc))

.PHONY: build
build: deps $(BUILD)/build.ninja ## the program and its tests
	@cd '$(BUILD)' && ninja $(jobs)

.PHONY: program
program: deps $(BUILD)/build.ninja ## the program alone
	@cd '$(BUILD)' && ninja $(jobs) program

$(BUILD)/build.ninja: | deps
	@cmake -S . -B '$(BUILD)' -G Ninja

.PHONY: deps
deps: ## installs the Debian packages that are missing
	@[ '$(DEPS)' = no ] || scripts/install_deps.sh

.PHONY: data
data: program ## gets every data set
	@'$(BUILD)/assay' data get all

.PHONY: format
format: ## lays the sources out by .clang-format
	@clang-format -i $(formatted)

.PHONY: format-check
format-check: ## fails when a source is laid out otherwise
	@clang-format --dry-run --Werror $(formatted)

.PHONY: clean
clean: ## removes the build, keeps results and data
	@rm -rf '$(BUILD)'
