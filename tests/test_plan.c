/* From wants to requests, never less than what is wanted and in as few dumps as the kernel can
 * answer it with; and from requests to bytes, laid out as linux/inet_diag.h has it. */

#include <criterion/criterion.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "hint.h"
#include "plan.h"
#include "util.h"

enum {
	SEQUENCE = 0x01020304,
	BOTH = 1u << SOCK_FAMILY_INET | 1u << SOCK_FAMILY_INET6,
	ONLY4 = 1u << SOCK_FAMILY_INET,
	ONLY6 = 1u << SOCK_FAMILY_INET6,
	LISTENING = 1u << SOCK_STATE_LISTEN,
	CLOSED = 1u << SOCK_STATE_CLOSE,
	ESTABLISHED = 1u << SOCK_STATE_ESTABLISHED,
};

/* What the kernel is asked for, without what is the same in all requests of a want. */
struct asked {
	enum sock_protocol protocol;
	enum inet_dialect dialect;
	enum sock_family family; /* INET_DIALECT_FAMILY */
	uint32_t kernel_states;
};

struct row {
	const char *what;
	struct want want;
	size_t count;
	struct asked asked[4];
};

static const struct row wants[] = {
	{ "nothing", { .families = BOTH }, 0, { { 0 } } },
	{ "no family", { .states = { ESTABLISHED, ESTABLISHED } }, 0, { { 0 } } },
	{ "every TCP socket: bit 13 is there",
	  { .states = { SOCK_STATES_ALL }, .families = BOTH },
	  1,
	  { { SOCK_PROTOCOL_TCP, INET_DIALECT_LEGACY, 0, 0xffe | 1u << 13 } } },
	{ "listening TCP sockets: only the table of listeners is walked",
	  { .states = { LISTENING }, .families = BOTH },
	  1,
	  { { SOCK_PROTOCOL_TCP, INET_DIALECT_LEGACY, 0, 0x400 } } },
	{ "closed TCP sockets",
	  { .states = { CLOSED }, .families = BOTH },
	  1,
	  { { SOCK_PROTOCOL_TCP, INET_DIALECT_LEGACY, 0, 0x80 | 1u << 13 } } },
	{ "TCP over IPv4",
	  { .states = { ESTABLISHED }, .families = ONLY4 },
	  1,
	  { { SOCK_PROTOCOL_TCP, INET_DIALECT_FAMILY, SOCK_FAMILY_INET, 0x2 } } },
	{ "TCP over IPv6",
	  { .states = { ESTABLISHED }, .families = ONLY6 },
	  1,
	  { { SOCK_PROTOCOL_TCP, INET_DIALECT_FAMILY, SOCK_FAMILY_INET6, 0x2 } } },
	{ "UDP has no legacy dialect, and no bit 13",
	  { .states = { [SOCK_PROTOCOL_UDP] = CLOSED }, .families = BOTH },
	  2,
	  { { SOCK_PROTOCOL_UDP, INET_DIALECT_FAMILY, SOCK_FAMILY_INET, 0x80 },
	    { SOCK_PROTOCOL_UDP, INET_DIALECT_FAMILY, SOCK_FAMILY_INET6, 0x80 } } },
	{ "two protocols, one after the other",
	  { .states = { [SOCK_PROTOCOL_RAW] = CLOSED, [SOCK_PROTOCOL_UDPLITE] = ESTABLISHED },
	    .families = BOTH },
	  4,
	  { { SOCK_PROTOCOL_UDPLITE, INET_DIALECT_FAMILY, SOCK_FAMILY_INET, 0x2 },
	    { SOCK_PROTOCOL_UDPLITE, INET_DIALECT_FAMILY, SOCK_FAMILY_INET6, 0x2 },
	    { SOCK_PROTOCOL_RAW, INET_DIALECT_FAMILY, SOCK_FAMILY_INET, 0x80 },
	    { SOCK_PROTOCOL_RAW, INET_DIALECT_FAMILY, SOCK_FAMILY_INET6, 0x80 } } },
	{ "listening TCP and UDP, which is closed to nobody in particular",
	  { .states = { LISTENING, CLOSED }, .families = ONLY6 },
	  2,
	  { { SOCK_PROTOCOL_TCP, INET_DIALECT_FAMILY, SOCK_FAMILY_INET6, 0x400 },
	    { SOCK_PROTOCOL_UDP, INET_DIALECT_FAMILY, SOCK_FAMILY_INET6, 0x80 } } },
	{ "MPTCP",
	  { .states = { [SOCK_PROTOCOL_MPTCP] = LISTENING }, .families = BOTH },
	  2,
	  { { SOCK_PROTOCOL_MPTCP, INET_DIALECT_FAMILY, SOCK_FAMILY_INET, 0x400 },
	    { SOCK_PROTOCOL_MPTCP, INET_DIALECT_FAMILY, SOCK_FAMILY_INET6, 0x400 } } },
};

