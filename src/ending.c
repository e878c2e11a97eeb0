/* What ignores SIGHUP was meant to outlive its terminal. SIGINT and SIGTERM are sent on purpose, so
 * they end also what a shell started in the background with SIGINT ignored. */

#include "ending.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

bool ending_is_ignored(int number) {
	struct sigaction action;
	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int ending_open(void) {
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (!ending_is_ignored(SIGHUP))
		sigaddset(&set, SIGHUP);
	const int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd >= 0)
		sigprocmask(SIG_BLOCK, &set, NULL);
	return fd;
}
