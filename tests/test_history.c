/* Looks one after another, as scripts: each character of a row is a socket that was seen. */

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "util.h"

/* Whatever a socket points to lies in the batch, and must live as long as it is shown. */
static void add_socket(struct snapshot *batch, uint64_t cookie, uint8_t state) {
	struct arena *arena = &batch->arena;
	struct process *process = arena_alloc(arena, sizeof(*process));
	struct owner *owner = arena_alloc(arena, sizeof(*owner));
	struct sock *sock = snapshot_add(batch);
	*process = (struct process){ .pid = (uint32_t)cookie,
		                     .comm = arena_copy(arena, "name", 4),
		                     .comm_length = 4 };
	*owner = (struct owner){ process, 3 };
	sock->known = SOCK_KNOWS_COOKIE;
	sock->cookie = cookie;
	sock->state = state;
	sock->user = arena_copy(arena, "user", 4);
	sock->owners = owner;
	sock->owner_count = 1;
}

/* A letter is a socket; a capital one is the same in another state. */
static void add_letters(struct snapshot *batch, const char *letters) {
	for (; *letters; letters++)
		add_socket(batch, (uint64_t)tolower(*letters),
		           isupper(*letters) ? SOCK_STATE_CLOSE_WAIT : SOCK_STATE_ESTABLISHED);
}

/* All of `batch` count, as without a filter. */
static struct sock **add(struct history *history, struct snapshot *batch, bool whole,
                         size_t *shown) {
	struct sock **rows = xcalloc(batch->count, sizeof(struct sock *));
	const size_t count = batch->count;
	for (size_t i = 0; i < count; i++)
		rows[i] = &batch->socks[i];
	struct sock **answer = history_add(history, batch, rows, count, whole, shown);
	free(rows);
	cr_assert_eq(batch->count, 0);
	return answer;
}

static int compare_words(const void *a, const void *b) {
	return strcmp((const char *)a, (const char *)b);
}

/* "+a", "-b", "*c", sorted, one behind the other; everything that a row would show is read. */
static void describe(struct sock *const *socks, size_t count, char *text) {
	char words[64][3] = { "" };
	cr_assert_lt(count, 64);
	for (size_t i = 0; i < count; i++) {
		const struct sock *sock = socks[i];
		cr_expect_str_eq(sock->user, "user");
		cr_expect_str_eq(sock->owners[0].process->comm, "name");
		snprintf(words[i], sizeof(words[i]), "%s%c",
		         sock_change_name((enum sock_change)sock->change), (int)sock->cookie);
	}
	qsort(words, count, sizeof(words[0]), compare_words);
	*text = '\0';
	for (size_t i = 0; i < count; i++)
		strcat(text, words[i]);
}

enum { LOOKS_MAX = 8 };

static const struct {
	const char *what;
	struct {
		const char *seen; /* NULL: no more looks; a '?' in front: the answer is not whole */
		const char *shown;
	} looks[LOOKS_MAX];
} scripts[] = {
	{ "all are shown at first, as they are", { { "abc", "=a=b=c" } } },
	{ "nothing is nothing", { { "", "" }, { "", "" }, { "", "" } } },
	{ "who stays is not shown again", { { "ab", "=a=b" }, { "ab", "" }, { "ba", "" } } },
	{ "who comes is new once", { { "", "" }, { "a", "+a" }, { "a", "" }, { "ab", "+b" } } },
	{ "a change is shown once", { { "a", "=a" }, { "A", "*a" }, { "A", "" }, { "a", "*a" } } },
	{ "gone after two absences, and once",
	  { { "ab", "=a=b" }, { "a", "" }, { "a", "-b" }, { "a", "" }, { "a", "" } } },
	{ "back after one absence", { { "ab", "=a=b" }, { "a", "" }, { "ab", "" }, { "ab", "" } } },
	{ "back after one, and changed", { { "ab", "=a=b" }, { "a", "" }, { "aB", "*b" } } },
	{ "absent every other time",
	  { { "a", "=a" }, { "", "" }, { "a", "" }, { "", "" }, { "a", "" }, { "", "" } } },
	{ "back after two is new",
	  { { "ab", "=a=b" }, { "a", "" }, { "a", "-b" }, { "ab", "+b" }, { "ab", "" } } },
	{ "all at once", { { "abc", "=a=b=c" }, { "", "" }, { "", "-a-b-c" }, { "", "" } } },
	{ "one after the other",
	  { { "abc", "=a=b=c" }, { "bc", "" }, { "c", "-a" }, { "", "-b" }, { "", "-c" } } },
	{ "new and gone again",
	  { { "", "" }, { "a", "+a" }, { "", "" }, { "", "-a" }, { "", "" } } },
	{ "a first answer that is not whole", { { "?a", "=a" }, { "ab", "+b" }, { "ab", "" } } },
	{ "absent only where the answer is not whole",
	  { { "ab", "=a=b" }, { "?a", "" }, { "ab", "" }, { "ab", "" } } },
	{ "nobody is gone while no answer is whole",
	  { { "ab", "=a=b" },
	    { "?a", "" },
	    { "?a", "" },
	    { "?a", "" },
	    { "?a", "" },
	    { "?a", "" },
	    { "?a", "" } } },
	{ "nobody is gone by an answer that is not whole",
	  { { "ab", "=a=b" }, { "a", "" }, { "?a", "" }, { "?a", "" }, { "?a", "" } } },
	{ "who comes or changes is shown all the same",
	  { { "ab", "=a=b" }, { "?Ac", "*a+c" }, { "?Ac", "" } } },
};

