/* Frames take turns: the one that was made last stays as it is, to be read by whoever asked and to
 * be compared with, while another is made. To go to a moment of a recording takes a third, for the
 * looks before it. The lock is held to exchange a question for an answer, never while a frame is
 * made. */

#include "feed_thread.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "thread.h"
#include "util.h"

enum { FRAMES = 3 };

/* Marks and rates come from so many looks before the one that somebody goes to. */
enum { LEAD_LOOKS = LIFE_MARK_LOOKS + 1 };

struct question {
	uint32_t needs;
	size_t moment; /* SIZE_MAX: the next one */
};

struct answer {
	enum feed_answer kind;
	const struct frame *frame;
	char *error;
};

struct feed_thread {
	const struct feed_origin *origin;
	void *self; /* of the origin */
	int ready;  /* eventfd: there is an answer */
	int hangup; /* of the origin, borrowed; -1: it never hangs up */
	int either; /* epoll of both */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t asked;
	/* Under the lock. */
	bool is_asked, is_closing;
	struct question question;
	struct answer answer; /* FEED_NOTHING: none, or it was taken */
	bool is_ordered;
	struct answer acted; /* likewise */
	/* Written by whoever the order is with: who gives it, then the thread, then who takes what
	 * came of it. */
	struct act_order order;
	struct act_deed *deeds;
	struct act_result *results;
	size_t deed_count;
	/* The thread's own. */
	struct frame frames[FRAMES];
	const struct frame *last;
	struct life life;
	enum feed_answer over; /* FEED_END or FEED_FAILED, once it came to that */
};

enum task { TASK_FRAME, TASK_ORDER, TASK_NONE };

/* TASK_NONE if there will be no more. */
static enum task wait_for_question(struct feed_thread *thread, struct question *question) {
	pthread_mutex_lock(&thread->lock);
	while (!thread->is_asked && !thread->is_ordered && !thread->is_closing)
		pthread_cond_wait(&thread->asked, &thread->lock);
	const enum task task = thread->is_closing   ? TASK_NONE
	                       : thread->is_ordered ? TASK_ORDER
	                                            : TASK_FRAME;
	if (task == TASK_ORDER) {
		thread->is_ordered = false;
	} else {
		thread->is_asked = false;
		*question = thread->question;
		thread->question.moment = SIZE_MAX;
	}
	pthread_mutex_unlock(&thread->lock);
	return task;
}

/* One that is neither of these. */
static struct frame *free_frame(struct feed_thread *thread, const struct frame *a,
                                const struct frame *b) {
	struct frame *frame = thread->frames;
	while (frame == a || frame == b)
		frame++;
	return frame;
}

static struct answer make_next(struct feed_thread *thread, const struct frame *before,
                               uint32_t needs) {
	struct frame *frame = free_frame(thread, thread->last, before);
	struct answer answer = { .frame = frame };
	answer.kind =
	    thread->origin->make(thread->self, frame, before, &thread->life, needs, &answer.error);
	if (answer.kind != FEED_FRAME)
		answer.frame = NULL;
	if (answer.kind == FEED_END || answer.kind == FEED_FAILED)
		thread->over = answer.kind;
	return answer;
}

/* Sockets that are shown already keep their identity, but everything else of their lives is told
 * anew by the looks before the moment. */
static struct answer make_moment(struct feed_thread *thread, const struct question *question) {
	const size_t moment = question->moment;
	const size_t first = moment > LEAD_LOOKS ? moment - LEAD_LOOKS : 0;
	struct answer answer = { .kind = FEED_TROUBLE };
	answer.error = thread->origin->seek(thread->self, first);
	if (answer.error)
		return answer;
	thread->over = FEED_NOTHING;
	thread->life.looks = 0;
	for (size_t i = first; i <= moment; i++) {
		answer = make_next(thread, answer.frame, question->needs);
		if (answer.kind != FEED_FRAME)
			return answer;
	}
	if (thread->last && frame_shares_cookies(thread->last, answer.frame))
		life_adopt(&thread->frames[answer.frame - thread->frames].snapshot,
		           &thread->last->snapshot);
	return answer;
}

