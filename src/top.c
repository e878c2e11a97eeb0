#include "top.h"

#include "util.h"

int top_run(const struct cli *cli) {
	(void)cli;
	return EXIT_STATUS_PARTIAL;
}
