/* Owners from look to look, of sockets that children open, pass on and close when they are told to.
 * Others on this machine begin and end meanwhile, and are read too: what must cost nothing is tried
 * until it cost nothing once. */

#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inode_table.h"
#include "owner_cache.h"
#include "owner_walk.h"
#include "util.h"

#define SECOND_NS UINT64_C(1000000000)

enum { TRIES_MAX = 200, OWNERS_MAX = 64 };

enum command { OPEN, CLOSE_LAST, TAKE, OVER_FIRST, EXECUTE, RENAME };

/* A process that does what it is told, and says which inode came of it. */
struct child {
	pid_t pid;
	int commands, answers;
	int way; /* UNIX socket over which it is passed sockets */
};

static uint32_t inode_of(int fd) {
	struct stat status;
	return fstat(fd, &status) == 0 ? (uint32_t)status.st_ino : 0;
}

static int new_socket(void) {
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	cr_assert_geq(fd, 0);
	return fd;
}

static void pass(int way, int fd) {
	char control[CMSG_SPACE(sizeof(int))] = "";
	char byte = 'x';
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
		                  .msg_iovlen = 1,
		                  .msg_control = control,
		                  .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	cr_assert_eq(sendmsg(way, &message, 0), 1);
}

static int take(int way) {
	char control[CMSG_SPACE(sizeof(int))];
	char byte;
	int fd = -1;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
		                  .msg_iovlen = 1,
		                  .msg_control = control,
		                  .msg_controllen = sizeof(control) };
	if (recvmsg(way, &message, 0) == 1 && CMSG_FIRSTHDR(&message))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

static int obey(enum command command, int last, int way) {
	switch (command) {
	case OPEN:
		return socket(AF_UNIX, SOCK_STREAM, 0);
	case CLOSE_LAST:
		close(last);
		return last;
	case TAKE:
		return take(way);
	case OVER_FIRST: { /* the number of descriptors stays as it is */
		const int fresh = socket(AF_UNIX, SOCK_STREAM, 0);
		dup2(fresh, last);
		close(fresh);
		return last;
	}
	case EXECUTE:
		execl("/bin/sleep", "sleep", "1000", (char *)NULL);
		return -1;
	case RENAME:
		prctl(PR_SET_NAME, "another");
		return last;
	}
	return -1;
}

static void serve(int commands, int answers, int way) {
	uint8_t command;
	int last = -1;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(commands, &command, 1) == 1) {
		last = obey((enum command)command, last, way);
		const uint32_t inode = inode_of(last);
		if (write(answers, &inode, sizeof(inode)) != sizeof(inode))
			break;
	}
	_exit(0);
}

static struct child new_child(void) {
	int commands[2];
	int answers[2];
	int way[2];
	cr_assert_eq(pipe(commands), 0);
	cr_assert_eq(pipe(answers), 0);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, way), 0);
	const struct child child = { fork(), commands[1], answers[0], way[0] };
	cr_assert_geq(child.pid, 0);
	if (child.pid == 0) {
		close(commands[1]);
		close(answers[0]);
		close(way[0]);
		serve(commands[0], answers[1], way[1]);
	}
	close(commands[0]);
	close(answers[1]);
	close(way[1]);
	return child;
}

static void order(const struct child *child, enum command command) {
	const uint8_t byte = (uint8_t)command;
	cr_assert_eq(write(child->commands, &byte, 1), 1);
}

static uint32_t answer(const struct child *child) {
	uint32_t inode = 0;
	cr_assert_eq(read(child->answers, &inode, sizeof(inode)), sizeof(inode));
	return inode;
}

static uint32_t tell(const struct child *child, enum command command) {
	order(child, command);
	return answer(child);
}

static void end(const struct child *child) {
	cr_assert_eq(kill(child->pid, SIGKILL), 0);
	cr_assert_eq(waitpid(child->pid, NULL, 0), child->pid);
	close(child->commands);
	close(child->answers);
	close(child->way);
}

/* What a look told of one inode. */
struct told {
	uint32_t inode;
	uint32_t pids[OWNERS_MAX]; /* of the processes, in the order in which they were told */
	const struct process *processes[OWNERS_MAX];
	size_t process_count;
	uint32_t owners[OWNERS_MAX]; /* pids */
	uint32_t fds[OWNERS_MAX];
	size_t count;
};

static void take_process(void *context, const struct process *process) {
	struct told *told = context;
	cr_assert_lt(told->process_count, OWNERS_MAX);
	told->processes[told->process_count] = process;
	told->pids[told->process_count++] = process->pid;
}

