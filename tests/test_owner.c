/* Who holds sockets that were made here: this process, a child of it, and another user's. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "owner.h"
#include "snapshot.h"
#include "util.h"

/* A process that holds nothing but one socket, until it is killed. */
struct holder {
	pid_t pid;
	uint32_t inode;
};

static uint32_t inode_of(int fd) {
	struct stat status;
	cr_assert_eq(fstat(fd, &status), 0);
	return (uint32_t)status.st_ino;
}

static int new_socket(void) {
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert_geq(fd, 0);
	return fd;
}

/* The socket is closed here, so that only the child has it. */
static struct holder new_holder(void) {
	int ours[2]; /* our end of it ends with us, whoever we are by then */
	const int fd = new_socket();
	struct holder holder = { .inode = inode_of(fd) };
	cr_assert_eq(pipe2(ours, O_CLOEXEC), 0);
	holder.pid = fork();
	cr_assert_geq(holder.pid, 0);
	if (holder.pid == 0) {
		close(ours[1]);
		raise(SIGSTOP);
		while (read(ours[0], &(char){ 0 }, 1) < 0 && errno == EINTR)
			continue;
		_exit(0);
	}
	close(ours[0]);
	close(fd);
	/* It has now what it is going to have. */
	cr_assert_eq(waitpid(holder.pid, NULL, WUNTRACED), holder.pid);
	cr_assert_eq(kill(holder.pid, SIGCONT), 0);
	return holder;
}

static void end(const struct holder *holder) {
	cr_assert_eq(kill(holder->pid, SIGKILL), 0);
	cr_assert_eq(waitpid(holder->pid, NULL, 0), holder->pid);
}

/* Two sockets, and what became known of them. */
struct found {
	struct snapshot snapshot;
	struct owner_summary summary;
	const struct sock *first, *second;
};

static struct found resolve(uint32_t first, uint32_t second, const struct owner_scope *scope) {
	struct found found;
	snapshot_init(&found.snapshot);
	const uint32_t inodes[] = { first, second };
	for (size_t i = 0; i < ARRAY_LENGTH(inodes); i++) {
		struct sock *sock = snapshot_add(&found.snapshot);
		sock->protocol = SOCK_PROTOCOL_UNIX_STREAM;
		sock->family = SOCK_FAMILY_UNIX;
		sock_set_holder(sock, inodes[i], 0);
	}
	struct sock *socks[] = { &found.snapshot.socks[0], &found.snapshot.socks[1] };
	found.summary = owner_resolve(&found.snapshot, socks, ARRAY_LENGTH(socks), 0, scope);
	found.first = socks[0];
	found.second = socks[1];
	return found;
}

static struct found resolve_among(uint32_t first, uint32_t second, const uint32_t *pids,
                                  size_t count) {
	const struct owner_scope scope = { pids, count };
	return resolve(first, second, &scope);
}

static void expect_owner(const struct sock *sock, pid_t pid) {
	cr_expect_eq(sock->ownership, SOCK_OWNERSHIP_EXACT);
	cr_assert_eq(sock->owner_count, 1);
	cr_expect_eq(sock->owners[0].process->pid, (uint32_t)pid);
}

static void expect_unknown(const struct sock *sock) {
	cr_expect_eq(sock->ownership, SOCK_OWNERSHIP_UNKNOWN);
	cr_expect_eq(sock->owner_count, 0);
	cr_expect_null(sock->owners);
}

/* Nothing failed, and nobody refused anything. */
static void expect_whole(const struct found *found) {
	cr_expect_eq(found->snapshot.reports[REPORT_OWNERS].outcome, REPORT_WHOLE);
	cr_expect_eq(found->summary.hidden, 0);
	cr_expect_eq(found->summary.unreadable, 0);
	cr_expect(found->summary.scoped);
}

Test(owner, without_a_scope_everyone_is_looked_into, .timeout = 60) {
	static const struct owner_scope empty = { 0 };
	const struct holder holder = new_holder();
	const int fd = new_socket();
	for (size_t i = 0; i < 2; i++) {
		struct found found = resolve(inode_of(fd), holder.inode, i ? &empty : NULL);
		expect_owner(found.first, getpid());
		expect_owner(found.second, holder.pid);
		cr_expect_not(found.summary.scoped);
		snapshot_finish(&found.snapshot);
	}
	close(fd);
	end(&holder);
}

