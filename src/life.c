/* A life is made anew in every look, from the one before and what is there now; nothing of the look
 * before is changed, and nothing here points into it afterwards. Who is not there any more goes on
 * as a copy at the end, so that the next look finds it in the look before like everybody else. */

#include "life.h"

#include "diff.h"
#include "life_join.h"
#include "life_rate.h"
#include "snapshot.h"
#include "sock_copy.h"

struct living {
	struct life *life;
	const struct snapshot *before;
	struct snapshot *now;
	uint64_t now_ns;
	struct life_join join;
	struct sock_copier copier;
	struct sock_life *lives; /* of the sockets of `now`, and then of the copies */
};

static const uint64_t ns_per_ms = 1000000;

/* Nobody was asked who should know: that it does not tell of a socket means nothing. */
static bool is_blind(const struct snapshot *now, const struct sock *sock) {
	const enum sock_probe probe = sock_probe_of((enum sock_protocol)sock->protocol);
	switch (now->reports[probe].outcome) {
	case REPORT_PARTIAL:
	case REPORT_ABSENT:
	case REPORT_UNLISTED:
		return true;
	case REPORT_NOT_ASKED:
	case REPORT_WHOLE:
		break;
	}
	return false;
}

static bool is_mark(uint8_t change) {
	return change == SOCK_CHANGE_NEW || change == SOCK_CHANGE_CHANGED;
}

static void keep_mark(const struct sock *before, struct sock *now, struct sock_life *life) {
	life->mark_looks = (uint8_t)(before->life->mark_looks + 1);
	const bool fresh = is_mark(before->change) && life->mark_looks < LIFE_MARK_LOOKS;
	now->change = fresh ? before->change : SOCK_CHANGE_NONE;
	if (!fresh)
		life->mark_looks = 0;
}

/* Owners that were not looked for, or could not be seen, are no other owners. */
static bool is_changed(const struct sock *before, const struct sock *now) {
	const uint32_t unseen = 1u << SOCK_OWNERSHIP_UNKNOWN | 1u << SOCK_OWNERSHIP_HIDDEN;
	if (!(unseen & (1u << before->ownership | 1u << now->ownership)))
		return diff_is_changed(before, now);
	struct sock same = *now;
	same.owners = before->owners;
	same.owner_count = before->owner_count;
	return diff_is_changed(before, &same);
}

static void mark(const struct sock *before, struct sock *now, struct sock_life *life) {
	if (sock_life_is_gone(before->life))
		now->change = SOCK_CHANGE_NEW;
	else if (is_changed(before, now))
		now->change = SOCK_CHANGE_CHANGED;
	else
		keep_mark(before, now, life);
}

/* With its last close a socket loses its inode, and with that its owners and its user, but not its
 * identity. Where there is an inode, the owners of now are the truth, even if there are none. */
static void remember_holders(struct living *living, const struct sock *before, struct sock *now) {
	if (now->owner_count > 0 || before->owner_count == 0 || (now->known & SOCK_KNOWS_INODE))
		return;
	const char *cgroup = now->cgroup;
	sock_copy_holders(&living->copier, before, now);
	if (cgroup)
		now->cgroup = cgroup;
	if (!(now->known & SOCK_KNOWS_UID) && (before->known & SOCK_KNOWS_UID)) {
		now->uid = before->uid;
		now->known |= SOCK_KNOWS_UID;
	}
	now->ownership = SOCK_OWNERSHIP_REMEMBERED;
}

static uint64_t age_ms(const struct living *living, const struct sock_life *life) {
	const uint64_t since = life->first_seen_ns;
	return living->now_ns > since ? (living->now_ns - since) / ns_per_ms : 0;
}

static void begin_life(struct living *living, struct sock *now, struct sock_life *life) {
	const bool first = living->life->looks == 0;
	*life = (struct sock_life){ .serial = ++living->life->serial,
		                    .seen_at_start = first,
		                    .opened = now->state == SOCK_STATE_SYN_SENT,
		                    .first_seen_ns = living->now_ns,
		                    .state_since_ns = living->now_ns,
		                    .sampled_ns = living->now_ns };
	now->change = first ? SOCK_CHANGE_NONE : SOCK_CHANGE_NEW;
	life_rate(life, NULL, now, living->now_ns);
}

