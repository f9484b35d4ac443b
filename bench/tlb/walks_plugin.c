// SPDX-License-Identifier: GPL-2.0-only
/*
 * walks_plugin: a plugin of QEMU's TCG that counts the page walks of processes, as the TLBs of
 * some processors would need them.
 *
 *	-plugin file=walks_plugin.so,out=FILE
 *
 * Each access of user space to memory goes to the model of each machine in machines.c. Where a
 * model has no translation, the guest's page tables tell what the processor would find in
 * them. So the page sizes are those that the kernel has really made. When QEMU ends, FILE gets
 * a line of JSON for each address space and machine. An address space is known by the memory of its
 * page tables, so one that begins when another has ended may be counted with it.
 *
 * The guest has one processor, four levels of page tables, no randomized kernel addresses and
 * no isolation of page tables, as our kernels have it; so the kernel's map of all memory can be
 * read in every address space. Translations that the kernel invalidates stay in the model,
 * until they leave it or another address space is used.
 *
 * The prototypes are QEMU's (qemu-plugin.h, which distributions do not install), and of GLib.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tlb.h"

#define PLUGIN_VERSION	4
#define INLINE_ADD_U64	0
#define CB_R_REGS	1
#define MEM_RW		3

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_register;
struct qemu_plugin_scoreboard;

typedef struct {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
} qemu_plugin_u64;

struct byte_array {
	uint8_t *data;
	unsigned int len;
};

struct array {
	void *data;
	unsigned int len;
};

struct register_descriptor {
	struct qemu_plugin_register *handle;
	const char *name;
	const char *feature;
};

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*cb)(qemu_plugin_id_t id,
						      struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_init_cb(qemu_plugin_id_t id,
				       void (*cb)(qemu_plugin_id_t id, unsigned int cpu));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id,
				    void (*cb)(qemu_plugin_id_t id, void *data), void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      void (*cb)(unsigned int cpu, uint32_t info,
						 uint64_t address, void *data),
				      int flags, int rw, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn,
							 int op, qemu_plugin_u64 entry,
							 uint64_t value);
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size);
uint64_t qemu_plugin_u64_get(qemu_plugin_u64 counter, unsigned int cpu);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t n);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
struct array *qemu_plugin_get_registers(void);
int qemu_plugin_read_register(struct qemu_plugin_register *handle, struct byte_array *out);
bool qemu_plugin_read_memory_vaddr(uint64_t address, struct byte_array *out, size_t size);

struct byte_array *g_byte_array_new(void);
struct byte_array *g_byte_array_set_size(struct byte_array *array, unsigned int size);

extern int qemu_plugin_version;
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv);

__attribute__((visibility("default"))) int qemu_plugin_version = PLUGIN_VERSION;

/* Documentation/arch/x86/x86_64/mm.rst: all memory, and its struct pages. */
#define DIRECT_MAP	0xffff888000000000ULL
#define VMEMMAP		0xffffea0000000000ULL
#define STRUCT_PAGE	64U
#define COMPOUND_HEAD	8U

#define USER(address)	(!((address) >> 47))
#define PRESENT		1ULL
#define LARGE		(1ULL << 7)
#define FRAME(entry)	((entry) >> 12 & 0xffffffffffULL)
/* What may differ from page to page: accessed, dirty, and what only the kernel reads. */
#define NOT_COMPARED	(3ULL << 5 | 7ULL << 9 | 0x7fULL << 52)
#define FLAGS(entry)	((entry) & (0xfff0000000000fffULL & ~NOT_COMPARED))
/* The largest group of pages that is looked at. */
#define GROUP_ORDER	4U
#define GROUP		(1U << GROUP_ORDER)
#define MOST_MACHINES	16U
#define MOST_PROCESSES	4096U

/**
 * struct process - an address space
 * @cr3: physical address of its page tables
 * @again: accesses to the page of the access before
 * @counts: of each machine
 */
struct process {
	uint64_t cr3;
	uint64_t again;
	struct tlb_counts counts[MOST_MACHINES];
};

