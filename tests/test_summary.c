/* Counting: each socket once, and no rows for what is not there. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sink.h"
#include "snapshot.h"
#include "summary.h"
#include "util.h"

static void add(struct summary *summary, enum sock_protocol protocol, enum sock_state state,
                enum sock_family family, int times) {
	const struct sock sock = { .protocol = (uint8_t)protocol,
		                   .state = (uint8_t)state,
		                   .family = (uint8_t)family };
	for (int i = 0; i < times; i++)
		summary_add(summary, &sock);
}

static char *shown(const struct summary *summary, const struct sink_class *class, bool header) {
	static const struct snapshot reports;
	const struct column *columns[SUMMARY_COLUMNS];
	struct out out;
	memcpy(columns, summary_columns, sizeof(columns));
	struct sink sink = { .class = class,
		             .out = &out,
		             .columns = columns,
		             .column_count = SUMMARY_COLUMNS,
		             .header = header,
		             .rows_key = "summary",
		             .origin = { .host = "host", .time = "2026-01-02T03:04:05Z" } };
	out_init(&out, OUT_MEMORY);
	sink_begin(&sink);
	summary_show(summary, &sink);
	sink_end(&sink, &reports);
	out_char(&out, '\0');
	return out.bytes;
}

static void expect_shown(const struct summary *summary, const struct sink_class *class, bool header,
                         const char *wanted) {
	char *text = shown(summary, class, header);
	cr_expect_str_eq(text, wanted, "%s", text);
	free(text);
}

static struct summary example(void) {
	struct summary summary = { 0 };
	add(&summary, SOCK_PROTOCOL_UDP, SOCK_STATE_CLOSE, SOCK_FAMILY_INET6, 3);
	add(&summary, SOCK_PROTOCOL_TCP, SOCK_STATE_LISTEN, SOCK_FAMILY_INET, 2);
	add(&summary, SOCK_PROTOCOL_TCP, SOCK_STATE_LISTEN, SOCK_FAMILY_INET6, 1);
	add(&summary, SOCK_PROTOCOL_TCP, SOCK_STATE_CLOSING, SOCK_FAMILY_INET, 10);
	return summary;
}

Test(summary, each_protocol_has_its_total_and_then_its_states) {
	const struct summary summary = example();
	expect_shown(&summary, &sink_csv, true,
	             "proto,state,sockets,inet,inet6\n"
	             "tcp,all,13,12,1\n"
	             "tcp,LISTEN,3,2,1\n"
	             "tcp,CLOSING,10,10,0\n"
	             "udp,all,3,0,3\n"
	             "udp,UNCONN,3,0,3\n");
}

Test(summary, text_is_aligned_and_its_header_can_be_left_out) {
	const struct summary summary = example();
	expect_shown(&summary, &sink_text, true,
	             "PROTO STATE   SOCKETS IPV4 IPV6\n"
	             "tcp   all          13   12    1\n"
	             "tcp   LISTEN        3    2    1\n"
	             "tcp   CLOSING      10   10    0\n"
	             "udp   all           3    0    3\n"
	             "udp   UNCONN        3    0    3\n");
	expect_shown(&summary, &sink_text, false,
	             "tcp all     13 12 1\n"
	             "tcp LISTEN   3  2 1\n"
	             "tcp CLOSING 10 10 0\n"
	             "udp all      3  0 3\n"
	             "udp UNCONN   3  0 3\n");
}

Test(summary, no_sockets_are_no_rows) {
	const struct summary summary = { 0 };
	expect_shown(&summary, &sink_text, true, "PROTO STATE SOCKETS IPV4 IPV6\n");
	expect_shown(&summary, &sink_text, false, "");
	expect_shown(&summary, &sink_ndjson, true, "");
}

Test(summary, counts_in_json_are_numbers) {
	struct summary summary = { 0 };
	add(&summary, SOCK_PROTOCOL_RAW, SOCK_STATE_CLOSE, SOCK_FAMILY_INET6, 1);
	expect_shown(
	    &summary, &sink_ndjson, true,
	    "{\"proto\":\"raw\",\"state\":\"all\",\"sockets\":1,\"inet\":0,\"inet6\":1}\n"
	    "{\"proto\":\"raw\",\"state\":\"UNCONN\",\"sockets\":1,\"inet\":0,\"inet6\":1}\n");
}

Test(summary, every_protocol_state_and_family_is_counted_apart) {
	struct summary summary = { 0 };
	for (int p = 0; p < SOCK_PROTOCOL_COUNT; p++) {
		for (int s = 1; s < SOCK_STATE_COUNT; s++) {
			for (int f = 0; f < SOCK_FAMILY_COUNT; f++)
				add(&summary, (enum sock_protocol)p, (enum sock_state)s,
				    (enum sock_family)f, p + s + f);
		}
	}
	for (int p = 0; p < SOCK_PROTOCOL_COUNT; p++) {
		for (int s = 1; s < SOCK_STATE_COUNT; s++) {
			for (int f = 0; f < SOCK_FAMILY_COUNT; f++)
				cr_expect_eq(summary.counts[p][s][f], (uint64_t)(p + s + f));
		}
	}
}
