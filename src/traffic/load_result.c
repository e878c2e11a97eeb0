#include "load_result.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "histogram.h"
#include "json.h"
#include "out.h"
#include "util.h"

struct quantile {
	const char *name; /* in the text */
	const char *key;  /* in JSON */
	unsigned per_mille;
};

static const struct quantile quantiles[] = {
	{ "p50", "p50", 500 },
	{ "p90", "p90", 900 },
	{ "p99", "p99", 990 },
	{ "p99.9", "p99_9", 999 },
};

struct phase {
	const char *key;
	const char *name; /* marked with N_ */
};

static const struct phase phases[] = {
	[LOAD_PHASE_OPEN] = { "open", N_("opening a socket") },
	[LOAD_PHASE_CONNECT] = { "connect", N_("connecting") },
	[LOAD_PHASE_SEND] = { "send", N_("sending") },
	[LOAD_PHASE_RECEIVE] = { "receive", N_("receiving") },
};
_Static_assert(ARRAY_LENGTH(phases) == LOAD_PHASE_COUNT, "a name for each");

struct words {
	int error;
	const char *text; /* marked with N_ */
};

/* For errors that users of a load meet often. */
static const struct words known[] = {
	{ ECONNREFUSED, N_("refused") },
	{ ECONNRESET, N_("reset by the peer") },
	{ EPIPE, N_("closed by the peer") },
	{ ETIMEDOUT, N_("timed out") },
	{ EMFILE, N_("no descriptor is free: see ulimit -n") },
	{ ENFILE, N_("no descriptor is free in the whole system") },
	{ ENOENT, N_("no server has that name") },
	{ EMSGSIZE, N_("longer than one datagram may be") },
};

/* A port is taken for a minute after its connection was closed from this side (TIME-WAIT). */
static const char no_port[] =
    N_("no local port is free: all are in use or in TIME-WAIT (use --reset or a lower --rate), or "
       "IPv6 is off");

const char *load_error_words(enum load_phase phase, int error) {
	if (phase == LOAD_PHASE_CONNECT && (error == EADDRNOTAVAIL || error == EAGAIN))
		return _(no_port);
	for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
		if (known[i].error == error)
			return _(known[i].text);
	}
	return strerror(error);
}

struct load_result *load_result_create(void) {
	struct load_result *result = xcalloc(1, sizeof(*result));
	result->connect_time = histogram_create();
	result->round_trip = histogram_create();
	return result;
}

void load_result_destroy(struct load_result *result) {
	if (!result)
		return;
	histogram_destroy(result->connect_time);
	histogram_destroy(result->round_trip);
	free(result);
}

void load_result_count_error(struct load_result *result, enum load_phase phase, int error) {
	result->errors[phase][error > 0 && error < LOAD_ERRORS ? error : 0]++;
}

uint64_t load_result_errors(const struct load_result *result) {
	uint64_t sum = 0;
	for (size_t phase = 0; phase < LOAD_PHASE_COUNT; phase++) {
		for (size_t error = 0; error < LOAD_ERRORS; error++)
			sum += result->errors[phase][error];
	}
	return sum;
}

bool load_result_is_good(const struct load_result *result) {
	return result->failed == 0 && result->closed_early == 0 && result->unanswered == 0 &&
	       load_result_errors(result) == 0 && (result->asked == 0 || result->messages > 0);
}

static double per_second(const struct load_result *result, uint64_t count) {
	const double seconds = (double)result->elapsed_ns / 1e9;
	return seconds > 0 ? (double)count / seconds : 0;
}

/* ", 3 failed", if there are any. */
static void put_some(struct out *out, const char *format, uint64_t count) {
	if (count > 0)
		out_count(out, format, format, count);
}

static void put_connections(const struct load_result *result, struct out *out) {
	out_count(out, _("%llu connection made"), _("%llu connections made"), result->made);
	out_printf(out, _(" in %.1fs (%.0f/s)"), (double)result->elapsed_ns / 1e9,
	           per_second(result, result->made));
	put_some(out, _(", %llu failed"), result->failed);
	put_some(out, _(", %llu closed early by the peer"), result->closed_early);
	put_some(out, _(", %llu open at the end"), result->open);
	out_char(out, '\n');
}

static void put_messages(const struct load_result *result, struct out *out) {
	out_count(out, _("%llu message answered"), _("%llu messages answered"), result->messages);
	out_printf(out, " (%.0f/s)", per_second(result, result->messages));
	put_some(out, _(", %llu without an answer in time"), result->unanswered);
	put_some(out, _(", %llu left out that the rate would have had"), result->skipped);
	out_char(out, '\n');
}

