// SPDX-License-Identifier: GPL-2.0-only
#include "engine/hooks_dirs.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
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
 * @strict: files in directories below are read too, and the engine does not start if one of
 *	them cannot be read, such as a link to nothing
 * @table: the table of the key
 */
struct configuration {
	const char *files[2];
	size_t nfiles;
	const char *dropins;
	const char *suffix;
	bool strict;
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
	.strict = true,
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

/* @must: a file that does not exist is an error. */
static int search_file(struct search *search, const char *path, bool must)
{
	struct ebpfmm_toml_array array;
	struct ebpfmm_error err;
	size_t length;
	char *text;
	int rc;

	text = ebpfmm_file_read(AT_FDCWD, path, 0, CONF_MAX_BYTES, &length, &err);
	if (!text && !must && (err.code == ENOENT || err.code == ENOTDIR))
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

static int by_name(const FTSENT **one, const FTSENT **other)
{
	return strcmp((*one)->fts_name, (*other)->fts_name);
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);

	return length >= tail && !strcmp(name + length - tail, suffix);
}

/* What is no directory below the one of drop-ins, whatever else it is, is read as a file. */
static int visit(struct search *search, FTS *tree, FTSENT *entry)
{
	const struct configuration *from = search->configuration;

	switch (entry->fts_info) {
	case FTS_D:
		if (entry->fts_level > FTS_ROOTLEVEL && !from->strict)
			fts_set(tree, entry, FTS_SKIP);
		return 0;
	case FTS_DP:
		return 0;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		if (entry->fts_level == FTS_ROOTLEVEL &&
		    (entry->fts_errno == ENOENT || entry->fts_errno == ENOTDIR))
			return 0;
		return ebpfmm_fail(search->err, entry->fts_errno, "%s", entry->fts_path);
	default:
		if (entry->fts_level == FTS_ROOTLEVEL || !has_suffix(entry->fts_name, from->suffix))
			return 0;
		return search_file(search, entry->fts_path, from->strict);
	}
}

static void close_tree(FTS **tree)
{
	if (*tree)
		fts_close(*tree);
}

static int search_dropins(struct search *search, const char *dir)
{
	char *const dirs[] = { (char *)dir, NULL };
	_cleanup_(close_tree) FTS *tree = NULL;
	FTSENT *entry;

	tree = fts_open(dirs, FTS_COMFOLLOW | FTS_NOCHDIR | FTS_PHYSICAL, by_name);
	if (!tree)
		return ebpfmm_fail(search->err, errno, "%s", dir);
	for (;;) {
		errno = 0;
		entry = fts_read(tree);
		if (!entry)
			return errno ? ebpfmm_fail(search->err, errno, "%s", dir) : 0;
		if (visit(search, tree, entry))
			return -1;
	}
}

/* The files and then the drop-ins below @root. */
static int search_all(struct search *search, const char *root)
{
	const struct configuration *from = search->configuration;

	for (size_t i = 0; i <= from->nfiles; i++) {
		const char *below = i < from->nfiles ? from->files[i] : from->dropins;
		_cleanup_free_ char *path = NULL;

		if (asprintf(&path, "%s%s", root, below) < 0) {
			path = NULL;
			return ebpfmm_fail(search->err, ENOMEM, "%s", below);
		}
		if (i < from->nfiles ? search_file(search, path, false) :
				       search_dropins(search, path))
			return -1;
	}
	return 0;
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
	if (search_all(&search, root))
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
