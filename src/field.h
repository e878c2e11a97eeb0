#pragma once
/* The table of everything that can be known of a socket. Columns, sort keys, filter operands, JSON
 * keys, --columns help and the man page all come from it: a new kernel counter is one row. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "value.h"

struct sock;

/* Which switch shows a field. */
enum field_group {
	FIELD_GROUP_BASIC,
	FIELD_GROUP_EXTENDED, /* -e */
	FIELD_GROUP_TIMER,    /* -o */
	FIELD_GROUP_MEMORY,   /* -m */
	FIELD_GROUP_INFO,     /* -i */
	FIELD_GROUP_NAMES,    /* -r, where addresses and names have columns of their own */
	FIELD_GROUP_LIFE,     /* only by its name, and only after several looks */
	FIELD_GROUP_ASKED,    /* only by its name */
	FIELD_GROUP_COUNT,
};

enum field_default {
	FIELD_IN_NONE = 0,
	FIELD_IN_TEXT = 1u << 0, /* a column of the text list unless --columns says otherwise */
	FIELD_IN_DATA = 1u << 1, /* a key of JSON and a column of CSV and TSV, likewise */
};

/* What a plain number means. */
enum field_rule {
	FIELD_RULE_PLAIN,
	FIELD_RULE_ZERO_UNKNOWN = 1u << 0,     /* 0: not measured yet */
	FIELD_RULE_ONES_UNKNOWN = 1u << 1,     /* all bits set: none */
	FIELD_RULE_INFINITE_UNKNOWN = 1u << 2, /* 0x7fffffff and more: none */
	FIELD_RULE_BOOL = 1u << 3,
	FIELD_RULE_HEX = 1u << 4,
	FIELD_RULE_QUIET_ZERO = 1u << 5, /* made of a 0 it is left out of a text line's details */
	FIELD_RULE_BITS = 1u << 6,       /* `bits` bits from `shift` on */
};

/* The structures that fields are read from. */
enum field_part {
	FIELD_PART_SOCK,
	FIELD_PART_TCP,
	FIELD_PART_MPTCP,
	FIELD_PART_MEMORY,
	FIELD_PART_CONGESTION,
	FIELD_PART_ULP,
	/* What only sockets of one family have: `more` of struct sock. */
	FIELD_PART_UNIX,
	FIELD_PART_PACKET,
	FIELD_PART_NETLINK,
	FIELD_PART_XDP,
	FIELD_PART_SCTP,
	/* What several looks tell. */
	FIELD_PART_LIFE,
	FIELD_PART_NAMES,
	FIELD_PART_COUNT,
};

/* Bits of `known` where a part has no set of its own. */
enum field_known {
	FIELD_KNOWN_CONNECTED = 1u << 0, /* tcp_info of a socket that does not listen */
	FIELD_KNOWN_VEGAS = 1u << 1,
	FIELD_KNOWN_DCTCP = 1u << 2,
	FIELD_KNOWN_BBR = 1u << 3,
	FIELD_KNOWN_WSCALE = 1u << 4, /* tcp_info: both sides agreed to scale the window */
};

/* Where a plain number lies in its part and what it means. */
struct field_number {
	uint16_t offset;
	uint16_t end; /* how much of the part must be known, for a value of any kind */
	uint8_t size;
	uint8_t rule; /* enum field_rule */
	uint8_t shift, bits;
};

/* How the value of a field is read. Kept small and apart: a wide list goes through a hundred of
 * these for each socket. */
struct field_access {
	/* NULL for a plain number. Else fills `value`, which is VALUE_UNKNOWN before; what it
	 * points to lives as long as the socket. If `number` has a size, a number of that size at
	 * that place is all that the value is made of; of text it is the pointer. */
	void (*get)(const struct field_access *access, const struct sock *sock,
	            struct value *value);
	uint32_t known; /* which bits of the part must be set */
	uint8_t part;   /* enum field_part */
	struct field_number number;
};

struct field {
	struct column column;
	enum field_group group;
	uint32_t defaults; /* enum field_default */
	uint32_t needs;    /* enum sock_need */
	struct field_access access;
};

/* Where one socket's parts are, so that many fields can be read without looking again. */
struct field_source {
	const struct sock *sock;
	struct field_part_source {
		const unsigned char *base;
		uint32_t length; /* bytes of it that are known */
		uint32_t known;
	} parts[FIELD_PART_COUNT];
};

