/* Screen processes that do not keep to what was agreed, against the one that keeps them. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "collector.h"
#include "keeper.h"
#include "sock.h"
#include "util.h"

/* How a screen process of the tests ends. */
enum { WAS_ENDED = 7, WAS_NOT_ENDED = 8 };

typedef int (*screen_fn)(int channel);

/* It was, if nobody is at the other end of the channel any more. */
static int wait_for_end(int channel) {
	enum { PATIENCE_MS = 5000 };
	struct pollfd wait = { .fd = channel };
	int ready;
	do
		ready = poll(&wait, 1, PATIENCE_MS);
	while (ready < 0 && errno == EINTR);
	return ready > 0 ? WAS_ENDED : WAS_NOT_ENDED;
}

static int play_screen(screen_fn play, const int ends[2], const sigset_t *before) {
	sigprocmask(SIG_SETMASK, before, NULL);
	close(ends[0]);
	return play(ends[1]);
}

static int count_descriptors(void) {
	int count = 0;
	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* The collector looks at this machine. */
static struct keeper_end keep(screen_fn play) {
	struct keeper_end end = { 0 };
	int ends[2];
	sigset_t signals;
	sigset_t before;
	bool no_such = false;
	char *error = NULL;
	keeper_signals(&signals);
	cr_assert_eq(sigprocmask(SIG_BLOCK, &signals, &before), 0);
	struct collector *collector = collector_open(NULL, &no_such, &error);
	cr_assert(collector, "%s", error);
	cr_assert_eq(channel_open(&ends[0], &ends[1]), 0);
	const pid_t screen = fork();
	cr_assert_geq(screen, 0);
	if (screen == 0)
		_exit(play_screen(play, ends, &before));
	close(ends[1]);
	const struct keeper_setup setup = { screen, ends[0], collector };
	cr_assert_eq(keeper_run(&setup, &end), 0);
	return end; /* a look may still be going on, so the channel stays open */
}

static void expect_ended(screen_fn play) {
	const struct keeper_end end = keep(play);
	cr_assert(WIFEXITED(end.status), "status %d", end.status);
	cr_assert_eq(WEXITSTATUS(end.status), WAS_ENDED, "%d", WEXITSTATUS(end.status));
	cr_assert_eq(end.signal, 0);
}

static const struct channel_request look = { .kind = CHANNEL_LOOK, .needs = SOCK_NEED_INFO };

static int look_once(int channel) {
	struct channel_answer answer;
	int file = -1;
	return channel_ask(channel, &look, NULL) == 0 &&
	       channel_receive_answer(channel, &answer, &file) == 0;
}

static int look_and_leave(int channel) {
	for (int i = 0; i < 20; i++) {
		if (!look_once(channel))
			return WAS_ENDED;
	}
	return WAS_NOT_ENDED;
}

Test(keeper, who_takes_each_answer_is_given_the_next) {
	const struct keeper_end end = keep(look_and_leave);
	cr_assert(WIFEXITED(end.status));
	cr_assert_eq(WEXITSTATUS(end.status), WAS_NOT_ENDED);
}

/* An order about a socket that there is not, between looks. */
static int order_and_leave(int channel) {
	const struct channel_request order = { .kind = CHANNEL_ACT, .deed_count = 1 };
	const struct act_deed deed = { .cookie = 0x7fffffffffffffff };
	struct act_result result = { .outcome = ACT_OUTCOME_COUNT };
	struct channel_answer answer;
	int file = -1;
	if (!look_once(channel) || channel_ask(channel, &order, &deed) != 0 ||
	    channel_receive_answer(channel, &answer, &file) != 0)
		return WAS_ENDED;
	const bool is_told = answer.length == sizeof(result) &&
	                     pread(file, &result, sizeof(result), 0) == sizeof(result);
	close(file);
	return is_told && result.outcome == ACT_OUTCOME_GONE && look_once(channel) ? WAS_NOT_ENDED
	                                                                           : EXIT_FAILURE;
}

Test(keeper, an_order_is_carried_out_and_looks_go_on) {
	const struct keeper_end end = keep(order_and_leave);
	cr_assert(WIFEXITED(end.status));
	cr_assert_eq(WEXITSTATUS(end.status), WAS_NOT_ENDED, "%d", WEXITSTATUS(end.status));
}

/* Two looks that nobody wants are all that it may have cost. */
static int never_take_answers(int channel) {
	struct channel_answer answer;
	int file = -1;
	int count = 0;
	for (int i = 0; i < 100; i++)
		channel_ask(channel, &look, NULL);
	if (wait_for_end(channel) != WAS_ENDED)
		return WAS_NOT_ENDED;
	while (channel_receive_answer(channel, &answer, &file) == 0)
		count++;
	return count <= 2 ? WAS_ENDED : WAS_NOT_ENDED;
}

Test(keeper, answers_that_nobody_takes_do_not_pile_up) {
	expect_ended(never_take_answers);
}

static int send_garbage(int channel) {
	char bytes[4096];
	memset(bytes, 0xff, sizeof(bytes));
	send(channel, bytes, sizeof(bytes), MSG_NOSIGNAL);
	return wait_for_end(channel);
}

static int ask_for_what_there_is_not(int channel) {
	channel_ask(channel, &(struct channel_request){ .kind = CHANNEL_SUSPEND + 1 }, NULL);
	return wait_for_end(channel);
}

static int send_nothing_more(int channel) {
	shutdown(channel, SHUT_WR);
	return wait_for_end(channel);
}

static int receive_nothing_more(int channel) {
	shutdown(channel, SHUT_RD);
	channel_ask(channel, &look, NULL);
	for (int i = 0; i < 1000; i++) {
		if (channel_ask(channel, &look, NULL) == -EPIPE)
			return WAS_ENDED;
		usleep(5000);
	}
	return WAS_NOT_ENDED;
}

static int let_a_child_ask(int channel) {
	const pid_t child = fork();
	if (child == 0)
		_exit(channel_ask(channel, &look, NULL));
	waitpid(child, NULL, 0);
	return wait_for_end(channel);
}

static int hand_descriptors_over(int channel) {
	enum { COUNT = 16 };
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(COUNT * sizeof(int))];
	} control = { 0 };
	struct channel_request request = look;
	struct iovec part = { &request, sizeof(request) };
	struct msghdr message = { .msg_iov = &part,
		                  .msg_iovlen = 1,
		                  .msg_control = &control,
		                  .msg_controllen = sizeof(control) };
	control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(COUNT * sizeof(int)),
		                           .cmsg_level = SOL_SOCKET,
		                           .cmsg_type = SCM_RIGHTS };
	for (size_t i = 0; i < COUNT; i++)
		memcpy(CMSG_DATA(&control.header) + i * sizeof(int), &channel, sizeof(int));
	if (sendmsg(channel, &message, MSG_NOSIGNAL) < 0)
		return errno;
	return wait_for_end(channel);
}

