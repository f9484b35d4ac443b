/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where messages go: stderr for who is watching, and syslog for who is not,
 * as hooks have no terminal.
 */
#ifndef EBPFMM_LOG_H
#define EBPFMM_LOG_H

/**
 * ebpfmm_log_open - say who is speaking
 * @ident: program name; not copied, must stay valid
 * @to_syslog: also send messages to syslog
 */
void ebpfmm_log_open(const char *ident, int to_syslog);

/**
 * ebpfmm_log - one line
 * @priority: as for syslog(3)
 * @format: as for printf; made safe with ebpfmm_printable()
 *
 * Goes to stderr as one write, so that lines of several hooks do not mix.
 *
 * For syslog the line is lost if it is not taken within some two seconds, in which
 * SIGALRM and the timer that sends it are in use.
 */
void ebpfmm_log(int priority, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* EBPFMM_LOG_H */
