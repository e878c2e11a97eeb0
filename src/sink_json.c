/* JSON as one document, or one object a line. Unknown values are absent. The probe reports come
 * after the rows, because they are known only then: a document that was cut short is not JSON. */

#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "json.h"
#include "sink.h"
#include "snapshot.h"
#include "util.h"

/* Keys as they stand in front of a value: `,"rtt_us":`. */
static void make_keys(struct sink *sink) {
	for (size_t i = 0; i < sink->column_count; i++) {
		char *after = xasprintf("%s\":", unit_key_suffix(sink->columns[i]->unit));
		sink_set_key(sink, i, ",\"", sink->columns[i]->name, after);
		free(after);
	}
	sink_set_members(sink, 0);
}

static void put_member(struct out *out, const char *key, const char *text) {
	json_text_member(out, key, text, strlen(text));
}

static void put_process(struct out *out, const struct process *process) {
	out_text(out, "\"pid\":");
	out_number(out, process->pid);
	out_char(out, ',');
	json_text_member(out, "comm", process->comm, process->comm_length);
	if (process->exe) {
		out_char(out, ',');
		json_text_member(out, "exe", process->exe, process->exe_length);
	}
}

static void put_owner(struct out *out, const struct owner *owner) {
	out_char(out, '{');
	put_process(out, owner->process);
	out_text(out, ",\"fd\":");
	out_number(out, owner->fd);
	out_char(out, '}');
}

static void put_parent(struct out *out, const struct process *process) {
	if (process->parent_pid == 0) {
		out_text(out, "null");
		return;
	}
	out_text(out, "{\"pid\":");
	out_number(out, process->parent_pid);
	if (process->parent) {
		out_char(out, ',');
		json_text_member(out, "name", process->parent, process->parent_length);
	}
	out_char(out, '}');
}

/* One property of an owner, alone. What JSON cannot hold exactly stands in `owners`. */
static void put_property(struct out *out, const struct owner *owner, enum value_owner_part part) {
	const struct process *process = owner->process;
	const bool by_comm = part == OWNER_COMM || !process->exe;
	switch (part) {
	case OWNER_ALL:
		put_owner(out, owner);
		break;
	case OWNER_PROCESS:
		out_char(out, '{');
		put_process(out, process);
		out_char(out, '}');
		break;
	case OWNER_PID:
		out_number(out, process->pid);
		break;
	case OWNER_EXE:
	case OWNER_COMM:
		json_string(out, by_comm ? process->comm : process->exe,
		            by_comm ? process->comm_length : process->exe_length);
		break;
	case OWNER_FD:
		out_number(out, owner->fd);
		break;
	case OWNER_PARENT:
		put_parent(out, process);
		break;
	case OWNER_PARENT_PID:
		if (process->parent_pid != 0)
			out_number(out, process->parent_pid);
		else
			out_text(out, "null");
		break;
	}
}

/* A process that holds the socket by several descriptors has several of them but one name. */
static void put_owners(struct out *out, const struct value *value) {
	const enum value_owner_part part = (enum value_owner_part)value->part;
	const bool each = part == OWNER_ALL || part == OWNER_FD;
	out_char(out, '[');
	for (uint32_t i = 0; i < value->length; i++) {
		if (i > 0 && !each && value->owners[i].process == value->owners[i - 1].process)
			continue;
		if (i > 0)
			out_char(out, ',');
		put_property(out, &value->owners[i], part);
	}
	out_char(out, ']');
}

static void put_flags(struct out *out, const struct value *value) {
	bool first = true;
	out_char(out, '[');
	for (unsigned bit = 0; value->flag_names[bit]; bit++) {
		if (!(value->length >> bit & 1))
			continue;
		out_text(out, first ? "\"" : ",\"");
		out_text(out, value->flag_names[bit]);
		out_char(out, '"');
		first = false;
	}
	out_char(out, ']');
}

/* As in the text list. */
static void put_as_text(struct out *out, const struct column *column, const struct value *value) {
	struct out text;
	out_init(&text, OUT_MEMORY);
	format_value(&text, column, value, FORMAT_PLAIN);
	json_string(out, text.bytes, text.used);
	out_finish(&text);
}

static void put_value(struct out *out, const struct column *column, const struct value *value) {
	switch (value->kind) {
	case VALUE_NUMBER:
		out_number(out, value->number);
		break;
	case VALUE_BOOL:
		out_text(out, value->number ? "true" : "false");
		break;
	case VALUE_HEX:
		out_char(out, '"');
		out_hex(out, value->number);
		out_char(out, '"');
		break;
	case VALUE_SYMBOL:
		out_char(out, '"');
		out_text(out, value->text);
		out_char(out, '"');
		break;
	case VALUE_FLAGS:
		put_flags(out, value);
		break;
	case VALUE_ADDRESS:
		out_char(out, '"');
		format_address(out, value->sock, (enum value_end)value->part);
		out_char(out, '"');
		break;
	case VALUE_NETWORK:
	case VALUE_ENDPOINT:
		put_as_text(out, column, value);
		break;
	case VALUE_OWNERS:
		put_owners(out, value);
		break;
	case VALUE_TEXT: /* put_object_member() wrote it with its key */
	case VALUE_UNKNOWN:
		break;
	}
}

