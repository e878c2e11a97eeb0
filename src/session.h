#pragma once
/* The session that a person sits in: closing what it hangs on would end it. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sock.h"

enum { SESSION_PROCESSES_MAX = 64 };

/* Zeroed it is nobody's. */
struct session {
	uint32_t pids[SESSION_PROCESSES_MAX]; /* we and our ancestors */
	size_t pid_count;
	bool has_ssh;
	struct sock_endpoint client, server; /* of ssh; IPv4 as IPv6 mapped */
};

/* SSH_CONNECTION as ssh(1) describes it: "CLIENT PORT SERVER PORT". False leaves the session as it
 * was. */
bool session_set_ssh(struct session *session, const char *text);

/* True if the session hangs on the process, or on the socket: it is the connection of ssh, from
 * either side, or one of the processes holds it. */
bool session_has_process(const struct session *session, uint32_t pid);
bool session_has(const struct session *session, const struct sock *sock);
