/* The table of fields: its names are a contract, and what the kernel did not send is not known.
 * Offsets are those of struct tcp_info in the kernel's include/uapi/linux/tcp.h. */

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "field.h"
#include "sink.h"
#include "sock.h"
#include "tcp_info.h"
#include "util.h"

static const struct {
	const char *name;
	uint16_t offset, size;
} tcp_numbers[] = {
	{ "retransmits", 2, 1 },
	{ "probes", 3, 1 },
	{ "backoff", 4, 1 },
	{ "rto", 8, 4 },
	{ "ato", 12, 4 },
	{ "snd_mss", 16, 4 },
	{ "rcv_mss", 20, 4 },
	{ "unacked", 24, 4 },
	{ "sacked", 28, 4 },
	{ "lost", 32, 4 },
	{ "retrans", 36, 4 },
	{ "fackets", 40, 4 },
	{ "lastsnd", 44, 4 },
	{ "lastrcv", 52, 4 },
	{ "lastack", 56, 4 },
	{ "pmtu", 60, 4 },
	{ "rcv_ssthresh", 64, 4 },
	{ "rtt", 68, 4 },
	{ "rttvar", 72, 4 },
	{ "ssthresh", 76, 4 },
	{ "cwnd", 80, 4 },
	{ "advmss", 84, 4 },
	{ "reordering", 88, 4 },
	{ "rcv_rtt", 92, 4 },
	{ "rcv_space", 96, 4 },
	{ "total_retrans", 100, 4 },
	{ "pacing_rate", 104, 8 },
	{ "max_pacing_rate", 112, 8 },
	{ "bytes_acked", 120, 8 },
	{ "bytes_received", 128, 8 },
	{ "segs_out", 136, 4 },
	{ "segs_in", 140, 4 },
	{ "notsent", 144, 4 },
	{ "min_rtt", 148, 4 },
	{ "data_segs_in", 152, 4 },
	{ "data_segs_out", 156, 4 },
	{ "delivery_rate", 160, 8 },
	{ "busy", 168, 8 },
	{ "rwnd_limited", 176, 8 },
	{ "sndbuf_limited", 184, 8 },
	{ "delivered", 192, 4 },
	{ "delivered_ce", 196, 4 },
	{ "bytes_sent", 200, 8 },
	{ "bytes_retrans", 208, 8 },
	{ "dsack_dups", 216, 4 },
	{ "reord_seen", 220, 4 },
	{ "rcv_ooopack", 224, 4 },
	{ "snd_wnd", 228, 4 },
	{ "rcv_wnd", 232, 4 },
	{ "rehash", 236, 4 },
	{ "total_rto", 240, 2 },
	{ "total_rto_recoveries", 242, 2 },
	{ "total_rto_time", 244, 4 },
	{ "received_ce", 248, 4 },
	{ "delivered_e1_bytes", 252, 4 },
	{ "delivered_e0_bytes", 256, 4 },
	{ "delivered_ce_bytes", 260, 4 },
	{ "received_e1_bytes", 264, 4 },
	{ "received_e0_bytes", 268, 4 },
	{ "received_ce_bytes", 272, 4 },
};

static bool get(const char *name, const struct sock *sock, struct value *value) {
	const struct field *field = field_find(name, strlen(name));
	cr_assert_not_null(field, "there is no field %s", name);
	const struct field_source source = field_source(sock);
	*value = (struct value){ 0 };
	return field_get(&field->access, &source, value);
}

static bool knows(const char *name, const struct sock *sock) {
	struct value value;
	return get(name, sock, &value);
}

/* Every byte is different from its neighbours, and small enough for every rule. */
static struct tcp_counters filled_counters(void) {
	struct tcp_counters tcp;
	unsigned char *bytes = (unsigned char *)&tcp;
	for (size_t i = 0; i < sizeof(tcp); i++)
		bytes[i] = (unsigned char)(i % 120 + 1);
	return tcp;
}

static struct sock tcp_sock(const struct tcp_counters *tcp, size_t length) {
	return (struct sock){ .state = SOCK_STATE_ESTABLISHED,
		              .tcp = tcp,
		              .tcp_length = (uint16_t)length };
}

