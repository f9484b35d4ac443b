/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the programs in truth.bats have in common. Such a program
 * says where its memory really is and touches all of it, so that
 * truth_check.c can compare with what the policy was seen to decide.
 */
#ifndef TRUTH_H
#define TRUTH_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The regions of each program, in the order of its profile in truth.bats.
 */
enum truth_region {
	TRUTH_FIRST,		/* symbol first */
	TRUTH_SECOND,		/* symbol second, which begins in first's last page */
	TRUTH_ZONE,		/* section zone */
	TRUTH_HEAP,		/* heap, offset 8K, length 20K */
	TRUTH_HEAP_END,		/* heap, offset 60K, length 18000 */
	TRUTH_STACK,		/* stack, offset 20K, length 40K */
	TRUTH_STACK_END,	/* stack, offset 88K, length 24K */
	TRUTH_NAMED,		/* mapping "truth", offset 8K, length 24K */
	TRUTH_SIZED,		/* mapping of 116K */
	TRUTH_SECOND_OF_ITS_KIND,	/* the second of the mappings of 72K */
	TRUTH_THREADS,		/* mapping of 76K: stacks that the program made */
	TRUTH_LIBC_THREADS,	/* mapping of 108K: stacks that the C library made */
	TRUTH_MORE,		/* what a part adds */
};

/**
 * typedef truth_tell - tell where a region is
 * @region: its index in the program's profile
 * @start: its first byte
 * @end: the byte after its last
 */
typedef void (*truth_tell)(unsigned int region, const void *start, const void *end);

/**
 * truth_extra - tell the ranges that a part adds to the program
 * @tell: to be called for each
 *
 * Defined by the part; a program without one has none.
 */
void truth_extra(truth_tell tell) __attribute__((weak));

/**
 * truth_object - the same, of a shared object
 * @tell: to be called for each
 */
void truth_object(truth_tell tell);

#ifdef __cplusplus
}
#endif

#endif /* TRUTH_H */