Test(plan, a_want_becomes_the_fewest_requests) {
	for (size_t i = 0; i < ARRAY_LENGTH(wants); i++) {
		const struct row *row = &wants[i];
		const struct plan plan = plan_requests(&row->want, NULL);
		cr_assert_eq(plan.count, row->count, "%s: %zu", row->what, plan.count);
		for (size_t j = 0; j < row->count; j++) {
			const struct inet_request *request = &plan.requests[j].inet;
			const struct asked *asked = &row->asked[j];
			cr_expect_eq(request->protocol, asked->protocol, "%s", row->what);
			cr_expect_eq(request->dialect, asked->dialect, "%s", row->what);
			cr_expect(asked->dialect == INET_DIALECT_LEGACY ||
			              request->family == asked->family,
			          "%s", row->what);
			cr_expect_eq(request->kernel_states, asked->kernel_states, "%s: %#x",
			             row->what, request->kernel_states);
			cr_expect_eq(request->extensions, 0, "%s", row->what);
			cr_expect_eq(request->sport | request->dport, 0, "%s", row->what);
			cr_expect_eq(request->bytecode_length, 0, "%s", row->what);
		}
	}
}

Test(plan, everything_of_everything_fits) {
	struct want want = { .families = SOCK_FAMILIES_ALL, .needs = UINT32_MAX };
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++)
		want.states[i] = SOCK_STATES_ALL;
	const struct plan plan = plan_requests(&want, NULL);
	const size_t over_ip = 2 * SOCK_PROTOCOL_IP_COUNT - 1; /* TCP of both families is one */
	const size_t others = 5 + 2; /* UNIX and packet have a large attribute */
	cr_assert_eq(plan.count, over_ip + others, "%zu", plan.count);
	for (size_t i = 1; i < plan.count; i++)
		cr_expect_geq(plan.requests[i].probe, plan.requests[i - 1].probe);
}

static const struct hint_range http[] = { { 80, 80 } }, user_ports[] = { { 1024, 65535 } },
			       zero[] = { { 0, 0 } }, two[] = { { 22, 22 }, { 80, 80 } };
static const struct hint local_http = { HINT_PORTS, .ranges = http, .range_count = 1 };
static const struct hint peer_http = { HINT_PORTS, .end = HINT_END_PEER, .ranges = http,
	                               .range_count = 1 };
static const struct hint not_http = { HINT_PORTS, .negated = true, .ranges = http,
	                              .range_count = 1 };
static const struct hint local_user = { HINT_PORTS, .ranges = user_ports, .range_count = 1 };
static const struct hint local_zero = { HINT_PORTS, .ranges = zero, .range_count = 1 };
static const struct hint local_two = { HINT_PORTS, .ranges = two, .range_count = 2 };
static const struct hint device = { HINT_DEVICE, .device = "lo" };

#define GROUP(group, ...)                                                                          \
	{                                                                                          \
		group, .children = (const struct hint *const[]){ __VA_ARGS__ },                    \
		       .child_count = ARRAY_LENGTH(((const struct hint *const[]){ __VA_ARGS__ }))  \
	}

static const struct hint both_ends = GROUP(HINT_AND, &local_http, &peer_http);
static const struct hint twice = GROUP(HINT_AND, &local_http, &local_http);
static const struct hint either_end = GROUP(HINT_OR, &local_http, &peer_http);
static const struct hint nested = GROUP(HINT_AND, &both_ends);
static const struct hint contradiction = GROUP(HINT_AND, &local_http, &not_http);
static const struct hint some_of_each = GROUP(HINT_AND, &device, &peer_http, &either_end);

