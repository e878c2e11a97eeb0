#pragma once
/* Names of ports, from one pass over services(5): getservbyport(3) reads it anew for each port. */

#include <stddef.h>
#include <stdint.h>

#include "sock.h"

struct services;

/* `error` becomes the errno of a list that could not be read, or 0. */
struct services *services_load(int *error);
void services_destroy(struct services *services);

/* The name or NULL; it lives until services_destroy(). */
const char *services_find(const struct services *services, enum sock_protocol protocol,
                          uint32_t port);

/* All ports that have this name or alias for any protocol, sorted, each once; upper and lower case
 * differ, as in getservbyname(3). Returns how many there are, of which the first `max` are in
 * `ports`. */
size_t services_ports(const struct services *services, const char *name, size_t length,
                      uint16_t *ports, size_t max);
