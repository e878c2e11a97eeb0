/* A connection in a network namespace of its own. It lives in a process that has nothing else, and
 * the namespace ends with that. */

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab_made.h"
#include "lab_recipes.h"
#include "lab_tcp.h"
#include "util.h"

/* What the process tells of what it made. */
struct message {
	enum lab_outcome outcome;
	uint16_t server, client;
	char reason[200];
};

static bool raise_loopback(struct lab_made *made) {
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return lab_fail(made, "socket");
	const bool up = ioctl(fd, SIOCSIFFLAGS, &request) == 0 || lab_fail(made, "SIOCSIFFLAGS");
	close(fd);
	return up;
}

static bool make_inside(struct lab_made *made) {
	struct lab_pair pair;
	if (unshare(CLONE_NEWNET) != 0)
		return lab_lack(made, xasprintf("unshare: %s", strerror(errno)));
	return raise_loopback(made) && lab_pair(made, 0, LAB_BUFFERS_USUAL, &pair);
}

static void live_inside(struct lab_made *made, int to_parent) {
	make_inside(made);
	struct message message = { .outcome = made->outcome,
		                   .server = made->server,
		                   .client = made->client };
	snprintf(message.reason, sizeof(message.reason), "%s", made->reason ? made->reason : "");
	if (util_write_all(to_parent, &message, sizeof(message), -1) != 0)
		_exit(1);
	for (;;)
		pause();
}

static bool take_message(struct lab_made *made, int from_child, pid_t child) {
	struct message message;
	if (util_read_up_to(from_child, &message, sizeof(message)) != sizeof(message)) {
		errno = ECHILD;
		return lab_fail(made, "read");
	}
	made->server = message.server;
	made->client = message.client;
	if (message.outcome == LAB_MADE) {
		snprintf(made->netns, sizeof(made->netns), "%d", (int)child);
		return true;
	}
	made->outcome = message.outcome;
	made->reason = xasprintf("%s", message.reason);
	return false;
}

bool lab_make_namespace(struct lab_made *made) {
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return lab_fail(made, "socketpair");
	const pid_t child = lab_fork(made, ends[1]);
	if (child == 0)
		live_inside(made, ends[1]);
	close(ends[1]);
	const bool ok = child > 0 && take_message(made, ends[0], child);
	close(ends[0]);
	return ok;
}
