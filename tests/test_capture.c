/* Captures put together by hand: what is unpacked from them, and that a lie in them is noticed. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "util.h"

enum { NETLINK = 253, SOCK_DIAG = 4, ROUTE = 0 };

static void put_u32(struct out *out, uint32_t number) {
	out_bytes(out, &number, sizeof(number));
}

/* A packet as nlmon shows it: sixteen bytes, the last two of which are the netlink protocol. */
static void put_packet_data(struct out *out, uint8_t protocol, const char *payload) {
	const unsigned char header[16] = { 0, 4, 3, 0x38, [15] = protocol };
	out_bytes(out, header, sizeof(header));
	out_text(out, payload);
}

static void put_pcap_header(struct out *out, uint32_t magic, uint32_t link_type) {
	const uint32_t header[] = { magic, 4 << 16 | 2, 0, 0, 65535, link_type };
	out_bytes(out, header, sizeof(header));
}

static void put_pcap_packet(struct out *out, uint8_t protocol, const char *payload, uint32_t lost) {
	const uint32_t length = (uint32_t)strlen(payload) + 16;
	const uint32_t header[] = { 1, 2, length, length + lost };
	out_bytes(out, header, sizeof(header));
	put_packet_data(out, protocol, payload);
}

static size_t begin_block(struct out *out, uint32_t type) {
	const size_t start = out->used;
	put_u32(out, type);
	put_u32(out, 0);
	return start;
}

static void end_block(struct out *out, size_t start) {
	while (out->used % 4 != 0)
		out_char(out, '\0');
	const uint32_t length = (uint32_t)(out->used - start) + 4;
	put_u32(out, length);
	memcpy(out->bytes + start + 4, &length, sizeof(length));
}

static void put_pcapng_header(struct out *out, uint32_t order, uint16_t link_type) {
	size_t start = begin_block(out, 0x0a0d0d0a);
	put_u32(out, order);
	put_u32(out, 1);
	put_u32(out, UINT32_MAX);
	put_u32(out, UINT32_MAX);
	end_block(out, start);
	start = begin_block(out, 1);
	put_u32(out, link_type);
	put_u32(out, 65535);
	end_block(out, start);
}

static void put_pcapng_packet(struct out *out, uint8_t protocol, const char *payload) {
	const uint32_t length = (uint32_t)strlen(payload) + 16;
	const size_t start = begin_block(out, 6);
	const uint32_t header[] = { 0, 0, 1, length, length };
	out_bytes(out, header, sizeof(header));
	put_packet_data(out, protocol, payload);
	end_block(out, start);
}

/* In memory of exactly that size, so that a sanitizer sees a read behind it. */
static const char *unpack(const char *bytes, size_t length, struct out *messages) {
	unsigned char *copy = xmalloc(length);
	memcpy(copy, bytes, length);
	const char *fault =
	    capture_is_one(copy, length) ? capture_unpack(copy, length, messages) : "no capture";
	free(copy);
	return fault;
}

static void expect(const struct out *file, const char *payload, const char *fault) {
	struct out messages;
	out_init(&messages, OUT_MEMORY);
	const char *found = unpack(file->bytes, file->used, &messages);
	cr_expect_eq(found == NULL, fault == NULL, "%s", found);
	cr_expect(!fault || (found && strstr(found, fault)), "'%s' is not '%s'", found, fault);
	cr_expect_eq(messages.used, strlen(payload));
	cr_expect_eq(memcmp(messages.bytes, payload, messages.used), 0);
	out_finish(&messages);
}

Test(capture, sock_diag_is_taken_from_pcap_and_nothing_else) {
	static const uint32_t magics[] = { 0xa1b2c3d4, 0xa1b23c4d };
	for (size_t i = 0; i < 2; i++) {
		struct out file;
		out_init(&file, OUT_MEMORY);
		put_pcap_header(&file, magics[i], NETLINK);
		put_pcap_packet(&file, SOCK_DIAG, "answer 1", 0);
		put_pcap_packet(&file, ROUTE, "another thing", 0);
		put_pcap_packet(&file, SOCK_DIAG, "answer 2", 0);
		expect(&file, "answer 1answer 2", NULL);
		put_pcap_packet(&file, SOCK_DIAG, "half", 1);
		expect(&file, "answer 1answer 2", "cut off");
		out_finish(&file);
	}
}

