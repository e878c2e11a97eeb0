/* This thread waits and never looks, another one looks and never waits for anything else: so
 * whatever ends, ends at once, however long a look takes. Between them is a socket pair, over
 * which a question goes as it came; the answer goes out from there. */

#include "keeper.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "collector.h"
#include "thread.h"
#include "util.h"

/* How long the screen process may take to end by itself. */
static const uint64_t patience_ns = 1000000000;
/* Who stops the whole process group has stopped the screen process too, which then asks us. */
static const uint64_t suspend_wait_ns = 50000000;

enum waiting { WAITING_SIGNALS, WAITING_CHANNEL, WAITING_COUNT };

struct keeper {
	const struct keeper_setup *setup;
	struct pollfd waiting[WAITING_COUNT];
	int questions;       /* the end of the pair to write to; -1: nobody looks */
	uint64_t kill_ns;    /* when the screen process is ended; 0: not at all */
	uint64_t suspend_ns; /* when it is told to stop; 0: not at all */
	struct keeper_end end;
	bool has_ended;
};

/* What the other thread has. */
struct looker {
	struct collector *collector;
	int channel;
	int questions;
};

void keeper_signals(sigset_t *signals) {
	static const int all[] = { SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };
	sigemptyset(signals);
	for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
		sigaddset(signals, all[i]);
}

static int do_what_is_asked(const struct looker *looker, const struct channel_message *asked) {
	const struct channel_request *request = &asked->request;
	if (request->kind == CHANNEL_ACT)
		return collector_act(looker->collector, looker->channel, &request->order,
		                     asked->deeds, request->deed_count);
	return collector_answer(looker->collector, looker->channel, request->needs);
}

/* A screen process that asks without taking the answers would make moments pile up in memory that
 * is nobody's. */
static bool answer(const struct looker *looker, const struct channel_message *asked) {
	return channel_is_taken(looker->channel) && do_what_is_asked(looker, asked) == 0;
}

static void look_and_answer(const struct looker *looker) {
	struct channel_message asked;
	while (recv(looker->questions, &asked, sizeof(asked), 0) > 0) {
		if (!answer(looker, &asked))
			return;
	}
}

/* The pair stays open: after a failure the next question must not find it broken before the end of
 * the channel is seen. */
static void *run_looker(void *context) {
	struct looker *looker = context;
	look_and_answer(looker);
	shutdown(looker->channel, SHUT_RDWR);
	collector_close(looker->collector);
	free(looker);
	return NULL;
}

static int start_thread(struct looker *looker) {
	pthread_t thread;
	const int error = thread_start(&thread, run_looker, looker);
	if (error == 0)
		pthread_detach(thread);
	return -error;
}

static int start_looker(struct keeper *keeper) {
	int ends[2];
	if (!keeper->setup->collector)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -errno;
	struct looker *looker = xmalloc(sizeof(*looker));
	*looker = (struct looker){
		.collector = keeper->setup->collector,
		.channel = keeper->setup->channel,
		.questions = ends[0],
	};
	keeper->questions = ends[1];
	const int error = start_thread(looker);
	if (error == 0)
		return 0;
	close(ends[0]);
	free(looker);
	return error;
}

/* The screen process sees the end of the channel, gives the terminal back, and ends. */
static void end_screen(struct keeper *keeper) {
	if (keeper->setup->channel >= 0)
		shutdown(keeper->setup->channel, SHUT_RDWR);
	else
		kill(keeper->setup->screen, SIGTERM);
	keeper->waiting[WAITING_CHANNEL].fd = -1;
	if (keeper->kill_ns == 0)
		keeper->kill_ns = util_monotonic_ns() + patience_ns;
}

/* As Ctrl-Z does, which stops nobody who has no shell above to go on from. */
static void suspend(struct keeper *keeper) {
	keeper->suspend_ns = 0;
	if (getpgrp() == getsid(0))
		kill(keeper->setup->screen, SIGCONT);
	else
		kill(0, SIGSTOP);
}

/* There are one or two questions at a time, so there is only no room for another if the screen
 * process does not keep to that. */