static void take_holder(void *context, uint32_t inode, uint32_t process, uint32_t fd) {
	struct told *told = context;
	cr_assert_lt(process, told->process_count);
	if (inode != told->inode)
		return;
	cr_assert_lt(told->count, OWNERS_MAX);
	told->fds[told->count] = fd;
	told->owners[told->count++] = told->pids[process];
}

static void look(struct owner_cache *cache, uint64_t now_ns, const uint32_t *inodes, size_t count) {
	owner_cache_begin(cache, SOCK_NEED_OWNERS);
	for (size_t i = 0; i < count; i++)
		owner_cache_tell(cache, inodes[i]);
	owner_cache_update(cache, now_ns);
}

static struct told owners_of(const struct owner_cache *cache, uint32_t inode) {
	struct told told = { .inode = inode };
	owner_cache_each(cache, take_process, take_holder, &told);
	return told;
}

static struct told look_for(struct owner_cache *cache, uint64_t now_ns, uint32_t inode) {
	look(cache, now_ns, &inode, 1);
	return owners_of(cache, inode);
}

static void expect_owner(const struct told *told, pid_t pid) {
	cr_expect_eq(told->count, 1, "%zu owners", told->count);
	cr_expect_eq(told->owners[0], (uint32_t)pid);
}

/* What a look with such needs, of one inode that this process holds, says of its parent. */
static struct process look_with(struct owner_cache *cache, uint32_t needs, uint32_t inode) {
	owner_cache_begin(cache, needs);
	owner_cache_tell(cache, inode);
	owner_cache_update(cache, SECOND_NS);
	const struct told told = owners_of(cache, inode);
	expect_owner(&told, getpid());
	return *told.processes[0];
}

Test(owner_cache, parents_are_named_once_they_are_asked_for, .timeout = 60) {
	struct owner_cache *cache = owner_cache_create();
	const int fd = new_socket();
	const uint32_t inode = inode_of(fd);
	const struct process before = look_with(cache, SOCK_NEED_OWNERS, inode);
	cr_expect_eq(before.parent_pid, (uint32_t)getppid());
	cr_expect_null(before.parent);
	const uint32_t both = SOCK_NEED_OWNERS | SOCK_NEED_PARENTS;
	cr_expect_not_null(look_with(cache, both, inode).parent);
	close(fd);
	owner_cache_destroy(cache);
}

Test(owner_cache, the_first_look_finds_every_holder, .timeout = 60) {
	struct owner_cache *cache = owner_cache_create();
	const int fd = new_socket();
	const uint32_t own = inode_of(fd);
	const struct child child = new_child(); /* has inherited it */
	const uint32_t inodes[] = { own, 0, tell(&child, OPEN) };
	struct probe_report report;
	look(cache, 0, inodes, ARRAY_LENGTH(inodes));
	const struct told both = owners_of(cache, own);
	const struct told one = owners_of(cache, inodes[2]);
	cr_expect_eq(both.count, 2);
	cr_expect_eq(both.fds[0], (uint32_t)fd);
	cr_expect_eq(both.fds[1], (uint32_t)fd);
	cr_expect_eq(both.process_count, 2);
	expect_owner(&one, child.pid);
	const struct owner_summary summary = owner_cache_summary(cache, &report);
	cr_expect_eq(report.outcome, REPORT_WHOLE);
	cr_expect_gt(report.count, 2);
	cr_expect_eq(summary.privileged, owner_walk_is_privileged());
	end(&child);
	close(fd);
	owner_cache_destroy(cache);
}

/* A look in which nothing was read comes at once unless somebody else has just begun. */
Test(owner_cache, nothing_is_read_while_nothing_is_new, .timeout = 60) {
	struct owner_cache *cache = owner_cache_create();
	const struct child child = new_child();
	const uint32_t inode = tell(&child, OPEN);
	uint64_t processes = UINT64_MAX;
	look_for(cache, 0, inode);
	look_for(cache, 9 * SECOND_NS, inode); /* the round that follows something new */
	for (uint64_t i = 10; i < TRIES_MAX && processes > 0; i++) {
		const struct owner_cache_statistics before = owner_cache_statistics(cache);
		const struct told told = look_for(cache, i * SECOND_NS, inode);
		const struct owner_cache_statistics after = owner_cache_statistics(cache);
		expect_owner(&told, child.pid);
		cr_expect_eq(after.rounds, before.rounds);
		cr_expect_eq(after.walks, before.walks);
		processes = after.processes - before.processes;
	}
	cr_expect_eq(processes, 0);
	end(&child);
	owner_cache_destroy(cache);
}

