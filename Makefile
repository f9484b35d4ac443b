# SPDX-License-Identifier: GPL-2.0-only
#
# make            build (on Debian 13; elsewhere use vm/build, which builds in
#                 the reference root)
# make install    into PREFIX (/usr), honours DESTDIR
# make demo       show the main job, in a virtual machine
# make check      all tests
#
# O=DIR builds into DIR instead of build/.

PREFIX ?= /usr
SYSCONFDIR ?= /etc
O ?= build

CLANG ?= clang
BPFTOOL ?= bpftool
PKG_CONFIG ?= pkg-config

VERSION := 0.1.0
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wformat=2 -Wno-format-nonliteral -Werror
CFLAGS ?= -O2 -g
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=3
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
LIBRARIES := libbpf libelf json-c libcgroup
override CPPFLAGS += -D_GNU_SOURCE -DEBPFMM_VERSION='"$(VERSION)"' -Ilib -I$(O)
LIBS = $(shell $(PKG_CONFIG) --libs $(LIBRARIES))
DEPS = -MMD -MP

lib_src := $(wildcard lib/*.c)
hook_src := $(wildcard hook/*.c)
ctl_src := $(wildcard ctl/*.c)
example_src := $(wildcard examples/*.c)
unit_src := $(wildcard tests/unit/test_*.c)

programs := $(O)/ebpfmm $(O)/ebpfmm-oci-hook
examples := $(example_src:%.c=$(O)/%)
units := $(unit_src:%.c=$(O)/%)

.PHONY: all
all: $(programs) $(examples)

# --- the fault policy --------------------------------------------------------

$(O)/bpf/%.bpf.o: bpf/%.bpf.c $(wildcard bpf/*.h)
	@mkdir -p $(@D)
	$(CLANG) -g -O2 -target bpf -mcpu=v3 -Wall -Werror -D__TARGET_ARCH_x86 \
		-Ibpf -c $< -o $@.tmp
	$(BPFTOOL) gen object $@ $@.tmp
	@rm -f $@.tmp

$(O)/%.skel.h: $(O)/bpf/%.bpf.o
	$(BPFTOOL) gen skeleton $< name $*_bpf > $@.tmp
	mv $@.tmp $@

# --- library and programs ----------------------------------------------------

$(O)/lib/%.o: lib/%.c $(O)/ebpfmm.skel.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(HARDEN) $(WARN) $(DEPS) -c $< -o $@

$(O)/hook/%.o $(O)/ctl/%.o: $(O)/ebpfmm.skel.h

$(O)/hook/%.o: hook/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(HARDEN) $(WARN) $(DEPS) -c $< -o $@

$(O)/ctl/%.o: ctl/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(HARDEN) $(WARN) $(DEPS) -c $< -o $@

$(O)/libebpfmm.a: $(lib_src:%.c=$(O)/%.o)
	rm -f $@
	$(AR) rcs $@ $^

$(O)/ebpfmm: $(ctl_src:%.c=$(O)/%.o) $(O)/libebpfmm.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/ebpfmm-oci-hook: $(hook_src:%.c=$(O)/%.o) $(O)/libebpfmm.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/examples/%: examples/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) $(DEPS) -o $@ $<

# --- unit tests: everything pure, under ASan and UBSan -----------------------

$(O)/asan/%.o: %.c $(O)/ebpfmm.skel.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Ihook -Ibpf -g -O1 $(SANITIZE) $(WARN) $(DEPS) -c $< -o $@

# What the hook has besides its main(), so that tests can link it.
asan_objs := $(lib_src:%.c=$(O)/asan/%.o) \
	$(patsubst %.c,$(O)/asan/%.o,$(filter-out hook/main.c,$(hook_src)))

$(O)/libebpfmm-asan.a: $(asan_objs)
	rm -f $@
	$(AR) rcs $@ $^

$(O)/tests/unit/%: $(O)/asan/tests/unit/%.o $(O)/libebpfmm-asan.a
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^ $(LIBS) -lcmocka

.PHONY: unit
unit: $(units)
	@for t in $(units); do $$t || exit 1; done

# --- programs that the unit tests look into -----------------------------------

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
	stripped medium aligned bigpage lld)

$(O)/tests/fixtures/%: tests/unit/fixtures/image.c tests/unit/fixtures/twin.c
	@mkdir -p $(@D)
	$(CC) -O1 -g $(fixture_$*) -o $@ $^

unit: $(fixtures)

-include $(shell find $(O) -name '*.d' 2>/dev/null)
.SECONDARY:
