/* The words are handed over one by one, so no shell of ours reads them; the host is behind "--",
 * and of characters that no shell runs anything for. ssh gets a session without a terminal, since
 * it shares that with whoever draws on it: it must neither ask there nor be stopped from there. */

#include "ssh.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

enum { HOST_MAX = 255 };

bool ssh_is_host(const char *host) {
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-@:/[]%";
	const size_t length = strlen(host);
	return length > 0 && length <= HOST_MAX && strspn(host, allowed) == length &&
	       host[0] != '-' && !strstr(host, "@-") && !strstr(host, "/-");
}

struct ends {
	int output[2], errors[2]; /* ours, ssh's */
};

static void close_pair(int ends[2]) {
	close(ends[0]);
	close(ends[1]);
}

static int open_ends(struct ends *ends) {
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends->output) != 0)
		return -errno;
	if (pipe2(ends->errors, O_CLOEXEC | O_NONBLOCK) == 0)
		return 0;
	const int error = -errno;
	close_pair(ends->output);
	return error;
}

/* Of a process with threads only that may be run in the child which posix_spawn() runs. 0 or an
 * errno. */
static int spawn(pid_t *pid, char *const words[], const struct ends *ends) {
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none;
	sigset_t all;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, ends->output[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, ends->errors[1], STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
	                                          POSIX_SPAWN_SETSIGDEF);
	const int error = posix_spawnp(pid, words[0], &files, &attributes, words, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

int ssh_start(struct ssh *ssh, const char *host, uint64_t period_ns) {
	char period[32];
	char name[HOST_MAX + 1];
	char *const words[] = { (char[]){ "ssh" },
		                (char[]){ "-T" },
		                (char[]){ "-oBatchMode=yes" },
		                (char[]){ "-oServerAliveInterval=5" },
		                (char[]){ "--" },
		                name,
		                (char[]){ "socklens" },
		                (char[]){ "record" },
		                (char[]){ "-d" },
		                period,
		                (char[]){ "-" },
		                NULL };
	struct ends ends;
	if (!ssh_is_host(host))
		return -EINVAL;
	snprintf(name, sizeof(name), "%s", host);
	snprintf(period, sizeof(period), "%" PRIu64 ".%03" PRIu64, period_ns / SECOND_NS,
	         period_ns % SECOND_NS / 1000000);
	int error = open_ends(&ends);
	if (error < 0)
		return error;
	*ssh = (struct ssh){ .output = ends.output[0], .errors = ends.errors[0] };
	error = spawn(&ssh->pid, words, &ends);
	close(ends.output[1]);
	close(ends.errors[1]);
	if (error == 0)
		return 0;
	close(ends.output[0]);
	close(ends.errors[0]);
	ssh->pid = 0;
	return -error;
}

/* A line that is too long is told from its beginning. */
static void take_byte(struct ssh *ssh, char byte) {
	if (byte != '\n' && byte != '\r') {
		if (ssh->length + 1 < sizeof(ssh->line))
			ssh->line[ssh->length++] = byte;
		return;
	}
	if (ssh->length == 0)
		return;
	memcpy(ssh->words, ssh->line, ssh->length);
	ssh->words[ssh->length] = '\0';
	ssh->length = 0;
}

/* At most what a pipe holds: another may write for ever. */
void ssh_listen(struct ssh *ssh) {
	char bytes[4096];
	for (int i = 0; i < 16; i++) {
		const ssize_t length = read(ssh->errors, bytes, sizeof(bytes));
		if (length <= 0)
			return;
		for (ssize_t j = 0; j < length; j++)
			take_byte(ssh, bytes[j]);
	}
}

/* It is not waited for yet, so that its number stays that of its group. */
static bool has_ended(pid_t pid) {
	siginfo_t info = { .si_pid = 0 };
	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
	       info.si_pid == pid;
}

static void wait_a_moment(void) {
	nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

void ssh_tell_end(struct ssh *ssh) {
	if (ssh->told_ns == 0)
		ssh->told_ns = util_monotonic_ns();
	kill(-ssh->pid, SIGTERM);
}

/* It has lost whom it talks to already, so it ends by itself or at the signal; but nobody waits for
 * it for ever. */
void ssh_stop(struct ssh *ssh) {
	const uint64_t patience_ns = SECOND_NS / 2;
	if (ssh->pid == 0)
		return;
	close(ssh->output);
	ssh_tell_end(ssh);
	while (!has_ended(ssh->pid) && util_monotonic_ns() - ssh->told_ns < patience_ns)
		wait_a_moment();
	kill(-ssh->pid, SIGKILL);
	waitpid(ssh->pid, NULL, 0);
	ssh_listen(ssh);
	take_byte(ssh, '\n');
	close(ssh->errors);
	ssh->pid = 0;
}
