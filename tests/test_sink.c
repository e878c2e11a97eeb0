/* Every format against a file in golden/, with names that try to break out of it. The sockets are
 * the same in all of them. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink.h"
#include "snapshot.h"
#include "sock.h"
#include "tcp_info.h"
#include "util.h"
#include "view.h"

static const struct process sshd = { .pid = 812,
	                             .start_time = 1,
	                             .comm = "sshd",
	                             .comm_length = 4,
	                             .exe = "sshd",
	                             .exe_length = 4 };
static const struct process forger = { .pid = 4242,
	                               .start_time = 2,
	                               .comm = "x\",\"pid\":1",
	                               .comm_length = 10,
	                               .exe = "a,1/init b",
	                               .exe_length = 10 };
static const struct process screen = {
	.pid = 4243, .start_time = 3, .comm = "\x1b[2J\n", .comm_length = 5
};
static const struct process latin = { .pid = 4294967295,
	                              .start_time = 4,
	                              .comm = "caf\xe9",
	                              .comm_length = 4,
	                              .exe = "\u202egpj.\u00f1\\",
	                              .exe_length = 10 };

static const struct owner sshd_owners[] = { { &sshd, 3 } };
static const struct owner many_owners[] = {
	{ &forger, 5 }, { &forger, 6 }, { &screen, 0 }, { &latin, 4294967295 }
};

static const struct tcp_counters counters = {
	.rtt = 1500,
	.rttvar = 750,
	.snd_cwnd = 10,
	.snd_ssthresh = 0x7fffffff,
	.bytes_acked = 1,
	.options = TCP_OPTION_TIMESTAMPS | TCP_OPTION_SACK,
};

enum {
	KNOWS_USUAL = SOCK_KNOWS_COOKIE | SOCK_KNOWS_INODE | SOCK_KNOWS_UID | SOCK_KNOWS_RECVQ |
	              SOCK_KNOWS_SENDQ | SOCK_KNOWS_SHUTDOWN | SOCK_KNOWS_PORTS,
};

static const struct sock socks[] = {
	{ .known = KNOWS_USUAL | SOCK_KNOWS_V6ONLY,
	  .family = SOCK_FAMILY_INET6,
	  .state = SOCK_STATE_LISTEN,
	  .cookie = 0x1001,
	  .inode = 4026531999,
	  .sendq = 128,
	  .local.port = 22,
	  .user = "root",
	  .owners = sshd_owners,
	  .owner_count = 1,
	  .ownership = SOCK_OWNERSHIP_EXACT },
	{ .known = KNOWS_USUAL | SOCK_KNOWS_INTERFACE | SOCK_KNOWS_TIMER,
	  .state = SOCK_STATE_ESTABLISHED,
	  .cookie = UINT64_MAX,
	  .inode = 7,
	  .uid = UINT32_MAX,
	  .recvq = UINT32_MAX,
	  .shutdown = 3,
	  .timer = SOCK_TIMER_KEEPALIVE,
	  .timer_ms = 9373,
	  .ifindex = 1,
	  .interface_name = "l\x1bo",
	  .user = "q\"u o\\te,\t",
	  .local = { .port = 53, .address = { 127, 0, 0, 1 } },
	  .peer = { .port = 65535, .address = { 255, 255, 255, 255 } },
	  .tcp = &counters,
	  .tcp_length = 232,
	  .owners = many_owners,
	  .owner_count = ARRAY_LENGTH(many_owners),
	  .ownership = SOCK_OWNERSHIP_SEVERAL },
	{ .known = SOCK_KNOWS_PORTS,
	  .protocol = SOCK_PROTOCOL_UDP,
	  .family = SOCK_FAMILY_INET6,
	  .state = SOCK_STATE_CLOSE,
	  .user = "\xff\u202e\u00f1",
	  .local = { .port = 5353, .address = { 0xfe, 0x80, [15] = 1 } } },
};

static const char columns[] =
    "proto,state,recvq,sendq,local,peer,owners,user,rtt,cookie,v6only,shutdown";

struct table {
	const struct sink_class *class;
	const char *columns;
	const char *details[2]; /* a field of each group of details */
	bool without_header;
	size_t measured; /* how many rows come in the first batch */
	const struct snapshot *reports;
};

