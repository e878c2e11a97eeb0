/* Compiled hints, run by an interpreter that audits and runs as the kernel does: a program accepts
 * exactly the sockets that its hint allows, and those of which it cannot tell. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <linux/inet_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "arena.h"
#include "hints.h"
#include "util.h"

static struct inet_diag_bc_op op_at(const struct program *program, size_t at) {
	struct inet_diag_bc_op op;
	memcpy(&op, program->bytes + at, sizeof(op));
	return op;
}

static void read_operand(const struct program *program, size_t at, void *operand, size_t size) {
	memcpy(operand, program->bytes + at + sizeof(struct inet_diag_bc_op), size);
}

/* Bytes of the operation at `at` with its operand, at least; 0 if the kernel refuses it. */
static size_t least_length(const struct program *program, size_t at) {
	const size_t op = sizeof(struct inet_diag_bc_op), left = program->length - at;
	struct inet_diag_hostcond host;
	switch (op_at(program, at).code) {
	case INET_DIAG_BC_JMP:
	case INET_DIAG_BC_AUTO:
		return op;
	case INET_DIAG_BC_S_GE:
	case INET_DIAG_BC_S_LE:
	case INET_DIAG_BC_S_EQ:
	case INET_DIAG_BC_D_GE:
	case INET_DIAG_BC_D_LE:
	case INET_DIAG_BC_D_EQ:
		return 2 * op;
	case INET_DIAG_BC_DEV_COND:
		return op + sizeof(uint32_t);
	case INET_DIAG_BC_MARK_COND:
	case INET_DIAG_BC_CGROUP_COND:
		return op + sizeof(uint64_t);
	case INET_DIAG_BC_S_COND:
	case INET_DIAG_BC_D_COND:
		if (left < op + sizeof(host))
			return 0;
		read_operand(program, at, &host, sizeof(host));
		if (host.prefix_len > (host.family == AF_INET ? 32 : 128))
			return 0;
		return op + sizeof(host) + (host.family == AF_INET ? 4 : 16);
	default:
		return 0;
	}
}

/* inet_diag_bc_audit(), with what is within reach along the `yes` branches in a table. */
static bool passes_audit(const struct program *program) {
	bool *is_boundary = xcalloc(program->length + 8, sizeof(*is_boundary));
	bool passes = program->length >= 4;
	size_t at = 0;
	for (; passes && at < program->length; at += op_at(program, at).yes) {
		const size_t least = least_length(program, at), left = program->length - at;
		const size_t yes = op_at(program, at).yes;
		is_boundary[at] = true;
		passes =
		    least > 0 && least <= left && yes >= least && yes <= left + 4 && yes % 4 == 0;
	}
	passes = passes && at == program->length;
	for (at = 0; passes && at < program->length; at += op_at(program, at).yes) {
		const size_t no = op_at(program, at).no, left = program->length - at;
		passes = no >= least_length(program, at) && no <= left + 4 && no % 4 == 0 &&
		         (no >= left || is_boundary[at + no]);
	}
	free(is_boundary);
	return passes;
}

/* bitstring_match(). */
static bool matches(const uint8_t *a, const uint8_t *b, size_t bits) {
	const uint8_t mask = (uint8_t)(0xff00 >> bits % 8);
	return memcmp(a, b, bits / 8) == 0 &&
	       (bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0);
}

static bool compare_host(const struct program *program, size_t at, const struct subject *subject,
                         int end) {
	struct {
		uint8_t family, prefix;
		uint16_t zero;
		int32_t port;
		uint8_t address[16];
	} operand = { 0 };
	const uint8_t *address = subject->address[end];
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	read_operand(program, at, &operand, least_length(program, at) - 4);
	if (operand.port != -1)
		return false;
	if (operand.family == AF_INET && subject->is_ipv6)
		return memcmp(address, mapped, sizeof(mapped)) == 0 &&
		       matches(address + 12, operand.address, operand.prefix);
	return (operand.family == AF_INET6) == subject->is_ipv6 &&
	       matches(address, operand.address, operand.prefix);
}

