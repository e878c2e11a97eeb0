/* Copies what a socket points to, member by member: whoever adds a pointer to struct sock adds it
 * here. Nothing of a copy lies in the arena of the original. */

#include "sock_copy.h"

#include <stdlib.h>
#include <string.h>

#include "sctp_info.h"
#include "tcp_info.h"
#include "util.h"

enum { SIZE_FIRST = 64 };

/* An original that is shared, and its copy. */
struct sock_copy_slot {
	const void *from;
	const void *copy;
};

static struct sock_copy_slot *find_slot(struct sock_copy_slot *slots, size_t size,
                                        const void *from) {
	size_t at = (size_t)((uintptr_t)from * 0x9e3779b97f4a7c15 >> 32) & (size - 1);
	while (slots[at].from && slots[at].from != from)
		at = (at + 1) & (size - 1);
	return &slots[at];
}

static void grow(struct sock_copier *copier) {
	const size_t size = copier->size ? copier->size * 2 : SIZE_FIRST;
	struct sock_copy_slot *slots = xcalloc(size, sizeof(*slots));
	for (size_t i = 0; i < copier->size; i++) {
		if (copier->slots[i].from)
			*find_slot(slots, size, copier->slots[i].from) = copier->slots[i];
	}
	free(copier->slots);
	copier->slots = slots;
	copier->size = size;
}

/* Its slot; of what was not copied yet, one without a copy. */
static struct sock_copy_slot *slot_of(struct sock_copier *copier, const void *from) {
	if (copier->used * 2 >= copier->size)
		grow(copier);
	struct sock_copy_slot *slot = find_slot(copier->slots, copier->size, from);
	copier->used += !slot->from;
	slot->from = from;
	return slot;
}

static void *copy_bytes(const struct sock_copier *copier, const void *from, size_t size) {
	return from ? memcpy(arena_alloc(copier->arena, size), from, size) : NULL;
}

static const char *copy_text(const struct sock_copier *copier, const char *from, size_t length) {
	return from ? arena_copy(copier->arena, from, length) : NULL;
}

static const char *copy_string(const struct sock_copier *copier, const char *from) {
	return from ? arena_copy(copier->arena, from, strlen(from)) : NULL;
}

static const char *share_string(struct sock_copier *copier, const char *from) {
	if (!from)
		return NULL;
	struct sock_copy_slot *slot = slot_of(copier, from);
	if (!slot->copy)
		slot->copy = copy_string(copier, from);
	return slot->copy;
}

static const struct process *share_process(struct sock_copier *copier, const struct process *from) {
	struct sock_copy_slot *slot = slot_of(copier, from);
	if (!slot->copy) {
		struct process *copy = arena_alloc(copier->arena, sizeof(*copy));
		*copy = sock_copy_process(copier->arena, from);
		slot->copy = copy;
	}
	return slot->copy;
}

static const struct owner *copy_owners(struct sock_copier *copier, const struct owner *from,
                                       uint32_t count) {
	if (count == 0)
		return NULL;
	struct owner *copies = copy_bytes(copier, from, count * sizeof(*from));
	for (uint32_t i = 0; i < count; i++)
		copies[i].process = share_process(copier, from[i].process);
	return copies;
}

static struct sock_unix *copy_unix(struct sock_copier *copier, const struct sock_unix *from) {
	struct sock_unix *copy = copy_bytes(copier, from, sizeof(*from));
	copy->name.bytes = copy_text(copier, from->name.bytes, from->name.length);
	copy->peer_name.bytes = copy_text(copier, from->peer_name.bytes, from->peer_name.length);
	copy->peer_owners = copy_owners(copier, from->peer_owners, from->peer_owner_count);
	copy->pending = copy_string(copier, from->pending);
	return copy;
}

static struct sock_packet *copy_packet(const struct sock_copier *copier,
                                       const struct sock_packet *from) {
	struct sock_packet *copy = copy_bytes(copier, from, sizeof(*from));
	copy->memberships = copy_string(copier, from->memberships);
	copy->filter = copy_string(copier, from->filter);
	return copy;
}

