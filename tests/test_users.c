/* User names, held against what the system itself says. */

#include <criterion/criterion.h>
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "users.h"

static uint32_t unused_uid(void) {
	uint32_t uid = 4000000000u;
	while (getpwuid((uid_t)uid))
		uid++;
	return uid;
}

Test(users, uid_0_is_root) {
	struct user_cache cache = { 0 };
	cr_assert_str_eq(user_cache_find(&cache, 0), "root");
	user_cache_finish(&cache);
}

Test(users, a_uid_that_nobody_has_is_null_each_time) {
	struct user_cache cache = { 0 };
	const uint32_t uid = unused_uid();
	cr_assert_null(user_cache_find(&cache, uid));
	cr_assert_null(user_cache_find(&cache, uid));
	cr_assert_not_null(user_cache_find(&cache, 0));
	cr_assert_null(user_cache_find(&cache, uid));
	user_cache_finish(&cache);
}

Test(users, the_largest_uid_is_no_user) {
	struct user_cache cache = { 0 };
	cr_assert_null(user_cache_find(&cache, UINT32_MAX));
	user_cache_finish(&cache);
}

Test(users, a_name_asked_twice_stays_where_it_is) {
	struct user_cache cache = { 0 };
	const char *root = user_cache_find(&cache, 0);
	for (uint32_t uid = 0; uid < 300; uid++)
		user_cache_find(&cache, uid);
	cr_assert_eq(user_cache_find(&cache, 0), root);
	cr_assert_str_eq(root, "root");
	user_cache_finish(&cache);
}

Test(users, every_user_of_the_system_has_the_name_that_it_says) {
	struct user_cache cache = { 0 };
	for (uint32_t uid = 0; uid < 200; uid++) {
		const struct passwd *entry = getpwuid((uid_t)uid);
		char wanted[256] = "";
		if (entry)
			strncpy(wanted, entry->pw_name, sizeof(wanted) - 1);
		const char *name = user_cache_find(&cache, uid);
		cr_expect_eq(name != NULL, entry != NULL, "uid %u", uid);
		cr_expect(!name || strcmp(name, wanted) == 0, "uid %u is %s", uid, name);
	}
	user_cache_finish(&cache);
}

/* In a process of its own, because the test runner needs descriptors too; and before any other
 * lookup, because a library that is loaded already may know root without a file. */
static int error_without_descriptors(void) {
	const struct rlimit no_files = { 0, 0 };
	int status = -1;
	const pid_t child = fork();
	if (child == 0) {
		struct user_cache cache = { 0 };
		const bool limited = setrlimit(RLIMIT_NOFILE, &no_files) == 0;
		const bool found = user_cache_find(&cache, 0) != NULL;
		const int error = cache.error;
		user_cache_finish(&cache);
		_exit(limited && !found ? error : 0);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(users, a_lookup_that_failed_is_told_from_a_user_that_does_not_exist) {
	struct user_cache cache = { 0 };
	cr_assert_eq(error_without_descriptors(), EMFILE);
	user_cache_find(&cache, 0);
	user_cache_find(&cache, unused_uid());
	cr_assert_eq(cache.error, 0);
	user_cache_finish(&cache);
}

Test(users, a_finished_cache_can_be_used_again) {
	struct user_cache cache = { 0 };
	user_cache_finish(&cache);
	cr_assert_str_eq(user_cache_find(&cache, 0), "root");
	user_cache_finish(&cache);
	user_cache_finish(&cache);
	cr_assert_eq(cache.count, 0);
}