struct field_source field_source(const struct sock *sock);

static inline uint64_t field_load(const unsigned char *bytes, size_t size) {
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;
	switch (size) {
	case 4:
		memcpy(&u32, bytes, sizeof(u32));
		return u32;
	case 8:
		memcpy(&u64, bytes, sizeof(u64));
		return u64;
	case 2:
		memcpy(&u16, bytes, sizeof(u16));
		return u16;
	default:
		return *bytes;
	}
}

static inline uint64_t field_take_bits(const struct field_number *at, uint64_t number) {
	return number >> at->shift & ((1u << at->bits) - 1);
}

/* Applies the rule to what was loaded. False if it means "not known". */
static inline bool field_apply_rule(const struct field_number *at, uint64_t *number) {
	const uint64_t ones = at->size == 8 ? UINT64_MAX : UINT32_MAX;
	const uint64_t infinite = 0x7fffffff; /* TCP_INFINITE_SSTHRESH */
	if (at->rule & FIELD_RULE_BITS)
		*number = field_take_bits(at, *number);
	if ((at->rule & FIELD_RULE_ZERO_UNKNOWN) && *number == 0)
		return false;
	if ((at->rule & FIELD_RULE_ONES_UNKNOWN) && *number == ones)
		return false;
	return !(at->rule & FIELD_RULE_INFINITE_UNKNOWN) || *number < infinite;
}

static inline enum value_kind field_number_kind(const struct field_number *at) {
	if (at->rule & FIELD_RULE_HEX)
		return VALUE_HEX;
	return at->rule & FIELD_RULE_BOOL ? VALUE_BOOL : VALUE_NUMBER;
}

static inline bool field_is_known(const struct field_access *access,
                                  const struct field_part_source *part) {
	return access->number.end <= part->length && (access->known & ~part->known) == 0;
}

/* The number that the value is made of. False if it is not known, or if there is more to the
 * value. */
static inline bool field_load_number(const struct field_access *access,
                                     const struct field_source *source, uint64_t *number) {
	const struct field_part_source *part = &source->parts[access->part];
	if (access->number.size == 0 || !field_is_known(access, part))
		return false;
	*number = field_load(part->base + access->number.offset, access->number.size);
	if (access->number.rule & FIELD_RULE_BITS)
		*number = field_take_bits(&access->number, *number);
	return true;
}

/* False if the value is not known; `value` then holds nothing of use. */
static inline bool field_get(const struct field_access *access, const struct field_source *source,
                             struct value *value) {
	const struct field_part_source *part = &source->parts[access->part];
	if (!field_is_known(access, part))
		return false;
	if (!access->get) {
		*value = (struct value){ .kind = field_number_kind(&access->number) };
		value->number = field_load(part->base + access->number.offset, access->number.size);
		return field_apply_rule(&access->number, &value->number);
	}
	value->kind = VALUE_UNKNOWN;
	access->get(access, source->sock, value);
	return value->kind != VALUE_UNKNOWN;
}

/* The same, VALUE_UNKNOWN if it is not known. */
static inline struct value field_value(const struct field_access *access,
                                       const struct field_source *source) {
	struct value value;
	return field_get(access, source, &value) ? value : (struct value){ .kind = VALUE_UNKNOWN };
}

/* Neighbours in a list of accesses that need the same bits of the same part. A wide list holds
 * many fields of few parts, so one look at a run spares a look at each. */
struct field_run {
	uint32_t first;
	uint32_t end;   /* index of the one behind the last */
	uint32_t known; /* as in struct field_access */
	uint32_t next;  /* index of the first run of another part */
	uint8_t part;
	bool plain; /* all of them are numbers, VALUE_NUMBER */
};

/* Cuts accesses[first] to accesses[end - 1] into runs, at most end - first of them, and returns how
 * many. */
size_t field_find_runs(const struct field_access *accesses, size_t first, size_t end,
                       struct field_run *runs);

extern const struct field fields[];
extern const size_t field_count;

/* By column name, heading or JSON key, in any case; NULL if there is none. */
const struct field *field_find(const char *name, size_t length);
const struct field *field_named(const char *name);

/* The name most like `name`, or NULL. */
const char *field_suggest(const char *name, size_t length);
