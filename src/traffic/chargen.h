#pragma once
/* The pattern of the character generator (RFC 864): lines of 72 printable characters, each a step
 * further, and how much of it is sent when. Pure. */

#include <stddef.h>
#include <stdint.h>

enum {
	CHARGEN_LINE = 74, /* with CR LF */
	CHARGEN_PERIOD = 95 * CHARGEN_LINE,
	CHARGEN_CHUNK = 128 * 1024, /* what there is in one piece from any place on */
};

/* The pattern, for the caller to free. */
char *chargen_create(void);

/* Where the byte with this number in the endless stream is; CHARGEN_CHUNK bytes follow. */
const char *chargen_at(const char *pattern, uint64_t offset);

/* How many bytes may be sent now, at most CHARGEN_CHUNK, if `rate` a second are allowed. */
size_t chargen_allowance(uint64_t rate, uint64_t elapsed_ns, uint64_t sent);

/* How long to wait until some more may be sent. */
uint64_t chargen_pause_ns(uint64_t rate);
