// SPDX-License-Identifier: GPL-2.0-only
#include "watch/listen.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "damon.skel.h"

/**
 * struct ebpfmm_listen - a loaded program
 * @object: the BPF object
 * @ring: its ring buffer
 * @fn: called for each region
 * @data: for @fn
 */
struct ebpfmm_listen {
	struct damon_bpf *object;
	struct ring_buffer *ring;
	ebpfmm_seen_fn *fn;
	void *data;
};

static int hand_out(void *context, void *event, size_t size)
{
	const struct ebpfmm_listen *listen = context;

	return size < sizeof(struct ebpfmm_seen) ? 0 : listen->fn(event, listen->data);
}

static int load(struct ebpfmm_listen *listen)
{
	libbpf_print_fn_t before = libbpf_set_print(NULL);
	int rc = -1;

	listen->object = damon_bpf__open_and_load();
	if (listen->object)
		rc = damon_bpf__attach(listen->object);
	libbpf_set_print(before);
	return rc;
}

int ebpfmm_listen_open(ebpfmm_seen_fn *fn, void *data, struct ebpfmm_listen **out,
		       struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_listen_closep) struct ebpfmm_listen *listen =
		calloc(1, sizeof(*listen));

	if (!listen)
		return ebpfmm_fail(err, ENOMEM, "listen to DAMON");
	listen->fn = fn;
	listen->data = data;
	if (load(listen))
		return ebpfmm_fail(err, errno, "load the program that listens to DAMON");
	listen->ring = ring_buffer__new(bpf_map__fd(listen->object->maps.seen), hand_out,
					listen, NULL);
	if (!listen->ring)
		return ebpfmm_fail(err, errno, "listen to DAMON");
	*out = take_ptr(listen);
	return 0;
}

void ebpfmm_listen_to(struct ebpfmm_listen *listen, pid_t thread)
{
	__atomic_store_n(&listen->object->bss->thread, thread, __ATOMIC_RELAXED);
}

int ebpfmm_listen_wait(struct ebpfmm_listen *listen, int ms, struct ebpfmm_error *err)
{
	int rc = ms ? ring_buffer__poll(listen->ring, ms) : ring_buffer__consume(listen->ring);

	if (rc >= 0 || rc == -EINTR)
		return 0;
	return err && err->message[0] ? rc : ebpfmm_fail(err, -rc, "listen to DAMON");
}

uint64_t ebpfmm_listen_lost(const struct ebpfmm_listen *listen)
{
	return __atomic_load_n(&listen->object->bss->lost, __ATOMIC_RELAXED);
}

void ebpfmm_listen_close(struct ebpfmm_listen *listen)
{
	if (!listen)
		return;
	ring_buffer__free(listen->ring);
	damon_bpf__destroy(listen->object);
	free(listen);
}
