/* The reports of the probes, as far as they are bad news. */

#include "trouble.h"

#include <string.h>

#include "escape.h"
#include "out.h"
#include "snapshot.h"
#include "util.h"

static void put_place(struct out *out, const char *place) {
	if (!place)
		return;
	out_text(out, " (");
	escape_write(out, place, strlen(place), ESCAPE_TEXT);
	out_text(out, ")");
}

static void put_failure(struct out *out, const char *name, const struct probe_report *report) {
	out_printf(out, "%s%s: %s", out->used > 0 ? "; " : "", name, strerror(report->error));
	put_place(out, report->place);
}

/* /proc/net knows less, which explains what is missing in the rows. */
static void put_fallback(struct out *out, const char *name, const struct probe_report *report) {
	out_printf(out, _("%s%s: from /proc/net, no sock_diag here (%s)"),
	           out->used > 0 ? "; " : "", name, strerror(report->diag_error));
}

void trouble_write(struct out *out, const struct snapshot *snapshot) {
	for (size_t i = 0; i < REPORT_COUNT; i++) {
		const struct probe_report *report = &snapshot->reports[i];
		if (report->outcome == REPORT_PARTIAL)
			put_failure(out, report_name(i), report);
		else if (report->diag_error != 0 && report->source == SOCK_SOURCE_PROC &&
		         report->count > 0)
			put_fallback(out, report_name(i), report);
	}
}