Test(plan, a_port_that_must_be_is_in_the_request_and_the_rest_in_bytecode) {
	static const struct {
		const char *what;
		const struct hint *hint;
		uint16_t sport, dport;
		size_t bytecode_length;
	} rows[] = {
		{ "one end", &local_http, 80, 0, 0 },
		{ "the other", &peer_http, 0, 80, 0 },
		{ "both", &both_ends, 80, 80, 0 },
		{ "the same twice", &twice, 80, 0, 0 },
		{ "any but one", &not_http, 0, 0, 12 },
		{ "a range", &local_user, 0, 0, 8 },
		{ "port 0 would be any", &local_zero, 0, 0, 8 },
		{ "one of two", &local_two, 0, 0, 20 },
		{ "either end", &either_end, 0, 0, 20 },
		{ "further down", &nested, 0, 0, 16 },
		{ "one that cannot be", &contradiction, 80, 0, 12 },
		{ "of each something, and a name that is not known", &some_of_each, 0, 80, 20 },
		{ "nothing that is known", &device, 0, 0, 0 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows) * SOCK_PROTOCOL_IP_COUNT; i++) {
		const size_t row = i / SOCK_PROTOCOL_IP_COUNT;
		const enum sock_protocol protocol =
		    (enum sock_protocol)(i % SOCK_PROTOCOL_IP_COUNT);
		const bool is_sctp = protocol == SOCK_PROTOCOL_SCTP;
		struct want want = { .families = BOTH };
		want.states[protocol] = ESTABLISHED;
		want.hints[protocol] = rows[row].hint;
		struct plan plan = plan_requests(&want, NULL);
		cr_assert_gt(plan.count, 0);
		for (size_t j = 0; j < plan.count; j++) {
			const struct inet_request *request = &plan.requests[j].inet;
			cr_expect_eq(request->sport, is_sctp ? 0 : rows[row].sport, "%s",
			             rows[row].what);
			cr_expect_eq(request->dport, is_sctp ? 0 : rows[row].dport, "%s",
			             rows[row].what);
			cr_expect_eq(request->bytecode_length,
			             is_sctp ? 0 : rows[row].bytecode_length, "%s: %zu",
			             rows[row].what, request->bytecode_length);
		}
		plan_finish(&plan);
	}
}

Test(plan, a_hint_is_for_its_protocol_alone) {
	struct want want = { .families = BOTH, .hints = { [SOCK_PROTOCOL_UDP] = &some_of_each } };
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++)
		want.states[i] = ESTABLISHED;
	struct plan plan = plan_requests(&want, NULL);
	for (size_t i = 0; i < plan.count; i++) {
		const struct plan_request *request = &plan.requests[i];
		const bool is_udp = request->probe == SOCK_PROBE_UDP;
		cr_expect_eq(request->inet.dport, is_udp ? 80 : 0);
		cr_expect_eq(request->inet.bytecode_length, is_udp ? 20 : 0);
	}
	plan_finish(&plan);
}

static uint8_t extensions_of(enum sock_protocol protocol, uint32_t needs) {
	struct want want = { .families = ONLY4, .needs = needs };
	want.states[protocol] = ESTABLISHED;
	const struct plan plan = plan_requests(&want, NULL);
	cr_assert_eq(plan.count, 1);
	return plan.requests[0].inet.extensions;
}

