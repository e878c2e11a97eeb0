#pragma once
/* Owns the probes: it looks when it is asked, and hands each look over as a moment. */

#include <stdbool.h>
#include <stdint.h>

#include "act.h"

struct collector;

/* `netns` and `no_such` as in probe_open(). NULL sets `error`, which the caller frees. */
struct collector *collector_open(const char *netns, bool *no_such, char **error);
void collector_close(struct collector *collector);

/* Looks at every socket, with so much to be found out (enum sock_need), and answers on `channel`
 * (channel.h). A look that fails is an answer too. 0, or -errno if nothing can be answered any
 * more. */
int collector_answer(struct collector *collector, int channel, uint32_t needs);

/* Does what was ordered, and answers likewise: with what came of each deed. */
int collector_act(struct collector *collector, int channel, const struct act_order *order,
                  const struct act_deed *deeds, size_t count);
