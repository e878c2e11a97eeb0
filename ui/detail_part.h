#pragma once
/* The parts of the page about one socket (detail.h), from the current line of the page on. Each
 * begins with an empty line, and is nothing at all if nothing of it is known. Pure. */

#include "detail.h"
#include "page.h"

struct out;

enum { DETAIL_INDENT = 1, DETAIL_LABEL_WIDTH = 12, DETAIL_VALUE = 14 };

/* The name of a value, in the current line. */
void detail_draw_label(struct page *page, const char *label);

/* "retransmission in 120ms, 3 tries"; nothing if no timer runs. */
void detail_write_timer(struct out *out, const struct sock *sock);

/* Its timer, how full its queues are, and its last minutes. */
void detail_draw_flow(const struct detail *detail, struct page *page);

/* Both ends side by side, if the other one is on this machine. */
void detail_draw_pair(const struct detail *detail, struct page *page);

/* Every field that is known, by group. */
void detail_draw_fields(const struct detail *detail, struct page *page);
