#pragma once
/* Byte totals and rates of a socket from its counters. Pure. */

#include <stdint.h>

struct sock;
struct sock_life;

/* Fills the totals of `life`, whose `opened` is set; `before` is NULL, or the same socket in an
 * earlier look with its life. With `before` the rates too, over the time since that was sampled. */
void life_rate(struct sock_life *life, const struct sock *before, const struct sock *now,
               uint64_t now_ns);
