/* Gives the functions of a replay, which have another shape elsewhere, the shape of a source. */

#include "replay_source.h"

#include "replay.h"

static void play_sockets(void *self, const struct want *want, size_t batch_limit,
                         struct snapshot *snapshot, probe_batch_fn deliver, void *context) {
	replay_sockets(self, want, batch_limit, snapshot, deliver, context);
}

static struct owner_summary play_owners(void *self, struct snapshot *snapshot,
                                        struct sock *const *socks, size_t count, uint32_t needs,
                                        const struct owner_scope *scope) {
	(void)scope; /* all are there already, and the run that was recorded showed them */
	return replay_owners(self, snapshot, socks, count, needs);
}

static const char *play_user(void *self, uint32_t uid) {
	return replay_user(self, uid);
}

static size_t play_names(void *self, struct snapshot *snapshot, struct sock *const *socks,
                         size_t count) {
	replay_names(self, snapshot, socks, count);
	return 0;
}

struct source replay_source(struct replay *replay) {
	const uint16_t *ephemeral = replay_ephemeral(replay);
	return (struct source){
		.self = replay,
		.sockets = play_sockets,
		.owners = play_owners,
		.user = play_user,
		.names = play_names,
		.needs =
		    replay_needs(replay) | SOCK_NEED_SERVICE, /* by the ports of this machine */
		.host = replay_host(replay),
		.boot = replay_boot(replay),
		.netns = replay_netns(replay),
		.ephemeral = { ephemeral[0], ephemeral[1] },
		.time_ns = replay_time_ns(replay),
	};
}
