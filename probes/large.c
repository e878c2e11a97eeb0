/* A sorted array: listeners and packet sockets are few. */

#include "large.h"

#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "util.h"

struct large_entry {
	uint64_t cookie;
	const char *text; /* NULL: the socket has none */
};

static const char **text_of(const struct diag_class *class, const struct sock *sock) {
	return (const char **)((uintptr_t)sock->more + class->large_offset);
}

void large_add(struct large_set *set, const struct diag_class *class, const struct sock *sock) {
	if (set->count == set->capacity) {
		set->capacity = set->capacity ? set->capacity * 2 : 64;
		set->entries = xreallocarray(set->entries, set->capacity, sizeof(*set->entries));
	}
	set->entries[set->count++] = (struct large_entry){ sock->cookie, *text_of(class, sock) };
}

static int compare_entries(const void *a, const void *b) {
	const struct large_entry *left = a;
	const struct large_entry *right = b;
	return (left->cookie > right->cookie) - (left->cookie < right->cookie);
}

void large_settle(struct large_set *set) {
	if (set->count > 1)
		qsort(set->entries, set->count, sizeof(*set->entries), compare_entries);
}

bool large_attach(struct large_set *set, const struct diag_class *class, struct arena *arena,
                  struct sock *sock) {
	const struct large_entry wanted = { .cookie = sock->cookie };
	const struct large_entry *entry = set->count == 0
	                                      ? NULL
	                                      : bsearch(&wanted, set->entries, set->count,
	                                                sizeof(*set->entries), compare_entries);
	if (entry && entry->text)
		*text_of(class, sock) = arena_copy(arena, entry->text, strlen(entry->text));
	return entry != NULL;
}

void large_finish(struct large_set *set) {
	arena_finish(&set->arena);
	free(set->entries);
	*set = (struct large_set){ 0 };
}
