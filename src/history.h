#pragma once
/* The looks before this one, as far as they matter to --diff. A socket is called gone only when it
 * was missing twice in a row: one absence can be a socket that moved between tables. */

#include <stdbool.h>
#include <stddef.h>

#include "snapshot.h"

enum { HISTORY_LOOKS = 3 };

/* One look: its sockets, and those of the look before that were missing in it for the first time.
 */
struct history_look {
	struct snapshot snapshot;
	struct sock **rows;
	size_t count;
	struct sock **missing;
	size_t missing_count;
};

/* Zero-initialise it; history_finish() frees it. */
struct history {
	struct history_look looks[HISTORY_LOOKS];
	size_t number; /* of looks so far */
};

/* Takes the sockets of `batch`, which is empty afterwards, and the rows of it that count; compares
 * them with the look before, and returns the rows to show: new, changed and gone ones, or at the
 * first look all. An answer that is not whole (`whole` is false) makes nobody gone. The array and
 * the sockets live until the next call. */
struct sock **history_add(struct history *history, struct snapshot *batch, struct sock *const *rows,
                          size_t count, bool whole, size_t *shown);

/* Forgets all looks. */
void history_finish(struct history *history);
