#pragma once
/* A sink shows rows in one format. It walks the columns and asks the row for each of their values;
 * what a socket is it does not know. The probe reports reach it at the end. */

#include <stdbool.h>
#include <stddef.h>

#include "field.h"
#include "format.h"
#include "out.h"
#include "value.h"

struct sink;
struct snapshot;

/* One line of an answer: either a socket, whose values are read as they are shown, or values. */
struct row {
	const struct field_source *source;
	const struct value *values; /* one per column, or NULL */
};

/* What a whole document says about itself. */
struct sink_origin {
	const char *host; /* any bytes */
	const char *time; /* RFC 3339, UTC */
};

struct sink_class {
	const char *name; /* the argument of --format */
	bool is_data;     /* for programs: shows FIELD_IN_DATA by default, not FIELD_IN_TEXT */
	void (*begin)(struct sink *sink);
	/* Sees the first rows before they are shown, to make room; may be NULL. */
	void (*measure)(struct sink *sink, const struct row *row);
	void (*row)(struct sink *sink, const struct row *row);
	/* Appends the key and a value to the line, for sink_put_members(). */
	void (*member)(struct sink *sink, size_t index, const struct value *value);
	void (*end)(struct sink *sink, const struct snapshot *reports);
};

extern const struct sink_class sink_text;
extern const struct sink_class sink_json;
extern const struct sink_class sink_ndjson;
extern const struct sink_class sink_csv;
extern const struct sink_class sink_tsv;

/* All of them. */
enum { SINK_CLASS_COUNT = 5 };
extern const struct sink_class *const sink_classes[SINK_CLASS_COUNT];

/* NULL if there is no such format. */
const struct sink_class *sink_find(const char *name);

/* A column: its key, how a plain number is read and shown, and what was written for it last.
 * Sockets are much alike, so most of a line is copied rather than written anew. */
enum {
	SINK_KEY_SIZE = 36,
	SINK_TEXT_SIZE = 64, /* a key and the longest number: 2^64 microseconds are 27 characters */
};
struct sink_cell {
	struct field_number number;
	struct value shown; /* what `text` was written for; of a plain member `number` as loaded */
	uint8_t key_length; /* of a member, whose `text` always begins with the key */
	uint8_t length;     /* 0: there is nothing to copy */
	enum unit unit : 8; /* UNIT_NONE: bare */
	bool quiet_zero;    /* a 0 is left out */
	char text[SINK_KEY_SIZE + FORMAT_NUMBER_ROOM];
};

/* Fill the first members, then sink_begin(). Columns, accesses, origin and out are borrowed. */
struct sink {
	const struct sink_class *class;
	struct out *out;
	const struct column **columns;
	const struct field_access *accesses; /* one per column, or NULL: all rows are values */
	size_t column_count;
	size_t detail_count; /* how many of the last columns are details */
	bool header;
	const char *rows_key; /* JSON: "sockets" */
	struct sink_origin origin;
	/* The rest belongs to the class. */
	struct out line;
	size_t *widths;
	struct sink_cell *cells; /* one per column */
	size_t member_first;     /* the first column that sink_put_members() writes */
	struct field_run *runs;
	size_t run_count;
	bool empty;
};

void sink_begin(struct sink *sink);
void sink_end(struct sink *sink, const struct snapshot *reports);

/* False if the value in that column is not known. */
static inline bool sink_get(const struct sink *sink, size_t column, const struct row *row,
                            struct value *value) {
	if (!row->values)
		return field_get(&sink->accesses[column], row->source, value);
	*value = row->values[column];
	return value->kind != VALUE_UNKNOWN;
}

/* For the classes: the columns from `first` on are members, each a key and a value. */
void sink_set_members(struct sink *sink, size_t first);

/* Of cells[index] the key becomes `before`, the column's name, `after`. */
void sink_set_key(struct sink *sink, size_t index, const char *before, const char *name,
                  const char *after);

static inline void sink_put_key(struct sink *sink, size_t index) {
	const struct sink_cell *cell = &sink->cells[index];
	memcpy(out_reserve(&sink->line, SINK_KEY_SIZE), cell->text, SINK_KEY_SIZE);
	out_advance(&sink->line, cell->key_length);
}

/* Copies the text of a cell to where there is room for SINK_TEXT_SIZE bytes and returns its end.
 * Most texts fit into the half of it. */
static inline char *sink_copy_text(char *to, const struct sink_cell *cell) {
	const size_t half = SINK_TEXT_SIZE / 2;
	memcpy(to, cell->text, half);
	if (cell->length > half)
		memcpy(to + half, cell->text + half, half);
	return to + cell->length;
}

/* Appends what sink_remember() kept if the value is the same as then. */
static inline bool sink_repeat(struct sink *sink, size_t index, const struct value *value) {
	const struct sink_cell *cell = &sink->cells[index];
	if (cell->length == 0 || value->kind != cell->shown.kind ||
	    value->length != cell->shown.length || value->number != cell->shown.number)
		return false;
	char *start = out_reserve(&sink->line, SINK_TEXT_SIZE);
	out_advance(&sink->line, (size_t)(sink_copy_text(start, cell) - start));
	return true;
}

/* Keeps the end of the line, from `start` on, as the text of the value, if that is short and
 * depends on nothing but the value. */
void sink_remember(struct sink *sink, size_t index, const struct value *value, size_t start);

/* Appends the members that are known to the line. Plain numbers, which is nearly all there is to
 * know of a socket, are written here; the rest goes to class->member(). */
void sink_put_members(struct sink *sink, const struct row *row);
