#pragma once
/* What is to be done to which sockets, listed before it is done: each socket as people read it, the
 * deeds that it comes to, what is dangerous about it, and afterwards what came of it. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "act.h"

struct out;
struct session;
struct sock;

/* Why a socket asks for a second thought. */
enum act_danger {
	ACT_DANGER_LISTENER = 1u << 0, /* it waits for peers, which find nobody then */
	ACT_DANGER_SESSION = 1u << 1,  /* the session at hand hangs on it */
	ACT_DANGERS_ALL = ACT_DANGER_LISTENER | ACT_DANGER_SESSION,
};

/* A socket. */
struct act_row {
	char *socket; /* "tcp ESTAB 10.0.0.1:22 10.0.0.2:4711" */
	char *owners; /* "4242/sshd,4250/sshd"; "-" */
	uint32_t dangers;
	enum sock_protocol protocol;
	size_t first, count;       /* its deeds */
	struct act_result without; /* why there are none, if there are none */
};

/* act_plan_begin(), then act_plan_add() for each socket, then act_plan_settle(); act_plan_finish()
 * frees it, also if it is zeroed. */
struct act_plan {
	struct act_order order;
	uint32_t allowed; /* enum act_danger: what may be done all the same */
	struct act_row *rows;
	size_t row_count, row_capacity;
	/* One each for a deed. */
	struct act_deed *deeds;
	struct act_result *results; /* ACT_OUTCOME_PLANNED until they are filled in */
	char **names;               /* the process: "4242/sshd"; "" */
	size_t deed_count, deed_capacity;
};

void act_plan_begin(struct act_plan *plan, const struct act_order *order, uint32_t allowed);

/* The socket's owners should be known. Nothing is borrowed. */
void act_plan_add(struct act_plan *plan, const struct sock *sock, const struct session *session);

/* What is dangerous and not allowed is left alone: the rows stay, without deeds. A process to be
 * signalled is as dangerous as the worst of its sockets. */
void act_plan_settle(struct act_plan *plan);
void act_plan_finish(struct act_plan *plan);

/* enum act_danger of all rows that something is to be done to. */
uint32_t act_plan_dangers(const struct act_plan *plan);

/* The worst of the row's deeds. */
enum act_outcome act_plan_outcome(const struct act_plan *plan, const struct act_row *row);

/* "closed", "TERM sent: 4242/nc; not permitted: needs CAP_KILL: 17/sshd". */
void act_plan_write_result(struct out *out, const struct act_plan *plan, const struct act_row *row);

/* "2 closed, 1 gone already": how many rows came to what. */
void act_plan_write_summary(struct out *out, const struct act_plan *plan);
