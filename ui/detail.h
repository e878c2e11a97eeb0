#pragma once
/* Everything about one socket. */

#include <stdint.h>

#include "canvas.h"
#include "trail.h"

struct frame;
struct sock;

struct detail {
	const struct frame *frame;
	const struct sock *sock;   /* of the frame */
	const struct trail *trail; /* or NULL */
};

/* enum sock_need of all that it shows. */
uint32_t detail_needs(void);

/* From line `scroll` on. Returns how many lines there are in all. */
int detail_draw(const struct detail *detail, struct canvas *canvas, struct area area, int scroll);
