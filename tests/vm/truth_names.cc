// SPDX-License-Identifier: GPL-2.0-only
/* The part of a program whose symbols have names of C++. */
#include "truth.h"

namespace truth {

char table[4 * 4096 + 80];

template <typename T> struct cache {
	static T slots[5 * 1024];
};

template <typename T> T cache<T>::slots[5 * 1024];

namespace {
char hidden[3 * 4096 + 16];
}

}

void truth_extra(truth_tell tell)
{
	using namespace truth;

	tell(TRUTH_MORE, table, table + sizeof(table));
	tell(TRUTH_MORE + 1, cache<int>::slots,
	     reinterpret_cast<char *>(cache<int>::slots) +
	     sizeof(cache<int>::slots));
	tell(TRUTH_MORE + 2, hidden, hidden + sizeof(hidden));
}
