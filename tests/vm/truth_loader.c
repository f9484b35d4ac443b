// SPDX-License-Identifier: GPL-2.0-only
/* The part of a program that loads truth_object.c while it runs. */
#include <dlfcn.h>
#include <err.h>
#include <stdlib.h>

#include "truth.h"

void truth_extra(truth_tell tell)
{
	void *plugin = dlopen(TRUTH_PLUGIN, RTLD_NOW);
	void (*object)(truth_tell) = NULL;

	if (plugin)
		*(void **)&object = dlsym(plugin, "truth_object");
	if (!object)
		errx(EXIT_FAILURE, "%s", dlerror());
	object(tell);
}
