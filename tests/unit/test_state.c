// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle.h"
#include "choice.h"
#include "state.h"

static const char whole[] =
	"{ \"ociVersion\": \"1.0.2\", \"id\": \"0f3a+b\", \"status\": \"created\","
	"  \"pid\": 4711, \"bundle\": \"/run/b\", \"root\": \"/r\", \"owner\": { \"x\": [[1]] },"
	"  \"annotations\": { \"ebpfmm.profile\": \"redis.json\" } }\n";

static int parse(const char *text, struct ebpfmm_state *out, struct ebpfmm_error *err)
{
	/* An exact copy, so that a read past its end is noticed. */
	size_t length = strlen(text);
	char *copy = malloc(length ? length : 1);
	int rc;

	memcpy(copy, text, length);
	rc = ebpfmm_state_parse(copy, length, out, err);
	free(copy);
	return rc;
}

static void refused(const char *text, const char *reason)
{
	struct ebpfmm_error err = {};
	struct ebpfmm_state state;

	assert_int_equal(parse(text, &state, &err), -1);
	ebpfmm_state_free(&state);
	if (!strstr(err.message, reason))
		fail_msg("%s: not about `%s`: %s", text, reason, err.message);
}

static void whole_state(void **unused)
{
	struct ebpfmm_error err = {};
	struct ebpfmm_state state;

	(void)unused;
	assert_int_equal(parse(whole, &state, &err), 0);
	assert_string_equal(state.id, "0f3a+b");
	assert_string_equal(state.status, "created");
	assert_string_equal(state.bundle, "/run/b");
	assert_string_equal(state.root, "/r");
	assert_int_equal(state.pid, 4711);
	assert_int_equal(json_object_object_length(state.annotations), 1);
	ebpfmm_state_free(&state);
	ebpfmm_state_free(&state);
}

static void sparse_state(void **unused)
{
	struct ebpfmm_error err = {};
	struct ebpfmm_state state;

	(void)unused;
	assert_int_equal(parse("{\"id\":\"x\",\"pid\":null,\"annotations\":null}", &state,
			       &err), 0);
	assert_int_equal(state.pid, 0);
	assert_null(state.bundle);
	assert_null(state.annotations);
	assert_null(state.root);
	ebpfmm_state_free(&state);
}

static void untold_root(void **unused)
{
	static const char *const roots[] = { "null", "\"\"", "\"r\"", "{\"path\":\"/r\"}",
					     "\"/r\\u0000\"" };
	char text[80];

	(void)unused;
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		struct ebpfmm_error err = {};
		struct ebpfmm_state state;

		snprintf(text, sizeof(text), "{\"id\":\"x\",\"root\":%s}", roots[i]);
		assert_int_equal(parse(text, &state, &err), 0);
		assert_null(state.root);
		ebpfmm_state_free(&state);
	}
}

static void truncated_state(void **unused)
{
	(void)unused;
	for (size_t cut = 0; cut < sizeof(whole) - 3; cut++) {
		char text[sizeof(whole)];

		snprintf(text, sizeof(text), "%.*s", (int)cut, whole);
		refused(text, "state: JSON");
	}
}

static void wrong_states(void **unused)
{
	char id[200];

	(void)unused;
	refused("[]", "not an object");
	refused("null", "JSON");
	refused("{\"id\":\"x\"} {}", "trailing data");
	refused("{}", "`id` is missing");
	refused("{\"id\":null}", "`id` is missing");
	refused("{\"id\":1}", "`id` is not a string");
	refused("{\"id\":\"\"}", "not valid");
	refused("{\"id\":\"../../etc/x\"}", "not valid");
	refused("{\"id\":\"@1\"}", "not valid");
	refused("{\"id\":\"a\\u0000b\"}", "NUL");
	refused("{\"id\":\"a\\nb\"}", "not valid");
	snprintf(id, sizeof(id), "{\"id\":\"%0150d\"}", 0);
	refused(id, "not valid");
	refused("{\"id\":\"x\",\"pid\":\"1\"}", "`pid` is not an integer");
	refused("{\"id\":\"x\",\"pid\":1.5}", "`pid` is not an integer");
	refused("{\"id\":\"x\",\"pid\":-1}", "range");
	refused("{\"id\":\"x\",\"pid\":4294967297}", "range");
	refused("{\"id\":\"x\",\"pid\":99999999999999999999999}", "range");
	refused("{\"id\":\"x\",\"status\":[]}", "`status` is not a string");
	refused("{\"id\":\"x\",\"bundle\":\"b\"}", "absolute");
	refused("{\"id\":\"x\",\"bundle\":{}}", "`bundle` is not a string");
	refused("{\"id\":\"x\",\"annotations\":[]}", "`annotations` is not an object");
}

