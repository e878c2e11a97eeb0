#pragma once
/* What collector and screen say to each other, over a socket pair that keeps messages apart. The
 * screen asks, the collector answers each CHANNEL_LOOK with a moment (docs/record-format.md) in a
 * sealed memory file. */

#include <stddef.h>
#include <stdint.h>

enum channel_request_kind {
	CHANNEL_LOOK,
	CHANNEL_SUSPEND, /* stop the process group, as Ctrl-Z does */
};

struct channel_request {
	uint32_t kind;
	uint32_t needs; /* CHANNEL_LOOK: enum sock_need */
};

struct channel_answer {
	uint64_t length;       /* of the moment */
	uint64_t cost_ns;      /* processor time that the collector took for it */
	uint64_t monotonic_ns; /* when it looked */
	int32_t error;         /* errno: there is no moment; 0 */
	uint32_t reserved;
};

/* 0 or -errno; -EPIPE if the other side has gone. The file is sealed by whoever made it. */
int channel_ask(int fd, const struct channel_request *request);
int channel_answer(int fd, const struct channel_answer *answer, int file);

/* Waits. 0, or -errno; -EPIPE if the other side has gone, -EBADMSG if it makes no sense. `file` is
 * the caller's to close; -1 if there is none. */
int channel_receive_request(int fd, struct channel_request *request);
int channel_receive_answer(int fd, struct channel_answer *answer, int *file);

/* A memory file for a moment, which can grow; channel_seal() ends that, so that who reads it in
 * place cannot be disturbed. -errno on failure. */
int channel_create_file(void);
int channel_seal(int file);
