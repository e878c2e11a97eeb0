/* A copy reads like its original in every field, also once nothing of that is left. */

#include <criterion/criterion.h>
#include <string.h>

#include "arena.h"
#include "field.h"
#include "format.h"
#include "out.h"
#include "sctp_info.h"
#include "sock.h"
#include "sock_copy.h"
#include "tcp_info.h"
#include "util.h"

/* What originals point to: all of it is overwritten after the copy. */
static _Alignas(16) char pool[1 << 16];
static size_t pool_used;

static void *give(const void *bytes, size_t size) {
	void *place = pool + pool_used;
	pool_used += (size + 15) / 16 * 16;
	cr_assert_leq(pool_used, sizeof(pool));
	return memcpy(place, bytes, size);
}

static const char *text(const char *string) {
	return give(string, strlen(string) + 1);
}

#define GIVE(type, ...) give(&(type){ __VA_ARGS__ }, sizeof(type))

static const struct owner *some_owners(uint32_t pid) {
	const struct process *process = GIVE(
	    struct process, .pid = pid, .comm = text("worker"), .comm_length = 6,
	    .parent = text("init"), .parent_length = 4, .exe = text("python3"), .exe_length = 7);
	const struct owner owners[] = { { process, 3 }, { process, 4 } };
	return give(owners, sizeof(owners));
}

static struct sock_unix_name unix_name(const char *name) {
	return (struct sock_unix_name){ text(name), (uint32_t)strlen(name), false };
}

static void add_unix(struct sock *sock) {
	sock->family = SOCK_FAMILY_UNIX;
	sock->un = GIVE(struct sock_unix, .known = SOCK_UNIX_KNOWS_FILE | SOCK_UNIX_KNOWS_PEER,
	                .file_inode = 7, .peer_inode = 8, .name = unix_name("/run/a"),
	                .peer_name = unix_name("/run/b"), .peer_owners = some_owners(90),
	                .peer_owner_count = 2, .pending = text("5,6"));
}

static void add_packet(struct sock *sock) {
	sock->family = SOCK_FAMILY_PACKET;
	sock->packet = GIVE(struct sock_packet,
	                    .known = SOCK_PACKET_KNOWS_INFO | SOCK_PACKET_KNOWS_RX_RING |
	                             SOCK_PACKET_KNOWS_TX_RING | SOCK_PACKET_KNOWS_FANOUT,
	                    .ethertype = 3, .fanout_id = 4, .version = 2, .rx_ring.block_count = 9,
	                    .memberships = text("1/2/aa"), .filter = text("1:6 0 0 1"));
}

static void add_netlink(struct sock *sock) {
	sock->family = SOCK_FAMILY_NETLINK;
	sock->netlink = GIVE(struct sock_netlink, .known = SOCK_NETLINK_KNOWS_FLAGS, .type = 3,
	                     .group = 5, .flags = 2, .groups = text("1,7"));
}

static void add_xdp(struct sock *sock) {
	sock->family = SOCK_FAMILY_XDP;
	sock->xdp = GIVE(struct sock_xdp, .known = UINT32_MAX, .queue = 3, .rx_ring = 64,
	                 .umem = { .size = 4096, .page_count = 1 }, .stats.rx_full = 11);
}

static void add_sctp(struct sock *sock) {
	sock->sctp = GIVE(struct sock_sctp, .known = UINT32_MAX,
	                  .locals = text("10.0.0.1,10.0.0.2"), .peers = text("10.0.0.3"));
}

static void add_mptcp(struct sock *sock) {
	sock->mptcp =
	    GIVE(struct mptcp_counters, .subflows = 2, .bytes_sent = 12, .bytes_received = 34);
	sock->mptcp_length = sizeof(struct mptcp_counters);
}

static void add_tcp(struct sock *sock) {
	sock->tcp = GIVE(struct tcp_counters, .rtt = 77, .bytes_received = 123, .snd_cwnd = 10);
	sock->tcp_length = sizeof(struct tcp_counters);
	sock->congestion = GIVE(struct sock_congestion, .kind = CONGESTION_BBR,
	                        .bbr = { .bandwidth = 1000, .min_rtt_us = 50 });
	sock->algorithm = text("bbr");
	sock->algorithm_length = 3;
	sock->ulp = GIVE(struct sock_ulp, .name = text("tls"), .name_length = 3,
	                 .known = SOCK_ULP_KNOWS_TLS_VERSION, .tls_version = 0x304);
}

