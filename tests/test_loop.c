/* Descriptors, timers, signals and other threads, each told to whom they are for. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"
#include "util.h"

enum { MANY = 5000 };

static struct loop *create(void) {
	struct loop *loop = loop_create();
	cr_assert_not_null(loop);
	return loop;
}

/* Timers that note when they were called. */

struct note {
	struct loop_timer timer; /* first, so that a timer is a note */
	struct loop *loop;
	size_t *count; /* how many were called; the last stops the loop */
	size_t last;
	size_t called; /* 1: it was the first; 0: never */
	struct note *other;
};

static void note_due(struct loop_timer *timer) {
	struct note *note = (struct note *)timer;
	note->called = ++*note->count;
	if (*note->count == note->last)
		loop_stop(note->loop);
}

static struct note *make_notes(struct loop *loop, size_t *count, size_t last) {
	struct note *notes = xcalloc(MANY, sizeof(*notes));
	for (size_t i = 0; i < MANY; i++)
		notes[i] = (struct note){ { .due = note_due }, loop, count, last, 0, NULL };
	return notes;
}

Test(loop, timers_are_called_in_the_order_of_their_times) {
	struct loop *loop = create();
	size_t count = 0;
	struct note *notes = make_notes(loop, &count, MANY);
	const uint64_t start_ns = util_monotonic_ns();
	for (size_t i = 0; i < MANY; i++) /* 1237 is prime to MANY, so each time comes once */
		loop_set_timer(loop, &notes[i].timer, start_ns + 1 + i * 1237 % MANY * 1000);
	cr_expect_eq(loop_run(loop), 0);
	cr_expect(util_monotonic_ns() >= start_ns + (MANY - 1) * 1000);
	for (size_t i = 0; i < MANY; i++)
		cr_assert_eq(notes[i].called, i * 1237 % MANY + 1, "%zu", i);
	free(notes);
	loop_destroy(loop);
}

Test(loop, cancelled_timers_are_not_called_and_moved_ones_at_their_new_time) {
	struct loop *loop = create();
	size_t count = 0;
	struct note *notes = make_notes(loop, &count, MANY - MANY / 5);
	const uint64_t start_ns = util_monotonic_ns();
	for (size_t i = 0; i < MANY; i++)
		loop_set_timer(loop, &notes[i].timer, start_ns + i * 1237 % MANY);
	for (size_t i = 0; i < MANY; i++) {
		if (i % 5 == 0)
			loop_cancel_timer(loop, &notes[i].timer);
		else
			loop_set_timer(loop, &notes[i].timer, start_ns + MANY - i);
	}
	loop_cancel_timer(loop, &notes[0].timer);
	cr_expect_eq(loop_run(loop), 0);
	size_t expected = 0;
	for (size_t i = MANY; i-- > 0;)
		cr_assert_eq(notes[i].called, i % 5 == 0 ? 0 : ++expected, "%zu", i);
	free(notes);
	loop_destroy(loop);
}

static void cancel_other(struct loop_timer *timer) {
	const struct note *note = (struct note *)timer;
	loop_cancel_timer(note->loop, &note->other->timer);
	note_due(timer);
}

Test(loop, a_timer_may_cancel_one_that_is_due_in_the_same_round) {
	struct loop *loop = create();
	size_t count = 0;
	struct note *notes = make_notes(loop, &count, 2);
	notes[0].timer.due = cancel_other;
	notes[0].other = &notes[1];
	for (size_t i = 0; i < 3; i++)
		loop_set_timer(loop, &notes[i].timer, 1 + i);
	loop_run(loop);
	cr_expect_eq(notes[0].called, 1);
	cr_expect_eq(notes[1].called, 0);
	cr_expect_eq(notes[2].called, 2);
	free(notes);
	loop_destroy(loop);
}

struct again {
	struct loop_timer timer;
	struct loop *loop;
	size_t calls;
};

static void set_again(struct loop_timer *timer) {
	struct again *again = (struct again *)timer;
	again->calls++;
	loop_set_timer(again->loop, timer, 1);
}

static void count_idle(void *context) {
	size_t *rounds = context;
	++*rounds;
}

Test(loop, a_timer_that_is_set_again_and_again_is_called_once_a_round, .timeout = 60) {
	struct loop *loop = create();
	size_t count = 0, rounds = 0;
	struct note *notes = make_notes(loop, &count, 1);
	struct again again = { { .due = set_again }, loop, 0 };
	loop_set_idle(loop, count_idle, &rounds);
	const uint64_t start_ns = util_monotonic_ns();
	for (size_t i = 0; i < MANY; i++)
		loop_set_timer(loop, &notes[i].timer, start_ns + 20000000);
	loop_set_timer(loop, &again.timer, 1);
	loop_run(loop);
	cr_expect(again.calls > 1 && again.calls <= rounds, "%zu calls in %zu rounds", again.calls,
	          rounds);
	free(notes);
	loop_destroy(loop);
}

