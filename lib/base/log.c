// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/time.h>
#include <syslog.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"

#define LINE_SIZE 1024
/* The timeout for syslog; syslog(3) tries twice. */
#define SYSLOG_SECONDS 1

static const char *speaker = "ebpfmm";
static int syslog_too;

void ebpfmm_log_open(const char *ident, int to_syslog)
{
	speaker = ident;
	syslog_too = to_syslog;
	if (to_syslog)
		openlog(ident, LOG_PID, LOG_DAEMON);
}

/*
 * syslog(3) blocks for ever if nobody reads from /dev/log, and the caller of this program
 * may give up. A signal interrupts each of its attempts.
 */
static void to_syslog_in_time(int priority, const char *text)
{
	const struct itimerval timer = { .it_interval.tv_sec = SYSLOG_SECONDS,
					 .it_value.tv_sec = SYSLOG_SECONDS };
	struct ebpfmm_interrupt before;
	struct itimerval timer_before;

	ebpfmm_interrupt_by(SIGALRM, &before);
	setitimer(ITIMER_REAL, &timer, &timer_before);
	syslog(priority, "%s", text);
	setitimer(ITIMER_REAL, &timer_before, NULL);
	ebpfmm_interrupt_end(&before);
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
	dprintf(STDERR_FILENO, "%s: %s\n", speaker, text);
	if (syslog_too)
		to_syslog_in_time(priority, text);
}
