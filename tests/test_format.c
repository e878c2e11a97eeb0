/* Values as text. Addresses are held against inet_ntop(3), durations against a table. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "sock.h"
#include "util.h"

static const struct column plain_column = { .name = "x", .title = "X", .help = "" };

static char *taken(struct out *out) {
	out_char(out, '\0');
	return out->bytes;
}

static void expect_value(const struct column *column, struct value value, enum format_style style,
                         const char *wanted) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	format_value(&out, column, &value, style);
	cr_expect_str_eq(taken(&out), wanted, "'%s' is not '%s'", out.bytes, wanted);
	out_finish(&out);
}

static void expect_end(const struct sock *sock, enum value_end end, const char *wanted) {
	const struct value value = { .kind = VALUE_ENDPOINT, .part = (uint8_t)end, .sock = sock };
	expect_value(&plain_column, value, FORMAT_HUMAN, wanted);
}

static void expect_like_inet_ntop(enum sock_family family, const uint8_t address[16]) {
	char wanted[INET6_ADDRSTRLEN];
	struct sock sock = { .family = (uint8_t)family };
	struct out out;
	memcpy(sock.local.address, address, 16);
	inet_ntop(family == SOCK_FAMILY_INET ? AF_INET : AF_INET6, address, wanted, sizeof(wanted));
	out_init(&out, OUT_MEMORY);
	format_address(&out, &sock, VALUE_LOCAL);
	cr_assert_str_eq(taken(&out), wanted, "'%s' is not '%s'", out.bytes, wanted);
	out_finish(&out);
}

static void set_group(uint8_t address[16], int group, unsigned value) {
	address[2 * group] = (uint8_t)(value >> 8);
	address[2 * group + 1] = (uint8_t)value;
}

Test(format, every_shape_of_ipv6_zeros_reads_as_inet_ntop_says) {
	static const unsigned fillers[] = { 1, 0xf, 0x10, 0xff, 0x100, 0xfff, 0x1000, 0xffff };
	for (unsigned zeros = 0; zeros < 256; zeros++) {
		for (size_t i = 0; i < ARRAY_LENGTH(fillers); i++) {
			uint8_t address[16] = { 0 };
			for (int group = 0; group < 8; group++)
				set_group(address, group, zeros >> group & 1 ? 0 : fillers[i]);
			expect_like_inet_ntop(SOCK_FAMILY_INET6, address);
		}
	}
}

Test(format, mapped_and_compatible_addresses_read_as_inet_ntop_says) {
	static const char *const addresses[] = {
		"::ffff:127.0.0.1", "::ffff:0.0.0.0",    "::ffff:255.255.255.255",
		"::ffff:0:1.2.3.4", "::1.2.3.4",         "::0.1.0.0",
		"::0.0.0.1",        "::255.255.255.255", "::fffe:1.2.3.4",
		"1::ffff:1.2.3.4",  "64:ff9b::1.2.3.4",  "::",
		"::1:0:0",          "0:0:1::",           "1:0:0:2:0:0:0:3",
		"1:0:0:0:2:0:0:3",  "1:0:0:2::3:4",      "fe80::1",
		"2001:db8::",       "0:1:2:3:4:5:6:7",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(addresses); i++) {
		uint8_t address[16];
		cr_assert_eq(inet_pton(AF_INET6, addresses[i], address), 1, "%s", addresses[i]);
		expect_like_inet_ntop(SOCK_FAMILY_INET6, address);
	}
}

Test(format, random_ipv6_addresses_read_as_inet_ntop_says) {
	unsigned short seed[3] = { 7, 8, 9 };
	for (int i = 0; i < 100000; i++) {
		uint8_t address[16] = { 0 };
		for (int group = 0; group < 8; group++) {
			const long random = nrand48(seed);
			if (random & 0x40000000) /* the other half stays 0 */
				set_group(address, group,
				          (unsigned)(random & 0xffff) >> (random >> 20 & 12));
		}
		expect_like_inet_ntop(SOCK_FAMILY_INET6, address);
	}
}

Test(format, ipv4_addresses_read_as_inet_ntop_says) {
	static const uint8_t octets[] = { 0, 1, 9, 10, 11, 99, 100, 101, 199, 200, 249, 250, 255 };
	for (unsigned octet = 0; octet < 256; octet++) {
		for (size_t i = 0; i < ARRAY_LENGTH(octets); i++) {
			const uint8_t address[16] = { (uint8_t)octet, octets[i],
				                      (uint8_t)(255 - octet),
				                      octets[ARRAY_LENGTH(octets) - 1 - i] };
			expect_like_inet_ntop(SOCK_FAMILY_INET, address);
		}
	}
}

