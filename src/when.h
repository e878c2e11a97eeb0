#pragma once
/* Which moment of a recording somebody means: "3", "12:30", "2026-11-28T12:30Z", "+30s", "-2m". */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum when_kind {
	WHEN_NUMBER,      /* 1 is the first moment */
	WHEN_CLOCK,       /* a time of day, here */
	WHEN_DATE,        /* a time on a day */
	WHEN_AFTER_FIRST, /* so long after the first moment */
	WHEN_BEFORE_LAST, /* so long before the last one */
};

struct when {
	enum when_kind kind;
	bool to_minute;  /* of WHEN_CLOCK: without seconds */
	uint64_t number; /* WHEN_NUMBER: of the moment; WHEN_CLOCK: seconds since midnight; else
	                  * nanoseconds, of WHEN_DATE since 1970 */
};

/* Hours and minutes, with or without seconds, are a time of day, and with a day in front a date:
 * both in the time zone of the process, a date that ends with Z in UTC. A number behind a sign is
 * in seconds, or in the unit behind it: s, m, h or d. False, and `when` untouched, if the text is
 * none of these. */
bool when_parse(const char *text, size_t length, struct when *when);

/* The index of that moment among those of a recording, which were at these times (nanoseconds since
 * 1970; 0: not known): of a time the first moment that is not earlier. A time of day is that of the
 * day of the first moment, or of the next day if it was over by then. `count` if there is none. */
size_t when_find(const struct when *when, const uint64_t *times_ns, size_t count);

/* "FILE#3", "FILE@12:30": the moment that stands behind the last # or @ of a word, and how long
 * what stands before it is. False if none does. */
bool when_split(const char *word, size_t *file_length, struct when *when);

/* True for the word that stands for this machine, as it is. */
bool when_is_now(const char *word);
