/* What all sinks share: their table, and memory for a line. */

#include "sink.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

static const struct sink_class *const classes[] = {
	&sink_text, &sink_json, &sink_ndjson, &sink_csv, &sink_tsv,
};

const struct sink_class *sink_find(const char *name) {
	for (size_t i = 0; i < ARRAY_LENGTH(classes); i++) {
		if (strcmp(classes[i]->name, name) == 0)
			return classes[i];
	}
	return NULL;
}

void sink_set_key(struct sink *sink, size_t index, const char *before, const char *name,
                  const char *after) {
	struct sink_key *key = &sink->keys[index];
	const int length = snprintf(key->text, sizeof(key->text), "%s%s%s", before, name, after);
	assert(length > 0 &&
	       (size_t)length < sizeof(key->text)); /* test_field.c holds names short */
	key->length = (size_t)length;
}

void sink_begin(struct sink *sink) {
	out_init(&sink->line, OUT_MEMORY);
	sink->widths = xcalloc(sink->column_count, sizeof(*sink->widths));
	sink->keys = xcalloc(sink->column_count, sizeof(*sink->keys));
	sink->empty = true;
	sink->class->begin(sink);
}

void sink_end(struct sink *sink, const struct snapshot *reports) {
	sink->class->end(sink, reports);
	free(sink->keys);
	free(sink->widths);
	out_finish(&sink->line);
}
