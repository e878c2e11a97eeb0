/* A few threads take questions from one list, whatever kind they are of. What they share is
 * counted: whoever leaves last frees it, so the caller can go on while a thread is still stuck in a
 * name server. */

#include "resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "sock.h"
#include "thread.h"
#include "util.h"

enum { THREADS_MAX = 16 };

union question {
	struct resolve_query address;
	struct resolve_host host;
};

/* What differs between the kinds of question. */
struct kind {
	void (*ask)(union question *question);
	void (*forget)(union question *question);
};

struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t answered;
	const struct kind *kind;
	union question *questions; /* they own all that they point to */
	size_t count;
	size_t next;
	size_t done;
	size_t references;
	int error;   /* errno if no thread could be started */
	bool closed; /* the caller has left */
};

static struct shared *share(const struct kind *kind, size_t count) {
	struct shared *shared = xcalloc(1, sizeof(*shared));
	pthread_mutex_init(&shared->mutex, NULL);
	thread_init_condition(&shared->answered);
	shared->kind = kind;
	shared->questions = xcalloc(count, sizeof(*shared->questions));
	shared->count = count;
	shared->references = 1;
	return shared;
}

/* With the mutex held, which it gives back. */
static void release(struct shared *shared) {
	const bool last = --shared->references == 0;
	pthread_mutex_unlock(&shared->mutex);
	if (!last)
		return;
	for (size_t i = 0; i < shared->count; i++)
		shared->kind->forget(&shared->questions[i]);
	free(shared->questions);
	pthread_cond_destroy(&shared->answered);
	pthread_mutex_destroy(&shared->mutex);
	free(shared);
}

static void *work(void *argument) {
	struct shared *shared = argument;
	pthread_mutex_lock(&shared->mutex);
	while (!shared->closed && shared->next < shared->count) {
		union question *question = &shared->questions[shared->next++];
		union question asked = *question;
		pthread_mutex_unlock(&shared->mutex);
		shared->kind->ask(&asked);
		pthread_mutex_lock(&shared->mutex);
		*question = asked;
		shared->done++;
		pthread_cond_signal(&shared->answered);
	}
	release(shared);
	return NULL;
}

/* With the mutex held. Fewer threads than asked for only make it slower. */
static void start_threads(struct shared *shared) {
	const size_t wanted = shared->count < THREADS_MAX ? shared->count : THREADS_MAX;
	for (size_t i = 0; i < wanted; i++) {
		const int error = thread_start_detached(work, shared);
		if (error != 0) {
			shared->error = i == 0 ? error : 0;
			break;
		}
		shared->references++;
	}
}

/* Returns with the mutex held, so that no answer changes while the answers are taken: the number of
 * questions without one. Then close_questions() is due. */
static size_t ask_all(struct shared *shared, unsigned limit_ms) {
	const struct timespec deadline =
	    thread_deadline(util_monotonic_ns() + (uint64_t)limit_ms * 1000000);
	pthread_mutex_lock(&shared->mutex);
	start_threads(shared);
	int late = 0;
	while (shared->done < shared->count && shared->references > 1 && !late)
		late = pthread_cond_timedwait(&shared->answered, &shared->mutex, &deadline);
	return shared->count - shared->done;
}

/* What the questions still point to is freed, now or when the last thread is back. */
static void close_questions(struct shared *shared) {
	shared->closed = true;
	release(shared);
}

static void ask_address(union question *question) {
	struct resolve_query *query = &question->address;
	char host[NI_MAXHOST];
	struct sockaddr_in inet = { .sin_family = AF_INET };
	struct sockaddr_in6 inet6 = { .sin6_family = AF_INET6 };
	const bool is_inet = query->family == SOCK_FAMILY_INET;
	memcpy(&inet.sin_addr, query->address, sizeof(inet.sin_addr));
	memcpy(&inet6.sin6_addr, query->address, sizeof(inet6.sin6_addr));
	const struct sockaddr *address = is_inet ? (const void *)&inet : (const void *)&inet6;
	const socklen_t length = is_inet ? sizeof(inet) : sizeof(inet6);
	const int result = getnameinfo(address, length, host, sizeof(host), NULL, 0, NI_NAMEREQD);
	query->error = result == EAI_SYSTEM && util_is_shortage(errno) ? errno : 0;
	query->name = result == 0 ? xasprintf("%s", host) : NULL;
}

static void forget_address(union question *question) {
	free(question->address.name);
}

