// SPDX-License-Identifier: GPL-2.0-only
/* Who may ask for what: rules against containers, and what is wrong in a file of rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "choice.h"
#include "config/permissions.h"

#define FILE_NAME "/etc/ebpfmm/permissions.json"

/* ' stands for ". Without a NUL at its end, so that ASan sees a read beyond. */
static int parse(const char *text, struct ebpfmm_permissions *out, struct ebpfmm_error *err)
{
	size_t length = strlen(text);
	char *copy = malloc(length ?: 1);
	int rc;

	assert_non_null(copy);
	for (size_t i = 0; i < length; i++)
		copy[i] = text[i] == '\'' ? '"' : text[i];
	rc = ebpfmm_permissions_parse(copy, length, out, err);
	free(copy);
	return rc;
}

/* --- what is wrong ------------------------------------------------------------------- */

#define RULE(members) "{'version':1,'rules':[{'profiles':[]},{" members "}]}"

static const struct {
	const char *text;
	const char *message;
} refusals[] = {
	{ "", "line 1, column 1: unexpected end of data" },
	{ "{\n 'version': 1,\n 'rules': [\n}", "line 4, column 1: unexpected character" },
	{ "{'version':1,'version':1,'rules':[]}", "line 1, column 14: duplicate key" },
	{ "[]", "must be an object, not an array" },
	{ "{}", "version: missing" },
	{ "{'version':'1'}", "version: must be an integer, not a string" },
	{ "{'version':2,'regeln':[]}", "version: 2 is not supported, only 1" },
	{ "{'version':1}", "rules: missing" },
	{ "{'version':1,'rules':{}}", "rules: must be an array, not an object" },
	{ "{'version':1,'rule':[]}", "rule: unknown key, did you mean `rules`?" },
	{ "{'version':1,'rules':[7]}", "rules[0]: must be an object, not an integer" },
	{ RULE(""), "rules[1].profiles: missing" },
	{ RULE("'profiles':'*'"), "rules[1].profiles: must be an array, not a string" },
	{ RULE("'profile':[]"), "rules[1].profile: unknown key, did you mean `profiles`?" },
	{ RULE("'profiles':['a',7]"),
	  "rules[1].profiles[1]: must be a string, not an integer" },
	{ RULE("'profiles':['']"), "rules[1].profiles[0]: must not be empty" },
	{ RULE("'profiles':['/a']"),
	  "rules[1].profiles[0]: is the name of a profile, not a path" },
	{ RULE("'profiles':['a.json']"),
	  "rules[1].profiles[0]: leave out `.json`: it is not part of the name" },
	{ RULE("'profiles':[],'required':'true'"),
	  "rules[1].required: must be a boolean, not a string" },
	{ RULE("'profiles':[],'record':1"),
	  "rules[1].record: must be a boolean, not an integer" },
	{ RULE("'profiles':[],'cgroups':[]"),
	  "rules[1].cgroups: must not be empty; leave it out for no condition" },
	{ RULE("'profiles':[],'namespaces':[]"),
	  "rules[1].namespaces: must not be empty; leave it out for no condition" },
	{ RULE("'profiles':[],'images':[]"),
	  "rules[1].images: must not be empty; leave it out for no condition" },
	{ RULE("'profiles':[],'namespaces':'a'"),
	  "rules[1].namespaces: must be an array, not a string" },
	{ RULE("'profiles':[],'namespaces':['a','']"),
	  "rules[1].namespaces[1]: must not be empty" },
	{ RULE("'profiles':[],'images':[null]"),
	  "rules[1].images[0]: must be a string, not null" },
	{ RULE("'profiles':[],'cgroups':['a']"),
	  "rules[1].cgroups[0]: must begin with `/`, the root of cgroup v2" },
	{ RULE("'profiles':[],'cgroups':['/']"),
	  "rules[1].cgroups[0]: must not end in `/`" },
	{ RULE("'profiles':[],'cgroups':['/a','/b/']"),
	  "rules[1].cgroups[1]: must not end in `/`" },
	{ RULE("'profiles':[],'cgroups':['/sys/fs/cgroup/machine.slice']"),
	  "rules[1].cgroups[0]: begins at the root of cgroup v2: leave out `/sys/fs/cgroup`" },
};

