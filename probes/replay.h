#pragma once
/* A moment read again: the same answers go through the same parsers, and what was found out beside
 * them stands in for the machine. Everything in it is hostile until checked. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe.h"
#include "snapshot.h"
#include "want.h"

struct replay;

/* `bytes` are borrowed and aligned for any number. A moment that makes no sense in places is taken
 * as far as it does, and its reports say so. */
struct replay *replay_open(const unsigned char *bytes, size_t length);

/* True if a file that begins so may hold netlink messages of sock_diag. */
bool replay_looks_like_messages(const unsigned char *bytes, size_t length);

/* The same for netlink messages one after another, as `ss -D` writes them. */
struct replay *replay_open_messages(const unsigned char *bytes, size_t length);
void replay_close(struct replay *replay);

/* When and on which machine it was; 0 and "" if that is not known. */
uint64_t replay_time_ns(const struct replay *replay);
const char *replay_host(const struct replay *replay);

/* In which of its boots, as the recording has it ("": not known), and in which network namespace
 * (0: not known). */
const char *replay_boot(const struct replay *replay);
uint32_t replay_netns(const struct replay *replay);

/* There, the first and the last port that the kernel chooses by itself; 0: not known. */
const uint16_t *replay_ephemeral(const struct replay *replay);

/* What was asked for then, enum sock_need; everything if that is not known. */
uint32_t replay_needs(const struct replay *replay);

/* As probe_sockets(). */
void replay_sockets(struct replay *replay, const struct want *want, size_t batch_limit,
                    struct snapshot *snapshot, probe_batch_fn deliver, void *context);

/* As owner_resolve(). Without owners in the moment those of the sockets stay unknown. */
struct owner_summary replay_owners(struct replay *replay, struct snapshot *snapshot,
                                   struct sock *const *socks, size_t count, uint32_t needs);

/* The name of a user, or NULL; it lives as long as the replay. */
const char *replay_user(const struct replay *replay, uint32_t uid);

/* As names_annotate(): host and service names, if they were recorded. */
void replay_names(struct replay *replay, struct snapshot *snapshot, struct sock *const *socks,
                  size_t count);
