#pragma once
/* One cell of an answer, and what is known of its column. Sinks see nothing else. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct owner;
struct sock;

enum value_kind {
	VALUE_UNKNOWN,
	VALUE_NUMBER,
	VALUE_BOOL,
	VALUE_HEX,
	VALUE_SYMBOL,   /* text of ours */
	VALUE_TEXT,     /* any bytes of someone else's */
	VALUE_FLAGS,    /* a set of names of ours */
	VALUE_ADDRESS,  /* one end of a socket, without the port */
	VALUE_NETWORK,  /* the network around that address: IPv4 /24, IPv6 /64 */
	VALUE_ENDPOINT, /* one end of a socket, with port and device */
	VALUE_OWNERS,   /* owners, or one property of each */
};

enum value_end { VALUE_LOCAL, VALUE_PEER };
enum value_owner_part {
	OWNER_ALL,
	OWNER_PROCESS, /* the same without the descriptor */
	OWNER_PID,
	OWNER_EXE,
	OWNER_COMM,
	OWNER_FD,
	OWNER_PARENT, /* "1/systemd" */
	OWNER_PARENT_PID,
};

struct value {
	enum value_kind kind : 8;
	uint8_t part;    /* enum value_end or enum value_owner_part */
	uint32_t length; /* VALUE_TEXT: bytes; VALUE_FLAGS: the bits; VALUE_OWNERS: how many */
	union {
		uint64_t number;
		const char *text;
		const char *const *flag_names; /* name of bit n at [n], ended by NULL */
		const struct sock *sock;       /* borrowed from the snapshot */
		const struct owner *owners;    /* likewise; at least one */
	};
};

enum unit {
	UNIT_NONE,
	UNIT_BYTES,
	UNIT_SEGMENTS,
	UNIT_MICROSECONDS,
	UNIT_MILLISECONDS,
	UNIT_BYTES_PER_SECOND,
	UNIT_COUNT,
};

static inline bool unit_is_time(enum unit unit) {
	return unit == UNIT_MICROSECONDS || unit == UNIT_MILLISECONDS;
}

/* True if a number in this unit reads the same for people and for programs. */
static inline bool unit_is_bare(enum unit unit) {
	return !unit_is_time(unit) && unit != UNIT_BYTES_PER_SECOND;
}

struct column {
	const char *name;  /* column, filter operand; with unit_key_suffix() the JSON key */
	const char *title; /* heading in a text table */
	const char *help;  /* one sentence for --columns help and the man page, marked with N_ */
	enum unit unit;
	bool align_right;
};

const char *unit_key_suffix(enum unit unit); /* "_us", "_ms" or "" */
const char *unit_name(enum unit unit);       /* for people, may be "" */

/* True if the text of the value depends on nothing but struct value itself, and is ASCII. */
static inline bool value_is_constant(const struct value *value) {
	const unsigned kinds = 1u << VALUE_UNKNOWN | 1u << VALUE_NUMBER | 1u << VALUE_BOOL |
	                       1u << VALUE_HEX | 1u << VALUE_SYMBOL | 1u << VALUE_FLAGS;
	return kinds >> value->kind & 1;
}