static bool compare(const struct program *program, size_t at, const struct subject *subject) {
	struct inet_diag_bc_op port = { 0 };
	struct inet_diag_markcond mark;
	uint32_t ifindex;
	uint64_t cgroup;
	const uint8_t code = op_at(program, at).code;
	if (least_length(program, at) == 2 * sizeof(port))
		read_operand(program, at, &port, sizeof(port));
	switch (code) {
	case INET_DIAG_BC_AUTO:
		return subject->autobound;
	case INET_DIAG_BC_S_GE:
		return subject->port[0] >= port.no;
	case INET_DIAG_BC_S_LE:
		return subject->port[0] <= port.no;
	case INET_DIAG_BC_S_EQ:
		return subject->port[0] == port.no;
	case INET_DIAG_BC_D_GE:
		return subject->port[1] >= port.no;
	case INET_DIAG_BC_D_LE:
		return subject->port[1] <= port.no;
	case INET_DIAG_BC_D_EQ:
		return subject->port[1] == port.no;
	case INET_DIAG_BC_DEV_COND:
		read_operand(program, at, &ifindex, sizeof(ifindex));
		return subject->ifindex == ifindex;
	case INET_DIAG_BC_MARK_COND:
		read_operand(program, at, &mark, sizeof(mark));
		return (subject->mark & mark.mask) == mark.mark;
	case INET_DIAG_BC_CGROUP_COND:
		read_operand(program, at, &cgroup, sizeof(cgroup));
		return subject->cgroup == cgroup;
	case INET_DIAG_BC_S_COND:
	case INET_DIAG_BC_D_COND:
		return compare_host(program, at, subject, code == INET_DIAG_BC_D_COND);
	default: /* a jump */
		return false;
	}
}

/* inet_diag_bc_run(). */
static bool accepts(const struct program *program, const struct subject *subject) {
	size_t at = 0;
	while (at < program->length) {
		const struct inet_diag_bc_op op = op_at(program, at);
		at += compare(program, at, subject) ? op.yes : op.no;
	}
	return at == program->length;
}

Test(bytecode, a_program_passes_the_audit_and_accepts_what_its_hint_allows) {
	struct world world = hints_toy_world();
	struct arena arena = { 0 };
	size_t programs = 0, accepted = 0, refused = 0;
	for (size_t i = 0; i < 20000; i++) {
		const struct hint *hint = hints_random(&world, &arena, (int)hints_pick(&world, 6));
		const struct program program = hints_compile(&world, hint, &arena);
		cr_assert(program.length == 0 || passes_audit(&program), "hint %zu", i);
		programs += program.length > 0;
		for (size_t j = 0; j < 20; j++) {
			const struct subject subject = hints_random_subject(&world);
			const bool allowed = hints_hold(&world, hint, &subject);
			const bool accepts_it = program.length == 0 || accepts(&program, &subject);
			cr_assert_eq(accepts_it, allowed, "hint %zu, socket %zu", i, j);
			accepted += allowed;
			refused += !allowed;
		}
		arena_reset(&arena);
	}
	arena_finish(&arena);
	cr_expect_gt(programs, 10000);
	cr_expect_gt(accepted, 50000);
	cr_expect_gt(refused, 50000);
}

#define OP(code, yes, no) code, yes, (no)&0xff, (no) >> 8
static const struct hint_range ssh[] = { { 22, 22 } }, low[] = { { 0, 1023 } },
			       high[] = { { 1024, 70000 } }, middle[] = { { 22, 80 } },
			       two[] = { { 22, 22 }, { 8000, 8080 } },
			       none[] = { { 65536, 70000 } }, all[] = { { 0, 65535 } };

static const struct hint local_ssh = LEAF(HINT_PORTS, .ranges = ssh, .range_count = 1);
static const struct hint peer_ssh =
    LEAF(HINT_PORTS, .end = HINT_END_PEER, .ranges = ssh, .range_count = 1);
static const struct hint not_ssh =
    LEAF(HINT_PORTS, .negated = true, .ranges = ssh, .range_count = 1);
static const struct hint local_low = LEAF(HINT_PORTS, .ranges = low, .range_count = 1);
static const struct hint peer_high =
    LEAF(HINT_PORTS, .end = HINT_END_PEER, .ranges = high, .range_count = 1);
static const struct hint local_middle = LEAF(HINT_PORTS, .ranges = middle, .range_count = 1);
static const struct hint local_two = LEAF(HINT_PORTS, .ranges = two, .range_count = 2);
static const struct hint local_none = LEAF(HINT_PORTS, .ranges = none, .range_count = 1);
static const struct hint local_all = LEAF(HINT_PORTS, .ranges = all, .range_count = 1);
static const struct hint ipv4_host =
    LEAF(HINT_HOST, .host = { SOCK_FAMILY_INET, 8, { 127, 0, 0, 1 } });
