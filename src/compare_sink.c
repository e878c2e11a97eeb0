/* A row is values: those of the socket itself, and those of the socket that it was. */

#include "compare_sink.h"

#include <stdlib.h>

#include "diff.h"
#include "sink_socks.h"
#include "sock.h"
#include "util.h"

static bool has_other_state(enum compare_by by, const struct sock *was, const struct sock *sock) {
	(void)by;
	return was->state != sock->state;
}

/* An owner that was not there has no name, so how it was owned is said instead. */
static bool had_none(enum compare_by by, const struct sock *was, const struct sock *sock) {
	return was->owner_count == 0 && compare_has_other_owners(by, was, sock);
}

/* What was before, if it differs. */
struct was {
	struct column column;
	const char *field;
	bool (*differs)(enum compare_by by, const struct sock *was, const struct sock *sock);
};

static const struct was rows[] = {
	{ { .name = "was_state", .title = "WAS-STATE", .help = "" }, "state", has_other_state },
	{ { .name = "was_local", .title = "WAS-LOCAL", .help = "" },
	  "local",
	  compare_has_other_ends },
	{ { .name = "was_peer", .title = "WAS-PEER", .help = "" }, "peer", compare_has_other_ends },
	{ { .name = "was_owners", .title = "WAS-OWNERS", .help = "" },
	  "owners",
	  compare_has_other_owners },
	{ { .name = "was_owner", .title = "WAS-OWNER", .help = "" }, "owner", had_none },
};

struct showing {
	const struct comparison *comparison;
	const struct view *view;
	struct sink *sink;
	const struct field_access *was[ARRAY_LENGTH(rows)];
	struct value *values; /* of the row at hand, one per column */
};

/* What is no different is left unknown. */
static void get_was(const struct showing *showing, const struct sock *sock, struct value *values) {
	const struct sock *was = compare_before(showing->comparison, sock);
	const struct field_source source = was ? field_source(was) : (struct field_source){ 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const bool differs = was && rows[i].differs(showing->comparison->by, was, sock);
		values[i] = differs ? field_value(showing->was[i], &source)
		                    : (struct value){ .kind = VALUE_UNKNOWN };
	}
}

static void show(const struct showing *showing, const struct sock *sock,
                 void (*to)(struct sink *sink, const struct row *row)) {
	const struct view *view = showing->view;
	const struct field_source source = field_source(sock);
	for (size_t i = 0; i < view->column_count; i++)
		showing->values[i] = field_value(&view->accesses[i], &source);
	get_was(showing, sock, &showing->values[view->column_count]);
	to(showing->sink, &(struct row){ .values = showing->values });
}

static void show_all(const struct showing *showing) {
	const struct comparison *comparison = showing->comparison;
	const struct sink_class *class = showing->sink->class;
	for (size_t i = 0; class->measure && i < comparison->count && i < SINK_MEASURE_LIMIT; i++)
		show(showing, comparison->rows[i], class->measure);
	for (size_t i = 0; i < comparison->count; i++)
		show(showing, comparison->rows[i], class->row);
}

static void set_columns(struct sink *sink, const struct view *view) {
	sink->column_count = view->column_count + ARRAY_LENGTH(rows);
	sink->detail_count = ARRAY_LENGTH(rows);
	sink->rows_key = "changes";
	sink->columns = xcalloc(sink->column_count, sizeof(*sink->columns));
	for (size_t i = 0; i < view->column_count; i++)
		sink->columns[i] = &view->columns[i]->column;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		sink->columns[view->column_count + i] = &rows[i].column;
}

void compare_show(const struct comparison *comparison, const struct view *view, struct sink *sink,
                  const struct snapshot *reports) {
	view_sort(view, (const struct sock **)comparison->rows, comparison->count);
	set_columns(sink, view);
	struct showing showing = { .comparison = comparison, .view = view, .sink = sink };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		showing.was[i] = &field_named(rows[i].field)->access;
	showing.values = xcalloc(sink->column_count, sizeof(*showing.values));
	sink_begin(sink);
	show_all(&showing);
	sink_end(sink, reports);
	free(showing.values);
	free(sink->columns);
}