Test(owner_cache, of_a_process_that_opened_one_only_what_is_not_known_is_read, .timeout = 60) {
	enum { HELD = 300, FEW = 100 };
	struct owner_cache *cache = owner_cache_create();
	const struct child child = new_child();
	uint32_t inodes[HELD + TRIES_MAX];
	size_t count = 0;
	uint64_t links = UINT64_MAX;
	while (count < HELD)
		inodes[count++] = tell(&child, OPEN);
	look(cache, 0, inodes, count);
	cr_expect_geq(owner_cache_statistics(cache).links, HELD);
	for (uint64_t i = 1; i < TRIES_MAX && links > FEW; i++) {
		const uint64_t before = owner_cache_statistics(cache).links;
		inodes[count++] = tell(&child, OPEN);
		look(cache, i, inodes, count); /* too early to read anybody without reason */
		const struct told told = owners_of(cache, inodes[count - 1]);
		expect_owner(&told, child.pid);
		links = owner_cache_statistics(cache).links - before;
		usleep(1000);
	}
	cr_expect_leq(links, FEW);
	for (size_t i = 0; i < count; i++) {
		const struct told told = owners_of(cache, inodes[i]);
		expect_owner(&told, child.pid);
	}
	end(&child);
	owner_cache_destroy(cache);
}

/* What comes and goes again and again, in a process that holds very many: one number is new, one is
 * used again, one becomes free. */
Test(owner_cache, very_many_descriptors_are_not_listed_for_the_sake_of_a_few, .timeout = 60) {
	enum { HELD = 4200, MORE = HELD + 100 };
	struct rlimit limit;
	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max < MORE)
		cr_skip_test("so many descriptors are not allowed");
	limit.rlim_cur = limit.rlim_max;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	struct owner_cache *cache = owner_cache_create();
	const struct child child = new_child();
	uint32_t *inodes = xcalloc(HELD + TRIES_MAX + 1, sizeof(*inodes));
	size_t count = 0;
	uint64_t listed = UINT64_MAX;
	while (count < HELD)
		inodes[count++] = tell(&child, OPEN);
	look(cache, 0, inodes, count);
	for (uint64_t i = 1; i < 30; i++) {
		const struct owner_cache_statistics before = owner_cache_statistics(cache);
		if (i % 3 == 0)
			count--;
		inodes[count++] = tell(&child, i % 3 == 0 ? OVER_FIRST : OPEN);
		look(cache, i, inodes, count); /* too early to read anybody without reason */
		const struct told told = owners_of(cache, inodes[count - 1]);
		expect_owner(&told, child.pid);
		const uint64_t more = owner_cache_statistics(cache).listed - before.listed;
		listed = more < listed ? more : listed;
		if (i % 5 == 0) {
			tell(&child, CLOSE_LAST);
			look(cache, i, inodes, --count);
			inodes[count++] = tell(&child, OPEN); /* the same number */
			look(cache, i, inodes, count);
			const struct told again = owners_of(cache, inodes[count - 1]);
			expect_owner(&again, child.pid);
		}
	}
	cr_expect_lt(listed, HELD);
	cr_expect_eq(owner_cache_statistics(cache).walks, 1);
	free(inodes);
	end(&child);
	owner_cache_destroy(cache);
}

Test(owner_cache, a_descriptor_that_is_another_socket_now_is_read_again, .timeout = 60) {
	struct owner_cache *cache = owner_cache_create();
	const struct child child = new_child();
	const uint32_t first = tell(&child, OPEN);
	struct told told = look_for(cache, 0, first);
	expect_owner(&told, child.pid);
	const uint32_t second = tell(&child, OVER_FIRST);
	cr_assert_neq(second, first);
	told = look_for(cache, 1, second);
	expect_owner(&told, child.pid);
	cr_expect_eq(owner_cache_statistics(cache).walks, 1);
	end(&child);
	owner_cache_destroy(cache);
}

/* A child takes what it holds from its father, who closes it. */
Test(owner_cache, who_ends_holds_nothing_and_who_begins_is_read, .timeout = 60) {
	struct owner_cache *cache = owner_cache_create();
	const int fd = new_socket();
	const uint32_t inode = inode_of(fd);
	struct told told = look_for(cache, 0, inode);
	expect_owner(&told, getpid());
	const struct child child = new_child();
	told = look_for(cache, 100 * SECOND_NS, inode);
	cr_expect_eq(told.count, 2);
	end(&child);
	told = look_for(cache, 101 * SECOND_NS, inode);
	expect_owner(&told, getpid());
	close(fd);
	owner_cache_destroy(cache);
}