Test(keeper, who_breaks_the_rules_is_ended) {
	static const screen_fn screens[] = { send_garbage,          ask_for_what_there_is_not,
		                             send_nothing_more,     receive_nothing_more,
		                             hand_descriptors_over, let_a_child_ask };
	const int before = count_descriptors();
	for (size_t i = 0; i < ARRAY_LENGTH(screens); i++)
		expect_ended(screens[i]);
	usleep(200000); /* the threads that looked end by themselves */
	/* Of each its channel and the way of its questions. */
	cr_assert_leq(count_descriptors(), before + 2 * (int)ARRAY_LENGTH(screens));
}

static int do_not_end(int channel) {
	signal(SIGTERM, SIG_IGN);
	send_garbage(channel);
	sleep(30);
	return WAS_NOT_ENDED;
}

Test(keeper, who_does_not_end_is_killed) {
	const struct keeper_end end = keep(do_not_end);
	cr_assert(WIFSIGNALED(end.status));
	cr_assert_eq(WTERMSIG(end.status), SIGKILL);
}

static int open_listener(struct act_deed *deed) {
	socklen_t length = sizeof(deed->cookie);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert_eq(listen(fd, 1), 0);
	cr_assert_eq(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &deed->cookie, &length), 0);
	deed->protocol = SOCK_PROTOCOL_TCP;
	return fd;
}

static bool is_listening(int fd) {
	int value = 0;
	socklen_t length = sizeof(value);
	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value == 1;
}

/* Returns what it was. */
static struct rlimit allow_no_more_descriptors(void) {
	struct rlimit before;
	const int next = dup(STDIN_FILENO);
	cr_assert_geq(next, 0);
	close(next);
	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ (rlim_t)next, before.rlim_max });
	return before;
}

/* Whoever was told of a failure would believe that it is still there. */
Test(keeper, nothing_is_done_where_it_could_not_be_told) {
	struct act_deed deed = { .cookie = 0 };
	const struct act_order closing = { .kind = ACT_CLOSE };
	struct channel_answer answer;
	bool no_such = false;
	char *error = NULL;
	int ends[2];
	int file = -1;
	const int listener = open_listener(&deed);
	struct collector *collector = collector_open(NULL, &no_such, &error);
	cr_assert(collector, "%s", error);
	cr_assert_eq(channel_open(&ends[0], &ends[1]), 0);
	cr_assert_eq(collector_answer(collector, ends[0], 0), 0);
	cr_assert_eq(channel_receive_answer(ends[1], &answer, &file), 0);
	close(file);
	const struct rlimit before = allow_no_more_descriptors();
	cr_assert_eq(collector_act(collector, ends[0], &closing, &deed, 1), 0);
	setrlimit(RLIMIT_NOFILE, &before);
	cr_assert_eq(channel_receive_answer(ends[1], &answer, &file), 0);
	cr_expect_eq(answer.error, EMFILE);
	cr_expect(is_listening(listener));
	collector_close(collector);
	close(ends[0]);
	close(ends[1]);
	close(listener);
}
