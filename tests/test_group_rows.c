/* Groups as rows: their columns, their order, and the formats. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "group_rows.h"
#include "sink.h"
#include "snapshot.h"
#include "sock.h"
#include "util.h"

static const struct sock socks[] = {
	{ .protocol = SOCK_PROTOCOL_SCTP,
	  .state = SOCK_STATE_ESTABLISHED,
	  .known = SOCK_KNOWS_RECVQ,
	  .recvq = 5 },
	{ .protocol = SOCK_PROTOCOL_SCTP,
	  .state = SOCK_STATE_LISTEN,
	  .known = SOCK_KNOWS_RECVQ,
	  .recvq = 100 },
	{ .protocol = SOCK_PROTOCOL_SCTP,
	  .state = SOCK_STATE_CLOSE_WAIT,
	  .known = SOCK_KNOWS_RECVQ,
	  .recvq = 1 },
	{ .protocol = SOCK_PROTOCOL_SCTP,
	  .state = SOCK_STATE_ESTABLISHED,
	  .known = SOCK_KNOWS_RECVQ,
	  .recvq = 6 },
	{ .protocol = SOCK_PROTOCOL_SCTP, .state = SOCK_STATE_TIME_WAIT },
};

static void expect_rows(const char *list, const char *sort, const struct sink_class *class,
                        const char *wanted) {
	static const struct snapshot reports;
	const struct sock *pointers[ARRAY_LENGTH(socks)];
	const struct column *columns[GROUP_COLUMNS_MAX];
	struct group_rows rows = { 0 };
	char *error = NULL;
	struct out out;
	for (size_t i = 0; i < ARRAY_LENGTH(socks); i++)
		pointers[i] = &socks[i];
	out_init(&out, OUT_MEMORY);
	cr_assert(group_rows_set(&rows, list, &error), "%s", error);
	cr_assert(!sort || group_rows_sort(&rows, sort, &error), "%s", error);
	struct sink sink = { .class = class,
		             .out = &out,
		             .columns = columns,
		             .column_count = group_rows_columns(&rows, columns),
		             .header = true,
		             .rows_key = "groups" };
	sink_begin(&sink);
	group_rows_show(&rows, pointers, ARRAY_LENGTH(socks), &sink);
	sink_end(&sink, &reports);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, wanted, "%s", out.bytes);
	out_finish(&out);
}

#define HEAD "sockets,recvq,sendq,bytes_received,bytes_acked,total_retrans,health\n"

Test(group_rows, the_largest_group_comes_first_and_equals_as_they_came) {
	expect_rows("state", NULL, &sink_csv,
	            "state," HEAD "ESTAB,2,11,,,,,ok\n"
	            "LISTEN,1,100,,,,,ok\n"
	            "CLOSE-WAIT,1,1,,,,,close-wait\n"
	            "TIME-WAIT,1,,,,,,ok\n");
}

Test(group_rows, any_column_is_a_sort_key_and_unknown_comes_last) {
	expect_rows("state", "recvq", &sink_csv,
	            "state," HEAD "CLOSE-WAIT,1,1,,,,,close-wait\n"
	            "ESTAB,2,11,,,,,ok\n"
	            "LISTEN,1,100,,,,,ok\n"
	            "TIME-WAIT,1,,,,,,ok\n");
	expect_rows("state", "-health,sockets,-STATE", &sink_csv,
	            "state," HEAD "CLOSE-WAIT,1,1,,,,,close-wait\n"
	            "TIME-WAIT,1,,,,,,ok\n"
	            "LISTEN,1,100,,,,,ok\n"
	            "ESTAB,2,11,,,,,ok\n");
}

Test(group_rows, text_is_a_table_and_json_leaves_out_what_is_not_known) {
	expect_rows("proto,health", NULL, &sink_text,
	            "PROTO HEALTH     SOCKETS RECV-Q SEND-Q BYTES-RECEIVED BYTES-ACKED "
	            "TOTAL-RETRANS\n"
	            "sctp  ok               4    111      -              -           -"
	            "             -\n"
	            "sctp  close-wait       1      1      -              -           -"
	            "             -\n");
	expect_rows("health", "sockets", &sink_ndjson,
	            "{\"health\":\"close-wait\",\"sockets\":1,\"recvq\":1}\n"
	            "{\"health\":\"ok\",\"sockets\":4,\"recvq\":111}\n");
}

Test(group_rows, what_groups_are_by_is_no_sum_too) {
	expect_rows("recvq", "-recvq", &sink_csv,
	            "recvq,sockets,sendq,bytes_received,bytes_acked,total_retrans,health\n"
	            "100,1,,,,,ok\n6,1,,,,,ok\n5,1,,,,,ok\n1,1,,,,,close-wait\n,1,,,,,ok\n");
}

Test(group_rows, health_is_sorted_from_the_best_to_the_worst_wherever_it_stands) {
	static const char wanted[] = "{\"health\":\"ok\",\"sockets\":4,\"recvq\":111}\n"
				     "{\"health\":\"close-wait\",\"sockets\":1,\"recvq\":1}\n";
	expect_rows("health", "health", &sink_ndjson, wanted);
}

Test(group_rows, what_is_no_column_is_no_sort_key) {
	struct group_rows rows = { 0 };
	char *error = NULL;
	cr_assert(group_rows_set(&rows, "state", &error));
	cr_assert_not(group_rows_sort(&rows, "rtt", &error));
	cr_expect_str_eq(error,
	                 "groups are not sorted by 'rtt', but by state, sockets, recvq, sendq, "
	                 "bytes_received, bytes_acked, total_retrans, health");
	free(error);
}
