/* Names in the background. The name service of these tests is in this file: it stands in for the C
 * library's, so that it can be slow, hostile or gone. */

#include <criterion/criterion.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "name_cache.h"
#include "namer.h"
#include "services.h"
#include "util.h"

static atomic_int questions;

/* 10.x.y.1 has a name, 10.x.y.2 a bad one, 10.x.y.3 waits for a server that does not answer. */
int getnameinfo(const struct sockaddr *address, socklen_t length, char *host, socklen_t host_size,
                char *service, socklen_t service_size, int flags) {
	const struct sockaddr_in *inet = (const void *)address;
	const int last = ntohl(inet->sin_addr.s_addr) & 0xff;
	(void)length, (void)service, (void)service_size, (void)flags;
	atomic_fetch_add(&questions, 1);
	if (last == 3)
		sleep(30);
	if (last == 1 || last == 2)
		snprintf(host, host_size, "%s", last == 1 ? "one.example" : "\x1b[2J\n\xff");
	return last == 1 || last == 2 ? 0 : EAI_NONAME;
}

static const char *ask(struct namer *namer, uint8_t third, uint8_t last) {
	const uint8_t address[16] = { 10, 0, third, last };
	return namer_host(namer, SOCK_FAMILY_INET, address);
}

static void take(struct namer *namer, int timeout_ms) {
	struct pollfd poll_fd = { .fd = namer_fd(namer), .events = POLLIN };
	cr_assert_eq(poll(&poll_fd, 1, timeout_ms), 1, "no answer");
	namer_take(namer);
}

Test(namer, a_name_is_there_once_it_was_looked_up, .timeout = 60) {
	struct namer *namer = namer_create();
	cr_expect_null(ask(namer, 0, 1), "nobody waits");
	take(namer, 10000);
	cr_expect_str_eq(ask(namer, 0, 1), "one.example");
	cr_expect_eq(atomic_load(&questions), 1, "it is asked once");
	namer_destroy(namer);
}

Test(namer, a_name_is_any_bytes, .timeout = 60) {
	struct namer *namer = namer_create();
	ask(namer, 0, 2);
	take(namer, 10000);
	cr_expect_str_eq(ask(namer, 0, 2), "\x1b[2J\n\xff");
	namer_destroy(namer);
}

Test(namer, that_there_is_no_name_is_remembered_too, .timeout = 60) {
	struct namer *namer = namer_create();
	ask(namer, 0, 9);
	take(namer, 10000);
	for (int i = 0; i < 100; i++)
		cr_expect_null(ask(namer, 0, 9));
	cr_expect_eq(atomic_load(&questions), 1);
	namer_destroy(namer);
}

Test(namer, many_names_come_in_batches, .timeout = 60) {
	struct namer *namer = namer_create();
	size_t found = 0;
	for (int i = 0; i < 250; i++)
		ask(namer, (uint8_t)i, 1);
	while (found < 250) {
		take(namer, 10000);
		found = 0;
		for (int i = 0; i < 250; i++)
			found += ask(namer, (uint8_t)i, 1) != NULL;
	}
	cr_expect_eq(atomic_load(&questions), 250);
	namer_destroy(namer);
}

Test(namer, what_has_no_name_by_its_kind_is_not_asked, .timeout = 60) {
	static const uint8_t zero[16] = { 0 };
	static const uint8_t some[16] = { 10, 0, 0, 1 };
	struct namer *namer = namer_create();
	cr_expect_null(namer_host(namer, SOCK_FAMILY_INET, zero));
	cr_expect_null(namer_host(namer, SOCK_FAMILY_INET6, zero));
	cr_expect_null(namer_host(namer, SOCK_FAMILY_UNIX, some));
	cr_expect_null(namer_host(namer, SOCK_FAMILY_VSOCK, some));
	namer_take(namer);
	cr_expect_eq(atomic_load(&questions), 0);
	namer_destroy(namer);
}

