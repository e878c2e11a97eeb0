#pragma once
/* Which columns fit, and how wide each one is. Pure. */

#include <stdbool.h>
#include <stddef.h>

struct layout_column {
	int wanted;    /* columns of the terminal that its widest cell takes */
	int least;     /* it may be cut down to so many; the same as `wanted` if it never is */
	int priority;  /* where there is no room for all, the highest come first */
	int claim;     /* to what is left once they are in; the highest come first */
	int full;      /* what it gets, if it wants that, before any extra one comes in */
	bool is_extra; /* it comes in last, and only where nothing is cut for it */
	int width;     /* the answer; 0: dropped */
	int x;         /* the answer */
};

/* Fills the answers for columns side by side with a blank between them. The first column stays
 * whatever happens. Columns are cut, those of a low claim first, before any is dropped that is not
 * an extra; one that is dropped makes room for narrower ones behind it. Returns the width of all.
 */
int layout_fit(struct layout_column *columns, size_t count, int width);

/* The same without dropping anybody: all at their full width, for scrolling sideways. */
int layout_all(struct layout_column *columns, size_t count);
