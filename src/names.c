/* Each address is asked once, however many sockets have it. */

#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "resolve.h"
#include "services.h"
#include "util.h"

static int compare_queries(const void *a, const void *b) {
	const struct resolve_query *left = a;
	const struct resolve_query *right = b;
	if (left->family != right->family)
		return left->family < right->family ? -1 : 1;
	return memcmp(left->address, right->address, sizeof(left->address));
}

static struct resolve_query query_for(const struct sock *sock, const struct sock_endpoint *end) {
	struct resolve_query query = { .family = sock->family };
	memcpy(query.address, end->address, sizeof(query.address));
	return query;
}

static size_t unique(struct resolve_query *queries, size_t count) {
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || compare_queries(&queries[kept - 1], &queries[i]) != 0)
			queries[kept++] = queries[i];
	}
	return kept;
}

static bool is_over_ip(const struct sock *sock) {
	return (SOCK_FAMILIES_IP >> sock->family & 1) != 0;
}

/* The addresses of all sockets, sorted, once each; a wildcard has no name. */
static struct resolve_query *collect(struct sock *const *socks, size_t sock_count, size_t *count) {
	struct resolve_query *queries = xcalloc(sock_count * 2, sizeof(*queries));
	*count = 0;
	for (size_t i = 0; i < sock_count; i++) {
		if (!is_over_ip(socks[i]))
			continue;
		if (!sock_address_is_zero(&socks[i]->local))
			queries[(*count)++] = query_for(socks[i], &socks[i]->local);
		if (!sock_address_is_zero(&socks[i]->peer))
			queries[(*count)++] = query_for(socks[i], &socks[i]->peer);
	}
	if (*count > 1)
		qsort(queries, *count, sizeof(*queries), compare_queries);
	*count = unique(queries, *count);
	return queries;
}

static struct sock_end_names names_of(const struct sock *sock, const struct sock_endpoint *end,
                                      const struct resolve_query *queries, size_t count,
                                      const struct services *services) {
	const struct resolve_query wanted = query_for(sock, end);
	const struct resolve_query *found =
	    count > 0 ? bsearch(&wanted, queries, count, sizeof(*queries), compare_queries) : NULL;
	const char *service =
	    services_find(services, (enum sock_protocol)sock->protocol, end->port);
	return (struct sock_end_names){
		.host = found ? found->name : NULL,
		.service = end->port != 0 ? service : NULL,
	};
}

size_t names_annotate(struct snapshot *snapshot, struct sock *const *socks, size_t sock_count) {
	size_t count = 0;
	struct resolve_query *queries = collect(socks, sock_count, &count);
	int error = 0;
	struct services *services = services_load(&error);
	snapshot_note_names(snapshot, error, "getservent");
	const size_t unanswered = resolve_names(queries, count, RESOLVE_LIMIT_MS);
	for (size_t i = 0; i < sock_count; i++) {
		struct sock *sock = socks[i];
		if (!is_over_ip(sock))
			continue;
		const struct sock_names names = {
			.local = names_of(sock, &sock->local, queries, count, services),
			.peer = names_of(sock, &sock->peer, queries, count, services),
		};
		snapshot_name(snapshot, sock, &names);
	}
	for (size_t i = 0; i < count; i++) {
		snapshot_note_names(snapshot, queries[i].error, "getnameinfo");
		free(queries[i].name);
	}
	free(queries);
	services_destroy(services);
	return unanswered;
}

/* Of a listener, and of a socket without a peer, there is only one port. Else the lower one with a
 * name is the server's: those that clients are given are high. NULL: neither has a name. */
static const char *service_of(const struct services *services, const struct sock *sock) {
	const enum sock_protocol protocol = (enum sock_protocol)sock->protocol;
	const uint32_t local_port = sock->local.port;
	const uint32_t peer_port = sock->peer.port;
	const char *local = local_port ? services_find(services, protocol, local_port) : NULL;
	const char *peer = peer_port ? services_find(services, protocol, peer_port) : NULL;
	if (!local || !peer)
		return local ? local : peer;
	return local_port <= peer_port ? local : peer;
}

/* Sockets of one service often follow each other, and share what has no other names in it. */
void names_add_services(struct snapshot *snapshot, struct sock *const *socks, size_t count) {
	int error = 0;
	struct services *services = services_load(&error);
	const char *last = NULL;
	const struct sock_names *shared = NULL;
	snapshot_note_names(snapshot, error, "getservent");
	for (size_t i = 0; i < count; i++) {
		const char *service = is_over_ip(socks[i]) ? service_of(services, socks[i]) : NULL;
		if (!service)
			continue;
		if (service == last && !socks[i]->names) {
			socks[i]->names = shared;
			continue;
		}
		struct sock_names *names = arena_alloc(&snapshot->arena, sizeof(*names));
		*names = *sock_names(socks[i]);
		names->service = arena_copy(&snapshot->arena, service, strlen(service));
		if (!socks[i]->names) {
			last = service;
			shared = names;
		}
		socks[i]->names = names;
	}
	services_destroy(services);
}
