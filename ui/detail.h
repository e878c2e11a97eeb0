#pragma once
/* Everything about one socket, on a page that may be longer than the screen. Pure. */

#include <stdint.h>

#include "canvas.h"
#include "human.h"
#include "trail.h"

struct frame;
struct sock;

struct detail {
	const struct frame *frame;
	const struct sock *sock;   /* of the frame */
	const struct trail *trail; /* or NULL */
	enum human_unit unit;      /* of rates */
};

/* Enum sock_need: all that can be known of a socket, but for names, which the live view looks up
 * itself, and what needs privilege and is of no use to people. */
uint32_t detail_needs(void);

/* A title that stays, and below it the rest from line `scroll` on. Returns how many lines there are
 * in all. */
int detail_draw(const struct detail *detail, struct canvas *canvas, struct area area, int scroll);
