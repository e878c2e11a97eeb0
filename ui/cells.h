#pragma once
/* What one socket shows of itself in the table: the text of a cell, its style, and that of the row.
 * Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "canvas.h"
#include "field.h"
#include "human.h"

struct out;
struct sock;

/* How the live view shows a field. */
struct cells_rule {
	const char *name; /* of the field */
	/* NULL: as the list does, but for rates and times, which are as short as human.h makes
	 * them. `value` may be unknown. */
	void (*write)(struct out *out, const struct sock *sock, const struct value *value);
	/* NULL: like the rest of the row. `value` is known. */
	enum style (*style)(const struct sock *sock, const struct value *value);
	int least; /* columns that a cell may be cut down to; 0: it is never cut */
	/* False if this cell may not be cut in spite of that: addresses are not, names are. NULL:
	 * all may. */
	bool (*may_cut)(const struct sock *sock);
	bool keeps_end;      /* when it is cut, its beginning goes */
	int priority, claim; /* as in layout.h */
	bool is_extra;       /* likewise, if nobody asked for it */
	bool is_soon_known;  /* it keeps its room while it is known of no socket */
};

/* Never NULL. */
const struct cells_rule *cells_rule_of(const struct field *field);

/* Appends the text, one word of printable characters. */
void cells_write(struct out *out, const struct cells_rule *rule, const struct field *field,
                 const struct field_source *source, enum human_unit unit);

/* The same of a sum, which belongs to no socket. */
void cells_write_sum(struct out *out, const struct cells_rule *rule, const struct field *field,
                     uint64_t sum, enum human_unit unit);

/* STYLE_TEXT: like the rest of the row. */
enum style cells_style(const struct cells_rule *rule, const struct field *field,
                       const struct field_source *source);

/* Of so many columns, how many the cell must have at least. */
int cells_least(const struct cells_rule *rule, const struct sock *sock, int width);

enum style cells_row_style(const struct sock *sock);

/* "+", "-", "*" or " ". */
const char *cells_mark(const struct sock *sock);
