/* Which connection is the one of ssh, and what it is not. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

#include "session.h"
#include "util.h"

static struct sock_endpoint end_of(int family, const char *address, uint32_t port) {
	struct sock_endpoint end = { .port = port };
	cr_assert_eq(inet_pton(family, address, end.address), 1, "%s", address);
	return end;
}

static struct sock tcp(int family, const char *local, uint32_t port, const char *peer,
                       uint32_t peer_port) {
	return (struct sock){
		.protocol = SOCK_PROTOCOL_TCP,
		.family = family == AF_INET ? SOCK_FAMILY_INET : SOCK_FAMILY_INET6,
		.state = SOCK_STATE_ESTABLISHED,
		.local = end_of(family, local, port),
		.peer = end_of(family, peer, peer_port),
	};
}

static struct session session_of(const char *text) {
	struct session session = { .pid_count = 0 };
	cr_assert(session_set_ssh(&session, text), "%s", text);
	return session;
}

Test(session, the_connection_is_known_from_both_sides_and_in_both_families) {
	const struct session session = session_of("192.0.2.7 50022 192.0.2.1 22");
	const struct sock socks[] = {
		tcp(AF_INET, "192.0.2.1", 22, "192.0.2.7", 50022),
		tcp(AF_INET, "192.0.2.7", 50022, "192.0.2.1", 22),
		tcp(AF_INET6, "::ffff:192.0.2.1", 22, "::ffff:192.0.2.7", 50022),
	};
	for (size_t i = 0; i < ARRAY_LENGTH(socks); i++)
		cr_expect(session_has(&session, &socks[i]), "socket %zu", i);
}

Test(session, a_neighbour_is_not_the_connection) {
	const struct session session = session_of("192.0.2.7 50022 192.0.2.1 22");
	struct sock udp = tcp(AF_INET, "192.0.2.1", 22, "192.0.2.7", 50022);
	udp.protocol = SOCK_PROTOCOL_UDP;
	const struct sock socks[] = {
		tcp(AF_INET, "192.0.2.1", 22, "192.0.2.7", 50023),
		tcp(AF_INET, "192.0.2.1", 23, "192.0.2.7", 50022),
		tcp(AF_INET, "192.0.2.1", 22, "192.0.2.8", 50022),
		tcp(AF_INET6, "::c000:201", 22, "::c000:207", 50022),
		udp,
	};
	for (size_t i = 0; i < ARRAY_LENGTH(socks); i++)
		cr_expect_not(session_has(&session, &socks[i]), "socket %zu", i);
}

Test(session, a_link_local_address_may_name_its_device) {
	const struct session session = session_of("fe80::7%eth0 50022 fe80::1%eth0 22");
	const struct sock sock = tcp(AF_INET6, "fe80::1", 22, "fe80::7", 50022);
	cr_expect(session_has(&session, &sock));
}

Test(session, what_is_no_connection_is_refused) {
	static const char *const texts[] = {
		"",
		"192.0.2.7",
		"192.0.2.7 50022 192.0.2.1",
		"192.0.2.7 x 192.0.2.1 22",
		"192.0.2.7 50022 192.0.2.1 65536",
		"host 50022 192.0.2.1 22",
		"192.0.2.7 -1 192.0.2.1 22",
		"192.0.2.777777777777777777777777777777777777777777777777777777777777777 1 ::1 2",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct session session = { .pid_count = 0 };
		cr_expect_not(session_set_ssh(&session, texts[i]), "%s", texts[i]);
		cr_expect_not(session.has_ssh, "%s", texts[i]);
	}
	struct session session = { .pid_count = 0 };
	cr_expect_not(session_set_ssh(&session, NULL));
}

Test(session, nobody_has_no_session) {
	const struct session session = { .pid_count = 0 };
	const struct sock zero = { .protocol = SOCK_PROTOCOL_TCP };
	cr_expect_not(session_has(&session, &zero));
	cr_expect_not(session_has_process(&session, 0));
}

Test(session, what_an_ancestor_holds_is_the_session) {
	const struct session session = { .pids = { 30, 20, 1 }, .pid_count = 3 };
	const struct process processes[] = { { .pid = 40 }, { .pid = 20 } };
	const struct owner owners[] = { { &processes[0], 3 }, { &processes[1], 3 } };
	struct sock sock = { .protocol = SOCK_PROTOCOL_UNIX_STREAM, .owners = owners };
	sock.owner_count = 1;
	cr_expect_not(session_has(&session, &sock));
	sock.owner_count = 2;
	cr_expect(session_has(&session, &sock));
}
