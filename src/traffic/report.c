/* Lines are made in memory, and written from there as far as the reader takes them. */

#include "report.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "escape.h"
#include "json.h"
#include "out.h"
#include "output.h"
#include "util.h"

enum {
	SHOWN_MAX = 256,         /* bytes of a message that are shown */
	UNWRITTEN_MAX = 1 << 20, /* and one event more */
};

struct report {
	pthread_mutex_t lock;
	struct output output;
	int interrupt_fd;
	int error;
	enum report_format format;
	uint64_t lost; /* events that are not shown, since it was last said */
	uint64_t started_ns;
	uint64_t events[EVENT_COUNT];
	uint64_t in, out_bytes;
};

struct report *report_create(int fd, enum report_format format, int interrupt_fd) {
	struct report *report = xcalloc(1, sizeof(*report));
	pthread_mutex_init(&report->lock, NULL);
	output_open(&report->output, fd);
	report->interrupt_fd = interrupt_fd;
	report->format = format;
	report->started_ns = util_monotonic_ns();
	return report;
}

void report_destroy(struct report *report) {
	if (!report)
		return;
	output_finish(&report->output);
	pthread_mutex_destroy(&report->lock);
	free(report);
}

/* "3.1s", and what would be 0.0s in milliseconds. */
static void put_elapsed(struct out *out, uint64_t ns) {
	const bool is_short = ns < 100000000;
	const uint64_t tenth = is_short ? 100000 : 100000000;
	const uint64_t tenths = (ns + tenth / 2) / tenth;
	out_printf(out, "%llu.%llu%s", (unsigned long long)(tenths / 10),
	           (unsigned long long)(tenths % 10), is_short ? "ms" : "s");
}

static void put_bytes(struct out *out, uint64_t bytes) {
	out_count(out, _("%llu byte"), _("%llu bytes"), bytes);
}

static void put_quoted(struct out *out, const struct event *event) {
	const size_t shown = event->length < SHOWN_MAX ? event->length : SHOWN_MAX;
	out_text(out, " \"");
	escape_write(out, event->bytes, shown, ESCAPE_TEXT);
	out_text(out, shown < event->length ? "\"..." : "\"");
}

static void put_peer(struct out *out, const char *before, const struct event *event) {
	if (!event->address)
		return;
	const struct address_text peer = address_text(event->address);
	out_text(out, before);
	out_text(out, peer.text);
}

/* ": Connection reset by peer" */
static void put_error(struct out *out, const struct event *event) {
	char text[128];
	if (event->error != 0)
		out_printf(out, ": %s", strerror_r(event->error, text, sizeof(text)));
}

static void put_text(struct out *out, const struct event *event) {
	switch (event->kind) {
	case EVENT_LISTENING:
		out_printf(out, _("listening on %s"), event->service);
		put_peer(out, " ", event);
		break;
	case EVENT_CONNECTED:
		out_text(out, _("connected"));
		put_peer(out, " ", event);
		break;
	case EVENT_RECEIVED:
		out_text(out, _("received "));
		put_bytes(out, event->length);
		put_quoted(out, event);
		put_peer(out, _(" from "), event);
		break;
	case EVENT_REQUEST:
		escape_write(out, event->bytes, event->length, ESCAPE_TEXT);
		out_printf(out, " %u ", event->status);
		put_bytes(out, event->out);
		put_peer(out, _(" to "), event);
		break;
	case EVENT_CLOSED:
		out_text(out, _("closed"));
		put_peer(out, " ", event);
		out_text(out, _(" after "));
		put_elapsed(out, event->elapsed_ns);
		out_printf(out, _(", %llu in, %llu out"), (unsigned long long)event->in,
		           (unsigned long long)event->out);
		put_error(out, event);
		break;
	case EVENT_REFUSED:
		out_text(out, _("turned away"));
		put_peer(out, " ", event);
		out_text(out, _(": there are as many clients as --max-clients allows"));
		break;
	case EVENT_PAUSED:
		out_text(out, _("not accepting for now"));
		put_error(out, event);
		break;
	case EVENT_RESUMED:
		out_text(out, _("accepting again"));
		break;
	case EVENT_FAILED:
		out_text(out, event->text);
		put_peer(out, " ", event);
		put_error(out, event);
		break;
	case EVENT_COUNT:
		break;
	}
	out_char(out, '\n');
}

