// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is remembered of files, when it is believed, and when not. The tests say
 * themselves which file the kernel sees, so that they can lie.
 */
#include "translation.h"

#include <dirent.h>
#include <time.h>

#include "image/cache.h"
#include "image/cache_private.h"
#include "scratch.h"

#define DEV (8U << 20 | 3)

/* What the kernel says of the file now; no inode: its true one. */
static struct ebpfmm_file told;
static unsigned int times_asked;
/* From which time on its inode has changed; 0: never. */
static unsigned int changed_at;

static int tell(int fd, bool mapped, struct ebpfmm_file *file, void *data,
		struct ebpfmm_error *error)
{
	struct stat st;

	(void)data;
	(void)error;
	times_asked += mapped;
	*file = told;
	file->ctime += changed_at && times_asked >= changed_at;
	if (!file->identity.ino && !fstat(fd, &st))
		file->identity.ino = st.st_ino;
	return 0;
}

static struct ebpfmm_cache *open_cache(void)
{
	char dir[sizeof(scratch) + 64], devices[sizeof(scratch) + 64];
	struct ebpfmm_cache *cache;

	strcpy(dir, in_scratch("run/cache"));
	strcpy(devices, in_scratch("devices"));
	cache = ebpfmm_cache_open(dir, devices);
	assert_non_null(cache);
	return cache;
}

/* An empty cache, and a program that rested for an hour. */
static int begin(void **state)
{
	char command[sizeof(scratch) + 64];

	reset(state);
	snprintf(command, sizeof(command), "rm -rf %s/run", scratch);
	if (system(command))
		return -1;
	put_bytes("devices/8:3/size", "1\n", 2);
	put_bytes("devices/diskseq", "77\n", 3);
	put_fixture("root/program", "pie");
	told = (struct ebpfmm_file){
		.identity = { .ino = 42, .dev = DEV, .mtime = 1000,
			      .mtime_nsec = 5 },
		.ctime = time(NULL) - 3600,
		.ctime_nsec = 9,
	};
	how.rootfd = open_scratch("root");
	how.identify = tell;
	how.cache = open_cache();
	programs[0].exe = "/program";
	add(EBPFMM_ANCHOR_SYMBOL, "hot_table");
	add(EBPFMM_ANCHOR_SECTION, "lookup");
	return 0;
}

static int end(void **state)
{
	(void)state;
	ebpfmm_cache_close(how.cache);
	close(how.rootfd);
	return 0;
}

/*
 * The program is replaced by what is no program: a hit is what still can be
 * translated. Its size stays.
 */
static void spoil_file(const char *path)
{
	struct stat st;
	char *bytes;

	assert_int_equal(stat(in_scratch(path), &st), 0);
	bytes = calloc(1, st.st_size);
	put_bytes(path, bytes, st.st_size);
	free(bytes);
}

static void spoil(void)
{
	spoil_file("root/program");
}

static void assert_miss(void)
{
	assert_refused("programs[0].exe: /program: not an ELF file");
}

static void assert_hit(void)
{
	free(translate());
}

static unsigned int count_files(char name[256])
{
	DIR *dir = opendir(in_scratch("run/cache"));
	struct dirent *entry;
	unsigned int count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (name)
			snprintf(name, 256, "run/cache/%.200s", entry->d_name);
		count++;
	}
	closedir(dir);
	return count;
}