static void errors(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct ebpfmm_permissions permissions;
		struct ebpfmm_error err = { .code = 99 };

		if (!parse(refusals[i].text, &permissions, &err))
			fail_msg("accepted: %s", refusals[i].text);
		if (strcmp(err.message, refusals[i].message))
			fail_msg("%s\n  says: %s\n  not:  %s", refusals[i].text, err.message,
				 refusals[i].message);
		assert_int_equal(err.code, 0);
		ebpfmm_permissions_free(&permissions);
	}
}

/* --- who may ask --------------------------------------------------------------------- */

static const char rules[] = "{'version':1,'rules':["
	"{'namespaces':['kube-*'],'profiles':[]},"
	"{'namespaces':['shop','shop-*'],'images':['reg.example/shop/*'],"
	"	'profiles':['redis','shop-?'],'required':true,'record':false},"
	"{'namespaces':['shop'],'profiles':['small'],'record':true},"
	"{'cgroups':['/machine.slice','/user.slice/user-*.slice/x\\\\x2dy.service'],"
	"	'profiles':['*'],'required':true,'record':true},"
	"{'images':['[*]'],'profiles':['star']}]}";

/* A container, what it asks for, and the number of the rule that decides; -1: none. */
static const struct {
	struct ebpfmm_asker asker;
	const char *profile;
	bool may_profile;
	bool may_require;
	bool may_record;
	int rule;
} cases[] = {
	{ { NULL, "shop", "reg.example/shop/a:1" }, "redis", true, true, false, 1 },
	{ { NULL, "shop", "reg.example/shop/a:1" }, "redis.json", true, true, false, 1 },
	{ { NULL, "shop", "reg.example/shop/a:1" }, "redis.json.json", true, true, false, 1 },
	{ { NULL, "shop-eu", "reg.example/shop/a" }, "shop-1", true, true, false, 1 },
	{ { NULL, "shop-eu", "reg.example/shop/a" }, "shop-12", false, true, false, 1 },
	{ { NULL, "shop-eu", "reg.example/shop/a" }, "small", false, true, false, 1 },
	{ { NULL, "shop-eu", "reg.example/shop/a" }, "Redis", false, true, false, 1 },
	/* A pattern of an image does not reach into another one's directory. */
	{ { NULL, "shop", "reg.example/shop/x/y" }, "small", true, false, true, 2 },
	{ { NULL, "shop", "reg.example/shop/" }, "redis", true, true, false, 1 },
	{ { NULL, "shop", "reg.example/shop" }, "redis", false, false, true, 2 },
	{ { NULL, "shop", "evil/reg.example/shop/a" }, "redis", false, false, true, 2 },
	/* What is not known fulfils no condition. */
	{ { NULL, "shop", NULL }, "redis", false, false, true, 2 },
	{ { NULL, NULL, "reg.example/shop/a" }, "redis", false, false, false, -1 },
	{ { NULL, NULL, NULL }, "redis", false, false, false, -1 },
	{ { NULL, "shops", "reg.example/shop/a" }, "redis", false, false, false, -1 },
	{ { NULL, "SHOP", "reg.example/shop/a" }, "redis", false, false, false, -1 },
	/* The first one that holds decides. */
	{ { "/machine.slice/a", "kube-system", NULL }, "redis", false, false, false, 0 },
	{ { "/machine.slice/a", "shop", NULL }, "redis", false, false, true, 2 },
	/* A cgroup itself, and what is below. */
	{ { "/machine.slice", NULL, NULL }, "any", true, true, true, 3 },
	{ { "/machine.slice/libpod-1.scope", NULL, NULL }, "any", true, true, true, 3 },
	{ { "/machine.slice/a/b/c", NULL, NULL }, ".any", true, true, true, 3 },
	{ { "/machine.slice2/a", NULL, NULL }, "any", false, false, false, -1 },
	{ { "/x/machine.slice/a", NULL, NULL }, "any", false, false, false, -1 },
	{ { "/machine.slic", NULL, NULL }, "any", false, false, false, -1 },
	{ { "/user.slice/user-7.slice/x\\x2dy.service/c", NULL, NULL }, "any", true, true,
	  true, 3 },
	{ { "/user.slice/user-7.slice/xx2dy.service/c", NULL, NULL }, "any", false, false,
	  false, -1 },
	/* "*" stays within one name. */
	{ { "/user.slice/user-7/a.slice/x\\x2dy.service", NULL, NULL }, "any", false, false,
	  false, -1 },
	{ { NULL, NULL, "*" }, "star", true, false, false, 4 },
	{ { NULL, NULL, "a" }, "star", false, false, false, -1 },
};

