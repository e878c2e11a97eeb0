/* Values as text. The addresses of a hundred thousand sockets pass here, so they are written by
 * hand; test_format.c holds them against inet_ntop(). */

#include "format.h"

#include <string.h>

#include "escape.h"
#include "sock.h"

static inline char *put_octet(char *to, unsigned octet) {
	if (octet >= 100) {
		*to++ = (char)('0' + octet / 100);
		octet %= 100;
		*to++ = (char)('0' + octet / 10);
	} else if (octet >= 10) {
		*to++ = (char)('0' + octet / 10);
	}
	*to++ = (char)('0' + octet % 10);
	return to;
}

static char *put_inet(char *to, const uint8_t *address) {
	for (int i = 0; i < 4; i++) {
		to = put_octet(to, address[i]);
		*to++ = '.';
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

static const struct sock_endpoint *endpoint_of(const struct sock *sock, enum value_end end) {
	return end == VALUE_LOCAL ? &sock->local : &sock->peer;
}

void format_address(struct out *out, const struct sock *sock, enum value_end end) {
	const struct sock_endpoint *endpoint = endpoint_of(sock, end);
	char *start = out_reserve(out, 48);
	const char *stop = sock->family == SOCK_FAMILY_INET ? put_inet(start, endpoint->address)
	                                                    : put_inet6(start, endpoint->address);
	out_advance(out, (size_t)(stop - start));
}

/* An IPv6 socket on the wildcard address that takes IPv4 too, which ss prints as "*". */
static bool is_dual_stack_wildcard(const struct sock *sock, const struct sock_endpoint *endpoint) {
	return sock->family == SOCK_FAMILY_INET6 && (sock->known & SOCK_KNOWS_V6ONLY) &&
	       !sock->v6only && sock_address_is_zero(endpoint);
}

static void format_host(struct out *out, const struct sock *sock, enum value_end end) {
	const struct sock_endpoint *endpoint = endpoint_of(sock, end);
	if (is_dual_stack_wildcard(sock, endpoint)) {
		out_char(out, '*');
	} else if (endpoint->host) {
		escape_write(out, endpoint->host, strlen(endpoint->host), ESCAPE_WORD);
	} else if (sock->family == SOCK_FAMILY_INET) {
		format_address(out, sock, end);
	} else {
		out_char(out, '[');
		format_address(out, sock, end);
		out_char(out, ']');
	}
}

static void format_device(struct out *out, const struct sock *sock) {
	out_char(out, '%');
	if (sock->interface_name) {
		escape_write(out, sock->interface_name, strlen(sock->interface_name), ESCAPE_WORD);
	} else {
		out_text(out, "if");
		out_number(out, sock->ifindex);
	}
}

static void format_endpoint(struct out *out, const struct sock *sock, enum value_end end) {
	const struct sock_endpoint *endpoint = endpoint_of(sock, end);
	format_host(out, sock, end);
	if (end == VALUE_LOCAL && (sock->known & SOCK_KNOWS_INTERFACE))
		format_device(out, sock);
	out_char(out, ':');
	if (endpoint->service)
		escape_write(out, endpoint->service, strlen(endpoint->service), ESCAPE_WORD);
	else if (endpoint->port == 0)
		out_char(out, '*');
	else
		out_number(out, endpoint->port);
}

static void format_process_name(struct out *out, const struct process *process) {
	if (process->exe)
		escape_write(out, process->exe, process->exe_length, ESCAPE_NAME);
	else
		escape_write(out, process->comm, process->comm_length, ESCAPE_NAME);
}

static void format_owner(struct out *out, const struct owner *owner, enum value_owner_part part) {
	const struct process *process = owner->process;
	switch (part) {
	case OWNER_ALL:
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
		escape_write(out, process->comm, process->comm_length, ESCAPE_NAME);
		break;
	case OWNER_FD:
		out_number(out, owner->fd);
		break;
	}
}

/* A process that holds a socket by several descriptors is named once. */
static void format_owners(struct out *out, const struct sock *sock, enum value_owner_part part) {
	for (uint32_t i = 0; i < sock->owner_count; i++) {
		const struct owner *owner = &sock->owners[i];
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

/* `number` thousandths or millionths behind a point, without the zeros at the end. */
static char *put_fraction(char *to, uint64_t number, int digits) {
	if (number == 0)
		return to;
	*to++ = '.';
	for (int i = digits; i > 0; i--) {
		to[i - 1] = (char)('0' + number % 10);
		number /= 10;
	}
	to += digits;
	while (to[-1] == '0')
		to--;
	return to;
}

static char *put_unit(char *to, const char *unit) {
	while (*unit)
		*to++ = *unit++;
	return to;
}

/* From one second on. */
static char *put_long_duration(char *to, uint64_t microseconds) {
	const uint64_t minute = 60000000;
	const uint64_t minutes = microseconds / minute;
	microseconds %= minute;
	if (minutes >= 60)
		to = put_unit(out_put_number(to, minutes / 60), "h");
	if (minutes % 60 > 0)
		to = put_unit(out_put_number(to, minutes % 60), "m");
	if (microseconds == 0)
		return to;
	to = out_put_number(to, microseconds / 1000000);
	return put_unit(put_fraction(to, microseconds % 1000000, 6), "s");
}

void format_duration(struct out *out, uint64_t microseconds) {
	char *start = out_reserve(out, 48);
	char *to = start;
	if (microseconds < 1000)
		to = put_unit(out_put_number(to, microseconds), "us");
	else if (microseconds < 1000000)
		to = put_unit(
		    put_fraction(out_put_number(to, microseconds / 1000), microseconds % 1000, 3),
		    "ms");
	else
		to = put_long_duration(to, microseconds);
	out_advance(out, (size_t)(to - start));
}

static void format_number(struct out *out, const struct column *column, uint64_t number,
                          enum format_style style) {
	if (style == FORMAT_HUMAN && column->unit == UNIT_MICROSECONDS)
		format_duration(out, number);
	else if (style == FORMAT_HUMAN && column->unit == UNIT_MILLISECONDS)
		format_duration(out, number * 1000);
	else
		out_number(out, number);
}

void format_any_value(struct out *out, const struct column *column, const struct value *value,
                      enum format_style style) {
	switch (value->kind) {
	case VALUE_UNKNOWN:
		if (style == FORMAT_HUMAN)
			out_char(out, '-');
		break;
	case VALUE_NUMBER:
		format_number(out, column, value->number, style);
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
		escape_write(out, value->text, value->length,
		             style == FORMAT_HUMAN ? ESCAPE_WORD : ESCAPE_TEXT);
		break;
	case VALUE_FLAGS:
		format_flags(out, value);
		break;
	case VALUE_ADDRESS:
		format_address(out, value->sock, (enum value_end)value->part);
		break;
	case VALUE_ENDPOINT:
		format_endpoint(out, value->sock, (enum value_end)value->part);
		break;
	case VALUE_OWNERS:
		format_owners(out, value->sock, (enum value_owner_part)value->part);
		break;
	}
}
