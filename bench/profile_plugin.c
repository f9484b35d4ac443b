// SPDX-License-Identifier: GPL-2.0-only
/*
 * profile_plugin: a plugin of QEMU's TCG that counts guest instructions by place.
 *
 *	-plugin file=profile_plugin.so,out=FILE
 *
 * Each time the guest executes the instruction that is MARKER, the plugin writes
 * a line "marker" to FILE, then a line for each piece of code that ran since the
 * last one: its address in hexadecimal and how many instructions were executed in
 * it. The marker does nothing by itself; bench/faults.c has it around what it
 * measures.
 *
 * The prototypes are QEMU's (qemu-plugin.h, which distributions do not install).
 * Meant for a machine with one CPU.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN_VERSION	3
#define INLINE_ADD_U64	0
#define CB_NO_REGS	0

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;

typedef struct {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
} qemu_plugin_u64;

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*cb)(qemu_plugin_id_t id,
						      struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned int cpu, void *data),
					    int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn,
							 int op, qemu_plugin_u64 counter,
							 uint64_t value);
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size);
uint64_t qemu_plugin_u64_get(qemu_plugin_u64 counter, unsigned int cpu);
void qemu_plugin_u64_set(qemu_plugin_u64 counter, unsigned int cpu, uint64_t value);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t n);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t size);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

extern int qemu_plugin_version;
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
			char **argv);

__attribute__((visibility("default"))) int qemu_plugin_version = PLUGIN_VERSION;

/* nopl 0x656d6d66(%rax) */
static const unsigned char marker[] = { 0x0f, 0x1f, 0x80, 0x66, 0x6d, 0x6d, 0x65 };

/* Instructions count for the 16 bytes that they are in: functions are aligned so. */
#define PIECE_SHIFT	4
#define BUCKETS		(1U << 16)
#define MOST_PIECES	(1U << 19)

struct piece {
	struct piece *next;
	uint64_t number;
	qemu_plugin_u64 count;
};

static struct piece *buckets[BUCKETS];
static FILE *out;
/* An array of counters, one a piece, for each processor. */
static struct qemu_plugin_scoreboard *counters;
static size_t pieces;

static struct piece *piece_of(uint64_t address)
{
	uint64_t number = address >> PIECE_SHIFT;
	struct piece **bucket = &buckets[number % BUCKETS], *piece;

	for (piece = *bucket; piece; piece = piece->next)
		if (piece->number == number)
			return piece;
	piece = calloc(1, sizeof(*piece));
	if (!piece || pieces == MOST_PIECES) {
		fprintf(stderr, "profile_plugin: no room to count more code\n");
		abort();
	}
	piece->number = number;
	piece->count.score = counters;
	piece->count.offset = pieces++ * sizeof(uint64_t);
	piece->next = *bucket;
	*bucket = piece;
	return piece;
}

static void write_all(unsigned int cpu, void *data)
{
	struct piece *piece;
	unsigned int i;
	uint64_t count;

	(void)data;
	fputs("marker\n", out);
	for (i = 0; i < BUCKETS; i++) {
		for (piece = buckets[i]; piece; piece = piece->next) {
			count = qemu_plugin_u64_get(piece->count, cpu);
			if (count)
				fprintf(out, "%016lx %lu\n",
					(unsigned long)(piece->number << PIECE_SHIFT),
					(unsigned long)count);
			qemu_plugin_u64_set(piece->count, cpu, 0);
		}
	}
	fflush(out);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb), i;

	(void)id;
	for (i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		struct piece *piece = piece_of(qemu_plugin_insn_vaddr(insn));
		unsigned char code[sizeof(marker)];

		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, INLINE_ADD_U64,
								    piece->count, 1);
		if (qemu_plugin_insn_size(insn) == sizeof(marker) &&
		    qemu_plugin_insn_data(insn, code, sizeof(code)) == sizeof(code) &&
		    !memcmp(code, marker, sizeof(marker)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, write_all,
							       CB_NO_REGS, NULL);
	}
}

__attribute__((visibility("default")))
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4))
		return -1;
	out = fopen(argv[0] + 4, "w");
	counters = qemu_plugin_scoreboard_new(MOST_PIECES * sizeof(uint64_t));
	if (!out || !counters)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
