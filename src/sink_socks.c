/* The sink is begun, shown every row and ended here; what it borrows does not outlive the call. */

#include "sink_socks.h"

#include <stdlib.h>

#include "util.h"

static void show(struct sink *sink, const struct sock *const *socks, size_t count,
                 void (*to)(struct sink *sink, const struct row *row)) {
	for (size_t i = 0; i < count; i++) {
		const struct field_source source = field_source(socks[i]);
		to(sink, &(struct row){ .source = &source });
	}
}

void sink_socks(struct sink *sink, const struct view *view, const struct sock *const *socks,
                size_t count, const struct snapshot *reports) {
	const size_t measured = count < SINK_MEASURE_LIMIT ? count : SINK_MEASURE_LIMIT;
	sink->columns = xcalloc(view->column_count, sizeof(*sink->columns));
	for (size_t i = 0; i < view->column_count; i++)
		sink->columns[i] = &view->columns[i]->column;
	sink->accesses = view->accesses;
	sink->column_count = view->column_count;
	sink->detail_count = view->detail_count;
	sink->rows_key = "sockets";
	sink_begin(sink);
	if (sink->class->measure)
		show(sink, socks, measured, sink->class->measure);
	show(sink, socks, count, sink->class->row);
	sink_end(sink, reports);
	free(sink->columns);
}
