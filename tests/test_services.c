/* Names of ports, held against what the system itself says. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netdb.h>
#include <string.h>

#include "services.h"
#include "util.h"

static void expect_service(const struct services *services, enum sock_protocol protocol,
                           uint16_t port, const char *like) {
	const struct servent *entry = getservbyport(htons(port), like);
	const char *name = services_find(services, protocol, port);
	cr_expect_eq(name != NULL, entry != NULL, "port %u/%s", port, like);
	cr_expect(!name || !entry || strcmp(name, entry->s_name) == 0, "port %u/%s is %s", port,
	          like, name);
}

Test(services, ports_have_the_names_that_getservbyport_gives) {
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

enum { PORTS_MAX = 64 };

static struct services *load(void) {
	int error = 77;
	struct services *services = services_load(&error);
	cr_assert_eq(error, 0);
	return services;
}

static size_t find_ports(const struct services *services, const char *name, uint16_t *ports) {
	return services_ports(services, name, strlen(name), ports, PORTS_MAX);
}

static bool has_port(const struct services *services, const char *name, uint16_t port) {
	uint16_t ports[PORTS_MAX] = { 0 };
	const size_t count = find_ports(services, name, ports);
	cr_assert_leq(count, PORTS_MAX, "%s has %zu ports", name, count);
	bool found = false;
	for (size_t i = 0; i < count; i++) {
		cr_assert(i == 0 || ports[i - 1] < ports[i], "%s: not sorted", name);
		found |= ports[i] == port;
	}
	return found;
}

Test(services, each_name_and_alias_of_the_system_leads_to_its_port) {
	struct services *services = load();
	const struct servent *entry;
	setservent(1);
	while ((entry = getservent())) {
		const uint16_t port = ntohs((uint16_t)entry->s_port);
		cr_expect(has_port(services, entry->s_name, port), "%s", entry->s_name);
		for (char **alias = entry->s_aliases; *alias; alias++)
			cr_expect(has_port(services, *alias, port), "%s", *alias);
	}
	endservent();
	services_destroy(services);
}

static bool is_called(const struct servent *entry, const char *name) {
	bool called = strcmp(entry->s_name, name) == 0;
	for (char **alias = entry->s_aliases; *alias; alias++)
		called |= strcmp(*alias, name) == 0;
	return called;
}

static bool system_has(const char *name, uint16_t port) {
	const struct servent *entry;
	bool found = false;
	setservent(1);
	while (!found && (entry = getservent()))
		found = ntohs((uint16_t)entry->s_port) == port && is_called(entry, name);
	endservent();
	return found;
}

Test(services, each_port_found_is_one_that_the_system_calls_so) {
	static const char *const names[] = { "domain", "http", "ssh", "www", "kerberos", "nntp" };
	struct services *services = load();
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		uint16_t ports[PORTS_MAX] = { 0 };
		const size_t count = find_ports(services, names[i], ports);
		for (size_t j = 0; j < count; j++)
			cr_expect(system_has(names[i], ports[j]), "%s is not %u", names[i],
			          ports[j]);
	}
	services_destroy(services);
}

Test(services, ssh_is_port_22) {
	uint16_t ports[PORTS_MAX] = { 0 };
	if (!getservbyname("ssh", NULL))
		cr_skip_test("there is no ssh in services(5) here");
	struct services *services = load();
	cr_expect_eq(find_ports(services, "ssh", ports), 1);
	cr_expect_eq(ports[0], 22);
	services_destroy(services);
}

Test(services, a_port_of_two_protocols_comes_once) {
	uint16_t ports[PORTS_MAX] = { 0 };
	if (!getservbyname("domain", "tcp") || !getservbyname("domain", "udp"))
		cr_skip_test("there is no domain in services(5) here");
	struct services *services = load();
	cr_expect_eq(find_ports(services, "domain", ports), 1);
	cr_expect_eq(ports[0], 53);
	services_destroy(services);
}

Test(services, only_the_exact_name_counts) {
	static const char *const names[] = { "", "SSH", "ss", "sshd", " ssh", "no-such-service" };
	uint16_t ports[PORTS_MAX] = { 0 };
	struct services *services = load();
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		cr_expect_eq(find_ports(services, names[i], ports) > 0,
		             getservbyname(names[i], NULL) != NULL, "'%s'", names[i]);
	cr_expect_eq(services_ports(services, "ssh2", 3, ports, PORTS_MAX),
	             find_ports(services, "ssh", ports), "the name ends where its length says");
	services_destroy(services);
}

Test(services, no_more_ports_are_written_than_there_is_room_for) {
	uint16_t port = 7;
	struct services *services = load();
	cr_expect_eq(services_ports(services, "ssh", 3, &port, 0) > 0,
	             getservbyname("ssh", NULL) != NULL);
	cr_expect_eq(port, 7);
	services_destroy(services);
}
