// SPDX-License-Identifier: GPL-2.0-only
/*
 * C++ names as people write them.
 *
 * For some mangled names, the demangler takes time that is exponential in their length.
 * The cause are references to earlier parts of the name, so these are counted first. Names
 * with too many are not demangled; a profile can still name them in mangled form. The
 * others are charged with their maximum cost.
 */
#include <ctype.h>
#include <libiberty/demangle.h>
#include <stdio.h>
#include <string.h>

#include "elf/elf_private.h"

#define MAX_MANGLED	1024U
/* A call of the demangler, in steps of ebpfmm_elf_spend(). */
#define DEMANGLE_STEPS	16U
/* Twice as much for each of 16 references; names of many programs have ten. */
#define MAX_GROWTH	(1U << 16)

static bool in_identifier(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || c & 0x80;
}

/*
 * Find the last identifier that is not in brackets of any kind: "slots" of
 * Cache<int>::slots, "v" of ns::v<3>, "table" of f(int)::table[abi:cxx11].
 */
static size_t last_identifier(const char *text, const char **start)
{
	size_t end = strlen(text), begin;
	int depth = 0;

	for (; end; end--) {
		char c = text[end - 1];

		if (strchr(">)]", c))
			depth++;
		else if (strchr("<([", c))
			depth--;
		else if (!depth && in_identifier(c))
			break;
	}
	for (begin = end; begin && in_identifier(text[begin - 1]); begin--)
		;
	*start = text + begin;
	return end - begin;
}

bool ebpfmm_elf_cxx_name(const char *text, struct cxx_name *name)
{
	const char *start;
	size_t length = last_identifier(text, &start);

	name->text = text;
	return length && length < sizeof(name->part) - 4 &&
	       snprintf(name->part, sizeof(name->part), "%zu%.*s", length,
			(int)length, start) > 0;
}

/*
 * The factor by which references may increase the work: the number of paths through a name
 * with substitutions and template parameters ("S1_", "T0_"). The name is read backwards, so
 * that at each letter it is known whether its digits and capitals end in "_".
 */
static uint64_t growth(const char *mangled, size_t length)
{
	unsigned int substitutions = 0, parameters = 0, i;
	bool ends = false;
	uint64_t ways = 1;

	while (length--) {
		char c = mangled[length];

		substitutions += ends && c == 'S';
		parameters += ends && c == 'T';
		ends = c == '_' || (ends && (isdigit((unsigned char)c) ||
					     isupper((unsigned char)c)));
	}
	for (i = 0; i < substitutions + parameters && ways <= MAX_GROWTH; i++)
		ways *= parameters + 2;
	return ways;
}

/*
 * struct comparison - of a name with one that comes in pieces
 */
struct comparison {
	const char *rest;
	bool differs;
};

static void compare(const char *piece, size_t size, void *data)
{
	struct comparison *comparison = data;

	for (; size; piece++, size--) {
		if (*piece == ' ')
			continue;
		while (*comparison->rest == ' ')
			comparison->rest++;
		if (comparison->differs || *comparison->rest != *piece) {
			comparison->differs = true;
			return;
		}
		comparison->rest++;
	}
}

int ebpfmm_elf_cxx_is(struct ebpfmm_elf *elf, const char *mangled,
		      const struct cxx_name *name, struct ebpfmm_error *err)
{
	struct comparison comparison = { .rest = name->text };
	uint64_t cost, ways;
	size_t length;

	if (mangled[0] != '_' || mangled[1] != 'Z')
		return ebpfmm_elf_spend(elf, 1, err);
	length = strnlen(mangled, MAX_MANGLED + 1);
	cost = 1 + length / 64;
	if (ebpfmm_elf_spend(elf, cost, err))
		return -1;
	if (length > MAX_MANGLED ||
	    !memmem(mangled, length, name->part, strlen(name->part)))
		return 0;
	ways = growth(mangled, length);
	if (ways > MAX_GROWTH)
		return 0;
	if (ebpfmm_elf_spend(elf, cost * DEMANGLE_STEPS * ways, err))
		return -1;
	if (!cplus_demangle_v3_callback(mangled, DMGL_PARAMS | DMGL_ANSI,
					compare, &comparison))
		return 0;
	while (*comparison.rest == ' ')
		comparison.rest++;
	return !comparison.differs && !*comparison.rest;
}
