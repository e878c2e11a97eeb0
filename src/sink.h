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
	const char *host;                 /* any bytes */
	const char *time;                 /* RFC 3339, UTC */
	const struct sink_origin *before; /* with what it was compared; NULL: with nothing */
};

/* RFC 3339 in UTC, to the second, of nanoseconds since 1970; "" for 0. */
struct sink_time {
	char text[sizeof("2026-01-01T00:00:00Z")];
};
struct sink_time sink_time(uint64_t time_ns);

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

enum {
	SINK_KEY_SIZE = 32,
	SINK_MEMBER_ROOM = SINK_KEY_SIZE + FORMAT_NUMBER_ROOM, /* a key and any number */
	SINK_REPEAT_SIZE = 32,                                 /* longer texts are not kept */
};

/* A column as a member, which is a key with a value: what put_numbers() must know of it. */
struct sink_member {
	struct field_number number;
	enum unit unit : 8; /* UNIT_NONE: bare */
	bool skip_zero;     /* a 0 is left out */
	uint8_t key_length;
	char key[SINK_KEY_SIZE];
};

/* What a column showed last, if that was short and made of one number of the socket. */
struct sink_repeat {
	uint64_t number;
	uint8_t length; /* 0: nothing to repeat */
	char text[SINK_REPEAT_SIZE];
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
	struct sink_member *members; /* one per column */
	struct sink_repeat *repeats; /* one per column */
	size_t member_first;         /* the first column that sink_put_members() writes */
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

/* Of members[index] the key becomes `before`, the column's name, `after`. */
void sink_set_key(struct sink *sink, size_t index, const char *before, const char *name,
                  const char *after);

static inline void sink_put_key(struct sink *sink, size_t index) {
	const struct sink_member *member = &sink->members[index];
	memcpy(out_reserve(&sink->line, SINK_KEY_SIZE), member->key, SINK_KEY_SIZE);
	out_advance(&sink->line, member->key_length);
}

/* Appends what sink_remember() kept if the column is made of the same number as then; of rows that
 * are values it keeps nothing. Sockets are much alike: most cells of a line repeat. */
static inline bool sink_repeat(struct sink *sink, size_t index, const struct row *row) {
	const struct sink_repeat *last = &sink->repeats[index];
	uint64_t number = 0;
	if (last->length == 0 || !field_load_number(&sink->accesses[index], row->source, &number) ||
	    number != last->number)
		return false;
	memcpy(out_reserve(&sink->line, SINK_REPEAT_SIZE), last->text, SINK_REPEAT_SIZE);
	out_advance(&sink->line, last->length);
	return true;
}

/* Keeps the end of the line, from `start` on, as the text of the value, if it can be repeated. */
void sink_remember(struct sink *sink, size_t index, const struct row *row,
                   const struct value *value, size_t start);

/* Appends the members that are known to the line. Plain numbers, which is nearly all there is to
 * know of a socket, are written here; the rest goes to class->member(). */
void sink_put_members(struct sink *sink, const struct row *row);
