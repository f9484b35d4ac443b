// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/node.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "base/cleanup.h"

/* Cuts @text to what fits, and makes it printable. */
static void keep(char *to, size_t size, const char *text)
{
	size_t length = strcspn(text, "\n");

	snprintf(to, size, "%.*s", (int)(length < size ? length : size - 1), text);
	ebpfmm_printable(to);
}

static void read_cpu(struct ebpfmm_node *node)
{
	static const char key[] = "model name";
	_cleanup_fclose_ FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256], *value;

	keep(node->cpu, sizeof(node->cpu), "unknown");
	while (file && fgets(line, sizeof(line), file)) {
		value = strchr(line, ':');
		if (strncmp(line, key, strlen(key)) || !value)
			continue;
		value += 1 + strspn(value + 1, " \t");
		keep(node->cpu, sizeof(node->cpu), value);
		break;
	}
}

int ebpfmm_node_read(struct ebpfmm_node *node, struct ebpfmm_error *err)
{
	struct utsname name;
	struct sysinfo info;

	if (uname(&name) || sysinfo(&info))
		return ebpfmm_fail(err, errno, "identify the machine");
	keep(node->kernel, sizeof(node->kernel), name.release);
	node->memory = (uint64_t)info.totalram * info.mem_unit;
	read_cpu(node);
	return 0;
}

bool ebpfmm_node_same_machine(const struct ebpfmm_node *a,
			      const struct ebpfmm_node *b)
{
	uint64_t more = a->memory > b->memory ? a->memory : b->memory;
	uint64_t less = a->memory > b->memory ? b->memory : a->memory;

	return !strcmp(a->cpu, b->cpu) && more - less <= more / 16;
}
