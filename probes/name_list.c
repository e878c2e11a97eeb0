/* Sockets of one device, group or user tend to come together, so most of the time the number is the
 * latest one again. */

#include "name_list.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

struct numbered_text {
	uint64_t number;
	const char *text;
	size_t length;
};

void name_list_add(struct name_list *list, uint64_t number, const char *text) {
	if (!text || (list->count > 0 && list->latest == number))
		return;
	list->latest = number;
	if (!cookie_set_add(&list->seen, number))
		return;
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 64;
		list->items = xreallocarray(list->items, list->capacity, sizeof(*list->items));
	}
	const size_t length = strlen(text);
	list->items[list->count++] =
	    (struct numbered_text){ number, arena_copy(&list->texts, text, length), length };
}

static int compare_numbers(const void *a, const void *b) {
	const struct numbered_text *left = a;
	const struct numbered_text *right = b;
	return (left->number > right->number) - (left->number < right->number);
}

void name_list_put(struct name_list *list, struct out *out, enum moment_tag tag) {
	if (list->count > 1)
		qsort(list->items, list->count, sizeof(*list->items), compare_numbers);
	const size_t start = moment_begin(out, tag);
	for (size_t i = 0; i < list->count; i++) {
		moment_put_u64(out, list->items[i].number);
		moment_put_text(out, list->items[i].text, list->items[i].length);
	}
	moment_end(out, start);
}

void name_list_reset(struct name_list *list) {
	cookie_set_finish(&list->seen);
	arena_reset(&list->texts);
	list->count = 0;
}

void name_list_finish(struct name_list *list) {
	cookie_set_finish(&list->seen);
	arena_finish(&list->texts);
	free(list->items);
	*list = (struct name_list){ 0 };
}
