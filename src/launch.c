/* The other executable lies beside this one: a path that others can set has no say in what root
 * runs. */

#include "launch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"
#include "util.h"

bool launch_knows(const char *command) {
	static const char *const commands[] = { "serve", "connect", "lab" };
	for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
		if (strcmp(command, commands[i]) == 0)
			return true;
	}
	return false;
}

int launch_traffic(char *argv[], char **error) {
	char *path = program_beside("socklens-traffic");
	if (path)
		execv(path, argv);
	*error = xasprintf(
	    _("cannot start socklens-traffic, which does this and lies beside socklens: %s"),
	    strerror(errno));
	free(path);
	return EXIT_STATUS_PARTIAL;
}