static bool pass_on(const struct keeper *keeper, const struct channel_message *asked) {
	const size_t length = offsetof(struct channel_message, deeds) +
	                      asked->request.deed_count * sizeof(*asked->deeds);
	return send(keeper->questions, asked, length, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	       (ssize_t)length;
}

static void take_request(struct keeper *keeper) {
	struct channel_message asked = { 0 };
	const int error =
	    channel_receive_request(keeper->setup->channel, keeper->setup->screen, &asked);
	if (error != 0) {
		end_screen(keeper);
		return;
	}
	if (asked.request.kind == CHANNEL_SUSPEND)
		suspend(keeper);
	else if (!pass_on(keeper, &asked))
		end_screen(keeper);
}

static void take_end(struct keeper *keeper) {
	int status = 0;
	if (waitpid(keeper->setup->screen, &status, WNOHANG) != keeper->setup->screen)
		return;
	keeper->end.status = status;
	keeper->has_ended = true;
}

static void take_signal(struct keeper *keeper, int number) {
	if (number == SIGCHLD) {
		take_end(keeper);
	} else if (number == SIGTSTP) {
		keeper->suspend_ns = util_monotonic_ns() + suspend_wait_ns;
	} else {
		keeper->end.signal = number;
		end_screen(keeper);
	}
}

static void take_signals(struct keeper *keeper) {
	struct signalfd_siginfo info;
	const int fd = keeper->waiting[WAITING_SIGNALS].fd;
	while (!keeper->has_ended && read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		take_signal(keeper, (int)info.ssi_signo);
}

static int timeout_until(uint64_t due_ns, uint64_t now_ns) {
	if (due_ns == 0)
		return -1;
	return util_poll_timeout(due_ns > now_ns ? due_ns - now_ns : 0);
}

static int next_timeout(const struct keeper *keeper) {
	const uint64_t now = util_monotonic_ns();
	const int until_kill = timeout_until(keeper->kill_ns, now);
	const int until_suspend = timeout_until(keeper->suspend_ns, now);
	if (until_kill < 0 || (until_suspend >= 0 && until_suspend < until_kill))
		return until_suspend;
	return until_kill;
}

static void do_what_is_due(struct keeper *keeper) {
	const uint64_t now = util_monotonic_ns();
	if (keeper->suspend_ns != 0 && now >= keeper->suspend_ns) {
		keeper->suspend_ns = 0;
		kill(keeper->setup->screen, SIGTSTP);
	}
	if (keeper->kill_ns != 0 && now >= keeper->kill_ns) {
		keeper->kill_ns = UINT64_MAX; /* once is enough */
		kill(keeper->setup->screen, SIGKILL);
	}
}

/* Signals come first: SIGTSTP to the whole group is told before the question that follows from it.
 * Once the screen process has ended its number may be another's. */
static void wait_once(struct keeper *keeper) {
	const int ready = poll(keeper->waiting, WAITING_COUNT, next_timeout(keeper));
	if (ready > 0 && keeper->waiting[WAITING_SIGNALS].revents != 0)
		take_signals(keeper);
	if (!keeper->has_ended && ready > 0 && keeper->waiting[WAITING_CHANNEL].revents != 0)
		take_request(keeper);
	if (!keeper->has_ended)
		do_what_is_due(keeper);
}

static int open_all(struct keeper *keeper) {
	sigset_t signals;
	keeper_signals(&signals);
	const int fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	keeper->waiting[WAITING_SIGNALS].fd = fd;
	return start_looker(keeper);
}

static void close_all(struct keeper *keeper) {
	if (keeper->setup->channel >= 0)
		shutdown(keeper->setup->channel, SHUT_RDWR);
	if (keeper->questions >= 0)
		close(keeper->questions);
	if (keeper->waiting[WAITING_SIGNALS].fd >= 0)
		close(keeper->waiting[WAITING_SIGNALS].fd);
}

int keeper_run(const struct keeper_setup *setup, struct keeper_end *end) {
	struct keeper keeper = {
		.setup = setup,
		.waiting = { [WAITING_SIGNALS] = { .fd = -1, .events = POLLIN },
		             [WAITING_CHANNEL] = { .fd = setup->channel, .events = POLLIN } },
		.questions = -1,
	};
	const int error = open_all(&keeper);
	if (error != 0) {
		collector_close(setup->collector);
		end_screen(&keeper);
		waitpid(setup->screen, &keeper.end.status, 0);
	}
	while (error == 0 && !keeper.has_ended)
		wait_once(&keeper);
	close_all(&keeper);
	*end = keeper.end;
	return error;
}
