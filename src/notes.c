/* Sentences for standard error. The list decides which of them are due. */

#include "notes.h"

#include <errno.h>
#include <libintl.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "resolve.h"
#include "snapshot.h"
#include "util.h"

static const char *advice(int error) {
	switch (error) {
	case EMFILE:
		return _("; raise the limit of open files (ulimit -n)");
	case EPERM:
	case EACCES:
		return _("; try as root");
	case EAGAIN:
		return _("; sockets came and went too fast, try again");
	case EBADMSG:
		return _("; something in it makes no sense");
	default:
		return "";
	}
}

/* Appends the names of those whose rows say less than sock_diag would, because /proc/net tells
 * them; returns the errno of the last one, or 0 if there is none. */
static int name_fallen_back(struct out *names, const struct snapshot *snapshot) {
	static const enum sock_probe probes[] = { SOCK_PROBE_TCP, SOCK_PROBE_UDP, SOCK_PROBE_UNIX,
		                                  SOCK_PROBE_PACKET, SOCK_PROBE_NETLINK };
	int error = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(probes); i++) {
		const struct probe_report *report = &snapshot->reports[probes[i]];
		if (report->diag_error == 0 || report->source != SOCK_SOURCE_PROC)
			continue;
		out_printf(names, "%s%s", error ? ", " : "", sock_probe_name(probes[i]));
		error = report->diag_error;
	}
	return error;
}

static void note_fallback(struct out *notes, const struct snapshot *snapshot) {
	struct out names;
	out_init(&names, OUT_MEMORY);
	const int error = name_fallen_back(&names, snapshot);
	out_char(&names, '\0');
	if (error != 0)
		out_printf(notes,
		           _("socklens: no netlink sock_diag here for %s (%s): read /proc/net "
		             "instead, which knows no cookie, no TCP details, no UNIX peers and no "
		             "socket that is only bound\n"),
		           names.bytes, strerror(error));
	out_finish(&names);
}

/* The place may come from a recording. */
static void note_partial(struct out *notes, const char *name, const struct probe_report *report) {
	const char *place = report->place ? report->place : "";
	char *text = escape_copy(place, strlen(place));
	out_printf(notes, _("socklens: %s: the answer is not whole: %s: %s%s\n"), name, text,
	           strerror(report->error), advice(report->error));
	free(text);
}

void notes_on_reports(struct out *notes, const struct snapshot *snapshot) {
	for (size_t i = 0; i < REPORT_COUNT; i++) {
		const struct probe_report *report = &snapshot->reports[i];
		if (report->outcome == REPORT_PARTIAL)
			note_partial(notes, report_name(i), report);
	}
	for (size_t i = 0; i < SOCK_PROBE_COUNT; i++) {
		if (snapshot->reports[i].outcome == REPORT_UNLISTED)
			out_printf(notes,
			           _("socklens: %s: this kernel can have them, but not the module "
			             "that lists them (%s_diag)\n"),
			           report_name(i), report_name(i));
	}
	note_fallback(notes, snapshot);
}

void notes_on_output(struct out *notes, int error) {
	if (error != 0 && error != EPIPE && error != EINTR)
		out_printf(notes, _("socklens: standard output: %s: the answer is not whole\n"),
		           strerror(error));
}

void notes_on_recording(struct out *notes, int error) {
	out_printf(notes, _("socklens: recording: %s: this moment is not in it\n"),
	           strerror(error));
}

/* Of the processes that were asked for: their sockets are there, but nobody knows which. */
static void note_hidden_processes(struct out *notes, size_t count, bool privileged) {
	if (count == 0)
		return;
	if (privileged) {
		out_printf(notes,
		           _("socklens: processes that even root may not look into: %zu; which "
		             "sockets they hold is not known\n"),
		           count);
		return;
	}
	out_printf(notes,
	           ngettext("socklens: the sockets of %zu process are hidden; run as root, or with "
	                    "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH\n",
	                    "socklens: the sockets of %zu processes are hidden; run as root, or "
	                    "with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH\n",
	                    count),
	           count);
}

void notes_on_hidden_owners(struct out *notes, const struct owner_summary *owners) {
	if (owners->scoped)
		note_hidden_processes(notes, owners->unreadable, owners->privileged);
	if (owners->hidden == 0)
		return;
	if (owners->privileged) {
		out_printf(notes,
		           _("socklens: sockets without a visible owner: %zu; they were closed "
		             "meanwhile, or belong to what even root may not look into "
		             "(processes: %zu)\n"),
		           owners->hidden, owners->unreadable);
		return;
	}
	out_printf(notes,
	           ngettext("socklens: the owner of %zu socket is hidden; run as root, or with "
	                    "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH\n",
	                    "socklens: the owners of %zu sockets are hidden; run as root, or with "
	                    "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH\n",
	                    owners->hidden),
	           owners->hidden);
}

void notes_on_unresolved(struct out *notes, size_t count) {
	if (count > 0)
		out_printf(notes,
		           ngettext("socklens: %zu address had no answer within %d ms and stays a "
		                    "number\n",
		                    "socklens: %zu addresses had no answer within %d ms and stay "
		                    "numbers\n",
		                    count),
		           count, RESOLVE_LIMIT_MS);
}

void notes_on_probes(struct out *notes, const struct snapshot *snapshot) {
	for (size_t i = 0; i < REPORT_COUNT; i++) {
		const struct probe_report *report = &snapshot->reports[i];
		if (report->outcome == REPORT_NOT_ASKED)
			continue;
		out_printf(notes, "socklens: probe %s:", report_name(i));
		if (report->outcome == REPORT_ABSENT || report->outcome == REPORT_UNLISTED) {
			out_text(notes,
			         report->outcome == REPORT_ABSENT ? " absent\n" : " unlisted\n");
			continue;
		}
		out_printf(notes, " source=%s count=%llu elapsed_us=%llu duplicates=%llu",
		           sock_source_name(report->source), (unsigned long long)report->count,
		           (unsigned long long)(report->elapsed_ns / 1000),
		           (unsigned long long)report->duplicates);
		if (report->dumps > 0)
			out_printf(notes, " dumps=%llu joined=%llu",
			           (unsigned long long)report->dumps,
			           (unsigned long long)report->joined);
		if (report->diag_error)
			out_printf(notes, " diag_error=%s",
			           util_error_name(report->diag_error).text);
		if (report->error)
			out_printf(notes, " error=%s", util_error_name(report->error).text);
		out_char(notes, '\n');
	}
}
