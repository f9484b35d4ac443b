// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions in shared objects, compared with what the dynamic linker makes of one
 * that this program loads.
 */
#include "elf_bytes.h"
#include "translation.h"

#include <dlfcn.h>
#include <link.h>

/* What the linker made of the object: where its anonymous part is. */
static struct {
	uintptr_t bias;
	uintptr_t start;	/* of its anonymous part */
	uintptr_t end;
	unsigned long file_end;	/* page of the file that comes before it */
	void *handle;
} loaded;

static struct ebpfmm_profile_region *
add_in(const char *object, enum ebpfmm_anchor_kind kind, const char *name)
{
	struct ebpfmm_profile_region *region = add(kind, name);

	region->object = (char *)object;
	return region;
}

/* Anonymous memory right behind pages of the object's file. */
static int load(void **state)
{
	unsigned long start, end, offset, inode, behind = 0, file_page = 0;
	char path[PATH_MAX + 64], line[PATH_MAX + 256];
	struct link_map *map;
	FILE *maps;

	(void)state;
	strcpy(path, fixture_path("object.so"));
	loaded.handle = dlopen(path, RTLD_NOW);
	if (!loaded.handle || dlinfo(loaded.handle, RTLD_DI_LINKMAP, &map)) {
		print_error("%s\n", dlerror());
		return -1;
	}
	loaded.bias = map->l_addr;
	maps = fopen("/proc/self/maps", "r");
	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %*s %lx %*s %lu", &start, &end, &offset,
			   &inode) != 4)
			return -1;
		if (!inode && start == behind) {
			loaded.start = start;
			loaded.end = end;
			loaded.file_end = file_page;
		}
		behind = 0;
		if (strstr(line, "/object.so")) {
			behind = end;
			file_page = (offset + end - start) / PAGE;
		}
	}
	return maps && !fclose(maps) && loaded.start ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	return dlclose(loaded.handle);
}

static uint32_t page_of(uintptr_t address)
{
	return (address - loaded.bias) / PAGE;
}

static void assert_region(const struct ebpfmm_table *table, uint16_t index,
			  uint32_t start, uint32_t end, uint16_t source)
{
	assert_int_equal(table->large.regions[index].start, start);
	assert_int_equal(table->large.regions[index].end, end);
	assert_int_equal(table->large.regions[index].source, source);
}

static uint32_t end_of(uintptr_t address, size_t size)
{
	return (address - loaded.bias + size + PAGE - 1) / PAGE;
}

typedef char *local_fn(void);

static void test_truth(void **state)
{
	local_fn *local = dlsym(loaded.handle, "object_local");
	uintptr_t big = (uintptr_t)dlsym(loaded.handle, "object_table");
	uintptr_t next = (uintptr_t)dlsym(loaded.handle, "object_next");
	const size_t size = 3 * (1 << 20) + 77;
	const struct ebpfmm_program *program;
	const struct ebpfmm_object *object;
	struct ebpfmm_table *table;
	uintptr_t hidden;

	(void)state;
	assert_non_null(local);
	hidden = (uintptr_t)local();
	assert_true(big > loaded.start && big + size < loaded.end);
	add_in("/object.so", EBPFMM_ANCHOR_SYMBOL, "object_table");
	cut(&regions[0], 4 * PAGE, 1 << 20);
	add(EBPFMM_ANCHOR_HEAP, NULL);
	add_in("/object.so", EBPFMM_ANCHOR_SYMBOL, "object_hidden");
	add_in("/object.so", EBPFMM_ANCHOR_SYMBOL, "object_next");
	table = translate();
	program = &table->large.header.programs[0];
	assert_int_equal(program->image.count, 0);
	assert_int_equal(program->heap.count, 1);
	assert_int_equal(program->objects.first, 0);
	assert_int_equal(program->objects.count, 1);
	assert_int_equal(table->large.header.nobjects, 1);
	object = &table->large.header.objects[0];
	assert_int_equal(object->start, page_of(loaded.start));
	assert_int_equal(object->file_end, loaded.file_end);
	assert_int_equal(object->regions.count, 3);
	/* The kernel may have merged what follows. */
	assert_true(object->end <= page_of(loaded.end));
	assert_true(object->end >=
		    table->large.regions[object->regions.first + 2].end);
	for (uint16_t i = 0; i < 3; i++) {
		uint16_t at = object->regions.first + i;

		switch (table->large.regions[at].source) {
		case 0:
			assert_region(table, at, page_of(big + 4 * PAGE),
				      end_of(big, 4 * PAGE + (1 << 20)), 0);
			break;
		case 2:
			assert_int_equal(table->large.regions[at].end,
					 end_of(hidden, 2 * PAGE + 1));
			break;
		case 3:
			assert_int_equal(table->large.regions[at].end,
					 end_of(next, 5 * PAGE));
			break;
		default:
			fail();
		}
		if (i)
			assert_true(table->large.regions[at].start >=
				    table->large.regions[at - 1].end);
	}
	free(table);
}

