/* Names of addresses and ports, and addresses of names. What the machine's name service says is not
 * ours to promise; that an answer is one it gives, and that asking returns, is. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

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

static bool has_address(const struct resolve_host *host, const char *address) {
	const struct resolve_query wanted =
	    query(strchr(address, ':') ? SOCK_FAMILY_INET6 : SOCK_FAMILY_INET, address);
	size_t found = 0;
	for (size_t i = 0; i < host->count; i++)
		found +=
		    host->addresses[i].family == wanted.family &&
		    memcmp(host->addresses[i].address, wanted.address, sizeof(wanted.address)) == 0;
	cr_expect_leq(found, 1, "%s comes %zu times", address, found);
	return found == 1;
}

Test(resolve, no_host_is_answered_at_once) {
	cr_assert_eq(resolve_hosts(NULL, 0, RESOLVE_LIMIT_MS), 0);
}

Test(resolve, a_number_is_a_host_of_one_address, .timeout = 60) {
	static const char *const numbers[] = { "127.0.0.1", "::1", "192.0.2.1", "2001:db8::7",
		                               "::ffff:192.0.2.1" };
	struct resolve_host hosts[ARRAY_LENGTH(numbers)] = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
		hosts[i].name = numbers[i];
	cr_assert_eq(resolve_hosts(hosts, ARRAY_LENGTH(hosts), 30000), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
		cr_expect_eq(hosts[i].outcome, RESOLVE_FOUND, "%s", numbers[i]);
		cr_expect_eq(hosts[i].count, 1, "%s", numbers[i]);
		cr_expect(has_address(&hosts[i], numbers[i]), "%s", numbers[i]);
		cr_expect_null(resolve_reason(&hosts[i]));
		cr_expect_eq(hosts[i].name, numbers[i]);
		free(hosts[i].addresses);
	}
}

/* What localhost is stands in a file, which is read before any name server is asked. */
Test(resolve, the_local_host_has_the_addresses_that_the_system_gives_it, .timeout = 60) {
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *wanted = NULL;
	if (getaddrinfo("localhost", NULL, &hints, &wanted) != 0)
		cr_skip_test("there is no localhost here");
	struct resolve_host host = { .name = "localhost" };
	cr_assert_eq(resolve_hosts(&host, 1, 30000), 0);
	cr_assert_eq(host.outcome, RESOLVE_FOUND);
	cr_expect_geq(host.count, 1);
	for (const struct addrinfo *item = wanted; item; item = item->ai_next) {
		char text[NI_MAXHOST] = "";
		getnameinfo(item->ai_addr, item->ai_addrlen, text, sizeof(text), NULL, 0,
		            NI_NUMERICHOST);
		cr_expect(has_address(&host, text), "%s", text);
	}
	freeaddrinfo(wanted);
	free(host.addresses);
}

/* With a name server or without (RFC 6761): there is no address, and a reason why. */
Test(resolve, a_name_that_cannot_be_has_no_address_but_a_reason, .timeout = 60) {
	struct resolve_host hosts[] = { { .name = "nonexistent.invalid" }, { .name = "" } };
	const size_t unanswered = resolve_hosts(hosts, ARRAY_LENGTH(hosts), RESOLVE_LIMIT_MS);
	size_t late = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(hosts); i++) {
		cr_expect_neq(hosts[i].outcome, RESOLVE_FOUND);
		cr_expect_eq(hosts[i].count, 0);
		cr_expect_null(hosts[i].addresses);
		cr_expect_not_null(resolve_reason(&hosts[i]));
		late += hosts[i].outcome == RESOLVE_LATE;
	}
	cr_expect_eq(unanswered, late);
}

Test(resolve, one_host_that_is_missing_does_not_hide_the_others, .timeout = 60) {
	struct resolve_host hosts[] = { { .name = "nonexistent.invalid" },
		                        { .name = "127.0.0.1" } };
	resolve_hosts(hosts, ARRAY_LENGTH(hosts), RESOLVE_LIMIT_MS);
	cr_expect_neq(hosts[0].outcome, RESOLVE_FOUND);
	cr_expect_eq(hosts[1].outcome, RESOLVE_FOUND);
	cr_expect(has_address(&hosts[1], "127.0.0.1"));
	free(hosts[1].addresses);
}

Test(resolve, no_time_at_all_leaves_hosts_unanswered_or_answered_in_whole, .timeout = 60) {
	enum { COUNT = 100 };
	struct resolve_host hosts[COUNT] = { 0 };
	size_t late = 0;
	for (size_t i = 0; i < COUNT; i++)
		hosts[i].name = i % 2 ? "nonexistent.invalid" : "127.0.0.1";
	const size_t unanswered = resolve_hosts(hosts, COUNT, 0);
	for (size_t i = 0; i < COUNT; i++) {
		late += hosts[i].outcome == RESOLVE_LATE;
		cr_expect_eq(hosts[i].count, hosts[i].outcome == RESOLVE_FOUND);
		cr_expect_eq(hosts[i].addresses != NULL, hosts[i].outcome == RESOLVE_FOUND);
		free(hosts[i].addresses);
	}
	cr_expect_eq(unanswered, late);
}

Test(resolve, what_was_in_an_answer_before_is_not_taken_for_one, .timeout = 60) {
	struct resolve_host host = {
		.name = "127.0.0.1", .outcome = RESOLVE_NO_SUCH_HOST, .error = 5, .count = 9
	};
	cr_assert_eq(resolve_hosts(&host, 1, 30000), 0);
	cr_expect(host.outcome == RESOLVE_FOUND && host.error == 0 && host.count == 1);
	free(host.addresses);
}

Test(resolve, each_outcome_but_the_good_one_has_a_reason) {
	static const struct resolve_host hosts[] = {
		{ .outcome = RESOLVE_LATE },
		{ .outcome = RESOLVE_NO_SUCH_HOST },
		{ .outcome = RESOLVE_NOT_ASKED },
		{ .outcome = RESOLVE_NOT_ASKED, .error = EMFILE },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(hosts); i++)
		cr_expect_not_null(resolve_reason(&hosts[i]));
	cr_expect_str_eq(resolve_reason(&hosts[3]), strerror(EMFILE));
	cr_expect_null(resolve_reason(&(struct resolve_host){ .outcome = RESOLVE_FOUND }));
}

/* Without a thread nobody can be asked. Root is not limited. */
Test(resolve, threads_that_cannot_be_started_are_the_reason, .timeout = 60) {
	struct rlimit usual;
	struct resolve_host host = { .name = "127.0.0.1" };
	if (geteuid() == 0)
		cr_assert(setresuid(65534, 65534, 65534) == 0);
	cr_assert_eq(getrlimit(RLIMIT_NPROC, &usual), 0);
	const struct rlimit none = { .rlim_cur = 0, .rlim_max = usual.rlim_max };
	cr_assert_eq(setrlimit(RLIMIT_NPROC, &none), 0);
	cr_expect_eq(resolve_hosts(&host, 1, 30000), 1);
	cr_assert_eq(setrlimit(RLIMIT_NPROC, &usual), 0);
	cr_expect_eq(host.outcome, RESOLVE_NOT_ASKED);
	cr_expect_eq(host.error, EAGAIN);
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
		const struct sock_names *names = sock_names(socks[i]);
		cr_expect_null(names->local.host);
		cr_expect_null(names->peer.host);
		cr_expect_null(names->peer.service);
		cr_expect_eq(names->local.service != NULL, http != NULL);
		cr_expect(!http || strcmp(names->local.service, http) == 0);
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
