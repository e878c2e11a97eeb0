/* One parser a file. A line that does not have the kernel's form is refused, so that what somebody
 * else wrote into a name is never taken for a socket unless it mimics a whole line. */

#include "proc_family.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "arena.h"
#include "diag.h"
#include "sctp.h"
#include "sctp_info.h"
#include "words.h"

/* enum socket_state of linux/net.h: 1 not connected, 2 not accepted yet, 3 connected, 4 about to go
 * away, which sock_diag tells as not connected. */
static bool set_unix_state(struct sock *sock, uint64_t state, uint64_t flags) {
	enum { UNCONNECTED = 1, CONNECTING, CONNECTED, DISCONNECTING };
	const uint64_t accepts = 0x10000; /* __SO_ACCEPTCON */
	if (state < UNCONNECTED || state > DISCONNECTING)
		return false;
	const bool connected = state == CONNECTING || state == CONNECTED;
	sock->state = connected ? SOCK_STATE_ESTABLISHED : SOCK_STATE_CLOSE;
	if (flags & accepts)
		sock->state = SOCK_STATE_LISTEN;
	return true;
}

/* The rest of the line behind the inode and one blank, with '@' for each NUL of an abstract name.
 */
static void set_unix_name(struct sock *sock, struct arena *arena, const char *name, size_t length) {
	if (length == 0)
		return;
	char *copy = arena_copy(arena, name, length);
	const bool is_abstract = name[0] == '@';
	for (size_t i = 1; is_abstract && i < length; i++) {
		if (copy[i] == '@')
			copy[i] = '\0';
	}
	sock->un->name = (struct sock_unix_name){ copy, (uint32_t)length, is_abstract };
}

static int parse_unix(const char *line, size_t length, struct arena *arena, struct sock *sock) {
	enum { SLOT, REFERENCES, PROTOCOL, FLAGS, TYPE, STATE, INODE, COUNT };
	struct word words[COUNT];
	uint64_t number[COUNT] = { 0 };
	uint32_t inode = 0;
	if (words_split(line, length, words, COUNT) < COUNT ||
	    words[SLOT].bytes[words[SLOT].length - 1] != ':' ||
	    !word_parse_hex(words[FLAGS], 8, &number[FLAGS]) ||
	    !word_parse_hex(words[TYPE], 4, &number[TYPE]) ||
	    !word_parse_hex(words[STATE], 2, &number[STATE]) ||
	    !word_parse_u32(words[INODE], &inode))
		return -EBADMSG;
	if (!diag_set_type(sock, SOCK_FAMILY_UNIX, number[TYPE]) ||
	    !set_unix_state(sock, number[STATE], number[FLAGS]))
		return -EBADMSG;
	sock->un = arena_alloc(arena, sizeof(*sock->un));
	*sock->un = (struct sock_unix){ 0 };
	diag_set_holder(sock, inode, false, 0);
	const char *rest = words[INODE].bytes + words[INODE].length;
	const size_t left = length - (size_t)(rest - line);
	if (left > 1)
		set_unix_name(sock, arena, rest + 1, left - 1);
	return 0;
}

static int parse_packet(const char *line, size_t length, struct arena *arena, struct sock *sock) {
	enum { SLOT, REFERENCES, TYPE, ETHERTYPE, INTERFACE, RUNNING, MEMORY, USER, INODE, COUNT };
	struct word words[COUNT];
	uint64_t ethertype = 0;
	uint32_t type = 0;
	uint32_t uid = 0;
	uint32_t inode = 0;
	if (words_split(line, length, words, COUNT) < COUNT ||
	    !word_parse_u32(words[TYPE], &type) || !diag_set_type(sock, SOCK_FAMILY_PACKET, type) ||
	    !word_parse_hex(words[ETHERTYPE], 4, &ethertype) ||
	    !word_parse_u32(words[INTERFACE], &sock->ifindex) ||
	    !word_parse_u32(words[MEMORY], &sock->recvq) || !word_parse_u32(words[USER], &uid) ||
	    !word_parse_u32(words[INODE], &inode))
		return -EBADMSG;
	sock->state = SOCK_STATE_CLOSE;
	sock->known |= SOCK_KNOWS_RECVQ;
	if (sock->ifindex != 0)
		sock->known |= SOCK_KNOWS_INTERFACE;
	struct sock_packet *packet = arena_alloc(arena, sizeof(*packet));
	*packet = (struct sock_packet){ .ethertype = (uint16_t)ethertype };
	sock->packet = packet;
	diag_set_holder(sock, inode, true, uid);
	return 0;
}