static void go_on(struct living *living, const struct sock *before, struct sock *now,
                  struct sock_life *life) {
	const struct sock_life *past = before->life;
	const bool stays = before->state == now->state;
	*life = (struct sock_life){
		.serial = past->serial,
		.seen_at_start = past->seen_at_start,
		.opened = past->opened || now->state == SOCK_STATE_SYN_SENT,
		.state_before = past->missing < 2 ? before->state : 0,
		.first_seen_ns = past->first_seen_ns,
		.state_since_ns = stays ? past->state_since_ns : living->now_ns,
		.sampled_ns = living->now_ns,
		.age_ms = age_ms(living, past),
	};
	remember_holders(living, before, now);
	mark(before, now, life);
	life_rate(life, before, now, living->now_ns);
}

void life_stop(struct sock_life *life) {
	life->known &= SOCK_LIFE_KNOWS_RX_BYTES | SOCK_LIFE_KNOWS_TX_BYTES;
	life->rx = life->tx = life->rate = life->retrans = 0;
	life->rx_held = life->tx_held = life->rate_held = 0;
}

/* The life of one who is not there; false if it is over. */
static bool fade(const struct living *living, const struct sock *before, struct sock_life *life,
                 uint8_t *change) {
	const struct sock_life *past = before->life;
	const bool stale = past->missing < 2 && is_blind(living->now, before);
	const uint8_t missing =
	    past->missing < UINT8_MAX ? (uint8_t)(past->missing + 1) : UINT8_MAX;
	*life = *past;
	*change = before->change;
	life->state_before = before->state;
	life_stop(life);
	life->sent_segments = life->retrans_segments = 0;
	life->stale = stale;
	life->missing = stale ? past->missing : missing;
	life->mark_looks = (uint8_t)(past->mark_looks + 1);
	if (life->missing == 2 && !stale) {
		*change = SOCK_CHANGE_GONE;
		life->mark_looks = 0;
	}
	if (life->missing < 2 && life->mark_looks >= LIFE_MARK_LOOKS) {
		*change = SOCK_CHANGE_NONE;
		life->mark_looks = 0;
	}
	return life->missing < 2 || life->mark_looks < LIFE_MARK_LOOKS;
}

static void add_missing(struct living *living, const struct sock *before, struct sock_life **next) {
	uint8_t change;
	if (!before->life || !fade(living, before, *next, &change))
		return;
	struct sock *copy = snapshot_add(living->now);
	sock_copy(&living->copier, before, copy);
	copy->change = change;
	if (sock_life_is_gone(*next) && copy->owner_count > 0)
		copy->ownership = SOCK_OWNERSHIP_REMEMBERED;
	copy->life = (*next)++;
}

static size_t count_missing(const struct living *living) {
	size_t count = 0;
	for (size_t i = 0; living->before && i < living->before->count; i++)
		count += !living->join.met[i];
	return count;
}

static void update_present(struct living *living, size_t count) {
	for (size_t i = 0; i < count; i++) {
		struct sock *now = &living->now->socks[i];
		const uint32_t at = living->join.before[i];
		const struct sock *before = at ? &living->before->socks[at - 1] : NULL;
		if (before && before->life)
			go_on(living, before, now, &living->lives[i]);
		else
			begin_life(living, now, &living->lives[i]);
		now->life = &living->lives[i];
	}
}

void life_update(struct life *life, const struct snapshot *before, struct snapshot *now,
                 uint64_t now_ns) {
	const size_t count = now->count;
	struct living living = {
		.life = life,
		.before = before,
		.now = now,
		.now_ns = now_ns,
		.join = life_join_make(before, now),
		.copier = { .arena = &now->arena },
	};
	const size_t all = count + count_missing(&living);
	living.lives = arena_alloc(&now->arena, (all + 1) * sizeof(*living.lives));
	update_present(&living, count);
	struct sock_life *next = living.lives + count;
	for (size_t i = 0; before && i < before->count; i++) {
		if (!living.join.met[i])
			add_missing(&living, &before->socks[i], &next);
	}
	sock_copier_finish(&living.copier);
	life_join_finish(&living.join);
	life->looks++;
}

void life_adopt(struct snapshot *now, const struct snapshot *shown) {
	struct sock_life *lives = arena_alloc(&now->arena, now->count * sizeof(*lives));
	struct life_join join = life_join_make(shown, now);
	for (size_t i = 0; i < now->count; i++) {
		struct sock *sock = &now->socks[i];
		const uint32_t at = join.before[i];
		const struct sock_life *known = at ? shown->socks[at - 1].life : NULL;
		if (!known || !sock->life)
			continue;
		lives[i] = *sock->life;
		lives[i].serial = known->serial;
		sock->life = &lives[i];
	}
	life_join_finish(&join);
}