static void huge_state(void **unused)
{
	size_t length = EBPFMM_STATE_MAX_BYTES + 1;
	struct ebpfmm_error err = {};
	struct ebpfmm_state state;
	char *text = malloc(length);

	(void)unused;
	memset(text, ' ', length);
	assert_int_equal(ebpfmm_state_parse(text, length, &state, &err), -1);
	assert_non_null(strstr(err.message, "longer"));
	memset(text, '[', length);
	assert_int_equal(ebpfmm_state_parse(text, length - 1, &state, &err), -1);
	assert_non_null(strstr(err.message, "malformed"));
	free(text);
}

static void annotations_survive_an_error(void **unused)
{
	struct ebpfmm_error err = {};
	struct ebpfmm_choice choice;
	struct ebpfmm_state state;

	(void)unused;
	assert_int_equal(parse("{\"id\":\"x/y\",\"annotations\":{\"ebpfmm.required\":\"true\"}}",
			       &state, &err), -1);
	assert_int_equal(ebpfmm_choose(state.annotations, NULL, &choice, &err), 0);
	assert_true(choice.required);
	ebpfmm_state_free(&state);
}

static void stage_is(const char *argument, const char *status, int expected)
{
	struct ebpfmm_error err = {};
	enum ebpfmm_stage stage;
	int rc = ebpfmm_state_stage(argument, status, &stage, &err);

	assert_int_equal(rc ? -1 : (int)stage, expected);
}

static void stages(void **unused)
{
	(void)unused;
	stage_is(NULL, "creating", EBPFMM_STAGE_START);
	stage_is(NULL, "created", EBPFMM_STAGE_START);
	stage_is(NULL, "stopped", EBPFMM_STAGE_STOP);
	stage_is(NULL, "running", -1);
	stage_is(NULL, NULL, -1);
	stage_is("createRuntime", "stopped", EBPFMM_STAGE_START);
	stage_is("prestart", NULL, EBPFMM_STAGE_START);
	stage_is("poststop", "created", EBPFMM_STAGE_STOP);
	stage_is("createContainer", "created", -1);
	stage_is("", "created", -1);
}

/* Chooses from two texts, either of which may be NULL; then frees both. */
static int choose(const char *first, const char *second, char profile[64],
		  bool *required, struct ebpfmm_error *err)
{
	struct json_object *a = first ? json_tokener_parse(first) : NULL;
	struct json_object *b = second ? json_tokener_parse(second) : NULL;
	struct ebpfmm_choice choice;
	int rc = ebpfmm_choose(a, b, &choice, err);

	snprintf(profile, 64, "%s", choice.profile ? choice.profile : "(none)");
	*required = choice.required;
	json_object_put(a);
	json_object_put(b);
	return rc;
}

static void chosen(const char *first, const char *second, const char *profile,
		   bool required)
{
	struct ebpfmm_error err = {};
	bool is_required;
	char got[64];

	assert_int_equal(choose(first, second, got, &is_required, &err), 0);
	assert_string_equal(got, profile);
	assert_int_equal(is_required, required);
}

static void not_chosen(const char *first, const char *reason, bool required)
{
	struct ebpfmm_error err = {};
	bool is_required;
	char got[64];

	assert_int_equal(choose(first, NULL, got, &is_required, &err), -1);
	assert_string_equal(got, "(none)");
	assert_int_equal(is_required, required);
	if (!strstr(err.message, reason))
		fail_msg("%s: not about `%s`: %s", first, reason, err.message);
}

#define NAME "\"io.kubernetes.container.name\":\"web\""