static struct sock_netlink *copy_netlink(const struct sock_copier *copier,
                                         const struct sock_netlink *from) {
	struct sock_netlink *copy = copy_bytes(copier, from, sizeof(*from));
	copy->groups = copy_string(copier, from->groups);
	return copy;
}

static struct sock_sctp *copy_sctp(const struct sock_copier *copier, const struct sock_sctp *from) {
	struct sock_sctp *copy = copy_bytes(copier, from, sizeof(*from));
	copy->locals = copy_string(copier, from->locals);
	copy->peers = copy_string(copier, from->peers);
	return copy;
}

/* What only sockets of its family have. */
static void copy_more(struct sock_copier *copier, const struct sock *from, struct sock *to) {
	switch (sock_probe_of((enum sock_protocol)from->protocol)) {
	case SOCK_PROBE_UNIX:
		to->un = copy_unix(copier, from->un);
		break;
	case SOCK_PROBE_PACKET:
		to->packet = copy_packet(copier, from->packet);
		break;
	case SOCK_PROBE_NETLINK:
		to->netlink = copy_netlink(copier, from->netlink);
		break;
	case SOCK_PROBE_XDP:
		to->xdp = copy_bytes(copier, from->xdp, sizeof(*from->xdp));
		break;
	case SOCK_PROBE_SCTP:
		to->sctp = copy_sctp(copier, from->sctp);
		break;
	case SOCK_PROBE_TCP:
	case SOCK_PROBE_UDP:
	case SOCK_PROBE_UDPLITE:
	case SOCK_PROBE_RAW:
	case SOCK_PROBE_MPTCP:
	case SOCK_PROBE_VSOCK:
	case SOCK_PROBE_COUNT:
		to->more = NULL;
		break;
	}
}

static const struct sock_names *copy_names(const struct sock_copier *copier,
                                           const struct sock_names *from) {
	struct sock_names *copy = copy_bytes(copier, from, sizeof(*from));
	if (!copy)
		return NULL;
	copy->local.host = copy_string(copier, from->local.host);
	copy->local.service = copy_string(copier, from->local.service);
	copy->peer.host = copy_string(copier, from->peer.host);
	copy->peer.service = copy_string(copier, from->peer.service);
	copy->service = copy_string(copier, from->service);
	return copy;
}

static void copy_ulp(const struct sock_copier *copier, const struct sock *from, struct sock *to) {
	struct sock_ulp *copy = copy_bytes(copier, from->ulp, sizeof(*from->ulp));
	copy->name = copy_text(copier, from->ulp->name, from->ulp->name_length);
	to->ulp = copy;
}

void sock_copy_holders(struct sock_copier *copier, const struct sock *from, struct sock *to) {
	to->owners = copy_owners(copier, from->owners, from->owner_count);
	to->owner_count = from->owner_count;
	to->user = share_string(copier, from->user);
	to->cgroup = share_string(copier, from->cgroup);
}

void sock_copy(struct sock_copier *copier, const struct sock *from, struct sock *to) {
	*to = *from;
	to->life = NULL;
	to->names = copy_names(copier, from->names);
	to->tcp = copy_bytes(copier, from->tcp, sizeof(*from->tcp));
	to->mptcp = copy_bytes(copier, from->mptcp, sizeof(*from->mptcp));
	to->memory = copy_bytes(copier, from->memory, sizeof(*from->memory));
	to->congestion = copy_bytes(copier, from->congestion, sizeof(*from->congestion));
	to->algorithm = copy_text(copier, from->algorithm, from->algorithm_length);
	to->interface_name = share_string(copier, from->interface_name);
	to->bpf_storage = copy_string(copier, from->bpf_storage);
	if (from->more)
		copy_more(copier, from, to);
	if (from->ulp)
		copy_ulp(copier, from, to);
	sock_copy_holders(copier, from, to);
}

void sock_copier_finish(struct sock_copier *copier) {
	free(copier->slots);
	*copier = (struct sock_copier){ .arena = copier->arena };
}
