/* The file is opened once more, so that its reader and this one do not get into each other's way.
 * The lock is held to add a moment or to read the timeline, never while a moment is read. */

#include "indexer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "playback.h"
#include "thread.h"
#include "util.h"

/* Further moments of a recording are not known until they are shown, so nobody can jump to them. */
enum { BATCH_LIMIT = 256, MOMENTS_MAX = 1 << 20 };

struct indexer {
	struct playback playback; /* the thread's own */
	pthread_t thread;
	pthread_mutex_t lock;
	struct timeline timeline; /* under the lock */
};

static bool is_file(int fd) {
	struct stat status;
	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

static bool is_same_file(int a, int b) {
	struct stat one;
	struct stat other;
	return fstat(a, &one) == 0 && fstat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

static bool count_batch(void *context, struct snapshot *batch) {
	uint64_t *count = context;
	*count += batch->count;
	return true;
}

static uint64_t count_sockets(const struct source *source) {
	const struct want want = want_everything(0);
	struct snapshot batch;
	uint64_t count = 0;
	snapshot_init(&batch);
	source->sockets(source->self, &want, BATCH_LIMIT, &batch, count_batch, &count);
	snapshot_finish(&batch);
	return count;
}

/* False at the end, of whatever kind: who plays the file will say. */
static bool read_moment(struct playback *playback, struct timeline_moment *moment) {
	struct source source;
	char *error = NULL;
	moment->position = playback_position(playback);
	const bool is_there = playback_next(playback, &source, &error);
	free(error);
	if (!is_there)
		return false;
	moment->time_ns = source.time_ns;
	moment->sockets = count_sockets(&source);
	return true;
}

/* False if no more can be known. */
static bool add(struct indexer *indexer, const struct timeline_moment *moment) {
	pthread_mutex_lock(&indexer->lock);
	timeline_add(&indexer->timeline, moment);
	const bool has_room = indexer->timeline.count < MOMENTS_MAX;
	pthread_mutex_unlock(&indexer->lock);
	return has_room;
}

static void *run(void *context) {
	struct indexer *indexer = context;
	struct timeline_moment moment;
	while (read_moment(&indexer->playback, &moment) && add(indexer, &moment))
		;
	pthread_mutex_lock(&indexer->lock);
	indexer->timeline.is_whole = true;
	pthread_mutex_unlock(&indexer->lock);
	return NULL;
}

/* False, and nothing is left open, if the file will not do. A pipe may have a name, too, but what
 * is read from it here would be missing there. */
static bool open_again(struct playback *playback, const char *path, int fd) {
	char *error = NULL;
	if (strcmp(path, "-") == 0 || !is_file(fd) || !playback_open(playback, path, &error)) {
		free(error);
		return false;
	}
	if (is_same_file(fd, playback->fd) && !playback->only_messages)
		return true;
	playback_close(playback);
	return false;
}

struct indexer *indexer_start(const char *path, int fd, int interrupt_fd) {
	struct indexer *indexer = xcalloc(1, sizeof(*indexer));
	if (!open_again(&indexer->playback, path, fd)) {
		free(indexer);
		return NULL;
	}
	indexer->playback.reader.is_interruptible = true;
	indexer->playback.reader.interrupt_fd = interrupt_fd;
	pthread_mutex_init(&indexer->lock, NULL);
	if (thread_start(&indexer->thread, run, indexer) == 0)
		return indexer;
	pthread_mutex_destroy(&indexer->lock);
	playback_close(&indexer->playback);
	free(indexer);
	return NULL;
}

void indexer_stop(struct indexer *indexer) {
	if (!indexer)
		return;
	pthread_join(indexer->thread, NULL);
	pthread_mutex_destroy(&indexer->lock);
	playback_close(&indexer->playback);
	timeline_finish(&indexer->timeline);
	free(indexer);
}

bool indexer_tell(struct indexer *indexer, struct timeline *timeline) {
	pthread_mutex_lock(&indexer->lock);
	const bool has_more = timeline_follow(timeline, &indexer->timeline);
	pthread_mutex_unlock(&indexer->lock);
	return has_more;
}

void indexer_note(struct indexer *indexer, size_t number, const struct timeline_moment *moment) {
	if (!indexer)
		return;
	pthread_mutex_lock(&indexer->lock);
	if (indexer->timeline.is_whole && number == indexer->timeline.count)
		timeline_add(&indexer->timeline, moment);
	pthread_mutex_unlock(&indexer->lock);
}

bool indexer_position(struct indexer *indexer, size_t moment, uint64_t *position) {
	pthread_mutex_lock(&indexer->lock);
	const bool is_known = moment < indexer->timeline.count;
	if (is_known)
		*position = indexer->timeline.positions[moment];
	pthread_mutex_unlock(&indexer->lock);
	return is_known;
}
