/* Attempts run side by side (RFC 8305, "happy eyeballs"), so that an address that answers nothing
 * costs a quarter of a second and not the whole time. */

#include "dial.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "reason.h"
#include "resolve.h"
#include "services.h"
#include "sock.h"
#include "util.h"

enum {
	OPEN_MAX_AT_ONCE = 64,
	REASONS_MAX = 8, /* addresses that a message names */
	REFUSAL_LIMIT_MS = 100,
};

static const uint64_t attempt_delay_ns = 250 * UINT64_C(1000000);
static const uint64_t retry_delay_ns = 20 * UINT64_C(1000000);

/* Addresses of a target. */

static void add(struct dial_list *list, const struct address *address) {
	list->addresses = xreallocarray(list->addresses, list->count + 1, sizeof(*list->addresses));
	list->addresses[list->count++] = *address;
}

static bool resolve_service(const char *name, uint16_t *port, char **error) {
	int trouble = 0;
	struct services *services = services_load(&trouble);
	const size_t count = services_ports(services, name, strlen(name), port, 1);
	services_destroy(services);
	if (count > 0)
		return true;
	char *text = escape_copy(name, strlen(name));
	*error =
	    trouble ? xasprintf(_("the port '%s' cannot be looked up: %s"), text, strerror(trouble))
		    : xasprintf(_("'%s' is no port; use a number from 1 to 65535, or a name "
	                          "of services(5)"),
	                        text);
	free(text);
	return false;
}

