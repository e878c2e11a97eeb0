/* The way up from this process. */

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
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

static pid_t start_with(char *variable) {
	char other[] = "OTHER=1";
	char *variables[] = { other, variable, NULL };
	const pid_t child = vfork();
	if (child == 0) {
		execle("/bin/sleep", "sleep", "60", NULL, variables);
		_exit(127);
	}
	return child;
}

static void end(pid_t child) {
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* It takes them a moment to become what they are. */
static char *until_found(const uint32_t *pids, size_t count) {
	char *value = NULL;
	for (int i = 0; i < 1000 && !value; i++) {
		value = ancestors_variable(pids, count, "IT");
		usleep(1000);
	}
	return value;
}

Test(ancestors, a_variable_is_that_of_the_first_who_has_it) {
	char longer[] = "ITEM=2";
	char it[] = "IT=a=b\nc";
	const pid_t children[] = { start_with(longer), start_with(it) };
	const uint32_t pids[] = { (uint32_t)children[0], 0x7fffffff, (uint32_t)children[1] };
	char *value = until_found(pids, ARRAY_LENGTH(pids));
	cr_expect_str_eq(value, "a=b\nc");
	free(value);
	cr_expect_null(ancestors_variable(pids, 2, "IT"));
	end(children[0]);
	end(children[1]);
}
