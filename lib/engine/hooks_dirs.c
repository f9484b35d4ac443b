// SPDX-License-Identifier: GPL-2.0-only
#include "engine/hooks_dirs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "engine/toml.h"

/* Longer files are not plausible. */
#define CONF_MAX_BYTES (1 << 20)

/**
 * struct configuration - the configuration files of an engine
 * @files: files in the order of reading; later ones override earlier ones
 * @nfiles: their number
 * @dropins: directory whose files are read next, sorted
 * @suffix: suffix that these files must have; "" for any
 * @table: the table of the key
 */
struct configuration {
	const char *files[2];
	size_t nfiles;
	const char *dropins;
	const char *suffix;
	const char *table;
};

static const struct configuration podman = {
	.files = { "/usr/share/containers/containers.conf",
		   "/etc/containers/containers.conf" },
	.nfiles = 2,
	.dropins = "/etc/containers/containers.conf.d",
	.suffix = ".conf",
	.table = "engine",
};

static const struct configuration crio = {
	.files = { "/etc/crio/crio.conf" },
	.nfiles = 1,
	.dropins = "/etc/crio/crio.conf.d",
	.suffix = "",
	.table = "crio.runtime",
};

/**
 * struct search - state of a search
 * @configuration: the files to read
 * @append: last value of {append = …}, which also applies to later files
 * @out: the directories so far
 * @err: filled in on failure
 */
struct search {
	const struct configuration *configuration;
	int append;
	struct ebpfmm_hooks_dirs *out;
	struct ebpfmm_error *err;
};

static void clear(struct ebpfmm_hooks_dirs *dirs)
{
	for (size_t i = 0; i < dirs->count; i++)
		free(dirs->dirs[i]);
	dirs->count = 0;
}

/* Takes ownership of the string. */
static int add(struct ebpfmm_hooks_dirs *dirs, char *dir, struct ebpfmm_error *err)
{
	char **grown = reallocarray(dirs->dirs, dirs->count + 1, sizeof(*grown));

	if (!grown || !dir) {
		free(dir);
		if (grown)
			dirs->dirs = grown;
		return ebpfmm_fail(err, ENOMEM, "hooks_dir");
	}
	dirs->dirs = grown;
	grown[dirs->count++] = dir;
	return 0;
}

static int take(struct search *search, const char *path, struct ebpfmm_toml_array *array)
{
	if (array->append >= 0)
		search->append = array->append;
	if (search->append <= 0)
		clear(search->out);
	for (size_t i = 0; i < array->count; i++)
		if (add(search->out, strdup(array->strings[i]), search->err))
			return -1;
	free(search->out->from);
	search->out->from = strdup(path);
	return search->out->from ? 0 : ebpfmm_fail(search->err, ENOMEM, "%s", path);
}

static int search_file(struct search *search, const char *path)
{
	struct ebpfmm_toml_array array;
	struct ebpfmm_error err;
	size_t length;
	char *text;
	int rc;

	text = ebpfmm_file_read(AT_FDCWD, path, 0, CONF_MAX_BYTES, &length, &err);
	if (!text && (err.code == ENOENT || err.code == ENOTDIR))
		return 0;
	if (!text) {
		if (search->err)
			*search->err = err;
		return -1;
	}
	rc = ebpfmm_toml_strings(text, search->configuration->table, "hooks_dir", &array,
				 search->err);
	if (rc)
		ebpfmm_prefix(search->err, "%s: ", path);
	else if (array.found)
		rc = take(search, path, &array);
	ebpfmm_toml_free(&array);
	free(text);
	return rc;
}

static int search_in(struct search *search, const char *root, const char *dir,
		     const char *name)
{
	char *path;
	int rc;

	if (asprintf(&path, "%s%s%s", root, dir, name) < 0)
		return ebpfmm_fail(search->err, ENOMEM, "%s", dir);
	rc = search_file(search, path);
	free(path);
	return rc;
}

static bool is_wanted(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);

	return name[0] != '.' && length >= tail && !strcmp(name + length - tail, suffix);
}

static int search_dropins(struct search *search, const char *root)
{
	const struct configuration *from = search->configuration;
	struct dirent **entries;
	int count, rc = 0;
	char *dir, *name;

	if (asprintf(&dir, "%s%s", root, from->dropins) < 0)
		return ebpfmm_fail(search->err, ENOMEM, "%s", from->dropins);
	count = scandir(dir, &entries, NULL, alphasort);
	free(dir);
	if (count < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 :
		       ebpfmm_fail(search->err, errno, "%s", from->dropins);
	for (int i = 0; i < count; i++) {
		if (!rc && is_wanted(entries[i]->d_name, from->suffix)) {
			if (asprintf(&name, "/%s", entries[i]->d_name) < 0) {
				rc = ebpfmm_fail(search->err, ENOMEM, "%s", from->dropins);
			} else {
				rc = search_in(search, root, from->dropins, name);
				free(name);
			}
		}
		free(entries[i]);
	}
	free(entries);
	return rc;
}

int ebpfmm_hooks_dirs_find(enum ebpfmm_engine engine, const char *root,
			   struct ebpfmm_hooks_dirs *out, struct ebpfmm_error *err)
{
	struct search search = {
		.configuration = engine == EBPFMM_ENGINE_CRIO ? &crio : &podman,
		.out = out, .err = err,
	};

	*out = (struct ebpfmm_hooks_dirs){};
	if (add(out, strdup(EBPFMM_HOOKS_DIR_USR), err))
		return -1;
	if (engine == EBPFMM_ENGINE_BUILDAH)
		return add(out, strdup(EBPFMM_HOOKS_DIR_ETC), err);
	for (size_t i = 0; i < search.configuration->nfiles; i++)
		if (search_in(&search, root, search.configuration->files[i], ""))
			return -1;
	if (search_dropins(&search, root))
		return -1;
	/* Without configuration, podman reads these. */
	if (engine == EBPFMM_ENGINE_PODMAN && !out->count)
		return add(out, strdup(EBPFMM_HOOKS_DIR_USR), err) ?:
		       add(out, strdup(EBPFMM_HOOKS_DIR_ETC), err);
	return 0;
}

void ebpfmm_hooks_dirs_free(struct ebpfmm_hooks_dirs *dirs)
{
	clear(dirs);
	free(dirs->dirs);
	free(dirs->from);
	*dirs = (struct ebpfmm_hooks_dirs){};
}