Test(owner, with_a_scope_only_its_processes_are_looked_into, .timeout = 60) {
	const struct holder holder = new_holder();
	const int fd = new_socket();
	const uint32_t own = (uint32_t)getpid();
	const uint32_t childs = (uint32_t)holder.pid;
	struct found found = resolve_among(inode_of(fd), holder.inode, &own, 1);
	expect_whole(&found);
	expect_owner(found.first, getpid());
	expect_unknown(found.second);
	snapshot_finish(&found.snapshot);
	found = resolve_among(inode_of(fd), holder.inode, &childs, 1);
	expect_whole(&found);
	expect_unknown(found.first);
	expect_owner(found.second, holder.pid);
	snapshot_finish(&found.snapshot);
	close(fd);
	end(&holder);
}

Test(owner, a_process_that_is_named_twice_is_looked_into_once, .timeout = 60) {
	const struct holder holder = new_holder();
	const int fd = new_socket();
	const uint32_t own = (uint32_t)getpid();
	const uint32_t childs = (uint32_t)holder.pid;
	const uint32_t twice[] = { childs, own, childs, own };
	struct found once = resolve_among(inode_of(fd), holder.inode, &own, 1);
	struct found both = resolve_among(inode_of(fd), holder.inode, twice, 2);
	struct found found = resolve_among(inode_of(fd), holder.inode, twice, 4);
	expect_whole(&found);
	expect_owner(found.first, getpid());
	expect_owner(found.second, holder.pid);
	cr_expect_eq(found.snapshot.reports[REPORT_OWNERS].count,
	             both.snapshot.reports[REPORT_OWNERS].count);
	cr_expect_gt(both.snapshot.reports[REPORT_OWNERS].count,
	             once.snapshot.reports[REPORT_OWNERS].count);
	snapshot_finish(&once.snapshot);
	snapshot_finish(&both.snapshot);
	snapshot_finish(&found.snapshot);
	close(fd);
	end(&holder);
}

Test(owner, a_process_that_does_not_exist_is_no_failure, .timeout = 60) {
	const struct holder gone = new_holder();
	end(&gone);
	const int fd = new_socket();
	const uint32_t pids[] = { (uint32_t)gone.pid, 0, UINT32_MAX };
	struct found found = resolve_among(inode_of(fd), gone.inode, pids, ARRAY_LENGTH(pids));
	expect_whole(&found);
	expect_unknown(found.first);
	expect_unknown(found.second);
	cr_expect_eq(found.snapshot.reports[REPORT_OWNERS].count, 0);
	snapshot_finish(&found.snapshot);
	close(fd);
}

struct waiting_thread {
	pid_t tid;
	sem_t started, done;
};

static void *wait_in_thread(void *argument) {
	struct waiting_thread *thread = argument;
	thread->tid = gettid();
	sem_post(&thread->started);
	sem_wait(&thread->done);
	return NULL;
}

/* /proc has a directory of that name, but no walk meets it. */
Test(owner, the_number_of_a_thread_is_no_process, .timeout = 60) {
	struct waiting_thread waiting;
	pthread_t thread;
	sem_init(&waiting.started, 0, 0);
	sem_init(&waiting.done, 0, 0);
	cr_assert_eq(pthread_create(&thread, NULL, wait_in_thread, &waiting), 0);
	sem_wait(&waiting.started);
	const int fd = new_socket();
	const uint32_t tid = (uint32_t)waiting.tid;
	struct found found = resolve_among(inode_of(fd), 0, &tid, 1);
	sem_post(&waiting.done);
	pthread_join(thread, NULL);
	expect_whole(&found);
	expect_unknown(found.first);
	snapshot_finish(&found.snapshot);
	close(fd);
}

/* Another user may not list the descriptors of root's processes. */
Test(owner, a_process_that_may_not_be_read_is_counted_and_its_sockets_stay_unknown, .timeout = 60) {
	if (geteuid() != 0)
		cr_skip_test("only root can become another user");
	const struct holder holder = new_holder();
	const uint32_t childs = (uint32_t)holder.pid;
	const int fd = new_socket();
	cr_assert_eq(setresuid(65534, 65534, 65534), 0);
	cr_assert_eq(prctl(PR_SET_DUMPABLE, 1), 0);
	struct found found = resolve_among(holder.inode, inode_of(fd), &childs, 1);
	cr_expect_eq(found.snapshot.reports[REPORT_OWNERS].outcome, REPORT_WHOLE);
	cr_expect_eq(found.summary.unreadable, 1);
	cr_expect_eq(found.summary.hidden, 0);
	cr_expect_not(found.summary.privileged);
	expect_unknown(found.first);
	expect_unknown(found.second);
	snapshot_finish(&found.snapshot);
	close(fd);
}
