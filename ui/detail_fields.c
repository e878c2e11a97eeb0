/* The fields of a group stand in as many columns as the page is wide, read from the top down as in
 * ls; what is too long for that follows on lines of its own. The names are those of filters and of
 * --columns, so that they need not be learnt twice. */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "detail_part.h"
#include "field.h"
#include "format.h"
#include "out.h"
#include "sock.h"
#include "util.h"

enum { COLUMNS_MAX = 16, GAP = 2, SHORT_WIDTH = 30 };

/* One field that is known. */
struct entry {
	const char *name;
	size_t start, length; /* of its value in `text` */
	int width;            /* of its value on the screen */
	bool is_nothing;      /* a 0 that says nothing */
};

struct entries {
	struct entry *entries;
	size_t count;
	struct out text;
};

/* The page has them in the order of the enum. */
static const char *const titles[] = {
	[FIELD_GROUP_BASIC] = N_("basic"),    [FIELD_GROUP_EXTENDED] = N_("extended"),
	[FIELD_GROUP_TIMER] = N_("timer"),    [FIELD_GROUP_MEMORY] = N_("memory"),
	[FIELD_GROUP_INFO] = N_("protocol"),  [FIELD_GROUP_NAMES] = N_("names"),
	[FIELD_GROUP_LIFE] = N_("over time"), [FIELD_GROUP_ASKED] = N_("other"),
};
_Static_assert(ARRAY_LENGTH(titles) == FIELD_GROUP_COUNT, "a title for each");

static bool is_quiet(const struct field *field, const struct field_source *source) {
	uint64_t number;
	return (field->access.number.rule & FIELD_RULE_QUIET_ZERO) &&
	       field_load_number(&field->access, source, &number) && number == 0;
}

/* The fields of a group of which the values are short, or long. */
static void gather(struct entries *entries, const struct page *page, const struct sock *sock,
                   enum field_group group, bool is_long) {
	const struct field_source source = field_source(sock);
	entries->count = 0;
	entries->text.used = 0;
	for (size_t i = 0; i < field_count; i++) {
		const size_t start = entries->text.used;
		struct value value;
		if (fields[i].group != group || !field_get(&fields[i].access, &source, &value))
			continue;
		format_value(&entries->text, &fields[i].column, &value, FORMAT_HUMAN);
		const size_t length = entries->text.used - start;
		const int width =
		    canvas_width_of(page->canvas, entries->text.bytes + start, length);
		if ((width > SHORT_WIDTH) != is_long)
			continue;
		entries->entries[entries->count++] =
		    (struct entry){ fields[i].column.name, start, length, width,
			            is_quiet(&fields[i], &source) };
	}
}

/* One way to arrange them. */
struct arrangement {
	size_t columns, rows;
	int names[COLUMNS_MAX], values[COLUMNS_MAX]; /* widths */
};

static int larger(int a, int b) {
	return a > b ? a : b;
}

/* Returns the width of all. */
static int arrange(struct arrangement *arrangement, const struct entries *entries, size_t columns) {
	*arrangement = (struct arrangement){ .rows = (entries->count + columns - 1) / columns };
	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = &entries->entries[i];
		const size_t column = i / arrangement->rows;
		int *name = &arrangement->names[column];
		int *value = &arrangement->values[column];
		*name = larger(*name, (int)strlen(entry->name));
		*value = larger(*value, entry->width);
		arrangement->columns = column + 1;
	}
	int width = DETAIL_INDENT;
	for (size_t i = 0; i < arrangement->columns; i++)
		width += arrangement->names[i] + 1 + arrangement->values[i] + (i > 0 ? GAP : 0);
	return width;
}

static void arrange_best(struct arrangement *arrangement, const struct entries *entries,
                         int width) {
	for (size_t columns = COLUMNS_MAX; columns > 1; columns--) {
		if (arrange(arrangement, entries, columns) <= width)
			return;
	}
	arrange(arrangement, entries, 1);
}

static void draw_entry(struct page *page, int x, int name_width, const struct entries *entries,
                       size_t index) {
	const struct entry *entry = &entries->entries[index];
	page_text(page, x, name_width, STYLE_LABEL, entry->name);
	page_put(page, x + name_width + 1, page->area.width,
	         entry->is_nothing ? STYLE_FAINT : STYLE_TEXT, entries->text.bytes + entry->start,
	         entry->length);
}

static void draw_short(struct page *page, const struct entries *entries) {
	struct arrangement arrangement;
	arrange_best(&arrangement, entries, page->area.width);
	for (size_t row = 0; row < arrangement.rows; row++) {
		int x = DETAIL_INDENT;
		for (size_t column = 0; column < arrangement.columns; column++) {
			const size_t index = column * arrangement.rows + row;
			if (index < entries->count)
				draw_entry(page, x, arrangement.names[column], entries, index);
			x += arrangement.names[column] + 1 + arrangement.values[column] + GAP;
		}
		page_next(page);
	}
}

static void draw_long(struct page *page, const struct entries *entries) {
	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = &entries->entries[i];
		const int name_width = (int)strlen(entry->name);
		const int x = DETAIL_INDENT + name_width + 1;
		page_text(page, DETAIL_INDENT, name_width, STYLE_LABEL, entry->name);
		page_wrap(page, x, STYLE_TEXT, entries->text.bytes + entry->start, entry->length);
	}
}

/* The title is drawn once there is something to put beneath it. */
static void draw_group(struct page *page, const struct sock *sock, enum field_group group,
                       struct entries *entries) {
	bool titled = false;
	for (int is_long = 0; is_long <= 1; is_long++) {
		gather(entries, page, sock, group, is_long);
		if (entries->count == 0)
			continue;
		if (!titled) {
			page_next(page);
			page_text(page, DETAIL_INDENT, page->area.width, STYLE_STRONG,
			          _(titles[group]));
			page_next(page);
			titled = true;
		}
		if (is_long)
			draw_long(page, entries);
		else
			draw_short(page, entries);
	}
}

void detail_draw_fields(const struct detail *detail, struct page *page) {
	struct entries entries = { .entries = xcalloc(field_count, sizeof(*entries.entries)) };
	out_init(&entries.text, OUT_MEMORY);
	for (int i = 0; i < FIELD_GROUP_COUNT; i++)
		draw_group(page, detail->sock, (enum field_group)i, &entries);
	out_finish(&entries.text);
	free(entries.entries);
}
