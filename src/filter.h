#pragma once
/* Which sockets a person asked for. The filter decides; filter_want() only lets the kernel and
 * the probes leave out what the filter would refuse anyway. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sock.h"
#include "want.h"

/* All conditions hold together. Build it with filter_all() and narrow it. */
struct filter {
	uint32_t protocols; /* bits 1u << enum sock_protocol */
	uint32_t families;  /* bits 1u << enum sock_family */
	uint32_t states;    /* bits 1u << enum sock_state */
	bool listening;     /* only what sock_is_listening() says */
	bool never;         /* two conditions exclude each other, such as two local ports */
	uint16_t sport;     /* 0: any */
	uint16_t dport;     /* 0: any */
	uint16_t ports[2];  /* each on either end; 0: any */
};

struct filter_error {
	char *message;    /* the caller frees it */
	char *expression; /* the words joined by blanks; the caller frees it */
	size_t column;    /* bytes before the offending character in `expression` */
};

struct filter filter_all(void);

/* Narrows `filter` by the words: a protocol, a family, a state, a port (1234, :1234, port 1234) or
 * `sport 1234`, `dport = :1234`. False fills `error` and leaves `filter` alone. */
bool filter_parse(const char *const words[], size_t count, struct filter *filter,
                  struct filter_error *error);

bool filter_matches(const struct filter *filter, const struct sock *sock);

/* Everything that the filter can match, as far as probes understand it. `needs` is left at 0. */
struct want filter_want(const struct filter *filter);

/* Every word that means something by itself or before a port, for suggestions and completions; NULL
 * behind the last one. */
const char *filter_word(size_t index);
