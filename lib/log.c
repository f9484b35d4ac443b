// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "error.h"
#include "log.h"

#define LINE_SIZE 1024

static const char *speaker = "ebpfmm";
static int syslog_too;

void ebpfmm_log_open(const char *ident, int to_syslog)
{
	speaker = ident;
	syslog_too = to_syslog;
	if (to_syslog)
		openlog(ident, LOG_PID, LOG_DAEMON);
}

void ebpfmm_log(int priority, const char *format, ...)
{
	char text[LINE_SIZE];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0)
		return;

	ebpfmm_printable(text);
	if (syslog_too)
		syslog(priority, "%s", text);
	dprintf(STDERR_FILENO, "%s: %s\n", speaker, text);
}
