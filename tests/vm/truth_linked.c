// SPDX-License-Identifier: GPL-2.0-only
/* The part of a program that is linked to truth_object.c. */
#include "truth.h"

void truth_extra(truth_tell tell)
{
	truth_object(tell);
}
