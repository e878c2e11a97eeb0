#pragma once
/* What is expected of sockets, and whether it is so. Pure.
 *
 * An expectation is words with blanks between them, each true of each socket:
 *   FIELD=VALUE   as the list of socklens shows it; of owners their number
 *   FIELD=-       it is not known
 *   FIELD>NUMBER  FIELD>FIELD
 *   FIELD=rising  the sum over all sockets is more than when they were first looked at */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"

struct lab_target;
struct sock;

/* What the first look at a target found. Zero-initialise it. */
enum { LAB_FACTS_MAX = 8 };
struct lab_baseline {
	bool taken;
	size_t count;
	uint64_t sums[LAB_FACTS_MAX];
};

/* What must be found out about sockets to judge them, enum sock_need. */
uint32_t lab_needs(const struct lab_target *target);

/* True if all is as it should be. `seen` gets what there is, in the words of the expectation: of
 * the first socket that is not as it should be, or of the first one. `count` sockets were found,
 * `wanted` replaces a count of 0 in the target. */
bool lab_check(const struct lab_target *target, size_t wanted, const struct sock *const *socks,
               size_t count, struct lab_baseline *baseline, struct out *seen);

/* "2: state=ESTAB timer=persist"; "10+: ..." are at least 10, "rising: ..." more and more. */
void lab_write_expected(const struct lab_target *target, size_t wanted, struct out *out);

/* False if a word of the expectation makes no sense; for tests of the table. */
bool lab_expectation_is_valid(const char *expect);