static void show(const struct table *table, const struct sock *rows, size_t count,
                 struct out *out) {
	static const struct snapshot no_reports;
	struct view view = { 0 };
	char *error = NULL;
	cr_assert(view_set_columns(&view, table->columns, &error), "%s", error);
	for (size_t i = 0; i < ARRAY_LENGTH(table->details) && table->details[i]; i++)
		view_add_group(&view,
		               field_find(table->details[i], strlen(table->details[i]))->group);
	const struct column **shown = xcalloc(view.column_count, sizeof(const struct column *));
	for (size_t i = 0; i < view.column_count; i++)
		shown[i] = &view.columns[i]->column;
	struct sink sink = { .class = table->class,
		             .out = out,
		             .columns = shown,
		             .accesses = view.accesses,
		             .column_count = view.column_count,
		             .detail_count = view.detail_count,
		             .header = !table->without_header,
		             .rows_key = "sockets",
		             .origin = { .host = "ho\"st\xff", .time = "2026-01-02T03:04:05Z" } };
	sink_begin(&sink);
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < (pass ? count : table->measured); i++) {
			const struct field_source source = field_source(&rows[i]);
			const struct row row = { .source = &source };
			if (pass)
				sink.class->row(&sink, &row);
			else if (sink.class->measure)
				sink.class->measure(&sink, &row);
		}
	}
	sink_end(&sink, table->reports ? table->reports : &no_reports);
	free(shown);
	view_finish(&view);
}

static char *shown(const struct table *table, const struct sock *rows, size_t count) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	show(table, rows, count, &out);
	out_char(&out, '\0');
	return out.bytes;
}

static void expect_golden(const struct table *table, const char *name) {
	char golden[8192] = "";
	char *path = xasprintf("%s/%s", TEST_GOLDEN, name);
	FILE *file = fopen(path, "r");
	cr_assert_not_null(file, "%s: %s", path, strerror(errno));
	golden[fread(golden, 1, sizeof(golden) - 1, file)] = '\0';
	fclose(file);
	free(path);
	char *text = shown(table, socks, ARRAY_LENGTH(socks));
	cr_expect_str_eq(text, golden, "%s is now:\n%s", name, text);
	free(text);
}

static void expect_shown(const struct table *table, size_t count, const char *wanted) {
	char *text = shown(table, socks, count);
	cr_expect_str_eq(text, wanted, "'%s' is not '%s'", text, wanted);
	free(text);
}

/* One socket of which tcp_info is known up to `delivered`. */
static struct sock counted(const struct tcp_counters *tcp) {
	return (struct sock){ .state = SOCK_STATE_ESTABLISHED,
		              .tcp = tcp,
		              .tcp_length = offsetof(struct tcp_counters, delivered) };
}

Test(sink, text_is_one_line_a_socket_whatever_the_names_are) {
	expect_golden(&(struct table){ .class = &sink_text, .columns = columns, .measured = 3 },
	              "list.txt");
}

Test(sink, details_stand_behind_the_columns_with_their_names) {
	const struct table table = { .class = &sink_text,
		                     .columns = "proto,state,rtt",
		                     .details = { "uid", "timer" },
		                     .measured = 3 };
	expect_golden(&table, "details.txt");
}

Test(sink, csv_quotes_what_would_split_a_row) {
	expect_golden(&(struct table){ .class = &sink_csv, .columns = columns }, "list.csv");
}

/* Readers take an empty line for no row at all. */
Test(sink, a_row_of_csv_is_never_an_empty_line) {
	const struct table table = { .class = &sink_csv, .columns = "rtt" };
	expect_shown(&table, 2, "rtt_us\n\"\"\n1500\n");
}

Test(sink, what_a_zero_means_decides_whether_a_number_is_shown) {
	const struct tcp_counters fresh = { .snd_cwnd = 10 };
	const struct sock rows[] = { counted(&fresh) };
	const struct table table = { .class = &sink_ndjson, .columns = "rtt,cwnd,lost,send_rate" };
	char *text = shown(&table, rows, ARRAY_LENGTH(rows));
	cr_expect_str_eq(text, "{\"cwnd\":10,\"lost\":0}\n", "%s", text);
	free(text);
}

/* Longer than what is kept to be repeated. */
Test(sink, a_long_cell_is_shown_whole_each_time) {
	const struct tcp_counters all = { .options = 0x7f };
	const struct sock rows[] = { counted(&all), counted(&all), counted(&all) };
	const struct table table = { .class = &sink_text,
		                     .columns = "tcp_options",
		                     .without_header = true };
	const char *line = "ts,sack,wscale,ecn,ecnseen,syn_data,usec_ts\n";
	char *text = shown(&table, rows, ARRAY_LENGTH(rows));
	cr_expect_eq(strlen(text), 3 * strlen(line));
	for (size_t i = 0; i < 3; i++)
		cr_expect_eq(strncmp(text + i * strlen(line), line, strlen(line)), 0, "%s", text);
	free(text);
}