static void add_own(struct sock *sock) {
	switch (sock_probe_of((enum sock_protocol)sock->protocol)) {
	case SOCK_PROBE_TCP:
		add_tcp(sock);
		break;
	case SOCK_PROBE_MPTCP:
		add_mptcp(sock);
		break;
	case SOCK_PROBE_SCTP:
		add_sctp(sock);
		break;
	case SOCK_PROBE_UNIX:
		add_unix(sock);
		break;
	case SOCK_PROBE_PACKET:
		add_packet(sock);
		break;
	case SOCK_PROBE_NETLINK:
		add_netlink(sock);
		break;
	case SOCK_PROBE_XDP:
		add_xdp(sock);
		break;
	case SOCK_PROBE_VSOCK:
		sock->family = SOCK_FAMILY_VSOCK;
		break;
	case SOCK_PROBE_UDP:
	case SOCK_PROBE_UDPLITE:
	case SOCK_PROBE_RAW:
	case SOCK_PROBE_COUNT:
		break;
	}
}

static struct sock original_of(enum sock_protocol protocol) {
	struct sock sock = {
		.known = UINT32_MAX,
		.protocol = (uint8_t)protocol,
		.state = SOCK_STATE_ESTABLISHED,
		.ownership = SOCK_OWNERSHIP_EXACT,
		.cookie = 0x1234,
		.inode = 99,
		.local = { .port = 80 },
		.peer = { .port = 81 },
		.names = GIVE(struct sock_names, .local = { text("here"), text("http") },
		              .peer = { text("there"), text("other") }, .service = text("http")),
		.memory = GIVE(struct sock_memory, .rcvbuf = 4096, .drops = 3,
		               .length = sizeof(struct sock_memory)),
		.interface_name = text("eth0"),
		.user = text("ana"),
		.cgroup = text("/system.slice"),
		.bpf_storage = text("1=00"),
		.owners = some_owners(42),
		.owner_count = 2,
	};
	add_own(&sock);
	return sock;
}

/* Every field that is known, a line each; for the caller to finish. Returns how many. */
static size_t write_fields(struct out *out, const struct sock *sock) {
	const struct field_source source = field_source(sock);
	size_t count = 0;
	out_init(out, OUT_MEMORY);
	for (size_t i = 0; i < field_count; i++) {
		struct value value;
		if (!field_get(&fields[i].access, &source, &value))
			continue;
		out_printf(out, "%s ", fields[i].column.name);
		format_value(out, &fields[i].column, &value, FORMAT_HUMAN);
		out_char(out, '\n');
		count++;
	}
	out_char(out, '\0');
	return count;
}

Test(sock_copy, a_copy_of_any_protocol_needs_nothing_of_its_original) {
	struct arena arena = { 0 };
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		const char *name = sock_protocol_name((enum sock_protocol)i);
		struct sock_copier copier = { .arena = &arena };
		struct sock original = original_of((enum sock_protocol)i);
		struct sock copy;
		struct out before;
		struct out after;
		cr_expect_gt(write_fields(&before, &original), 20, "%s", name);
		sock_copy(&copier, &original, &copy);
		sock_copier_finish(&copier);
		memset(pool, 0x5a, sizeof(pool));
		memset(&original, 0x5a, sizeof(original));
		pool_used = 0;
		write_fields(&after, &copy);
		cr_expect_str_eq(after.bytes, before.bytes, "%s", name);
		out_finish(&before);
		out_finish(&after);
	}
	arena_finish(&arena);
}

Test(sock_copy, what_many_share_is_copied_once) {
	struct arena arena = { 0 };
	struct sock_copier copier = { .arena = &arena };
	const struct sock a = original_of(SOCK_PROTOCOL_UDP);
	struct sock copies[2];
	sock_copy(&copier, &a, &copies[0]);
	sock_copy(&copier, &a, &copies[1]);
	cr_expect_eq(copies[0].owners[0].process, copies[1].owners[1].process);
	cr_expect_neq(copies[0].owners[0].process, a.owners[0].process);
	cr_expect_eq(copies[0].user, copies[1].user);
	sock_copier_finish(&copier);
	arena_finish(&arena);
}

Test(sock_copy, what_is_not_known_stays_so) {
	struct arena arena = { 0 };
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		struct sock_copier copier = { .arena = &arena };
		const struct sock bare = { .protocol = (uint8_t)i,
			                   .state = SOCK_STATE_ESTABLISHED };
		struct sock copy;
		sock_copy(&copier, &bare, &copy);
		cr_expect_null(copy.more);
		cr_expect_null(copy.owners);
		cr_expect_null(copy.tcp);
		cr_expect_null(copy.cgroup);
		sock_copier_finish(&copier);
	}
	arena_finish(&arena);
}
