/* Control groups by id and by path. */

#include <criterion/criterion.h>

#include "cgroup.h"

Test(cgroup, a_group_is_found_by_its_id_and_by_its_path) {
	struct cgroup_cache cache = { 0 };
	const uint64_t root = cgroup_id(&cache, "/");
	if (root == 0)
		cr_skip_test("no version 2 hierarchy");
	cr_expect_str_eq(cgroup_find(&cache, root), "/");
	cr_expect_eq(cgroup_id(&cache, ""), 0);
	cr_expect_eq(cgroup_id(&cache, "/no such group"), 0);
	cr_expect_null(cgroup_find(&cache, UINT64_MAX));
	cgroup_finish(&cache);
}