static void choices(void **unused)
{
	(void)unused;
	chosen(NULL, NULL, "(none)", false);
	chosen("{}", "{}", "(none)", false);
	chosen("{\"ebpfmm.profile\":\"a\"}", NULL, "a", false);
	chosen("{\"ebpfmm.profile\":\"\"}", NULL, "(none)", false);
	chosen("{\"ebpfmm.profile\":\"../x\"}", NULL, "../x", false);
	chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.profile/web\":\"b\"}", NULL, "a", false);
	chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.profile/web\":\"b\"," NAME "}", NULL, "b",
	       false);
	chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.profile/web\":\"\"," NAME "}", NULL,
	       "(none)", false);
	chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.profile/db\":\"\"," NAME "}", NULL, "a",
	       false);
	chosen("{\"ebpfmm.profile/web\":\"b\",\"io.kubernetes.cri.container-name\":\"web\"}",
	       NULL, "b", false);
	chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.required\":\"true\"}", NULL, "a", true);
	chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.required\":\"false\"}", NULL, "a", false);
	chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.required\":\"\"}", NULL, "a", false);
	/* What the state leaves out is in config.json; the state goes first. */
	chosen("{}", "{\"ebpfmm.profile\":\"c\",\"ebpfmm.required\":\"true\"}", "c", true);
	chosen(NULL, "{\"ebpfmm.profile\":\"c\"}", "c", false);
	chosen("{\"ebpfmm.profile\":\"\"}", "{\"ebpfmm.profile\":\"c\"}", "(none)", false);
	/* The sandbox of a pod has the pod's annotations and is not meant. */
	chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.required\":\"true\","
	       "\"io.kubernetes.cri-o.ContainerType\":\"sandbox\"}", NULL, "(none)", true);
	chosen("{\"ebpfmm.profile\":\"a\",\"io.kubernetes.cri.container-type\":\"sandbox\"}",
	       NULL, "(none)", false);
	chosen("{\"ebpfmm.profile\":\"a\",\"io.kubernetes.cri-o.ContainerType\":\"container\"}",
	       NULL, "a", false);
}

static void wrong_choices(void **unused)
{
	(void)unused;
	not_chosen("{\"ebpfmm.profile\":1}", "not a string", false);
	not_chosen("{\"ebpfmm.profile\":\"a\\u0000b\"}", "NUL", false);
	not_chosen("{\"ebpfmm.profile\":{},\"ebpfmm.required\":\"true\"}", "not a string", true);
	not_chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.required\":\"yes\"}",
		   "must be true or false, not `yes`", false);
	not_chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.required\":true}", "not a string", false);
}

/* Overrides as `podman kube generate` writes them, where podman tells no name. */
static void overrides_without_a_name(void **unused)
{
	(void)unused;
	not_chosen("{\"ebpfmm.profile/web\":\"b\"}", "`ebpfmm.profile/web`", false);
	not_chosen("{\"ebpfmm.profile/web\":\"b\",\"ebpfmm.required\":\"true\","
		   "\"io.container.manager\":\"libpod\"}", "io.kubernetes.container.name", true);
	not_chosen("{\"ebpfmm.profile/db\":\"\",\"ebpfmm.profile/web\":\"b\"}",
		   "`ebpfmm.profile/web`", false);
	not_chosen("{\"ebpfmm.profile/\":\"b\"}", "`ebpfmm.profile/`", false);
	not_chosen("{\"ebpfmm.profile/web\":7}", "not a string", false);
	/* An empty name is none. */
	not_chosen("{\"ebpfmm.profile/web\":\"b\",\"io.kubernetes.container.name\":\"\"}",
		   "`ebpfmm.profile/web`", false);
	not_chosen("{\"ebpfmm.profile/web\":\"b\",\"io.kubernetes.cri.container-name\":\"\"}",
		   "`ebpfmm.profile/web`", false);
	chosen("{\"ebpfmm.profile/web\":\"b\",\"io.kubernetes.container.name\":\"\","
	       "\"io.kubernetes.cri.container-name\":\"web\"}", NULL, "b", false);
	/* The name is only in config.json; the override is. */
	chosen("{\"ebpfmm.profile/web\":\"b\"}", "{" NAME "}", "b", false);
	chosen("{" NAME "}", "{\"ebpfmm.profile/db\":\"b\"}", "(none)", false);
	/* Nobody is without what was asked for. */
	chosen("{\"ebpfmm.profile/web\":\"\",\"ebpfmm.required\":\"true\"}", NULL, "(none)", true);
	chosen("{\"ebpfmm.profile/web\":\"b\",\"ebpfmm.profile\":\"a\"}", NULL, "a", false);
	chosen("{\"ebpfmm.profile/web\":\"b\",\"ebpfmm.profile\":\"\"}", NULL, "(none)", false);
	chosen("{\"ebpfmm.profile/db\":\"b\"," NAME "}", NULL, "(none)", false);
	chosen("{\"ebpfmm.profiles/db\":\"b\"}", NULL, "(none)", false);
	chosen("{\"ebpfmm.profile/web\":\"b\","
	       "\"io.kubernetes.cri.container-type\":\"sandbox\"}", NULL, "(none)", false);
}

