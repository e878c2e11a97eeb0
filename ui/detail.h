#pragma once
/* Everything about one socket. */

#include "canvas.h"
#include "trail.h"

struct frame;
struct sock;

struct detail {
	const struct frame *frame;
	const struct sock *sock;   /* of the frame */
	const struct trail *trail; /* or NULL */
};

/* From line `scroll` on. Returns how many lines there are in all. */
int detail_draw(const struct detail *detail, struct canvas *canvas, struct area area, int scroll);
