/* Nothing is formatted that can be compared as it is, for a hundred thousand sockets pass here.
 * Owners are told apart by pid, name or both, whatever their order; most sockets have one. */

#include "group_key.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "format.h"
#include "sock.h"
#include "util.h"

/* Where the parts of `kind` lie. */
enum { PART_SHIFT = 8, FAMILY_SHIFT = 16, SEVERAL_SHIFT = 24, BOUND_SHIFT = 25 };

static uint64_t kind_of(enum value_kind kind, unsigned part) {
	return (uint64_t)kind | (uint64_t)part << PART_SHIFT;
}

static void set_text(struct group_key *key, const char *text, size_t length) {
	key->text = text;
	key->length = length;
}

static const struct sock_endpoint *end_of(const struct value *value) {
	return value->part == VALUE_LOCAL ? &value->sock->local : &value->sock->peer;
}

static void set_address(struct group_key *key, const struct sock *sock, const uint8_t bytes[16]) {
	key->kind |= (uint64_t)sock->family << FAMILY_SHIFT;
	memcpy(key->numbers, bytes, 16);
}

/* IPv6 on any address that takes IPv4 too: an asterisk, as ends of other families may be. */
static bool takes_both(const struct sock *sock, const struct sock_endpoint *end) {
	return sock->family == SOCK_FAMILY_INET6 && (sock->known & SOCK_KNOWS_V6ONLY) &&
	       !sock->v6only && sock_address_is_zero(end);
}

/* What is told apart by bytes reads differently, and so does a device. */
static void set_endpoint(struct group_key *key, const struct value *value, struct out *scratch) {
	const struct sock *sock = value->sock;
	const struct sock_endpoint *end = end_of(value);
	if (!(SOCK_FAMILIES_IP >> sock->family & 1) || takes_both(sock, end)) {
		scratch->used = 0;
		format_endpoint(scratch, sock, (enum value_end)value->part);
		set_text(key, scratch->bytes, scratch->used);
		key->is_scratch = true;
		return;
	}
	const bool is_bound =
	    value->part == VALUE_LOCAL && (sock->known & SOCK_KNOWS_INTERFACE) != 0;
	set_address(key, sock, end->address);
	key->kind |= (uint64_t)is_bound << BOUND_SHIFT;
	key->numbers[2] = (uint64_t)(is_bound ? sock->ifindex : 0) << 32 | end->port;
}

/* Owners. */

static const char *name_of(const struct owner *owner, enum value_owner_part part, size_t *length) {
	const struct process *process = owner->process;
	if (part == OWNER_PARENT) {
		*length = process->parent ? process->parent_length : 0;
		return process->parent ? process->parent : "";
	}
	const bool by_exe = part != OWNER_COMM && process->exe;
	*length = by_exe ? process->exe_length : process->comm_length;
	return by_exe ? process->exe : process->comm;
}

static bool is_named(enum value_owner_part part) {
	return part != OWNER_PID && part != OWNER_FD && part != OWNER_PARENT_PID;
}

/* 0 where only the name counts. */
static uint32_t number_of(const struct owner *owner, enum value_owner_part part) {
	switch (part) {
	case OWNER_ALL:
	case OWNER_PROCESS:
	case OWNER_PID:
		return owner->process->pid;
	case OWNER_FD:
		return owner->fd;
	case OWNER_PARENT:
	case OWNER_PARENT_PID:
		return owner->process->parent_pid;
	case OWNER_EXE:
	case OWNER_COMM:
		break;
	}
	return 0;
}

int group_key_compare_owners(const struct owner *a, const struct owner *b,
                             enum value_owner_part part) {
	size_t left_length;
	size_t right_length;
	const uint32_t left = number_of(a, part);
	const uint32_t right = number_of(b, part);
	if (left != right || !is_named(part))
		return (left > right) - (left < right);
	const char *left_name = name_of(a, part, &left_length);
	const char *right_name = name_of(b, part, &right_length);
	return util_compare_bytes(left_name, left_length, right_name, right_length);
}

static int compare_owners(const void *a, const void *b, void *context) {
	return group_key_compare_owners(a, b, *(const enum value_owner_part *)context);
}

/* Leaves each only once, in order. Returns how many there are. */
static uint32_t settle_owners(struct owner *owners, uint32_t count, enum value_owner_part part) {
	uint32_t kept = 0;
	qsort_r(owners, count, sizeof(*owners), compare_owners, &part);
	for (uint32_t i = 0; i < count; i++) {
		if (kept == 0 || group_key_compare_owners(&owners[kept - 1], &owners[i], part) != 0)
			owners[kept++] = owners[i];
	}
	return kept;
}

