# SPDX-License-Identifier: GPL-2.0-only
#
# make            build (on Debian 13; elsewhere use vm/build, which builds in
#                 the reference root)
# make install    into PREFIX (/usr), honours DESTDIR and GNU's names of directories
# make uninstall  removes that
# make deb        Debian packages, built in the reference root; prints where they are
# make rpm        the same as RPM packages
# make image      a container image for nodes of Kubernetes, see oci/kubernetes
# make demo       show the main job, in a virtual machine
# make check      the tests
# make stress     what takes too long for make check
# make bench      the numbers in bench/README.md
# make worth    what page sizes are worth on this machine's CPU, and what profiles keep of it
# make worth-quick  the same for two programs
# make worth-counted  the page walks of some programs, on models of some processors
# make schema     compare the JSON Schema of profiles with their parser
# make fuzz       each fuzzer on its corpus; FUZZ_TIME=SECONDS looks for more
#
# O=DIR builds into DIR instead of build/. CFLAGS, CPPFLAGS and LDFLAGS are honoured;
# HARDEN= leaves out our hardening, WERROR=1 makes warnings errors. HOOK_STATIC=0 links the
# hook dynamically, for systems without static libraries; it then starts more slowly.
# debs and rpms build packages with the tools of this machine.
# FORMAT=N builds programs that claim that their layouts have format N, for tests of upgrades.

PREFIX ?= /usr
SYSCONFDIR ?= /etc
prefix = $(PREFIX)
exec_prefix = $(prefix)
bindir = $(exec_prefix)/bin
libexecdir = $(exec_prefix)/libexec
datarootdir = $(prefix)/share
datadir = $(datarootdir)
mandir = $(datarootdir)/man
sysconfdir = $(SYSCONFDIR)
systemdsystemunitdir = $(prefix)/lib/systemd/system
O ?= build

CLANG ?= clang
BPFTOOL ?= bpftool
PKG_CONFIG ?= pkg-config

VERSION := 0.1.0
# The builder's flags come after ours, so that they win.
CFLAGS ?= -O2 -g
CXXFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wformat=2 -Wno-format-nonliteral
# 1: warnings are errors. vm/build sets it, because it knows its compilers; those of
# another distribution may give other warnings.
WERROR ?= 0
werror := $(if $(filter 1,$(WERROR)),-Werror)
# A second definition with another value is a warning.
fortify := $(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,-U_FORTIFY_SOURCE \
	-D_FORTIFY_SOURCE=3)
HARDEN ?= -fstack-protector-strong $(fortify)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
LIBRARIES := libbpf libelf json-c libcgroup
own_cppflags := -D_GNU_SOURCE -DEBPFMM_VERSION='"$(VERSION)"' -Ilib -I$(O)
ifdef FORMAT
own_cppflags += -DEBPFMM_FORMAT=$(FORMAT)
endif
# libiberty is a static library only, and has no .pc file.
LIBS = $(shell $(PKG_CONFIG) --libs $(LIBRARIES)) -liberty -lm
DEPS = -MMD -MP

# For programs that are installed, for other programs, and for the policy.
compile = $(CC) $(own_cppflags) $(WARN) $(werror) $(HARDEN) $(CPPFLAGS) $(CFLAGS) $(DEPS)
compile_plain = $(CC) $(own_cppflags) $(WARN) $(werror) $(CPPFLAGS) $(CFLAGS)
# What the kernel is told of a source is its path: the same one, wherever that is built.
compile_bpf = $(CLANG) -g -O2 -target bpf -mcpu=v3 -Wall $(werror) -D__TARGET_ARCH_x86 -Ibpf \
	-ffile-prefix-map=$(CURDIR)=.