/* By its name, by links to it, and in other ways to write its path. */
static void test_one_file(void **state)
{
	static const char *const paths[] = {
		"/object.so", "//object.so", "/../object.so", "/object-link.so",
		"/object.so",
	};
	struct ebpfmm_table *table;
	size_t i;

	(void)state;
	unlinkat(fixtures_fd, "object-link.so", 0);
	assert_int_equal(symlinkat("/object.so", fixtures_fd, "object-link.so"), 0);
	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		cut(add_in(paths[i], EBPFMM_ANCHOR_SYMBOL, "object_table"),
		    i << 16, 1 << 16);
	table = translate();
	assert_int_equal(table->large.header.nobjects, 1);
	assert_int_equal(table->large.header.objects[0].regions.count, i);
	free(table);

	cut(&regions[3], 0, 1 << 16);
	assert_refused("programs[0].regions[3]: overlaps programs[0].regions[0]");
	assert_int_equal(unlinkat(fixtures_fd, "object-link.so", 0), 0);
}

static int tell(int fd, bool mapped, struct ebpfmm_file *file, void *data,
		struct ebpfmm_error *error)
{
	struct stat st;

	(void)data;
	(void)error;
	assert_int_equal(fstat(fd, &st), 0);
	*file = (struct ebpfmm_file){
		.identity = { .ino = st.st_ino, .dev = mapped ? 77 : 1,
			      .mtime = 5, .mtime_nsec = 6 },
	};
	return 0;
}

/* Objects have the identity of what is mapped, and each program its own. */
static void test_identity(void **state)
{
	const struct ebpfmm_header *header;
	struct ebpfmm_table *table;

	(void)state;
	how.identify = tell;
	add_in("/object.so", EBPFMM_ANCHOR_SYMBOL, "object_table");
	programs[1] = programs[0];
	programs[1].exe = "/nopie";
	profile.nprograms = 2;
	table = translate();
	header = &table->large.header;
	assert_int_equal(header->nobjects, 2);
	assert_int_equal(header->programs[0].objects.first, 0);
	assert_int_equal(header->programs[0].objects.count, 1);
	assert_int_equal(header->programs[1].objects.first, 1);
	assert_int_equal(header->programs[1].objects.count, 1);
	assert_int_equal(header->programs[0].file.dev, 1);
	assert_int_equal(header->objects[0].file.dev, 77);
	assert_int_equal(header->objects[0].file.mtime, 5);
	assert_int_equal(header->objects[0].file.mtime_nsec, 6);
	assert_memory_equal(&header->objects[0].file, &header->objects[1].file,
			    sizeof(header->objects[0].file));
	assert_int_equal(header->objects[0].regions.first, 0);
	assert_int_equal(header->objects[1].regions.first, 1);
	free(table);
}

static void test_refused(void **state)
{
	static const struct {
		const char *object;
		const char *name;
		const char *message;
	} cases[] = {
		{ "/absent.so", "x",
		  "programs[0].regions[1].anchor.object: /absent.so: not in the container's root" },
		{ "/", "x",
		  "programs[0].regions[1].anchor.object: /: not a regular file" },
		{ "/nopie", "hot_table",
		  "programs[0].regions[1].anchor.object: /nopie: "
		  "is a program with a fixed address, not a shared object" },
		{ "/../pie", "hot_table",
		  "programs[0].regions[1].anchor.object: /../pie: "
		  "is the program itself: leave `object` out" },
		{ "/object.so", "absent",
		  "programs[0].regions[1].anchor.symbol: /object.so: no symbol absent" },
		{ "/object.so", "object_initialised",
		  "programs[0].regions[1].anchor.object: can hold no anonymous memory "
		  "(/object.so: all pages of object_initialised are mapped from the file)" },
		{ "/loose.so", "object_table",
		  "programs[0].regions[1].anchor.object: /loose.so: no pages of the file "
		  "are mapped right before its memory, so the policy cannot recognise it" },
	};
	size_t i;

	(void)state;
	add(EBPFMM_ANCHOR_STACK, NULL);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		programs[0].nregions = 1;
		add_in(cases[i].object, EBPFMM_ANCHOR_SYMBOL, cases[i].name);
		assert_refused(cases[i].message);
	}
}

