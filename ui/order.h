#pragma once
/* Puts many sockets in order, quickly. The order is that of view_sort(), but for rates, which
 * compare by what they are held at (life.h). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view.h"

/* A socket on its way to its place. */
struct order_row {
	uint64_t key;    /* sorts first; order_key() makes it */
	uint64_t serial; /* decides between equals */
	const struct sock *sock;
};

struct order {
	struct sort_key by;
	size_t held;  /* where struct sock_life keeps what is compared instead; 0: nowhere */
	bool is_text; /* a key seen so far may be only the beginning of what is compared */
};

struct order order_by(const struct field *field, bool descending);

/* False if what the socket is sorted by is not known; then it belongs behind all others. */
bool order_key(struct order *order, const struct sock *sock, uint64_t *key);

/* By serial. `spare` is memory for as many rows. */
void order_sort_by_serial(struct order_row *rows, struct order_row *spare, size_t count);

/* By key alone; equals keep their order. */
void order_sort_by_key(struct order_row *rows, struct order_row *spare, size_t count);

/* Rows that are in order by serial and whose keys order_key() made. */
void order_sort(const struct order *order, struct order_row *rows, struct order_row *spare,
                size_t count);