Test(field, names_are_lower_snake_and_short_enough_for_a_json_key) {
	for (size_t i = 0; i < field_count; i++) {
		const struct column *column = &fields[i].column;
		const char *name = column->name;
		cr_expect(islower((unsigned char)name[0]), "%s", name);
		cr_expect_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(name),
		             "%s", name);
		cr_expect_null(strstr(name, "__"), "%s", name);
		cr_expect_neq(name[strlen(name) - 1], '_', "%s", name);
		cr_expect_leq(strlen(name) + strlen(unit_key_suffix(column->unit)),
		              SINK_KEY_SIZE - 5, "%s", name);
	}
}

Test(field, no_two_fields_share_a_name_or_a_json_key) {
	for (size_t i = 0; i < field_count; i++) {
		char keys[3][64];
		const char *name = fields[i].column.name;
		snprintf(keys[0], sizeof(keys[0]), "%s", name);
		snprintf(keys[1], sizeof(keys[1]), "%s%s", name,
		         unit_key_suffix(fields[i].column.unit));
		snprintf(keys[2], sizeof(keys[2]), "%s_hex", name);
		for (size_t j = 0; j < ARRAY_LENGTH(keys); j++) {
			const struct field *found = field_find(keys[j], strlen(keys[j]));
			const struct field *wanted = j < 2 ? &fields[i] : NULL;
			cr_expect_eq(found, wanted, "%s finds another field", keys[j]);
		}
	}
}

Test(field, titles_are_single_words_and_no_two_are_the_same) {
	for (size_t i = 0; i < field_count; i++) {
		const char *title = fields[i].column.title;
		cr_expect(title && title[0], "%s", fields[i].column.name);
		cr_expect_eq(strcspn(title, " \t\n"), strlen(title), "%s", title);
		for (size_t j = 0; j < i; j++)
			cr_expect_str_neq(title, fields[j].column.title);
	}
}

/* What probes may leave unread must be asked for by the fields that show it. */
Test(field, what_comes_in_attributes_is_asked_for) {
	const struct sock_memory memory = { .length = sizeof(memory) };
	const struct sock_ulp ulp = { .known = UINT32_MAX, .name = "tls", .name_length = 3 };
	const struct tcp_counters tcp = { .options = TCP_OPTION_WSCALE };
	const struct mptcp_counters mptcp = { 0 };
	const struct sock fixed = { .known = SOCK_KNOWS_COOKIE | SOCK_KNOWS_INODE | SOCK_KNOWS_UID |
		                             SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ |
		                             SOCK_KNOWS_TIMER | SOCK_KNOWS_INTERFACE |
		                             SOCK_KNOWS_NETNS | SOCK_KNOWS_PORTS };
	struct sock told = fixed;
	told.known = UINT32_MAX;
	told.memory = &memory;
	told.ulp = &ulp;
	told.tcp = &tcp;
	told.mptcp = &mptcp;
	told.tcp_length = sizeof(tcp);
	told.mptcp_length = sizeof(mptcp);
	told.algorithm = "cubic";
	told.algorithm_length = 5;
	told.cgroup = "/";
	const struct field_source without = field_source(&fixed);
	const struct field_source with = field_source(&told);
	size_t found = 0;
	for (size_t i = 0; i < field_count; i++) {
		struct value value;
		if (field_get(&fields[i].access, &without, &value) ||
		    !field_get(&fields[i].access, &with, &value))
			continue;
		cr_expect(fields[i].needs & SOCK_NEEDS_IN_ATTRIBUTES, "%s", fields[i].column.name);
		found++;
	}
	cr_expect_gt(found, 100);
}

Test(field, every_field_has_a_line_of_help) {
	for (size_t i = 0; i < field_count; i++) {
		const char *help = fields[i].column.help;
		cr_expect(help && strlen(help) > 3, "%s", fields[i].column.name);
		cr_expect_null(strchr(help, '\n'), "%s", fields[i].column.name);
		cr_expect_leq(strlen(help), 80, "%s", fields[i].column.name);
	}
}