static void test_same_table(void **state)
{
	struct ebpfmm_table *first, *second;
	struct stat st;
	char name[256];

	(void)state;
	first = translate();
	assert_int_equal(count_files(name), 1);
	assert_int_equal(stat(in_scratch(name), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(in_scratch("run/cache"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	spoil();
	second = translate();
	assert_memory_equal(first, second, sizeof(*first));
	/* Each time, and the first time again when it had been read. */
	assert_int_equal(times_asked, 3);
	free(first);
	free(second);

	/* In another process, as it were. */
	ebpfmm_cache_close(how.cache);
	how.cache = open_cache();
	assert_hit();
}

/* Other names are added to what is known. */
static void test_more_names(void **state)
{
	(void)state;
	free(translate());
	programs[0].nregions = 0;
	add(EBPFMM_ANCHOR_SYMBOL, "lookup");
	assert_refused("programs[0].regions[0].anchor.symbol: /program: no symbol lookup");
	programs[0].nregions = 0;
	add(EBPFMM_ANCHOR_SYMBOL, "hidden");
	free(translate());
	spoil();
	assert_hit();
	add(EBPFMM_ANCHOR_SYMBOL, "hot_table");
	add(EBPFMM_ANCHOR_SECTION, "lookup");
	assert_hit();
	add(EBPFMM_ANCHOR_SYMBOL, "lookup");
	assert_refused("programs[0].regions[3].anchor.symbol: /program: not an ELF file");
}

/* How the file is laid out is kept, too, where no name is looked for in it. */
static void test_no_names(void **state)
{
	(void)state;
	programs[0].nregions = 0;
	free(translate());
	assert_int_equal(count_files(NULL), 1);
	spoil();
	assert_hit();
}

static void test_objects(void **state)
{
	struct ebpfmm_table *first, *second;

	(void)state;
	told.identity.ino = 0;
	put_fixture("root/object.so", "object.so");
	add(EBPFMM_ANCHOR_SYMBOL, "object_table")->object = "/object.so";
	first = translate();
	assert_int_equal(first->large.header.nobjects, 1);
	assert_int_equal(count_files(NULL), 2);
	spoil();
	spoil_file("root/object.so");
	second = translate();
	assert_memory_equal(first, second, sizeof(*first));
	free(first);
	free(second);
}

/* Whatever differs, it is another file, or another state of it. */
static void test_other_file(void **state)
{
	struct ebpfmm_file real = told;

	(void)state;
	free(translate());
	spoil();
	told.identity.ino++;
	assert_miss();
	told = real;
	told.identity.mtime++;
	assert_miss();
	told = real;
	told.identity.mtime_nsec++;
	assert_miss();
	told = real;
	told.ctime--;
	assert_miss();
	told = real;
	told.ctime_nsec--;
	assert_miss();
	told = real;
	assert_hit();
	assert_int_equal(truncate(in_scratch("root/program"), 5000), 0);
	assert_miss();
}

/* It became another one after it was told which it is: what was read may be of that. */
static void test_changed_meanwhile(void **state)
{
	(void)state;
	times_asked = 0;
	changed_at = 2;
	free(translate());
	changed_at = 0;
	assert_true(times_asked >= 2);
	assert_int_equal(count_files(NULL), 0);
}

/* A disk that is attached later is another one, whatever its numbers. */
static void test_other_disk(void **state)
{
	(void)state;
	free(translate());
	spoil();
	put_bytes("devices/diskseq", "78\n", 3);
	assert_miss();
	put_bytes("devices/8:3/diskseq", "77\n", 3);
	assert_hit();
	assert_int_equal(unlink(in_scratch("devices/8:3/diskseq")), 0);
	put_bytes("devices/diskseq", "77\n", 3);
	assert_hit();

	/* On no disk: not kept. */
	put_fixture("root/program", "pie");
	told.identity.dev = 45;
	free(translate());
	assert_int_equal(count_files(NULL), 1);
	spoil();
	assert_miss();
}

/* Two files may claim the same build id, which pie and its copies have. */
static void test_forged_build_id(void **state)
{
	(void)state;
	free(translate());
	put_fixture("root/program", "pie");
	told.identity.ino = 43;
	free(translate());
	assert_int_equal(count_files(NULL), 2);
	spoil();
	told.identity.ino = 44;
	assert_miss();
}

/* A file that changed just now may change again and look the same. */
static void test_settled(void **state)
{
	struct cache_key key = { .ctime = 1000 };
	time_t now = time(NULL);

	(void)state;
	/* Both are rounded down: two seconds may be little more than one. */
	for (key.read_at = 900; key.read_at <= 1002; key.read_at++)
		assert_false(cache_settled(&key));
	assert_true(cache_settled(&key));
	told.ctime = now + 3600;
	free(translate());
	assert_int_equal(count_files(NULL), 0);
	told.ctime = now - 60;
	free(translate());
	assert_int_equal(count_files(NULL), 1);
}

/* Each byte of the file is wrong once, and once it is cut short there. */
static void test_damage(void **state)
{
	char name[256], *bytes;
	struct stat st;
	size_t i;
	int fd;

	(void)state;
	free(translate());
	assert_int_equal(count_files(name), 1);
	fd = open(in_scratch(name), O_RDONLY | O_CLOEXEC);
	assert_int_equal(fstat(fd, &st), 0);
	bytes = malloc(st.st_size + 8);
	assert_int_equal(read(fd, bytes, st.st_size), st.st_size);
	close(fd);
	spoil();
	for (i = 0; i < (size_t)st.st_size; i++) {
		bytes[i] ^= 0x40;
		put_bytes(name, bytes, st.st_size);
		bytes[i] ^= 0x40;
		assert_miss();
		put_bytes(name, bytes, i);
		assert_miss();
	}
	memset(bytes + st.st_size, 0, 8);
	put_bytes(name, bytes, st.st_size + 8);
	assert_miss();
	put_bytes(name, bytes, st.st_size);
	assert_hit();
	assert_int_equal(unlink(in_scratch(name)), 0);
	assert_int_equal(mkfifo(in_scratch(name), 0600), 0);
	alarm(60);
	assert_miss();
	alarm(0);

	/* What cannot be believed is replaced. */
	put_fixture("root/program", "pie");
	free(translate());
	spoil();
	assert_hit();
	free(bytes);
}

/* Few files, of which those that were not used for long go first. */
static void test_bounded(void **state)
{
	char name[256] = "";
	size_t i;

	(void)state;
	for (i = 0; i < EBPFMM_CACHE_MAX_FILES; i++) {
		snprintf(name, sizeof(name), "run/cache/old-%zu", i);
		put_bytes(name, "x", 1);
		if (i) {
			struct timespec times[2] = { { .tv_sec = 100 + i },
						     { .tv_sec = 100 + i } };

			assert_int_equal(utimensat(AT_FDCWD, in_scratch(name),
						   times, 0), 0);
		}
	}
	put_bytes("run/cache/8-3.1.tmp", "half", 4);
	free(translate());
	assert_int_equal(count_files(NULL), EBPFMM_CACHE_MAX_FILES + 1);
	assert_int_equal(access(in_scratch("run/cache/old-1"), F_OK), -1);
	assert_int_equal(access(in_scratch("run/cache/old-0"), F_OK), 0);
	assert_int_equal(access(in_scratch("run/cache/old-2"), F_OK), 0);
	assert_int_equal(ebpfmm_cache_sweep(how.cache, false), 1);
	assert_int_equal(ebpfmm_cache_sweep(how.cache, true), 1);
	assert_int_equal(ebpfmm_cache_sweep(how.cache, true), 0);
	assert_int_equal(count_files(NULL), EBPFMM_CACHE_MAX_FILES);
	spoil();
	assert_hit();
}

/* A file with more names than may be kept is not kept, or only the last ones. */
static void test_too_large(void **state)
{
	struct ebpfmm_elf_found found = { .part = EBPFMM_PART_LOOSE };
	struct ebpfmm_image image = {};
	struct ebpfmm_cached *cached;
	char name[64];
	size_t i;

	(void)state;
	cached = ebpfmm_cache_get(how.cache, &told, 5);
	ebpfmm_cached_learn_image(cached, &image);
	for (i = 0; i < EBPFMM_CACHE_MAX_BYTES / 100; i++) {
		snprintf(name, sizeof(name), "symbol_%zu", i);
		ebpfmm_cached_learn(cached, EBPFMM_ELF_SYMBOL, name, &found);
	}
	ebpfmm_cache_put(cached, true);
	assert_int_equal(count_files(NULL), 1);
	cached = ebpfmm_cache_get(how.cache, &told, 5);
	assert_true(ebpfmm_cached_find(cached, EBPFMM_ELF_SYMBOL, "symbol_0",
				       &found));
	assert_false(ebpfmm_cached_find(cached, EBPFMM_ELF_SECTION, "symbol_0",
					&found));
	for (i = 0; i < EBPFMM_CACHE_MAX_BYTES / 100; i++) {
		snprintf(name, sizeof(name), "other_%zu", i);
		ebpfmm_cached_learn(cached, EBPFMM_ELF_SYMBOL, name, &found);
	}
	ebpfmm_cache_put(cached, true);
	cached = ebpfmm_cache_get(how.cache, &told, 5);
	assert_false(ebpfmm_cached_find(cached, EBPFMM_ELF_SYMBOL, "symbol_0",
					&found));
	assert_true(ebpfmm_cached_find(cached, EBPFMM_ELF_SYMBOL, "other_0",
				       &found));
	ebpfmm_cache_put(cached, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_table, begin, end),
		cmocka_unit_test_setup_teardown(test_more_names, begin, end),
		cmocka_unit_test_setup_teardown(test_no_names, begin, end),
		cmocka_unit_test_setup_teardown(test_objects, begin, end),
		cmocka_unit_test_setup_teardown(test_other_file, begin, end),
		cmocka_unit_test_setup_teardown(test_changed_meanwhile, begin, end),
		cmocka_unit_test_setup_teardown(test_other_disk, begin, end),
		cmocka_unit_test_setup_teardown(test_forged_build_id, begin, end),
		cmocka_unit_test_setup_teardown(test_settled, begin, end),
		cmocka_unit_test_setup_teardown(test_damage, begin, end),
		cmocka_unit_test_setup_teardown(test_bounded, begin, end),
		cmocka_unit_test_setup_teardown(test_too_large, begin, end),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
