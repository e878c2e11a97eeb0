/* UNIX domain sockets (3.3). The queues mean: of a listener, connections to accept and the backlog;
 * of a stream or seqpacket socket, bytes not yet read; of a datagram socket, bytes of the first
 * datagram. What it has to send is told as memory. */

#include <errno.h>
#include <linux/unix_diag.h>
#include <stdio.h>
#include <sys/socket.h>

#include "diag.h"
#include "digits.h"

static uint32_t show(uint32_t needs) {
	uint32_t bits = UDIAG_SHOW_NAME | UDIAG_SHOW_RQLEN;
	if (needs & SOCK_NEED_PEER)
		bits |= UDIAG_SHOW_PEER;
	if (needs & SOCK_NEED_UID)
		bits |= UDIAG_SHOW_UID;
	if (needs & SOCK_NEED_EXTRAS)
		bits |= UDIAG_SHOW_VFS;
	if (needs & SOCK_NEED_MEMORY)
		bits |= UDIAG_SHOW_MEMINFO;
	return bits;
}

static size_t put(const struct diag_request *request, void *body) {
	struct unix_diag_req *wire = body;
	*wire = (struct unix_diag_req){
		.sdiag_family = AF_UNIX,
		.udiag_states = request->states,
		.udiag_ino = request->inode,
		.udiag_show = request->show,
		.udiag_cookie = { UINT32_MAX, UINT32_MAX },
	};
	if (request->inode != 0) {
		wire->udiag_cookie[0] = (uint32_t)request->cookie;
		wire->udiag_cookie[1] = (uint32_t)(request->cookie >> 32);
	}
	return sizeof(*wire);
}

struct reader {
	struct arena *arena;
	struct sock *sock;
	bool has_uid;
	uint32_t uid;
};

/* A path has a NUL behind it, and bytes behind the first NUL are none of it. */
static void read_name(struct payload payload, struct reader *reader) {
	const char *bytes = payload.bytes;
	if (payload.length == 0)
		return;
	const bool is_abstract = bytes[0] == '\0';
	const size_t length = is_abstract ? payload.length : strnlen(bytes, payload.length);
	char *name = arena_copy(reader->arena, bytes, length);
	if (is_abstract)
		name[0] = '@';
	reader->sock->un->name = (struct sock_unix_name){ name, (uint32_t)length, is_abstract };
}

/* The kernel's form of a device number, which is not makedev(3)'s. */
static void read_file(struct payload payload, struct sock_unix *un) {
	struct unix_diag_vfs file;
	enum { MINOR_BITS = 20 };
	if (!payload_read(payload, &file, sizeof(file)))
		return;
	un->file_inode = file.udiag_vfs_ino;
	un->file_major = file.udiag_vfs_dev >> MINOR_BITS;
	un->file_minor = file.udiag_vfs_dev & ((1u << MINOR_BITS) - 1);
	un->known |= SOCK_UNIX_KNOWS_FILE;
}

static void read_peer(struct payload payload, struct sock_unix *un) {
	uint32_t inode = 0;
	if (!payload_read(payload, &inode, sizeof(inode)) || inode == 0)
		return;
	un->peer_inode = inode;
	un->known |= SOCK_UNIX_KNOWS_PEER;
}

/* A client that was not given an inode yet counts, but has no number. */
static void read_pending(struct payload payload, struct reader *reader) {
	const size_t count = payload.length / sizeof(uint32_t);
	char *text = arena_alloc(reader->arena, count * (DIGITS_ROOM + 1) + 1);
	char *to = text;
	for (size_t i = 0; i < count; i++) {
		uint32_t inode;
		memcpy(&inode, (const char *)payload.bytes + i * sizeof(inode), sizeof(inode));
		if (i > 0)
			*to++ = ',';
		to = digits_put(to, inode);
	}
	*to = '\0';
	reader->sock->un->pending = text;
}

static void read_queues(struct payload payload, struct sock *sock) {
	struct unix_diag_rqlen queues;
	if (!payload_read(payload, &queues, sizeof(queues)))
		return;
	sock->recvq = queues.udiag_rqueue;
	sock->sendq = queues.udiag_wqueue;
	sock->known |= SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ;
}

static void read_attribute(unsigned type, struct payload payload, void *context) {
	enum { DIAG_UID = 7 }; /* 5.3 */
	struct reader *reader = context;
	struct sock *sock = reader->sock;
	switch (type) {
	case UNIX_DIAG_NAME:
		read_name(payload, reader);
		break;
	case UNIX_DIAG_VFS:
		read_file(payload, sock->un);
		break;
	case UNIX_DIAG_PEER:
		read_peer(payload, sock->un);
		break;
	case UNIX_DIAG_ICONS:
		read_pending(payload, reader);
		break;
	case UNIX_DIAG_RQLEN:
		read_queues(payload, sock);
		break;
	case UNIX_DIAG_MEMINFO:
		diag_read_memory(payload, reader->arena, sock);
		break;
	case UNIX_DIAG_SHUTDOWN:
		if (payload_read(payload, &sock->shutdown, sizeof(sock->shutdown)))
			sock->known |= SOCK_KNOWS_SHUTDOWN;
		break;
	case DIAG_UID:
		reader->has_uid = payload_read(payload, &reader->uid, sizeof(reader->uid));
		break;
	default:
		break;
	}
}

static int parse(const struct nlmsghdr *message, struct arena *arena, struct sock *sock) {
	struct unix_diag_msg fixed;
	struct reader reader = { .arena = arena, .sock = sock };
	const int result = diag_read_fixed(message, AF_UNIX, &fixed, sizeof(fixed));
	if (result < 0)
		return result;
	if (!diag_set_type(sock, SOCK_FAMILY_UNIX, fixed.udiag_type) || fixed.udiag_state == 0 ||
	    fixed.udiag_state > SOCK_STATE_CLOSING)
		return -EBADMSG;
	sock->source = SOCK_SOURCE_DIAG;
	sock->state = fixed.udiag_state;
	diag_set_cookie(sock, fixed.udiag_cookie);
	sock->un = arena_alloc(arena, sizeof(*sock->un));
	*sock->un = (struct sock_unix){ 0 };
	if (!attribute_walk_message(message, sizeof(fixed), read_attribute, &reader))
		return -EBADMSG;
	diag_set_holder(sock, fixed.udiag_ino, reader.has_uid, reader.uid);
	return 0;
}

const struct diag_class unix_diag = {
	.show = show,
	.put = put,
	.parse = parse,
	.is_exact = true,
	.large_need = SOCK_NEED_PENDING,
	.large_name = "pending",
	.large_show = UDIAG_SHOW_ICONS,
	.large_states = 1u << SOCK_STATE_LISTEN,
	.large_offset = offsetof(struct sock_unix, pending),
};