static struct answer make(struct feed_thread *thread, const struct question *question) {
	const struct answer over = { .kind = thread->over };
	if (question->moment == SIZE_MAX && thread->over != FEED_NOTHING)
		return over;
	const struct answer answer = question->moment == SIZE_MAX
	                                 ? make_next(thread, thread->last, question->needs)
	                                 : make_moment(thread, question);
	if (answer.kind == FEED_FRAME)
		thread->last = answer.frame;
	return answer;
}

static struct answer carry_out(struct feed_thread *thread) {
	struct answer answer = { .kind = thread->over };
	if (thread->over != FEED_NOTHING)
		return answer;
	answer.kind = thread->origin->act(thread->self, &thread->order, thread->deeds,
	                                  thread->results, thread->deed_count, &answer.error);
	if (answer.kind == FEED_FAILED)
		thread->over = answer.kind;
	return answer;
}

/* In the place of what was not taken. */
static void hand_over(struct feed_thread *thread, struct answer *place,
                      const struct answer *answer) {
	pthread_mutex_lock(&thread->lock);
	free(place->error);
	*place = *answer;
	pthread_mutex_unlock(&thread->lock);
	/* Cannot fail: nobody adds 2^64 answers without taking one. */
	eventfd_write(thread->ready, 1);
}

static void *run(void *context) {
	struct feed_thread *thread = context;
	struct question question;
	enum task task;
	while ((task = wait_for_question(thread, &question)) != TASK_NONE) {
		const bool is_order = task == TASK_ORDER;
		const struct answer answer = is_order ? carry_out(thread) : make(thread, &question);
		hand_over(thread, is_order ? &thread->acted : &thread->answer, &answer);
	}
	return NULL;
}

static void act(void *self, const struct act_order *order, const struct act_deed *deeds,
                size_t count) {
	struct feed_thread *thread = self;
	pthread_mutex_lock(&thread->lock);
	thread->order = *order;
	thread->deeds = xreallocarray(thread->deeds, count, sizeof(*deeds));
	thread->results = xreallocarray(thread->results, count, sizeof(*thread->results));
	memcpy(thread->deeds, deeds, count * sizeof(*deeds));
	thread->deed_count = count;
	thread->is_ordered = true;
	pthread_cond_signal(&thread->asked);
	pthread_mutex_unlock(&thread->lock);
}

static const struct act_result *results_of(void *self, size_t *count) {
	const struct feed_thread *thread = self;
	*count = thread->deed_count;
	return thread->results;
}

static void ask(void *self, uint32_t needs) {
	struct feed_thread *thread = self;
	pthread_mutex_lock(&thread->lock);
	thread->is_asked = true;
	thread->question.needs = needs;
	pthread_cond_signal(&thread->asked);
	pthread_mutex_unlock(&thread->lock);
}

static void seek(void *self, size_t moment) {
	struct feed_thread *thread = self;
	pthread_mutex_lock(&thread->lock);
	thread->question.moment = moment;
	pthread_mutex_unlock(&thread->lock);
}

static bool tell_moments(void *self, struct timeline *timeline) {
	const struct feed_thread *thread = self;
	return thread->origin->moments(thread->self, timeline);
}

static bool has_hung_up(const struct feed_thread *thread) {
	struct pollfd hangup = { .fd = thread->hangup };
	return thread->hangup >= 0 && poll(&hangup, 1, 0) > 0;
}

/* One answer; the event stays if there is another. */
static struct answer take_answer(struct feed_thread *thread) {
	pthread_mutex_lock(&thread->lock);
	const bool is_acted = thread->acted.kind != FEED_NOTHING;
	struct answer *const place = is_acted ? &thread->acted : &thread->answer;
	const struct answer answer = *place;
	*place = (struct answer){ .kind = FEED_NOTHING };
	if (thread->answer.kind != FEED_NOTHING)
		eventfd_write(thread->ready, 1);
	pthread_mutex_unlock(&thread->lock);
	return answer;
}

