/* Lines of /proc/net/tcp and its kin. Fields are found by white space, because their widths vary
 * between kernels; numbers are read strictly, so a torn line is refused, not guessed at. */

#include "proc_net.h"

#include <errno.h>
#include <string.h>

#include "words.h"

enum { USER_HZ = 100 }; /* the unit of times in /proc on every architecture that matters */

/* The fields of a line, in order. What follows the inode differs between protocols. */
enum line_field {
	FIELD_SLOT,
	FIELD_LOCAL,
	FIELD_PEER,
	FIELD_STATE,
	FIELD_QUEUES,
	FIELD_TIMER,
	FIELD_RETRANS,
	FIELD_UID,
	FIELD_TIMEOUT,
	FIELD_INODE,
	FIELD_REFERENCES,
	FIELD_POINTER,
	FIELD_DROPS, /* datagrams and raw */
	FIELD_COUNT,
};

const char *proc_net_file(enum sock_protocol protocol, enum sock_family family) {
	static const char *const files[SOCK_PROTOCOL_IP_COUNT][SOCK_FAMILY_INET6 + 1] = {
		[SOCK_PROTOCOL_TCP] = { "tcp", "tcp6" },
		[SOCK_PROTOCOL_UDP] = { "udp", "udp6" },
		[SOCK_PROTOCOL_UDPLITE] = { "udplite", "udplite6" },
		[SOCK_PROTOCOL_RAW] = { "raw", "raw6" },
	};
	if (!(SOCK_PROTOCOLS_IP >> protocol & 1) || family > SOCK_FAMILY_INET6)
		return NULL;
	return files[protocol][family];
}

/* "left:right" with both in hex. */
static bool parse_hex_pair(struct word text, size_t left_max, size_t right_max, uint64_t *left,
                           uint64_t *right) {
	const char *colon = memchr(text.bytes, ':', text.length);
	if (!colon)
		return false;
	const struct word before = { text.bytes, (size_t)(colon - text.bytes) };
	const struct word after = { colon + 1, text.length - before.length - 1 };
	return word_parse_hex(before, left_max, left) && word_parse_hex(after, right_max, right);
}

/* An address is printed as 32-bit words in host order, so storing each word restores the bytes. */
static bool parse_end(struct word text, enum sock_family family, struct sock_endpoint *end) {
	const size_t words = family == SOCK_FAMILY_INET ? 1 : 4;
	if (text.length < words * 8 + 1 || text.bytes[words * 8] != ':')
		return false;
	for (size_t i = 0; i < words; i++) {
		uint64_t number = 0;
		if (!word_parse_hex((struct word){ text.bytes + i * 8, 8 }, 8, &number))
			return false;
		const uint32_t word = (uint32_t)number;
		memcpy(end->address + i * sizeof(word), &word, sizeof(word));
	}
	uint64_t port = 0;
	const struct word rest = { text.bytes + words * 8 + 1, text.length - words * 8 - 1 };
	if (!word_parse_hex(rest, 4, &port))
		return false;
	end->port = (uint16_t)port;
	return true;
}

static bool parse_state(struct word text, struct sock *sock) {
	const uint64_t new_syn_recv = 12;
	uint64_t state = 0;
	if (!word_parse_hex(text, 2, &state))
		return false;
	if (state == new_syn_recv)
		state = SOCK_STATE_SYN_RECV;
	if (state == 0 || state > SOCK_STATE_CLOSING)
		return false;
	sock->state = (uint8_t)state;
	return true;
}

/* Of a listener the send queue is printed as 0: the backlog is not told. */
static bool parse_queues(struct word text, struct sock *sock) {
	uint64_t sendq = 0;
	uint64_t recvq = 0;
	if (!parse_hex_pair(text, 8, 8, &sendq, &recvq))
		return false;
	sock->recvq = (uint32_t)recvq;
	sock->sendq = (uint32_t)sendq;
	sock->known |= SOCK_KNOWS_RECVQ;
	if (sock->state != SOCK_STATE_LISTEN)
		sock->known |= SOCK_KNOWS_SENDQ;
	return true;
}

static bool parse_timer(const struct word *parts, struct sock *sock) {
	uint64_t timer = 0;
	uint64_t ticks = 0;
	uint64_t retrans = 0;
	if (!parse_hex_pair(parts[FIELD_TIMER], 2, 16, &timer, &ticks) ||
	    !word_parse_hex(parts[FIELD_RETRANS], 8, &retrans))
		return false;
	if (timer == SOCK_TIMER_NONE || timer >= SOCK_TIMER_COUNT)
		return true;
	const uint64_t ms = ticks > UINT32_MAX ? UINT32_MAX : ticks * (1000 / USER_HZ);
	sock->timer = (uint8_t)timer;
	sock->timer_ms = ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
	sock->timer_retrans = retrans > UINT8_MAX ? UINT8_MAX : (uint8_t)retrans;
	sock->known |= SOCK_KNOWS_TIMER;
	return true;
}

static bool parse_holder(const struct word *parts, struct sock *sock) {
	uint32_t uid = 0;
	uint32_t inode = 0;
	if (!word_parse_u32(parts[FIELD_UID], &uid) || !word_parse_u32(parts[FIELD_INODE], &inode))
		return false;
	sock_set_holder(sock, inode, uid);
	return true;
}

static void parse_drops(const struct word *parts, size_t count, struct sock *sock) {
	if (sock->protocol == SOCK_PROTOCOL_TCP || count <= FIELD_DROPS ||
	    !word_parse_u32(parts[FIELD_DROPS], &sock->drops))
		return;
	sock->known |= SOCK_KNOWS_DROPS;
}

int proc_net_parse(const char *line, size_t length, enum sock_protocol protocol,
                   enum sock_family family, struct sock *sock) {
	struct word parts[FIELD_COUNT];
	const size_t count = words_split(line, length, parts, FIELD_COUNT);
	if (count <= FIELD_POINTER) /* it stands behind all that is read of every kind */
		return -EBADMSG;
	sock->protocol = (uint8_t)protocol;
	sock->family = (uint8_t)family;
	sock->source = SOCK_SOURCE_PROC;
	sock->known |= SOCK_KNOWS_PORTS;
	if (!parse_end(parts[FIELD_LOCAL], family, &sock->local) ||
	    !parse_end(parts[FIELD_PEER], family, &sock->peer) ||
	    !parse_state(parts[FIELD_STATE], sock) || !parse_queues(parts[FIELD_QUEUES], sock) ||
	    !parse_timer(parts, sock) || !parse_holder(parts, sock))
		return -EBADMSG;
	parse_drops(parts, count, sock);
	return 0;
}

struct headed_file {
	lines_fn deliver;
	void *context;
	bool past_heading;
};

static bool skip_heading(void *context, const char *line, size_t length) {
	struct headed_file *file = context;
	if (file->past_heading)
		return file->deliver(file->context, line, length);
	file->past_heading = true;
	return true;
}

int proc_net_read(int fd, lines_fn deliver, void *context) {
	struct headed_file file = { .deliver = deliver, .context = context };
	return lines_read(fd, skip_heading, &file);
}