lib_src := $(wildcard lib/*/*.c)
hook_src := $(wildcard hook/*.c)
ctl_src := $(wildcard ctl/*.c)
example_src := $(wildcard examples/*.c)
unit_src := $(wildcard tests/unit/test_*.c)

programs := $(O)/ebpfmm $(O)/ebpfmm-oci-hook
completion := $(O)/ctl/ebpfmm.bash
examples := $(example_src:%.c=$(O)/%)
units := $(unit_src:%.c=$(O)/%)
fuzz_src := $(wildcard tests/fuzz/*.c)
fuzzers := $(fuzz_src:%.c=$(O)/%)

.PHONY: all
all: $(programs) $(examples) $(completion)

# --- the fault policy --------------------------------------------------------

# Programs that a command loads when it needs them, not together with the policy.
bpf_apart := sizes explain damon
bpf_src := $(filter-out $(bpf_apart:%=bpf/%.bpf.c),$(wildcard bpf/*.bpf.c))
skeletons := $(O)/ebpfmm.skel.h $(bpf_apart:%=$(O)/%.skel.h)

$(O)/bpf/%.o: bpf/%.bpf.c $(wildcard bpf/*.h)
	@mkdir -p $(@D)
	$(compile_bpf) -c $< -o $@

$(O)/bpf/ebpfmm.bpf.o: $(bpf_src:bpf/%.bpf.c=$(O)/bpf/%.o)
	$(BPFTOOL) gen object $@ $^

$(bpf_apart:%=$(O)/bpf/%.bpf.o): $(O)/bpf/%.bpf.o: $(O)/bpf/%.o
	$(BPFTOOL) gen object $@ $<

$(O)/%.skel.h: $(O)/bpf/%.bpf.o
	$(BPFTOOL) gen skeleton $< name $*_bpf > $@.tmp
	mv $@.tmp $@

# --- the page of a report ------------------------------------------------------
#
# Its parts become strings of C. A browser runs and applies only what has these hashes.

page_scripts := $(patsubst %,lib/show/page/%.js,data numbers colours band tip map tables main)
page_parts := $(patsubst %,$(O)/show/page.%,html.inc css.inc css.hash js.inc js.hash)

$(O)/show/page.js: $(page_scripts)
	@mkdir -p $(@D)
	cat $^ > $@.tmp
	mv $@.tmp $@

$(O)/show/page.css $(O)/show/page.html: $(O)/show/%: lib/show/page/%
	@mkdir -p $(@D)
	cp $< $@

# All in $(O): what is made of a source must not be beside it.
$(O)/show/%.inc: $(O)/show/%
	sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $< > $@.tmp
	mv $@.tmp $@

$(O)/show/%.hash: $(O)/show/%
	printf '"sha256-%s"\n' "$$(sha256sum < $< | cut -c1-64 | tr a-f A-F | \
		basenc --decode --base16 | base64)" > $@.tmp
	mv $@.tmp $@

$(O)/lib/show/page.o $(O)/asan/lib/show/page.o $(O)/fuzz/lib/show/page.o: $(page_parts)

# --- library and programs ----------------------------------------------------

$(O)/lib/%.o: lib/%.c $(skeletons)
	@mkdir -p $(@D)
	$(compile) -c $< -o $@

$(O)/hook/%.o $(O)/ctl/%.o: $(skeletons)

$(O)/hook/%.o: hook/%.c
	@mkdir -p $(@D)
	$(compile) -c $< -o $@

$(O)/ctl/%.o: ctl/%.c
	@mkdir -p $(@D)
	$(compile) -c $< -o $@

$(O)/libebpfmm.a: $(lib_src:%.c=$(O)/%.o)
	rm -f $@
	$(AR) rcs $@ $^

$(O)/ebpfmm: $(ctl_src:%.c=$(O)/%.o) $(O)/libebpfmm.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# The command itself prints the tables of its commands and options.
$(completion): ctl/ebpfmm.bash $(O)/ebpfmm
	{ cat $< && $(O)/ebpfmm help --completion; } > $@.tmp
	mv $@.tmp $@

# Static, because the dynamic linker would take longer for all these libraries than the
# hook takes for its work, twice for each container. Relocations are packed for the same
# reason. The linker's warnings are about look-ups of users and groups in libcgroup, which
# the hook never uses.
# The command in an image for Kubernetes is linked in the same way, because nodes have other
# libraries, or none.
static_script := hook/static/no_sd_bus.ld
# The last of the libraries, so that it gives only what libelf.a leaves undefined.
static_last := $(O)/hook/static/libeu_search.a
static_link = -static-pie -Wl,-z,pack-relative-relocs -Wl,--no-warnings
static_libs = $(shell $(PKG_CONFIG) --static --libs $(LIBRARIES)) -liberty

HOOK_STATIC ?= 1
ifneq ($(HOOK_STATIC),0)
hook_script := $(static_script)
hook_last := $(static_last)
hook_link = $(static_link)
hook_libs = $(static_libs) $(hook_last)
else
hook_link = -pie
hook_libs = $(LIBS)
endif
$(O)/ebpfmm-oci-hook: $(hook_src:%.c=$(O)/%.o) $(O)/libebpfmm.a $(hook_script) $(hook_last)
	$(CC) $(CFLAGS) $(LDFLAGS) $(hook_link) -o $@ $(filter-out $(hook_last),$^) $(hook_libs)

$(O)/ebpfmm-static: $(ctl_src:%.c=$(O)/%.o) $(O)/libebpfmm.a $(static_script) $(static_last)
	$(CC) $(CFLAGS) $(LDFLAGS) $(static_link) -o $@ $(filter-out $(static_last),$^) \
		$(static_libs) -lm $(static_last)

$(O)/hook/static/libeu_search.a: $(O)/hook/static/eu_search.o
	rm -f $@
	$(AR) rcs $@ $^

$(O)/examples/%: examples/%.c
	@mkdir -p $(@D)
	$(compile_plain) $(DEPS) $(LDFLAGS) -o $@ $<

# --- unit tests: pure code, under ASan and UBSan -----------------------

$(O)/asan/%.o: %.c $(skeletons)
	@mkdir -p $(@D)
	$(CC) $(own_cppflags) -Ihook -Ibpf $(WARN) $(werror) $(CPPFLAGS) -g -O1 \
		$(SANITIZE) $(DEPS) -c $< -o $@

# The hook without its main(), so that tests can link it.
asan_objs := $(lib_src:%.c=$(O)/asan/%.o) \
	$(patsubst %.c,$(O)/asan/%.o,$(filter-out hook/main.c,$(hook_src)))

$(O)/libebpfmm-asan.a: $(asan_objs)
	rm -f $@
	$(AR) rcs $@ $^

$(O)/tests/unit/%: $(O)/asan/tests/unit/%.o $(O)/libebpfmm-asan.a
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^ $(LIBS) -lcmocka

tlb_src := bench/tlb/tlb.c bench/tlb/machines.c

$(O)/tests/unit/test_tlb: $(tlb_src:%.c=$(O)/asan/%.o)

# Without sanitizers, because the code under test kills a process that makes their calls.
$(O)/tests/unit/test_confine: tests/unit/test_confine.c $(O)/libebpfmm.a
	@mkdir -p $(@D)
	$(compile_plain) $(DEPS) -o $@ $(filter %.c %.a,$^) -lcmocka

# Each reports in TAP, which tests/check counts. All of them run even if one fails.
.PHONY: unit
unit: $(units)
	@status=0; for t in $(units); do \
		echo "# $${t##*/}"; \
		CMOCKA_MESSAGE_OUTPUT=TAP $$t || status=1; \
	done; exit $$status