static void put_object_member(struct sink *sink, size_t index, const struct value *value) {
	const struct column *column = sink->columns[index];
	if (value->kind == VALUE_TEXT) {
		out_char(&sink->line, ',');
		json_text_member(&sink->line, column->name, value->text, value->length);
	} else {
		sink_put_key(sink, index);
		put_value(&sink->line, column, value);
	}
}

/* Every member brings its comma; the first one's becomes the brace. */
static void put_object(struct sink *sink, const struct row *row) {
	sink_put_members(sink, row);
	if (sink->line.used == 0)
		out_char(&sink->line, ',');
	sink->line.bytes[0] = '{';
	out_char(&sink->line, '}');
	out_bytes(sink->out, sink->line.bytes, sink->line.used);
	sink->line.used = 0;
}

static void put_before(struct out *out, const struct sink_origin *before) {
	out_char(out, ',');
	put_member(out, "was_host", before->host);
	out_char(out, ',');
	put_member(out, "was_time", before->time);
}

static void begin_document(struct sink *sink) {
	make_keys(sink);
	out_text(sink->out, "{\"schema\":1,");
	put_member(sink->out, "host", sink->origin.host);
	out_char(sink->out, ',');
	put_member(sink->out, "time", sink->origin.time);
	if (sink->origin.before)
		put_before(sink->out, sink->origin.before);
	out_text(sink->out, ",\"");
	out_text(sink->out, sink->rows_key);
	out_text(sink->out, "\":[");
}

static void row_of_document(struct sink *sink, const struct row *row) {
	out_text(sink->out, sink->empty ? "\n" : ",\n");
	sink->empty = false;
	put_object(sink, row);
}

static void put_error(struct out *out, const char *key, int error) {
	out_text(out, ",\"");
	out_text(out, key);
	out_text(out, "\":\"");
	out_text(out, util_error_name(error).text);
	out_char(out, '"');
}

static void put_report(struct out *out, size_t index, const struct probe_report *report) {
	out_text(out, "{\"name\":\"");
	out_text(out, report_name(index));
	out_char(out, '"');
	if (report->outcome == REPORT_ABSENT || report->outcome == REPORT_UNLISTED) {
		out_text(out, report->outcome == REPORT_ABSENT ? ",\"absent\":true}"
		                                               : ",\"unlisted\":true}");
		return;
	}
	out_text(out, ",\"source\":\"");
	out_text(out, sock_source_name(report->source));
	out_char(out, '"');
	json_next_number(out, "count", report->count);
	json_next_number(out, "elapsed_us", report->elapsed_ns / 1000);
	if (report->dumps > 1) {
		json_next_number(out, "dumps", report->dumps);
		json_next_number(out, "joined", report->joined);
	}
	if (report->duplicates > 0)
		json_next_number(out, "duplicates", report->duplicates);
	if (report->ignored > 0)
		json_next_number(out, "ignored", report->ignored);
	if (report->diag_error)
		put_error(out, "diag_error", report->diag_error);
	if (report->outcome == REPORT_PARTIAL)
		put_error(out, "error", report->error);
	out_char(out, '}');
}

static void end_document(struct sink *sink, const struct snapshot *reports) {
	bool first = true;
	out_text(sink->out, sink->empty ? "],\"probes\":[" : "\n],\"probes\":[");
	for (size_t i = 0; i < REPORT_COUNT; i++) {
		if (reports->reports[i].outcome == REPORT_NOT_ASKED)
			continue;
		out_text(sink->out, first ? "\n" : ",\n");
		put_report(sink->out, i, &reports->reports[i]);
		first = false;
	}
	out_text(sink->out, "\n],\"complete\":");
	out_text(sink->out, snapshot_is_whole(reports) ? "true}\n" : "false}\n");
}

static void begin_lines(struct sink *sink) {
	make_keys(sink);
}

static void row_of_lines(struct sink *sink, const struct row *row) {
	put_object(sink, row);
	out_char(sink->out, '\n');
}

static void end_lines(struct sink *sink, const struct snapshot *reports) {
	(void)sink;
	(void)reports;
}

const struct sink_class sink_json = {
	.name = "json",
	.is_data = true,
	.begin = begin_document,
	.row = row_of_document,
	.member = put_object_member,
	.end = end_document,
};

const struct sink_class sink_ndjson = {
	.name = "ndjson",
	.is_data = true,
	.begin = begin_lines,
	.row = row_of_lines,
	.member = put_object_member,
	.end = end_lines,
};
