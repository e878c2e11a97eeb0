/* epoll, level-triggered. What was removed in a round is not called in it any more. */

#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "ending.h"
#include "util.h"

enum { EVENTS_MAX = 256 };

struct loop {
	int epoll_fd;
	struct loop_watch signals;
	struct loop_watch wake;
	int signal;
	atomic_bool stopped;
	bool calls_timers;
	uint64_t now_ns;
	void (*idle)(void *context);
	void *context;
	struct loop_timer **heap; /* from 1 on; each is due no later than those at 2n and 2n+1 */
	size_t timer_count;
	size_t timer_capacity;
	struct epoll_event events[EVENTS_MAX]; /* of this round */
	int event_count;
};

static void take_signal(struct loop_watch *watch, uint32_t events) {
	struct loop *loop = (struct loop *)((char *)watch - offsetof(struct loop, signals));
	struct signalfd_siginfo info;
	(void)events;
	if (read(watch->fd, &info, sizeof(info)) != sizeof(info))
		return;
	loop->signal = (int)info.ssi_signo;
	loop->stopped = true;
}

static void take_wake(struct loop_watch *watch, uint32_t events) {
	uint64_t count;
	(void)events;
	if (read(watch->fd, &count, sizeof(count)) != sizeof(count))
		return; /* somebody took it before */
}

struct loop *loop_create(void) {
	struct loop *loop = xcalloc(1, sizeof(*loop));
	signal(SIGPIPE, SIG_IGN);
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	loop->signals = (struct loop_watch){ ending_open(), take_signal };
	loop->wake = (struct loop_watch){ eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), take_wake };
	loop->now_ns = util_monotonic_ns();
	if (loop->epoll_fd >= 0 && loop->signals.fd >= 0 && loop->wake.fd >= 0 &&
	    loop_add(loop, &loop->signals, EPOLLIN) == 0 &&
	    loop_add(loop, &loop->wake, EPOLLIN) == 0)
		return loop;
	const int error = errno;
	loop_destroy(loop);
	errno = error;
	return NULL;
}

void loop_destroy(struct loop *loop) {
	if (!loop)
		return;
	const int fds[] = { loop->epoll_fd, loop->signals.fd, loop->wake.fd };
	for (size_t i = 0; i < ARRAY_LENGTH(fds); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	free(loop->heap);
	free(loop);
}

int loop_add(struct loop *loop, struct loop_watch *watch, uint32_t events) {
	struct epoll_event event = { .events = events, .data.ptr = watch };
	return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) == 0 ? 0 : -errno;
}

