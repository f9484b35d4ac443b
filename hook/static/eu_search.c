// SPDX-License-Identifier: GPL-2.0-only
/*
 * What libelf.a of elfutils 0.192 lacks to be linked statically: these of its own
 * functions were left out of it (https://sourceware.org/bugzilla/show_bug.cgi?id=32293).
 * The originals also take a lock, which a program of one thread does not need.
 * Where libelf.a has them, these are not linked.
 */
#include <search.h>
#include <stddef.h>

/**
 * struct search_tree - the start of elfutils' type of that name, all that is used
 * @root: as tsearch(3) has it
 */
struct search_tree {
	void *root;
};

typedef int compare_fn(const void *, const void *);

void eu_search_tree_init(struct search_tree *tree);
void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *));
void *eu_tsearch(const void *key, struct search_tree *tree, compare_fn *compare);
void *eu_tdelete(const void *key, struct search_tree *tree, compare_fn *compare);

void eu_search_tree_init(struct search_tree *tree)
{
	tree->root = NULL;
}

void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *))
{
	tdestroy(tree->root, free_node);
	tree->root = NULL;
}

void *eu_tsearch(const void *key, struct search_tree *tree, compare_fn *compare)
{
	return tsearch(key, &tree->root, compare);
}

void *eu_tdelete(const void *key, struct search_tree *tree, compare_fn *compare)
{
	return tdelete(key, &tree->root, compare);
}