static const char *kind_name(enum event_kind kind) {
	static const char *const names[] = {
		[EVENT_LISTENING] = "listening", [EVENT_CONNECTED] = "connected",
		[EVENT_RECEIVED] = "received",   [EVENT_REQUEST] = "request",
		[EVENT_CLOSED] = "closed",       [EVENT_REFUSED] = "refused",
		[EVENT_PAUSED] = "paused",       [EVENT_RESUMED] = "resumed",
		[EVENT_FAILED] = "failed",
	};
	_Static_assert(ARRAY_LENGTH(names) == EVENT_COUNT, "a name for each");
	return names[kind];
}

/* "2026-11-25T23:20:01.123Z" */
static void put_time(struct out *out) {
	struct timespec now;
	struct tm utc;
	char text[32];
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	out_printf(out, ",\"time\":\"%s.%03ldZ\"", text, now.tv_nsec / 1000000);
}

static void put_text_member(struct out *out, const char *key, const char *text) {
	out_char(out, ',');
	json_text_member(out, key, text, strlen(text));
}

static void put_json(struct out *out, const struct event *event) {
	out_printf(out, "{\"event\":\"%s\"", kind_name(event->kind));
	put_time(out);
	if (event->service)
		put_text_member(out, "service", event->service);
	if (event->address) {
		const struct address_text text = address_text(event->address);
		put_text_member(out, event->kind == EVENT_LISTENING ? "local" : "peer", text.text);
	}
	if (event->bytes) {
		json_next_number(out, "bytes", event->length);
		out_char(out, ',');
		json_text_member(out, event->kind == EVENT_REQUEST ? "request" : "text",
		                 event->bytes, event->length);
	}
	if (event->kind == EVENT_REQUEST) {
		json_next_number(out, "status", event->status);
		json_next_number(out, "out", event->out);
	}
	if (event->kind == EVENT_CLOSED) {
		json_next_number(out, "in", event->in);
		json_next_number(out, "out", event->out);
		json_next_number(out, "elapsed_us", event->elapsed_ns / 1000);
	}
	if (event->text)
		put_text_member(out, "what", event->text);
	if (event->error != 0)
		put_text_member(out, "error", util_error_name(event->error).text);
	out_text(out, "}\n");
}

static size_t unwritten(const struct report *report) {
	return report->output.pending.used - report->output.written;
}

/* Once nobody reads, or never will, nothing is kept. */
static void fail(struct report *report, int error) {
	report->error = error;
	report->output.written = report->output.pending.used = 0;
}

/* As much as goes while poll() waits no longer than that: 0 not at all, -1 without end. */
static int write_ready(struct report *report, int wait_ms) {
	while (report->error == 0 && unwritten(report) > 0) {
		struct pollfd polled[] = {
			{ .fd = report->output.fd, .events = POLLOUT },
			{ .fd = wait_ms == 0 ? -1 : report->interrupt_fd, .events = POLLIN },
		};
		const int ready = poll(polled, ARRAY_LENGTH(polled), wait_ms);
		if (ready < 0 && errno == EINTR)
			continue;
		if (polled[1].revents)
			return -EINTR;
		if (ready <= 0)
			return 0;
		const size_t before = unwritten(report);
		const int result = output_write(&report->output);
		if (result != 0)
			fail(report, -result);
		else if (unwritten(report) == before && wait_ms == 0)
			return 0;
	}
	return -report->error;
}

static void put_lost(struct report *report) {
	struct out *out = &report->output.pending;
	if (report->format == REPORT_TEXT) {
		out_count(out, _("%llu event not shown\n"), _("%llu events not shown\n"),
		          report->lost);
	} else {
		out_text(out, "{\"event\":\"lost\"");
		put_time(out);
		json_next_number(out, "count", report->lost);
		out_text(out, "}\n");
	}
	report->lost = 0;
}

