#pragma once
/* A line of short texts of which some matter more than others. Each has a rank: where there is no
 * room, parts take their brief form and then go, those of the highest rank first. What room is left
 * over is shared by the bars. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "canvas.h"
#include "series.h"

enum { PARTS_MAX = 32, PART_TEXT_ROOM = 288, PART_BRIEF_ROOM = 64 };

/* Texts are of any bytes, ended by NUL. */
struct part {
	char text[PART_TEXT_ROOM];
	char brief[PART_BRIEF_ROOM]; /* "": it has no brief form */
	enum style style;
	uint8_t rank;                /* 0: it never goes */
	uint8_t gap;                 /* blanks in front of it; of the first that is left, one */
	uint8_t least;               /* columns that it takes, so that what follows holds still */
	const struct series *series; /* drawn behind it; NULL: none */
	bool brief_is_used;
	bool at_right; /* it ends where the line does; only the last one */
};

/* Zero-initialise it. */
struct parts {
	struct part parts[PARTS_MAX];
	size_t count;
};

/* A part behind the others, for the caller to say more of. At most PARTS_MAX. */
struct part *parts_add(struct parts *parts, enum style style, uint8_t rank, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* In the first line of the area. Parts that do not fit are dropped. */
void parts_draw(struct parts *parts, struct canvas *canvas, struct area area);