static void set_owner(struct group_key *key, const struct owner *owner,
                      enum value_owner_part part) {
	key->numbers[0] = number_of(owner, part);
	if (is_named(part))
		key->text = name_of(owner, part, &key->length);
}

/* Neither /proc nor a path has a NUL in a name, so it can stand between them. */
static void set_several(struct group_key *key, const struct owner *owners, uint32_t count,
                        enum value_owner_part part, struct out *scratch) {
	scratch->used = 0;
	for (uint32_t i = 0; i < count; i++) {
		size_t length = 0;
		const char *name = is_named(part) ? name_of(&owners[i], part, &length) : "";
		const uint32_t number = number_of(&owners[i], part);
		out_bytes(scratch, &number, sizeof(number));
		out_bytes(scratch, name, length);
		out_char(scratch, '\0');
	}
	key->kind |= UINT64_C(1) << SEVERAL_SHIFT;
	set_text(key, scratch->bytes, scratch->used);
	key->is_scratch = true;
}

/* One process by one descriptor, or by several that do not count. */
static bool is_alone(const struct value *value) {
	const struct owner *owners = value->owners;
	for (uint32_t i = 1; i < value->length; i++) {
		if (owners[i].process != owners[0].process || value->part == OWNER_FD)
			return false;
	}
	return true;
}

static struct owner *copy_owners(const struct value *value) {
	struct owner *copy = xcalloc(value->length, sizeof(*copy));
	memcpy(copy, value->owners, value->length * sizeof(*copy));
	return copy;
}

static void set_owners(struct group_key *key, const struct value *value, struct out *scratch) {
	const enum value_owner_part part = (enum value_owner_part)value->part;
	if (is_alone(value)) {
		set_owner(key, value->owners, part);
		return;
	}
	struct owner *owners = copy_owners(value);
	const uint32_t count = settle_owners(owners, value->length, part);
	if (count == 1)
		set_owner(key, owners, part);
	else
		set_several(key, owners, count, part, scratch);
	free(owners);
}

static void set_network(struct group_key *key, const struct value *value) {
	const struct format_network network =
	    format_network_of(value->sock, (enum value_end)value->part);
	set_address(key, value->sock, network.address);
	key->numbers[2] = network.prefix;
}

struct group_key group_key_of(const struct value *value, struct out *scratch) {
	struct group_key key = { .kind = kind_of(value->kind, 0) };
	switch (value->kind) {
	case VALUE_UNKNOWN:
		break;
	case VALUE_NUMBER:
	case VALUE_BOOL:
	case VALUE_HEX:
		key.numbers[0] = value->number;
		break;
	case VALUE_FLAGS:
		key.numbers[0] = value->length;
		break;
	case VALUE_SYMBOL:
		set_text(&key, value->text, strlen(value->text));
		break;
	case VALUE_TEXT:
		set_text(&key, value->text, value->length);
		break;
	case VALUE_ADDRESS:
		set_address(&key, value->sock, end_of(value)->address);
		break;
	case VALUE_NETWORK:
		set_network(&key, value);
		break;
	case VALUE_ENDPOINT:
		set_endpoint(&key, value, scratch);
		break;
	case VALUE_OWNERS:
		set_owners(&key, value, scratch);
		break;
	}
	return key;
}

struct value group_key_value(const struct value *value, struct arena *arena) {
	struct value settled = *value;
	if (value->kind != VALUE_OWNERS)
		return settled;
	const enum value_owner_part part = (enum value_owner_part)value->part;
	struct owner *owners = arena_alloc(arena, value->length * sizeof(*owners));
	memcpy(owners, value->owners, value->length * sizeof(*owners));
	settled.owners = owners;
	settled.length = settle_owners(owners, value->length, part);
	if (part == OWNER_ALL)
		settled.part = OWNER_PROCESS;
	return settled;
}

static uint64_t hash_text(uint64_t hash, const char *text, size_t length) {
	uint64_t word;
	for (; length >= sizeof(word); text += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		hash = util_mix(hash, word);
	}
	word = length;
	for (size_t i = 0; i < length; i++)
		word = word << 8 | (uint8_t)text[i];
	return util_mix(hash, word);
}

uint64_t group_key_hash(const struct group_key *key, uint64_t seed) {
	uint64_t hash = util_mix(seed, key->kind);
	for (size_t i = 0; i < GROUP_KEY_NUMBERS; i++)
		hash = key->numbers[i] ? util_mix(hash + i, key->numbers[i]) : hash;
	return key->text ? hash_text(hash, key->text, key->length) : hash;
}

bool group_key_equal(const struct group_key *a, const struct group_key *b) {
	return a->kind == b->kind && memcmp(a->numbers, b->numbers, sizeof(a->numbers)) == 0 &&
	       a->length == b->length &&
	       (a->length == 0 || memcmp(a->text, b->text, a->length) == 0);
}
