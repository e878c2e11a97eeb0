/* A few threads take queries from one list. What they share is counted: whoever leaves last frees
 * it, so the caller can go on while a thread is still stuck in a name server. */

#include "resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "sock.h"
#include "util.h"

enum { THREADS_MAX = 16, THREAD_STACK_SIZE = 256 * 1024 };

struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t answered;
	struct resolve_query *queries; /* a copy of the caller's */
	size_t count;
	size_t next;
	size_t done;
	size_t references;
	bool closed; /* the caller has left */
};

static void release(struct shared *shared) {
	const bool last = --shared->references == 0;
	pthread_mutex_unlock(&shared->mutex);
	if (!last)
		return;
	for (size_t i = 0; i < shared->count; i++)
		free(shared->queries[i].name);
	free(shared->queries);
	pthread_cond_destroy(&shared->answered);
	pthread_mutex_destroy(&shared->mutex);
	free(shared);
}

/* The name, or NULL and perhaps an errno. */
static char *look_up(const struct resolve_query *query, int *error) {
	char host[NI_MAXHOST];
	struct sockaddr_in inet = { .sin_family = AF_INET };
	struct sockaddr_in6 inet6 = { .sin6_family = AF_INET6 };
	const bool is_inet = query->family == SOCK_FAMILY_INET;
	memcpy(&inet.sin_addr, query->address, sizeof(inet.sin_addr));
	memcpy(&inet6.sin6_addr, query->address, sizeof(inet6.sin6_addr));
	const struct sockaddr *address = is_inet ? (const void *)&inet : (const void *)&inet6;
	const socklen_t length = is_inet ? sizeof(inet) : sizeof(inet6);
	const int result = getnameinfo(address, length, host, sizeof(host), NULL, 0, NI_NAMEREQD);
	*error = result == EAI_SYSTEM && util_is_shortage(errno) ? errno : 0;
	return result == 0 ? xasprintf("%s", host) : NULL;
}

static void *work(void *argument) {
	struct shared *shared = argument;
	pthread_mutex_lock(&shared->mutex);
	while (!shared->closed && shared->next < shared->count) {
		struct resolve_query *query = &shared->queries[shared->next++];
		const struct resolve_query asked = *query;
		pthread_mutex_unlock(&shared->mutex);
		int error = 0;
		char *name = look_up(&asked, &error);
		pthread_mutex_lock(&shared->mutex);
		query->name = name;
		query->error = error;
		shared->done++;
		pthread_cond_signal(&shared->answered);
	}
	release(shared);
	return NULL;
}

static struct shared *share(const struct resolve_query *queries, size_t count) {
	struct shared *shared = xcalloc(1, sizeof(*shared));
	pthread_condattr_t attributes;
	pthread_mutex_init(&shared->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&shared->answered, &attributes);
	pthread_condattr_destroy(&attributes);
	shared->queries = xcalloc(count, sizeof(*queries));
	memcpy(shared->queries, queries, count * sizeof(*queries));
	shared->count = count;
	shared->references = 1;
	return shared;
}

/* With the mutex held. Fewer threads than asked for only make it slower. */
static void start_threads(struct shared *shared) {
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, THREAD_STACK_SIZE);
	const size_t wanted = shared->count < THREADS_MAX ? shared->count : THREADS_MAX;
	for (size_t i = 0; i < wanted; i++) {
		pthread_t thread;
		if (pthread_create(&thread, &attributes, work, shared) != 0)
			break;
		shared->references++;
	}
	pthread_attr_destroy(&attributes);
}

static struct timespec deadline_after(unsigned ms) {
	const uint64_t end = util_monotonic_ns() + (uint64_t)ms * 1000000;
	return (struct timespec){ .tv_sec = (time_t)(end / 1000000000),
		                  .tv_nsec = (long)(end % 1000000000) };
}

size_t resolve_names(struct resolve_query *queries, size_t count, unsigned limit_ms) {
	if (count == 0)
		return 0;
	const struct timespec deadline = deadline_after(limit_ms);
	struct shared *shared = share(queries, count);
	pthread_mutex_lock(&shared->mutex);
	start_threads(shared);
	int late = 0;
	while (shared->done < count && shared->references > 1 && !late)
		late = pthread_cond_timedwait(&shared->answered, &shared->mutex, &deadline);
	for (size_t i = 0; i < count; i++) {
		queries[i].name = shared->queries[i].name;
		queries[i].error = shared->queries[i].error;
		shared->queries[i].name = NULL;
	}
	const size_t unanswered = count - shared->done;
	shared->closed = true;
	release(shared);
	return unanswered;
}