static struct address from_resolved(const struct resolve_address *resolved, uint16_t port) {
	struct address address = { 0 };
	if (resolved->family == SOCK_FAMILY_INET) {
		address.length = sizeof(address.in);
		address.in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
		memcpy(&address.in.sin_addr, resolved->address, sizeof(address.in.sin_addr));
	} else {
		address.length = sizeof(address.in6);
		address.in6 =
		    (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
		memcpy(&address.in6.sin6_addr, resolved->address, sizeof(address.in6.sin6_addr));
	}
	return address;
}

static bool resolve_name(const char *host, uint16_t port, struct dial_list *list, char **error) {
	struct resolve_host asked = { .name = host };
	resolve_hosts(&asked, 1, RESOLVE_LIMIT_MS);
	for (size_t i = 0; i < asked.count; i++) {
		const struct address address = from_resolved(&asked.addresses[i], port);
		add(list, &address);
	}
	free(asked.addresses);
	if (list->count > 0)
		return true;
	const char *reason = resolve_reason(&asked);
	char *text = escape_copy(host, strlen(host));
	*error = xasprintf("%s: %s", text, reason ? reason : _("no such host"));
	free(text);
	return false;
}

static bool resolve_unix(const char *path, struct dial_list *list, char **error) {
	struct address address;
	const char *reason = NULL;
	if (!address_parse_unix(path, &address, &reason)) {
		*error = xasprintf("unix: %s", reason);
		return false;
	}
	add(list, &address);
	return true;
}

bool dial_resolve(const struct dial_target *target, struct dial_list *list, char **error) {
	static const char *const loopback[] = { "::1", "127.0.0.1" };
	struct address address;
	uint16_t port = target->port;
	*list = (struct dial_list){ .type = target->type };
	if (target->path)
		return resolve_unix(target->path, list, error);
	if (port == 0 && !resolve_service(target->service, &port, error))
		return false;
	for (size_t i = 0; !target->host[0] && i < ARRAY_LENGTH(loopback); i++) {
		address_parse(loopback[i], port, &address);
		add(list, &address);
	}
	if (list->count > 0)
		return true;
	if (address_parse(target->host, port, &address))
		add(list, &address);
	else if (!resolve_name(target->host, port, list, error))
		return false;
	dial_interleave(list->addresses, list->count);
	return true;
}

/* The next address of that family from `index` on, or `count`. */
static size_t next_of(const struct address *addresses, size_t count, size_t index, bool is_inet6) {
	while (index < count && (addresses[index].any.sa_family == AF_INET6) != is_inet6)
		index++;
	return index;
}

void dial_interleave(struct address *addresses, size_t count) {
	struct address *ordered = xcalloc(count, sizeof(*ordered));
	size_t next[2] = { 0, 0 };
	bool is_inet6 = true;
	for (size_t i = 0; i < count; i++, is_inet6 = !is_inet6) {
		if (next_of(addresses, count, next[is_inet6], is_inet6) == count)
			is_inet6 = !is_inet6;
		const size_t index = next_of(addresses, count, next[is_inet6], is_inet6);
		ordered[i] = addresses[index];
		next[is_inet6] = index + 1;
	}
	if (count > 0)
		memcpy(addresses, ordered, count * sizeof(*ordered));
	free(ordered);
}

/* Why none of them connects. */

static bool have_both_refused(const struct dial_list *list, const int *errors, size_t tried) {
	return list->type == SOCK_STREAM && tried == 2 && errors[0] == ECONNREFUSED &&
	       errors[1] == ECONNREFUSED;
}

/* `errors` are those of the first `tried`. */
static char *explain(const struct dial_list *list, const int *errors, size_t tried) {
	if (have_both_refused(list, errors, tried))
		return xasprintf(_("%s and %s refused the connection: nobody listens there"),
		                 address_text(&list->addresses[0]).text,
		                 address_text(&list->addresses[1]).text);
	const size_t shown = tried < REASONS_MAX ? tried : REASONS_MAX;
	char *line = xasprintf("%s", "");
	for (size_t i = 0; i < shown; i++) {
		char *reason = reason_of(&list->addresses[i], list->type, errors[i]);
		char *longer = xasprintf("%s%s%s", line, i > 0 ? "; " : "", reason);
		free(reason);
		free(line);
		line = longer;
	}
	if (shown == tried)
		return line;
	char *longer = xasprintf(_("%s; and %zu more"), line, tried - shown);
	free(line);
	return longer;
}

/* The race. */

struct race {
	const struct dial_list *list;
	size_t next;      /* to be tried */
	uint64_t next_ns; /* when, at the latest */
	bool is_full;     /* the queue of the UNIX socket is full, and tried again then */
	int *errors;      /* errno of each that has failed; 0: not yet */
	size_t open;
	struct pollfd polled[1 + OPEN_MAX_AT_ONCE]; /* the first is what interrupts */
	size_t indices[1 + OPEN_MAX_AT_ONCE];
};

/* A UNIX datagram is answered only to a name: the kernel chooses one (unix(7), autobind). */
static int open_socket(const struct address *address, int type) {
	const sa_family_t family = address->any.sa_family;
	const struct sockaddr_un unnamed = { .sun_family = AF_UNIX };
	const int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || family != AF_UNIX || type != SOCK_DGRAM ||
	    bind(fd, (const struct sockaddr *)&unnamed, sizeof(sa_family_t)) == 0)
		return fd;
	const int error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* Takes the attempt in `slot` out of those that are open. */
static void forget(struct race *race, size_t slot) {
	race->polled[slot] = race->polled[race->open];
	race->indices[slot] = race->indices[race->open];
	race->open--;
}

/* A descriptor that is connected at once, or -1. */
static int start(struct race *race, uint64_t now_ns) {
	const size_t index = race->next;
	const struct address *address = &race->list->addresses[index];
	const int fd = open_socket(address, race->list->type);
	const int result = fd >= 0 ? connect(fd, &address->any, address->length) : -1;
	const int error = errno;
	if (result == 0)
		return fd;
	race->is_full = error == EAGAIN;
	race->next_ns = now_ns + (race->is_full ? retry_delay_ns : 0);
	race->next += !race->is_full;
	if (fd >= 0 && error == EINPROGRESS) {
		race->next_ns = now_ns + attempt_delay_ns;
		race->open++;
		race->polled[race->open] = (struct pollfd){ .fd = fd, .events = POLLOUT };
		race->indices[race->open] = index;
		return -1;
	}
	race->errors[index] = error;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The slot of one that has connected, or 0. Who has failed makes room for the next at once. */
static size_t find_winner(struct race *race, uint64_t now_ns) {
	for (size_t slot = 1; slot <= race->open;) {
		int error = 0;
		socklen_t size = sizeof(error);
		if (!race->polled[slot].revents) {
			slot++;
			continue;
		}
		getsockopt(race->polled[slot].fd, SOL_SOCKET, SO_ERROR, &error, &size);
		if (error == 0 && address_is_its_own_peer(race->polled[slot].fd))
			error = ECONNREFUSED;
		if (error == 0)
			return slot;
		race->errors[race->indices[slot]] = error;
		close(race->polled[slot].fd);
		forget(race, slot);
		race->next_ns = now_ns;
	}
	return 0;
}

static bool may_start(const struct race *race, uint64_t now_ns) {
	return race->next < race->list->count && race->open < OPEN_MAX_AT_ONCE &&
	       (now_ns >= race->next_ns || (race->open == 0 && !race->is_full));
}

static int milliseconds_until(const struct race *race, uint64_t now_ns, uint64_t end_ns) {
	uint64_t due_ns = end_ns;
	if (race->next < race->list->count && race->open < OPEN_MAX_AT_ONCE &&
	    race->next_ns < due_ns)
		due_ns = race->next_ns;
	return util_poll_timeout(due_ns > now_ns ? due_ns - now_ns : 0);
}

/* What has neither connected nor failed is late. */
static void end_late(struct race *race) {
	for (size_t i = 0; i < race->next; i++)
		race->errors[i] = race->errors[i] ? race->errors[i] : ETIMEDOUT;
}

enum outcome { WON, FAILED, INTERRUPTED };

static enum outcome run(struct race *race, uint64_t timeout_ns, int *fd, size_t *chosen) {
	const uint64_t end_ns = util_monotonic_ns() + timeout_ns;
	for (;;) {
		const uint64_t now_ns = util_monotonic_ns();
		if (now_ns >= end_ns) {
			end_late(race);
			return FAILED;
		}
		if (may_start(race, now_ns)) {
			*chosen = race->next;
			*fd = start(race, now_ns);
			if (*fd >= 0)
				return WON;
			continue;
		}
		if (race->open == 0 && race->next == race->list->count)
			return FAILED;
		poll(race->polled, race->open + 1, milliseconds_until(race, now_ns, end_ns));
		if (race->polled[0].revents)
			return INTERRUPTED;
		const size_t winner = find_winner(race, now_ns);
		if (winner > 0) {
			*fd = race->polled[winner].fd;
			*chosen = race->indices[winner];
			forget(race, winner);
			return WON;
		}
	}
}

int dial(const struct dial_list *list, const struct dial_limits *limits, size_t *chosen,
         char **error) {
	struct race race = { .list = list };
	int fd = -1;
	size_t winner = 0;
	*error = NULL;
	race.errors = xcalloc(list->count, sizeof(*race.errors));
	race.polled[0] = (struct pollfd){ .fd = limits->interrupt_fd, .events = POLLIN };
	const enum outcome outcome = run(&race, limits->timeout_ns, &fd, &winner);
	for (size_t slot = 1; slot <= race.open; slot++)
		close(race.polled[slot].fd);
	if (outcome == FAILED)
		*error = explain(list, race.errors, race.next > 0 ? race.next : 1);
	if (outcome == WON)
		*chosen = winner;
	free(race.errors);
	return outcome == WON ? fd : -1;
}

/* 0, or the errno that sending it met now or, for ICMP, soon after. */
static int try_datagram(int fd, const struct address *address, const void *bytes, size_t length,
                        bool is_only) {
	int error = 0;
	socklen_t size = sizeof(error);
	if (connect(fd, &address->any, address->length) != 0 ||
	    send(fd, bytes, length, MSG_NOSIGNAL) < 0)
		return errno;
	struct pollfd polled = { .fd = fd, .events = POLLIN };
	if (is_only || poll(&polled, 1, REFUSAL_LIMIT_MS) <= 0 || !(polled.revents & POLLERR))
		return 0;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	return error;
}

int dial_with_datagram(const struct dial_list *list, const void *bytes, size_t length,
                       size_t *chosen, uint64_t *sent_ns, char **error) {
	int *errors = xcalloc(list->count, sizeof(*errors));
	int fd = -1;
	*error = NULL;
	for (size_t i = 0; i < list->count && fd < 0; i++) {
		fd = open_socket(&list->addresses[i], list->type);
		*sent_ns = util_monotonic_ns();
		errors[i] =
		    fd < 0 ? errno
			   : try_datagram(fd, &list->addresses[i], bytes, length, list->count == 1);
		if (errors[i] == 0)
			*chosen = i;
		if (errors[i] == 0 || fd < 0)
			continue;
		close(fd);
		fd = -1;
	}
	if (fd < 0)
		*error = explain(list, errors, list->count);
	free(errors);
	return fd;
}
