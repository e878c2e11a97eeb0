/* The boot has a name of its own, and the name stays. */

#include <criterion/criterion.h>
#include <string.h>

#include "boot.h"

Test(boot, the_kernel_tells_the_same_id_each_time) {
	const struct boot_id first = boot_id_read();
	const struct boot_id again = boot_id_read();
	cr_expect_eq(strlen(first.text), BOOT_ID_LENGTH);
	cr_expect_eq(strspn(first.text, "0123456789abcdef-"), BOOT_ID_LENGTH, "%s", first.text);
	cr_expect_str_eq(first.text, again.text);
}
