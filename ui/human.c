/* Numbers for a glance. What was measured is rounded down, so that nothing looks larger than it is:
 * "1.0K" is at least 1000, as in a filter. The longest that there is fits. */

#include "human.h"

#include <inttypes.h>
#include <stdio.h>

#include "digits.h"

/* `number` / `unit`, with one digit behind the point below a hundred. */
static struct human divide(uint64_t number, uint64_t unit, const char *suffix) {
	struct human human = { "" };
	const uint64_t ones = number / unit;
	/* In this order it cannot overflow: the rest is less than 10^18. */
	const unsigned tenth = (unsigned)(number % unit * 10 / unit);
	if (ones < 100)
		snprintf(human.text, sizeof(human.text), "%u.%u%s", (unsigned)ones, tenth, suffix);
	else
		snprintf(human.text, sizeof(human.text), "%" PRIu64 "%s", ones, suffix);
	return human;
}

static struct human whole(uint64_t number, const char *suffix) {
	struct human human = { "" };
	snprintf(human.text, sizeof(human.text), "%" PRIu64 "%s", number, suffix);
	return human;
}

struct human human_size(uint64_t number) {
	static const char suffixes[][2] = { "", "K", "M", "G", "T", "P", "E" };
	uint64_t unit = 1;
	unsigned power = 0;
	while (number / unit >= 1000) {
		unit *= 1000;
		power++;
	}
	if (power == 0)
		return whole(number, "");
	return divide(number, unit, suffixes[power]);
}

struct human human_rate(uint64_t number) {
	const struct human size = human_size(number);
	struct human human = { "" };
	snprintf(human.text, sizeof(human.text), "%.5s/s", size.text);
	return human;
}

static uint64_t in_bits(uint64_t bytes) {
	return bytes < UINT64_MAX / 8 ? bytes * 8 : UINT64_MAX;
}

struct human human_flow(uint64_t bytes, enum human_unit unit) {
	if (unit == HUMAN_BYTES)
		return human_size(bytes);
	const struct human size = human_size(in_bits(bytes));
	struct human human = { "" };
	snprintf(human.text, sizeof(human.text), "%.5sb", size.text);
	return human;
}

struct human human_flow_rate(uint64_t bytes, enum human_unit unit) {
	const struct human flow = human_flow(bytes, unit);
	struct human human = { "" };
	snprintf(human.text, sizeof(human.text), "%.6s/s", flow.text);
	return human;
}

struct human human_count(uint64_t number) {
	char digits[DIGITS_ROOM];
	struct human human = { "" };
	const size_t count = (size_t)(digits_put(digits, number) - digits);
	char *to = human.text;
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && (count - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return human;
}

struct human human_age(uint64_t ms, bool at_least) {
	static const struct {
		uint64_t seconds;
		char suffix;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	const uint64_t seconds = ms / 1000;
	unsigned unit = 0;
	while (seconds < units[unit].seconds && units[unit].seconds > 1)
		unit++;
	struct human human = { "" };
	snprintf(human.text, sizeof(human.text), "%s%" PRIu64 "%c", at_least ? ">" : "",
	         seconds / units[unit].seconds, units[unit].suffix);
	return human;
}

struct human human_time(uint64_t us) {
	if (us < 1000)
		return whole(us, "us");
	if (us < 1000000)
		return divide(us, 1000, "ms");
	return divide(us, 1000000, "s");
}

struct human human_period(uint64_t ns) {
	struct human human = { "" };
	const uint64_t hundredths = (ns + 5000000) / 10000000;
	if (hundredths % 10 == 0)
		snprintf(human.text, sizeof(human.text), "%" PRIu64 ".%us", hundredths / 100,
		         (unsigned)(hundredths / 10 % 10));
	else
		snprintf(human.text, sizeof(human.text), "%" PRIu64 ".%02us", hundredths / 100,
		         (unsigned)(hundredths % 100));
	return human;
}
