/* One walk over the sockets adds each to the tallies that it belongs to; the first few of each
 * tally become rows. Histories belong to keys, and are kept for as many as have been among the
 * first lately. While nobody wants the rows only sockets that move are added, which is enough for
 * the histories: what is not found there has a rate of 0. */

#include "overview.h"

#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "life.h"
#include "sock.h"
#include "util.h"

/* More than there are rows, so that who drops out of them for a while keeps its past. */
enum { TRACKS = 2 * OVERVIEW_ROWS };

/* Linux gives clients a port from this one on (ip_local_port_range). */
enum { PORTS = 65536, FIRST_OF_CLIENTS = 32768 };

struct track {
	struct tally_key key;
	struct series series;
	uint64_t ranked; /* the look in which it was a row last; 0: not in use */
	bool knows_rates;
};

struct kind {
	struct tally tally;
	struct overview_list list;
	struct track tracks[TRACKS];
};

/* Local ports where peers are waited for, bit by bit. */
struct ports {
	uint8_t bits[SOCK_PROTOCOL_IP_COUNT][PORTS / 8];
};

struct overview {
	const struct frame *frame; /* borrowed; NULL before the first */
	uint64_t looks;
	bool is_whole;                /* the rows are those of all sockets */
	struct ports listened, found; /* as of the walk before, and of this one so far */
	struct kind kinds[OVERVIEW_KINDS];
};

struct overview *overview_create(void) {
	return xcalloc(1, sizeof(struct overview));
}

void overview_destroy(struct overview *overview) {
	if (!overview)
		return;
	for (size_t i = 0; i < OVERVIEW_KINDS; i++)
		tally_finish(&overview->kinds[i].tally);
	free(overview);
}

static bool is_there(const struct sock *sock) {
	return sock->life && sock->life->missing == 0;
}

static bool is_ip(const struct sock *sock) {
	return sock->protocol < SOCK_PROTOCOL_IP_COUNT && sock->local.port < PORTS;
}

/* Those that name a port; of MPTCP the subflow does. A raw socket has none. */
static bool is_listener(const struct sock *sock) {
	return is_ip(sock) && sock->protocol != SOCK_PROTOCOL_MPTCP &&
	       sock->protocol != SOCK_PROTOCOL_RAW && sock->local.port != 0 &&
	       sock_is_listening(sock);
}

/* What goes over MPTCP is counted where it goes over its subflows. */
static struct tally_entry *add_sock(struct tally *tally, const struct tally_key *key,
                                    const struct sock *sock, const struct process *process) {
	const uint32_t rates = SOCK_LIFE_KNOWS_RX | SOCK_LIFE_KNOWS_TX;
	struct tally_entry *entry = tally_at(tally, key);
	if (!entry->sock) {
		entry->sock = sock;
		entry->process = process;
	}
	entry->sockets++;
	if (sock->protocol == SOCK_PROTOCOL_MPTCP || !(sock->life->known & rates))
		return entry;
	entry->knows_rates = true;
	entry->rx = util_add(entry->rx, sock->life->rx);
	entry->tx = util_add(entry->tx, sock->life->tx);
	return entry;
}

static void add_processes(struct overview *overview, const struct sock *sock) {
	for (uint32_t i = 0; i < sock->owner_count; i++) {
		const struct process *process = sock->owners[i].process;
		const struct tally_key key = { { process->pid, process->start_time, 0 },
			                       sock->host };
		if (i == 0 || sock->owners[i - 1].process != process)
			add_sock(&overview->kinds[OVERVIEW_PROCESSES].tally, &key, sock, process);
	}
}

/* IPv4 is written as the IPv6 that stands for it, so that both are the same peer. */
static struct tally_key key_of_address(const struct sock *sock, const struct sock_endpoint *end) {
	struct tally_key key = { .host = NULL };
	uint8_t *bytes = (uint8_t *)key.numbers;
	if (sock->family == SOCK_FAMILY_INET)
		sock_map_inet(end->address, bytes);
	else
		memcpy(bytes, end->address, sizeof(end->address));
	return key;
}

static void add_peer(struct overview *overview, const struct sock *sock) {
	const struct tally_key key = key_of_address(sock, &sock->peer);
	if (!sock_address_is_zero(&sock->peer))
		add_sock(&overview->kinds[OVERVIEW_PEERS].tally, &key, sock, NULL);
}

static bool is_listened(const struct overview *overview, const struct sock *sock) {
	const uint32_t port = sock->local.port;
	return overview->listened.bits[sock->protocol][port / 8] >> port % 8 & 1;
}

