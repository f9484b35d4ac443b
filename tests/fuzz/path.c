// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: a small root made of the input, and paths in it. What
 * ebpfmm_rootfs_open() opens must be the very file that resolving the path by
 * the rules, in a model of the tree, leads to; where these lead to no regular
 * file inside the root, nothing may be opened. Beside the root lies a file that
 * links and ".." try to reach.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/rootfs.h"

#define MAX_NODES	12
#define MAX_PATHS	4
#define MAX_PARTS	8
#define MAX_TEXT	512
#define MAX_LINKS	40	/* MAXSYMLINKS of the kernel */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum type { DIRECTORY, REGULAR, LINK, FIFO, SOCKET, TYPES };

struct node {
	enum type type;
	size_t parent;
	char name;
	char path[2 * MAX_NODES];	/* from the root */
	char target[MAX_TEXT];
	ino_t inode;
};

/* The first node is the root itself. */
struct tree {
	struct node nodes[MAX_NODES];
	size_t count;
};

struct input {
	const uint8_t *at;
	const uint8_t *end;
};

static char top[] = "/tmp/ebpfmm-path.XXXXXX";
static int rootfd = -1;

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void remove_top(void)
{
	char path[sizeof(top) + 8];

	snprintf(path, sizeof(path), "%s/root", top);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/secret", top);
	unlink(path);
	rmdir(top);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[sizeof(top) + 8];
	int fd;

	(void)argc;
	(void)argv;
	require(mkdtemp(top));
	atexit(remove_top);
	snprintf(path, sizeof(path), "%s/secret", top);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	require(fd >= 0);
	close(fd);
	snprintf(path, sizeof(path), "%s/root", top);
	require(!mkdir(path, 0700));
	rootfd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	require(rootfd >= 0);
	return 0;
}

static unsigned int take(struct input *input, unsigned int below)
{
	return input->at < input->end ? *input->at++ % below : 0;
}

/* A path, relative or absolute; the last part is the likeliest to be ended by. */
static void take_path(struct input *input, char *text)
{
	static const char *const parts[] = {
		"", "a", "b", "c", "/", "..", ".", "../..", "../secret", top,
	};
	unsigned int i, part, slash = take(input, 4);

	text[0] = '\0';
	if (slash)
		strcat(text, "/");
	for (i = 0; i < MAX_PARTS; i++) {
		part = take(input, sizeof(parts) / sizeof(parts[0]));
		if (!part)
			break;
		strcat(text, parts[part]);
		strcat(text, "/");
	}
	/* With a slash at its end only where that is asked for. */
	if (i && slash < 3)
		text[strlen(text) - 1] = '\0';
}

static size_t find(const struct tree *tree, size_t parent, const char *name,
		   size_t length)
{
	size_t i;

	for (i = 1; i < tree->count; i++) {
		if (length == 1 && tree->nodes[i].parent == parent &&
		    tree->nodes[i].name == *name)
			return i;
	}
	return 0;
}

static bool make(const struct node *node)
{
	switch (node->type) {
	case DIRECTORY:
		return !mkdirat(rootfd, node->path, 0700);
	case REGULAR:
		return !mknodat(rootfd, node->path, S_IFREG | 0600, 0);
	case FIFO:
		return !mknodat(rootfd, node->path, S_IFIFO | 0600, 0);
	case SOCKET:
		return !mknodat(rootfd, node->path, S_IFSOCK | 0600, 0);
	default:
		return !symlinkat(node->target, rootfd, node->path);
	}
}

/* One more node, unless the input asks for what cannot be. */
static void add(struct tree *tree, struct input *input)
{
	struct node *node = &tree->nodes[tree->count];
	struct stat st;

	node->parent = take(input, (unsigned int)tree->count);
	node->name = (char)('a' + take(input, 3));
	node->type = take(input, TYPES);
	if (node->type == LINK)
		take_path(input, node->target);
	if (tree->nodes[node->parent].type != DIRECTORY ||
	    find(tree, node->parent, &node->name, 1) ||
	    (node->type == LINK && !node->target[0]))
		return;
	snprintf(node->path, sizeof(node->path), "%s%s%c",
		 tree->nodes[node->parent].path, node->parent ? "/" : "", node->name);
	require(make(node));
	if (node->type == REGULAR) {
		require(!fstatat(rootfd, node->path, &st, AT_SYMLINK_NOFOLLOW));
		node->inode = st.st_ino;
	}
	tree->count++;
}

static void clear(const struct tree *tree)
{
	size_t i;

	for (i = tree->count - 1; i; i--)
		require(!unlinkat(rootfd, tree->nodes[i].path,
				  tree->nodes[i].type == DIRECTORY ?
				  AT_REMOVEDIR : 0));
}

/* Where a path leads by the rules, or NULL; see path_resolution(7). */
static const struct node *resolve(const struct tree *tree, const char *path)
{
	static char rest[(MAX_LINKS + 2) * MAX_TEXT], longer[sizeof(rest)];
	const char *s = rest;
	int links = 0;
	size_t at = 0;

	strcpy(rest, path);
	for (;;) {
		size_t length, next;

		/* A slash, even at the end, is only after a directory. */
		if (*s && tree->nodes[at].type != DIRECTORY)
			return NULL;
		s += strspn(s, "/");
		if (!*s)
			return &tree->nodes[at];
		length = strcspn(s, "/");
		if (length == 2 && !strncmp(s, "..", 2)) {
			at = tree->nodes[at].parent;
		} else if (length != 1 || *s != '.') {
			next = find(tree, at, s, length);
			if (!next)
				return NULL;
			if (tree->nodes[next].type == LINK) {
				if (++links > MAX_LINKS)
					return NULL;
				snprintf(longer, sizeof(longer), "%s%s",
					 tree->nodes[next].target, s + length);
				strcpy(rest, longer);
				s = rest;
				if (*s == '/')
					at = 0;
				continue;
			}
			at = next;
		}
		s += length;
	}
}

/* The descriptor that the next file gets. */
static int next_fd(void)
{
	int fd = dup(rootfd);

	require(fd >= 0);
	close(fd);
	return fd;
}

static void check(const struct tree *tree, const char *path)
{
	const struct node *node = path[0] == '/' ? resolve(tree, path) : NULL;
	struct ebpfmm_error err = { 0 };
	int next = next_fd(), fd = ebpfmm_rootfs_open(rootfd, path, &err);
	struct stat st;

	if (node && node->type == REGULAR) {
		require(fd >= 0);
		require(!fstat(fd, &st));
		require(S_ISREG(st.st_mode) && st.st_ino == node->inode);
		require(fcntl(fd, F_GETFD) == FD_CLOEXEC);
		require((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
		close(fd);
	} else {
		require(fd < 0);
		require(err.message[0]);
	}
	/* Nothing is left open. */
	require(next_fd() == next);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	static struct tree tree;
	char path[MAX_TEXT];
	int i;

	memset(&tree, 0, sizeof(tree));
	tree.count = 1;
	while (tree.count < MAX_NODES && take(&input, 8))
		add(&tree, &input);
	for (i = 0; i < MAX_PATHS && (!i || input.at < input.end); i++) {
		take_path(&input, path);
		check(&tree, path);
	}
	clear(&tree);
	return 0;
}