static void is(const char *text, size_t number, const char *what, int rc, bool expected,
	       int rule, const struct ebpfmm_error *err)
{
	char place[40] = "no rule of ";

	if (!rc != expected)
		fail_msg("case %zu: %s: %s", number, what, rc ? err->message : "permitted");
	if (!rc)
		return;
	if (rule >= 0)
		snprintf(place, sizeof(place), "rules[%d] of ", rule);
	if (!strstr(err->message, place) || !strstr(err->message, FILE_NAME) ||
	    !strstr(err->message, text))
		fail_msg("case %zu: not about `%s` and `%s`: %s", number, place, text,
			 err->message);
}

static void containers(void **unused)
{
	struct ebpfmm_permissions permissions;
	struct ebpfmm_error err = {};

	(void)unused;
	if (parse(rules, &permissions, &err))
		fail_msg("%s", err.message);
	assert_int_equal(permissions.count, 5);
	assert_true(permissions.by_cgroup);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		is(cases[i].profile, i, "profile",
		   ebpfmm_permissions_profile(&permissions, &cases[i].asker,
					      cases[i].profile, &err),
		   cases[i].may_profile, cases[i].rule, &err);
		is("`ebpfmm.required`", i, "required",
		   ebpfmm_permissions_required(&permissions, &cases[i].asker, &err),
		   cases[i].may_require, cases[i].rule, &err);
		is("`ebpfmm.record`", i, "record",
		   ebpfmm_permissions_record(&permissions, &cases[i].asker, &err),
		   cases[i].may_record, cases[i].rule, &err);
	}
	ebpfmm_permissions_free(&permissions);
	ebpfmm_permissions_free(&permissions);
}

static void messages(void **unused)
{
	const struct ebpfmm_asker all = { "/kubepods.slice/c", "shop", "reg.example/a\n" };
	const struct ebpfmm_asker none = {};
	struct ebpfmm_permissions permissions;
	struct ebpfmm_error err = {};

	(void)unused;
	assert_int_equal(parse("{'version':1,'rules':[{'namespaces':['shop'],'profiles':['a']}]}",
			       &permissions, &err), 0);
	assert_false(permissions.by_cgroup);
	ebpfmm_permissions_profile(&permissions, &all, "b", &err);
	assert_string_equal(err.message, "profile `b` is not permitted by rules[0] of " FILE_NAME
			    " (cgroup /kubepods.slice/c, namespace shop, image reg.example/a?)");
	ebpfmm_permissions_profile(&permissions, &none, "b", &err);
	assert_string_equal(err.message, "profile `b` is not permitted: no rule of " FILE_NAME
			    " is for this container");
	ebpfmm_permissions_free(&permissions);
}

/* Without rules nothing is permitted; without a file, everything. */
static void extremes(void **unused)
{
	const struct ebpfmm_asker asker = { "/a", "b", "c" };
	struct ebpfmm_permissions permissions;
	struct ebpfmm_error err = {};

	(void)unused;
	assert_int_equal(parse("{'version':1,'rules':[]}", &permissions, &err), 0);
	assert_int_equal(ebpfmm_permissions_profile(&permissions, &asker, "x", &err), -1);
	assert_int_equal(ebpfmm_permissions_required(&permissions, &asker, &err), -1);
	assert_int_equal(ebpfmm_permissions_record(&permissions, &asker, &err), -1);
	ebpfmm_permissions_free(&permissions);
	assert_int_equal(ebpfmm_permissions_profile(&permissions, &asker, "x", &err), 0);
	assert_int_equal(ebpfmm_permissions_required(&permissions, &asker, &err), 0);
	assert_int_equal(ebpfmm_permissions_record(&permissions, &asker, &err), 0);
}

/*
 * A tenant's name can be a megabyte long. With the number of stars as exponent this would
 * not end.
 */
