/* The compiler of hints. The kernel's operations jump forward only, and a program accepts by
 * arriving at its end exactly, and refuses by arriving four bytes behind it. A piece of code here
 * falls through to what follows it where its hint holds, and jumps to a given place where it does
 * not. Programs are written from the end to the beginning, so that every such place is known when a
 * jump to it is put; it is counted in bytes before the end.
 *
 * A hint that cannot be compiled is taken for one that always holds, negated or not. */

#include "bytecode.h"

#include <linux/inet_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "arena.h"
#include "hint.h"

/* The 16 bits of a jump and of an attribute's length could say five times as much. But the kernel's
 * audit takes time in the square of the length: 2 ms for a thousand ports, 90 ms for five thousand;
 * and to run so much for a socket costs more than to tell of it. */
enum { LENGTH_MAX = 12 * 1024 };

enum { REFUSED = -4 };

/* S_EQ and D_EQ came with 4.16; an older kernel refuses the program. */
static const struct {
	uint8_t equal, at_least, at_most, host;
} operations[] = {
	[HINT_END_LOCAL] = { INET_DIAG_BC_S_EQ, INET_DIAG_BC_S_GE, INET_DIAG_BC_S_LE,
	                     INET_DIAG_BC_S_COND },
	[HINT_END_PEER] = { INET_DIAG_BC_D_EQ, INET_DIAG_BC_D_GE, INET_DIAG_BC_D_LE,
	                    INET_DIAG_BC_D_COND },
};

/* struct inet_diag_hostcond without its gap. */
struct host_operand {
	uint8_t family, prefix;
	uint16_t zero;
	int32_t port; /* -1: any */
	uint8_t address[16];
};
_Static_assert(offsetof(struct host_operand, port) == offsetof(struct inet_diag_hostcond, port) &&
                   offsetof(struct host_operand, address) == sizeof(struct inet_diag_hostcond),
               "the kernel's layout");

struct program {
	const struct bytecode_lookups *lookups;
	ptrdiff_t length;                /* so the latest operation's place */
	unsigned char bytes[LENGTH_MAX]; /* the last `length` are written */
};

/* False if there is no room, as with all that follow. */
static bool put(struct program *program, uint8_t code, const void *operand, size_t size,
                ptrdiff_t failure) {
	struct inet_diag_bc_op op = { .code = code, .yes = (uint8_t)(sizeof(op) + size) };
	if (program->length + op.yes > LENGTH_MAX)
		return false;
	program->length += op.yes;
	op.no = (uint16_t)(program->length - failure);
	unsigned char *place = program->bytes + LENGTH_MAX - program->length;
	memcpy(place, &op, sizeof(op));
	if (size > 0)
		memcpy(place + sizeof(op), operand, size);
	return true;
}

static bool put_jump(struct program *program, ptrdiff_t to) {
	return put(program, INET_DIAG_BC_JMP, NULL, 0, to);
}

/* Before one more alternative is put in front of the others: it skips them to `success` if it
 * holds, and `failure` becomes the beginning of the next one. The last has none. */
static bool put_or(struct program *program, ptrdiff_t success, ptrdiff_t *failure) {
	if (program->length == success)
		return true;
	*failure = program->length;
	return put_jump(program, success);
}

static bool put_port(struct program *program, uint8_t code, uint32_t port, ptrdiff_t failure) {
	const struct inet_diag_bc_op operand = { .no = (uint16_t)port };
	return put(program, code, &operand, sizeof(operand), failure);
}

static bool put_range(struct program *program, enum hint_end end, const struct hint_range *range,
                      ptrdiff_t failure) {
	if (range->first > UINT16_MAX)
		return put_jump(program, failure);
	if (range->first == range->last)
		return put_port(program, operations[end].equal, range->first, failure);
	const bool is_closed = range->last < UINT16_MAX;
	if (is_closed && !put_port(program, operations[end].at_most, range->last, failure))
		return false;
	if (is_closed && range->first == 0)
		return true;
	return put_port(program, operations[end].at_least, range->first, failure);
}

static bool put_ports(struct program *program, const struct hint *hint, ptrdiff_t failure) {
	const ptrdiff_t success = program->length;
	for (size_t i = hint->range_count; i-- > 0;) {
		if (!put_or(program, success, &failure) ||
		    !put_range(program, hint->end, &hint->ranges[i], failure))
			return false;
	}
	return true;
}