/* The event is taken before the answer, or the event of a later one could be lost. */
static enum feed_answer take(void *self, const struct frame **frame, char **error) {
	struct feed_thread *thread = self;
	eventfd_t events;
	eventfd_read(thread->ready, &events);
	const struct answer answer = take_answer(thread);
	if (answer.kind == FEED_NOTHING && has_hung_up(thread)) {
		*error = xasprintf("%s", _(thread->origin->hangup_text));
		return FEED_FAILED;
	}
	*frame = answer.frame;
	*error = answer.error;
	return answer.kind;
}

static void suspend(void *self) {
	const struct feed_thread *thread = self;
	thread->origin->suspend(thread->self);
}

static void destroy(struct feed_thread *thread) {
	for (size_t i = 0; i < ARRAY_LENGTH(thread->frames); i++)
		frame_finish(&thread->frames[i]);
	free(thread->answer.error);
	free(thread->acted.error);
	free(thread->deeds);
	free(thread->results);
	pthread_cond_destroy(&thread->asked);
	pthread_mutex_destroy(&thread->lock);
	if (thread->ready >= 0)
		close(thread->ready);
	if (thread->either >= 0)
		close(thread->either);
	free(thread);
}

/* epoll(7) tells of a hang-up even where no event is asked for. */
static int watch(const struct feed_thread *thread) {
	struct epoll_event ready = { .events = EPOLLIN };
	struct epoll_event hangup = { .events = 0 };
	if (thread->ready < 0 || thread->either < 0 ||
	    epoll_ctl(thread->either, EPOLL_CTL_ADD, thread->ready, &ready) != 0)
		return errno;
	if (thread->hangup >= 0 &&
	    epoll_ctl(thread->either, EPOLL_CTL_ADD, thread->hangup, &hangup) != 0)
		return errno;
	return 0;
}

bool feed_thread_start(const struct feed_origin *origin, void *self, struct feed *feed,
                       char **error) {
	struct feed_thread *thread = xcalloc(1, sizeof(*thread));
	thread->origin = origin;
	thread->self = self;
	thread->question.moment = SIZE_MAX;
	pthread_mutex_init(&thread->lock, NULL);
	pthread_cond_init(&thread->asked, NULL);
	thread->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	thread->either = epoll_create1(EPOLL_CLOEXEC);
	thread->hangup = origin->hangup_fd ? origin->hangup_fd(self) : -1;
	int failed = watch(thread);
	if (failed == 0)
		failed = thread_start(&thread->thread, run, thread);
	if (failed != 0) {
		*error = xasprintf("%s", strerror(failed));
		destroy(thread);
		return false;
	}
	*feed = (struct feed){
		.self = thread,
		.fd = thread->either,
		.ask = ask,
		.take = take,
		.suspend = origin->suspend ? suspend : NULL,
		.seek = origin->seek ? seek : NULL,
		.moments = origin->moments ? tell_moments : NULL,
		.act = origin->act ? act : NULL,
		.results = results_of,
		.is_live = origin->is_live,
	};
	return true;
}

void feed_thread_interrupt(const struct feed *feed) {
	struct feed_thread *thread = feed->self;
	pthread_mutex_lock(&thread->lock);
	thread->is_closing = true;
	pthread_cond_signal(&thread->asked);
	pthread_mutex_unlock(&thread->lock);
	thread->origin->interrupt(thread->self);
}

void feed_thread_stop(struct feed *feed) {
	struct feed_thread *thread = feed->self;
	if (!thread)
		return;
	feed_thread_interrupt(feed);
	pthread_join(thread->thread, NULL);
	thread->origin->close(thread->self);
	destroy(thread);
	*feed = (struct feed){ .fd = -1 };
}