static void long_names(void **unused)
{
	size_t length = 1 << 20;
	char *image = malloc(length + 1);
	const struct ebpfmm_asker asker = { .image = image };
	struct ebpfmm_permissions permissions;
	struct ebpfmm_error err = {};

	(void)unused;
	assert_non_null(image);
	memset(image, 'a', length);
	image[length] = '\0';
	assert_int_equal(parse("{'version':1,'rules':[{'images':['*a*a*a*a*a*a*a*b'],"
			       "'profiles':['*a*a*a*a*a*a*a*b']}]}", &permissions, &err), 0);
	assert_int_equal(ebpfmm_permissions_profile(&permissions, &asker, image, &err), -1);
	assert_non_null(strstr(err.message, "no rule of"));
	ebpfmm_permissions_free(&permissions);
	free(image);
}

/* --- what engines tell of a container --------------------------------------------------- */

static void asker_is(const char *first, const char *second, const char *namespace,
		     const char *image)
{
	struct json_object *a = first ? json_tokener_parse(first) : NULL;
	struct json_object *b = second ? json_tokener_parse(second) : NULL;
	struct ebpfmm_asker asker = {};
	struct ebpfmm_error err = {};

	if (ebpfmm_choose_asker(a, b, &asker, &err))
		fail_msg("%s: %s", first, err.message);
	assert_string_equal(asker.namespace ?: "(none)", namespace);
	assert_string_equal(asker.image ?: "(none)", image);
	json_object_put(a);
	json_object_put(b);
}

static void unknown(const char *first, const char *reason)
{
	struct json_object *a = json_tokener_parse(first);
	struct ebpfmm_asker asker = {};
	struct ebpfmm_error err = {};

	assert_int_equal(ebpfmm_choose_asker(a, NULL, &asker, &err), -1);
	if (!strstr(err.message, reason))
		fail_msg("%s: not about `%s`: %s", first, reason, err.message);
	json_object_put(a);
}

#define CRIO_NAMESPACE	"\"io.kubernetes.pod.namespace\""
#define CRIO_IMAGE	"\"io.kubernetes.cri-o.ImageName\""
#define CRI_NAMESPACE	"\"io.kubernetes.cri.sandbox-namespace\""
#define CRI_IMAGE	"\"io.kubernetes.cri.image-name\""

static void askers(void **unused)
{
	(void)unused;
	asker_is(NULL, NULL, "(none)", "(none)");
	asker_is("{" CRIO_NAMESPACE ":\"a\"," CRIO_IMAGE ":\"b\"}", NULL, "a", "b");
	asker_is("{" CRI_NAMESPACE ":\"a\"," CRI_IMAGE ":\"b\"}", NULL, "a", "b");
	asker_is("{}", "{" CRI_NAMESPACE ":\"a\"," CRI_IMAGE ":\"b\"}", "a", "b");
	asker_is("{" CRI_NAMESPACE ":\"a\"}", "{" CRI_NAMESPACE ":\"x\"}", "a", "(none)");
	asker_is("{" CRIO_NAMESPACE ":\"a\"," CRI_NAMESPACE ":\"a\"}", NULL, "a", "(none)");
	asker_is("{" CRIO_IMAGE ":\"\"}", NULL, "(none)", "(none)");
	/* A pod's, which the engine does not know. */
	unknown("{" CRIO_NAMESPACE ":\"a\"," CRI_NAMESPACE ":\"kube-system\"}",
		"`io.kubernetes.pod.namespace` is `a`, but `io.kubernetes.cri.sandbox-namespace` is `kube-system`");
	unknown("{" CRIO_IMAGE ":\"\"," CRI_IMAGE ":\"b\"}", "but `io.kubernetes.cri.image-name`");
	unknown("{" CRI_NAMESPACE ":\"\"," CRIO_NAMESPACE ":\"b\"}", "is `b`, but");
	unknown("{" CRIO_NAMESPACE ":7}", "is not a string");
	unknown("{" CRI_IMAGE ":\"a\\u0000\"}", "contains a NUL");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors),
		cmocka_unit_test(containers),
		cmocka_unit_test(messages),
		cmocka_unit_test(extremes),
		cmocka_unit_test(long_names),
		cmocka_unit_test(askers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
