/* What all sinks share: their table, memory for a line, and the way through the many fields of a
 * socket that takes most of the time of a wide list. */

#include "sink.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

struct sink_time sink_time(uint64_t time_ns) {
	struct sink_time time = { "" };
	const time_t seconds = (time_t)(time_ns / 1000000000);
	struct tm parts;
	if (time_ns != 0 && gmtime_r(&seconds, &parts))
		strftime(time.text, sizeof(time.text), "%Y-%m-%dT%H:%M:%SZ", &parts);
	return time;
}

void sink_set_key(struct sink *sink, size_t index, const char *before, const char *name,
                  const char *after) {
	struct sink_member *member = &sink->members[index];
	const int length = snprintf(member->key, SINK_KEY_SIZE, "%s%s%s", before, name, after);
	assert(length > 0 && length < SINK_KEY_SIZE); /* test_field.c holds names short */
	member->key_length = (uint8_t)length;
}

/* A 0 that is not known and a 0 that is not said come to the same. */
static void set_number(struct sink_member *member, const struct field_number *number) {
	const unsigned about_zero = FIELD_RULE_QUIET_ZERO | FIELD_RULE_ZERO_UNKNOWN;
	member->number = *number;
	member->number.rule &= (uint8_t)~about_zero;
	if (number->rule & FIELD_RULE_ZERO_UNKNOWN)
		member->skip_zero = true;
}

void sink_set_members(struct sink *sink, size_t first) {
	sink->member_first = first;
	if (!sink->accesses)
		return;
	for (size_t i = first; i < sink->column_count; i++)
		set_number(&sink->members[i], &sink->accesses[i].number);
	sink->run_count = field_find_runs(sink->accesses, first, sink->column_count, sink->runs);
}

/* False if there is nothing to say. */
static inline bool load_number(const struct sink_member *member,
                               const struct field_part_source *part, uint64_t *number) {
	if (member->number.end > part->length)
		return false;
	*number = field_load(part->base + member->number.offset, member->number.size);
	if (*number != 0 && member->number.rule != 0 && !field_apply_rule(&member->number, number))
		return false;
	return *number != 0 || !member->skip_zero;
}

static void put_numbers(struct sink *sink, const struct field_run *run,
                        const struct field_part_source *part) {
	const struct sink_member *const end = &sink->members[run->end];
	char *const start = out_reserve(&sink->line, (run->end - run->first) * SINK_MEMBER_ROOM);
	char *to = start;
	for (const struct sink_member *member = &sink->members[run->first]; member < end;
	     member++) {
		uint64_t number = 0;
		if (!load_number(member, part, &number))
			continue;
		memcpy(to, member->key, SINK_KEY_SIZE);
		to = format_put_number(to + member->key_length, member->unit, number);
	}
	out_advance(&sink->line, (size_t)(to - start));
}

void sink_remember(struct sink *sink, size_t index, const struct row *row,
                   const struct value *value, size_t start) {
	struct sink_repeat *last = &sink->repeats[index];
	const size_t length = sink->line.used - start;
	if (row->values || !value_is_constant(value) || length > SINK_REPEAT_SIZE ||
	    !field_load_number(&sink->accesses[index], row->source, &last->number))
		return;
	memcpy(last->text, sink->line.bytes + start, length);
	last->length = (uint8_t)length;
}

static bool is_quiet(const struct sink *sink, size_t index, const struct row *row) {
	uint64_t number = 0;
	return sink->members[index].skip_zero &&
	       field_load_number(&sink->accesses[index], row->source, &number) && number == 0;
}

static void put_others(struct sink *sink, size_t first, size_t end, const struct row *row) {
	for (size_t i = first; i < end; i++) {
		const size_t start = sink->line.used;
		struct value value;
		if (sink_repeat(sink, i, row) || is_quiet(sink, i, row) ||
		    !sink_get(sink, i, row, &value))
			continue;
		sink->class->member(sink, i, &value);
		sink_remember(sink, i, row, &value, start);
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
	sink->members = xcalloc(sink->column_count, sizeof(*sink->members));
	sink->repeats = xcalloc(sink->column_count, sizeof(*sink->repeats));
	sink->runs = xcalloc(sink->column_count, sizeof(*sink->runs));
	sink->empty = true;
	sink->class->begin(sink);
}

void sink_end(struct sink *sink, const struct snapshot *reports) {
	sink->class->end(sink, reports);
	free(sink->runs);
	free(sink->repeats);
	free(sink->members);
	free(sink->widths);
	out_finish(&sink->line);
}
