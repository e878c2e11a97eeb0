/* Names of addresses and ports. What the machine's name service says is not ours to promise; that
 * an answer is one it gives, and that asking returns, is. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "resolve.h"
#include "services.h"
#include "snapshot.h"
#include "util.h"

static struct resolve_query query(enum sock_family family, const char *address) {
	struct resolve_query query = { .family = (uint8_t)family };
	const int kind = family == SOCK_FAMILY_INET ? AF_INET : AF_INET6;
	cr_assert_eq(inet_pton(kind, address, query.address), 1);
	return query;
}

Test(resolve, nothing_to_ask_is_answered_at_once) {
	cr_assert_eq(resolve_names(NULL, 0, RESOLVE_LIMIT_MS), 0);
}

Test(resolve, the_local_host_has_the_name_that_the_system_gives_it, .timeout = 60) {
	char wanted[NI_MAXHOST] = "";
	const struct sockaddr_in local = { .sin_family = AF_INET,
		                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int failed = getnameinfo((const struct sockaddr *)&local, sizeof(local), wanted,
	                               sizeof(wanted), NULL, 0, NI_NAMEREQD);
	struct resolve_query queries[] = { query(SOCK_FAMILY_INET, "127.0.0.1") };
	const size_t unanswered = resolve_names(queries, 1, RESOLVE_LIMIT_MS);
	cr_assert_leq(unanswered, 1);
	cr_assert(!queries[0].name || !failed, "%s", queries[0].name);
	cr_assert(!queries[0].name || strcmp(queries[0].name, wanted) == 0, "%s is not %s",
	          queries[0].name, wanted);
	free(queries[0].name);
}

Test(resolve, many_questions_are_given_up_at_the_limit, .timeout = 60) {
	enum { COUNT = 100 };
	struct resolve_query queries[COUNT];
	size_t answered = 0;
	for (size_t i = 0; i < COUNT; i++) {
		queries[i] = query(i % 2 ? SOCK_FAMILY_INET6 : SOCK_FAMILY_INET,
		                   i % 2 ? "2001:db8::" : "192.0.2.0"); /* for documentation */
		queries[i].address[i % 2 ? 15 : 3] = (uint8_t)i;
	}
	const size_t unanswered = resolve_names(queries, COUNT, 1);
	for (size_t i = 0; i < COUNT; i++) {
		answered += queries[i].name != NULL;
		free(queries[i].name);
	}
	cr_assert_leq(unanswered, COUNT);
	cr_assert_leq(answered, COUNT - unanswered);
}

Test(resolve, no_time_at_all_still_returns, .timeout = 60) {
	struct resolve_query queries[] = { query(SOCK_FAMILY_INET6, "::1"),
		                           query(SOCK_FAMILY_INET, "127.0.0.1") };
	cr_assert_leq(resolve_names(queries, ARRAY_LENGTH(queries), 0), ARRAY_LENGTH(queries));
	free(queries[0].name);
	free(queries[1].name);
}

static void expect_service(const struct services *services, enum sock_protocol protocol,
                           uint16_t port, const char *like) {
	const struct servent *entry = getservbyport(htons(port), like);
	const char *name = services_find(services, protocol, port);
	cr_expect_eq(name != NULL, entry != NULL, "port %u/%s", port, like);
	cr_expect(!name || !entry || strcmp(name, entry->s_name) == 0, "port %u/%s is %s", port,
	          like, name);
}

Test(resolve, services_have_the_names_that_getservbyport_gives) {
	int error = 77;
	struct services *services = services_load(&error);
	cr_expect_eq(error, 0);
	for (unsigned i = 0; i <= 1024; i++) {
		const uint16_t port = (uint16_t)(i < 1024 ? i : 65535);
		expect_service(services, SOCK_PROTOCOL_TCP, port, "tcp");
		expect_service(services, SOCK_PROTOCOL_MPTCP, port, "tcp");
		expect_service(services, SOCK_PROTOCOL_UDP, port, "udp");
		expect_service(services, SOCK_PROTOCOL_UDPLITE, port, "udp");
		cr_expect_null(services_find(services, SOCK_PROTOCOL_RAW, port));
	}
	services_destroy(services);
	services_destroy(NULL);
}

Test(resolve, wildcards_and_port_0_get_no_name, .timeout = 60) {
	struct snapshot snapshot;
	snapshot_init(&snapshot);
	for (size_t i = 0; i < 3; i++)
		*snapshot_add(&snapshot) = (struct sock){
			.protocol = SOCK_PROTOCOL_TCP,
			.family = i == 2 ? SOCK_FAMILY_INET6 : SOCK_FAMILY_INET,
			.local.port = 80,
		};
	struct sock *socks[] = { &snapshot.socks[0], &snapshot.socks[1], &snapshot.socks[2] };
	int error = 77;
	struct services *services = services_load(&error);
	cr_expect_eq(error, 0);
	const char *http = services_find(services, SOCK_PROTOCOL_TCP, 80);
	cr_assert_eq(names_annotate(&snapshot, socks, ARRAY_LENGTH(socks)), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(socks); i++) {
		cr_expect_null(socks[i]->local.host);
		cr_expect_null(socks[i]->peer.host);
		cr_expect_null(socks[i]->peer.service);
		cr_expect_eq(socks[i]->local.service != NULL, http != NULL);
		cr_expect(!http || strcmp(socks[i]->local.service, http) == 0);
	}
	services_destroy(services);
	snapshot_finish(&snapshot);
}

Test(resolve, no_sockets_need_no_names) {
	struct snapshot snapshot;
	snapshot_init(&snapshot);
	cr_assert_eq(names_annotate(&snapshot, NULL, 0), 0);
	snapshot_finish(&snapshot);
}