/* Ends of pipes and socket pairs. */

struct end {
	struct loop_watch watch; /* first, so that a watch is an end */
	struct loop *loop;
	size_t calls;
	uint32_t events;
	size_t stop_after;
	struct end *other;
};

static void end_ready(struct loop_watch *watch, uint32_t events) {
	struct end *end = (struct end *)watch;
	end->events = events;
	if (++end->calls == end->stop_after)
		loop_stop(end->loop);
}

static void open_ends(struct loop *loop, struct end ends[2]) {
	int fds[2];
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	for (int i = 0; i < 2; i++)
		ends[i] = (struct end){ { fds[i], end_ready }, loop, 0, 0, 1, &ends[1 - i] };
}

static void close_ends(struct end ends[2]) {
	close(ends[0].watch.fd);
	close(ends[1].watch.fd);
}

Test(loop, what_is_ready_is_told_and_again_as_long_as_it_is) {
	struct loop *loop = create();
	struct end ends[2];
	open_ends(loop, ends);
	ends[0].stop_after = 3;
	cr_assert_eq(loop_add(loop, &ends[0].watch, EPOLLIN), 0);
	cr_assert_eq(write(ends[1].watch.fd, "x", 1), 1);
	cr_expect_eq(loop_run(loop), 0);
	cr_expect_eq(ends[0].calls, 3);
	cr_expect_eq(ends[0].events, EPOLLIN);
	close_ends(ends);
	loop_destroy(loop);
}

Test(loop, what_is_watched_for_can_be_changed_and_a_hang_up_is_told_in_any_case) {
	struct loop *loop = create();
	struct end ends[2];
	open_ends(loop, ends);
	cr_assert_eq(loop_add(loop, &ends[0].watch, EPOLLIN), 0);
	loop_change(loop, &ends[0].watch, EPOLLOUT);
	cr_assert_eq(write(ends[1].watch.fd, "x", 1), 1);
	loop_run(loop);
	cr_expect_eq(ends[0].events, EPOLLOUT);
	loop_destroy(loop);

	loop = create();
	ends[0].loop = loop;
	ends[0].calls = 0;
	cr_assert_eq(loop_add(loop, &ends[0].watch, 0), 0);
	close(ends[1].watch.fd);
	loop_run(loop);
	cr_expect(ends[0].events & EPOLLHUP);
	close(ends[0].watch.fd);
	loop_destroy(loop);
}

Test(loop, what_cannot_be_watched_is_an_error) {
	struct loop *loop = create();
	struct end ends[2];
	open_ends(loop, ends);
	cr_expect_eq(loop_add(loop, &ends[0].watch, EPOLLIN), 0);
	cr_expect_eq(loop_add(loop, &ends[0].watch, EPOLLIN), -EEXIST);
	struct loop_watch file = { open("/proc/self/stat", O_RDONLY | O_CLOEXEC), NULL };
	cr_expect_eq(loop_add(loop, &file, EPOLLIN), -EPERM);
	close(file.fd);
	loop_remove(loop, &ends[1].watch);
	close_ends(ends);
	loop_destroy(loop);
}

/* Whoever is called first removes the other, which is ready too. */
static void remove_other(struct loop_watch *watch, uint32_t events) {
	struct end *end = (struct end *)watch;
	loop_remove(end->loop, &end->other->watch);
	end_ready(watch, events);
}

Test(loop, what_was_removed_in_a_round_is_not_called_in_it) {
	struct loop *loop = create();
	struct end ends[2];
	open_ends(loop, ends);
	for (int i = 0; i < 2; i++) {
		ends[i].watch.ready = remove_other;
		cr_assert_eq(loop_add(loop, &ends[i].watch, EPOLLOUT), 0);
	}
	loop_run(loop);
	cr_expect_eq(ends[0].calls + ends[1].calls, 1);
	close_ends(ends);
	loop_destroy(loop);
}

static void remove_self_and_add_other(struct loop_watch *watch, uint32_t events) {
	struct end *end = (struct end *)watch;
	(void)events;
	end->calls++;
	loop_remove(end->loop, watch);
	cr_assert_eq(loop_add(end->loop, &end->other->watch, EPOLLOUT), 0);
}