Test(namer, a_silent_server_delays_nobody_and_not_the_end, .timeout = 60) {
	struct namer *namer = namer_create();
	const uint64_t start_ns = util_monotonic_ns();
	ask(namer, 0, 3);
	while (atomic_load(&questions) == 0)
		usleep(1000);
	cr_expect_null(ask(namer, 0, 3));
	namer_destroy(namer);
	cr_expect_lt(util_monotonic_ns() - start_ns, 1500000000, "it waited for the server");
}

Test(namer, what_is_not_answered_in_time_has_no_name, .timeout = 60) {
	struct namer *namer = namer_create();
	ask(namer, 0, 3);
	take(namer, 10000);
	cr_expect_null(ask(namer, 0, 3));
	cr_expect_eq(atomic_load(&questions), 1);
	namer_destroy(namer);
}

Test(namer, ports_have_the_names_of_the_machine, .timeout = 60) {
	int error = 0;
	struct services *services = services_load(&error);
	struct namer *namer = namer_create();
	cr_expect_null(namer_port(namer, SOCK_PROTOCOL_TCP, 80));
	take(namer, 10000);
	for (uint32_t port = 0; services && port < 1024; port++) {
		const char *wanted =
		    port == 0 ? NULL : services_find(services, SOCK_PROTOCOL_TCP, port);
		const char *name = namer_port(namer, SOCK_PROTOCOL_TCP, port);
		cr_expect(wanted ? name && strcmp(name, wanted) == 0 : !name, "port %u", port);
	}
	services_destroy(services);
	namer_destroy(namer);
}

Test(namer, one_that_was_asked_nothing_ends) {
	namer_destroy(namer_create());
	namer_destroy(NULL);
}

static struct name_entry *entry(struct name_cache *cache, uint32_t number) {
	uint8_t address[16] = { 0 };
	memcpy(address, &number, sizeof(number));
	return name_cache_entry(cache, SOCK_FAMILY_INET6, address);
}

static void answer(struct name_cache *cache, uint32_t number, const char *name, uint64_t now_ns) {
	uint8_t address[16] = { 0 };
	memcpy(address, &number, sizeof(number));
	name_cache_answer(cache, SOCK_FAMILY_INET6, address, name ? xasprintf("%s", name) : NULL,
	                  now_ns);
}

Test(name_cache, a_name_is_good_for_five_minutes_and_none_for_one) {
	const uint64_t second_ns = 1000000000;
	struct name_cache cache = { 0 };
	cr_expect(name_cache_is_due(entry(&cache, 1), 0));
	answer(&cache, 1, "one", 7);
	cr_expect_not(name_cache_is_due(entry(&cache, 1), 6 + 300 * second_ns));
	cr_expect(name_cache_is_due(entry(&cache, 1), 7 + 300 * second_ns));
	cr_expect_str_eq(entry(&cache, 1)->name, "one", "until there is another");
	answer(&cache, 1, NULL, 7);
	cr_expect_null(entry(&cache, 1)->name);
	cr_expect_not(name_cache_is_due(entry(&cache, 1), 6 + 60 * second_ns));
	cr_expect(name_cache_is_due(entry(&cache, 1), 7 + 60 * second_ns));
	name_cache_finish(&cache);
}

Test(name_cache, the_oldest_goes_when_it_is_full) {
	struct name_cache cache = { 0 };
	for (uint32_t i = 0; i < 3 * NAME_CACHE_MAX + 5; i++) {
		entry(&cache, i);
		answer(&cache, i, "name", 0);
	}
	cr_expect_eq(cache.count, NAME_CACHE_MAX);
	for (uint32_t i = 2 * NAME_CACHE_MAX + 5; i < 3 * NAME_CACHE_MAX + 5; i++)
		cr_expect_not_null(entry(&cache, i)->name, "%u", i);
	cr_expect_null(entry(&cache, 2 * NAME_CACHE_MAX + 4)->name);
	answer(&cache, 12345678, "nobody asked", 0);
	cr_expect_null(entry(&cache, 12345678)->name);
	name_cache_finish(&cache);
}