/* ss prints * only for a socket that takes both families (iproute2 1267c0b9, aba9c23a). */
Test(format, wildcards_tell_the_family_they_take) {
	struct sock sock = { .local.port = 80 };
	expect_end(&sock, VALUE_LOCAL, "0.0.0.0:80");
	sock.family = SOCK_FAMILY_INET6;
	expect_end(&sock, VALUE_LOCAL, "[::]:80"); /* v6only is not known */
	sock.known = SOCK_KNOWS_V6ONLY;
	expect_end(&sock, VALUE_LOCAL, "*:80");
	expect_end(&sock, VALUE_PEER, "*:*");
	sock.v6only = 1;
	expect_end(&sock, VALUE_LOCAL, "[::]:80");
	expect_end(&sock, VALUE_PEER, "[::]:*");
}

Test(format, a_port_of_0_is_a_star_on_either_end) {
	const struct sock sock = { .local.address = { 127, 0, 0, 1 }, .peer.port = 65535 };
	expect_end(&sock, VALUE_LOCAL, "127.0.0.1:*");
	expect_end(&sock, VALUE_PEER, "0.0.0.0:65535");
}

Test(format, ipv6_stands_in_brackets_only_beside_a_port) {
	const struct sock sock = { .family = SOCK_FAMILY_INET6,
		                   .known = SOCK_KNOWS_V6ONLY,
		                   .local = { .address = { [15] = 1 }, .port = 443 } };
	const struct value address = { .kind = VALUE_ADDRESS, .part = VALUE_LOCAL, .sock = &sock };
	const struct value wildcard = { .kind = VALUE_ADDRESS, .part = VALUE_PEER, .sock = &sock };
	expect_end(&sock, VALUE_LOCAL, "[::1]:443");
	expect_value(&plain_column, address, FORMAT_HUMAN, "::1");
	expect_value(&plain_column, wildcard, FORMAT_PLAIN, "::");
}

Test(format, a_bound_device_follows_the_local_address_alone) {
	struct sock sock = { .known = SOCK_KNOWS_INTERFACE,
		             .ifindex = 7,
		             .local = { .address = { 127, 0, 0, 53 }, .port = 53 } };
	expect_end(&sock, VALUE_LOCAL, "127.0.0.53%if7:53");
	sock.interface_name = "lo";
	expect_end(&sock, VALUE_LOCAL, "127.0.0.53%lo:53");
	expect_end(&sock, VALUE_PEER, "0.0.0.0:*");
	sock.interface_name = "e\x1b[2J 0";
	expect_end(&sock, VALUE_LOCAL, "127.0.0.53%e\\x1b[2J\\x200:53");
	sock.family = SOCK_FAMILY_INET6;
	sock.interface_name = "eth0";
	memset(sock.local.address, 0, sizeof(sock.local.address));
	expect_end(&sock, VALUE_LOCAL, "[::]%eth0:53");
	sock.known |= SOCK_KNOWS_V6ONLY;
	expect_end(&sock, VALUE_LOCAL, "*%eth0:53");
}

Test(format, names_replace_numbers_and_are_escaped) {
	struct sock_names names = { .local = { "localhost", "ssh" } };
	struct sock sock = { .family = SOCK_FAMILY_INET6,
		             .local = { .address = { [15] = 1 }, .port = 22 },
		             .names = &names };
	expect_end(&sock, VALUE_LOCAL, "localhost:ssh");
	names.local = (struct sock_end_names){ "a b\n", "\xff" };
	expect_end(&sock, VALUE_LOCAL, "a\\x20b\\x0a:\\xff");
}

static const struct {
	uint64_t us;
	const char *text;
} durations[] = {
	{ 0, "0us" },
	{ 1, "1us" },
	{ 31, "31us" },
	{ 999, "999us" },
	{ 1000, "1ms" },
	{ 1001, "1.001ms" },
	{ 1010, "1.01ms" },
	{ 1500, "1.5ms" },
	{ 20000, "20ms" },
	{ 999999, "999.999ms" },
	{ 1000000, "1s" },
	{ 1000001, "1.000001s" },
	{ 9373000, "9.373s" }, /* ss once said 9.373ms (iproute2 3e807112) */
	{ 12250000, "12.25s" },
	{ 59999999, "59.999999s" },
	{ 60000000, "1m" },
	{ 60500000, "1m0.5s" },
	{ 119000000, "1m59s" },
	{ 3599000000, "59m59s" },
	{ 3600000000, "1h" },
	{ 3601000000, "1h1s" },
	{ 11100000000, "3h5m" },
	{ 86400000000, "24h" },
	{ 4294967295000, "1193h2m47.295s" },
	{ UINT64_MAX, "5124095576h1m49.551615s" },
};