static const struct hint ipv6_host =
    LEAF(HINT_HOST, .end = HINT_END_PEER, .host = { SOCK_FAMILY_INET6, 128, { [15] = 1 } });
static const struct hint device = LEAF(HINT_DEVICE, .device = "other");
static const struct hint no_device = LEAF(HINT_DEVICE, .ifindex = 0);
static const struct hint no_such_device = LEAF(HINT_DEVICE, .device = "gone");
static const struct hint not_no_such_device = LEAF(HINT_DEVICE, .negated = true, .device = "gone");
static const struct hint mark = LEAF(HINT_MARK, .mark = 0x1ff, .mask = 0x0f);
static const struct hint cgroup = LEAF(HINT_CGROUP, .cgroup = "/known");
static const struct hint no_such_cgroup = LEAF(HINT_CGROUP, .cgroup = "/gone");
static const struct hint autobound = LEAF(HINT_AUTOBOUND);
static const struct hint either_end = GROUP(HINT_OR, &local_ssh, &peer_ssh);
static const struct hint both_ends = GROUP(HINT_AND, &local_ssh, &peer_ssh);
static const struct hint either_and_auto = GROUP(HINT_AND, &either_end, &autobound);
static const struct hint partly_known =
    GROUP(HINT_AND, &no_such_device, &autobound, &not_no_such_device);
static const struct hint known_or_not = GROUP(HINT_OR, &no_such_cgroup, &autobound);
static const struct hint nothing_known = GROUP(HINT_AND, &no_such_device, &known_or_not);
static const struct hint empty = { .kind = HINT_AND };

Test(bytecode, hints_have_the_bytes_that_the_kernel_documents) {
	static const struct {
		const struct hint *hint;
		size_t length;
		unsigned char bytes[48];
	} rows[] = {
		{ &local_ssh, 8, { OP(11, 8, 12), OP(0, 0, 22) } },
		{ &peer_ssh, 8, { OP(12, 8, 12), OP(0, 0, 22) } },
		{ &not_ssh, 12, { OP(11, 8, 12), OP(0, 0, 22), OP(1, 4, 8) } },
		{ &local_low, 8, { OP(3, 8, 12), OP(0, 0, 1023) } },
		{ &peer_high, 8, { OP(4, 8, 12), OP(0, 0, 1024) } },
		{ &local_middle, 16, { OP(2, 8, 20), OP(0, 0, 22), OP(3, 8, 12), OP(0, 0, 80) } },
		{ &local_two,
		  28,
		  { OP(11, 8, 12), OP(0, 0, 22), OP(1, 4, 20), OP(2, 8, 20), OP(0, 0, 8000),
		    OP(3, 8, 12), OP(0, 0, 8080) } },
		{ &local_none, 4, { OP(1, 4, 8) } },
		{ &local_all, 8, { OP(2, 8, 12), OP(0, 0, 0) } },
		{ &ipv4_host,
		  16,
		  { OP(7, 16, 20), AF_INET, 8, 0, 0, 255, 255, 255, 255, 127, 0, 0, 1 } },
		{ &ipv6_host,
		  28,
		  { OP(8, 28, 32), AF_INET6, 128, 0, 0, 255, 255, 255, 255, [27] = 1 } },
		{ &device, 8, { OP(9, 8, 12), 2, 0, 0, 0 } },
		{ &no_device, 8, { OP(9, 8, 12), 0, 0, 0, 0 } },
		{ &mark, 12, { OP(10, 12, 16), 15, 0, 0, 0, 15, 0, 0, 0 } },
		{ &cgroup, 12, { OP(13, 12, 16), 5, 0, 0, 0, 0, 1, 0, 0 } },
		{ &autobound, 4, { OP(6, 4, 8) } },
		{ &either_end,
		  20,
		  { OP(11, 8, 12), OP(0, 0, 22), OP(1, 4, 12), OP(12, 8, 12), OP(0, 0, 22) } },
		{ &both_ends, 16, { OP(11, 8, 20), OP(0, 0, 22), OP(12, 8, 12), OP(0, 0, 22) } },
		{ &either_and_auto,
		  24,
		  { OP(11, 8, 12), OP(0, 0, 22), OP(1, 4, 12), OP(12, 8, 16), OP(0, 0, 22),
		    OP(6, 4, 8) } },
		{ &partly_known, 4, { OP(6, 4, 8) } },
		{ &no_such_device, 0, { 0 } },
		{ &not_no_such_device, 0, { 0 } },
		{ &known_or_not, 0, { 0 } },
		{ &nothing_known, 0, { 0 } },
		{ &empty, 0, { 0 } },
	};
	struct world world = hints_toy_world();
	struct arena arena = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct program program = hints_compile(&world, rows[i].hint, &arena);
		cr_assert_eq(program.length, rows[i].length, "row %zu: %zu", i, program.length);
		for (size_t j = 0; j < program.length; j++)
			cr_expect_eq(program.bytes[j], rows[i].bytes[j], "row %zu: byte %zu is %u",
			             i, j, program.bytes[j]);
	}
	arena_finish(&arena);
}