/* Of a connection that was accepted the service is here, also when nobody waits there any more. */
static bool is_service(const struct overview *overview, const struct sock *sock) {
	return is_listened(overview, sock) ||
	       (sock->local.port < FIRST_OF_CLIENTS && sock->peer.port >= FIRST_OF_CLIENTS);
}

static void add_port(struct overview *overview, const struct sock *sock) {
	const bool is_here = is_service(overview, sock);
	const uint64_t port = is_here ? sock->local.port : sock->peer.port;
	const struct tally_key key = { .numbers = { port, sock->protocol, is_here } };
	if (port != 0 && sock->protocol != SOCK_PROTOCOL_RAW)
		add_sock(&overview->kinds[OVERVIEW_PORTS].tally, &key, sock, NULL);
}

/* Several sockets that wait at the same place (SO_REUSEPORT) are one row. */
static void add_listener(struct overview *overview, const struct sock *sock) {
	struct tally *tally = &overview->kinds[OVERVIEW_LISTENERS].tally;
	struct tally_key key = key_of_address(sock, &sock->local);
	key.host = sock->host;
	key.numbers[2] =
	    (uint64_t)sock->ifindex << 32 | (uint64_t)sock->protocol << 16 | sock->local.port;
	struct tally_entry *entry = add_sock(tally, &key, sock, NULL);
	if (sock->state == SOCK_STATE_LISTEN) {
		entry->queued = util_add(entry->queued, sock->recvq);
		entry->room = util_add(entry->room, sock->sendq);
	}
	entry->full |= sock_is_accept_queue_full(sock);
	entry->knows_drops |= sock_knows_drops(sock);
	entry->drops = util_add(entry->drops, sock_drops(sock));
}

static void note_listened(struct ports *ports, const struct sock *sock) {
	const uint32_t port = sock->local.port;
	ports->bits[sock->protocol][port / 8] |= (uint8_t)(1u << port % 8);
}

/* Before the first walk nobody has found any. */
static void begin(struct overview *overview) {
	const struct snapshot *snapshot = &overview->frame->snapshot;
	for (size_t i = 0; overview->looks == 1 && i < snapshot->count; i++) {
		if (is_listener(&snapshot->socks[i]))
			note_listened(&overview->listened, &snapshot->socks[i]);
	}
	memset(&overview->found, 0, sizeof(overview->found));
	for (size_t i = 0; i < OVERVIEW_KINDS; i++)
		tally_reset(&overview->kinds[i].tally);
}

static void add_all(struct overview *overview, bool whole) {
	const struct snapshot *snapshot = &overview->frame->snapshot;
	begin(overview);
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct sock *sock = &snapshot->socks[i];
		const bool listens = is_listener(sock);
		if (!is_there(sock) || (!whole && !listens && sock->life->rate == 0))
			continue;
		add_processes(overview, sock);
		if (is_ip(sock)) {
			add_peer(overview, sock);
			add_port(overview, sock);
		}
		if (listens) {
			add_listener(overview, sock);
			note_listened(&overview->found, sock);
		}
	}
	overview->listened = overview->found;
	overview->is_whole = whole;
}

/* Which comes first. */

static int compare_numbers(uint64_t a, uint64_t b) {
	return (a < b) - (a > b);
}

/* The most traffic, then the most sockets. */
static int compare_traffic(const struct tally_entry *a, const struct tally_entry *b) {
	const int rate = compare_numbers(util_add(a->rx, a->tx), util_add(b->rx, b->tx));
	return rate != 0 ? rate : compare_numbers(a->sockets, b->sockets);
}

/* Trouble, then what can be reached by the most, then the lowest port. */
static int compare_listeners(const struct overview_row *a, const struct overview_row *b) {
	const int full = compare_numbers(a->sums.full, b->sums.full);
	const int drops = compare_numbers(a->sums.drops > 0, b->sums.drops > 0);
	const int exposure = compare_numbers(a->exposure, b->exposure);
	if (full != 0 || drops != 0 || exposure != 0)
		return full != 0 ? full : drops != 0 ? drops : exposure;
	return compare_numbers(b->sums.sock->local.port, a->sums.sock->local.port);
}

/* By key, so that equals hold still whatever the order in which they come. */
static bool is_before(enum overview_kind kind, const struct overview_row *a,
                      const struct overview_row *b) {
	const int order = kind == OVERVIEW_LISTENERS ? compare_listeners(a, b)
	                                             : compare_traffic(&a->sums, &b->sums);
	return order != 0 ? order < 0 : memcmp(&a->sums.key, &b->sums.key, sizeof(a->sums.key)) < 0;
}

