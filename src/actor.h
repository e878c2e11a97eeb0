#pragma once
/* Does what was ordered. Whatever somebody believed when it was ordered is looked up again. */

#include <stdbool.h>
#include <stddef.h>

#include "act.h"

struct probe;
struct session;

/* That of who started this process, from its environment and /proc. `session` is zeroed. */
void actor_find_session(struct session *session);

/* Fills results[i] for deeds[i], as many as there are. The order makes sense (act_is_sane(), but
 * for the number of deeds). A process is signalled once, however many of its sockets are among
 * them. Once it is `over`, which is asked before each deed (NULL: it never is), nothing more is
 * done. */
void actor_carry_out(struct probe *probe, const struct act_order *order,
                     const struct act_deed *deeds, struct act_result *results, size_t count,
                     bool (*over)(void));
