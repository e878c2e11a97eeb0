/* The way up from this process. */

#include <criterion/criterion.h>
#include <unistd.h>

#include "ancestors.h"
#include "util.h"

Test(ancestors, it_begins_with_this_process_and_its_parent) {
	uint32_t pids[8] = { 0 };
	const size_t count = ancestors_find(pids, ARRAY_LENGTH(pids));
	cr_assert_geq(count, 2);
	cr_expect_eq(pids[0], (uint32_t)getpid());
	cr_expect_eq(pids[1], (uint32_t)getppid());
	cr_expect_eq(ancestors_find(pids, 1), 1);
}
