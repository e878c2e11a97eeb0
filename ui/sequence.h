#pragma once
/* What terminals send behind an escape: keys that curses does not know, the mouse, answers. It may
 * come in pieces, so it is taken byte by byte. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mouse.h"

enum { SEQUENCE_LONGEST = 256 };

/* Zero-initialise it. */
struct sequence {
	char bytes[SEQUENCE_LONGEST + 1]; /* as far as they have come, ended by NUL */
	size_t length;                    /* 0: none has begun */
	bool is_escaped;                  /* in a string, behind an escape */
};

enum sequence_event {
	SEQUENCE_BROKEN, /* the byte belongs to no sequence: it is to be looked at by itself */
	SEQUENCE_MORE,   /* there is more to come */
	SEQUENCE_WHOLE,  /* it is in `bytes` until the next one begins */
};

/* A byte behind an escape that begins one, or is in one that has begun: SEQUENCE_MORE. */
enum sequence_event sequence_take(struct sequence *sequence, int byte);

static inline bool sequence_has_begun(const struct sequence *sequence) {
	return sequence->length > 0;
}

/* What a whole one says. Each is false if it says something else. */

/* SGR 1006: a click of the left button, or the wheel. */
bool sequence_mouse(const struct sequence *sequence, struct mouse *mouse);

/* The answer to OSC 11: three parts of light, of UINT16_MAX. */
bool sequence_background(const struct sequence *sequence, uint32_t rgb[3]);

/* The answer to DA1, "what are you", which every terminal gives. */
bool sequence_is_attributes(const struct sequence *sequence);