/* Bit n-1 asks for attribute n: linux/inet_diag.h. What costs nothing comes without asking. */
Test(plan, only_what_is_needed_is_asked_for) {
	static const struct {
		uint32_t needs;
		uint8_t tcp, others; /* what must be asked */
	} needs[] = {
		{ 0, 0, 0 },
		{ SOCK_NEED_CONGESTION, 1u << 2 | 1u << 3, 0 },
		{ SOCK_NEED_MEMORY, 1u << 6, 1u << 6 },
		{ SOCK_NEED_TOS, 1u << 4 | 1u << 5, 1u << 4 | 1u << 5 },
		{ SOCK_NEED_MEMORY | SOCK_NEED_TOS, 0x70, 0x70 },
		{ SOCK_NEED_OWNERS | SOCK_NEED_USER | SOCK_NEED_INTERFACE | SOCK_NEED_NAMES |
		      SOCK_NEED_CGROUP,
		  0, 0 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(needs); i++) {
		cr_expect_eq(extensions_of(SOCK_PROTOCOL_TCP, needs[i].needs), needs[i].tcp);
		cr_expect_eq(extensions_of(SOCK_PROTOCOL_UDP, needs[i].needs), needs[i].others);
		cr_expect_eq(extensions_of(SOCK_PROTOCOL_MPTCP, needs[i].needs), needs[i].others);
	}
	cr_expect_eq(extensions_of(SOCK_PROTOCOL_TCP, SOCK_NEED_INFO), 1u << 1);
	cr_expect_eq(extensions_of(SOCK_PROTOCOL_MPTCP, SOCK_NEED_INFO), 1u << 1);
}

static void expect_request(const struct inet_request *request, const unsigned char *expected,
                           size_t length) {
	alignas(8) unsigned char buffer[1024];
	cr_assert_leq(inet_request_size(request), sizeof(buffer));
	memset(buffer, 0xa5, sizeof(buffer)); /* what is not written must not pass for zero */
	const struct nlmsghdr *message = inet_request(request, SEQUENCE, buffer);
	cr_assert_eq((const void *)message, buffer);
	cr_assert_eq(message->nlmsg_len, length);
	for (size_t i = 0; i < length; i++)
		cr_expect_eq(buffer[i], expected[i], "byte %zu is %02x", i, buffer[i]);
}

/* Type, flags and sequence in the byte order of the machines that we run on. */
#define HEADER(length, type) length, 0, 0, 0, type, 0, 1, 3, 4, 3, 2, 1, 0, 0, 0, 0
#define ZEROS_36                                                                                   \
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  \
	    0, 0, 0, 0, 0, 0
#define NO_COOKIE 255, 255, 255, 255, 255, 255, 255, 255

Test(inet_request, a_legacy_request_is_laid_out_as_the_kernel_has_it) {
	static const unsigned char expected[16 + 60] = {
		HEADER(76, 18), AF_INET, 0,    0,    0x5a, /* family, source and destination length,
		                                              extensions */
		0x12,           0x34,    0x00, 0x50, ZEROS_36, NO_COOKIE,       /* ports, addresses,
		                                                                   device, cookie */
		0xfe,           0x2f,    0,    0,    0,        0,         0, 0, /* states, dbs */
	};
	const struct inet_request request = {
		.dialect = INET_DIALECT_LEGACY,
		.kernel_states = 0x2ffe,
		.extensions = 0x5a,
		.sport = 0x1234,
		.dport = 80,
	};
	expect_request(&request, expected, sizeof(expected));
}

Test(inet_request, a_request_by_family_is_laid_out_as_the_kernel_has_it) {
	static const struct {
		enum sock_protocol protocol;
		enum sock_family family;
		unsigned char kernel_protocol, kernel_family;
	} rows[] = {
		{ SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, 6, 2 },
		{ SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET6, 6, 10 },
		{ SOCK_PROTOCOL_UDP, SOCK_FAMILY_INET, 17, 2 },
		{ SOCK_PROTOCOL_UDPLITE, SOCK_FAMILY_INET6, 136, 10 },
		{ SOCK_PROTOCOL_RAW, SOCK_FAMILY_INET, 255, 2 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const unsigned char expected[16 + 56] = {
			HEADER(72, 20),
			rows[i].kernel_family,
			rows[i].kernel_protocol,
			0xff,
			0,
			0x80,
			0,
			0,
			0x80, /* states */
			0xff,
			0xfe,
			0x00,
			0x01,
			ZEROS_36,
			NO_COOKIE,
		};
		const struct inet_request request = {
			.dialect = INET_DIALECT_FAMILY,
			.protocol = rows[i].protocol,
			.family = rows[i].family,
			.kernel_states = 0x80000080,
			.extensions = 0xff,
			.sport = 0xfffe,
			.dport = 1,
		};
		expect_request(&request, expected, sizeof(expected));
	}
}

/* 262 does not fit its byte, and cut to 6 it would be TCP to a kernel that skips the attribute. */
Test(inet_request, mptcp_is_asked_for_by_an_attribute) {
	static const unsigned char expected[] = {
		HEADER(80, 20), AF_INET6,  254, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0,
		ZEROS_36,       NO_COOKIE, 8,   0, 3, 0, 6, 1, 0, 0, /* INET_DIAG_REQ_PROTOCOL: 262
		                                                      */
	};
	const struct inet_request request = {
		.dialect = INET_DIALECT_FAMILY,
		.protocol = SOCK_PROTOCOL_MPTCP,
		.family = SOCK_FAMILY_INET6,
		.kernel_states = 2,
		.extensions = 2,
	};
	expect_request(&request, expected, sizeof(expected));
}

/* An attribute after another, and in front of that for BPF storage. */
Test(inet_request, bytecode_is_carried_as_it_is) {
	static const unsigned char code[] = { 1, 4, 8, 0 };
	static const unsigned char expected[] = {
		HEADER(92, 20),
		AF_INET6,
		254,
		2,
		0,
		2,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		ZEROS_36,
		NO_COOKIE,
		8,
		0,
		3,
		0,
		6,
		1,
		0,
		0, /* INET_DIAG_REQ_PROTOCOL */
		8,
		0,
		1,
		0,
		1,
		4,
		8,
		0, /* INET_DIAG_REQ_BYTECODE */
		4,
		0,
		2,
		0, /* of the storages all */
	};
	const struct inet_request request = {
		.dialect = INET_DIALECT_FAMILY,
		.protocol = SOCK_PROTOCOL_MPTCP,
		.family = SOCK_FAMILY_INET6,
		.kernel_states = 2,
		.extensions = 2,
		.bytecode = code,
		.bytecode_length = sizeof(code),
		.bpf_storage = true,
	};
	expect_request(&request, expected, sizeof(expected));
}

/* The most that fits into the length of an attribute. */
Test(inet_request, there_is_room_for_as_much_bytecode_as_there_can_be) {
	static unsigned char code[65528];
	for (size_t i = 0; i < sizeof(code); i++)
		code[i] = (unsigned char)(i * 7 / 3);
	for (size_t length = 4; length <= sizeof(code); length += sizeof(code) - 4) {
		const struct inet_request request = {
			.dialect = INET_DIALECT_FAMILY,
			.protocol = SOCK_PROTOCOL_MPTCP,
			.bytecode = code,
			.bytecode_length = length,
			.bpf_storage = true,
		};
		const size_t size = inet_request_size(&request);
		unsigned char *buffer = xmalloc(size);
		const struct nlmsghdr *message = inet_request(&request, 1, buffer);
		cr_assert_leq(message->nlmsg_len, size);
		cr_expect_eq(message->nlmsg_len, 16 + 56 + 8 + 4 + length + 4);
		cr_expect_arr_eq(buffer + 16 + 56 + 8 + 4, code, length);
		free(buffer);
	}
}

/* An attribute of no map asks for all maps (kernel 5.7, bpf_sk_storage_diag_alloc()). */
Test(inet_request, bpf_storage_is_asked_for_only_if_it_is_wanted) {
	static const enum inet_dialect dialects[] = { INET_DIALECT_LEGACY, INET_DIALECT_FAMILY };
	for (size_t i = 0; i < ARRAY_LENGTH(dialects); i++) {
		alignas(8) unsigned char buffer[1024];
		struct inet_request request = { .dialect = dialects[i] };
		const uint32_t without = inet_request(&request, 1, buffer)->nlmsg_len;
		request.bpf_storage = true;
		cr_expect_eq(inet_request(&request, 1, buffer)->nlmsg_len, without + 4);
		const struct nlattr wanted = { 4, INET_DIAG_REQ_SK_BPF_STORAGES };
		cr_expect_eq(memcmp(buffer + without, &wanted, sizeof(wanted)), 0);
	}
	const struct want plain = { .states = { [SOCK_PROTOCOL_TCP] = LISTENING },
		                    .families = BOTH };
	struct want storage = plain;
	storage.needs = SOCK_NEED_BPF_STORAGE;
	cr_expect_not(plan_requests(&plain, NULL).requests[0].inet.bpf_storage);
	cr_expect(plan_requests(&storage, NULL).requests[0].inet.bpf_storage);
}
