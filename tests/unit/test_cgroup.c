// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "kernel/cgroup.h"

static void lifted_for(const char *id, const char *path, const char *expected, const char *own)
{
	char *copy = strdup(path);

	assert_non_null(copy);
	ebpfmm_cgroup_lift(copy, own, id);
	assert_string_equal(copy, expected);
	free(copy);
}

static void lifted(const char *path, const char *expected, const char *own)
{
	lifted_for("0f3a", path, expected, own);
}

#define SCOPE "/machine.slice/libpod-0f3a.scope"
#define UNIT "/system.slice/web.service"
#define PAYLOAD UNIT "/libpod-payload-0f3a"
#define OTHER "/machine.slice/libpod-conmon-0f3a.scope"

static void scopes(void **unused)
{
	(void)unused;
	lifted(SCOPE, SCOPE, OTHER);
	lifted(SCOPE "/container", SCOPE, OTHER);
	lifted(SCOPE "/payload", SCOPE, OTHER);
	lifted(SCOPE "/payload/delegated", SCOPE, OTHER);
	lifted("/kubepods.slice/kubepods-pod1.slice/crio-0f3a.scope/container",
	       "/kubepods.slice/kubepods-pod1.slice/crio-0f3a.scope", OTHER);
	/* The sub-cgroup has the id as well. */
	lifted_for("container", "/m.slice/crun-container.scope/container",
		   "/m.slice/crun-container.scope", OTHER);
	lifted_for("web", "/m.slice/crun-web.scope/a-web/b", "/m.slice/crun-web.scope", OTHER);
	/* Whoever starts the container gives the sub-cgroup its name. */
	lifted(SCOPE "/evil.slice", SCOPE, OTHER);
	lifted(SCOPE "/evil.service/x", SCOPE, OTHER);
	lifted(SCOPE "/other.scope", SCOPE, OTHER);
}

/* Of those that have others in them. */
static void named_by_the_id(void **unused)
{
	(void)unused;
	lifted_for("web", "/web.slice/x", "/web.slice/x", OTHER);
	lifted_for("machine", "/machine.slice/x", "/machine.slice/x", OTHER);
	lifted_for("web", UNIT "/x", UNIT "/x", OTHER);
	lifted_for("web", UNIT "/web/x", UNIT "/web", OTHER);
	lifted_for("web", "/a-web.scope/x", "/a-web.scope/x", "/a-web.scope/y");
}

/* Its parent is a scope that has other processes. */
static void below_a_scope(void **unused)
{
	(void)unused;
	lifted_for("0f3a", "/other.scope/libpod-0f3a", "/other.scope/libpod-0f3a", OTHER);
	lifted_for("0f3a", "/other.scope/libpod-0f3a/container", "/other.scope/libpod-0f3a", OTHER);
	lifted_for("web", "/other.scope/web", "/other.scope/web", OTHER);
	/* Not the id, but letters of it. */
	lifted_for("con", "/con.scope/container", "/con.scope", OTHER);
	lifted_for("b", "/web-b.scope/web", "/web-b.scope", OTHER);
	lifted_for("1", "/a.scope/a12-21", "/a.scope/a12-21", OTHER);
	/* Not named by the id. */
	lifted_for("foo", "/other.scope/mine", "/other.scope/mine", OTHER);
	lifted_for("foo", "/other.scope/a/b/mine", "/other.scope/a/b/mine", OTHER);
	lifted_for("foo", "/foo/other.scope/mine", "/foo/other.scope/mine", OTHER);
	lifted_for("foo", "/other.scope/foo-1/mine", "/other.scope/foo-1/mine", OTHER);
	lifted_for("1", "/a.scope/a12-1", "/a.scope/a12-1", OTHER);
}

static void payloads(void **unused)
{
	(void)unused;
	lifted(PAYLOAD, PAYLOAD, UNIT "/supervisor");
	lifted(PAYLOAD "/container", PAYLOAD, UNIT "/runtime");
	lifted("/user.slice/session-3.scope/libpod-payload-0f3a",
	       "/user.slice/session-3.scope/libpod-payload-0f3a",
	       "/user.slice/session-3.scope/supervisor");
}

static void others(void **unused)
{
	(void)unused;
	lifted("/libpod_parent/libpod-0f3a", "/libpod_parent/libpod-0f3a", OTHER);
	lifted("/", "/", OTHER);
	lifted("", "", OTHER);
	lifted("/container", "/container", OTHER);
	lifted("/.scope/container", "/.scope/container", OTHER);
	lifted(UNIT "/container", UNIT "/container", OTHER);
	lifted(UNIT "/libpod-payload-/x", UNIT "/libpod-payload-/x", OTHER);
	/* A session in which the engine runs, too. */
	lifted("/user.slice/session-3.scope/libpod_parent/libpod-0f3a",
	       "/user.slice/session-3.scope/libpod_parent/libpod-0f3a",
	       "/user.slice/session-3.scope");
	/* An engine in a container that runs systemd. */
	lifted_for("1", SCOPE "/container/system.slice/engine.service/libpod-1",
		   SCOPE "/container/system.slice/engine.service/libpod-1", OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scopes),
		cmocka_unit_test(named_by_the_id),
		cmocka_unit_test(below_a_scope),
		cmocka_unit_test(payloads),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