Test(field, a_name_is_found_whole_and_in_any_case) {
	static const char *const refused[] = { "",       "spor",      "sports", "sport_us",  "rtt_",
		                               "rtt_ms", "rtt_us_us", " rtt",   "lastsnd_us" };
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++)
		cr_expect_null(field_find(refused[i], strlen(refused[i])), "%s", refused[i]);
	cr_expect_eq(field_find("sport,dport", 5), field_find("sport", 5));
	cr_expect_eq(field_find("SPORT", 5), field_find("sport", 5));
	cr_expect_eq(field_find("Recv-Q", 6), field_find("recvq", 5));
	cr_expect_eq(field_find("PID/PROCESS", 11), field_find("owners", 6));
	cr_expect_eq(field_find("RTT_US", 6), field_find("rtt", 3));
	cr_expect_eq(field_find("rtt_us", 6), field_find("rtt", 3));
	cr_expect_eq(field_find("lastsnd_ms", 10), field_find("lastsnd", 7));
}

Test(field, a_slip_of_the_finger_suggests_the_field) {
	static const struct {
		const char *typed, *meant;
	} rows[] = { { "spotr", "sport" },
		     { "recv", "recvq" },
		     { "stat", "state" },
		     { "bytes-acked", "bytes_acked" } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *like = field_suggest(rows[i].typed, strlen(rows[i].typed));
		cr_expect(like && strcmp(like, rows[i].meant) == 0, "%s: %s", rows[i].typed,
		          like ? like : "none");
	}
	cr_expect_null(field_suggest("qqqqqqqqqq", 10));
}

Test(field, of_a_socket_that_nobody_described_only_the_identity_is_known) {
	static const char *const always[] = { "proto", "family", "state", "local",
		                              "peer",  "src",    "dst",   "source" };
	const struct sock sock = { .state = SOCK_STATE_ESTABLISHED };
	for (size_t i = 0; i < field_count; i++) {
		bool expected = false;
		for (size_t j = 0; j < ARRAY_LENGTH(always); j++)
			expected |= strcmp(always[j], fields[i].column.name) == 0;
		cr_expect_eq(knows(fields[i].column.name, &sock), expected, "%s",
		             fields[i].column.name);
	}
}

Test(field, a_tcp_counter_is_known_from_its_end_on_and_holds_its_own_bytes) {
	const struct tcp_counters tcp = filled_counters();
	for (size_t i = 0; i < ARRAY_LENGTH(tcp_numbers); i++) {
		const char *name = tcp_numbers[i].name;
		const size_t end = tcp_numbers[i].offset + tcp_numbers[i].size;
		uint64_t wanted = 0;
		memcpy(&wanted, (const unsigned char *)&tcp + tcp_numbers[i].offset,
		       tcp_numbers[i].size);
		for (size_t length = 0; length <= sizeof(tcp); length++) {
			const struct sock sock = tcp_sock(&tcp, length);
			struct value value;
			const bool known = get(name, &sock, &value);
			cr_assert_eq(known, length >= end, "%s at %zu bytes", name, length);
			cr_assert(!known || (value.kind == VALUE_NUMBER && value.number == wanted),
			          "%s is %llu", name, (unsigned long long)value.number);
		}
	}
}

Test(field, all_ones_are_unsigned_or_not_known) {
	struct tcp_counters tcp;
	memset(&tcp, 0xff, sizeof(tcp));
	const struct sock sock = tcp_sock(&tcp, sizeof(tcp));
	static const char *const no_value[] = { "min_rtt", "ssthresh", "pacing_rate",
		                                "max_pacing_rate" };
	for (size_t i = 0; i < ARRAY_LENGTH(tcp_numbers); i++) {
		bool expected = true;
		for (size_t j = 0; j < ARRAY_LENGTH(no_value); j++)
			expected &= strcmp(no_value[j], tcp_numbers[i].name) != 0;
		struct value value;
		const bool known = get(tcp_numbers[i].name, &sock, &value);
		const uint64_t ones = UINT64_MAX >> (64 - 8 * tcp_numbers[i].size);
		cr_expect_eq(known, expected, "%s", tcp_numbers[i].name);
		cr_expect(!known || value.number == ones, "%s", tcp_numbers[i].name);
	}
}

