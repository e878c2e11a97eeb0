/* Both formats are walked by the lengths that they state, each of them checked first. */

#include "capture.h"

#include <stdint.h>
#include <string.h>

#include "util.h"

enum { LINK_TYPE_NETLINK = 253, NETLINK_SOCK_DIAG = 4, NETLINK_ALIGNMENT = 4 };

static const uint32_t pcap_micro = 0xa1b2c3d4;
static const uint32_t pcap_nano = 0xa1b23c4d;
static const uint32_t pcapng_section = 0x0a0d0d0a;

static uint32_t get_u32(const unsigned char *bytes) {
	uint32_t number;
	memcpy(&number, bytes, sizeof(number));
	return number;
}

static uint16_t get_u16(const unsigned char *bytes) {
	uint16_t number;
	memcpy(&number, bytes, sizeof(number));
	return number;
}

bool capture_is_one(const unsigned char *bytes, size_t length) {
	if (length < sizeof(uint32_t))
		return false;
	const uint32_t magic = get_u32(bytes);
	return magic == pcap_micro || magic == pcap_nano || magic == pcapng_section ||
	       magic == __builtin_bswap32(pcap_micro) || magic == __builtin_bswap32(pcap_nano);
}

/* A packet begins with a header of its own, in network order, whose last number is the netlink
 * protocol. False if the packet was not captured whole. */
static bool take_packet(const unsigned char *packet, size_t length, size_t whole,
                        struct out *messages) {
	enum { HEADER = 16, PROTOCOL = 14 };
	if (length < HEADER || (packet[PROTOCOL] << 8 | packet[PROTOCOL + 1]) != NETLINK_SOCK_DIAG)
		return true;
	if (length < whole)
		return false;
	out_bytes(messages, packet + HEADER, length - HEADER);
	while (messages->used % NETLINK_ALIGNMENT != 0)
		out_char(messages, '\0');
	return true;
}

static const char *unpack_pcap(const unsigned char *bytes, size_t length, struct out *messages) {
	enum { HEADER = 24, LINK_TYPE = 20, RECORD = 16, CAPTURED = 8, WHOLE = 12 };
	const uint32_t magic = get_u32(bytes);
	if (length < HEADER)
		return N_("the capture is cut off");
	if (magic != pcap_micro && magic != pcap_nano)
		return N_("a capture from a machine of another byte order");
	if ((get_u32(bytes + LINK_TYPE) & 0xffff) != LINK_TYPE_NETLINK)
		return N_("a capture of something else than netlink");
	for (size_t at = HEADER; at < length;) {
		if (length - at < RECORD)
			return N_("the capture is cut off");
		const uint32_t captured = get_u32(bytes + at + CAPTURED);
		const uint32_t whole = get_u32(bytes + at + WHOLE);
		at += RECORD;
		if (captured > length - at)
			return N_("the capture is cut off");
		if (!take_packet(bytes + at, captured, whole, messages))
			return N_("the packets of the capture are cut off");
		at += captured;
	}
	return NULL;
}

/* One block of pcapng behind its type and length. NULL, or what is wrong. */
static const char *take_block(uint32_t type, const unsigned char *body, size_t length,
                              bool *is_netlink, struct out *messages) {
	enum { INTERFACE = 1, ENHANCED = 6, CAPTURED = 12, WHOLE = 16, PACKET = 20 };
	if (type == pcapng_section && (length < 4 || get_u32(body) != 0x1a2b3c4d))
		return N_("a capture from a machine of another byte order");
	if (type == INTERFACE && length >= 2)
		*is_netlink = get_u16(body) == LINK_TYPE_NETLINK;
	if (type != ENHANCED || length < PACKET)
		return NULL;
	if (!*is_netlink)
		return N_("a capture of something else than netlink");
	const uint32_t captured = get_u32(body + CAPTURED);
	if (captured > length - PACKET ||
	    !take_packet(body + PACKET, captured, get_u32(body + WHOLE), messages))
		return N_("the packets of the capture are cut off");
	return NULL;
}

static const char *unpack_pcapng(const unsigned char *bytes, size_t length, struct out *messages) {
	enum { TYPE_AND_LENGTH = 8, LEAST = 12 };
	bool is_netlink = false;
	for (size_t at = 0; at < length;) {
		if (length - at < LEAST)
			return N_("the capture is cut off");
		const uint32_t size = get_u32(bytes + at + sizeof(uint32_t));
		if (size < LEAST || size > length - at || size % sizeof(uint32_t) != 0)
			return N_("the capture is cut off or damaged");
		const char *fault = take_block(get_u32(bytes + at), bytes + at + TYPE_AND_LENGTH,
		                               size - LEAST, &is_netlink, messages);
		if (fault)
			return fault;
		at += size;
	}
	return NULL;
}

const char *capture_unpack(const unsigned char *bytes, size_t length, struct out *messages) {
	if (get_u32(bytes) == pcapng_section)
		return unpack_pcapng(bytes, length, messages);
	return unpack_pcap(bytes, length, messages);
}
