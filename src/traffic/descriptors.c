#include "descriptors.h"

#include <errno.h>
#include <sys/resource.h>

void descriptors_raise_limit(void) {
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

bool descriptors_are_short(int error) {
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}