# If files call each other in a circle, none of them can be understood alone.
.PHONY: circles
unit: circles
circles: $(lib_src:%.c=$(O)/%.o) $(hook_src:%.c=$(O)/%.o) $(ctl_src:%.c=$(O)/%.o)
	@tests/circles $(O) $^

# --- fuzzing -----------------------------------------------------------------

fuzzed_src := $(lib_src) $(filter-out hook/main.c,$(hook_src))
fuzz_flags := -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all

$(O)/fuzz/%.o: %.c $(skeletons)
	@mkdir -p $(@D)
	$(CLANG) $(own_cppflags) -Ihook $(CPPFLAGS) $(fuzz_flags) \
		-fsanitize=fuzzer-no-link $(DEPS) -c $< -o $@

$(O)/libebpfmm-fuzz.a: $(fuzzed_src:%.c=$(O)/fuzz/%.o)
	rm -f $@
	$(AR) rcs $@ $^

$(O)/tests/fuzz/%: $(O)/fuzz/tests/fuzz/%.o $(O)/libebpfmm-fuzz.a
	@mkdir -p $(@D)
	$(CLANG) $(fuzz_flags) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# Runs each fuzzer on its corpus and then, with FUZZ_TIME, that many seconds on new inputs.
FUZZ_TIME ?= 0
.PHONY: fuzz fuzzing
fuzz:
	@vm/build fuzzing FUZZ_TIME=$(FUZZ_TIME)