static struct process *processes[MOST_PROCESSES], *current;
static size_t nprocesses;
static struct tlb *tlbs[MOST_MACHINES];
static unsigned int nmachines;
static uint64_t last_page = UINT64_MAX;
/* How many pieces of the kernel's code were run, and how many when that was looked at. */
static qemu_plugin_u64 kernel_runs_count;
static uint64_t seen_kernel_runs;
static bool kernel_runs;
static struct qemu_plugin_register *cr3_register;
static struct byte_array *bytes;
static FILE *out;

static _Noreturn void give_up(const char *why)
{
	fprintf(stderr, "walks_plugin: %s\n", why);
	abort();
}

/* --- the guest -------------------------------------------------------------------------- */

/* Return: whether there is memory. */
static bool read_memory(uint64_t address, void *to, size_t size)
{
	if (!qemu_plugin_read_memory_vaddr(address, bytes, size) || bytes->len < size)
		return false;
	memcpy(to, bytes->data, size);
	return true;
}

static uint64_t read_cr3(void)
{
	uint64_t value = 0;

	g_byte_array_set_size(bytes, 0);
	if (!cr3_register || qemu_plugin_read_register(cr3_register, bytes) < 8)
		give_up("cannot read the register cr3");
	memcpy(&value, bytes->data, sizeof(value));
	return FRAME(value) << 12;
}

/* Entry number @index of a table. */
static uint64_t entry_of(uint64_t table, unsigned int index)
{
	uint64_t entry;

	return read_memory(DIRECT_MAP + table + index * 8, &entry, sizeof(entry)) ? entry : 0;
}

/* The frame of the folio's first page, where @frame is a tail page; or UINT64_MAX. */
static uint64_t head_of(uint64_t frame)
{
	uint64_t head;

	if (!read_memory(VMEMMAP + frame * STRUCT_PAGE + COMPOUND_HEAD, &head, sizeof(head)) ||
	    !(head & 1))
		return UINT64_MAX;
	return (head - 1 - VMEMMAP) / STRUCT_PAGE;
}

static bool is_group(const uint64_t *entries, unsigned int count)
{
	const uint64_t first = FRAME(entries[0]);

	if (first % count)
		return false;
	for (unsigned int i = 0; i < count; i++)
		if (!(entries[i] & PRESENT) || FRAME(entries[i]) != first + i ||
		    FLAGS(entries[i]) != FLAGS(entries[0]))
			return false;
	return true;
}

static bool is_in_folio(uint64_t first, unsigned int count)
{
	uint64_t head = head_of(first + 1);

	return head <= first && head_of(first + count - 1) == head;
}

/* Of the page table that has the page, and the page's index in it. */
static void find_groups(uint64_t table, unsigned int index, unsigned int *contiguous,
			unsigned int *folio)
{
	uint64_t entries[GROUP];
	unsigned int from = index & ~(GROUP - 1);

	if (!read_memory(DIRECT_MAP + table + from * 8, entries, sizeof(entries)))
		return;
	for (unsigned int order = 1; order <= GROUP_ORDER; order++) {
		const unsigned int count = 1U << order;
		const uint64_t *group = entries + (index % GROUP & ~(count - 1));

		if (!is_group(group, count))
			continue;
		*contiguous |= 1U << order;
		if (is_in_folio(FRAME(group[0]), count))
			*folio |= 1U << order;
	}
}

/* Return: the order of the page. */
static unsigned int walk(uint64_t cr3, uint64_t address, unsigned int *contiguous,
			 unsigned int *folio)
{
	uint64_t table = cr3, entry;

	for (unsigned int shift = 39; shift > 12; shift -= 9) {
		entry = entry_of(table, address >> shift & 511);
		if (!(entry & PRESENT))
			return 0;
		/* There is no 1G in what a program has by itself. */
		if (shift < 39 && entry & LARGE)
			return TLB_2M;
		table = FRAME(entry) << 12;
	}
	find_groups(table, address >> 12 & 511, contiguous, folio);
	return 0;
}

/* --- accesses --------------------------------------------------------------------------- */

