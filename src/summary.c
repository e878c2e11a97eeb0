/* Counts, and their rows. A protocol or state without sockets has no row. */

#include "summary.h"

#include <stdbool.h>

#include "sink.h"
#include "util.h"

static const struct column columns[SUMMARY_COLUMNS] = {
	{ .name = "proto", .title = "PROTO", .help = "" },
	{ .name = "state", .title = "STATE", .help = "" },
	{ .name = "sockets", .title = "SOCKETS", .help = "", .align_right = true },
	{ .name = "inet", .title = "IPV4", .help = "", .align_right = true },
	{ .name = "inet6", .title = "IPV6", .help = "", .align_right = true },
};

const struct column *const summary_columns[SUMMARY_COLUMNS] = {
	&columns[0], &columns[1], &columns[2], &columns[3], &columns[4],
};

void summary_add(struct summary *summary, const struct sock *sock) {
	summary->counts[sock->protocol][sock->state][sock->family]++;
}

typedef void (*row_fn)(struct sink *sink, const struct row *row);

static void show_row(struct sink *sink, row_fn show, enum sock_protocol protocol, const char *state,
                     const uint64_t counts[SOCK_FAMILY_COUNT]) {
	const uint64_t inet = counts[SOCK_FAMILY_INET];
	const uint64_t inet6 = counts[SOCK_FAMILY_INET6];
	const bool over_ip = (SOCK_PROTOCOLS_IP >> protocol & 1) != 0;
	const enum value_kind split = over_ip ? VALUE_NUMBER : VALUE_UNKNOWN;
	uint64_t all = 0;
	for (size_t family = 0; family < SOCK_FAMILY_COUNT; family++)
		all += counts[family];
	const struct value values[SUMMARY_COLUMNS] = {
		{ .kind = VALUE_SYMBOL, .text = sock_protocol_name(protocol) },
		{ .kind = VALUE_SYMBOL, .text = state },
		{ .kind = VALUE_NUMBER, .number = all },
		{ .kind = split, .number = inet },
		{ .kind = split, .number = inet6 },
	};
	if (all > 0)
		show(sink, &(struct row){ .values = values });
}

static void show_protocol(const struct summary *summary, struct sink *sink, row_fn show,
                          enum sock_protocol protocol) {
	uint64_t totals[SOCK_FAMILY_COUNT] = { 0 };
	for (size_t state = 0; state < SOCK_STATE_COUNT; state++) {
		for (size_t family = 0; family < SOCK_FAMILY_COUNT; family++)
			totals[family] += summary->counts[protocol][state][family];
	}
	show_row(sink, show, protocol, "all", totals);
	for (size_t state = 0; state < SOCK_STATE_COUNT; state++)
		show_row(sink, show, protocol, sock_state_name((enum sock_state)state),
		         summary->counts[protocol][state]);
}

static void show_all(const struct summary *summary, struct sink *sink, row_fn show) {
	for (int protocol = 0; protocol < SOCK_PROTOCOL_COUNT; protocol++)
		show_protocol(summary, sink, show, (enum sock_protocol)protocol);
}

void summary_show(const struct summary *summary, struct sink *sink) {
	if (sink->class->measure)
		show_all(summary, sink, sink->class->measure);
	show_all(summary, sink, sink->class->row);
}
