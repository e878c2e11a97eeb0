/* What all sinks share: their table, memory for a line, and the way through the many fields of a
 * socket that takes most of the time of a wide list. */

#include "sink.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

const struct sink_class *const sink_classes[SINK_CLASS_COUNT] = {
	&sink_text, &sink_json, &sink_ndjson, &sink_csv, &sink_tsv,
};

const struct sink_class *sink_find(const char *name) {
	for (size_t i = 0; i < SINK_CLASS_COUNT; i++) {
		if (strcmp(sink_classes[i]->name, name) == 0)
			return sink_classes[i];
	}
	return NULL;
}

void sink_set_key(struct sink *sink, size_t index, const char *before, const char *name,
                  const char *after) {
	struct sink_cell *cell = &sink->cells[index];
	const int length = snprintf(cell->text, SINK_KEY_SIZE, "%s%s%s", before, name, after);
	assert(length > 0 && length < SINK_KEY_SIZE); /* test_field.c holds names short */
	cell->key_length = (uint8_t)length;
	if (sink->accesses)
		cell->number = sink->accesses[index].number;
	cell->number.rule &= (uint8_t)~FIELD_RULE_QUIET_ZERO; /* cell->quiet_zero says it */
}

/* Writes the member for a number as it was loaded. */
static void renew(struct sink_cell *cell, uint64_t loaded) {
	uint64_t number = loaded;
	cell->shown.number = loaded;
	cell->length = 0;
	if (!field_apply_rule(&cell->number, &number) || (number == 0 && cell->quiet_zero))
		return;
	const char *end = format_put_number(cell->text + cell->key_length, cell->unit, number);
	cell->length = (uint8_t)(end - cell->text);
}

void sink_set_members(struct sink *sink, size_t first) {
	sink->member_first = first;
	if (sink->accesses)
		sink->run_count =
		    field_find_runs(sink->accesses, first, sink->column_count, sink->runs);
	for (size_t i = first; i < sink->column_count; i++)
		renew(&sink->cells[i], 0);
}

static void put_numbers(struct sink *sink, const struct field_run *run,
                        const struct field_part_source *part) {
	const struct sink_cell *const end = &sink->cells[run->end];
	const unsigned char *const base = part->base;
	const uint32_t length = part->length;
	const size_t count = run->end - run->first;
	char *const start = out_reserve(&sink->line, count * SINK_TEXT_SIZE);
	char *to = start;
	for (struct sink_cell *cell = &sink->cells[run->first]; cell < end; cell++) {
		if (cell->number.end > length)
			continue;
		const uint64_t loaded = field_load(base + cell->number.offset, cell->number.size);
		if (loaded != cell->shown.number)
			renew(cell, loaded);
		if (cell->length > 0)
			to = sink_copy_text(to, cell);
	}
	out_advance(&sink->line, (size_t)(to - start));
}

/* Where the text is a function of what is in struct value itself. */
static bool is_constant(enum value_kind kind) {
	switch (kind) {
	case VALUE_UNKNOWN:
	case VALUE_NUMBER:
	case VALUE_BOOL:
	case VALUE_HEX:
	case VALUE_SYMBOL:
	case VALUE_FLAGS:
		return true;
	case VALUE_TEXT:
	case VALUE_ADDRESS:
	case VALUE_ENDPOINT:
	case VALUE_OWNERS:
		break;
	}
	return false;
}

void sink_remember(struct sink *sink, size_t index, const struct value *value, size_t start) {
	struct sink_cell *cell = &sink->cells[index];
	const size_t length = sink->line.used - start;
	if (!is_constant(value->kind) || length > SINK_TEXT_SIZE)
		return;
	memcpy(cell->text, sink->line.bytes + start, length);
	cell->length = (uint8_t)length;
	cell->shown = *value;
}

static void put_others(struct sink *sink, size_t first, size_t end, const struct row *row) {
	for (size_t i = first; i < end; i++) {
		const size_t start = sink->line.used;
		struct value value;
		if (!sink_get(sink, i, row, &value) || sink_repeat(sink, i, &value))
			continue;
		if (sink->cells[i].quiet_zero && value_is_zero(&value))
			continue;
		sink->class->member(sink, i, &value);
		sink_remember(sink, i, &value, start);
	}
}

void sink_put_members(struct sink *sink, const struct row *row) {
	if (row->values) {
		put_others(sink, sink->member_first, sink->column_count, row);
		return;
	}
	for (size_t i = 0; i < sink->run_count;) {
		const struct field_run *run = &sink->runs[i];
		const struct field_part_source *part = &row->source->parts[run->part];
		i = part->length > 0 ? i + 1 : run->next;
		if (part->length == 0 || (run->known & ~part->known) != 0)
			continue;
		if (run->plain)
			put_numbers(sink, run, part);
		else
			put_others(sink, run->first, run->end, row);
	}
}

void sink_begin(struct sink *sink) {
	out_init(&sink->line, OUT_MEMORY);
	sink->widths = xcalloc(sink->column_count, sizeof(*sink->widths));
	sink->cells = xcalloc(sink->column_count, sizeof(*sink->cells));
	sink->runs = xcalloc(sink->column_count, sizeof(*sink->runs));
	sink->empty = true;
	sink->class->begin(sink);
}

void sink_end(struct sink *sink, const struct snapshot *reports) {
	sink->class->end(sink, reports);
	free(sink->runs);
	free(sink->cells);
	free(sink->widths);
	out_finish(&sink->line);
}
