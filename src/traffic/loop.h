#pragma once
/* One thread that waits for descriptors, timers and signals, and calls whoever they are for. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

struct loop;

/* Part of what waits for a descriptor; that stays where it is while it is watched. */
struct loop_watch {
	int fd;
	void (*ready)(struct loop_watch *watch, uint32_t events); /* EPOLLIN and the like */
};

/* Part of what waits for a time; zero-initialise all but `due`. */
struct loop_timer {
	void (*due)(struct loop_timer *timer);
	uint64_t due_ns; /* CLOCK_MONOTONIC */
	size_t position; /* in the loop's heap, from 1; 0: not set */
};

/* SIGINT, SIGTERM and, unless it is ignored, SIGHUP end the loop from now on, and SIGPIPE does
 * nothing. NULL and errno if the kernel has no descriptors left. */
struct loop *loop_create(void);
void loop_destroy(struct loop *loop);

/* Watches for `events`; an error or a hang-up is told in any case. 0 or -errno. */
int loop_add(struct loop *loop, struct loop_watch *watch, uint32_t events);
void loop_change(struct loop *loop, struct loop_watch *watch, uint32_t events);
/* Before the descriptor is closed; `ready` is not called any more. A watch that is not there is
 * none. */
void loop_remove(struct loop *loop, struct loop_watch *watch);

/* Calls `due` once, at that time or as soon as possible after it. */
void loop_set_timer(struct loop *loop, struct loop_timer *timer, uint64_t due_ns);
void loop_cancel_timer(struct loop *loop, struct loop_timer *timer);

/* The time when the descriptors at hand were ready, CLOCK_MONOTONIC. */
uint64_t loop_now(const struct loop *loop);

/* Called whenever all that was ready has had its turn, before the loop waits. */
void loop_set_idle(struct loop *loop, void (*idle)(void *context), void *context);

/* Until loop_stop() or a signal, whose number it returns; 0: none. */
int loop_run(struct loop *loop);

/* Any thread may. Waking it makes it idle once. */
void loop_stop(struct loop *loop);
void loop_wake(struct loop *loop);

/* Readable once a signal has come, for what must not wait longer then. */
int loop_signal_fd(const struct loop *loop);
