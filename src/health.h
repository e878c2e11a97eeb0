#pragma once
/* The one thing about a socket that a person should look at first. Pure. */

struct sock;

/* The worst comes last. */
enum health {
	HEALTH_FINE,
	HEALTH_WINDOW_CLOSED,
	HEALTH_RETRANSMITS,
	HEALTH_DROPS,
	HEALTH_CLOSE_WAIT,
	HEALTH_NO_ANSWER,
	HEALTH_ACCEPT_QUEUE_FULL,
	HEALTH_COUNT,
};

/* As far as it is known: of what nobody asked for (tcp_info, drops) nothing is held against it. */
enum health health_of(const struct sock *sock);

/* "ok", "close-wait": one word for programs, never translated. */
const char *health_name(enum health health);