Test(bytecode, without_lookups_no_name_is_known) {
	struct arena arena = { 0 };
	const void *bytes = NULL;
	cr_expect_eq(bytecode_compile(&device, NULL, &arena, &bytes), 0);
	cr_expect_eq(bytecode_compile(&cgroup, NULL, &arena, &bytes), 0);
	cr_expect_eq(bytecode_compile(&no_device, NULL, &arena, &bytes), 8);
	arena_finish(&arena);
}

/* One port term of an alternative takes 12 bytes, but the last takes 8. */
Test(bytecode, as_many_alternatives_as_fit_are_compiled_and_more_are_anything) {
	enum { MOST = (12 * 1024 + 4) / 12 };
	struct world world = hints_toy_world();
	struct arena arena = { 0 };
	for (size_t count = MOST - 1; count <= MOST + 1; count++) {
		const struct hint hint = hints_group(&arena, HINT_OR, &local_ssh, count);
		const struct program program = hints_compile(&world, &hint, &arena);
		cr_expect_eq(program.length, count <= MOST ? count * 12 - 4 : 0);
		cr_expect(program.length == 0 || passes_audit(&program));
	}
	arena_finish(&arena);
}

Test(bytecode, conditions_for_which_there_is_no_room_are_left_out) {
	struct world world = hints_toy_world();
	struct arena arena = { 0 };
	const struct hint few = hints_group(&arena, HINT_OR, &local_ssh, 800);
	const struct hint many = hints_group(&arena, HINT_OR, &local_ssh, 40000);
	const struct hint rows[] = {
		hints_group(&arena, HINT_AND, &not_ssh, 40000),
		GROUP(HINT_AND, &many, &peer_ssh),
		GROUP(HINT_AND, &peer_ssh, &many),
		GROUP(HINT_AND, &few, &few, &peer_ssh, &few),
	};
	const size_t lengths[] = { 12 * 1024, 8, 8, 9604 };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct program program = hints_compile(&world, &rows[i], &arena);
		cr_expect_eq(program.length, lengths[i], "row %zu: %zu", i, program.length);
		cr_assert(passes_audit(&program));
	}
	const struct hint alternatives = GROUP(HINT_OR, &peer_ssh, &many);
	cr_expect_eq(hints_compile(&world, &alternatives, &arena).length, 0);
	arena_finish(&arena);
}

/* As deep as a filter may be nested. */
Test(bytecode, long_and_deep_hints_are_compiled_in_no_time) {
	struct world world = hints_toy_world();
	struct arena arena = { 0 };
	const uint64_t start = util_monotonic_ns();
	for (size_t i = 0; i < 100; i++) {
		const struct hint hint = hints_group(&arena, HINT_AND, &not_ssh, 5400);
		cr_expect_gt(hints_compile(&world, &hint, &arena).length, 0);
	}
	struct hint levels[200] = { local_ssh };
	for (size_t i = 1; i < ARRAY_LENGTH(levels); i++) {
		const struct hint *members[] = { &local_ssh, &levels[i - 1], &peer_ssh };
		struct hint *level = &levels[i];
		*level = hints_group(&arena, i % 2 ? HINT_AND : HINT_OR, NULL, 3);
		memcpy((void *)(uintptr_t)level->children, members, sizeof(members));
	}
	const struct program program = hints_compile(&world, &levels[199], &arena);
	cr_assert(passes_audit(&program));
	for (size_t i = 0; i < 100; i++) {
		const struct subject subject = hints_random_subject(&world);
		cr_expect_eq(accepts(&program, &subject),
		             hints_hold(&world, &levels[199], &subject));
	}
	cr_expect_lt(util_monotonic_ns() - start, 5000000000ull, "50 ms each");
	arena_finish(&arena);
}
