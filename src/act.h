#pragma once
/* What can be done to sockets, one by one, and what came of it, in words. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sock.h"

struct out;

enum act_kind {
	ACT_CLOSE,  /* the sockets, from outside: their owners see an error */
	ACT_SIGNAL, /* the processes that hold them */
	ACT_KIND_COUNT,
};

struct act_signal {
	int number;
	const char *name; /* "TERM" */
	const char *help; /* marked with N_ */
};

/* Those that can be sent. */
extern const struct act_signal act_signals[];
extern const size_t act_signal_count;

/* "TERM", "SIGTERM", in any case, or its number; NULL if it is not among them. */
const struct act_signal *act_find_signal(const char *name);

struct act_order {
	enum act_kind kind;
	int signal; /* ACT_SIGNAL: the number of one of act_signals[] */
};

/* One thing to do. It goes from one process to another, so it has no holes and no pointers. */
struct act_deed {
	uint64_t cookie;     /* of the socket */
	uint64_t start_time; /* ACT_SIGNAL: of the process, in clock ticks after boot */
	uint32_t pid;        /* likewise; 0 else */
	uint32_t protocol;   /* enum sock_protocol */
};

/* What came of a deed, from good to bad. */
enum act_outcome {
	ACT_OUTCOME_DONE,
	ACT_OUTCOME_PLANNED,    /* it would be done, but nothing is */
	ACT_OUTCOME_GONE,       /* there is no such socket any more */
	ACT_OUTCOME_ENDED,      /* there is no such process any more */
	ACT_OUTCOME_LET_GO,     /* the process does not hold the socket any more */
	ACT_OUTCOME_LISTENER,   /* nothing was done: that must be asked for expressly */
	ACT_OUTCOME_OF_SESSION, /* likewise */
	ACT_OUTCOME_NO_OWNER,
	ACT_OUTCOME_HIDDEN_OWNER,
	ACT_OUTCOME_NO_COOKIE, /* nobody can say which socket it is */
	ACT_OUTCOME_UNREACHABLE,
	ACT_OUTCOME_INTERRUPTED, /* before it was done */
	ACT_OUTCOME_NOT_PERMITTED,
	ACT_OUTCOME_NO_SUPPORT, /* of this kernel */
	ACT_OUTCOME_NO_SUCH_PROTOCOL,
	ACT_OUTCOME_FAILED, /* `error` says why */
	ACT_OUTCOME_COUNT,
};

struct act_result {
	uint32_t outcome; /* enum act_outcome */
	int32_t error;    /* errno, or 0 */
};

/* For programs, never translated: "closed", "gone". */
const char *act_outcome_name(enum act_kind kind, enum act_outcome outcome);

/* False of what needs somebody's attention. That there is nothing left to do is no failure. */
bool act_outcome_is_good(enum act_outcome outcome);

/* For people: "closed", "not permitted: needs CAP_NET_ADMIN". */
void act_write_result(struct out *out, const struct act_order *order, enum sock_protocol protocol,
                      const struct act_result *result);

/* What the kernel's answer, -errno or 0, means. */
struct act_result act_result_of_close(int error, enum sock_protocol protocol);
struct act_result act_result_of_signal(int error);

/* Deeds at once, as they go from one process to another. */
enum { ACT_DEEDS_MAX = 1024 };

/* False if any of it could not have been meant: a kind, signal or protocol that there is not, a
 * cookie that stands for any socket, a process where none belongs or the other way round. */
bool act_is_sane(const struct act_order *order, const struct act_deed *deeds, size_t count);
bool act_is_sane_result(const struct act_result *result);