static void play(size_t number) {
	struct history history = { 0 };
	for (size_t i = 0; i < LOOKS_MAX && scripts[number].looks[i].seen; i++) {
		const char *seen = scripts[number].looks[i].seen;
		const bool whole = *seen != '?';
		struct snapshot batch;
		char text[256];
		size_t shown = 0;
		snapshot_init(&batch);
		add_letters(&batch, seen + !whole);
		struct sock **socks = add(&history, &batch, whole, &shown);
		describe(socks, shown, text);
		cr_expect_str_eq(text, scripts[number].looks[i].shown, "%s: look %zu: '%s'",
		                 scripts[number].what, i, text);
		free(socks);
		snapshot_finish(&batch);
	}
	history_finish(&history);
}

Test(history, looks_show_what_came_what_went_and_what_changed) {
	for (size_t i = 0; i < ARRAY_LENGTH(scripts); i++)
		play(i);
}

Test(history, the_reports_stay_with_the_batch) {
	struct history history = { 0 };
	struct snapshot batch;
	size_t shown = 0;
	snapshot_init(&batch);
	add_letters(&batch, "a");
	batch.reports[SOCK_PROBE_TCP].outcome = REPORT_PARTIAL;
	free(add(&history, &batch, false, &shown));
	cr_expect_eq(batch.reports[SOCK_PROBE_TCP].outcome, REPORT_PARTIAL);
	snapshot_finish(&batch);
	history_finish(&history);
	cr_expect_null(history.looks[0].rows);
	history_finish(&history);
}

/* Of the sockets of a batch only some count; the others are neither new nor gone. */
Test(history, what_no_filter_chose_is_never_told) {
	struct history history = { 0 };
	for (size_t i = 0; i < 5; i++) {
		struct snapshot batch;
		size_t shown = 0;
		snapshot_init(&batch);
		add_letters(&batch, i % 2 ? "ax" : "ay");
		struct sock *const rows[] = { &batch.socks[0] };
		free(history_add(&history, &batch, rows, 1, true, &shown));
		cr_expect_eq(shown, i == 0);
		snapshot_finish(&batch);
	}
	history_finish(&history);
}

/* A window of sockets that moves by some at each look. */
Test(history, thousands_come_and_go_and_each_is_told_once) {
	enum { WINDOW = 5000, STEP = 700, LOOKS = 12 };
	struct history history = { 0 };
	size_t came = 0;
	size_t gone = 0;
	for (uint64_t look = 0; look < LOOKS; look++) {
		struct snapshot batch;
		size_t shown = 0;
		snapshot_init(&batch);
		for (uint64_t i = 0; i < WINDOW; i++)
			add_socket(&batch, 1 + look * STEP + (i * 7919) % WINDOW, 1);
		struct sock **socks = add(&history, &batch, true, &shown);
		for (size_t i = 0; i < shown; i++) {
			came += socks[i]->change == SOCK_CHANGE_NEW;
			gone += socks[i]->change == SOCK_CHANGE_GONE;
			cr_assert_eq(socks[i]->owners[0].process->pid, socks[i]->cookie);
		}
		cr_expect_eq(shown,
		             look == 0   ? WINDOW
		             : look == 1 ? STEP
		                         : 2 * STEP,
		             "look %u: %zu", (unsigned)look, shown);
		free(socks);
		snapshot_finish(&batch);
	}
	cr_expect_eq(came, (LOOKS - 1) * STEP);
	cr_expect_eq(gone, (LOOKS - 2) * STEP);
	history_finish(&history);
}
