/* Deeds against sockets and processes of this machine: what was believed when they were ordered is
 * looked up again. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"
#include "arena.h"
#include "destroy.h"
#include "probe.h"
#include "process.h"
#include "util.h"

static const struct act_order closing = { ACT_CLOSE, 0 };
static const struct act_order ending = { ACT_SIGNAL, SIGTERM };

static struct probe *open_probe(void) {
	bool no_such = false;
	char *error = NULL;
	struct probe *probe = probe_open(NULL, &no_such, &error);
	cr_assert(probe, "%s", error);
	return probe;
}

static uint64_t cookie_of(int fd) {
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);
	cr_assert_eq(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length), 0);
	return cookie;
}

/* On loopback; port 0 is any, and is filled in. */
static int listen_on(struct sockaddr_in *address) {
	const int on = 1;
	socklen_t length = sizeof(*address);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert_geq(fd, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	cr_assert_eq(bind(fd, (const struct sockaddr *)address, length), 0, "%d", errno);
	cr_assert_eq(listen(fd, 1), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)address, &length), 0);
	return fd;
}

static const struct sockaddr_in loopback = {
	.sin_family = AF_INET,
	.sin_addr = { .s_addr = 0x0100007f },
};

static bool is_listening(int fd) {
	int value = 0;
	socklen_t length = sizeof(value);
	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value == 1;
}

static struct act_result carry_out(const struct act_order *order, const struct act_deed *deed) {
	struct act_result result = { .outcome = ACT_OUTCOME_PLANNED };
	struct probe *probe = open_probe();
	actor_carry_out(probe, order, deed, &result, 1, NULL);
	probe_close(probe);
	return result;
}

Test(actor, a_cookie_that_went_stale_closes_nothing_in_the_same_place) {
	struct sockaddr_in address = loopback;
	const int before = listen_on(&address);
	const struct act_deed deed = { .cookie = cookie_of(before), .protocol = SOCK_PROTOCOL_TCP };
	close(before);
	const int after = listen_on(&address);
	cr_expect_eq(carry_out(&closing, &deed).outcome, ACT_OUTCOME_GONE);
	cr_expect(is_listening(after));
	close(after);
}

/* Even if we believed that it is there: the kernel compares, too. */
Test(actor, the_kernel_refuses_a_cookie_that_went_stale) {
	struct sockaddr_in address = loopback;
	const int fd = listen_on(&address);
	struct sock sock = {
		.known = SOCK_KNOWS_COOKIE,
		.protocol = SOCK_PROTOCOL_TCP,
		.state = SOCK_STATE_LISTEN,
		.local = { .address = { 127, 0, 0, 1 }, .port = ntohs(address.sin_port) },
		.cookie = cookie_of(fd) + 1,
	};
	struct probe *probe = open_probe();
	cr_expect_eq(destroy_socket(probe, &sock), -ENOENT);
	sock.cookie = 0;
	cr_expect_eq(destroy_socket(probe, &sock), -ENOTUNIQ);
	sock.cookie = UINT64_MAX;
	cr_expect_eq(destroy_socket(probe, &sock), -ENOTUNIQ);
	probe_close(probe);
	cr_expect(is_listening(fd));
	close(fd);
}

static unsigned left;

static bool is_over(void) {
	return left-- == 0;
}

Test(actor, nothing_more_is_done_once_it_is_over) {
	struct sockaddr_in address = loopback;
	struct sockaddr_in other = loopback;
	const int fds[] = { listen_on(&address), listen_on(&other) };
	const struct act_deed deeds[] = {
		{ .cookie = cookie_of(fds[0]), .protocol = SOCK_PROTOCOL_TCP },
		{ .cookie = cookie_of(fds[1]), .protocol = SOCK_PROTOCOL_TCP },
	};
	struct act_result results[2];
	struct probe *probe = open_probe();
	left = 1;
	actor_carry_out(probe, &closing, deeds, results, 2, is_over);
	cr_expect_eq(is_listening(fds[0]) + is_listening(fds[1]), 1);
	for (size_t i = 0; i < 2; i++)
		cr_expect_eq(results[i].outcome,
		             is_listening(fds[i]) ? ACT_OUTCOME_INTERRUPTED : ACT_OUTCOME_DONE);
	left = 0;
	actor_carry_out(probe, &ending, deeds, results, 0, is_over);
	probe_close(probe);
	close(fds[0]);
	close(fds[1]);
}

Test(actor, a_socket_of_another_protocol_is_not_the_one) {
	struct sockaddr_in address = loopback;
	const int fd = listen_on(&address);
	const struct act_deed deed = { .cookie = cookie_of(fd), .protocol = SOCK_PROTOCOL_UDP };
	cr_expect_eq(carry_out(&closing, &deed).outcome, ACT_OUTCOME_GONE);
	cr_expect(is_listening(fd));
	close(fd);
}