static void test_not_elf(void **state)
{
	int fd = openat(fixtures_fd, "text.so", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	(void)state;
	assert_int_equal(write(fd, "/* GNU ld script */", 19), 19);
	close(fd);
	add_in("/text.so", EBPFMM_ANCHOR_SECTION, ".bss");
	assert_refused("programs[0].regions[0].anchor.object: /text.so: not an ELF file");
	assert_int_equal(unlinkat(fixtures_fd, "text.so", 0), 0);
}

/* A part of an object may be longer than the table can count pages. */
static void test_too_long(void **state)
{
	struct file file = read_fixture("object.so");
	const Elf64_Ehdr *header = (Elf64_Ehdr *)file.bytes;
	Elf64_Phdr *phdrs = (Elf64_Phdr *)(file.bytes + header->e_phoff);
	Elf64_Phdr *last = load_of(&file, 0);
	int fd;

	(void)state;
	for (size_t i = 0; i < header->e_phnum; i++)
		if (phdrs[i].p_type == PT_LOAD)
			last = &phdrs[i];
	last->p_memsz = (1ULL << (32 + EBPFMM_PAGE_SHIFT)) - last->p_vaddr;
	fd = openat(fixtures_fd, "long.so", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	assert_int_equal(write(fd, file.bytes, file.size), file.size);
	close(fd);
	free(file.bytes);
	add_in("/long.so", EBPFMM_ANCHOR_SYMBOL, "object_table");
	assert_refused("programs[0].regions[0].anchor.object: /long.so: "
		       "its memory ends at too high an address");
	assert_int_equal(unlinkat(fixtures_fd, "long.so", 0), 0);
}

static int each_its_own(int fd, bool mapped, struct ebpfmm_file *file, void *data,
			struct ebpfmm_error *error)
{
	static uint64_t next = 1;

	(void)fd;
	(void)mapped;
	(void)data;
	(void)error;
	*file = (struct ebpfmm_file){ .identity = { .ino = next++ } };
	return 0;
}

static void test_too_many(void **state)
{
	char names[EBPFMM_MAX_OBJECTS + 1][96];
	size_t i, n;

	(void)state;
	how.identify = each_its_own;
	for (i = 0; i < EBPFMM_MAX_OBJECTS + 1; i++) {
		if (i == EBPFMM_MAX_OBJECTS)
			free(translate());
		for (n = 0; n <= i; n++)
			names[i][n] = '/';
		strcpy(names[i] + n, "object.so");
		add_in(names[i], EBPFMM_ANCHOR_SYMBOL, "object_table");
	}
	assert_refused("programs[0].regions[32].anchor.object: more than 32 shared objects");
	/* It is files that are counted, not what they are called. */
	how.identify = NULL;
	for (i = 0; i < programs[0].nregions; i++)
		cut(&regions[i], i << 14, 1 << 14);
	free(translate());
	how.identify = each_its_own;
	/* In all programs together. */
	programs[0].nregions = EBPFMM_MAX_OBJECTS;
	programs[1] = programs[0];
	programs[1].nregions = 1;
	programs[1].exe = "/nopie";
	profile.nprograms = 2;
	assert_refused("programs[1].regions[0].anchor.object: more than 32 parts of shared objects");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_truth, reset),
		cmocka_unit_test_setup(test_one_file, reset),
		cmocka_unit_test_setup(test_identity, reset),
		cmocka_unit_test_setup(test_refused, reset),
		cmocka_unit_test_setup(test_not_elf, reset),
		cmocka_unit_test_setup(test_too_long, reset),
		cmocka_unit_test_setup(test_too_many, reset),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
