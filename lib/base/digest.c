// SPDX-License-Identifier: GPL-2.0-only
#include "base/digest.h"

uint64_t ebpfmm_digest(const char *text, size_t length)
{
	uint64_t digest = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < length; i++)
		digest = (digest ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return digest ?: 1;
}
