#pragma once
/* A look at sockets through this program's own probes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct look;
struct out;
struct sock;

/* Every socket that the filter `expression` matches (socklens(1), FILTERS; numbers only, no names
 * of hosts or services), in the network namespace `netns` (probe_open() says what it may be; NULL:
 * our own). `needs` is what to find out beyond what the filter compares, enum sock_need but for
 * SOCK_NEED_NAMES. NULL sets `error`, one line that the caller frees. */
struct look *look_take(const char *netns, const char *expression, uint32_t needs, char **error);
void look_destroy(struct look *look);

size_t look_count(const struct look *look);

/* It lives as long as the look. */
const struct sock *look_sock(const struct look *look, size_t index);

/* A cell of the list: the value of the field `name` of fields[]. False, and nothing is written, if
 * that is not known. */
bool look_write_field(const struct sock *sock, const char *name, struct out *out);

/* Why sockets, or something of them, may be missing: one line that the caller frees. NULL if the
 * answer is whole. */
char *look_problem(const struct look *look);
