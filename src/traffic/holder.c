#include "holder.h"

#include <stddef.h>

char *holder_of(const struct address *address, int type) {
	(void)address;
	(void)type;
	return NULL;
}
