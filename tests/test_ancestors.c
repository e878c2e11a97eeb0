/* The way up from this process. */

#include <criterion/criterion.h>
#include <string.h>
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

Test(ancestors, the_parent_stands_in_a_line_of_its_own) {
	static const char text[] = "Name:\tPPid:\t7\nTgid:\t12\nPid:\t12\nPPid:\t4711\nUid:\t0\n";
	uint32_t pid = 0;
	cr_assert(ancestors_parse(text, strlen(text), &pid));
	cr_expect_eq(pid, 4711);
}

Test(ancestors, what_is_no_number_is_refused) {
	static const char *const texts[] = {
		"",           "\nPPid:\t", "\nPPid:\t12", "\nPPid:\t-1\n", "\nPPid:\t99999999999\n",
		"\nPPid:\t\n"
	};
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		uint32_t pid = 42;
		cr_expect_not(ancestors_parse(texts[i], strlen(texts[i]), &pid), "%s", texts[i]);
		cr_expect_eq(pid, 42);
	}
}
