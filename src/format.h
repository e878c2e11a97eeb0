#pragma once
/* How a value reads in a line of text. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "out.h"
#include "value.h"

struct sock;

enum format_style {
	FORMAT_HUMAN, /* unknown is "-", durations carry their unit, a cell is one word */
	FORMAT_PLAIN, /* unknown is empty, durations are bare numbers */
};

/* Room for any plain number: format_put_number() may write over all of it. */
enum { FORMAT_NUMBER_ROOM = 48 };

/* "31us", "1.5ms", "12.25s", "3h5m": exact, with the unit that reads best. Returns the end. */
char *format_put_duration(char *to, uint64_t microseconds);

/* A plain number as people read it; with UNIT_NONE as programs do. Returns the end. */
static inline char *format_put_number(char *to, enum unit unit, uint64_t number) {
	if (unit == UNIT_BYTES_PER_SECOND)
		return stpcpy(digits_put(to, number), "B/s");
	if (!unit_is_time(unit))
		return digits_put(to, number);
	return format_put_duration(to, unit == UNIT_MILLISECONDS ? number * 1000 : number);
}

/* The address of one end, as inet_ntop() spells it. */
void format_address(struct out *out, const struct sock *sock, enum value_end end);

/* The network that an IP address is in, as far as one can tell: IPv4 /24, IPv6 /64. */
struct format_network {
	uint8_t address[16]; /* zero behind the prefix */
	uint8_t prefix;      /* bits */
};
struct format_network format_network_of(const struct sock *sock, enum value_end end);
void format_network(struct out *out, const struct sock *sock, enum value_end end);

/* An end with device and port, as words. */
void format_endpoint(struct out *out, const struct sock *sock, enum value_end end);

/* All kinds, for format_value(). */
void format_any_value(struct out *out, const struct column *column, const struct value *value,
                      enum format_style style);

/* As filters compare it: FORMAT_PLAIN, and ends as numbers, whether or not names were asked for. */
void format_comparable(struct out *out, const struct column *column, const struct value *value);

/* What nearly all cells hold takes the short way. */
static inline void format_value(struct out *out, const struct column *column,
                                const struct value *value, enum format_style style) {
	if (value->kind == VALUE_NUMBER && unit_is_bare(column->unit))
		out_number(out, value->number);
	else if (value->kind == VALUE_ENDPOINT)
		format_endpoint(out, value->sock, (enum value_end)value->part);
	else if (value->kind == VALUE_SYMBOL)
		out_text(out, value->text);
	else
		format_any_value(out, column, value, style);
}