static void required_overrides(void **unused)
{
	(void)unused;
	chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.required/web\":\"true\"," NAME "}", NULL, "a",
	       true);
	chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.required/db\":\"true\"," NAME "}", NULL, "a",
	       false);
	chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.required\":\"true\","
	       "\"ebpfmm.required/web\":\"false\"," NAME "}", NULL, "a", false);
	/* It may be meant, so it counts. */
	chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.required/web\":\"true\"}", NULL, "a", true);
	chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.required/web\":\"true\","
	       "\"ebpfmm.required\":\"false\"}", NULL, "a", false);
	not_chosen("{\"ebpfmm.profile/web\":\"b\",\"ebpfmm.required/web\":\"true\"}",
		   "`ebpfmm.profile/web`", true);
	not_chosen("{\"ebpfmm.profile\":\"a\",\"ebpfmm.required/web\":\"yes\"," NAME "}",
		   "`ebpfmm.required/web` must be true or false, not `yes`", false);
}

/* What ebpfmm.record gives; NULL: that it cannot be read. */
static void recorded(const char *first, const char *second, const char *record,
		     const char *profile)
{
	struct json_object *a = first ? json_tokener_parse(first) : NULL;
	struct json_object *b = second ? json_tokener_parse(second) : NULL;
	struct ebpfmm_choice choice;
	struct ebpfmm_error err;

	assert_int_equal(ebpfmm_choose(a, b, &choice, &err), 0);
	assert_string_equal(choice.profile ?: "(none)", profile);
	assert_int_equal(choice.no_record.message[0] != '\0', !record);
	assert_string_equal(choice.record ?: "(none)", record ?: "(none)");
	assert_int_equal(ebpfmm_chosen(&choice), !record || strcmp(record, "(none)") ||
			 strcmp(profile, "(none)"));
	json_object_put(a);
	json_object_put(b);
}

static void recordings(void **unused)
{
	(void)unused;
	recorded("{}", NULL, "(none)", "(none)");
	recorded("{\"ebpfmm.record\":\"r\"}", NULL, "r", "(none)");
	recorded("{\"ebpfmm.record\":\"r\",\"ebpfmm.profile\":\"a\"}", NULL, "r", "a");
	recorded("{\"ebpfmm.record\":\"\"}", NULL, "(none)", "(none)");
	recorded("{}", "{\"ebpfmm.record\":\"r\"}", "r", "(none)");
	recorded("{\"ebpfmm.record\":\"a\",\"ebpfmm.record/web\":\"b\"," NAME "}", NULL, "b",
		 "(none)");
	recorded("{\"ebpfmm.record/web\":\"\",\"ebpfmm.record\":\"a\"," NAME "}", NULL,
		 "(none)", "(none)");
	recorded("{\"ebpfmm.record\":\"r\",\"io.kubernetes.cri-o.ContainerType\":\"sandbox\"}",
		 NULL, "(none)", "(none)");
	/* What is wrong about it leaves the profile alone. */
	recorded("{\"ebpfmm.record\":7,\"ebpfmm.profile\":\"a\"}", NULL, NULL, "a");
	recorded("{\"ebpfmm.record/web\":\"r\",\"ebpfmm.profile\":\"a\"}", NULL, NULL, "a");
	recorded("{\"ebpfmm.record\":\"r\\u0000\"}", NULL, NULL, "(none)");
}

