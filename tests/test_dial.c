/* In which order addresses are tried, and what names become. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dial.h"
#include "util.h"

enum { ADDRESSES_MAX = 8 };

static const uint64_t second_ns = UINT64_C(1000000000);

/* "64" is an IPv6 address and an IPv4 one, in that order; their ports tell them apart. */
static char *interleave(const char *families, char *text) {
	struct address addresses[ADDRESSES_MAX];
	const size_t count = strlen(families);
	for (size_t i = 0; i < count; i++)
		cr_assert(address_parse(families[i] == '6' ? "::1" : "127.0.0.1", (uint16_t)(i + 1),
		                        &addresses[i]));
	dial_interleave(addresses, count);
	for (size_t i = 0; i < count; i++)
		text[i] = (char)('0' + address_port(&addresses[i]));
	text[count] = '\0';
	return text;
}

Test(dial, families_take_turns_and_ipv6_begins) {
	static const char *const rows[][2] = {
		{ "", "" },           { "4", "1" },
		{ "46", "21" },       { "64", "12" },
		{ "444", "123" },     { "666", "123" },
		{ "4466", "3142" },   { "6644", "1324" },
		{ "46444", "21345" }, { "666466", "142356" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char text[ADDRESSES_MAX + 1];
		cr_expect_str_eq(interleave(rows[i][0], text), rows[i][1], "%s: %s", rows[i][0],
		                 text);
	}
}

/* The addresses, one after the other, or the error. */
static char *resolve(const struct dial_target *target) {
	struct dial_list list;
	char *error = NULL;
	if (!dial_resolve(target, &list, &error))
		return error;
	char *text = xasprintf("%s", "");
	for (size_t i = 0; i < list.count; i++) {
		char *longer = xasprintf("%s%s%s", text, i > 0 ? " " : "",
		                         address_text(&list.addresses[i]).text);
		free(text);
		text = longer;
	}
	free(list.addresses);
	return text;
}

Test(dial, numbers_paths_and_services_need_no_name_server) {
	static const struct {
		struct dial_target target;
		const char *addresses;
	} rows[] = {
		{ { .type = SOCK_STREAM, .port = 5 }, "[::1]:5 127.0.0.1:5" },
		{ { .type = SOCK_STREAM, .host = "10.1.2.3", .port = 5 }, "10.1.2.3:5" },
		{ { .type = SOCK_STREAM, .host = "fe80::1%lo", .port = 5 }, "[fe80::1%lo]:5" },
		{ { .type = SOCK_STREAM, .host = "127.1", .port = 5 }, "127.0.0.1:5" },
		{ { .type = SOCK_STREAM, .path = "@x" }, "@x" },
		{ { .type = SOCK_STREAM, .host = "10.1.2.3", .service = "no-such-service" },
		  "'no-such-service' is no port; use a number from 1 to 65535, or a name of "
		  "services(5)" },
		{ { .type = SOCK_STREAM, .host = "a\x1b.invalid", .port = 5 },
		  "a\\x1b.invalid: no such host" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char *text = resolve(&rows[i].target);
		cr_expect_str_eq(text, rows[i].addresses, "%s", text);
		free(text);
	}
}

/* A listener on 127.0.0.1, or a port that nobody listens on. */
static int open_port(bool is_listening, struct address *address) {
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert(address_parse("127.0.0.1", 0, address));
	cr_assert_eq(bind(fd, &address->any, address->length), 0);
	*address = address_of(fd);
	if (is_listening)
		cr_assert_eq(listen(fd, 5), 0);
	return fd;
}

Test(dial, the_first_that_answers_is_taken_behind_those_that_refuse) {
	struct address addresses[3];
	const int refusing = open_port(false, &addresses[0]);
	const int listening = open_port(true, &addresses[1]);
	addresses[2] = addresses[1];
	const struct dial_list list = { addresses, 3, SOCK_STREAM };
	const struct dial_limits limits = { 60 * second_ns, -1 };
	size_t chosen = 9;
	char *error = NULL;
	const int fd = dial(&list, &limits, &chosen, &error);
	cr_assert_geq(fd, 0, "%s", error);
	cr_expect_eq(chosen, 1);
	const struct address peer = address_of_peer(fd);
	cr_expect_eq(address_port(&peer), address_port(&addresses[1]));
	close(fd);
	close(refusing);
	close(listening);
}

Test(dial, what_refuses_is_named_and_more_than_a_few_are_counted) {
	struct address addresses[20];
	const int refusing = open_port(false, &addresses[0]);
	const struct dial_limits limits = { 60 * second_ns, -1 };
	size_t chosen = 9;
	char *error = NULL;
	for (size_t i = 1; i < ARRAY_LENGTH(addresses); i++)
		addresses[i] = addresses[0];
	for (size_t count = 1; count <= ARRAY_LENGTH(addresses); count += 19) {
		const struct dial_list list = { addresses, count, SOCK_STREAM };
		cr_assert_lt(dial(&list, &limits, &chosen, &error), 0);
		char *first =
		    xasprintf("%s refused the connection: nobody listens there%s",
		              address_text(&addresses[0]).text, count > 1 ? "; 127.0.0.1" : "");
		cr_expect_eq(strncmp(error, first, strlen(first)), 0, "%s", error);
		cr_expect_eq(strstr(error, "; and 12 more") != NULL, count == 20, "%s", error);
		free(first);
		free(error);
	}
	close(refusing);
}

Test(dial, an_interrupt_ends_it_without_an_error) {
	struct address address;
	int pipe_fds[2];
	const struct sockaddr_un any = { .sun_family = AF_UNIX };
	const int listening = socket(AF_UNIX, SOCK_STREAM, 0);
	cr_assert_eq(bind(listening, (const struct sockaddr *)&any, sizeof(sa_family_t)), 0);
	cr_assert_eq(listen(listening, 0), 0);
	address = address_of(listening);
	const struct dial_list list = { &address, 1, SOCK_STREAM };
	size_t chosen = 9;
	char *error = NULL;
	cr_assert_eq(pipe(pipe_fds), 0);
	const struct dial_limits limits = { 60 * second_ns, pipe_fds[0] };
	const int first = dial(&list, &limits, &chosen, &error);
	cr_assert_geq(first, 0);
	/* Now its queue is full. */
	cr_assert_eq(write(pipe_fds[1], "x", 1), 1);
	chosen = 9;
	cr_expect_lt(dial(&list, &limits, &chosen, &error), 0);
	cr_expect_null(error, "%s", error);
	cr_expect_eq(chosen, 9);
	close(first);
	close(listening);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

Test(dial, a_datagram_finds_who_listens) {
	struct address addresses[2];
	const int bound = socket(AF_INET, SOCK_DGRAM, 0);
	cr_assert(address_parse("127.0.0.1", 0, &addresses[1]));
	cr_assert_eq(bind(bound, &addresses[1].any, addresses[1].length), 0);
	addresses[1] = address_of(bound);
	cr_assert(address_parse("127.0.0.2", address_port(&addresses[1]), &addresses[0]));
	const struct dial_list list = { addresses, 2, SOCK_DGRAM };
	const uint64_t start_ns = util_monotonic_ns();
	size_t chosen = 9;
	uint64_t sent_ns = 0;
	char *error = NULL;
	char received[10];
	const int fd = dial_with_datagram(&list, "abc", 3, &chosen, &sent_ns, &error);
	cr_assert_geq(fd, 0, "%s", error);
	cr_expect_eq(chosen, 1);
	cr_expect(sent_ns >= start_ns && sent_ns <= util_monotonic_ns());
	cr_expect_eq(recv(bound, received, sizeof(received), 0), 3);
	close(bound);
	close(fd);
	cr_expect_lt(dial_with_datagram(&list, "abc", 3, &chosen, &sent_ns, &error), 0);
	cr_expect_eq(strncmp(error, "nobody listens on udp 127.0.0.2:", 32), 0, "%s", error);
	free(error);
}