Test(capture, sock_diag_is_taken_from_pcapng_too) {
	struct out file;
	out_init(&file, OUT_MEMORY);
	put_pcapng_header(&file, 0x1a2b3c4d, NETLINK);
	put_pcapng_packet(&file, SOCK_DIAG, "answer 1");
	put_pcapng_packet(&file, ROUTE, "odd");
	put_pcapng_packet(&file, SOCK_DIAG, "answer 2");
	expect(&file, "answer 1answer 2", NULL);
	out_finish(&file);
}

Test(capture, what_is_of_no_use_is_told) {
	struct out file;
	out_init(&file, OUT_MEMORY);
	put_pcap_header(&file, 0xd4c3b2a1, NETLINK);
	expect(&file, "", "byte order");
	file.used = 0;
	put_pcap_header(&file, 0xa1b2c3d4, 1);
	expect(&file, "", "something else");
	file.used = 0;
	put_pcapng_header(&file, 0x4d3c2b1a, NETLINK);
	expect(&file, "", "byte order");
	file.used = 0;
	put_pcapng_header(&file, 0x1a2b3c4d, 1);
	put_pcapng_packet(&file, SOCK_DIAG, "answer");
	expect(&file, "", "something else");
	out_finish(&file);
}

/* Whatever the bytes, what is unpacked is the beginning of what was packed. */
static void expect_beginning(const struct out *file, size_t length) {
	static const char payload[] = "answer 1answer 2";
	struct out messages;
	out_init(&messages, OUT_MEMORY);
	const char *fault = unpack(file->bytes, length, &messages);
	cr_expect_leq(messages.used, strlen(payload));
	cr_expect_eq(memcmp(messages.bytes, payload, messages.used), 0, "%zu bytes", length);
	cr_expect(fault || messages.used % 8 == 0);
	out_finish(&messages);
}

Test(capture, a_file_may_end_anywhere) {
	struct out pcap;
	struct out pcapng;
	out_init(&pcap, OUT_MEMORY);
	out_init(&pcapng, OUT_MEMORY);
	put_pcap_header(&pcap, 0xa1b2c3d4, NETLINK);
	put_pcapng_header(&pcapng, 0x1a2b3c4d, NETLINK);
	for (int i = 1; i <= 2; i++) {
		put_pcap_packet(&pcap, SOCK_DIAG, i == 1 ? "answer 1" : "answer 2", 0);
		put_pcapng_packet(&pcapng, SOCK_DIAG, i == 1 ? "answer 1" : "answer 2");
	}
	for (size_t length = 1; length <= pcap.used; length++)
		expect_beginning(&pcap, length);
	for (size_t length = 1; length <= pcapng.used; length++)
		expect_beginning(&pcapng, length);
	out_finish(&pcap);
	out_finish(&pcapng);
}

/* Nothing is claimed but that nobody reads outside; the sanitizers look on. */
Test(capture, any_byte_may_be_another) {
	struct out file;
	out_init(&file, OUT_MEMORY);
	for (int kind = 0; kind < 2; kind++) {
		file.used = 0;
		if (kind == 0)
			put_pcap_header(&file, 0xa1b2c3d4, NETLINK);
		else
			put_pcapng_header(&file, 0x1a2b3c4d, NETLINK);
		for (int i = 0; i < 2; i++) {
			if (kind == 0)
				put_pcap_packet(&file, SOCK_DIAG, "answer", 0);
			else
				put_pcapng_packet(&file, SOCK_DIAG, "answer");
		}
		for (size_t i = 0; i < file.used * 8; i++) {
			struct out messages;
			out_init(&messages, OUT_MEMORY);
			file.bytes[i / 8] ^= (char)(1 << i % 8);
			unpack(file.bytes, file.used, &messages);
			cr_expect_leq(messages.used, file.used);
			file.bytes[i / 8] ^= (char)(1 << i % 8);
			out_finish(&messages);
		}
	}
	out_finish(&file);
}