Test(loop, a_watch_may_remove_itself_and_add_another) {
	struct loop *loop = create();
	struct end ends[2];
	open_ends(loop, ends);
	ends[0].watch.ready = remove_self_and_add_other;
	cr_assert_eq(loop_add(loop, &ends[0].watch, EPOLLOUT), 0);
	loop_run(loop);
	cr_expect_eq(ends[0].calls, 1);
	cr_expect_eq(ends[1].calls, 1);
	close_ends(ends);
	loop_destroy(loop);
}

static void destroy_other(struct loop_watch *watch, uint32_t events) {
	struct end *end = (struct end *)watch;
	struct end *other = end->other;
	(void)events;
	if (other) {
		other->other = NULL;
		loop_remove(end->loop, &other->watch);
		close(other->watch.fd);
		free(other);
	}
	end->other = NULL;
	loop_stop(end->loop);
}

Test(loop, a_watch_that_was_removed_may_be_freed_at_once) {
	struct loop *loop = create();
	struct end pair[2];
	struct end *ends[2] = { xmalloc(sizeof(struct end)), xmalloc(sizeof(struct end)) };
	open_ends(loop, pair);
	for (int i = 0; i < 2; i++) {
		*ends[i] = pair[i];
		ends[i]->watch.ready = destroy_other;
		ends[i]->other = ends[1 - i];
		cr_assert_eq(loop_add(loop, &ends[i]->watch, EPOLLOUT), 0);
	}
	loop_run(loop);
	struct end *left = NULL;
	for (int i = 0; i < 2; i++) /* one of them freed the other */
		left =
		    pair[i].watch.fd >= 0 && fcntl(pair[i].watch.fd, F_GETFD) >= 0 ? ends[i] : left;
	cr_assert_not_null(left);
	close(left->watch.fd);
	free(left);
	loop_destroy(loop);
}

/* From outside. */

Test(loop, a_signal_ends_it_and_is_told) {
	const int signals[] = { SIGINT, SIGTERM };
	for (int i = 0; i < 2; i++) {
		struct loop *loop = create();
		raise(signals[i]);
		cr_expect_eq(loop_run(loop), signals[i]);
		loop_destroy(loop);
	}
}

Test(loop, a_broken_pipe_is_no_signal) {
	struct loop *loop = create();
	int fds[2];
	cr_assert_eq(pipe(fds), 0);
	close(fds[0]);
	cr_expect_eq(write(fds[1], "x", 1), -1);
	cr_expect_eq(errno, EPIPE);
	close(fds[1]);
	loop_destroy(loop);
}

struct waker {
	struct loop *loop;
	int wishes;
	size_t rounds;
};

static void *wake_often(void *context) {
	struct waker *waker = context;
	for (int i = 0; i < waker->wishes; i++)
		loop_wake(waker->loop);
	return NULL;
}

static void stop_when_woken(void *context) {
	struct waker *waker = context;
	if (++waker->rounds >= 2)
		loop_stop(waker->loop);
}

Test(loop, another_thread_wakes_it_which_makes_it_idle, .timeout = 60) {
	struct waker waker = { create(), 1, 0 };
	pthread_t thread;
	loop_set_idle(waker.loop, stop_when_woken, &waker);
	cr_assert_eq(pthread_create(&thread, NULL, wake_often, &waker), 0);
	cr_expect_eq(loop_run(waker.loop), 0);
	pthread_join(thread, NULL);
	cr_expect_eq(waker.rounds, 2);
	loop_destroy(waker.loop);
}

static void *stop(void *context) {
	loop_stop(context);
	return NULL;
}

Test(loop, another_thread_stops_it, .timeout = 60) {
	struct loop *loop = create();
	pthread_t thread;
	cr_assert_eq(pthread_create(&thread, NULL, stop, loop), 0);
	cr_expect_eq(loop_run(loop), 0);
	pthread_join(thread, NULL);
	loop_destroy(loop);
}

Test(loop, what_waits_elsewhere_can_see_a_signal) {
	struct loop *loop = create();
	int fds[2];
	cr_assert_eq(pipe2(fds, O_NONBLOCK), 0);
	while (write(fds[1], "0123456789abcdef", 16) > 0)
		;
	raise(SIGINT);
	cr_expect_eq(util_write_all(fds[1], "x", 1, loop_signal_fd(loop)), -EINTR);
	cr_expect_eq(loop_run(loop), SIGINT);
	close(fds[0]);
	close(fds[1]);
	loop_destroy(loop);
}
