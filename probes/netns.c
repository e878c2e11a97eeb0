/* Finding a network namespace by what people call it, and going there and back. */

#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "escape.h"
#include "util.h"

static const char own_namespace[] = "/proc/thread-self/ns/net";

/* Looks before it opens: a FIFO would wait for a writer, and a device might do anything. */
static int open_path(const char *path) {
	char link[64];
	struct statfs status;
	const int place = open(path, O_PATH | O_CLOEXEC);
	if (place < 0)
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
	const bool is_namespace = fstatfs(place, &status) == 0 && status.f_type == NSFS_MAGIC;
	const int fd = is_namespace ? open(link, O_RDONLY | O_CLOEXEC) : -1;
	const int error = is_namespace ? errno : EINVAL;
	close(place);
	errno = error;
	return fd;
}

/* A name first, as ip-netns(8) makes them; a number that is no name is a process. */
static int open_spec(const char *spec) {
	char path[PATH_MAX];
	uint64_t pid = 0;
	if (strchr(spec, '/'))
		return open_path(spec);
	if (spec[0] == '\0' || snprintf(path, sizeof(path), "/run/netns/%s", spec) >= PATH_MAX) {
		errno = ENOENT;
		return -1;
	}
	const int fd = open_path(path);
	if (fd >= 0 || errno != ENOENT || !util_parse_number(spec, strlen(spec), INT_MAX, &pid))
		return fd;
	snprintf(path, sizeof(path), "/proc/%llu/ns/net", (unsigned long long)pid);
	return open_path(path);
}

static char *describe(const char *spec, int code) {
	const char *reason = strerror(code);
	if (code == ENOENT)
		reason = _("no such name below /run/netns, process or path");
	else if (code == EINVAL)
		reason = _("that is no network namespace");
	else if (code == EACCES || code == EPERM)
		reason = _("needs root, or CAP_SYS_ADMIN and CAP_SYS_PTRACE");
	char *shown = escape_copy(spec, strlen(spec));
	char *error = xasprintf(_("network namespace '%s': %s"), shown, reason);
	free(shown);
	return error;
}

static uint32_t inode_of(int fd) {
	struct stat status;
	return fstat(fd, &status) == 0 ? (uint32_t)status.st_ino : 0;
}

static uint32_t own_inode(void) {
	struct stat status;
	return stat(own_namespace, &status) == 0 ? (uint32_t)status.st_ino : 0;
}

/* Goes there once, so that a lack of permission is told before anything else happens. */
static int try_out(struct netns *netns, const char *spec) {
	netns->fd = open_spec(spec);
	if (netns->fd < 0)
		return errno;
	netns->home = open_path(own_namespace);
	if (netns->home < 0)
		return errno;
	const int result = netns_enter(netns);
	if (result < 0)
		return -result;
	netns_leave(netns);
	netns->inode = inode_of(netns->fd);
	return 0;
}

bool netns_open(const char *spec, struct netns *netns, bool *no_such, char **error) {
	*netns = (struct netns){ 0 };
	if (!spec) {
		netns->inode = own_inode();
		return true;
	}
	const int code = try_out(netns, spec);
	if (code == 0)
		return true;
	*no_such = code == ENOENT || code == EINVAL || code == ENOTDIR;
	*error = describe(spec, code);
	netns_close(netns);
	return false;
}

void netns_close(struct netns *netns) {
	if (netns->fd > 0)
		close(netns->fd);
	if (netns->home > 0)
		close(netns->home);
	*netns = (struct netns){ 0 };
}

int netns_enter(const struct netns *netns) {
	if (netns->fd == 0)
		return 0;
	return setns(netns->fd, CLONE_NEWNET) == 0 ? 0 : -errno;
}

/* Without a way back every later answer would be about the wrong namespace. */
void netns_leave(const struct netns *netns) {
	if (netns->fd != 0 && setns(netns->home, CLONE_NEWNET) != 0) {
		perror("socklens: cannot return to the own network namespace");
		_exit(EXIT_STATUS_PARTIAL);
	}
}