static void root_is(const char *text, const char *expected)
{
	struct ebpfmm_error err = {};
	struct ebpfmm_bundle bundle;
	int rc = ebpfmm_bundle_parse(text, strlen(text), "/run/b", &bundle, &err);

	if (expected) {
		assert_int_equal(rc, 0);
		assert_string_equal(bundle.root, expected);
	} else {
		assert_int_equal(rc, -1);
		assert_null(bundle.root);
		assert_null(bundle.annotations);
	}
	ebpfmm_bundle_free(&bundle);
}

static void roots(void **unused)
{
	(void)unused;
	root_is("{\"root\":{\"path\":\"rootfs\"}}", "/run/b/rootfs");
	root_is("{\"root\":{\"path\":\"/a/b\"},\"annotations\":{\"x\":\"y\"}}", "/a/b");
	root_is("{\"root\":{\"path\":\"/a\"},\"annotations\":null}", "/a");
	root_is("{\"root\":{\"path\":\"\"}}", NULL);
	root_is("{\"root\":{\"path\":7}}", NULL);
	root_is("{\"root\":{}}", NULL);
	root_is("{\"root\":\"/\"}", NULL);
	root_is("{}", NULL);
	root_is("{\"root\":{\"path\":\"/a\"},\"annotations\":[]}", NULL);
	root_is("{", NULL);
	root_is("", NULL);
}

static void write_config(const char *path, const char *root)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fprintf(file, "{\"root\":{\"path\":\"%s\"}}", root);
	assert_int_equal(fclose(file), 0);
}

static void bundle_is_found(void **unused)
{
	char top[] = "/tmp/test-bundle.XXXXXX", expected[64], command[64];
	struct ebpfmm_error err = {};
	struct ebpfmm_bundle bundle;

	(void)unused;
	assert_non_null(mkdtemp(top));
	assert_int_equal(chdir(top), 0);
	assert_int_equal(mkdir("named", 0700), 0);
	assert_int_equal(mkdir("above", 0700), 0);
	assert_int_equal(mkdir("above/below", 0700), 0);
	assert_int_equal(chdir("above/below"), 0);

	assert_int_equal(ebpfmm_bundle_load("/nonexistent", &bundle, &err), -1);
	assert_non_null(strstr(err.message, "/nonexistent/config.json"));
	assert_int_equal(ebpfmm_bundle_load(NULL, &bundle, &err), -1);
	assert_non_null(strstr(err.message, "config.json"));

	write_config("../config.json", "rootfs");
	snprintf(expected, sizeof(expected), "%s/above/rootfs", top);
	assert_int_equal(ebpfmm_bundle_load("/nonexistent", &bundle, &err), 0);
	assert_string_equal(bundle.root, expected);
	ebpfmm_bundle_free(&bundle);

	write_config("../../named/config.json", "/elsewhere");
	snprintf(expected, sizeof(expected), "%s/named", top);
	assert_int_equal(ebpfmm_bundle_load(expected, &bundle, &err), 0);
	assert_string_equal(bundle.root, "/elsewhere");
	ebpfmm_bundle_free(&bundle);

	/* One that is there and wrong is not passed over. */
	assert_int_equal(truncate("../../named/config.json", 5), 0);
	assert_int_equal(ebpfmm_bundle_load(expected, &bundle, &err), -1);
	assert_non_null(strstr(err.message, "named/config.json"));
	assert_int_equal(unlink("../../named/config.json"), 0);
	assert_int_equal(mkfifo("../../named/config.json", 0600), 0);
	assert_int_equal(ebpfmm_bundle_load(expected, &bundle, &err), -1);

	assert_int_equal(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -r %s", top);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_state),
		cmocka_unit_test(sparse_state),
		cmocka_unit_test(untold_root),
		cmocka_unit_test(truncated_state),
		cmocka_unit_test(wrong_states),
		cmocka_unit_test(huge_state),
		cmocka_unit_test(annotations_survive_an_error),
		cmocka_unit_test(stages),
		cmocka_unit_test(choices),
		cmocka_unit_test(wrong_choices),
		cmocka_unit_test(overrides_without_a_name),
		cmocka_unit_test(required_overrides),
		cmocka_unit_test(recordings),
		cmocka_unit_test(roots),
		cmocka_unit_test(bundle_is_found),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