Test(sink, tsv_has_a_tab_between_cells_and_nowhere_else) {
	expect_golden(&(struct table){ .class = &sink_tsv, .columns = columns }, "list.tsv");
}

Test(sink, json_is_one_document_with_the_exact_bytes_beside_it) {
	struct snapshot reports;
	snapshot_init(&reports);
	reports.reports[SOCK_PROBE_TCP] = (struct probe_report){
		.outcome = REPORT_WHOLE, .count = 2, .elapsed_ns = 1234567, .duplicates = 1
	};
	reports.reports[SOCK_PROBE_UDP] = (struct probe_report){ .outcome = REPORT_WHOLE,
		                                                 .source = SOCK_SOURCE_PROC,
		                                                 .count = 1,
		                                                 .elapsed_ns = 999,
		                                                 .ignored = 2,
		                                                 .diag_error = ENOENT };
	reports.reports[SOCK_PROBE_MPTCP].outcome = REPORT_ABSENT;
	expect_golden(
	    &(struct table){ .class = &sink_json, .columns = columns, .reports = &reports },
	    "list.json");
	snapshot_finish(&reports);
}

Test(sink, ndjson_is_the_same_objects_one_a_line) {
	expect_golden(&(struct table){ .class = &sink_ndjson, .columns = columns }, "list.ndjson");
}

/* A line for each row, with the details of the group that the field is in. */
static char *shown_details(const char *field, const struct sock *rows, size_t count) {
	return shown(&(struct table){ .class = &sink_text,
	                              .columns = "proto",
	                              .details = { field },
	                              .without_header = true },
	             rows, count);
}

Test(sink, what_is_usual_is_left_out_of_the_details) {
	const struct tcp_counters usual = { .snd_cwnd = 10 };
	const struct tcp_counters unusual = { .snd_cwnd = 10, .ca_state = 4, .lost = 3 };
	const struct sock rows[] = { counted(&usual), counted(&unusual), counted(&usual) };
	char *text = shown_details("cwnd", rows, ARRAY_LENGTH(rows));
	char *second = strchr(text, '\n') + 1;
	char *third = strchr(second, '\n') + 1;
	cr_expect_eq(strncmp(text, third, (size_t)(second - text)), 0, "%s", text);
	second[-1] = '\0';
	third[-1] = '\0';
	cr_expect_not_null(strstr(text, " cwnd:10"), "%s", text);
	cr_expect_null(strstr(text, "ca_state"), "%s", text);
	cr_expect_null(strstr(text, "lost"), "%s", text);
	cr_expect_not_null(strstr(second, " ca_state:loss"), "%s", second);
	cr_expect_not_null(strstr(second, " lost:3"), "%s", second);
	free(text);
}

/* The other bits of the same byte are none of its business. */
Test(sink, a_few_bits_are_quiet_when_they_are_zero) {
	const struct tcp_counters limited = { .flags = 1 };
	const struct tcp_counters failed = { .flags = 2 << 1 };
	struct sock rows[] = { counted(&limited), counted(&failed) };
	rows[0].tcp_length = rows[1].tcp_length = sizeof(limited);
	char *text = shown_details("fastopen_fail", rows, ARRAY_LENGTH(rows));
	char *second = strchr(text, '\n') + 1;
	second[-1] = '\0';
	cr_expect_not_null(strstr(text, " app_limited:yes"), "%s", text);
	cr_expect_null(strstr(text, "fastopen_fail"), "%s", text);
	cr_expect_null(strstr(second, "app_limited"), "%s", second);
	cr_expect_not_null(strstr(second, " fastopen_fail:2"), "%s", second);
	free(text);
}

