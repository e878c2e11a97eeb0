#pragma once
/* Questions about single sockets, by inode and cookie, to handlers that take them (struct
 * diag_class, is_exact). */

#include <stddef.h>
#include <stdint.h>

#include "netlink.h"

struct diag_class;
struct run;
struct sock;

struct exact_socket {
	uint32_t inode;
	uint64_t cookie;
};

/* Zero-initialise it; exact_finish() frees it. */
struct exact_list {
	struct exact_socket *items;
	size_t count, capacity;
};

void exact_note(struct exact_list *list, uint32_t inode, uint64_t cookie);
void exact_finish(struct exact_list *list);

/* Hands the answer to `take`. 0 or -errno: -ENOENT or -ESTALE if there is no such socket any more,
 * -EMSGSIZE if what is asked for does not fit. */
int exact_ask(struct run *run, const struct diag_class *class, uint32_t show,
              const struct exact_socket *socket, netlink_message_fn take, void *context);

/* Adds the large attribute of one socket to the run's set. Likewise. */
int exact_large(struct run *run, const struct diag_class *class, const struct sock *sock);
