/* Text becomes a `struct when`, and that an index; what time of day a moment was at is the only
 * thing that is asked of the system. */

#include "when.h"

#include <string.h>
#include <time.h>

#include "util.h"

/* What of the text was not read yet. */
struct reader {
	const char *at, *end;
};

static bool take_char(struct reader *reader, char wanted) {
	if (reader->at == reader->end || *reader->at != wanted)
		return false;
	reader->at++;
	return true;
}

/* A number of `least` to `most` digits, not larger than `max`. */
static bool take_number(struct reader *reader, size_t least, size_t most, int max, int *number) {
	size_t length = 0;
	uint64_t value = 0;
	while (length < most && reader->at + length < reader->end && reader->at[length] >= '0' &&
	       reader->at[length] <= '9')
		length++;
	if (length < least || !util_parse_number(reader->at, length, (uint64_t)max, &value))
		return false;
	reader->at += length;
	*number = (int)value;
	return true;
}

/* 23:59 or 23:59:59. */
static bool take_clock(struct reader *reader, struct tm *time, bool *to_minute) {
	if (!take_number(reader, 1, 2, 23, &time->tm_hour) || !take_char(reader, ':') ||
	    !take_number(reader, 2, 2, 59, &time->tm_min))
		return false;
	*to_minute = !take_char(reader, ':');
	return *to_minute || take_number(reader, 2, 2, 59, &time->tm_sec);
}

static bool parse_clock(struct reader reader, struct when *when) {
	struct tm time = { 0 };
	bool to_minute = false;
	if (!take_clock(&reader, &time, &to_minute) || reader.at != reader.end)
		return false;
	const int seconds = (time.tm_hour * 60 + time.tm_min) * 60 + time.tm_sec;
	*when = (struct when){ WHEN_CLOCK, to_minute, (uint64_t)seconds };
	return true;
}

/* 2026-11-28T; nanoseconds have no room for a year 2600. */
static bool take_day(struct reader *reader, struct tm *time) {
	if (!take_number(reader, 4, 4, 2500, &time->tm_year) || !take_char(reader, '-') ||
	    !take_number(reader, 2, 2, 12, &time->tm_mon) || !take_char(reader, '-') ||
	    !take_number(reader, 2, 2, 31, &time->tm_mday) || !take_char(reader, 'T'))
		return false;
	time->tm_year -= 1900;
	time->tm_mon--;
	return true;
}

/* When a clock here shows that time, from `least` on; -1: never. Where an hour is there twice, as
 * summer time ends, mktime() must be told which one is meant. */
static time_t first_shown(const struct tm *shown, time_t least) {
	time_t first = -1;
	for (int is_dst = -1; is_dst <= 1; is_dst++) {
		struct tm time = *shown;
		time.tm_isdst = is_dst;
		const time_t seconds = mktime(&time);
		const bool is_shown = is_dst < 0 || time.tm_isdst == is_dst;
		if (is_shown && seconds >= least && (first < 0 || seconds < first))
			first = seconds;
	}
	return first;
}

static bool parse_date(struct reader reader, struct when *when) {
	struct tm time = { 0 };
	bool to_minute = false;
	if (!take_day(&reader, &time) || !take_clock(&reader, &time, &to_minute))
		return false;
	const bool is_utc = take_char(&reader, 'Z');
	if (reader.at != reader.end)
		return false;
	struct tm day = time;
	const time_t in_utc = timegm(&day);
	const bool exists = day.tm_mday == time.tm_mday && day.tm_mon == time.tm_mon;
	const time_t seconds = is_utc ? in_utc : first_shown(&time, 0);
	if (seconds < 0 || !exists)
		return false;
	*when = (struct when){ WHEN_DATE, to_minute, (uint64_t)seconds * SECOND_NS };
	return true;
}

/* How many seconds the unit has; 0 if it is none. */
static unsigned unit_seconds(char unit) {
	static const struct {
		char letter;
		unsigned seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
		if (units[i].letter == unit)
			return units[i].seconds;
	}
	return 0;
}

