/* Values as text. The addresses of a hundred thousand sockets pass here, so they are written by
 * hand; test_format.c holds them against inet_ntop(). */

#include "format.h"

#include <string.h>

#include "endpoint.h"
#include "escape.h"
#include "sock.h"
#include "util.h"

/* Every octet with the point behind it, written as four bytes whatever its length. */
#define OCTET(number)                                                                              \
	{ #number ".", sizeof(#number) }
#define TEN(tens)                                                                                  \
	OCTET(tens##0), OCTET(tens##1), OCTET(tens##2), OCTET(tens##3), OCTET(tens##4),            \
	    OCTET(tens##5), OCTET(tens##6), OCTET(tens##7), OCTET(tens##8), OCTET(tens##9)

static const struct {
	char text[7];
	uint8_t length;
} octets[] = {
	OCTET(0), OCTET(1), OCTET(2),   OCTET(3),   OCTET(4),   OCTET(5),   OCTET(6),   OCTET(7),
	OCTET(8), OCTET(9), TEN(1),     TEN(2),     TEN(3),     TEN(4),     TEN(5),     TEN(6),
	TEN(7),   TEN(8),   TEN(9),     TEN(10),    TEN(11),    TEN(12),    TEN(13),    TEN(14),
	TEN(15),  TEN(16),  TEN(17),    TEN(18),    TEN(19),    TEN(20),    TEN(21),    TEN(22),
	TEN(23),  TEN(24),  OCTET(250), OCTET(251), OCTET(252), OCTET(253), OCTET(254), OCTET(255),
};
_Static_assert(ARRAY_LENGTH(octets) == 256, "a row for each octet");

#undef TEN
#undef OCTET

static char *put_inet(char *to, const uint8_t *address) {
	for (int i = 0; i < 4; i++) {
		memcpy(to, octets[address[i]].text, 4);
		to += octets[address[i]].length;
	}
	return to - 1;
}

static char *put_group(char *to, unsigned group) {
	for (int shift = 12; shift >= 0; shift -= 4) {
		if (shift == 0 || group >> shift)
			*to++ = "0123456789abcdef"[group >> shift & 15];
	}
	return to;
}

struct zero_run {
	int first;
	int length;
};

/* The first longest run of at least two zero groups (RFC 5952 section 4.2). */
static struct zero_run longest_zero_run(const unsigned groups[8]) {
	struct zero_run best = { .first = -1, .length = 1 };
	struct zero_run run = { 0 };
	for (int i = 0; i < 8; i++) {
		run.length = groups[i] == 0 ? run.length + 1 : 0;
		run.first = i + 1 - run.length;
		if (run.length > best.length)
			best = run;
	}
	return best;
}

static char *put_inet6(char *to, const uint8_t *address) {
	unsigned groups[8];
	for (int i = 0; i < 8; i++)
		groups[i] = (unsigned)address[2 * i] << 8 | address[2 * i + 1];
	const struct zero_run zeros = longest_zero_run(groups);
	const bool mapped = zeros.first == 0 && zeros.length == 5 && groups[5] == 0xffff;
	const bool compatible = zeros.first == 0 && zeros.length == 6;
	for (int i = 0; i < 8; i++) {
		if (i >= zeros.first && i < zeros.first + zeros.length) {
			if (i == zeros.first)
				*to++ = ':';
			continue;
		}
		if (i > 0)
			*to++ = ':';
		if (i == 6 && (mapped || compatible))
			return put_inet(to, address + 12);
		to = put_group(to, groups[i]);
	}
	if (zeros.first >= 0 && zeros.first + zeros.length == 8)
		*to++ = ':';
	return to;
}

/* Enough for any address in brackets. */
enum { ADDRESS_ROOM = 48 };

static const struct sock_endpoint *endpoint_of(const struct sock *sock, enum value_end end) {
	return end == VALUE_LOCAL ? &sock->local : &sock->peer;
}

static const struct sock_end_names *names_of(const struct sock *sock, enum value_end end) {
	const struct sock_names *names = sock_names(sock);
	return end == VALUE_LOCAL ? &names->local : &names->peer;
}

static char *put_address(char *to, const struct sock *sock, const struct sock_endpoint *endpoint) {
	return sock->family == SOCK_FAMILY_INET ? put_inet(to, endpoint->address)
	                                        : put_inet6(to, endpoint->address);
}

void format_address(struct out *out, const struct sock *sock, enum value_end end) {
	if (sock->family == SOCK_FAMILY_VSOCK) {
		endpoint_format_cid(out, sock, end);
		return;
	}
	char *start = out_reserve(out, ADDRESS_ROOM);
	const char *stop = put_address(start, sock, endpoint_of(sock, end));
	out_advance(out, (size_t)(stop - start));
}

/* A mapped IPv4 address is that of an IPv4 host, of which all others would be in one network. */
void format_network(struct out *out, const struct sock *sock, enum value_end end) {
	const struct format_network network = format_network_of(sock, end);
	struct sock masked = { .family = sock->family };
	memcpy(masked.local.address, network.address, sizeof(network.address));
	format_address(out, &masked, VALUE_LOCAL);
	out_char(out, '/');
	out_number(out, network.prefix);
}

struct format_network format_network_of(const struct sock *sock, enum value_end end) {
	const uint8_t *address = endpoint_of(sock, end)->address;
	const bool is_mapped =
	    sock->family == SOCK_FAMILY_INET6 && sock_inet_bytes(SOCK_FAMILY_INET6, address);
	struct format_network network = { .prefix = sock->family == SOCK_FAMILY_INET ? 24
		                                    : is_mapped                      ? 120
		                                                                     : 64 };
	memcpy(network.address, address, network.prefix / 8);
	return network;
}

/* An IPv6 socket on the wildcard address that takes IPv4 too, which ss prints as "*". */
static bool is_dual_stack_wildcard(const struct sock *sock, const struct sock_endpoint *endpoint) {
	return sock->family == SOCK_FAMILY_INET6 && (sock->known & SOCK_KNOWS_V6ONLY) &&
	       !sock->v6only && sock_address_is_zero(endpoint);
}

static char *put_host(char *to, const struct sock *sock, const struct sock_endpoint *endpoint) {
	if (sock->family == SOCK_FAMILY_INET)
		return put_inet(to, endpoint->address);
	if (is_dual_stack_wildcard(sock, endpoint)) {
		*to++ = '*';
		return to;
	}
	*to++ = '[';
	to = put_inet6(to, endpoint->address);
	*to++ = ']';
	return to;
}

static char *put_port(char *to, uint32_t port) {
	if (port != 0)
		return digits_put(to, port);
	*to++ = '*';
	return to;
}

static void format_numeric_endpoint(struct out *out, const struct sock *sock,
                                    const struct sock_endpoint *endpoint) {
	char *start = out_reserve(out, ADDRESS_ROOM + DIGITS_ROOM);
	char *to = put_host(start, sock, endpoint);
	*to++ = ':';
	to = put_port(to, endpoint->port);
	out_advance(out, (size_t)(to - start));
}

static void format_host(struct out *out, const struct sock *sock,
                        const struct sock_endpoint *endpoint, const char *name) {
	if (name && !is_dual_stack_wildcard(sock, endpoint)) {
		escape_write(out, name, strlen(name), ESCAPE_WORD);
		return;
	}
	char *start = out_reserve(out, ADDRESS_ROOM);
	out_advance(out, (size_t)(put_host(start, sock, endpoint) - start));
}

void format_endpoint(struct out *out, const struct sock *sock, enum value_end end) {
	if (sock->family > SOCK_FAMILY_INET6) {
		endpoint_format(out, sock, end);
		return;
	}
	const struct sock_endpoint *endpoint = endpoint_of(sock, end);
	const struct sock_end_names *names = names_of(sock, end);
	const bool bound = end == VALUE_LOCAL && (sock->known & SOCK_KNOWS_INTERFACE);
	if (!bound && !names->host && !names->service) {
		format_numeric_endpoint(out, sock, endpoint);
		return;
	}
	format_host(out, sock, endpoint, names->host);
	if (bound) {
		out_char(out, '%');
		endpoint_format_device(out, sock);
	}
	out_char(out, ':');
	if (names->service) {
		escape_write(out, names->service, strlen(names->service), ESCAPE_WORD);
	} else {
		char *start = out_reserve(out, DIGITS_ROOM);
		out_advance(out, (size_t)(put_port(start, endpoint->port) - start));
	}
}

/* An empty name is a word too, and a name that looks like that, or like what is not known, is
 * written in another way. NULL for any other name. */
static const char *stand_in(const char *text, size_t length) {
	if (length == 0)
		return "\"\"";
	if (length == 1 && text[0] == '-')
		return "\\x2d";
	return length == 2 && memcmp(text, "\"\"", 2) == 0 ? "\\x22\\x22" : NULL;
}

static void format_text(struct out *out, const char *text, size_t length, enum escape_style style) {
	const char *other = style == ESCAPE_TEXT ? NULL : stand_in(text, length);
	if (other)
		out_text(out, other);
	else
		escape_write(out, text, length, style);
}

static void format_process_name(struct out *out, const struct process *process) {
	if (process->exe)
		format_text(out, process->exe, process->exe_length, ESCAPE_NAME);
	else
		format_text(out, process->comm, process->comm_length, ESCAPE_NAME);
}

/* Of several owners one may have none. */
static void format_parent(struct out *out, const struct process *process) {
	if (process->parent_pid == 0) {
		out_char(out, '-');
		return;
	}
	out_number(out, process->parent_pid);
	out_char(out, '/');
	if (process->parent)
		format_text(out, process->parent, process->parent_length, ESCAPE_NAME);
	else
		out_char(out, '-');
}

static void format_owner(struct out *out, const struct owner *owner, enum value_owner_part part) {
	const struct process *process = owner->process;
	switch (part) {
	case OWNER_ALL:
	case OWNER_PROCESS:
		out_number(out, process->pid);
		out_char(out, '/');
		format_process_name(out, process);
		break;
	case OWNER_PID:
		out_number(out, process->pid);
		break;
	case OWNER_EXE:
		format_process_name(out, process);
		break;
	case OWNER_COMM:
		format_text(out, process->comm, process->comm_length, ESCAPE_NAME);
		break;
	case OWNER_FD:
		out_number(out, owner->fd);
		break;
	case OWNER_PARENT:
		format_parent(out, process);
		break;
	case OWNER_PARENT_PID:
		if (process->parent_pid != 0)
			out_number(out, process->parent_pid);
		else
			out_char(out, '-');
		break;
	}
}

/* A process that holds a socket by several descriptors is named once. */
static void format_owners(struct out *out, const struct value *value) {
	const enum value_owner_part part = (enum value_owner_part)value->part;
	for (uint32_t i = 0; i < value->length; i++) {
		const struct owner *owner = &value->owners[i];
		if (i > 0 && part != OWNER_FD && owner->process == owner[-1].process)
			continue;
		if (i > 0)
			out_char(out, ',');
		format_owner(out, owner, part);
	}
}

static void format_flags(struct out *out, const struct value *value) {
	bool first = true;
	for (unsigned bit = 0; value->flag_names[bit]; bit++) {
		if (!(value->length >> bit & 1))
			continue;
		if (!first)
			out_char(out, ',');
		out_text(out, value->flag_names[bit]);
		first = false;
	}
	if (first)
		out_text(out, "none");
}

/* A unit of two letters; one of one letter has a NUL for the other. */
static char *put_unit(char *to, const char unit[2]) {
	memcpy(to, unit, 2);
	return to + (unit[1] ? 2 : 1);
}

/* Millionths behind a point, nothing if there are none. */
static char *put_millionths(char *to, uint32_t number) {
	if (number == 0)
		return to;
	*to++ = '.';
	return digits_put_millionths(to, number);
}

/* From one second on. */
static char *put_long_duration(char *to, uint64_t microseconds) {
	const uint64_t minute = 60000000;
	const uint64_t minutes = microseconds / minute;
	microseconds %= minute;
	if (minutes >= 60)
		to = put_unit(digits_put(to, minutes / 60), "h");
	if (minutes % 60 > 0)
		to = put_unit(digits_put(to, minutes % 60), "m");
	if (microseconds == 0)
		return to;
	to = digits_put(to, microseconds / 1000000);
	return put_unit(put_millionths(to, (uint32_t)(microseconds % 1000000)), "s");
}

char *format_put_duration(char *to, uint64_t microseconds) {
	if (microseconds >= 1000000)
		return put_long_duration(to, microseconds);
	const uint32_t whole = (uint32_t)microseconds;
	if (whole < 1000)
		return put_unit(digits_put(to, whole), "us");
	to = put_millionths(digits_put(to, whole / 1000), whole % 1000 * 1000);
	return put_unit(to, "ms");
}

static void format_number(struct out *out, enum unit unit, uint64_t number) {
	char *start = out_reserve(out, FORMAT_NUMBER_ROOM);
	out_advance(out, (size_t)(format_put_number(start, unit, number) - start));
}

void format_any_value(struct out *out, const struct column *column, const struct value *value,
                      enum format_style style) {
	switch (value->kind) {
	case VALUE_UNKNOWN:
		if (style == FORMAT_HUMAN)
			out_char(out, '-');
		break;
	case VALUE_NUMBER:
		format_number(out, style == FORMAT_HUMAN ? column->unit : UNIT_NONE, value->number);
		break;
	case VALUE_BOOL:
		out_text(out, value->number ? "yes" : "no");
		break;
	case VALUE_HEX:
		out_hex(out, value->number);
		break;
	case VALUE_SYMBOL:
		out_text(out, value->text);
		break;
	case VALUE_TEXT:
		format_text(out, value->text, value->length,
		            style == FORMAT_HUMAN ? ESCAPE_WORD : ESCAPE_TEXT);
		break;
	case VALUE_FLAGS:
		format_flags(out, value);
		break;
	case VALUE_ADDRESS:
		format_address(out, value->sock, (enum value_end)value->part);
		break;
	case VALUE_NETWORK:
		format_network(out, value->sock, (enum value_end)value->part);
		break;
	case VALUE_ENDPOINT:
		format_endpoint(out, value->sock, (enum value_end)value->part);
		break;
	case VALUE_OWNERS:
		format_owners(out, value);
		break;
	}
}

void format_comparable(struct out *out, const struct column *column, const struct value *value) {
	struct value plain = *value;
	struct sock sock;
	if (value->kind == VALUE_ADDRESS || value->kind == VALUE_ENDPOINT) {
		sock = *value->sock;
		sock.names = NULL;
		plain.sock = &sock;
	}
	format_any_value(out, column, &plain, FORMAT_PLAIN);
}
