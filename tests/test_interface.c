/* Devices by index and by name. */

#include <criterion/criterion.h>

#include "interface.h"

Test(interface, a_device_is_found_by_its_index_and_by_its_name) {
	struct interface_cache cache;
	interface_open(&cache);
	cr_assert_gt(cache.fd, 0);
	cr_expect_eq(interface_index(&cache, "lo"), 1);
	cr_expect_str_eq(interface_find(&cache, 1), "lo");
	cr_expect_eq(interface_index(&cache, "lo"), 1);
	interface_close(&cache);
}

Test(interface, what_is_no_name_of_a_device_has_no_index) {
	static const char *const names[] = { "", "no-such-device", "lo:1",
		                             "lo2345678901234567890" };
	struct interface_cache cache;
	interface_open(&cache);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		cr_expect_eq(interface_index(&cache, names[i]), 0, "%s", names[i]);
	interface_close(&cache);
	cr_expect_eq(interface_index(&cache, "lo"), 0, "nobody to ask");
}