Test(format, durations_are_exact_and_carry_their_unit) {
	for (size_t i = 0; i < ARRAY_LENGTH(durations); i++) {
		char text[FORMAT_NUMBER_ROOM];
		*format_put_duration(text, durations[i].us) = '\0';
		cr_expect_str_eq(text, durations[i].text, "'%s' is not '%s'", text,
		                 durations[i].text);
	}
}

Test(format, the_unit_of_a_column_decides_how_a_number_reads) {
	static const struct {
		enum unit unit;
		uint64_t number;
		const char *human, *plain;
	} rows[] = {
		{ UNIT_MICROSECONDS, 1500, "1.5ms", "1500" },
		{ UNIT_MILLISECONDS, 1500, "1.5s", "1500" },
		{ UNIT_MILLISECONDS, 9373, "9.373s", "9373" },
		{ UNIT_MILLISECONDS, UINT32_MAX, "1193h2m47.295s", "4294967295" },
		{ UNIT_NONE, 1500, "1500", "1500" },
		{ UNIT_BYTES, UINT32_MAX, "4294967295", "4294967295" },
		{ UNIT_SEGMENTS, 0, "0", "0" },
		{ UNIT_BYTES_PER_SECOND, UINT64_MAX, "18446744073709551615B/s",
		  "18446744073709551615" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct column column = { .name = "x", .unit = rows[i].unit };
		const struct value value = { .kind = VALUE_NUMBER, .number = rows[i].number };
		expect_value(&column, value, FORMAT_HUMAN, rows[i].human);
		expect_value(&column, value, FORMAT_PLAIN, rows[i].plain);
	}
}

Test(format, every_other_kind_has_its_form) {
	static const char *const names[] = { "recv", "send", NULL };
	static const struct {
		struct value value;
		const char *human, *plain;
	} rows[] = {
		{ { .kind = VALUE_UNKNOWN }, "-", "" },
		{ { .kind = VALUE_BOOL, .number = 1 }, "yes", "yes" },
		{ { .kind = VALUE_BOOL, .number = 0 }, "no", "no" },
		{ { .kind = VALUE_HEX, .number = 0 }, "0", "0" },
		{ { .kind = VALUE_HEX, .number = UINT64_MAX },
		  "ffffffffffffffff",
		  "ffffffffffffffff" },
		{ { .kind = VALUE_SYMBOL, .text = "TIME-WAIT" }, "TIME-WAIT", "TIME-WAIT" },
		{ { .kind = VALUE_TEXT, .text = "a b\t", .length = 4 },
		  "a\\x20b\\x09",
		  "a b\\x09" },
		{ { .kind = VALUE_TEXT, .text = "a\0b", .length = 3 }, "a\\x00b", "a\\x00b" },
		{ { .kind = VALUE_FLAGS, .length = 0, .flag_names = names }, "none", "none" },
		{ { .kind = VALUE_FLAGS, .length = 2, .flag_names = names }, "send", "send" },
		{ { .kind = VALUE_FLAGS, .length = 3, .flag_names = names },
		  "recv,send",
		  "recv,send" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		expect_value(&plain_column, rows[i].value, FORMAT_HUMAN, rows[i].human);
		expect_value(&plain_column, rows[i].value, FORMAT_PLAIN, rows[i].plain);
	}
}

Test(format, owners_are_named_once_each_and_cannot_forge_another) {
	static const struct process python = { .pid = 4242,
		                               .start_time = 1,
		                               .comm = "worker",
		                               .comm_length = 6,
		                               .exe = "python3",
		                               .exe_length = 7,
		                               .parent = "in,it",
		                               .parent_length = 5,
		                               .parent_pid = 1 };
	static const struct process kernel_like = {
		.pid = 7, .start_time = 1, .comm = "a,1/b c", .comm_length = 7
	};
	const struct owner owners[] = { { &kernel_like, 3 }, { &python, 5 }, { &python, 6 } };
	static const char *const wanted[] = {
		[OWNER_ALL] = "7/a\\x2c1/b\\x20c,4242/python3",
		[OWNER_PROCESS] = "7/a\\x2c1/b\\x20c,4242/python3",
		[OWNER_PID] = "7,4242",
		[OWNER_EXE] = "a\\x2c1/b\\x20c,python3",
		[OWNER_COMM] = "a\\x2c1/b\\x20c,worker",
		[OWNER_FD] = "3,5,6",
		[OWNER_PARENT] = "-,1/in\\x2cit",
		[OWNER_PARENT_PID] = "-,1",
	};
	for (size_t part = 0; part < ARRAY_LENGTH(wanted); part++) {
		const struct value value = { .kind = VALUE_OWNERS,
			                     .part = (uint8_t)part,
			                     .length = ARRAY_LENGTH(owners),
			                     .owners = owners };
		expect_value(&plain_column, value, FORMAT_HUMAN, wanted[part]);
	}
}