/* The list is short: whoever belongs on it moves up from its end. */
static void insert(struct overview_list *list, enum overview_kind kind,
                   const struct tally_entry *entry) {
	const bool is_listener = kind == OVERVIEW_LISTENERS;
	const struct overview_row row = {
		.sums = *entry,
		.exposure = is_listener ? exposure_of(entry->sock) : (enum exposure)0,
	};
	size_t at = list->count < OVERVIEW_ROWS ? list->count++ : OVERVIEW_ROWS - 1;
	if (list->all++ >= OVERVIEW_ROWS && !is_before(kind, &row, &list->rows[at]))
		return;
	for (; at > 0 && is_before(kind, &row, &list->rows[at - 1]); at--)
		list->rows[at] = list->rows[at - 1];
	list->rows[at] = row;
}

static struct track *track_of(struct kind *kind, const struct tally_key *key) {
	for (size_t i = 0; i < TRACKS; i++) {
		if (kind->tracks[i].ranked > 0 &&
		    memcmp(&kind->tracks[i].key, key, sizeof(*key)) == 0)
			return &kind->tracks[i];
	}
	return NULL;
}

static void rank(struct overview *overview, enum overview_kind which) {
	struct kind *kind = &overview->kinds[which];
	struct overview_list *list = &kind->list;
	list->count = 0;
	list->all = 0;
	for (size_t i = 0; i < kind->tally.count; i++)
		insert(list, which, &kind->tally.entries[i]);
}

bool overview_is_here(const struct overview_row *row) {
	return row->sums.key.numbers[2] != 0;
}

/* As far as there are any; who is a row for the first time begins one with the next look. */
static void find_histories(struct kind *kind) {
	for (size_t i = 0; i < kind->list.count; i++) {
		struct overview_row *row = &kind->list.rows[i];
		const struct track *track = track_of(kind, &row->sums.key);
		row->history = track ? &track->series : NULL;
	}
}

/* One that is not in use, or that was a row the longest time ago. */
static struct track *oldest(struct kind *kind) {
	struct track *best = &kind->tracks[0];
	for (size_t i = 1; i < TRACKS; i++) {
		if (kind->tracks[i].ranked < best->ranked)
			best = &kind->tracks[i];
	}
	return best;
}

static void keep_track(const struct overview *overview, struct kind *kind,
                       struct overview_row *row) {
	struct track *track = track_of(kind, &row->sums.key);
	if (!track) {
		track = oldest(kind);
		*track = (struct track){ .key = row->sums.key };
	}
	track->ranked = overview->looks;
	row->history = &track->series;
}

/* Of what is not there, nothing is known, unless there only was no traffic. */
static void add_value(struct track *track, const struct tally_entry *entry,
                      enum overview_kind kind) {
	if (kind == OVERVIEW_LISTENERS) {
		const bool known = entry && entry->sock->state == SOCK_STATE_LISTEN;
		series_add(&track->series, known, known ? entry->queued : 0);
		return;
	}
	if (entry)
		track->knows_rates = entry->knows_rates;
	series_add(&track->series, track->knows_rates, entry ? util_add(entry->rx, entry->tx) : 0);
}

static void go_on(struct overview *overview, enum overview_kind which) {
	struct kind *kind = &overview->kinds[which];
	for (size_t i = 0; i < kind->list.count; i++)
		keep_track(overview, kind, &kind->list.rows[i]);
	for (size_t i = 0; i < TRACKS; i++) {
		struct track *track = &kind->tracks[i];
		if (track->ranked > 0)
			add_value(track, tally_find(&kind->tally, &track->key), which);
	}
}

void overview_add(struct overview *overview, const struct frame *frame, bool wanted) {
	overview->frame = frame;
	overview->looks++;
	add_all(overview, wanted);
	for (size_t i = 0; i < OVERVIEW_KINDS; i++) {
		rank(overview, (enum overview_kind)i);
		go_on(overview, (enum overview_kind)i);
	}
}

const struct overview_list *overview_list(struct overview *overview, enum overview_kind kind) {
	if (overview->frame && !overview->is_whole) {
		add_all(overview, true);
		for (size_t i = 0; i < OVERVIEW_KINDS; i++) {
			rank(overview, (enum overview_kind)i);
			find_histories(&overview->kinds[i]);
		}
	}
	return &overview->kinds[kind].list;
}
