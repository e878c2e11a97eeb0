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
	FIELD_RULE_QUIET_ZERO = 1u << 5, /* a 0 is left out of the details of a text line */
};

/* The structures that fields are read from. */
enum field_part {
	FIELD_PART_SOCK,
	FIELD_PART_TCP,
	FIELD_PART_MPTCP,
	FIELD_PART_MEMORY,
	FIELD_PART_CONGESTION,
	FIELD_PART_ULP,
	FIELD_PART_COUNT,
};

/* Bits of `known` where a part has no set of its own. */
enum field_known {
	FIELD_KNOWN_CONNECTED = 1u << 0, /* tcp_info of a socket that does not listen */
	FIELD_KNOWN_VEGAS = 1u << 1,
	FIELD_KNOWN_DCTCP = 1u << 2,
	FIELD_KNOWN_BBR = 1u << 3,
};

/* How the value of a field is read. Kept small and apart: a wide list goes through a hundred of
 * these for each socket. */
struct field_access {
	/* NULL for a plain number. Else fills `value`, which is VALUE_UNKNOWN before; what it
	 * points to lives as long as the socket. */
	void (*get)(const struct field_access *access, const struct sock *sock,
	            struct value *value);
	uint32_t known;  /* which bits of the part must be set */
	uint16_t offset; /* of a plain number in the part */
	uint16_t end;    /* how much of the part must be known */
	uint8_t size;
	uint8_t part; /* enum field_part */
	uint8_t rule; /* enum field_rule */
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
	struct {
		const unsigned char *base;
		uint32_t length; /* bytes of it that are known */
		uint32_t known;
	} parts[FIELD_PART_COUNT];
};

struct field_source field_source(const struct sock *sock);

/* Applies access->rule to a plain number. False if it means "not known". */
bool field_apply_rule(const struct field_access *access, struct value *value);

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

/* False if the value is not known; `value` then holds nothing of use. Inline, because a wide list
 * comes here a hundred times for each socket. */
static inline bool field_get(const struct field_access *access, const struct field_source *source,
                             struct value *value) {
	if (access->end > source->parts[access->part].length ||
	    (access->known & ~source->parts[access->part].known) != 0)
		return false;
	if (access->get) {
		value->kind = VALUE_UNKNOWN;
		access->get(access, source->sock, value);
		return value->kind != VALUE_UNKNOWN;
	}
	value->kind = VALUE_NUMBER;
	value->number = field_load(source->parts[access->part].base + access->offset, access->size);
	return (access->rule & ~FIELD_RULE_QUIET_ZERO) == 0 || field_apply_rule(access, value);
}

extern const struct field fields[];
extern const size_t field_count;

/* By column name or JSON key; NULL if there is none. */
const struct field *field_find(const char *name, size_t length);

/* The name most like `name`, or NULL. */
const char *field_suggest(const char *name, size_t length);
