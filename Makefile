# Everything one does with the source tree. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help check build run start stop test bench bench-guests crds format clients control-plane keycloak guest-image

# The first JDK 25 or later among JAVA_HOME and the usual folders.
JDK := $(shell for d in "$$JAVA_HOME" /usr/lib/jvm/* /opt/java/* $(HOME)/.sdkman/candidates/java/* $(HOME)/.jdks/*; do \
	v=$$("$$d/bin/javac" -version 2>/dev/null | sed -n 's/^javac \([0-9]*\).*/\1/p'); \
	if [ "$${v:-0}" -ge 25 ]; then echo "$$d"; break; fi; done)
export JAVA_HOME := $(JDK)

MVN := mvn --batch-mode --no-transfer-progress
SANDBOX := $(CURDIR)/.sandbox
LAUNCH := $(JDK)/bin/java -Djava.awt.headless=true -XX:+UseSerialGC -Xmx1g --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
	-Djava.util.logging.config.file=$(CURDIR)/sandbox/launcher/logging.properties \
	-cp 'sandbox/launcher/target/lib/*' io.nephele.sandbox.launcher

# Given on the command line only: a shell that has sourced .sandbox/env has one too, and does not mean it.
ifeq ($(origin KUBECONFIG),command line)
export NEPHELE_KUBECONFIG := $(KUBECONFIG)
endif
unexport KUBECONFIG
export RESET
export KEYCLOAK
export HYPERVISOR

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

check: # What must be there before anything else
	@missing=0; need() { command -v "$$1" >/dev/null || { echo "$$2 is missing. Install it with: $$3"; missing=1; }; }; \
	if [ -z "$(JDK)" ]; then echo "A JDK 25 is missing (or JAVA_HOME does not name it). Install it with: apt install temurin-25-jdk (https://adoptium.net)"; missing=1; fi; \
	need mvn Maven "apt install maven"; \
	need go "Go 1.26" "apt install golang (https://go.dev/dl)"; \
	need node Node.js "apt install nodejs"; \
	need npm npm "apt install npm"; \
	need python3 "Python 3" "apt install python3 python3-venv"; \
	need setpriv setpriv "apt install util-linux"; \
	exit $$missing

SOURCES = $(shell find pom.xml crds operator api-server sandbox helm -type f -not -path '*/target/*' -not -path '*/node_modules/*')

target/built: $(SOURCES)
	@$(MAKE) --no-print-directory check
	@echo "Building"
	@$(MVN) -q -DskipTests package
	@mkdir -p target && touch $@

build: target/built ## Compile and package everything

control-plane: check # etcd, kube-apiserver, kube-controller-manager and kubectl, once for all clones
	@sandbox/control-plane/build >/dev/null

keycloak: check # Where users log in; KEYCLOAK=0 goes without
	@if [ "$(KEYCLOAK)" != 0 ]; then sandbox/keycloak/build >/dev/null; fi

run: check control-plane keycloak target/built ## The whole cloud on this machine, in the foreground; RESET=1 starts over; KEYCLOAK=0 is lighter; HYPERVISOR=simulated keeps states only; KUBECONFIG=file uses a cluster that exists
	@exec setpriv --pdeathsig TERM $(LAUNCH).Main

start: check control-plane keycloak target/built ## The same in the background; returns when it is ready
	@mkdir -p $(SANDBOX) && rm -f $(SANDBOX)/env
	@setsid --fork $(LAUNCH).Main </dev/null >$(SANDBOX)/sandbox.log 2>&1
	@sleep 1; for i in $$(seq 1200); do \
	  if [ -f $(SANDBOX)/env ]; then echo "Ready. Type: . .sandbox/env"; exit 0; fi; \
	  if ! kill -0 $$(cat $(SANDBOX)/pid 2>/dev/null) 2>/dev/null; then break; fi; sleep 0.1; done; \
	echo "It did not start:"; tail -20 $(SANDBOX)/sandbox.log; exit 1

stop: ## Stop what `make start` has started
	@pid=$$(cat $(SANDBOX)/pid 2>/dev/null) && kill $$pid 2>/dev/null || { echo "No sandbox is running"; exit 0; }; \
	for i in $$(seq 300); do kill -0 $$pid 2>/dev/null || exit 0; sleep 0.1; done; \
	kill -9 $$pid

clients: check # The AWS CLI and boto3 for the tests, once for all clones
	@sandbox/aws-clients/build >/dev/null

test: check control-plane keycloak clients ## All tests; HYPERVISOR=qemu has all of them on real guests
	@$(MVN) $(if $(HYPERVISOR),-Dsandbox.hypervisor=$(HYPERVISOR)) verify && mkdir -p target && touch target/built

bench: check control-plane target/built ## Compare with a plain client, and write docs/benchmarks.md; INSTANCES=100 is quicker
	@exec env JDK_JAVA_OPTIONS=-Dbench.instances=$(or $(INSTANCES),1000) setpriv --pdeathsig KILL $(LAUNCH).bench.Bench

bench-guests: check control-plane target/built ## How long real guests take to a login, and what they cost; writes docs/benchmarks-guests.md
	@exec setpriv --pdeathsig KILL $(LAUNCH).bench.GuestBench

guest-image: ## A Debian for guests that QEMU runs, once for all clones; minutes the first time
	@sandbox/guest-images/build debian

crds: check ## Write the CRD files of the chart anew, after a change of a type
	@$(MVN) -q -pl crds -am test -Dtest=CrdFilesTest -Dsurefire.failIfNoSpecifiedTests=false -Dcrds.write=true

format: check ## Format all sources
	@$(MVN) -q spotless:apply