fuzzing: $(fuzzers)
	@tests/fuzz/run $(FUZZ_TIME) $(fuzzers)

# --- the schema of profiles against their parser -------------------------------

.PHONY: schema
schema: $(O)/ebpfmm
	@tests/schema $<

# --- installing --------------------------------------------------------------
#
# Engines ignore a hook file whose binary is missing, and start no container while a hook
# file is malformed. So the binary is installed first and the hook file last, in one step;
# they are removed in the opposite order. containerd starts no container while the binary is
# missing: it is replaced in one step, and stays until ebpfmm-containerd has removed the base
# spec.

hook_dir := $(libexecdir)/ebpfmm
hooks_dir := $(datadir)/containers/oci/hooks.d
data_dir := $(datadir)/ebpfmm
profile_dir := $(data_dir)/profiles
config_dir := $(sysconfdir)/ebpfmm
completion_dir := $(datadir)/bash-completion/completions
# The profile of examples/regions.c is for a program that only the tests install.
profiles := $(filter-out examples/regions.json,$(wildcard examples/*.json))
profile_schema := docs/ebpfmm-profile.schema.json
services := $(patsubst oci/%.in,$(O)/oci/%,$(wildcard oci/*.service.in))
timers := $(wildcard oci/*.timer)
containerd := $(O)/oci/containerd/ebpfmm-containerd
containerd_conf := $(O)/oci/containerd/50-ebpfmm.conf
containerd_unit := $(systemdsystemunitdir)/containerd.service.d
base_spec := $(sysconfdir)/containerd/ebpfmm-base-spec.json
crio_conf := $(O)/oci/crio/50-ebpfmm.conf
crio_dir := $(data_dir)/crio
# Where the operator copies it to.
crio_dropin := $(sysconfdir)/crio/crio.conf.d/$(notdir $(crio_conf))
# The default, so that the hooks there stay, and ours.
default_dir := /usr/share/containers/oci/hooks.d
comma := ,
crio_hooks_dirs := $(if $(filter-out $(default_dir),$(hooks_dir)),"$(default_dir)"$(comma) )"$(hooks_dir)"
man5 := $(wildcard docs/*.5)
man8 := $(wildcard docs/*.8)

# Always, as the directories may be others than the last time.
.PHONY: always
$(O)/oci/%: oci/%.in always
	@mkdir -p $(@D)
	sed -e 's|@BINDIR@|$(bindir)|' -e 's|@LIBEXECDIR@|$(hook_dir)|' \
		-e 's|@HOOKS_DIRS@|$(crio_hooks_dirs)|' $< > $@.tmp
	mv $@.tmp $@

# For a base spec of containerd: the hook of the hook file, at each of its stages.
$(O)/oci/containerd/hooks: oci/containerd/hooks.awk $(O)/oci/ebpfmm.json
	@mkdir -p $(@D)
	awk -f $^ > $@.tmp
	mv $@.tmp $@

$(containerd): oci/containerd/ebpfmm-containerd.in $(O)/oci/containerd/hooks always
	sed -e 's|@LIBEXECDIR@|$(hook_dir)|' -e "s|@HOOKS@|$$(cat $(word 2,$^))|" $< > $@.tmp
	chmod +x $@.tmp
	mv $@.tmp $@

.PHONY: install
install: $(programs) $(completion) $(O)/oci/ebpfmm.json $(services) $(containerd) \
		$(containerd_conf) $(crio_conf)
	install -D -t $(DESTDIR)$(bindir) $(O)/ebpfmm
	install -D $(O)/ebpfmm-oci-hook $(DESTDIR)$(hook_dir)/.ebpfmm-oci-hook.new
	mv $(DESTDIR)$(hook_dir)/.ebpfmm-oci-hook.new $(DESTDIR)$(hook_dir)/ebpfmm-oci-hook
	install -D -t $(DESTDIR)$(hook_dir) $(containerd)
	install -D -m 644 -t $(DESTDIR)$(containerd_unit) $(containerd_conf)
	install -D -m 644 -t $(DESTDIR)$(crio_dir) $(crio_conf)
	install -D -m 644 -t $(DESTDIR)$(profile_dir) $(profiles)
	install -D -m 644 -t $(DESTDIR)$(data_dir) $(profile_schema)
	install -D -m 644 -t $(DESTDIR)$(mandir)/man5 $(man5)
	install -D -m 644 -t $(DESTDIR)$(mandir)/man8 $(man8)
	install -D -m 644 -t $(DESTDIR)$(systemdsystemunitdir) $(services) $(timers)
	install -D -m 644 $(completion) $(DESTDIR)$(completion_dir)/ebpfmm
	install -d $(DESTDIR)$(config_dir)/profiles
	install -D -m 644 $(O)/oci/ebpfmm.json $(DESTDIR)$(hooks_dir)/.ebpfmm.json.new
	mv $(DESTDIR)$(hooks_dir)/.ebpfmm.json.new $(DESTDIR)$(hooks_dir)/ebpfmm.json
ifneq ($(hooks_dir) $(profile_dir),/usr/share/containers/oci/hooks.d /usr/share/ebpfmm/profiles)
	@echo "warning: engines read only /usr/share/containers/oci/hooks.d, and" \
		"profiles are found only in /etc/ebpfmm/profiles and" \
		"/usr/share/ebpfmm/profiles:" \
		"with PREFIX=$(prefix) no container gets a policy unless hooks_dir" \
		"of the engine names $(hooks_dir)" >&2
endif
ifneq ($(abspath $(bindir)),$(abspath $(libexecdir)/../bin))
	@echo "warning: the hook in $(hook_dir) runs $(abspath $(libexecdir)/../bin)/ebpfmm" \
		"for the annotation ebpfmm.record, and the command is in $(bindir):" \
		"nothing is recorded" >&2
endif

# Keeps the operator's files in $(config_dir), and a drop-in for CRI-O that was changed.
.PHONY: uninstall
uninstall:
	@if [ -e $(DESTDIR)$(base_spec) ]; then \
		echo "containerd calls the hook: first run $(hook_dir)/$(notdir $(containerd))" \
			"remove, and restart containerd" >&2; exit 1; fi
	@if cmp -s $(DESTDIR)$(crio_dir)/$(notdir $(crio_conf)) $(DESTDIR)$(crio_dropin); then \
		rm -f $(DESTDIR)$(crio_dropin); \
	elif [ -e $(DESTDIR)$(crio_dropin) ]; then \
		echo "keeping $(crio_dropin), which was changed" >&2; fi
	rm -f $(DESTDIR)$(hooks_dir)/ebpfmm.json
	rm -f $(DESTDIR)$(hook_dir)/ebpfmm-oci-hook $(DESTDIR)$(bindir)/ebpfmm
	rm -f $(DESTDIR)$(containerd_unit)/$(notdir $(containerd_conf))
	rm -f $(DESTDIR)$(hook_dir)/$(notdir $(containerd))
	rm -f $(DESTDIR)$(crio_dir)/$(notdir $(crio_conf))
	rm -f $(addprefix $(DESTDIR)$(profile_dir)/,$(notdir $(profiles)))
	rm -f $(DESTDIR)$(data_dir)/$(notdir $(profile_schema))
	rm -f $(addprefix $(DESTDIR)$(mandir)/man5/,$(notdir $(man5)))
	rm -f $(addprefix $(DESTDIR)$(mandir)/man8/,$(notdir $(man8)))
	rm -f $(addprefix $(DESTDIR)$(systemdsystemunitdir)/,$(notdir $(services) $(timers)))
	rm -f $(DESTDIR)$(completion_dir)/ebpfmm
	-rmdir --ignore-fail-on-non-empty $(DESTDIR)$(hook_dir) $(DESTDIR)$(containerd_unit) \
		$(DESTDIR)$(crio_dir) $(DESTDIR)$(profile_dir) $(DESTDIR)$(data_dir) \
		$(DESTDIR)$(config_dir)/profiles $(DESTDIR)$(config_dir)

# --- Kubernetes ----------------------------------------------------------------
#
# What oci/kubernetes puts on a node: outside of /usr, which is read-only on some, and which
# belongs to packages on others.

node_prefix := /opt/ebpfmm
node_oci := ebpfmm.json ebpfmm.service containerd/50-ebpfmm.conf containerd/ebpfmm-containerd

.PHONY: node node-oci image
node: $(O)/ebpfmm-static $(O)/ebpfmm-oci-hook
	$(MAKE) O=$(O)/node.oci PREFIX=$(node_prefix) node-oci
	rm -rf $(O)/node
	install -D $(O)/ebpfmm-static $(O)/node/bin/ebpfmm
	install -D -t $(O)/node/libexec/ebpfmm $(O)/ebpfmm-oci-hook \
		$(O)/node.oci/oci/containerd/ebpfmm-containerd
	install -D -m 644 -t $(O)/node/share $(addprefix $(O)/node.oci/oci/,\
		$(filter-out %/ebpfmm-containerd,$(node_oci)))

node-oci: $(addprefix $(O)/oci/,$(node_oci))

# With the engine that is there; it downloads Debian 13 and the packages that building needs.
IMAGE ?= ebpfmm-node:$(VERSION)
BUILDER ?= $(firstword $(foreach name,podman docker,$(if $(shell command -v $(name)),$(name))))
image:
	@[ -n "$(BUILDER)" ] || { echo "no podman and no docker to build an image with" >&2; exit 1; }
	$(BUILDER) build -t $(IMAGE) -f oci/kubernetes/Containerfile .

# --- packages ------------------------------------------------------------------

.PHONY: deb rpm debs rpms
deb rpm:
	@out=$$(vm/build $@s VERSION=$(VERSION)) && echo "$$out/$@"

debs:
	@packaging/deb $(O)/deb $(VERSION)

rpms:
	@packaging/rpm $(O)/rpm $(VERSION)

# --- programs that the tests on this machine's own kernel run ---------------------

.PHONY: host-tests
host-tests: $(addprefix $(O)/tests/host/,tried tried-static tried-static-pie tried-fixed) \
	$(containerd)

$(O)/tests/host/tried: tests/host/tried.c
	@mkdir -p $(@D)
	$(compile_plain) $(LDFLAGS) -o $@ $<

$(O)/tests/host/tried-%: tests/host/tried.c
	@mkdir -p $(@D)
	$(compile_plain) $(LDFLAGS) $(tried_$*) -o $@ $<

tried_static := -static -no-pie -fno-pie
tried_static-pie := -static-pie -fpie
tried_fixed := -no-pie -fno-pie

# --- files for the tests in the virtual machine, installed beside the package --

test_libexec := $(DESTDIR)$(prefix)/lib/ebpfmm
vm_tests := $(O)/tests/vm/fault $(O)/tests/vm/identity $(O)/tests/vm/mappings \
	$(O)/tests/vm/truth_check $(O)/tests/vm/regions-fixed \
	$(O)/tests/vm/regions-static $(O)/tests/vm/regions-static-pie \
	$(O)/tests/vm/openmetrics $(addprefix $(O)/tests/vm/truth-,pie fixed static static-pie bss names \
	linked loader) $(O)/tests/vm/libtruth.so $(O)/tests/vm/truth_plugin.so \
	$(O)/tests/host/tried $(O)/tests/host/tried-static $(O)/tests/vm/fail_each \
	$(O)/tests/vm/planted $(O)/tests/vm/failing.so $(O)/tests/vm/exe_race

$(O)/tests/vm/%: tests/vm/%.c
	@mkdir -p $(@D)
	$(compile_plain) $(DEPS) $(LDFLAGS) -o $@ $<

$(O)/tests/vm/planted: tests/vm/planted.c
	@mkdir -p $(@D)
	$(compile_plain) $(DEPS) $(LDFLAGS) -pthread -o $@ $<

$(O)/tests/vm/exe_race: tests/vm/exe_race.c
	@mkdir -p $(@D)
	$(compile_plain) $(DEPS) -static -no-pie -fno-pie -o $@ $<

$(O)/tests/vm/truth_check: tests/vm/truth_check.c
	@mkdir -p $(@D)
	$(compile_plain) $(DEPS) $(LDFLAGS) -o $@ $< -ljson-c

$(O)/tests/vm/fail_each: tests/vm/fail_each.c
	@mkdir -p $(@D)
	$(compile_plain) $(DEPS) $(LDFLAGS) -o $@ $< -lbpf

$(O)/tests/vm/failing.so: tests/vm/failing.c
	@mkdir -p $(@D)
	$(compile_plain) $(DEPS) $(LDFLAGS) -fPIC -shared -o $@ $<

$(O)/tests/vm/regions-%: examples/regions.c
	@mkdir -p $(@D)
	$(compile_plain) $(LDFLAGS) $(regions_$*) -o $@ $<

regions_fixed := -no-pie -fno-pie
regions_static := -static -no-pie -fno-pie
regions_static-pie := -static-pie -fpie

# The variables keep their order in the source.
$(O)/tests/vm/truth-%: tests/vm/truth.c tests/vm/truth.h
	@mkdir -p $(@D)
	$(compile_plain) $(LDFLAGS) -fno-toplevel-reorder $(truth_$*) \
		-o $@ $(filter %.c %.o,$^) $(truth_libs_$*)

truth_fixed := -no-pie -fno-pie
truth_static := -static -no-pie -fno-pie
truth_static-pie := -static-pie -fpie
truth_bss := -DTRUTH_BSS
truth_loader := -DTRUTH_PLUGIN='"$(prefix)/lib/ebpfmm/tests/truth_plugin.so"'
truth_libs_linked := -L$(O)/tests/vm -ltruth \
	-Wl,-rpath,$(prefix)/lib/ebpfmm/tests
$(O)/tests/vm/truth-linked: tests/vm/truth_linked.c $(O)/tests/vm/libtruth.so
$(O)/tests/vm/truth-loader: tests/vm/truth_loader.c
$(O)/tests/vm/truth-names: $(O)/tests/vm/truth_names.o

$(O)/tests/vm/truth_names.o: tests/vm/truth_names.cc tests/vm/truth.h
	@mkdir -p $(@D)
	$(CXX) $(own_cppflags) -Wall -Wextra $(werror) $(CPPFLAGS) $(CXXFLAGS) -c $< -o $@

# A library that programs link to, and the same library for programs to load.
$(O)/tests/vm/libtruth.so $(O)/tests/vm/truth_plugin.so: \
		tests/vm/truth_object.c tests/vm/truth.h
	@mkdir -p $(@D)
	$(compile_plain) $(LDFLAGS) -fno-toplevel-reorder -fPIC -shared -o $@ $<

# Without decision_time, which has a part in BPF, and profile_plugin, which QEMU loads:
# both run outside the VM.
benches := $(patsubst %.c,$(O)/%,$(filter-out bench/decision_time% \
	bench/profile_plugin.c, $(wildcard bench/*.c bench/worth/*.c)))

# The plugin, so that it is built.
host-tests: $(benches) $(O)/bench/walks_plugin.so

$(O)/bench/%: bench/%.c
	@mkdir -p $(@D)
	$(compile_plain) $(DEPS) $(LDFLAGS) -o $@ $<

$(O)/bench/decision_time: bench/decision_time.c $(O)/bench/decision_time.bpf.o
	$(compile_plain) $(DEPS) $(LDFLAGS) -o $@ $< -lbpf

# The root's QEMU loads it.
$(O)/bench/profile_plugin.so: bench/profile_plugin.c
	@mkdir -p $(@D)
	$(compile_plain) $(DEPS) $(LDFLAGS) -fPIC -fvisibility=hidden -shared -o $@ $<

$(O)/bench/walks_plugin.so: bench/tlb/walks_plugin.c $(tlb_src) bench/tlb/tlb.h
	@mkdir -p $(@D)
	$(compile_plain) $(LDFLAGS) -O2 -fPIC -fvisibility=hidden -shared -o $@ $(filter %.c,$^)

$(O)/bench/%.bpf.o: bench/%.bpf.c $(wildcard bpf/*.h)
	@mkdir -p $(@D)
	$(compile_bpf) -c $< -o $@

# For the tests of upgrades: these programs with the format of an earlier version.
.PHONY: old
old:
	$(MAKE) O=$(O)/old FORMAT=4 $(programs:$(O)/%=$(O)/old/%)

.PHONY: install-tests
install-tests: $(examples) $(vm_tests) $(benches) old
	install -d $(test_libexec)/examples $(test_libexec)/tests \
		$(test_libexec)/bench
	install $(benches) $(test_libexec)/bench
	install $(examples) $(test_libexec)/examples
	install -m 644 $(wildcard examples/*.json) $(test_libexec)/examples
	install $(vm_tests) $(test_libexec)/tests
	install -D -t $(test_libexec)/old $(programs:$(O)/%=$(O)/old/%)

# --- tests, demonstration and benchmarks; they run on any machine ---------------

# Long runs of tests that make check runs for seconds, and tests that it leaves out.
.PHONY: stress
stress:
	@tests/stress

.PHONY: lint check demo bench worth worth-quick worth-counted
bench:
	@bench/all

worth:
	@bench/worth/run

worth-quick:
	@bench/worth/run --runs 5 chase lookups

worth-counted:
	@bench/worth/counted

lint:
	@tests/lint

check:
	@tests/check

demo:
	@vm/run --keep demo -- demo/demo

# --- programs that the unit tests read ----------------------------------------

fixture_pie := -fPIE -pie
fixture_nopie := -fno-PIE -no-pie
fixture_static := -fno-PIE -static
fixture_static-pie := -fPIE -static-pie
fixture_stripped := -fPIE -pie -rdynamic -s
fixture_medium := -fPIE -pie -mcmodel=medium -mlarge-data-threshold=65536
fixture_aligned := -fPIE -pie -DALIGNED
fixture_bigpage := -fno-PIE -no-pie -Wl,-z,max-page-size=0x200000
fixture_lld := -fPIE -pie -fuse-ld=lld
fixtures := $(addprefix $(O)/tests/fixtures/,pie nopie static static-pie \
	stripped medium aligned bigpage lld high object.so loose.so apart)

# Linked at an address that is too high for the table. It never runs.
$(O)/tests/fixtures/high: tests/unit/fixtures/bare.s
	@mkdir -p $(@D)
	$(CC) -nostdlib -static -Wl,-Ttext-segment=0x300000000000 -o $@ $<

# Its symbols are in a separate file.
$(O)/tests/fixtures/apart: $(O)/tests/fixtures/pie
	objcopy --only-keep-debug $< $@.debug
	objcopy --strip-all $< $@

# The tests load these. All memory of the second one is in a segment of its own.
$(O)/tests/fixtures/object.so: tests/unit/fixtures/object.c
	@mkdir -p $(@D)
	$(CC) -O1 -g -shared -fPIC -o $@ $<

$(O)/tests/fixtures/loose.so: tests/unit/fixtures/object.c \
		tests/unit/fixtures/loose.ld
	@mkdir -p $(@D)
	$(CC) -O1 -g -shared -fPIC -nostdlib -Wl,-T,tests/unit/fixtures/loose.ld \
		-o $@ $<

$(O)/tests/fixtures/%: tests/unit/fixtures/image.c tests/unit/fixtures/twin.c
	@mkdir -p $(@D)
	$(CC) -O1 -g $(fixture_$*) -o $@ $^

# Separate symbols. The build id is that of the linked program.
$(O)/tests/fixtures/%.debug: $(O)/tests/fixtures/%
	objcopy --only-keep-debug $< $@

$(O)/tests/fixtures/%.bare: $(O)/tests/fixtures/%
	strip -o $@ $<

fixture_versions := -fuse-ld=bfd
fixture_versions-lld := -fuse-ld=lld
$(O)/tests/fixtures/%.so: tests/unit/fixtures/versions.c \
		tests/unit/fixtures/versions.map
	@mkdir -p $(@D)
	$(CC) -O1 -fPIC -shared $(fixture_$*) \
		-Wl,--version-script=tests/unit/fixtures/versions.map -o $@ $<

$(O)/tests/fixtures/copy: tests/unit/fixtures/copy.c $(O)/tests/fixtures/versions.so
	$(CC) -O1 -fno-PIE -no-pie -s -o $@ $^

$(O)/tests/fixtures/names: tests/unit/fixtures/names.cc \
		tests/unit/fixtures/names_twin.cc
	@mkdir -p $(@D)
	$(CXX) -O1 -fPIE -pie -o $@ $^

fixtures += $(addprefix $(O)/tests/fixtures/,pie.debug pie.bare \
	nopie.debug names names.bare names.debug versions.so versions-lld.so copy)

unit: $(fixtures)

-include $(shell find $(O) -type f -name '*.d' 2>/dev/null)
.SECONDARY:
