/* Where the thread of a feed gets the moments from. What the collector sends is read where it lies,
 * in a file that nobody can change any more, and only while it is parsed. */

#include "feeds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"
#include "feed_thread.h"
#include "indexer.h"
#include "playback.h"
#include "replay.h"
#include "replay_source.h"
#include "util.h"

static char *complain(int error) {
	return xasprintf("%s", strerror(error));
}

/* The collector. */

struct collected {
	int channel;
};

static const char collector_ended[] = N_("the collector ended");
static const char nonsense[] = N_("the answer of the collector makes no sense");

/* A question that cannot be sent may be asked again. After one whose answer cannot be had, nobody
 * would know which question the next answer is for. */
static enum feed_answer exchange(int channel, const struct channel_request *request,
                                 const struct act_deed *deeds, struct channel_answer *answer,
                                 int *file, char **error) {
	const int asked = channel_ask(channel, request, deeds);
	if (asked < 0 && asked != -EPIPE) {
		answer->error = -asked;
		*error = complain(-asked);
		return FEED_TROUBLE;
	}
	const int came = asked == 0 ? channel_receive_answer(channel, answer, file) : asked;
	if (came == -EPIPE)
		*error = xasprintf("%s", _(collector_ended));
	else if (came == -EBADMSG)
		*error = xasprintf("%s", _(nonsense));
	else if (came < 0)
		*error = complain(-came);
	if (came < 0)
		return FEED_FAILED;
	if (answer->error == 0)
		return FEED_FRAME;
	*error = complain(answer->error);
	return FEED_TROUBLE;
}

static enum feed_answer make_collected(void *self, struct frame *frame, const struct frame *before,
                                       struct life *life, uint32_t needs, char **error) {
	const struct collected *collected = self;
	const uint64_t start = util_thread_cpu_ns();
	struct channel_answer answer = { 0 };
	int file = -1;
	const struct channel_request request = { .kind = CHANNEL_LOOK, .needs = needs };
	const enum feed_answer kind =
	    exchange(collected->channel, &request, NULL, &answer, &file, error);
	if (kind != FEED_FRAME)
		return kind;
	const size_t length = (size_t)answer.length;
	void *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
	const int failed = errno;
	close(file);
	if (bytes == MAP_FAILED) {
		*error = complain(failed);
		return FEED_TROUBLE;
	}
	struct replay *replay = replay_open(bytes, length);
	struct source source = replay_source(replay);
	source.monotonic_ns = answer.monotonic_ns;
	frame_look(frame, &source, needs);
	replay_close(replay);
	munmap(bytes, length);
	frame_compare(frame, before, life);
	frame->cost_ns = answer.cost_ns + util_thread_cpu_ns() - start;
	return FEED_FRAME;
}

static bool read_results(int file, const struct channel_answer *answer, struct act_result *results,
                         size_t count) {
	const size_t length = count * sizeof(*results);
	if (answer->length != length || pread(file, results, length, 0) != (ssize_t)length)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!act_is_sane_result(&results[i]))
			return false;
	}
	return true;
}

/* Nobody was asked, or nobody could tell what came of it. */
static void fail_all(struct act_result *results, size_t count, int error) {
	for (size_t i = 0; i < count; i++)
		results[i] = (struct act_result){ ACT_OUTCOME_FAILED, error };
}

static enum feed_answer act_collected(void *self, const struct act_order *order,
                                      const struct act_deed *deeds, struct act_result *results,
                                      size_t count, char **error) {
	const struct collected *collected = self;
	const struct channel_request request = {
		.kind = CHANNEL_ACT,
		.order = *order,
		.deed_count = (uint32_t)count,
	};
	struct channel_answer answer = { 0 };
	int file = -1;
	const enum feed_answer kind =
	    exchange(collected->channel, &request, deeds, &answer, &file, error);
	if (kind == FEED_FAILED)
		return kind;
	if (kind == FEED_TROUBLE) {
		fail_all(results, count, answer.error);
		free(*error);
		*error = NULL;
		return FEED_ACTED;
	}
	const bool is_sane = read_results(file, &answer, results, count);
	close(file);
	if (is_sane)
		return FEED_ACTED;
	*error = xasprintf("%s", _(nonsense));
	return FEED_FAILED;
}