/* The kernel, too, takes an IPv4 prefix for the IPv4-mapped addresses of IPv6 sockets as well. */
static bool put_host(struct program *program, const struct hint *hint, ptrdiff_t failure) {
	const bool is_ipv4 = hint->host.family == SOCK_FAMILY_INET;
	struct host_operand operand = {
		.family = is_ipv4 ? AF_INET : AF_INET6,
		.prefix = hint->host.prefix,
		.port = -1,
	};
	memcpy(operand.address, hint->host.address, sizeof(operand.address));
	const size_t size = offsetof(struct host_operand, address) + (is_ipv4 ? 4 : 16);
	return put(program, operations[hint->end].host, &operand, size, failure);
}

static bool put_device(struct program *program, const struct hint *hint, ptrdiff_t failure) {
	const struct bytecode_lookups *lookups = program->lookups;
	uint32_t ifindex = hint->ifindex;
	if (hint->device) {
		ifindex = lookups ? lookups->device(lookups->context, hint->device) : 0;
		if (ifindex == 0)
			return false;
	}
	return put(program, INET_DIAG_BC_DEV_COND, &ifindex, sizeof(ifindex), failure);
}

/* The kernel compares the masked mark with all bits of the operand. */
static bool put_mark(struct program *program, const struct hint *hint, ptrdiff_t failure) {
	const struct inet_diag_markcond operand = { hint->mark & hint->mask, hint->mask };
	return put(program, INET_DIAG_BC_MARK_COND, &operand, sizeof(operand), failure);
}

static bool put_cgroup(struct program *program, const struct hint *hint, ptrdiff_t failure) {
	const struct bytecode_lookups *lookups = program->lookups;
	const uint64_t id = lookups ? lookups->cgroup(lookups->context, hint->cgroup) : 0;
	return id != 0 && put(program, INET_DIAG_BC_CGROUP_COND, &id, sizeof(id), failure);
}

static bool put_hint(struct program *program, const struct hint *hint, ptrdiff_t failure);

/* One that is left out only makes more sockets pass; so is each for which there is no room behind
 * the others. */
static bool put_all_of(struct program *program, const struct hint *hint, ptrdiff_t failure) {
	bool is_any_put = false;
	for (size_t i = hint->child_count; i-- > 0;)
		is_any_put |= put_hint(program, hint->children[i], failure);
	return is_any_put;
}

static bool put_one_of(struct program *program, const struct hint *hint, ptrdiff_t failure) {
	const ptrdiff_t success = program->length;
	for (size_t i = hint->child_count; i-- > 0;) {
		if (!put_or(program, success, &failure) ||
		    !put_hint(program, hint->children[i], failure))
			return false;
	}
	return hint->child_count > 0;
}

static bool put_kind(struct program *program, const struct hint *hint, ptrdiff_t failure) {
	switch (hint->kind) {
	case HINT_AND:
		return put_all_of(program, hint, failure);
	case HINT_OR:
		return put_one_of(program, hint, failure);
	case HINT_PORTS:
		return put_ports(program, hint, failure);
	case HINT_HOST:
		return put_host(program, hint, failure);
	case HINT_DEVICE:
		return put_device(program, hint, failure);
	case HINT_MARK:
		return put_mark(program, hint, failure);
	case HINT_CGROUP:
		return put_cgroup(program, hint, failure);
	case HINT_AUTOBOUND:
		return put(program, INET_DIAG_BC_AUTO, NULL, 0, failure);
	}
	return false;
}

/* Falls through to a jump to where the opposite fails, and fails to behind that jump. */
static bool put_negated(struct program *program, const struct hint *hint, ptrdiff_t failure) {
	const ptrdiff_t success = program->length;
	return put_jump(program, failure) && put_kind(program, hint, success);
}

/* False, with nothing put, if the hint always holds for all that the kernel can tell. */
static bool put_hint(struct program *program, const struct hint *hint, ptrdiff_t failure) {
	const ptrdiff_t before = program->length;
	const bool is_put =
	    hint->negated ? put_negated(program, hint, failure) : put_kind(program, hint, failure);
	if (!is_put)
		program->length = before;
	return is_put;
}

size_t bytecode_compile(const struct hint *hint, const struct bytecode_lookups *lookups,
                        struct arena *arena, const void **bytecode) {
	struct program program;
	program.lookups = lookups;
	program.length = 0;
	if (!put_hint(&program, hint, REFUSED))
		return 0;
	const size_t length = (size_t)program.length;
	*bytecode = arena_copy(arena, program.bytes + LENGTH_MAX - length, length);
	return length;
}