/* A cell is repeated only while the number that it is made of stays the same. */
Test(sink, rows_that_take_turns_are_each_shown_as_they_are) {
	struct sock rows[6];
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		rows[i] = (struct sock){ .protocol = i % 2 ? SOCK_PROTOCOL_UDP : SOCK_PROTOCOL_TCP,
			                 .state = i < 3 ? SOCK_STATE_LISTEN : SOCK_STATE_CLOSE,
			                 .known = i == 4 ? 0 : SOCK_KNOWS_RECVQ,
			                 .recvq = i < 5 ? 7 : 8 };
	const struct table table = { .class = &sink_text,
		                     .columns = "proto,state,recvq",
		                     .without_header = true };
	char *text = shown(&table, rows, ARRAY_LENGTH(rows));
	cr_expect_str_eq(text,
	                 "tcp LISTEN 7\nudp LISTEN 7\ntcp LISTEN 7\n"
	                 "udp UNCONN 7\ntcp UNCONN -\nudp UNCONN 8\n",
	                 "%s", text);
	free(text);
}

Test(sink, json_with_a_partial_report_is_not_complete) {
	struct snapshot reports;
	snapshot_init(&reports);
	reports.reports[REPORT_OWNERS] = (struct probe_report){
		.outcome = REPORT_PARTIAL, .source = SOCK_SOURCE_PROC, .error = EMFILE, .count = 5
	};
	const struct table table = { .class = &sink_json,
		                     .columns = "proto,sport",
		                     .reports = &reports };
	expect_shown(&table, 1,
	             "{\"schema\":1,\"host\":\"ho\\\"st\\ufffd\",\"host_hex\":\"686f227374ff\","
	             "\"time\":\"2026-01-02T03:04:05Z\",\"sockets\":[\n"
	             "{\"proto\":\"tcp\",\"sport\":22}\n"
	             "],\"probes\":[\n"
	             "{\"name\":\"owners\",\"source\":\"proc\",\"count\":5,\"elapsed_us\":0,"
	             "\"error\":\"EMFILE\"}\n"
	             "],\"complete\":false}\n");
	snapshot_finish(&reports);
}

Test(sink, an_empty_answer_still_has_its_form) {
	static const struct {
		const struct sink_class *class;
		const char *with_header, *without;
	} rows[] = {
		{ &sink_text, "PROTO RTT\n", "" },
		{ &sink_csv, "proto,rtt_us\n", "" },
		{ &sink_tsv, "proto\trtt_us\n", "" },
		{ &sink_ndjson, "", "" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		expect_shown(&(struct table){ .class = rows[i].class, .columns = "proto,rtt" }, 0,
		             rows[i].with_header);
		expect_shown(&(struct table){ .class = rows[i].class,
		                              .columns = "proto,rtt",
		                              .without_header = true },
		             0, rows[i].without);
	}
	char *text = shown(&(struct table){ .class = &sink_json, .columns = "proto" }, NULL, 0);
	cr_expect_not_null(strstr(text, "\"sockets\":[]"), "%s", text);
	cr_expect_not_null(strstr(text, "\"complete\":true}\n"), "%s", text);
	free(text);
}

Test(sink, text_has_no_header_where_none_is_wanted) {
	const struct table table = { .class = &sink_text,
		                     .columns = "proto,sendq,state",
		                     .without_header = true,
		                     .measured = 2 };
	expect_shown(&table, 2, "tcp 128 LISTEN\ntcp   0 ESTAB\n");
}

Test(sink, a_wider_row_later_on_pushes_aside_and_is_not_cut) {
	const struct table table = { .class = &sink_text,
		                     .columns = "proto,local,state",
		                     .measured = 1 };
	expect_shown(&table, 3,
	             "PROTO LOCAL STATE\n"
	             "tcp   *:22  LISTEN\n"
	             "tcp   127.0.0.1%l\\x1bo:53 ESTAB\n"
	             "udp   [fe80::1]:5353 UNCONN\n");
}

Test(sink, no_line_of_text_ends_with_a_blank) {
	static const char *const lists[] = { "proto,user",  "user",       "recvq,owners",
		                             "state,sendq", "local,peer", "proto,rtt" };
	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
		for (size_t measured = 0; measured <= ARRAY_LENGTH(socks); measured++) {
			const struct table table = { &sink_text, lists[i], .measured = measured };
			char *text = shown(&table, socks, ARRAY_LENGTH(socks));
			cr_expect_null(strstr(text, " \n"), "%s", text);
			cr_expect_eq(text[strlen(text) - 1], '\n');
			free(text);
		}
	}
}

/* prctl(PR_SET_NAME, "") makes such a process. */
Test(sink, an_errno_without_a_name_is_a_number) {
	struct snapshot reports;
	snapshot_init(&reports);
	reports.reports[SOCK_PROBE_TCP] =
	    (struct probe_report){ .outcome = REPORT_PARTIAL, .error = 524, .diag_error = 4000 };
	const struct table table = { .class = &sink_json, .columns = "proto", .reports = &reports };
	char *text = shown(&table, socks, 0);
	cr_expect_not_null(strstr(text, "\"diag_error\":\"4000\",\"error\":\"524\""), "%s", text);
	free(text);
	snapshot_finish(&reports);
}

