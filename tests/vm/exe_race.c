// SPDX-License-Identifier: GPL-2.0-only
/*
 * exe_race: change which file a process runs, while it faults and while files that
 * were just freed are opened again.
 *
 *	exe_race SECONDS EXE EXE
 *
 * The kernel's "struct file" is reused as soon as it is freed, also by a reader under
 * RCU: until the walk of the path that it is opened by has ended it has no inode. The
 * file that a process runs can be changed by prctl(PR_SET_MM_EXE_FILE) under a lock
 * that a fault does not take. So whoever reads it in a fault may see either. Threads do
 * this at the same time:
 *
 *	- make the process run one EXE and the other in turn, each time through a file
 *	  of its own, which the next change frees;
 *	- open what does not exist by a long path, so that a file is allocated and has no
 *	  inode for a while;
 *	- touch memory, give it back and touch it again.
 *
 * prctl() refuses while a file that was run is mapped. So the program first moves itself
 * to anonymous memory, for which it must be linked statically. Prints how often each was
 * done.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define MOST_MAPPINGS	16
#define MEMORY		(32UL << 20)
#define STEP		(64UL << 10)

static atomic_bool ended;
static atomic_ulong changes, walks, faults;
static char *exes[2];

struct own_mapping {
	uintptr_t start, end;
	int prot;
};

/* Not more of libc than has to be: its code and data are being moved. */
static void move_one(const struct own_mapping *m)
{
	size_t size = m->end - m->start;
	char *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	if (copy == MAP_FAILED)
		err(1, "mmap");
	memcpy(copy, (void *)m->start, size);
	if (mprotect(copy, size, m->prot))
		err(1, "mprotect");
	if (mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)m->start) ==
	    MAP_FAILED)
		err(1, "mremap");
}

static void leave_own_file(void)
{
	struct own_mapping own[MOST_MAPPINGS];
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[4096], perms[5], self[1024], *path;
	unsigned int count = 0, i;
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (!maps || length < 0)
		err(1, "/proc/self");
	self[length] = 0;
	while (fgets(line, sizeof(line), maps)) {
		struct own_mapping *m = &own[count];

		line[strcspn(line, "\n")] = 0;
		path = strchr(line, '/');
		if (!path || strcmp(path, self))
			continue;
		if (count == MOST_MAPPINGS ||
		    sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &m->start, &m->end,
			   perms) != 3)
			errx(1, "cannot read /proc/self/maps");
		m->prot = (perms[0] == 'r' ? PROT_READ : 0) |
			  (perms[1] == 'w' ? PROT_WRITE : 0) |
			  (perms[2] == 'x' ? PROT_EXEC : 0);
		count++;
	}
	fclose(maps);
	for (i = 0; i < count; i++)
		move_one(&own[i]);
}

static void *change(void *unused)
{
	unsigned long i;
	int fd;

	(void)unused;
	for (i = 0; !ended; i++) {
		fd = open(exes[i & 1], O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			err(1, "%s", exes[i & 1]);
		if (prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0, 0))
			err(1, "prctl(PR_SET_MM_EXE_FILE, %s)", exes[i & 1]);
		close(fd);
		changes++;
	}
	return NULL;
}

static void *walk(void *unused)
{
	char path[PATH_MAX];
	size_t length = 0;

	(void)unused;
	while (length + 16 < sizeof(path)) {
		memcpy(path + length, "/proc/self/../..", 16);
		length += 16;
	}
	strcpy(path + length - 5, "/none");
	for (; !ended; walks++)
		if (open(path, O_RDONLY | O_CLOEXEC) >= 0)
			errx(1, "%s exists", path);
	return NULL;
}

static void *touch(void *unused)
{
	char *memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t at;

	(void)unused;
	if (memory == MAP_FAILED)
		err(1, "mmap");
	while (!ended) {
		for (at = 0; at < MEMORY && !ended; at += STEP, faults++)
			*(volatile char *)(memory + at) = 1;
		if (madvise(memory, MEMORY, MADV_DONTNEED))
			err(1, "madvise");
	}
	return NULL;
}

int main(int argc, char **argv)
{
	void *(*const work[])(void *) = { change, walk, touch, touch };
	pthread_t threads[sizeof(work) / sizeof(work[0])];
	struct timespec end;
	unsigned int i;

	if (argc != 4)
		errx(2, "usage: exe_race SECONDS EXE EXE");
	exes[0] = argv[2];
	exes[1] = argv[3];
	leave_own_file();

	for (i = 0; i < sizeof(work) / sizeof(work[0]); i++)
		if (pthread_create(&threads[i], NULL, work[i], NULL))
			errx(1, "pthread_create");
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += atoi(argv[1]);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL))
		;
	ended = true;
	for (i = 0; i < sizeof(work) / sizeof(work[0]); i++)
		pthread_join(threads[i], NULL);
	printf("%lu changes, %lu walks, %lu faults\n", changes, walks, faults);
	return 0;
}
