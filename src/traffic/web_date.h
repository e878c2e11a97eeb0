#pragma once
/* Times as HTTP writes them (RFC 9110, 5.6.7), whatever the language of the user. Pure. */

#include <stdbool.h>
#include <time.h>

struct web_date {
	char text[40];
};

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
struct web_date web_date_text(time_t time);

/* Of that form only; older forms are rare and may be ignored where it is used. */
bool web_date_parse(const char *text, time_t *time);
