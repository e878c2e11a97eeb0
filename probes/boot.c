/* The kernel tells it in one line. */

#include "boot.h"

#include <fcntl.h>
#include <unistd.h>

#include "util.h"

struct boot_id boot_id_read(void) {
	struct boot_id boot = { "" };
	const int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return boot;
	if (util_read_up_to(fd, boot.text, BOOT_ID_LENGTH) != BOOT_ID_LENGTH)
		boot = (struct boot_id){ "" };
	close(fd);
	return boot;
}
