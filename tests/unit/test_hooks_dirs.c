// SPDX-License-Identifier: GPL-2.0-only
#include "scratch.h"

#include "engine/hooks_dirs.h"

#define USR EBPFMM_HOOKS_DIR_USR ":"
#define ETC EBPFMM_HOOKS_DIR_ETC ":"
#define CONTAINERS "etc/containers/containers.conf"
#define DROPINS "etc/crio/crio.conf.d/"

static void put(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

static void put_link(const char *path, const char *target)
{
	assert_int_equal(symlink(target, in_scratch(path)), 0);
}

/* What an earlier test has left. */
static int clear(void **state)
{
	char command[sizeof(scratch) + 16];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s/*", scratch);
	return system(command) ? -1 : 0;
}

/* Each with a colon after it; or what is wrong, without the directory of the test. */
static void expect(enum ebpfmm_engine engine, const char *dirs, const char *from)
{
	struct ebpfmm_hooks_dirs found;
	char text[2048] = "";
	struct ebpfmm_error err;

	if (ebpfmm_hooks_dirs_find(engine, scratch, &found, &err)) {
		assert_memory_equal(err.message, scratch, strlen(scratch));
		assert_string_equal(err.message + strlen(scratch), dirs);
	} else {
		for (size_t i = 0; i < found.count; i++)
			strcat(strcat(text, found.dirs[i]), ":");
		assert_string_equal(text, dirs);
		assert_int_equal(!from, !found.from);
		if (from)
			assert_string_equal(found.from + strlen(scratch), from);
	}
	ebpfmm_hooks_dirs_free(&found);
}

static void test_default(void **state)
{
	(void)state;
	expect(EBPFMM_ENGINE_PODMAN, USR, NULL);
	expect(EBPFMM_ENGINE_CRIO, USR, NULL);
	expect(EBPFMM_ENGINE_BUILDAH, USR ETC, NULL);
}

static void test_podman(void **state)
{
	(void)state;
	put("usr/share/containers/containers.conf", "[engine]\nhooks_dir = ['/a', '/b']");
	expect(EBPFMM_ENGINE_PODMAN, "/a:/b:", "/usr/share/containers/containers.conf");
	put(CONTAINERS, "[engine]\n#hooks_dir = ['/c']\n");
	expect(EBPFMM_ENGINE_PODMAN, "/a:/b:", "/usr/share/containers/containers.conf");
	put(CONTAINERS, "[engine]\nhooks_dir = ['/c']\n");
	expect(EBPFMM_ENGINE_PODMAN, "/c:", "/" CONTAINERS);
	put(CONTAINERS ".d/20.conf", "[engine]\nhooks_dir = ['/e']\n");
	put(CONTAINERS ".d/10.conf", "[engine]\nhooks_dir = ['/d', {append=true}]\n");
	put(CONTAINERS ".d/30.conf~", "[engine]\nhooks_dir = ['/f']\n");
	/* To append is said for later files as well. */
	expect(EBPFMM_ENGINE_PODMAN, "/c:/d:/e:", "/" CONTAINERS ".d/20.conf");
	put(CONTAINERS ".d/20.conf", "[engine]\nhooks_dir = [{append=false}]\n");
	expect(EBPFMM_ENGINE_PODMAN, USR ETC, "/" CONTAINERS ".d/20.conf");
	put(CONTAINERS ".d/20.conf", "[engine]\nhooks_dir = '/e'\n");
	expect(EBPFMM_ENGINE_PODMAN, "/" CONTAINERS
	       ".d/20.conf: line 2: not an array of strings: Bad message", NULL);
	/* Nobody else's. */
	expect(EBPFMM_ENGINE_CRIO, USR, NULL);
	expect(EBPFMM_ENGINE_BUILDAH, USR ETC, NULL);
}

static void test_crio(void **state)
{
	(void)state;
	put("etc/crio/crio.conf", "[crio]\n[crio.runtime]\nhooks_dir = [\n\t'/a',\n]\n");
	expect(EBPFMM_ENGINE_CRIO, "/a:", "/etc/crio/crio.conf");
	put(DROPINS "10-x", "[crio.runtime]\nhooks_dir = []\n");
	expect(EBPFMM_ENGINE_CRIO, "", "/" DROPINS "10-x");
	/* The last one counts alone: `-` is before `.`, and capitals are before small letters. */
	put(DROPINS "20", "crio.runtime.hooks_dir = ['/b', '/c']\n");
	put(DROPINS "20-b", "[crio]\nruntime.hooks_dir = ['/d']\n");
	put(DROPINS "20.conf", "[crio.runtime]\nhooks_dir = ['/e', '/f']\n");
	put(DROPINS "20-Z", "[crio.runtime]\nhooks_dir = ['/g']\n");
	expect(EBPFMM_ENGINE_CRIO, "/e:/f:", "/" DROPINS "20.conf");
	/* One without a list leaves it alone. */
	put(DROPINS "30", "[crio.image]\nhooks_dir = ['/h']\n");
	expect(EBPFMM_ENGINE_CRIO, "/e:/f:", "/" DROPINS "20.conf");
}

/* What podman leaves out of its own. */
static void test_crio_any_file(void **state)
{
	(void)state;
	put(DROPINS ".hidden", "[crio.runtime]\nhooks_dir = ['/a']\n");
	expect(EBPFMM_ENGINE_CRIO, "/a:", "/" DROPINS ".hidden");
	put(DROPINS "10.conf~", "[crio.runtime]\nhooks_dir = ['/b']\n");
	expect(EBPFMM_ENGINE_CRIO, "/b:", "/" DROPINS "10.conf~");
	put(DROPINS "20/x/y", "[crio.runtime]\nhooks_dir = ['/c']\n");
	put(DROPINS "15", "[crio.runtime]\nhooks_dir = ['/d']\n");
	expect(EBPFMM_ENGINE_CRIO, "/c:", "/" DROPINS "20/x/y");
	/* CRI-O does not start then. */
	put_link(DROPINS "30", "nowhere");
	expect(EBPFMM_ENGINE_CRIO, "/" DROPINS "30: No such file or directory", NULL);
	/* Podman does, and reads no directory. */
	put(CONTAINERS ".d/20.conf/x.conf", "[engine]\nhooks_dir = ['/e']\n");
	put(CONTAINERS ".d/.10.conf", "[engine]\nhooks_dir = ['/f']\n");
	put_link(CONTAINERS ".d/30.conf", "nowhere");
	expect(EBPFMM_ENGINE_PODMAN, "/f:", "/" CONTAINERS ".d/.10.conf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_podman),
		cmocka_unit_test(test_crio),
		cmocka_unit_test_setup(test_crio_any_file, clear),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