Test(sink, properties_of_owners_are_plain_lists_in_json) {
	const struct table table = { .class = &sink_ndjson, .columns = "pid,comm,process,fd" };
	char *text = shown(&table, &socks[1], 1);
	cr_expect_str_eq(text,
	                 "{\"pid\":[4242,4243,4294967295],"
	                 "\"comm\":[\"x\\\",\\\"pid\\\":1\",\"\\u001b[2J\\u000a\",\"caf\\ufffd\"],"
	                 "\"process\":[\"a,1/init b\",\"\\u001b[2J\\u000a\","
	                 "\"\\u202egpj.\u00f1\\\\\"],"
	                 "\"fd\":[5,6,0,4294967295]}\n",
	                 "%s", text);
	free(text);
}

Test(sink, a_name_cannot_pass_for_what_is_not_known) {
	static const struct {
		const char *name, *cell;
	} rows[] = { { "-", "\\x2d" }, { "--", "--" }, { "", "\"\"" }, { "\"\"", "\\x22\\x22" } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct process process = { .pid = 7,
			                         .comm = rows[i].name,
			                         .comm_length = strlen(rows[i].name) };
		const struct owner owner = { &process, 3 };
		const struct sock row = { .owners = &owner, .owner_count = 1 };
		const struct table table = { .class = &sink_text,
			                     .columns = "comm",
			                     .without_header = true };
		char *text = shown(&table, &row, 1);
		cr_expect(strncmp(text, rows[i].cell, strlen(rows[i].cell)) == 0 &&
		              text[strlen(rows[i].cell)] == '\n',
		          "'%s' is shown as '%s'", rows[i].name, text);
		free(text);
	}
}

Test(sink, an_empty_name_is_still_a_cell) {
	static const struct process nameless = {
		.pid = 7, .start_time = 1, .comm = "", .comm_length = 0
	};
	static const struct owner owner = { &nameless, 3 };
	static const struct sock row = { .owners = &owner, .owner_count = 1 };
	const struct table last = { .class = &sink_text, .columns = "proto,comm", .measured = 1 };
	const struct table first = { .class = &sink_text, .columns = "comm,proto", .measured = 1 };
	char *texts[] = { shown(&last, &row, 1), shown(&first, &row, 1) };
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		const char *line = strchr(texts[i], '\n') + 1;
		cr_expect(strspn(line, " ") == 0 && !strstr(line, " \n"), "'%s'", line);
		free(texts[i]);
	}
}

Test(sink, wide_characters_are_counted_as_characters) {
	static const struct sock rows[] = { { .user = "\u00f1\u00f1\u00f1" }, { .user = "abcd" } };
	const struct table table = { .class = &sink_text, .columns = "user,proto", .measured = 2 };
	char *text = shown(&table, rows, ARRAY_LENGTH(rows));
	cr_expect_str_eq(text, "USER PROTO\n\u00f1\u00f1\u00f1  tcp\nabcd tcp\n", "%s", text);
	free(text);
}

Test(sink, a_quote_alone_is_enough_to_need_quotes_in_csv) {
	static const struct sock row = { .user = "a\"b" };
	const struct table csv = { .class = &sink_csv, .columns = "user", .without_header = true };
	const struct table tsv = { .class = &sink_tsv, .columns = "user", .without_header = true };
	char *texts[] = { shown(&csv, &row, 1), shown(&tsv, &row, 1) };
	cr_expect_str_eq(texts[0], "\"a\"\"b\"\n", "%s", texts[0]);
	cr_expect_str_eq(texts[1], "a\"b\n", "%s", texts[1]);
	free(texts[0]);
	free(texts[1]);
}

Test(sink, formats_are_found_by_their_exact_name) {
	static const char *const names[] = { "text", "json", "ndjson", "csv", "tsv" };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		const struct sink_class *class = sink_find(names[i]);
		cr_assert_not_null(class, "%s", names[i]);
		cr_expect_str_eq(class->name, names[i]);
		cr_expect_eq(class->is_data, i > 0, "%s", names[i]);
	}
	cr_expect_null(sink_find("xml"));
	cr_expect_null(sink_find(""));
	cr_expect_null(sink_find("JSON"));
}