size_t resolve_names(struct resolve_query *queries, size_t count, unsigned limit_ms) {
	static const struct kind kind = { ask_address, forget_address };
	if (count == 0)
		return 0;
	struct shared *shared = share(&kind, count);
	for (size_t i = 0; i < count; i++) {
		shared->questions[i].address = queries[i];
		shared->questions[i].address.name = NULL;
	}
	const size_t unanswered = ask_all(shared, limit_ms);
	for (size_t i = 0; i < count; i++) {
		queries[i] = shared->questions[i].address;
		shared->questions[i].address.name = NULL;
	}
	close_questions(shared);
	return unanswered;
}

/* False for what is no address of the Internet. */
static bool read_address(const struct sockaddr *from, struct resolve_address *to) {
	const struct sockaddr_in *inet = (const void *)from;
	const struct sockaddr_in6 *inet6 = (const void *)from;
	switch (from->sa_family) {
	case AF_INET:
		*to = (struct resolve_address){ .family = SOCK_FAMILY_INET };
		memcpy(to->address, &inet->sin_addr, sizeof(inet->sin_addr));
		return true;
	case AF_INET6:
		*to = (struct resolve_address){ .family = SOCK_FAMILY_INET6 };
		memcpy(to->address, &inet6->sin6_addr, sizeof(inet6->sin6_addr));
		return true;
	default:
		return false;
	}
}

static bool has_address(const struct resolve_host *host, const struct resolve_address *address) {
	for (size_t i = 0; i < host->count; i++) {
		if (host->addresses[i].family == address->family &&
		    memcmp(host->addresses[i].address, address->address,
		           sizeof(address->address)) == 0)
			return true;
	}
	return false;
}

static void take_addresses(struct resolve_host *host, const struct addrinfo *list) {
	host->addresses = xcalloc(RESOLVE_ADDRESSES_MAX, sizeof(*host->addresses));
	for (; list && host->count < RESOLVE_ADDRESSES_MAX; list = list->ai_next) {
		struct resolve_address address;
		if (read_address(list->ai_addr, &address) && !has_address(host, &address))
			host->addresses[host->count++] = address;
	}
}

/* Names of a host have the same addresses for every type of socket: one type is enough. */
static void ask_host(union question *question) {
	static const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct resolve_host *host = &question->host;
	struct addrinfo *list = NULL;
	const int result = getaddrinfo(host->name, NULL, &hints, &list);
	const int error = errno;
	switch (result) {
	case 0:
		host->outcome = RESOLVE_FOUND;
		take_addresses(host, list);
		freeaddrinfo(list);
		break;
	case EAI_NONAME:
	case EAI_NODATA:
	case EAI_ADDRFAMILY:
		host->outcome = RESOLVE_NO_SUCH_HOST;
		break;
	default:
		host->outcome = RESOLVE_NOT_ASKED;
		host->error = result == EAI_SYSTEM ? error : result == EAI_MEMORY ? ENOMEM : 0;
		break;
	}
}

static void forget_host(union question *question) {
	free((char *)question->host.name);
	free(question->host.addresses);
}

static void take_host(struct resolve_host *host, struct resolve_host *answer, int error) {
	const bool is_open = answer->outcome == RESOLVE_LATE;
	host->outcome = is_open && error ? RESOLVE_NOT_ASKED : answer->outcome;
	host->error = is_open ? error : answer->error;
	host->addresses = answer->addresses;
	host->count = answer->count;
	answer->addresses = NULL;
}

size_t resolve_hosts(struct resolve_host *hosts, size_t count, unsigned limit_ms) {
	static const struct kind kind = { ask_host, forget_host };
	if (count == 0)
		return 0;
	struct shared *shared = share(&kind, count);
	for (size_t i = 0; i < count; i++)
		shared->questions[i].host.name = xasprintf("%s", hosts[i].name);
	const size_t unanswered = ask_all(shared, limit_ms);
	for (size_t i = 0; i < count; i++)
		take_host(&hosts[i], &shared->questions[i].host, shared->error);
	close_questions(shared);
	return unanswered;
}

const char *resolve_reason(const struct resolve_host *host) {
	switch (host->outcome) {
	case RESOLVE_LATE:
		return _("no answer in time");
	case RESOLVE_FOUND:
		return NULL;
	case RESOLVE_NO_SUCH_HOST:
		return _("no such host");
	case RESOLVE_NOT_ASKED:
		break;
	}
	return host->error ? strerror(host->error) : _("the name servers do not answer");
}