static struct process *process_of(uint64_t cr3)
{
	for (size_t i = 0; i < nprocesses; i++)
		if (processes[i]->cr3 == cr3)
			return processes[i];
	if (nprocesses == MOST_PROCESSES)
		give_up("there are too many processes");
	processes[nprocesses] = calloc(1, sizeof(*processes[0]));
	if (!processes[nprocesses])
		give_up("there is no memory");
	processes[nprocesses]->cr3 = cr3;
	return processes[nprocesses++];
}

/* Another address space begins without translations. */
static void enter(uint64_t cr3)
{
	current = process_of(cr3);
	for (unsigned int i = 0; i < nmachines; i++)
		tlb_flush(tlbs[i]);
}

/* Only the kernel changes from one address space to another. */
static void notice_switch(unsigned int cpu)
{
	uint64_t runs = qemu_plugin_u64_get(kernel_runs_count, cpu), cr3;

	if (current && runs == seen_kernel_runs)
		return;
	seen_kernel_runs = runs;
	cr3 = read_cr3();
	if (current && current->cr3 == cr3)
		return;
	enter(cr3);
	last_page = UINT64_MAX;
}

static void accessed(unsigned int cpu, uint32_t info, uint64_t address, void *data)
{
	unsigned int missing = 0, page, contiguous = 0, folio = 0;

	(void)info;
	(void)data;
	if (!USER(address))
		return;
	notice_switch(cpu);
	if (address >> 12 == last_page) {
		current->again++;
		return;
	}
	last_page = address >> 12;
	for (unsigned int i = 0; i < nmachines; i++)
		if (!tlb_lookup(tlbs[i], address, &current->counts[i]))
			missing |= 1U << i;
	if (!missing)
		return;
	page = walk(current->cr3, address, &contiguous, &folio);
	for (unsigned int i = 0; i < nmachines; i++)
		if (missing & 1U << i)
			tlb_fill(tlbs[i], address, page, contiguous, folio, &current->counts[i]);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		/* What loads the kernel has low addresses, too. */
		if (!USER(qemu_plugin_insn_vaddr(insn))) {
			kernel_runs = true;
			if (i == 0)
				qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
					insn, INLINE_ADD_U64, kernel_runs_count, 1);
		} else if (kernel_runs) {
			qemu_plugin_register_vcpu_mem_cb(insn, accessed, CB_R_REGS, MEM_RW, NULL);
		}
	}
}

/* --- begin and end ---------------------------------------------------------------------- */

static void find_register(qemu_plugin_id_t id, unsigned int cpu)
{
	const struct array *registers = qemu_plugin_get_registers();
	const struct register_descriptor *all = registers->data;

	(void)id;
	(void)cpu;
	for (unsigned int i = 0; i < registers->len; i++)
		if (!strcmp(all[i].name, "cr3"))
			cr3_register = all[i].handle;
}

static void write_one(const struct process *process, unsigned int i)
{
	const struct tlb_counts *counts = &process->counts[i];
	const char *separator = "";

	fprintf(out, "{\"space\":\"0x%llx\",\"machine\":\"%s\",\"accesses\":%llu,\"second\":%llu,"
		"\"walks\":{", (unsigned long long)process->cr3, tlb_machines[i].name,
		(unsigned long long)(counts->accesses + process->again),
		(unsigned long long)counts->second);
	for (unsigned int order = 0; order < TLB_ORDERS; order++) {
		if (!counts->walks[order])
			continue;
		fprintf(out, "%s\"%uK\":%llu", separator, 4U << order,
			(unsigned long long)counts->walks[order]);
		separator = ",";
	}
	fputs("}}\n", out);
}

static void write_all(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	for (size_t p = 0; p < nprocesses; p++)
		for (unsigned int i = 0; i < nmachines; i++)
			write_one(processes[p], i);
	fclose(out);
}

__attribute__((visibility("default")))
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4))
		return -1;
	for (; tlb_machines[nmachines].name; nmachines++) {
		tlbs[nmachines] = tlb_new(&tlb_machines[nmachines]);
		if (!tlbs[nmachines])
			return -1;
	}
	out = fopen(argv[0] + 4, "w");
	bytes = g_byte_array_new();
	kernel_runs_count.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
	if (!out || !bytes)
		return -1;
	qemu_plugin_register_vcpu_init_cb(id, find_register);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, write_all, NULL);
	return 0;
}
