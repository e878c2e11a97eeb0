/* From wants to requests, never less than what is wanted and in as few dumps as the kernel can
 * answer it with; and from requests to bytes, laid out as linux/inet_diag.h has it. */

#include <criterion/criterion.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>

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
		const struct plan plan = plan_requests(&row->want);
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
			cr_expect_eq(request->sport | request->dport | request->port, 0, "%s",
			             row->what);
		}
	}
}

Test(plan, everything_of_everything_fits) {
	struct want want = { .families = SOCK_FAMILIES_ALL, .needs = UINT32_MAX };
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++)
		want.states[i] = SOCK_STATES_ALL;
	const struct plan plan = plan_requests(&want);
	const size_t over_ip = 2 * SOCK_PROTOCOL_IP_COUNT - 1; /* TCP of both families is one */
	const size_t others = 5 + 2; /* UNIX and packet have a large attribute */
	cr_assert_eq(plan.count, over_ip + others, "%zu", plan.count);
	for (size_t i = 1; i < plan.count; i++)
		cr_expect_geq(plan.requests[i].probe, plan.requests[i - 1].probe);
}

Test(plan, ports_are_in_every_request) {
	struct want want = { .families = BOTH, .sport = 1, .dport = 65535, .port = 256 };
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++)
		want.states[i] = ESTABLISHED;
	const struct plan plan = plan_requests(&want);
	cr_assert_gt(plan.count, 0);
	for (size_t i = 0; i < plan.count; i++) {
		cr_expect_eq(plan.requests[i].inet.sport, 1);
		cr_expect_eq(plan.requests[i].inet.dport, 65535);
		cr_expect_eq(plan.requests[i].inet.port, 256);
	}
}

static uint8_t extensions_of(enum sock_protocol protocol, uint32_t needs) {
	struct want want = { .families = ONLY4, .needs = needs };
	want.states[protocol] = ESTABLISHED;
	const struct plan plan = plan_requests(&want);
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
	alignas(8) unsigned char buffer[INET_REQUEST_SIZE];
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

/* The bytecode as the kernel sees it; it audits a program first and then runs it for each socket.
 */
struct program {
	struct inet_diag_bc_op ops[32];
	size_t length; /* bytes */
};

static struct program program_of(struct inet_request request) {
	struct program program = { 0 };
	alignas(8) unsigned char buffer[INET_REQUEST_SIZE];
	const struct nlmsghdr *message = inet_request(&request, 1, buffer);
	size_t at = NLMSG_HDRLEN + (request.dialect == INET_DIALECT_LEGACY ? 60 : 56);
	while (at < message->nlmsg_len) {
		struct nlattr header;
		memcpy(&header, buffer + at, sizeof(header));
		cr_assert_geq(header.nla_len, sizeof(header));
		cr_assert_leq(at + header.nla_len, message->nlmsg_len);
		if (header.nla_type == INET_DIAG_REQ_BYTECODE) {
			program.length = header.nla_len - sizeof(header);
			cr_assert_leq(program.length, sizeof(program.ops));
			memcpy(program.ops, buffer + at + sizeof(header), program.length);
		}
		at += (header.nla_len + 3u) / 4 * 4;
	}
	return program;
}

/* True if a walk along the `yes` branches meets the place `rest` bytes before the end. */
static bool is_boundary(const struct program *program, size_t rest) {
	size_t left = program->length;
	while (left > rest) {
		const uint8_t yes = program->ops[(program->length - left) / 4].yes;
		if (yes < 4 || yes % 4 != 0 || yes > left)
			return false;
		left -= yes;
	}
	return left == rest;
}

static bool is_port_test(uint8_t code) {
	return code == INET_DIAG_BC_S_EQ || code == INET_DIAG_BC_D_EQ;
}

/* inet_diag_bc_audit() for the three operations that we use. */
static bool passes_audit(const struct program *program) {
	size_t left = program->length;
	if (left < 4 || left % 4 != 0)
		return false;
	while (left > 0) {
		const struct inet_diag_bc_op *op = &program->ops[(program->length - left) / 4];
		const size_t least = is_port_test(op->code) ? 8 : 4;
		if (!is_port_test(op->code) && op->code != INET_DIAG_BC_JMP)
			return false;
		if (left < least || op->no < least || op->no > left + 4 || op->no % 4 != 0)
			return false;
		if (op->no < left && !is_boundary(program, left - op->no))
			return false;
		if (op->yes < least || op->yes > left || op->yes % 4 != 0)
			return false;
		left -= op->yes;
	}
	return true;
}

/* inet_diag_bc_run(): landing exactly at the end accepts. */
static bool accepts(const struct program *program, uint16_t sport, uint16_t dport) {
	size_t at = 0;
	while (at < program->length) {
		const struct inet_diag_bc_op *op = &program->ops[at / 4];
		const uint16_t port = op->code == INET_DIAG_BC_S_EQ ? sport : dport;
		const bool yes = op->code != INET_DIAG_BC_JMP && port == op[1].no;
		at += yes ? op->yes : op->no;
	}
	return at == program->length;
}

Test(inet_request, a_port_on_either_end_is_a_program_that_the_kernel_takes) {
	static const uint16_t ports[] = { 1, 80, 255, 256, 0x5000, 65534, 65535 };
	static const struct inet_request requests[] = {
		{ .dialect = INET_DIALECT_LEGACY },
		{ .dialect = INET_DIALECT_FAMILY, .protocol = SOCK_PROTOCOL_UDP },
		{ .dialect = INET_DIALECT_FAMILY, .protocol = SOCK_PROTOCOL_MPTCP },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(requests) * ARRAY_LENGTH(ports); i++) {
		struct inet_request request = requests[i / ARRAY_LENGTH(ports)];
		cr_assert_eq(program_of(request).length, 0, "no port, no program");
		request.port = ports[i % ARRAY_LENGTH(ports)];
		const struct program program = program_of(request);
		cr_assert(passes_audit(&program), "port %u", request.port);
		for (size_t j = 0; j < ARRAY_LENGTH(ports) * ARRAY_LENGTH(ports); j++) {
			const uint16_t sport = ports[j / ARRAY_LENGTH(ports)];
			const uint16_t dport = ports[j % ARRAY_LENGTH(ports)];
			cr_expect_eq(accepts(&program, sport, dport),
			             sport == request.port || dport == request.port,
			             "port %u: %u and %u", request.port, sport, dport);
		}
	}
}

/* An attribute of no map asks for all maps (kernel 5.7, bpf_sk_storage_diag_alloc()). */
Test(inet_request, bpf_storage_is_asked_for_only_if_it_is_wanted) {
	static const enum inet_dialect dialects[] = { INET_DIALECT_LEGACY, INET_DIALECT_FAMILY };
	for (size_t i = 0; i < ARRAY_LENGTH(dialects); i++) {
		alignas(8) unsigned char buffer[INET_REQUEST_SIZE];
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
	cr_expect_not(plan_requests(&plain).requests[0].inet.bpf_storage);
	cr_expect(plan_requests(&storage).requests[0].inet.bpf_storage);
}
