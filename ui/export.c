/* A file that was not there before, which only its owner may read: what is exported may be nobody
 * else's business. A file that could not be written to its end is removed. */

#include "export.h"

#include <errno.h>
#include <fcntl.h>
#include <libintl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "columns.h"
#include "escape.h"
#include "frame.h"
#include "sink_socks.h"
#include "sock.h"
#include "table.h"
#include "util.h"
#include "view.h"

/* The format that is called as the path ends; what is not, as .txt, is text. */
static const struct sink_class *format_of(const char *path) {
	const char *dot = strrchr(path, '.');
	for (size_t i = 0; dot && i < SINK_CLASS_COUNT; i++) {
		if (strcasecmp(dot + 1, sink_classes[i]->name) == 0)
			return sink_classes[i];
	}
	return &sink_text;
}

/* Data has the two ends in columns of their own. */
static bool is_for_text_alone(const struct field *field) {
	return (field->defaults & (FIELD_IN_TEXT | FIELD_IN_DATA)) == FIELD_IN_TEXT;
}

/* What the live view shows if nobody says otherwise; for programs behind what a list gives them. */
static void choose_columns(struct view *view, const struct sink_class *class) {
	struct columns *columns = columns_create(NULL);
	struct out names;
	char *error = NULL;
	out_init(&names, OUT_MEMORY);
	if (class->is_data)
		view_add_defaults(view, FIELD_IN_DATA);
	for (size_t i = 0; i < view->column_count; i++)
		out_printf(&names, "%s,", view->columns[i]->column.name);
	for (size_t i = 0; i < columns_count(columns); i++) {
		const struct field *field = columns_field(columns, i);
		if (!class->is_data || !is_for_text_alone(field))
			out_printf(&names, "%s,", field->column.name);
	}
	names.bytes[names.used - 1] = '\0';
	view_set_columns(view, names.bytes, &error);
	free(error);
	out_finish(&names);
	columns_destroy(columns);
}

static void write_rows(struct out *out, const struct sink_class *class, const struct frame *frame,
                       const struct table *table, const struct view *view) {
	const struct sink_time time = sink_time(frame->time_ns);
	struct sink sink = {
		.class = class,
		.out = out,
		.header = true,
		.origin = { .host = frame->host, .time = time.text },
	};
	sink_socks(&sink, view, table_sockets(table), table->sockets, &frame->snapshot);
}

/* 0 or -errno. */
static int write_file(const char *path, const struct frame *frame, const struct table *table,
                      const struct view *view) {
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	const int fd = open(path, flags, 0600);
	if (fd < 0)
		return -errno;
	struct out out;
	out_init(&out, fd);
	write_rows(&out, format_of(path), frame, table, view);
	int error = out_flush(&out);
	out_finish(&out);
	if (close(fd) != 0 && error == 0)
		error = -errno;
	if (error != 0)
		unlink(path);
	return error;
}

char *export_rows(const char *path, const struct frame *frame, const struct table *table,
                  const struct view *view) {
	struct view chosen = { 0 };
	if (view->column_count == 0)
		choose_columns(&chosen, format_of(path));
	const int error = write_file(path, frame, table, view->column_count == 0 ? &chosen : view);
	view_finish(&chosen);
	char *shown = escape_copy(path, strlen(path));
	char *line = error ? xasprintf(_("%s: %s"), shown, strerror(-error))
	                   : xasprintf(ngettext("%zu socket written to %s",
	                                        "%zu sockets written to %s", table->sockets),
	                               table->sockets, shown);
	free(shown);
	return line;
}