/* +1.5h */
static bool parse_distance(struct reader reader, struct when *when) {
	char number[32] = "";
	uint64_t ns = 0;
	const bool is_after = take_char(&reader, '+');
	if (!is_after && !take_char(&reader, '-'))
		return false;
	size_t length = (size_t)(reader.end - reader.at);
	const unsigned unit = length > 0 ? unit_seconds(reader.end[-1]) : 0;
	const uint64_t factor = unit > 0 ? unit : 1;
	if (unit > 0)
		length--;
	if (length >= sizeof(number))
		return false;
	memcpy(number, reader.at, length);
	if (!util_parse_seconds(number, &ns) || ns > INT64_MAX / factor)
		return false;
	*when = (struct when){ is_after ? WHEN_AFTER_FIRST : WHEN_BEFORE_LAST, false, ns * factor };
	return true;
}

static bool parse_number(struct reader reader, struct when *when) {
	uint64_t number = 0;
	if (!util_parse_number(reader.at, (size_t)(reader.end - reader.at), UINT32_MAX, &number) ||
	    number == 0)
		return false;
	*when = (struct when){ .kind = WHEN_NUMBER, .number = number };
	return true;
}

bool when_parse(const char *text, size_t length, struct when *when) {
	const struct reader reader = { text, text + length };
	return parse_number(reader, when) || parse_clock(reader, when) ||
	       parse_date(reader, when) || parse_distance(reader, when);
}

static size_t find_not_before(uint64_t time_ns, const uint64_t *times_ns, size_t count) {
	size_t i = 0;
	while (i < count && times_ns[i] < time_ns)
		i++;
	return i;
}

/* When it was that time of day first, from the first moment on; UINT64_MAX: never. */
static uint64_t first_time(const struct when *clock, uint64_t first_ns) {
	const uint64_t unit = clock->to_minute ? 60 : 1;
	const time_t first = (time_t)(first_ns / SECOND_NS / unit * unit);
	struct tm time;
	if (first_ns == 0 || !localtime_r(&first, &time))
		return UINT64_MAX;
	for (int days = 0; days < 2; days++) {
		const struct tm that = { .tm_year = time.tm_year,
			                 .tm_mon = time.tm_mon,
			                 .tm_mday = time.tm_mday + days,
			                 .tm_hour = (int)(clock->number / 3600),
			                 .tm_min = (int)(clock->number / 60 % 60),
			                 .tm_sec = (int)(clock->number % 60) };
		const time_t seconds = first_shown(&that, first);
		if (seconds >= 0)
			return (uint64_t)seconds * SECOND_NS;
	}
	return UINT64_MAX;
}

size_t when_find(const struct when *when, const uint64_t *times_ns, size_t count) {
	if (count == 0)
		return count;
	const uint64_t first = times_ns[0];
	const uint64_t last = times_ns[count - 1];
	const uint64_t number = when->number;
	switch (when->kind) {
	case WHEN_NUMBER:
		return number - 1 < count ? (size_t)number - 1 : count;
	case WHEN_CLOCK:
		return find_not_before(first_time(when, first), times_ns, count);
	case WHEN_DATE:
		return find_not_before(number, times_ns, count);
	case WHEN_AFTER_FIRST:
		return first == 0 || number > UINT64_MAX - first
		           ? count
		           : find_not_before(first + number, times_ns, count);
	case WHEN_BEFORE_LAST:
		return last == 0
		           ? count
		           : find_not_before(last > number ? last - number : 0, times_ns, count);
	}
	return count;
}

bool when_split(const char *word, size_t *file_length, struct when *when) {
	const size_t length = strlen(word);
	struct when found;
	size_t at = length;
	while (at > 0 && word[at - 1] != '#' && word[at - 1] != '@')
		at--;
	if (at < 2 || !when_parse(word + at, length - at, &found) ||
	    (word[at - 1] == '#') != (found.kind == WHEN_NUMBER))
		return false;
	*file_length = at - 1;
	*when = found;
	return true;
}

bool when_is_now(const char *word) {
	return strcmp(word, "now") == 0;
}