Test(field, a_round_trip_time_of_0_was_never_measured) {
	static const char *const measured[] = { "rtt", "min_rtt", "rcv_rtt", "ato" };
	const struct tcp_counters tcp = { 0 };
	const struct sock sock = tcp_sock(&tcp, sizeof(tcp));
	for (size_t i = 0; i < ARRAY_LENGTH(measured); i++)
		cr_expect_not(knows(measured[i], &sock), "%s", measured[i]);
	cr_expect(knows("bytes_acked", &sock), "no bytes are a number of bytes");
}

Test(field, the_slow_start_threshold_is_infinite_from_0x7fffffff_on) {
	static const struct {
		uint32_t ssthresh;
		bool known;
	} rows[] = { { 0, true },
		     { 2, true },
		     { 0x7ffffffe, true },
		     { 0x7fffffff, false },
		     { 0x80000000, false } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct tcp_counters tcp = { .snd_ssthresh = rows[i].ssthresh };
		const struct sock sock = tcp_sock(&tcp, sizeof(tcp));
		cr_expect_eq(knows("ssthresh", &sock), rows[i].known, "%x", rows[i].ssthresh);
	}
}

/* Linux 2.6 sends 104 bytes. */
Test(field, an_old_kernel_tells_what_it_knows_and_no_more) {
	const struct tcp_counters tcp = filled_counters();
	const struct sock sock = tcp_sock(&tcp, 104);
	for (size_t i = 0; i < ARRAY_LENGTH(tcp_numbers); i++)
		cr_expect_eq(knows(tcp_numbers[i].name, &sock), tcp_numbers[i].offset < 104, "%s",
		             tcp_numbers[i].name);
	cr_expect_not(knows("app_limited", &sock));
	cr_expect_not(knows("fastopen_fail", &sock));
	cr_expect(knows("ca_state", &sock));
}

Test(field, of_a_listener_only_the_window_reordering_and_queues_are_known) {
	const struct tcp_counters tcp = filled_counters();
	struct sock sock = tcp_sock(&tcp, sizeof(tcp));
	sock.state = SOCK_STATE_LISTEN;
	sock.known = SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ;
	for (size_t i = 0; i < field_count; i++) {
		const char *name = fields[i].column.name;
		const bool expected = strcmp(name, "cwnd") == 0 || strcmp(name, "reordering") == 0;
		if (fields[i].group == FIELD_GROUP_INFO)
			cr_expect_eq(knows(name, &sock), expected, "%s", name);
	}
	cr_expect(knows("recvq", &sock) && knows("sendq", &sock));
}

Test(field, window_scales_are_known_only_where_both_ends_scale) {
	struct tcp_counters tcp = { .window_scales = 0x97 };
	const struct sock sock = tcp_sock(&tcp, sizeof(tcp));
	struct value value;
	cr_expect_not(knows("snd_wscale", &sock) || knows("rcv_wscale", &sock));
	tcp.options = TCP_OPTION_WSCALE;
	cr_expect(get("snd_wscale", &sock, &value) && value.number == 7);
	cr_expect(get("rcv_wscale", &sock, &value) && value.number == 9);
}

Test(field, the_send_rate_is_window_times_segment_by_round_trip) {
	struct tcp_counters tcp = { .snd_cwnd = 10, .snd_mss = 1448, .rtt = 1000 };
	const struct sock sock = tcp_sock(&tcp, sizeof(tcp));
	struct value value;
	cr_expect(get("send_rate", &sock, &value) && value.number == 14480000);
	tcp.rtt = 0;
	cr_expect_not(knows("send_rate", &sock));
}

Test(field, a_congestion_state_beyond_the_known_ones_is_a_number) {
	struct tcp_counters tcp = { .ca_state = 4 };
	const struct sock sock = tcp_sock(&tcp, sizeof(tcp));
	struct value value;
	cr_expect(get("ca_state", &sock, &value) && strcmp(value.text, "loss") == 0);
	tcp.ca_state = 255;
	cr_expect(get("ca_state", &sock, &value) && value.kind == VALUE_NUMBER);
	cr_expect_eq(value.number, 255);
}
