/* A look at sockets that the test makes itself, on the kernel that runs the test. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "address.h"
#include "look.h"
#include "sock.h"
#include "util.h"

static int listener(uint16_t *port) {
	struct address address;
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert(address_parse("127.0.0.1", 0, &address));
	cr_assert_eq(bind(fd, &address.any, address.length), 0);
	cr_assert_eq(listen(fd, 5), 0);
	address = address_of(fd);
	*port = address_port(&address);
	return fd;
}

static struct look *look_at(uint32_t needs, const char *format, unsigned port) {
	char *expression = xasprintf(format, port); /* NOLINT(clang-diagnostic-format-nonliteral) */
	char *error = NULL;
	struct look *look = look_take(NULL, expression, needs, &error);
	cr_assert(look, "%s: %s", expression, error);
	free(expression);
	return look;
}

static uint32_t inode_of(int fd) {
	struct stat status;
	cr_assert_eq(fstat(fd, &status), 0);
	return (uint32_t)status.st_ino;
}

Test(look, finds_the_listener_that_was_asked_for_and_who_holds_it) {
	uint16_t port = 0;
	const int fd = listener(&port);
	struct look *look = look_at(SOCK_NEED_OWNERS, "listen and src 127.0.0.1:%u", port);
	cr_assert_eq(look_count(look), 1);
	const struct sock *sock = look_sock(look, 0);
	cr_expect_eq(sock->state, SOCK_STATE_LISTEN);
	cr_expect_eq(sock->local.port, port);
	cr_expect_eq(sock->inode, inode_of(fd));
	cr_expect_eq(sock->ownership, SOCK_OWNERSHIP_EXACT);
	cr_assert_eq(sock->owner_count, 1);
	cr_expect_eq(sock->owners[0].process->pid, (uint32_t)getpid());
	cr_expect_eq(sock->owners[0].fd, (uint32_t)fd);
	char *problem = look_problem(look);
	cr_expect_null(problem, "%s", problem);
	look_destroy(look);
	close(fd);
}

Test(look, finds_nothing_once_it_is_closed) {
	uint16_t port = 0;
	close(listener(&port));
	struct look *look = look_at(0, "listen and src 127.0.0.1:%u", port);
	cr_expect_eq(look_count(look), 0);
	look_destroy(look);
}

Test(look, looks_for_no_owner_that_nobody_asked_for) {
	uint16_t port = 0;
	const int fd = listener(&port);
	struct look *look = look_at(0, "listen and src 127.0.0.1:%u", port);
	cr_assert_eq(look_count(look), 1);
	cr_expect_eq(look_sock(look, 0)->ownership, SOCK_OWNERSHIP_UNKNOWN);
	look_destroy(look);
	close(fd);
}

Test(look, judges_by_owners_if_the_filter_asks_for_them) {
	uint16_t port = 0;
	const int fd = listener(&port);
	struct look *ours = look_at(0, "listen and src 127.0.0.1:%u and pid > 0", port);
	struct look *others = look_at(0, "listen and src 127.0.0.1:%u and pid = 1", port);
	cr_expect_eq(look_count(ours), 1);
	cr_expect_eq(look_count(others), 0);
	look_destroy(ours);
	look_destroy(others);
	close(fd);
}

Test(look, names_users_if_they_are_asked_for) {
	uint16_t port = 0;
	const int fd = listener(&port);
	struct look *look = look_at(SOCK_NEED_USER, "listen and src 127.0.0.1:%u", port);
	cr_assert_eq(look_count(look), 1);
	const struct sock *sock = look_sock(look, 0);
	cr_expect_eq(sock->uid, getuid());
	cr_expect(getuid() != 0 || (sock->user && strcmp(sock->user, "root") == 0));
	look_destroy(look);
	close(fd);
}

Test(look, sees_unix_sockets_and_their_other_ends_by_name) {
	int ends[2];
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	struct look *look = look_at(SOCK_NEED_PEER, "unix and inode = %u", inode_of(ends[0]));
	cr_assert_eq(look_count(look), 1);
	cr_expect_eq(sock_peer_inode(look_sock(look, 0)), inode_of(ends[1]));
	look_destroy(look);
}

Test(look, says_what_is_wrong_with_an_expression_or_a_namespace) {
	char *error = NULL;
	cr_expect_null(look_take(NULL, "sport and", 0, &error));
	cr_assert(error);
	free(error);
	error = NULL;
	cr_expect_null(look_take("no such namespace", "tcp", 0, &error));
	cr_assert(error);
	free(error);
}

/* 0 if it said so. */
static int look_without_descriptors(void) {
	const struct rlimit none = { 0, 0 };
	char *error = NULL;
	setrlimit(RLIMIT_NOFILE, &none);
	struct look *look = look_take(NULL, "tcp and listen", 0, &error);
	char *problem = look ? look_problem(look) : NULL;
	const bool said = problem && strncmp(problem, "tcp: ", 5) == 0;
	free(problem);
	look_destroy(look);
	return said ? 0 : 1;
}

/* In a process of its own, as Criterion needs descriptors. */
Test(look, says_that_the_answer_is_not_whole_without_descriptors) {
	int status = -1;
	const pid_t pid = fork();
	if (pid == 0)
		_exit(look_without_descriptors());
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
}