static int parse_netlink(const char *line, size_t length, struct arena *arena, struct sock *sock) {
	enum { SLOT, PROTOCOL, PORT, GROUPS, RECEIVED, SENT, DUMP, LOCKS, DROPS, INODE, COUNT };
	struct word words[COUNT];
	uint32_t protocol = 0;
	uint32_t inode = 0;
	if (words_split(line, length, words, COUNT) < COUNT ||
	    !word_parse_u32(words[PROTOCOL], &protocol) || protocol > UINT8_MAX ||
	    !word_parse_u32(words[PORT], &sock->local.port) ||
	    !word_parse_u32(words[RECEIVED], &sock->recvq) ||
	    !word_parse_u32(words[SENT], &sock->sendq) ||
	    !word_parse_u32(words[DROPS], &sock->drops) || !word_parse_u32(words[INODE], &inode))
		return -EBADMSG;
	sock->protocol = SOCK_PROTOCOL_NETLINK;
	sock->family = SOCK_FAMILY_NETLINK;
	sock->state = SOCK_STATE_CLOSE;
	sock->known |= SOCK_KNOWS_PORTS | SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ | SOCK_KNOWS_DROPS;
	struct sock_netlink *netlink = arena_alloc(arena, sizeof(*netlink));
	*netlink = (struct sock_netlink){ .protocol = (uint8_t)protocol };
	sock->netlink = netlink;
	diag_set_holder(sock, inode, false, 0);
	return 0;
}

/* An address of a list, in text; a '*' marks the primary one. */
struct sctp_address {
	struct word text;
	bool is_primary, is_inet6;
};

static struct sctp_address read_sctp_address(struct word word) {
	struct sctp_address address = { .text = word };
	if (word.length > 0 && word.bytes[0] == '*') {
		address.is_primary = true;
		address.text.bytes++;
		address.text.length--;
	}
	address.is_inet6 =
	    address.text.length > 0 && memchr(address.text.bytes, ':', address.text.length);
	return address;
}

static bool set_sctp_end(struct sock *sock, struct sock_endpoint *end,
                         const struct sctp_address *address) {
	char text[INET6_ADDRSTRLEN];
	if (address->text.length == 0 || address->text.length >= sizeof(text))
		return false;
	memcpy(text, address->text.bytes, address->text.length);
	text[address->text.length] = '\0';
	sock->family = address->is_inet6 ? SOCK_FAMILY_INET6 : SOCK_FAMILY_INET;
	return inet_pton(address->is_inet6 ? AF_INET6 : AF_INET, text, end->address) == 1;
}

static bool set_sctp_port(struct sock_endpoint *end, struct word word) {
	return word_parse_u32(word, &end->port) && end->port <= UINT16_MAX;
}

static bool set_sctp_holder(struct sock *sock, struct word uid_word, struct word inode_word) {
	uint32_t uid = 0;
	uint32_t inode = 0;
	if (!word_parse_u32(uid_word, &uid) || !word_parse_u32(inode_word, &inode))
		return false;
	sock_set_holder(sock, inode, uid);
	return true;
}

static int parse_sctp_endpoint(const char *line, size_t length, struct arena *arena,
                               struct sock *sock) {
	enum { ENDPOINT, SOCKET, STYLE, STATE, BUCKET, PORT, UID, INODE, ADDRESS, COUNT };
	struct word words[COUNT];
	uint32_t state = 0;
	(void)arena;
	if (words_split(line, length, words, COUNT) < COUNT ||
	    !word_parse_u32(words[STATE], &state) || state == 0 || state > SOCK_STATE_CLOSING ||
	    !set_sctp_port(&sock->local, words[PORT]) ||
	    !set_sctp_holder(sock, words[UID], words[INODE]))
		return -EBADMSG;
	const struct sctp_address address = read_sctp_address(words[ADDRESS]);
	if (!set_sctp_end(sock, &sock->local, &address))
		return -EBADMSG;
	sock->state = (uint8_t)state;
	sock->protocol = SOCK_PROTOCOL_SCTP;
	sock->known |= SOCK_KNOWS_PORTS;
	return 0;
}

/* Finds the primary address of a list, or else the first, among those of the family of `like` if
 * that is not NULL. False if there is none. */
