#pragma once
/* Numbers as a glance takes them in: three digits and a unit. Pure. */

#include <stdbool.h>
#include <stdint.h>

struct human {
	char text[32];
};

/* "0", "999", "1.2K", "12.3M": of 1000 as in filters, rounded down, never longer than five
 * characters. */
struct human human_size(uint64_t number);
/* The same for each second: "12.3M/s". */
struct human human_rate(uint64_t number);
/* What rates are told in, which the kernel counts in bytes. */
enum human_unit { HUMAN_BYTES, HUMAN_BITS };

/* Of bytes a second, "1.2K" as human_size() or "9.8Kb" in bits; never longer than six characters.
 */
struct human human_flow(uint64_t bytes, enum human_unit unit);
/* The same with "/s" behind it. */
struct human human_flow_rate(uint64_t bytes, enum human_unit unit);
/* "812", "1,204", "1,234,567". */
struct human human_count(uint64_t number);
/* "3s", "2m", "5h", "12d"; with `at_least` ">2m". */
struct human human_age(uint64_t ms, bool at_least);
/* "31us", "1.5ms", "120ms", "2.1s". */
struct human human_time(uint64_t us);
/* "1.0s", "0.25s": of looks; rounded to the hundredth, without a last zero. */
struct human human_period(uint64_t ns);
