#pragma once
/* What collector and screen say to each other, over a socket pair that keeps messages apart. The
 * screen asks, the collector answers each CHANNEL_LOOK with a moment (docs/record-format.md) in a
 * sealed memory file, and each CHANNEL_ACT with a struct act_result for each deed in another one.
 * Neither believes the other. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "act.h"

enum channel_request_kind {
	CHANNEL_LOOK,
	CHANNEL_ACT,
	CHANNEL_SUSPEND, /* stop the process group, as Ctrl-Z does */
};

struct channel_request {
	uint32_t kind;
	uint32_t needs;         /* CHANNEL_LOOK: enum sock_need */
	struct act_order order; /* CHANNEL_ACT */
	uint32_t deed_count;    /* likewise; they follow */
	uint32_t reserved;
};

/* A request with what follows it. */
struct channel_message {
	struct channel_request request;
	struct act_deed deeds[ACT_DEEDS_MAX];
};

struct channel_answer {
	uint64_t length;       /* of the moment, or of the results */
	uint64_t cost_ns;      /* processor time that the collector took for it */
	uint64_t monotonic_ns; /* when it looked */
	int32_t error;         /* errno: there is no moment; 0 */
	uint32_t reserved;
};

/* The ends of a new channel. 0 or -errno. */
int channel_open(int *collector, int *screen);

/* 0 or -errno; -EPIPE if the other side has gone. The file is sealed by whoever made it; -1 if
 * there is none. The deeds are as many as the request says. */
int channel_ask(int fd, const struct channel_request *request, const struct act_deed *deeds);
int channel_answer(int fd, const struct channel_answer *answer, int file);

/* Waits. 0, or -errno; -EPIPE if the other side has gone, -EBADMSG if it makes no sense, -EPERM if
 * another process than `screen` asks. Of `message` only as many deeds are filled in as there are,
 * and they make sense (act.h). */
int channel_receive_request(int fd, pid_t screen, struct channel_message *message);

/* Of the collector's end: true if the screen has taken every answer that was sent. */
bool channel_is_taken(int fd);

/* As channel_receive_request(). `file` holds at least `length` bytes, which cannot change, and is
 * the caller's to close; -1 if `error` of the answer says why there is none. */
int channel_receive_answer(int fd, struct channel_answer *answer, int *file);

/* A memory file for a moment, which can grow; channel_seal() ends that, so that who reads it in
 * place cannot be disturbed. -errno on failure. */
int channel_create_file(void);
int channel_seal(int file);
