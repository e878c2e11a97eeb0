#pragma once
/* Names by number, each number once: what goes into a moment of devices, control groups and users.
 */

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "cookie_set.h"
#include "moment.h"

struct numbered_text;

/* Zero-initialise it. */
struct name_list {
	struct cookie_set seen; /* the numbers; it does not care what they are of */
	struct arena texts;
	struct numbered_text *items;
	size_t count, capacity;
	uint64_t latest; /* number; of the last item that was asked for, if there are any */
};

/* The first name of a number counts; NULL is none, and another may come. The text is copied. */
void name_list_add(struct name_list *list, uint64_t number, const char *text);

/* As a section, sorted by number. */
void name_list_put(struct name_list *list, struct out *out, enum moment_tag tag);

/* Forgets all names. */
void name_list_reset(struct name_list *list);
void name_list_finish(struct name_list *list);