static bool find_sctp_address(const char *list, size_t length, const struct sctp_address *like,
                              struct sctp_address *found) {
	struct word word;
	bool any = false;
	for (const char *at = list; words_split(at, length - (size_t)(at - list), &word, 1) == 1;
	     at = word.bytes + word.length) {
		const struct sctp_address address = read_sctp_address(word);
		if ((like && address.is_inet6 != like->is_inet6) || (any && !address.is_primary))
			continue;
		*found = address;
		any = true;
		if (address.is_primary)
			break;
	}
	return any;
}

/* Local addresses, "<->", addresses of the other end, and behind a tab numbers. Either list may mix
 * families, but what goes from one end to the other is of one. */
static bool set_sctp_ends(struct sock *sock, const char *text, size_t length) {
	const char *arrow = memmem(text, length, " <-> ", 5);
	if (!arrow)
		return false;
	const char *peers = arrow + 5;
	const size_t left = length - (size_t)(peers - text);
	const char *tab = memchr(peers, '\t', left);
	struct sctp_address local;
	struct sctp_address peer;
	return find_sctp_address(peers, tab ? (size_t)(tab - peers) : left, NULL, &peer) &&
	       find_sctp_address(text, (size_t)(arrow - text), &peer, &local) &&
	       set_sctp_end(sock, &sock->peer, &peer) && set_sctp_end(sock, &sock->local, &local);
}

static int parse_sctp_association(const char *line, size_t length, struct arena *arena,
                                  struct sock *sock) {
	enum {
		ASSOCIATION,
		SOCKET,
		STYLE,
		SOCKET_STATE,
		STATE,
		BUCKET,
		ID,
		SENT,
		RECEIVED,
		UID,
		INODE,
		LOCAL_PORT,
		PEER_PORT,
		COUNT,
	};
	struct word words[COUNT];
	uint32_t state = 0;
	if (words_split(line, length, words, COUNT) < COUNT ||
	    !word_parse_u32(words[STATE], &state) || state > UINT8_MAX ||
	    !word_parse_u32(words[SENT], &sock->sendq) ||
	    !word_parse_u32(words[RECEIVED], &sock->recvq) ||
	    !set_sctp_port(&sock->local, words[LOCAL_PORT]) ||
	    !set_sctp_port(&sock->peer, words[PEER_PORT]) ||
	    !set_sctp_holder(sock, words[UID], words[INODE]))
		return -EBADMSG;
	const char *addresses = words[PEER_PORT].bytes + words[PEER_PORT].length;
	if (!set_sctp_ends(sock, addresses, length - (size_t)(addresses - line)))
		return -EBADMSG;
	sock->protocol = SOCK_PROTOCOL_SCTP;
	sock->known |= SOCK_KNOWS_PORTS | SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ;
	sock->state = (uint8_t)state;
	sock->sctp = arena_alloc(arena, sizeof(*sock->sctp));
	*sock->sctp = (struct sock_sctp){ .peers = "" };
	return sctp_set_state(sock) ? 0 : -EBADMSG;
}

static const struct proc_file {
	const char *name;
	int (*parse)(const char *line, size_t length, struct arena *arena, struct sock *sock);
} files[SOCK_PROBE_COUNT][PROC_FAMILY_FILES_MAX] = {
	[SOCK_PROBE_SCTP] = { { "sctp/eps", parse_sctp_endpoint },
	                      { "sctp/assocs", parse_sctp_association } },
	[SOCK_PROBE_UNIX] = { { "unix", parse_unix } },
	[SOCK_PROBE_PACKET] = { { "packet", parse_packet } },
	[SOCK_PROBE_NETLINK] = { { "netlink", parse_netlink } },
};

const char *proc_family_file(enum sock_probe probe, size_t index) {
	return index < PROC_FAMILY_FILES_MAX ? files[probe][index].name : NULL;
}

int proc_family_parse(const char *line, size_t length, enum sock_probe probe, size_t index,
                      struct arena *arena, struct sock *sock) {
	sock->source = SOCK_SOURCE_PROC;
	return files[probe][index].parse(line, length, arena, sock);
}

bool proc_family_is_registered(const char *line, size_t length, enum sock_probe probe) {
	static const char *const names[SOCK_PROBE_COUNT] = {
		[SOCK_PROBE_VSOCK] = "AF_VSOCK",
		[SOCK_PROBE_XDP] = "XDP",
	};
	struct word word;
	return names[probe] && words_split(line, length, &word, 1) == 1 &&
	       word.length == strlen(names[probe]) &&
	       memcmp(word.bytes, names[probe], word.length) == 0;
}
