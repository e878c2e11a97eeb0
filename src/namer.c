/* One thread asks; what it shares with the caller is counted, and whoever leaves last frees it. The
 * caller's cache is the caller's alone: questions and answers are all that changes hands. */

#include "namer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "name_cache.h"
#include "resolve.h"
#include "services.h"
#include "thread.h"
#include "util.h"

/* Threads that a dead name server holds are left behind, so it gets a rest after each batch that
 * nobody answered. */
enum { BATCH_MAX = 64, REST_S = 10 };

struct queries {
	struct resolve_query *items;
	size_t count;
};

struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t asked;
	struct queries questions, answers; /* never more than the cache has entries */
	struct services *services;
	bool wants_services;
	bool closed; /* the caller has left */
	int fd;      /* the caller's; not after that */
};

struct namer {
	struct shared *shared;
	struct name_cache cache;
	struct services *services;
	bool started, failed, asked_services;
	int fd;
};

static void free_queries(struct queries *queries) {
	for (size_t i = 0; i < queries->count; i++)
		free(queries->items[i].name);
	free(queries->items);
}

static void destroy_shared(struct shared *shared) {
	free_queries(&shared->questions);
	free_queries(&shared->answers);
	services_destroy(shared->services);
	pthread_cond_destroy(&shared->asked);
	pthread_mutex_destroy(&shared->mutex);
	free(shared);
}

static void tell(const struct shared *shared) {
	if (!shared->closed)
		eventfd_write(shared->fd, 1);
}

/* These begin and end with the mutex held, and give it back while they wait. */

static void load_services(struct shared *shared) {
	int error = 0;
	shared->wants_services = false;
	pthread_mutex_unlock(&shared->mutex);
	struct services *services = services_load(&error);
	pthread_mutex_lock(&shared->mutex);
	shared->services = services;
	tell(shared);
}

static void add_query(struct queries *queries, const struct resolve_query *query) {
	if ((queries->count & (queries->count - 1)) == 0)
		queries->items =
		    xreallocarray(queries->items, queries->count > 0 ? queries->count * 2 : 1,
		                  sizeof(*queries->items));
	queries->items[queries->count++] = *query;
}

static void rest(struct shared *shared) {
	const struct timespec end = thread_deadline(util_monotonic_ns() + REST_S * SECOND_NS);
	int late = 0;
	while (!shared->closed && !shared->wants_services && !late)
		late = pthread_cond_timedwait(&shared->asked, &shared->mutex, &end);
}

static void ask_batch(struct shared *shared) {
	struct resolve_query batch[BATCH_MAX];
	struct queries *questions = &shared->questions;
	const size_t count = questions->count < BATCH_MAX ? questions->count : BATCH_MAX;
	memcpy(batch, questions->items, count * sizeof(*batch));
	questions->count -= count;
	memmove(questions->items, questions->items + count,
	        questions->count * sizeof(*questions->items));
	pthread_mutex_unlock(&shared->mutex);
	const size_t unanswered = resolve_names(batch, count, RESOLVE_LIMIT_MS);
	pthread_mutex_lock(&shared->mutex);
	for (size_t i = 0; i < count; i++)
		add_query(&shared->answers, &batch[i]);
	tell(shared);
	if (unanswered == count)
		rest(shared);
}

static void *work(void *argument) {
	struct shared *shared = argument;
	pthread_mutex_lock(&shared->mutex);
	while (!shared->closed) {
		if (shared->wants_services)
			load_services(shared);
		else if (shared->questions.count > 0)
			ask_batch(shared);
		else
			pthread_cond_wait(&shared->asked, &shared->mutex);
	}
	pthread_mutex_unlock(&shared->mutex);
	destroy_shared(shared);
	return NULL;
}

static struct shared *create_shared(int fd) {
	struct shared *shared = xcalloc(1, sizeof(*shared));
	pthread_mutex_init(&shared->mutex, NULL);
	thread_init_condition(&shared->asked);
	shared->fd = fd;
	return shared;
}

struct namer *namer_create(void) {
	struct namer *namer = xcalloc(1, sizeof(*namer));
	namer->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	namer->failed = namer->fd < 0;
	namer->shared = create_shared(namer->fd);
	return namer;
}

/* A thread that was started frees what it shares, now or once it is back. */
void namer_destroy(struct namer *namer) {
	if (!namer)
		return;
	pthread_mutex_lock(&namer->shared->mutex);
	namer->shared->closed = true;
	if (namer->fd >= 0)
		close(namer->fd);
	pthread_cond_signal(&namer->shared->asked);
	pthread_mutex_unlock(&namer->shared->mutex);
	if (!namer->started)
		destroy_shared(namer->shared);
	name_cache_finish(&namer->cache);
	services_destroy(namer->services);
	free(namer);
}

/* False if there is nobody to ask. */
static bool start(struct namer *namer) {
	if (namer->started || namer->failed)
		return namer->started;
	namer->started = thread_start_detached(work, namer->shared) == 0;
	namer->failed = !namer->started;
	return namer->started;
}

static void ask(struct namer *namer, struct name_entry *entry) {
	struct shared *shared = namer->shared;
	struct resolve_query query = { .family = entry->family };
	memcpy(query.address, entry->address, sizeof(query.address));
	pthread_mutex_lock(&shared->mutex);
	if (shared->questions.count < NAME_CACHE_MAX) {
		add_query(&shared->questions, &query);
		entry->asked = true;
		pthread_cond_signal(&shared->asked);
	}
	pthread_mutex_unlock(&shared->mutex);
}

const char *namer_host(struct namer *namer, enum sock_family family, const uint8_t address[16]) {
	static const uint8_t nothing[16];
	uint8_t bytes[16] = { 0 };
	memcpy(bytes, address, family == SOCK_FAMILY_INET ? 4 : 16);
	const bool is_ip = (SOCK_FAMILIES_IP >> family & 1) != 0;
	if (!is_ip || memcmp(bytes, nothing, sizeof(bytes)) == 0 || !start(namer))
		return NULL;
	struct name_entry *entry = name_cache_entry(&namer->cache, (uint8_t)family, bytes);
	if (name_cache_is_due(entry, util_monotonic_ns()))
		ask(namer, entry);
	return entry->name;
}

const char *namer_port(struct namer *namer, enum sock_protocol protocol, uint32_t port) {
	if (!namer->asked_services && start(namer)) {
		pthread_mutex_lock(&namer->shared->mutex);
		namer->shared->wants_services = true;
		pthread_cond_signal(&namer->shared->asked);
		pthread_mutex_unlock(&namer->shared->mutex);
		namer->asked_services = true;
	}
	return namer->services && port != 0 ? services_find(namer->services, protocol, port) : NULL;
}

int namer_fd(const struct namer *namer) {
	return namer->fd;
}

void namer_take(struct namer *namer) {
	struct shared *shared = namer->shared;
	eventfd_t count;
	if (namer->fd < 0 || eventfd_read(namer->fd, &count) < 0)
		return;
	pthread_mutex_lock(&shared->mutex);
	struct queries answers = shared->answers;
	shared->answers = (struct queries){ 0 };
	if (shared->services)
		namer->services = shared->services;
	shared->services = NULL;
	pthread_mutex_unlock(&shared->mutex);
	for (size_t i = 0; i < answers.count; i++)
		name_cache_answer(&namer->cache, answers.items[i].family, answers.items[i].address,
		                  answers.items[i].name, util_monotonic_ns());
	free(answers.items);
}