/* It is looked for everywhere once, and then by numbers of descriptors, until it has arrived. */
Test(owner_cache, a_socket_on_its_way_is_nobodys_and_no_reason_to_read_everybody, .timeout = 60) {
	struct owner_cache *cache = owner_cache_create();
	const struct child child = new_child();
	struct told told = look_for(cache, 0, tell(&child, OPEN));
	const int fd = new_socket();
	const uint32_t inode = inode_of(fd);
	pass(child.way, fd);
	close(fd);
	for (uint64_t i = 0; i < 1000; i++) {
		told = look_for(cache, 20 * SECOND_NS + i * SECOND_NS / 10, inode);
		cr_expect_eq(told.count, 0);
	}
	const struct owner_cache_statistics waiting = owner_cache_statistics(cache);
	cr_expect_eq(waiting.walks, 2, "%llu walks", (unsigned long long)waiting.walks);
	cr_expect_leq(waiting.rounds, 8, "%llu rounds", (unsigned long long)waiting.rounds);
	cr_expect_eq(tell(&child, TAKE), inode);
	told = look_for(cache, 1000 * SECOND_NS, inode);
	expect_owner(&told, child.pid);
	cr_expect_eq(owner_cache_statistics(cache).walks, 2);
	end(&child);
	owner_cache_destroy(cache);
}

/* Two children that hold the same socket; then the first one's descriptor is another. Nothing tells
 * that: the number of its descriptors is as before, and the old socket lives on. */
struct belief {
	struct owner_cache *cache;
	struct child first, second;
	uint32_t old, fresh;
};

static struct belief new_belief(void) {
	struct belief belief = { owner_cache_create(), new_child(), new_child(), 0, 0 };
	const int fd = new_socket();
	pass(belief.first.way, fd);
	pass(belief.second.way, fd);
	close(fd);
	belief.old = tell(&belief.first, TAKE);
	cr_assert_eq(tell(&belief.second, TAKE), belief.old);
	const struct told told = look_for(belief.cache, 0, belief.old);
	cr_expect_eq(told.count, 2);
	/* What is read because it is in doubt is read now, and not again for a while. */
	const uint32_t inodes[] = { belief.old, UINT32_MAX };
	look(belief.cache, 1, inodes, 2);
	belief.fresh = tell(&belief.first, OVER_FIRST);
	return belief;
}

static void look_at(const struct belief *belief, uint64_t now_ns) {
	const uint32_t inodes[] = { belief->old, belief->fresh };
	look(belief->cache, now_ns, inodes, 2);
}

static void expect_truth_and_end(const struct belief *belief) {
	const struct told old = owners_of(belief->cache, belief->old);
	const struct told fresh = owners_of(belief->cache, belief->fresh);
	expect_owner(&old, belief->second.pid);
	expect_owner(&fresh, belief->first.pid);
	end(&belief->first);
	end(&belief->second);
	owner_cache_destroy(belief->cache);
}

Test(owner_cache, what_was_believed_wrongly_is_put_right_when_everybody_is_read, .timeout = 60) {
	const struct belief belief = new_belief();
	look_at(&belief, 2);
	look_at(&belief, 3);
	cr_expect_eq(owner_cache_statistics(belief.cache).walks, 1, "it is too early");
	const struct told told = owners_of(belief.cache, belief.old);
	cr_expect_eq(told.count, 2, "nothing tells that it is not so");
	look_at(&belief, 1000 * SECOND_NS);
	cr_expect_eq(owner_cache_statistics(belief.cache).walks, 2);
	expect_truth_and_end(&belief);
}

/* Something else is new in each look, and gone in the next. */
Test(owner_cache, what_is_believed_is_read_now_and_then_if_anything_is_new, .timeout = 60) {
	const struct belief belief = new_belief();
	size_t count = 2;
	for (uint32_t i = 1; i < 10000 && count > 1; i++) {
		const uint32_t inodes[] = { belief.old, UINT32_MAX - i };
		look(belief.cache, i * 1000 * SECOND_NS, inodes, 2);
		count = owners_of(belief.cache, belief.old).count;
	}
	look_at(&belief, 1);
	cr_expect_eq(owner_cache_statistics(belief.cache).walks, 1);
	expect_truth_and_end(&belief);
}

static bool is_named(const struct told *told, const char *name) {
	return told->process_count == 1 && strcmp(told->processes[0]->comm, name) == 0;
}

