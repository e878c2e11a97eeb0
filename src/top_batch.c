#include "top.h"

#include "util.h"

int top_batch(const struct cli *cli) {
	(void)cli;
	return EXIT_STATUS_PARTIAL;
}
