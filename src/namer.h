#pragma once
/* Names of hosts and ports without ever waiting for them: what is not known yet is looked up in
 * the background. */

#include <stdbool.h>
#include <stdint.h>

#include "sock.h"

struct namer;

/* Nothing is looked up before the first question. */
struct namer *namer_create(void);
void namer_destroy(struct namer *namer);

/* The name, any bytes, or NULL if there is none or none yet. It is good until the next question.
 * Answers are kept for a while: names five minutes, "no such name" one. */
const char *namer_host(struct namer *namer, enum sock_family family, const uint8_t address[16]);
const char *namer_port(struct namer *namer, enum sock_protocol protocol, uint32_t port);

/* Readable when names have arrived since the last namer_take(). */
int namer_fd(const struct namer *namer);
void namer_take(struct namer *namer);
