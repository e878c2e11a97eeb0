/* Behind a field whose values are names, values of the frame; else words of the language. */

#include "filter_words.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "field.h"
#include "filter.h"
#include "frame.h"
#include "out.h"
#include "util.h"

struct search {
	const char *prefix;
	size_t length;
	struct filter_words *found;
	size_t room;
};

static bool begins_so(const struct search *search, const char *bytes, size_t length) {
	return length >= search->length && strncasecmp(bytes, search->prefix, search->length) == 0;
}

static void add(struct search *search, char *word) {
	struct filter_words *found = search->found;
	if (found->count == search->room) {
		search->room = search->room > 0 ? search->room * 2 : 16;
		found->words = xreallocarray(found->words, search->room, sizeof(*found->words));
	}
	found->words[found->count++] = word;
}

static void offer(struct search *search, const char *bytes, size_t length) {
	struct out out;
	if (length == 0 || !begins_so(search, bytes, length))
		return;
	out_init(&out, OUT_MEMORY);
	filter_quote(&out, bytes, length);
	out_char(&out, '\0');
	add(search, out.bytes);
}

static void offer_word(struct search *search, const char *word) {
	if (begins_so(search, word, strlen(word)))
		add(search, xasprintf("%s", word));
}

/* Quotes do not count. */
static int compare_words(const void *a, const void *b) {
	const char *left = *(char *const *)a;
	const char *right = *(char *const *)b;
	const int order = strcasecmp(left + (*left == '"'), right + (*right == '"'));
	return order != 0 ? order : strcmp(left, right);
}

typedef int (*compare_fn)(const char *a, const char *b);

/* Of words that are the same one is kept. */
static void sort(struct filter_words *found, compare_fn compare) {
	size_t kept = 0;
	if (found->count > 1)
		qsort(found->words, found->count, sizeof(*found->words), compare_words);
	for (size_t i = 0; i < found->count; i++) {
		const bool is_new =
		    kept == 0 || compare(found->words[kept - 1], found->words[i]) != 0;
		if (is_new && kept < FILTER_WORDS_MAX)
			found->words[kept++] = found->words[i];
		else
			free(found->words[i]);
	}
	found->count = kept;
}

/* Of many sockets of the same process one is enough: neighbours are most often alike. */
static void offer_processes(struct search *search, const struct frame *frame) {
	const struct process *last = NULL;
	for (size_t i = 0; i < frame->snapshot.count; i++) {
		const struct sock *sock = &frame->snapshot.socks[i];
		for (uint32_t j = 0; j < sock->owner_count; j++) {
			const struct process *process = sock->owners[j].process;
			if (process == last)
				continue;
			last = process;
			if (process->exe)
				offer(search, process->exe, process->exe_length);
			else if (process->comm)
				offer(search, process->comm, process->comm_length);
		}
	}
}

static void offer_pids(struct search *search, const struct frame *frame) {
	uint32_t last = 0;
	char digits[16];
	for (size_t i = 0; i < frame->snapshot.count; i++) {
		const struct sock *sock = &frame->snapshot.socks[i];
		for (uint32_t j = 0; j < sock->owner_count; j++) {
			if (sock->owners[j].process->pid == last)
				continue;
			last = sock->owners[j].process->pid;
			*digits_put(digits, last) = '\0';
			offer_word(search, digits);
		}
	}
}

static void offer_users(struct search *search, const struct frame *frame) {
	const char *last = NULL;
	for (size_t i = 0; i < frame->snapshot.count; i++) {
		const char *user = frame->snapshot.socks[i].user;
		if (user && (!last || strcmp(user, last) != 0))
			offer(search, user, strlen(user));
		last = user ? user : last;
	}
}

/* Words in front of values that a frame has. */
static const struct {
	const char *field;
	void (*offer)(struct search *search, const struct frame *frame);
} valued[] = {
	{ "process", offer_processes },
	{ "pid", offer_pids },
	{ "user", offer_users },
};

static void offer_language(struct search *search) {
	for (size_t i = 0; filter_word(i); i++)
		offer_word(search, filter_word(i));
	for (size_t i = 0; i < field_count; i++)
		offer_word(search, fields[i].column.name);
	for (int i = 1; i < SOCK_STATE_COUNT; i++)
		offer_word(search, sock_state_name((enum sock_state)i));
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++)
		offer_word(search, sock_protocol_name((enum sock_protocol)i));
}

/* The word in front, past blanks and a comparison; its length may be 0. */
static const char *word_before(const char *line, size_t end, size_t *length) {
	while (end > 0 && strchr(" =!~,", line[end - 1]))
		end--;
	const size_t start = filter_word_start(line, end);
	*length = end - start;
	return line + start;
}

struct filter_words filter_words_find(const char *line, size_t start, size_t end,
                                      const struct frame *frame) {
	struct filter_words found = { 0 };
	struct search search = { line + start, end - start, &found, 0 };
	size_t length = 0;
	const char *before = word_before(line, start, &length);
	if (start > 0 && strchr("\"'", line[start - 1]))
		return found;
	for (size_t i = 0; i < ARRAY_LENGTH(valued); i++) {
		if (strlen(valued[i].field) != length ||
		    strncasecmp(valued[i].field, before, length) != 0)
			continue;
		if (frame)
			valued[i].offer(&search, frame);
		sort(&found, strcmp);
		return found;
	}
	offer_language(&search);
	sort(&found, strcasecmp);
	return found;
}

void filter_words_finish(struct filter_words *words) {
	for (size_t i = 0; i < words->count; i++)
		free(words->words[i]);
	free(words->words);
	*words = (struct filter_words){ 0 };
}
