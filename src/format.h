#pragma once
/* How a value reads in a line of text. */

#include <stddef.h>

#include "out.h"
#include "value.h"

struct sock;

enum format_style {
	FORMAT_HUMAN, /* unknown is "-", durations carry their unit, a cell is one word */
	FORMAT_PLAIN, /* unknown is empty, durations are bare numbers */
};

/* All kinds; most cells are plain numbers, which format_value() writes by itself. */
void format_any_value(struct out *out, const struct column *column, const struct value *value,
                      enum format_style style);

static inline void format_value(struct out *out, const struct column *column,
                                const struct value *value, enum format_style style) {
	if (value->kind == VALUE_NUMBER && !unit_is_time(column->unit))
		out_number(out, value->number);
	else
		format_any_value(out, column, value, style);
}

/* The address of one end, as inet_ntop() spells it. */
void format_address(struct out *out, const struct sock *sock, enum value_end end);

/* "31us", "1.5ms", "12.25s", "3h5m": exact, with the unit that reads best. */
void format_duration(struct out *out, uint64_t microseconds);
