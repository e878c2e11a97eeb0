#pragma once
/* Which boot of which machine this is: cookies, inodes and process ids mean nothing in another. */

enum { BOOT_ID_LENGTH = 36 };

/* Random for each boot of the kernel, and the same in all its containers; "" if it is not known. */
struct boot_id {
	char text[BOOT_ID_LENGTH + 1];
};

struct boot_id boot_id_read(void);
