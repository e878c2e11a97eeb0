#include "lab_made.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab_time_wait.h"
#include "util.h"

static void replace_reason(struct lab_made *made, enum lab_outcome outcome, char *reason) {
	free(made->reason);
	made->outcome = outcome;
	made->reason = reason;
}

static rlim_t descriptor_limit(void) {
	struct rlimit limit = { 0 };
	getrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur;
}

bool lab_fail(struct lab_made *made, const char *call) {
	const int error = errno;
	made->exhausted = error == EMFILE || error == ENFILE;
	char *reason = error == EMFILE
	                   ? xasprintf(_("%s: %s; the limit is %llu (ulimit -n)"), call,
	                               strerror(error), (unsigned long long)descriptor_limit())
	                   : xasprintf("%s: %s", call, strerror(error));
	replace_reason(made, LAB_FAILED, reason);
	return false;
}

bool lab_lack(struct lab_made *made, char *reason) {
	replace_reason(made, LAB_UNAVAILABLE, reason);
	return false;
}

/* With a reset, the kernel does not go on to end it politely for minutes; not even if we are
 * killed. */
static void set_reset(int fd, bool reset) {
	const struct linger linger = { .l_onoff = reset, .l_linger = 0 };
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

bool lab_keep(struct lab_made *made, int fd) {
	if (fd < 0)
		return lab_fail(made, "socket");
	set_reset(fd, true);
	made->fds = xreallocarray(made->fds, made->fd_count + 1, sizeof(int));
	made->fds[made->fd_count++] = fd;
	return true;
}

void lab_let_go(struct lab_made *made, int fd) {
	for (size_t i = 0; i < made->fd_count; i++) {
		if (made->fds[i] == fd) {
			made->fds[i] = made->fds[--made->fd_count];
			break;
		}
	}
	set_reset(fd, false);
	close(fd);
}

/* What else the parent has open must not look as if this process had to do with it. */
static void keep_only(int fd, pid_t parent) {
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	if (fd > 0)
		close_range(0, (unsigned)fd - 1, 0);
	close_range((unsigned)fd + 1, ~0u, 0);
}

pid_t lab_fork(struct lab_made *made, int fd) {
	const pid_t parent = getpid();
	const pid_t pid = fork();
	if (pid < 0) {
		lab_fail(made, "fork");
	} else if (pid == 0) {
		keep_only(fd, parent);
	} else {
		made->children =
		    xreallocarray(made->children, made->child_count + 1, sizeof(pid_t));
		made->children[made->child_count++] = pid;
	}
	return pid;
}

bool lab_share(struct lab_made *made, int fd) {
	const pid_t pid = lab_fork(made, fd);
	if (pid == 0) {
		for (;;)
			pause();
	}
	return pid > 0;
}

static bool kernel_shows(const struct lab_condition *condition) {
	struct utsname name;
	return uname(&name) != 0 || lab_is_since(condition->since, name.release);
}

void lab_make(struct lab_made *made, const struct lab_condition *condition, uint16_t port) {
	*made = (struct lab_made){ .condition = condition, .server = port, .hand = -1 };
	if (condition->needs_root && geteuid() != 0)
		lab_lack(made, xasprintf("%s", _("needs root")));
	else if (!kernel_shows(condition))
		lab_lack(made, xasprintf(_("needs Linux %u.%u"), condition->since[0],
		                         condition->since[1]));
	else
		condition->make(made);
}

static void end_processes(struct lab_made *made) {
	for (size_t i = 0; i < made->child_count; i++) {
		kill(made->children[i], SIGKILL);
		waitpid(made->children[i], NULL, 0);
	}
	free(made->children);
}

static void end_sockets(struct lab_made *made) {
	for (size_t i = 0; i < made->fd_count; i++)
		close(made->fds[i]);
	free(made->fds);
}

void lab_unmake(struct lab_made *made) {
	end_processes(made);
	end_sockets(made);
	if (made->condition->leaves_time_wait)
		lab_time_wait_forget(made->server);
	free(made->reason);
}

static const char *number_of(const struct lab_made *made, const char *name, size_t *length,
                             uint32_t *number) {
	const struct {
		const char *name;
		uint32_t number;
	} rows[] = {
		{ "@server", made->server },
		{ "@client", made->client },
		{ "@inode", made->inode },
		{ "@peer", made->peer },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		*length = strlen(rows[i].name);
		*number = rows[i].number;
		if (strncmp(name, rows[i].name, *length) == 0)
			return rows[i].name;
	}
	return NULL;
}

char *lab_expand(const struct lab_made *made, const char *text) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	while (*text) {
		size_t length;
		uint32_t number;
		if (*text == '@' && number_of(made, text, &length, &number)) {
			out_number(&out, number);
			text += length;
		} else {
			out_char(&out, *text++);
		}
	}
	out_char(&out, '\0');
	return out.bytes;
}
