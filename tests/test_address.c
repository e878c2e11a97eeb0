/* Addresses as people write and read them. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "util.h"

Test(address, numbers_read_as_they_were_written) {
	static const struct {
		const char *host;
		uint16_t port;
		const char *text;
	} rows[] = {
		{ "127.0.0.1", 1234, "127.0.0.1:1234" },
		{ "255.255.255.255", 65535, "255.255.255.255:65535" },
		{ "::1", 80, "[::1]:80" },
		{ "::ffff:1.2.3.4", 0, "[::ffff:1.2.3.4]:0" },
		{ "fe80::1%lo", 22, "[fe80::1%lo]:22" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct address address;
		cr_assert(address_parse(rows[i].host, rows[i].port, &address), "%s", rows[i].host);
		cr_expect_str_eq(address_text(&address).text, rows[i].text);
		cr_expect_eq(address_port(&address), rows[i].port);
	}
}

Test(address, what_is_no_number_is_none) {
	static const char *const rows[] = { "",          "localhost",   "1.2.3",
		                            "1.2.3.4.5", "::1%nowhere", "[::1]",
		                            "127.0.0.1 " };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct address address = { .length = 7 };
		cr_expect_not(address_parse(rows[i], 1, &address), "%s", rows[i]);
		cr_expect_eq(address.length, 7);
	}
}

Test(address, names_of_unix_sockets_may_hold_any_byte) {
	static const struct {
		const char *name;
		const char *text;
	} rows[] = {
		{ "/run/x", "/run/x" },       { "relative", "relative" },
		{ "@abstract", "@abstract" }, { "/tmp/a\x1b[2J\\", "/tmp/a\\x1b[2J\\x5c" },
		{ "@\xff\n", "@\\xff\\x0a" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct address address;
		const char *reason = NULL;
		cr_assert(address_parse_unix(rows[i].name, &address, &reason), "%s", reason);
		cr_expect_str_eq(address_text(&address).text, rows[i].text);
		cr_expect_eq(address_port(&address), 0);
	}
}

/* The kernel takes a path without its NUL, and abstract names of any length; unix(7). */
Test(address, the_longest_name_fits_and_one_more_byte_does_not) {
	const size_t room = sizeof(((struct sockaddr_un *)NULL)->sun_path);
	char name[120];
	struct address address;
	const char *reason = NULL;
	memset(name, '\xff', sizeof(name));
	for (int is_abstract = 0; is_abstract < 2; is_abstract++) {
		const size_t longest = is_abstract ? room : room - 1;
		name[0] = is_abstract ? '@' : '/';
		name[longest] = '\0';
		cr_assert(address_parse_unix(name, &address, &reason));
		cr_expect_eq(strlen(address_text(&address).text), 1 + 4 * (longest - 1));
		name[longest] = 'x';
		name[longest + 1] = '\0';
		cr_expect_not(address_parse_unix(name, &address, &reason));
		cr_expect_not_null(reason);
		memset(name, '\xff', sizeof(name));
	}
	cr_expect_not(address_parse_unix("", &address, &reason));
	cr_expect_not(address_parse_unix("@", &address, &reason));
}

Test(address, a_socket_without_a_name_and_none_at_all_have_a_text) {
	struct address address = { .length = sizeof(sa_family_t), .un.sun_family = AF_UNIX };
	cr_expect_str_eq(address_text(&address).text, "(unnamed)");
	address.length = 0;
	cr_expect_str_eq(address_text(&address).text, "-");
}
