/* As in namer.c, a thread that waits for a name server shares with the caller only what the last to
 * leave frees. */

#include "lookup.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "thread.h"
#include "util.h"

struct hosts {
	struct resolve_host *items; /* their names are owned, too */
	size_t count;
};

struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t asked;
	struct hosts wanted, answers;
	uint64_t begin_ns; /* when to look up what is wanted */
	bool closed;       /* the caller has left */
	int fd;            /* the caller's; not after that */
};

struct lookup {
	struct shared *shared;
	bool started, failed;
	int fd;
};

void lookup_free(struct resolve_host *hosts, size_t count) {
	for (size_t i = 0; i < count; i++) {
		free((char *)hosts[i].name);
		free(hosts[i].addresses);
	}
	free(hosts);
}

static void put(struct hosts *place, struct hosts hosts) {
	lookup_free(place->items, place->count);
	*place = hosts;
}

static void destroy_shared(struct shared *shared) {
	put(&shared->wanted, (struct hosts){ 0 });
	put(&shared->answers, (struct hosts){ 0 });
	pthread_cond_destroy(&shared->asked);
	pthread_mutex_destroy(&shared->mutex);
	free(shared);
}

/* The mutex is given back while it waits. */
static void wait_for_work(struct shared *shared) {
	const struct timespec begin = thread_deadline(shared->begin_ns);
	if (shared->wanted.count == 0)
		pthread_cond_wait(&shared->asked, &shared->mutex);
	else
		pthread_cond_timedwait(&shared->asked, &shared->mutex, &begin);
}

static void look_up(struct shared *shared) {
	struct hosts hosts = shared->wanted;
	shared->wanted = (struct hosts){ 0 };
	pthread_mutex_unlock(&shared->mutex);
	resolve_hosts(hosts.items, hosts.count, RESOLVE_LIMIT_MS);
	pthread_mutex_lock(&shared->mutex);
	put(&shared->answers, hosts);
	if (!shared->closed)
		eventfd_write(shared->fd, 1);
}

static void *work(void *argument) {
	struct shared *shared = argument;
	pthread_mutex_lock(&shared->mutex);
	while (!shared->closed) {
		if (shared->wanted.count > 0 && util_monotonic_ns() >= shared->begin_ns)
			look_up(shared);
		else
			wait_for_work(shared);
	}
	pthread_mutex_unlock(&shared->mutex);
	destroy_shared(shared);
	return NULL;
}

struct lookup *lookup_create(void) {
	struct lookup *lookup = xcalloc(1, sizeof(*lookup));
	struct shared *shared = xcalloc(1, sizeof(*shared));
	pthread_mutex_init(&shared->mutex, NULL);
	thread_init_condition(&shared->asked);
	lookup->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	lookup->failed = lookup->fd < 0;
	lookup->shared = shared;
	shared->fd = lookup->fd;
	return lookup;
}

void lookup_destroy(struct lookup *lookup) {
	if (!lookup)
		return;
	pthread_mutex_lock(&lookup->shared->mutex);
	lookup->shared->closed = true;
	if (lookup->fd >= 0)
		close(lookup->fd);
	pthread_cond_signal(&lookup->shared->asked);
	pthread_mutex_unlock(&lookup->shared->mutex);
	if (!lookup->started)
		destroy_shared(lookup->shared);
	free(lookup);
}

static bool start(struct lookup *lookup) {
	if (lookup->started || lookup->failed)
		return lookup->started;
	lookup->started = thread_start_detached(work, lookup->shared) == 0;
	lookup->failed = !lookup->started;
	return lookup->started;
}

void lookup_ask(struct lookup *lookup, const char *const names[], size_t count, unsigned delay_ms) {
	struct shared *shared = lookup->shared;
	struct hosts hosts = { .count = count };
	if (count == 0 ? !lookup->started : !start(lookup))
		return;
	if (count > 0)
		hosts.items = xcalloc(count, sizeof(*hosts.items));
	for (size_t i = 0; i < count; i++)
		hosts.items[i].name = xasprintf("%s", names[i]);
	pthread_mutex_lock(&shared->mutex);
	put(&shared->wanted, hosts);
	shared->begin_ns = util_monotonic_ns() + (uint64_t)delay_ms * 1000000;
	pthread_cond_signal(&shared->asked);
	pthread_mutex_unlock(&shared->mutex);
}

int lookup_fd(const struct lookup *lookup) {
	return lookup->fd;
}

bool lookup_take(struct lookup *lookup, struct resolve_host **hosts, size_t *count) {
	eventfd_t events;
	if (lookup->fd < 0 || eventfd_read(lookup->fd, &events) < 0)
		return false;
	pthread_mutex_lock(&lookup->shared->mutex);
	const struct hosts answers = lookup->shared->answers;
	lookup->shared->answers = (struct hosts){ 0 };
	pthread_mutex_unlock(&lookup->shared->mutex);
	*hosts = answers.items;
	*count = answers.count;
	return true;
}
