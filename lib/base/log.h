/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Logging to standard error, and to syslog for programs without a terminal, such as
 * hooks.
 */
#ifndef EBPFMM_LOG_H
#define EBPFMM_LOG_H

/**
 * ebpfmm_log_open - set up logging
 * @ident: program name; not copied, must stay valid
 * @to_syslog: also send messages to syslog
 */
void ebpfmm_log_open(const char *ident, int to_syslog);

/**
 * ebpfmm_log - log one line
 * @priority: as for syslog(3)
 * @format: as for printf; made safe with ebpfmm_printable()
 *
 * Written to stderr in one write(2), so that lines of several hooks do not mix.
 *
 * If syslog does not accept the line within about two seconds, it is lost there. SIGALRM
 * and its timer are in use during that time.
 */
void ebpfmm_log(int priority, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* EBPFMM_LOG_H */
