/* A ring of three: who is gone now was last seen two looks ago, and shown from there. */

#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "util.h"

static void clear_look(struct history_look *look) {
	snapshot_finish(&look->snapshot);
	free(look->rows);
	free(look->missing);
	*look = (struct history_look){ 0 };
}

/* The sockets move to `look`; the reports stay with the batch. */
static void take(struct history_look *look, struct snapshot *batch, struct sock *const *rows,
                 size_t count) {
	look->snapshot = *batch;
	batch->arena = (struct arena){ 0 };
	batch->socks = NULL;
	batch->count = batch->capacity = 0;
	look->rows = xcalloc(count, sizeof(struct sock *));
	if (count > 0)
		memcpy(look->rows, rows, count * sizeof(struct sock *));
	look->count = count;
}

/* Everybody who could be here: the rows of the look before, and those missing in it. */
static struct sock **candidates(const struct history_look *before, size_t *count) {
	*count = before->count + before->missing_count;
	struct sock **all = xcalloc(*count, sizeof(struct sock *));
	if (before->count > 0)
		memcpy(all, before->rows, before->count * sizeof(struct sock *));
	if (before->missing_count > 0)
		memcpy(all + before->count, before->missing,
		       before->missing_count * sizeof(struct sock *));
	return all;
}

/* The missing of the look before that are missing again are gone, the others wait. An answer that
 * is not whole tells nothing of those that are not in it: those that waited already are forgotten,
 * as the look that holds them is the next to be overwritten. */
static size_t judge(struct history_look *look, struct sock **all, size_t seen, size_t count,
                    bool whole, struct sock **shown) {
	size_t gone = 0;
	look->missing = xcalloc(count, sizeof(struct sock *));
	for (size_t i = 0; i < count; i++) {
		if (all[i]->change != SOCK_CHANGE_GONE)
			continue;
		if (i < seen)
			look->missing[look->missing_count++] = all[i];
		else if (whole)
			shown[gone++] = all[i];
	}
	return gone;
}

struct sock **history_add(struct history *history, struct snapshot *batch, struct sock *const *rows,
                          size_t count, bool whole, size_t *shown) {
	struct history_look *look = &history->looks[history->number % HISTORY_LOOKS];
	const bool first = history->number == 0;
	const struct history_look *before =
	    &history->looks[(history->number + HISTORY_LOOKS - 1) % HISTORY_LOOKS];
	size_t all_count = 0;
	struct sock **all = candidates(before, &all_count);
	clear_look(look);
	take(look, batch, rows, count);
	diff_mark(all, all_count, look->rows, look->count);
	struct sock **answer = xcalloc(all_count + count, sizeof(struct sock *));
	*shown = judge(look, all, before->count, all_count, whole, answer);
	for (size_t i = 0; i < count; i++) {
		if (first)
			look->rows[i]->change = SOCK_CHANGE_NONE;
		if (first || look->rows[i]->change != SOCK_CHANGE_NONE)
			answer[(*shown)++] = look->rows[i];
	}
	free(all);
	history->number++;
	return answer;
}

void history_finish(struct history *history) {
	for (size_t i = 0; i < HISTORY_LOOKS; i++)
		clear_look(&history->looks[i]);
	history->number = 0;
}