static void put_bytes(const struct load_result *result, struct out *out) {
	out_printf(
	    out, _("%llu bytes out (%.1f MB/s), %llu bytes in (%.1f MB/s)\n"),
	    (unsigned long long)result->bytes_out, per_second(result, result->bytes_out) / 1e6,
	    (unsigned long long)result->bytes_in, per_second(result, result->bytes_in) / 1e6);
}

static void put_time(struct out *out, const char *name, uint64_t ns) {
	char text[64];
	*format_put_duration(text, (ns + 500) / 1000) = '\0';
	out_printf(out, "  %s %s", name, text);
}

static void put_times(struct out *out, const char *title, const struct histogram *histogram) {
	if (histogram_count(histogram) == 0)
		return;
	out_text(out, title);
	for (size_t i = 0; i < ARRAY_LENGTH(quantiles); i++)
		put_time(out, quantiles[i].name,
		         histogram_quantile(histogram, quantiles[i].per_mille));
	put_time(out, "max", histogram_max(histogram));
	out_char(out, '\n');
}

static void put_error(struct out *out, enum load_phase phase, int error, uint64_t count) {
	const char *words = error > 0 ? load_error_words(phase, error) : _("another error");
	out_printf(out, "%s: %s %llu", _(phases[phase].name), words, (unsigned long long)count);
	if (error > 0)
		out_printf(out, " (%s)", util_error_name(error).text);
	out_char(out, '\n');
}

void load_result_write_text(const struct load_result *result, struct out *out) {
	put_connections(result, out);
	put_messages(result, out);
	put_bytes(result, out);
	put_times(out, _("connect time"), result->connect_time);
	put_times(out, _("round trip  "), result->round_trip);
	for (int phase = 0; phase < LOAD_PHASE_COUNT; phase++) {
		for (int error = 0; error < LOAD_ERRORS; error++) {
			if (result->errors[phase][error] > 0)
				put_error(out, (enum load_phase)phase, error,
				          result->errors[phase][error]);
		}
	}
}

static void put_times_member(struct out *out, const char *key, const struct histogram *histogram) {
	out_printf(out, ",\"%s\":{\"count\":%llu", key,
	           (unsigned long long)histogram_count(histogram));
	if (histogram_count(histogram) > 0) {
		json_next_number(out, "min", histogram_min(histogram));
		json_next_number(out, "mean", histogram_mean(histogram));
		for (size_t i = 0; i < ARRAY_LENGTH(quantiles); i++)
			json_next_number(out, quantiles[i].key,
			                 histogram_quantile(histogram, quantiles[i].per_mille));
		json_next_number(out, "max", histogram_max(histogram));
	}
	out_char(out, '}');
}

static void put_errors_member(const struct load_result *result, struct out *out) {
	const char *comma = "";
	out_text(out, ",\"errors\":[");
	for (size_t phase = 0; phase < LOAD_PHASE_COUNT; phase++) {
		for (int error = 0; error < LOAD_ERRORS; error++) {
			const uint64_t count = result->errors[phase][error];
			if (count == 0)
				continue;
			out_printf(out, "%s{\"phase\":\"%s\",\"error\":\"%s\",\"count\":%llu}",
			           comma, phases[phase].key, util_error_name(error).text,
			           (unsigned long long)count);
			comma = ",";
		}
	}
	out_char(out, ']');
}

void load_result_write_json(const struct load_result *result, struct out *out) {
	const struct {
		const char *key;
		uint64_t count;
	} rates[] = {
		{ "connections_per_second", result->made },
		{ "messages_per_second", result->messages },
		{ "bytes_out_per_second", result->bytes_out },
		{ "bytes_in_per_second", result->bytes_in },
	};
	out_text(out, "{\"event\":\"summary\"");
	json_next_number(out, "connections", result->made);
	json_next_number(out, "failed", result->failed);
	json_next_number(out, "closed_early", result->closed_early);
	json_next_number(out, "open_at_end", result->open);
	json_next_number(out, "messages", result->messages);
	json_next_number(out, "unanswered", result->unanswered);
	json_next_number(out, "skipped", result->skipped);
	json_next_number(out, "bytes_out", result->bytes_out);
	json_next_number(out, "bytes_in", result->bytes_in);
	json_next_number(out, "elapsed_ns", result->elapsed_ns);
	for (size_t i = 0; i < ARRAY_LENGTH(rates); i++)
		out_printf(out, ",\"%s\":%.3f", rates[i].key, per_second(result, rates[i].count));
	put_times_member(out, "connect_time_ns", result->connect_time);
	put_times_member(out, "round_trip_ns", result->round_trip);
	put_errors_member(result, out);
	out_text(out, "}\n");
}
