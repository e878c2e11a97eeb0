#pragma once
/* What a load has met with, counted, and its summary. */

#include <stdbool.h>
#include <stdint.h>

struct histogram;
struct out;

enum load_phase {
	LOAD_PHASE_OPEN, /* a descriptor for the socket */
	LOAD_PHASE_CONNECT,
	LOAD_PHASE_SEND,
	LOAD_PHASE_RECEIVE,
	LOAD_PHASE_COUNT,
};

enum { LOAD_ERRORS = 256 }; /* the kernel's are below; [0] counts all others */

struct load_result {
	uint64_t made;         /* connections */
	uint64_t failed;       /* they were not made */
	uint64_t open;         /* now; with those that are being made, until the end */
	uint64_t closed_early; /* by the peer, without an answer or while they were held */
	uint64_t asked;        /* messages that were begun, and want an answer */
	uint64_t messages;     /* that were answered */
	uint64_t unanswered;   /* in time */
	uint64_t skipped;      /* messages or connections that a rate was too fast for */
	uint64_t bytes_in;
	uint64_t bytes_out;
	uint64_t elapsed_ns;
	struct histogram *connect_time;
	struct histogram *round_trip;
	uint64_t errors[LOAD_PHASE_COUNT][LOAD_ERRORS];
};

struct load_result *load_result_create(void);
void load_result_destroy(struct load_result *result);

void load_result_count_error(struct load_result *result, enum load_phase phase, int error);

/* Of all phases. */
uint64_t load_result_errors(const struct load_result *result);

/* Whether all went as it should; of messages at least one has to be answered. */
bool load_result_is_good(const struct load_result *result);

void load_result_write_text(const struct load_result *result, struct out *out);
void load_result_write_json(const struct load_result *result, struct out *out);

/* "no local port is free", for errors that a load often meets, else as strerror() says; translated.
 */
const char *load_error_words(enum load_phase phase, int error);