Test(owner_cache, a_process_that_is_read_again_has_the_name_that_it_has_now, .timeout = 60) {
	struct owner_cache *cache = owner_cache_create();
	const struct child child = new_child();
	const uint32_t inode = tell(&child, OPEN);
	struct told told = look_for(cache, 0, inode);
	cr_expect_not(is_named(&told, "another"));
	tell(&child, RENAME);
	const uint32_t inodes[] = { inode, tell(&child, OPEN) };
	look(cache, 1, inodes, 2);
	told = owners_of(cache, inode);
	expect_owner(&told, child.pid);
	cr_expect(is_named(&told, "another"));
	order(&child, EXECUTE);
	for (uint64_t i = 0; i < 1000 && !is_named(&told, "sleep"); i++) {
		usleep(10000);
		close(new_socket());
		const uint32_t new_ones[] = { inode, inodes[1], (uint32_t)(UINT32_MAX - i) };
		look(cache, 1000 * SECOND_NS * (i + 1), new_ones, 3);
		told = owners_of(cache, inode);
	}
	cr_expect(is_named(&told, "sleep"));
	cr_expect_eq(told.processes[0]->exe_length, 5);
	end(&child);
	owner_cache_destroy(cache);
}

struct other_table {
	sem_t started, more, opened, done;
	uint32_t inode, second;
};

static void *hold_alone(void *argument) {
	struct other_table *other = argument;
	cr_assert_eq(unshare(CLONE_FILES), 0);
	const int fd = new_socket();
	other->inode = inode_of(fd);
	sem_post(&other->started);
	sem_wait(&other->more);
	other->second = inode_of(new_socket());
	sem_post(&other->opened);
	sem_wait(&other->done);
	return NULL;
}

Test(owner_cache, a_thread_with_a_table_of_its_own_is_asked_too, .timeout = 60) {
	struct owner_cache *cache = owner_cache_create();
	struct other_table other;
	pthread_t thread;
	sem_t *const all[] = { &other.started, &other.more, &other.opened, &other.done };
	for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
		sem_init(all[i], 0, 0);
	cr_assert_eq(pthread_create(&thread, NULL, hold_alone, &other), 0);
	sem_wait(&other.started);
	struct told told = look_for(cache, 0, other.inode);
	expect_owner(&told, getpid());
	sem_post(&other.more);
	sem_wait(&other.opened);
	told = look_for(cache, 1, other.second);
	expect_owner(&told, getpid());
	cr_expect_eq(owner_cache_statistics(cache).walks, 1);
	sem_post(&other.done);
	pthread_join(thread, NULL);
	owner_cache_destroy(cache);
}

/* Another user may not list the descriptors of root's processes. */
Test(owner_cache, who_may_not_be_read_is_counted_and_no_reason_to_try_for_ever, .timeout = 60) {
	if (geteuid() != 0)
		cr_skip_test("only root can become another user");
	struct owner_cache *cache = owner_cache_create();
	const struct child child = new_child();
	const uint32_t inode = tell(&child, OPEN);
	struct probe_report report;
	cr_assert_eq(setresuid(65534, 65534, 65534), 0);
	cr_assert_eq(prctl(PR_SET_DUMPABLE, 1), 0);
	for (uint64_t i = 0; i < 100; i++) {
		const struct told told = look_for(cache, i * SECOND_NS, inode);
		cr_expect_eq(told.count, 0);
	}
	const struct owner_summary summary = owner_cache_summary(cache, &report);
	cr_expect_eq(report.outcome, REPORT_WHOLE);
	cr_expect_gt(summary.unreadable, 0);
	cr_expect(summary.blind);
	cr_expect_not(summary.privileged);
	cr_expect_leq(owner_cache_statistics(cache).walks, 2);
	owner_cache_destroy(cache);
}

Test(owner_cache, memory_follows_what_is_there_and_not_what_was) {
	enum { PER_LOOK = 1000, LOOKS = 1000 };
	struct inode_table table = { 0 };
	inode_table_begin(&table);
	inode_table_hold(&table, 7);
	for (uint32_t i = 0; i < LOOKS; i++) {
		inode_table_begin(&table);
		for (uint32_t j = 0; j < PER_LOOK; j++)
			cr_assert(inode_table_tell(&table, 100 + i * PER_LOOK + j));
	}
	cr_expect_leq(table.size, 16 * PER_LOOK);
	cr_expect_eq(inode_table_find(&table, 7)->holders, 1);
	cr_expect(inode_table_is_told(&table, 100 + LOOKS * PER_LOOK - 1));
	cr_expect_not(inode_table_is_told(&table, 100));
	cr_expect_not(inode_table_tell(&table, 7), "somebody holds it");
	inode_table_release(&table, 7);
	cr_expect_not(inode_table_tell(&table, 7), "it was told in this look");
	inode_table_begin(&table);
	cr_expect(inode_table_tell(&table, 7));
	inode_table_finish(&table);
}