void loop_change(struct loop *loop, struct loop_watch *watch, uint32_t events) {
	struct epoll_event event = { .events = events, .data.ptr = watch };
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

void loop_remove(struct loop *loop, struct loop_watch *watch) {
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	for (int i = 0; i < loop->event_count; i++) {
		if (loop->events[i].data.ptr == watch)
			loop->events[i].data.ptr = NULL;
	}
}

static void place(struct loop *loop, struct loop_timer *timer, size_t position) {
	loop->heap[position] = timer;
	timer->position = position;
}

/* Puts `timer` in at `position` or, if order wants it, nearer to the top. */
static void rise(struct loop *loop, struct loop_timer *timer, size_t position) {
	while (position > 1 && loop->heap[position / 2]->due_ns > timer->due_ns) {
		place(loop, loop->heap[position / 2], position);
		position /= 2;
	}
	place(loop, timer, position);
}

static void sink(struct loop *loop, struct loop_timer *timer, size_t position) {
	for (;;) {
		size_t child = position * 2;
		if (child > loop->timer_count)
			break;
		if (child < loop->timer_count &&
		    loop->heap[child + 1]->due_ns < loop->heap[child]->due_ns)
			child++;
		if (loop->heap[child]->due_ns >= timer->due_ns)
			break;
		place(loop, loop->heap[child], position);
		position = child;
	}
	place(loop, timer, position);
}

void loop_set_timer(struct loop *loop, struct loop_timer *timer, uint64_t due_ns) {
	loop_cancel_timer(loop, timer);
	if (loop->timer_count + 1 >= loop->timer_capacity) {
		loop->timer_capacity = loop->timer_capacity ? loop->timer_capacity * 2 : 16;
		loop->heap = xreallocarray(loop->heap, loop->timer_capacity, sizeof(*loop->heap));
	}
	/* What timers set in turn is for the next round, so that descriptors and others get theirs.
	 */
	timer->due_ns = loop->calls_timers && due_ns <= loop->now_ns ? loop->now_ns + 1 : due_ns;
	rise(loop, timer, ++loop->timer_count);
}

void loop_cancel_timer(struct loop *loop, struct loop_timer *timer) {
	const size_t position = timer->position;
	if (position == 0)
		return;
	struct loop_timer *last = loop->heap[loop->timer_count--];
	timer->position = 0;
	if (last == timer)
		return;
	sink(loop, last, position);
	rise(loop, last, last->position);
}

uint64_t loop_now(const struct loop *loop) {
	return loop->now_ns;
}

void loop_set_idle(struct loop *loop, void (*idle)(void *context), void *context) {
	loop->idle = idle;
	loop->context = context;
}

/* The time until the next timer. False: there is none. */
static bool time_to_wait(const struct loop *loop, struct timespec *left) {
	const uint64_t second_ns = 1000000000;
	const uint64_t longest_ns = 3600 * second_ns;
	if (loop->timer_count == 0)
		return false;
	const uint64_t due_ns = loop->heap[1]->due_ns;
	const uint64_t now_ns = util_monotonic_ns();
	uint64_t left_ns = due_ns > now_ns ? due_ns - now_ns : 0;
	if (left_ns > longest_ns)
		left_ns = longest_ns;
	left->tv_sec = (time_t)(left_ns / second_ns);
	left->tv_nsec = (long)(left_ns % second_ns);
	return true;
}

/* Linux before 5.11 cannot wait for less than a millisecond, and sandboxes may not know how. */
static int wait_for_events(struct loop *loop) {
	struct timespec left = { 0 };
	const bool ends = time_to_wait(loop, &left);
	const int count =
	    epoll_pwait2(loop->epoll_fd, loop->events, EVENTS_MAX, ends ? &left : NULL, NULL);
	if (count >= 0 || (errno != ENOSYS && errno != EPERM))
		return count;
	const int left_ms = (int)(left.tv_sec * 1000 + (left.tv_nsec + 999999) / 1000000);
	return epoll_wait(loop->epoll_fd, loop->events, EVENTS_MAX, ends ? left_ms : -1);
}

static void call_timers(struct loop *loop) {
	const uint64_t now_ns = loop->now_ns;
	loop->calls_timers = true;
	while (loop->timer_count > 0 && loop->heap[1]->due_ns <= now_ns) {
		struct loop_timer *timer = loop->heap[1];
		loop_cancel_timer(loop, timer);
		timer->due(timer);
	}
	loop->calls_timers = false;
}

static void call_watches(struct loop *loop) {
	for (int i = 0; i < loop->event_count; i++) {
		struct loop_watch *watch = loop->events[i].data.ptr;
		if (watch)
			watch->ready(watch, loop->events[i].events);
	}
	loop->event_count = 0;
}

int loop_run(struct loop *loop) {
	while (!loop->stopped) {
		if (loop->idle)
			loop->idle(loop->context);
		if (loop->stopped)
			break;
		const int count = wait_for_events(loop);
		loop->event_count = count > 0 ? count : 0;
		loop->now_ns = util_monotonic_ns();
		call_watches(loop);
		call_timers(loop);
	}
	return loop->signal;
}

void loop_wake(struct loop *loop) {
	const uint64_t one = 1;
	if (write(loop->wake.fd, &one, sizeof(one)) != sizeof(one))
		return; /* it is full of such wishes */
}

void loop_stop(struct loop *loop) {
	loop->stopped = true;
	loop_wake(loop);
}

int loop_signal_fd(const struct loop *loop) {
	return loop->signals.fd;
}