static void interrupt_collected(void *self) {
	const struct collected *collected = self;
	shutdown(collected->channel, SHUT_RDWR);
}

/* The screen must end with the collector, even if it does not ask for anything just then. */
static int hangup_of_collected(void *self) {
	const struct collected *collected = self;
	return collected->channel;
}

static void close_collected(void *self) {
	struct collected *collected = self;
	close(collected->channel);
	free(collected);
}

/* If it is gone, the answer to the next question says so. */
static void suspend_collected(void *self) {
	const struct collected *collected = self;
	channel_ask(collected->channel, &(struct channel_request){ .kind = CHANNEL_SUSPEND }, NULL);
}

bool feed_collector(int channel, struct feed *feed, char **error) {
	static const struct feed_origin origin = {
		.make = make_collected,
		.act = act_collected,
		.interrupt = interrupt_collected,
		.close = close_collected,
		.suspend = suspend_collected,
		.hangup_fd = hangup_of_collected,
		.hangup_text = collector_ended,
		.is_live = true,
	};
	struct collected *collected = xcalloc(1, sizeof(*collected));
	collected->channel = channel;
	if (feed_thread_start(&origin, collected, feed, error))
		return true;
	free(collected);
	return false;
}

/* A file. */

struct played {
	struct playback playback;
	struct indexer *indexer; /* NULL: one can only go on */
	size_t moment;           /* the next one */
	int interrupt;           /* eventfd */
};

static enum feed_answer make_played(void *self, struct frame *frame, const struct frame *before,
                                    struct life *life, uint32_t needs, char **error) {
	struct played *played = self;
	const uint64_t start = util_thread_cpu_ns();
	const uint64_t position = playback_position(&played->playback);
	struct source source;
	if (!playback_next(&played->playback, &source, error)) {
		if (!*error && played->moment == 0)
			*error = xasprintf("%s", _("the recording ends before its first look"));
		return *error ? FEED_FAILED : FEED_END;
	}
	frame_make(frame, before, life, &source, needs);
	const struct timeline_moment moment = { position, source.time_ns, frame->totals.sockets };
	indexer_note(played->indexer, played->moment, &moment);
	frame->moment = played->moment++;
	frame->cost_ns = util_thread_cpu_ns() - start;
	return FEED_FRAME;
}

static void interrupt_played(void *self) {
	const struct played *played = self;
	eventfd_write(played->interrupt, 1);
}

static char *seek_played(void *self, size_t moment) {
	struct played *played = self;
	uint64_t position = 0;
	if (!indexer_position(played->indexer, moment, &position))
		return xasprintf("%s", _("it is not known yet where that moment is"));
	const int result = playback_seek(&played->playback, position, moment);
	if (result < 0)
		return complain(-result);
	played->moment = moment;
	return NULL;
}

static bool moments_of_played(void *self, struct timeline *timeline) {
	const struct played *played = self;
	return indexer_tell(played->indexer, timeline);
}

static void close_played(void *self) {
	struct played *played = self;
	interrupt_played(played);
	indexer_stop(played->indexer);
	playback_close(&played->playback);
	if (played->interrupt >= 0)
		close(played->interrupt);
	free(played);
}

static bool start_played(struct played *played, struct feed *feed, char **error) {
	static const struct feed_origin forward = {
		.make = make_played,
		.interrupt = interrupt_played,
		.close = close_played,
	};
	static const struct feed_origin to_and_fro = {
		.make = make_played,
		.interrupt = interrupt_played,
		.close = close_played,
		.seek = seek_played,
		.moments = moments_of_played,
	};
	played->interrupt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (played->interrupt < 0) {
		*error = complain(errno);
		return false;
	}
	played->playback.reader.is_interruptible = true;
	played->playback.reader.interrupt_fd = played->interrupt;
	played->indexer =
	    indexer_start(played->playback.path, played->playback.fd, played->interrupt);
	return feed_thread_start(played->indexer ? &to_and_fro : &forward, played, feed, error);
}

bool feed_replay(const char *path, struct feed *feed, char **error) {
	struct played *played = xcalloc(1, sizeof(*played));
	if (!playback_open(&played->playback, path, error)) {
		free(played);
		return false;
	}
	if (start_played(played, feed, error))
		return true;
	close_played(played);
	return false;
}

void feed_close(struct feed *feed) {
	feed_thread_stop(feed);
}
