/*
 * Groups every socket of this network namespace, as the live view has them, by one field after
 * another, and prints for each the milliseconds of processor time that it took (the median of
 * several times), how many sockets and how many groups there were.
 *
 *     groups FIELD...
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "frame_make.h"
#include "group.h"
#include "live.h"
#include "util.h"

enum { TIMES = 9 };

static const char *const sums[] = { "recvq", "sendq", "rx", "tx", "retrans_rate" };

static int compare(const void *a, const void *b) {
	const double left = *(const double *)a;
	const double right = *(const double *)b;
	return (left > right) - (left < right);
}

static void measure(const char *name, const struct sock *const *socks, size_t count) {
	struct group_tree tree = { 0 };
	struct group_by by = { 0 };
	char *error = NULL;
	double ms[TIMES];
	if (!group_by_set(&by, name, &error))
		errx(1, "%s", error);
	for (size_t i = 0; i < ARRAY_LENGTH(sums); i++)
		group_by_add_sum(&by, field_find(sums[i], strlen(sums[i])));
	for (size_t i = 0; i < TIMES; i++) {
		const uint64_t before = util_thread_cpu_ns();
		group_tree_build(&tree, &by, socks, count);
		ms[i] = (double)(util_thread_cpu_ns() - before) / 1e6;
	}
	qsort(ms, TIMES, sizeof(*ms), compare);
	printf("%s %.2f %zu %u\n", name, ms[TIMES / 2], count, tree.count);
	group_tree_finish(&tree);
}

/* Twice, so that rates are known. */
static void look(struct live *live, struct frame frames[2]) {
	struct life life = { 0 };
	const uint32_t needs = SOCK_NEED_INFO | SOCK_NEED_OWNERS | SOCK_NEED_USER | SOCK_NEED_UID |
	                       SOCK_NEED_CGROUP | SOCK_NEED_PEER;
	for (int i = 0; i < 2; i++) {
		const struct source source = live_source(live);
		frame_make(&frames[i], i > 0 ? &frames[0] : NULL, &life, &source, needs);
	}
}

int main(int argc, char *argv[]) {
	struct live live;
	struct frame frames[2] = { 0 };
	char *error = NULL;
	bool no_such = false;
	if (!live_open(&live, NULL, NULL, &no_such, &error))
		errx(1, "%s", error);
	look(&live, frames);
	const struct snapshot *snapshot = &frames[1].snapshot;
	const struct sock **socks = xcalloc(snapshot->count + 1, sizeof(*socks));
	for (size_t i = 0; i < snapshot->count; i++)
		socks[i] = &snapshot->socks[i];
	for (int i = 1; i < argc; i++)
		measure(argv[i], socks, snapshot->count);
	return 0;
}
