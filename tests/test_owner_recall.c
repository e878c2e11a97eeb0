/* The same owners as owner_resolve() finds, look after look. */

#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "owner.h"
#include "owner_cache.h"
#include "owner_recall.h"
#include "util.h"

static uint32_t inode_of(int fd) {
	struct stat status;
	cr_assert_eq(fstat(fd, &status), 0);
	return (uint32_t)status.st_ino;
}

/* A look at one socket. */
static const struct sock *look(struct snapshot *snapshot, uint32_t inode) {
	snapshot_init(snapshot);
	struct sock *sock = snapshot_add(snapshot);
	sock->inode = inode;
	sock->known = SOCK_KNOWS_INODE;
	return sock;
}

static void expect_mine(const struct sock *sock, uint32_t fd) {
	cr_assert_eq(sock->owner_count, 1);
	cr_expect_eq(sock->owners[0].process->pid, (uint32_t)getpid());
	cr_expect_eq(sock->owners[0].fd, fd);
	cr_expect_eq(sock->ownership, SOCK_OWNERSHIP_EXACT);
}

Test(owner_recall, owners_are_found_in_every_look_and_outlive_the_next) {
	struct owner_cache *cache = owner_cache_create();
	struct snapshot looks[3];
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	const struct sock *socks[3];
	for (size_t i = 0; i < ARRAY_LENGTH(looks); i++) {
		socks[i] = look(&looks[i], inode_of(fd));
		struct sock *list[] = { &looks[i].socks[0] };
		owner_recall(cache, &looks[i], list, 1, SOCK_NEED_OWNERS, (i + 1) * 1000000000);
		cr_expect_eq(looks[i].reports[REPORT_OWNERS].outcome, REPORT_WHOLE);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(looks); i++) {
		expect_mine(socks[i], (uint32_t)fd);
		snapshot_finish(&looks[i]);
	}
	owner_cache_destroy(cache);
	close(fd);
}

Test(owner_recall, it_says_what_owner_resolve_says) {
	struct owner_cache *cache = owner_cache_create();
	struct snapshot one;
	struct snapshot other;
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	const int twice = dup(fd);
	const struct sock *recalled = look(&one, inode_of(fd));
	const struct sock *resolved = look(&other, inode_of(fd));
	struct sock *list[] = { &one.socks[0] };
	struct sock *other_list[] = { &other.socks[0] };
	owner_recall(cache, &one, list, 1, SOCK_NEED_OWNERS, 1);
	owner_resolve(&other, other_list, 1, SOCK_NEED_OWNERS, NULL);
	cr_assert_eq(recalled->owner_count, 2);
	cr_assert_eq(resolved->owner_count, 2);
	for (size_t i = 0; i < 2; i++) {
		cr_expect_eq(recalled->owners[i].fd, resolved->owners[i].fd);
		cr_expect_eq(recalled->owners[i].process->start_time,
		             resolved->owners[i].process->start_time);
		cr_expect_str_eq(recalled->owners[i].process->comm,
		                 resolved->owners[i].process->comm);
	}
	snapshot_finish(&one);
	snapshot_finish(&other);
	owner_cache_destroy(cache);
	close(twice);
	close(fd);
}