/* Not before there is room for many, so that it is not said again and again. */
static void tell_lost(struct report *report) {
	if (report->lost > 0 && unwritten(report) <= UNWRITTEN_MAX / 2)
		put_lost(report);
}

static bool has_room(struct report *report) {
	if (unwritten(report) >= UNWRITTEN_MAX)
		write_ready(report, 0);
	tell_lost(report);
	return report->error == 0 && report->lost == 0 && unwritten(report) < UNWRITTEN_MAX;
}

static void put_event(struct report *report, const struct event *event) {
	if (!has_room(report)) {
		report->lost++;
		return;
	}
	switch (report->format) {
	case REPORT_TEXT:
		put_text(&report->output.pending, event);
		break;
	case REPORT_JSON:
		put_json(&report->output.pending, event);
		break;
	case REPORT_QUIET:
		break;
	}
}

void report_event(struct report *report, const struct event *event) {
	pthread_mutex_lock(&report->lock);
	report->events[event->kind]++;
	if (event->kind == EVENT_CLOSED) {
		report->in += event->in;
		report->out_bytes += event->out;
	}
	if (report->format != REPORT_QUIET)
		put_event(report, event);
	pthread_mutex_unlock(&report->lock);
}

void report_count(struct report *report, uint64_t in, uint64_t out) {
	pthread_mutex_lock(&report->lock);
	report->in += in;
	report->out_bytes += out;
	pthread_mutex_unlock(&report->lock);
}

static void put_summary_text(struct report *report) {
	struct out *out = &report->output.pending;
	out_count(out, _("%llu connection, "), _("%llu connections, "),
	          report->events[EVENT_CONNECTED]);
	if (report->events[EVENT_REQUEST] > 0)
		out_count(out, _("%llu request, "), _("%llu requests, "),
		          report->events[EVENT_REQUEST]);
	out_count(out, _("%llu message, "), _("%llu messages, "), report->events[EVENT_RECEIVED]);
	put_bytes(out, report->in);
	out_text(out, _(" in, "));
	put_bytes(out, report->out_bytes);
	out_text(out, _(" out in "));
	put_elapsed(out, util_monotonic_ns() - report->started_ns);
	out_char(out, '\n');
}

static void put_summary_json(struct report *report) {
	struct out *out = &report->output.pending;
	out_text(out, "{\"event\":\"summary\"");
	put_time(out);
	json_next_number(out, "connections", report->events[EVENT_CONNECTED]);
	json_next_number(out, "requests", report->events[EVENT_REQUEST]);
	json_next_number(out, "messages", report->events[EVENT_RECEIVED]);
	json_next_number(out, "in", report->in);
	json_next_number(out, "out", report->out_bytes);
	json_next_number(out, "elapsed_us", (util_monotonic_ns() - report->started_ns) / 1000);
	out_text(out, "}\n");
}

void report_summary(struct report *report) {
	pthread_mutex_lock(&report->lock);
	if (report->lost > 0)
		put_lost(report);
	if (report->format == REPORT_TEXT)
		put_summary_text(report);
	else if (report->format == REPORT_JSON)
		put_summary_json(report);
	pthread_mutex_unlock(&report->lock);
}

int report_flush(struct report *report) {
	pthread_mutex_lock(&report->lock);
	write_ready(report, 0);
	tell_lost(report);
	const int result = write_ready(report, 0);
	pthread_mutex_unlock(&report->lock);
	return result;
}

int report_stuck_fd(struct report *report) {
	pthread_mutex_lock(&report->lock);
	const int fd = unwritten(report) > 0 ? report->output.fd : -1;
	pthread_mutex_unlock(&report->lock);
	return fd;
}

int report_drain(struct report *report, int patience_ms) {
	pthread_mutex_lock(&report->lock);
	int result = write_ready(report, patience_ms);
	if (result == 0 && unwritten(report) > 0)
		result = -EINTR;
	pthread_mutex_unlock(&report->lock);
	return result;
}