static uint64_t start_of(uint32_t pid) {
	struct arena arena = { 0 };
	struct process process = { 0 };
	char *path = xasprintf("/proc/%u", pid);
	const int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert_eq(process_read(directory, NULL, pid, &arena, &process), 0);
	close(directory);
	free(path);
	arena_finish(&arena);
	return process.start_time;
}

/* A child that waits to be killed, and holds what we hold but for one descriptor (-1: none). */
static pid_t start_child(int without) {
	const pid_t child = fork();
	cr_assert_geq(child, 0);
	if (child != 0)
		return child;
	signal(SIGTERM, SIG_DFL);
	if (without >= 0)
		close(without);
	for (;;)
		pause();
}

static void end_child(pid_t child) {
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static struct act_deed signal_to(pid_t child, int fd) {
	return (struct act_deed){
		.cookie = cookie_of(fd),
		.start_time = start_of((uint32_t)child),
		.pid = (uint32_t)child,
		.protocol = SOCK_PROTOCOL_TCP,
	};
}

/* The child closes it at its own time. */
static enum act_outcome until_let_go(const struct act_deed *deed) {
	enum act_outcome outcome = ACT_OUTCOME_COUNT;
	const struct act_order harmless = { ACT_SIGNAL, SIGCONT };
	for (int i = 0; i < 1000 && outcome != ACT_OUTCOME_LET_GO; i++)
		outcome = (enum act_outcome)carry_out(&harmless, deed).outcome;
	return outcome;
}

Test(actor, a_process_that_holds_the_socket_is_signalled) {
	struct sockaddr_in address = loopback;
	const int fd = listen_on(&address);
	const pid_t child = start_child(-1);
	const struct act_deed deed = signal_to(child, fd);
	int status = 0;
	cr_expect_eq(carry_out(&ending, &deed).outcome, ACT_OUTCOME_DONE);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	close(fd);
}

Test(actor, a_process_that_does_not_hold_the_socket_any_more_is_not) {
	struct sockaddr_in address = loopback;
	const int fd = listen_on(&address);
	const pid_t child = start_child(fd);
	const struct act_deed deed = signal_to(child, fd);
	cr_expect_eq(until_let_go(&deed), ACT_OUTCOME_LET_GO);
	cr_expect_eq(carry_out(&ending, &deed).outcome, ACT_OUTCOME_LET_GO);
	cr_expect_eq(waitpid(child, NULL, WNOHANG), 0);
	end_child(child);
	close(fd);
}

/* Returns what it was. */
static struct rlimit allow_so_many_descriptors(unsigned more) {
	struct rlimit before;
	const int next = dup(STDIN_FILENO);
	cr_assert_geq(next, 0);
	close(next);
	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ (rlim_t)next + more, before.rlim_max });
	return before;
}

/* With some numbers of descriptors the process can be opened, but not what it holds. */
Test(actor, that_nobody_could_look_does_not_mean_that_it_let_go) {
	struct sockaddr_in address = loopback;
	const int fd = listen_on(&address);
	const pid_t child = start_child(-1);
	const struct act_deed deed = signal_to(child, fd);
	const struct act_order harmless = { ACT_SIGNAL, SIGCONT };
	struct act_result result = { .outcome = ACT_OUTCOME_PLANNED };
	struct probe *probe = open_probe();
	actor_carry_out(probe, &harmless, &deed, &result, 1, NULL);
	cr_expect_eq(result.outcome, ACT_OUTCOME_DONE);
	for (unsigned more = 0; more < 8; more++) {
		const struct rlimit before = allow_so_many_descriptors(more);
		actor_carry_out(probe, &harmless, &deed, &result, 1, NULL);
		setrlimit(RLIMIT_NOFILE, &before);
		cr_expect(result.outcome == ACT_OUTCOME_DONE ||
		              (result.outcome == ACT_OUTCOME_FAILED && result.error == EMFILE),
		          "%u descriptors: outcome %u", more, result.outcome);
	}
	probe_close(probe);
	end_child(child);
	close(fd);
}

Test(actor, a_later_process_of_the_same_number_is_not_the_one) {
	struct sockaddr_in address = loopback;
	const int fd = listen_on(&address);
	const pid_t child = start_child(-1);
	struct act_deed deed = signal_to(child, fd);
	deed.start_time--;
	cr_expect_eq(carry_out(&ending, &deed).outcome, ACT_OUTCOME_ENDED);
	cr_expect_eq(waitpid(child, NULL, WNOHANG), 0);
	end_child(child);
	cr_expect_eq(carry_out(&ending, &deed).outcome, ACT_OUTCOME_ENDED);
	close(fd);
}

Test(actor, a_process_is_not_signalled_for_a_socket_that_is_gone) {
	struct sockaddr_in address = loopback;
	const int fd = listen_on(&address);
	const pid_t child = start_child(fd);
	struct act_deed deed = signal_to(child, fd);
	deed.cookie++;
	cr_expect_eq(carry_out(&ending, &deed).outcome, ACT_OUTCOME_GONE);
	cr_expect_eq(waitpid(child, NULL, WNOHANG), 0);
	end_child(child);
	close(fd);
}
