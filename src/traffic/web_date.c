#include "web_date.h"

#include <stdio.h>
#include <string.h>

#include "util.h"

static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

struct web_date web_date_text(time_t time) {
	struct web_date date = { "" };
	struct tm utc;
	if (!gmtime_r(&time, &utc))
		return date;
	snprintf(date.text, sizeof(date.text), "%s, %02d %s %04d %02d:%02d:%02d GMT",
	         days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900,
	         utc.tm_hour, utc.tm_min, utc.tm_sec);
	return date;
}

/* The one way to write a time is what it must have been written in. */
bool web_date_parse(const char *text, time_t *time) {
	struct tm utc = { 0 };
	char month[4] = "";
	/* NOLINTNEXTLINE(cert-err34-c): what overflows is not written in the same way again */
	if (sscanf(text, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &utc.tm_mday, month, &utc.tm_year,
	           &utc.tm_hour, &utc.tm_min, &utc.tm_sec) != 6)
		return false;
	while (utc.tm_mon < 12 && strcmp(month, months[utc.tm_mon]) != 0)
		utc.tm_mon++;
	if (utc.tm_mon == 12)
		return false;
	utc.tm_year -= 1900;
	const time_t value = timegm(&utc);
	if (strcmp(web_date_text(value).text, text) != 0)
		return false;
	*time = value;
	return true;
}
