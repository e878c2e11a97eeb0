#pragma once
/* Proves that several dumps of one table together have missed no socket that lived through them.
 *
 * The kernel fills a datagram while it holds the lock of each hash bucket, and remembers its place
 * in a bucket only as a count. If a socket in front of that place goes away before the next
 * datagram is filled, the next one in the chain is skipped. So a datagram by itself is exact, and a
 * socket can be missed only in the gap between two of them. The order of those that stay never
 * changes. Therefore: if one datagram of a later dump holds a socket that came before a gap and one
 * that came behind it, it also holds everything that stood between them, and the gap is bridged.
 *
 * Pure. Only a few sockets at both ends of each datagram are remembered. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct coverage_edge;

/* Zero-initialise it; coverage_finish() frees it. */
struct coverage {
	unsigned dumps; /* begun so far */
	uint32_t run;   /* number of the datagram with sockets in this dump, from 1 */
	uint32_t
	    run_count; /* of the first dump; the end of the table is one if it may lie in a gap */
	int64_t previous;  /* run in the first dump of the last known socket; -1: none yet */
	size_t first_size; /* bytes of this dump's first datagram at most */
	size_t length;     /* of the latest datagram */
	size_t run_length; /* of the latest datagram with sockets */
	bool begins_run;   /* no socket of the latest datagram has come yet */
	bool runs_short;   /* a small datagram was filled up: the kernel is short of memory */
	/* Sockets at the ends of the first dump's datagrams, then sorted. */
	struct coverage_edge *edges;
	size_t edge_count, edge_capacity;
	size_t run_start;   /* index of the first edge of this run */
	size_t run_members; /* sockets in this run so far */
	bool *bridged;      /* [i]: the gap behind run i of the first dump */
};

/* A dump begins whose first datagram holds `first_size` bytes at most. */
void coverage_begin_dump(struct coverage *coverage, size_t first_size);

/* A datagram of `length` bytes begins; its sockets follow. */
void coverage_begin_datagram(struct coverage *coverage, size_t length);

/* In the first dump, a socket that came before in it should be left out: its place is the first
 * one, and another would only make it harder to bridge the gaps. */
void coverage_add(struct coverage *coverage, uint64_t cookie, uint8_t state);

/* The dump has come to its end. */
void coverage_end_dump(struct coverage *coverage);

/* How many gaps are not bridged. After one dump it is the number of its gaps. */
size_t coverage_gaps(const struct coverage *coverage);

void coverage_finish(struct coverage *coverage);
