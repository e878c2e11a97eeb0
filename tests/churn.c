/* Looks at sockets that stay while their neighbours come and go, again and again, and counts in how
 * many looks one of them was missing or came twice.
 *
 *     churn SHAPE RATE LOOKS [plain]
 *
 * SHAPE: spread     TCP connections over many ports
 *        udp        4,000 UDP sockets that share one port
 *        listen     4,000 TCP listeners that share one port
 *        unix       4,000 UNIX sockets
 * RATE neighbours are replaced in a second; 0: none. `plain` takes a single dump for each look, as
 * other programs do, which shows what would be missed. It prints one line:
 *
 *     SHAPE RATE LOOKS wrong=N wrong_once=N missing=N doubled=N dumps=N.NN partial=N cpu_us=N
 *
 * wrong_once counts the wrong looks that took a single dump.
 *
 * Run it in a network namespace of its own. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "inet_diag.h"
#include "netlink.h"
#include "probe.h"
#include "util.h"

enum { STABLE = 4000, POOL = 64, PORT = 4567 };

struct shape {
	const char *name;
	enum sock_protocol protocol;
	void (*make)(int fds[2]); /* two descriptors at most; -1: none */
};

static void fail(const char *what) {
	perror(what);
	exit(2);
}

static int bound(int type, uint16_t port) {
	const int yes = 1;
	const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		fail("socket");
	if (port != 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes)) != 0)
		fail("SO_REUSEPORT");
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		fail("bind");
	return fd;
}

static void make_udp(int fds[2]) {
	fds[0] = bound(SOCK_DGRAM, PORT);
	fds[1] = -1;
}

static void make_listener(int fds[2]) {
	fds[0] = bound(SOCK_STREAM, PORT);
	fds[1] = -1;
	if (listen(fds[0], 1) != 0)
		fail("listen");
}

/* A connection over a listener that lives for only as long as it takes. */
static void make_connection(int fds[2]) {
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	const int door = bound(SOCK_STREAM, 0);
	if (listen(door, 1) != 0 || getsockname(door, (struct sockaddr *)&address, &length) != 0)
		fail("listen");
	fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fds[0] < 0 || connect(fds[0], (struct sockaddr *)&address, sizeof(address)) != 0)
		fail("connect");
	fds[1] = accept4(door, NULL, NULL, SOCK_CLOEXEC);
	if (fds[1] < 0)
		fail("accept");
	close(door);
}

static void make_unix(int fds[2]) {
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
		fail("socketpair");
}

static const struct shape shapes[] = {
	{ "spread", SOCK_PROTOCOL_TCP, make_connection },
	{ "udp", SOCK_PROTOCOL_UDP, make_udp },
	{ "listen", SOCK_PROTOCOL_TCP, make_listener },
	{ "unix", SOCK_PROTOCOL_UNIX_STREAM, make_unix },
};

static void drop(int fds[2]) {
	const struct linger reset = { 1, 0 }; /* no TIME-WAIT is left over */
	for (int i = 0; i < 2; i++) {
		if (fds[i] < 0)
			continue;
		setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fds[i]);
	}
}

/* Replaces a random one of the pool, at the rate, until the parent ends; tells `started` when the
 * first was. */
static void churn(const struct shape *shape, unsigned rate, int started) {
	int pool[POOL][2];
	bool told = false;
	unsigned short seed[3] = { 1, 2, 3 };
	struct timespec next;
	for (int i = 0; i < POOL; i++)
		shape->make(pool[i]);
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		int *one = pool[nrand48(seed) % POOL];
		drop(one);
		shape->make(one);
		if (!told && write(started, "x", 1) != 1)
			fail("pipe");
		told = true;
		next.tv_nsec += 1000000000 / (long)rate;
		next.tv_sec += next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
}

static pid_t start_churn(const struct shape *shape, unsigned rate) {
	const pid_t parent = getpid();
	int started[2];
	char byte;
	if (pipe(started) != 0)
		fail("pipe");
	const pid_t child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			churn(shape, rate, started[1]);
		_exit(0);
	}
	close(started[1]);
	if (child < 0 || read(started[0], &byte, 1) != 1)
		fail("churn");
	close(started[0]);
	return child;
}

/* What must be there. */
struct look {
	uint64_t *cookies; /* sorted */
	uint8_t *seen;
	size_t count;
	const struct shape *shape;
};

static uint64_t cookie_of(int fd) {
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length) != 0)
		fail("SO_COOKIE");
	return cookie;
}

static int compare(const void *a, const void *b) {
	const uint64_t left = *(const uint64_t *)a;
	const uint64_t right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

static void note(struct look *look, uint64_t cookie) {
	const uint64_t *found =
	    bsearch(&cookie, look->cookies, look->count, sizeof(cookie), compare);
	if (found && look->seen[found - look->cookies] < 2)
		look->seen[found - look->cookies]++;
}

static bool take_batch(void *context, struct snapshot *batch) {
	for (size_t i = 0; i < batch->count; i++)
		note(context, batch->socks[i].cookie);
	return true;
}

static bool take_message(void *context, const struct nlmsghdr *message) {
	struct sock sock = { 0 };
	if (inet_parse_fixed(message, SOCK_PROTOCOL_TCP, &sock) == 0)
		note(context, sock.cookie);
	return true;
}

/* One dump, once through. */
static void look_plainly(struct look *look, struct netlink_socket *netlink) {
	static uint32_t sequence;
	const struct inet_request request = {
		.dialect = INET_DIALECT_FAMILY,
		.protocol = look->shape->protocol,
		.family = SOCK_FAMILY_INET,
		.kernel_states = SOCK_STATES_ALL & ((1u << (SOCK_STATE_CLOSING + 1)) - 1),
	};
	const struct netlink_transport transport = netlink_socket_transport(netlink);
	void *buffer = xmalloc(inet_request_size(&request));
	if (netlink_dump(&transport, inet_request(&request, ++sequence, buffer), take_message,
	                 look) != 0)
		fail("dump");
	free(buffer);
}

struct tally {
	size_t wrong, missing, doubled, partial;
	size_t wrong_once; /* wrong looks that took a single dump */
	uint64_t dumps, last_dumps;
};

static void judge(const struct look *look, struct tally *tally) {
	size_t bad = 0;
	for (size_t i = 0; i < look->count; i++) {
		tally->missing += look->seen[i] == 0;
		tally->doubled += look->seen[i] > 1;
		bad += look->seen[i] != 1;
	}
	tally->wrong += bad > 0;
	tally->wrong_once += bad > 0 && tally->last_dumps == 1;
}

static void look_once(struct look *look, struct probe *probe, struct tally *tally) {
	struct snapshot snapshot;
	struct want want = { .families = SOCK_FAMILIES_ALL & ~(1u << SOCK_FAMILY_INET6) };
	want.states[look->shape->protocol] = SOCK_STATES_ALL & ~(1u << SOCK_STATE_CLOSE);
	if (look->shape->protocol == SOCK_PROTOCOL_UDP)
		want.states[SOCK_PROTOCOL_UDP] = SOCK_STATES_ALL;
	snapshot_init(&snapshot);
	probe_sockets(probe, &want, 256, &snapshot, take_batch, look);
	const struct probe_report *report = &snapshot.reports[sock_probe_of(look->shape->protocol)];
	tally->dumps += report->dumps;
	tally->last_dumps = report->dumps;
	tally->partial += report->outcome != REPORT_WHOLE;
	snapshot_finish(&snapshot);
}

/* What was needed to make the sockets comes to its end a little later. */
static void settle(struct look *look, struct probe *probe) {
	enum { QUIET = 3, LOOKS_MAX = 1000 };
	unsigned quiet = 0;
	for (unsigned i = 0; i < LOOKS_MAX && quiet < QUIET; i++) {
		struct tally tally = { 0 };
		look_once(look, probe, &tally);
		quiet = tally.dumps == 1 ? quiet + 1 : 0;
	}
}

static uint64_t cpu_us(void) {
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
	       (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static struct look make_stable(const struct shape *shape) {
	struct look look = { .shape = shape };
	look.cookies = xcalloc(STABLE, sizeof(*look.cookies));
	look.seen = xcalloc(STABLE, sizeof(*look.seen));
	while (look.count < STABLE) {
		int fds[2];
		shape->make(fds);
		for (int i = 0; i < 2 && fds[i] >= 0; i++)
			look.cookies[look.count++] = cookie_of(fds[i]);
	}
	qsort(look.cookies, look.count, sizeof(*look.cookies), compare);
	return look;
}

int main(int argc, char *argv[]) {
	const bool plain = argc == 5 && strcmp(argv[4], "plain") == 0;
	const struct shape *shape = NULL;
	for (size_t i = 0; argc >= 4 && i < ARRAY_LENGTH(shapes); i++) {
		if (strcmp(argv[1], shapes[i].name) == 0)
			shape = &shapes[i];
	}
	if (!shape) {
		fputs("usage: churn spread|udp|listen|unix RATE LOOKS [plain]\n", stderr);
		return 2;
	}
	const unsigned rate = (unsigned)atoi(argv[2]);
	const unsigned looks = (unsigned)atoi(argv[3]);
	struct rlimit files = { 2 * STABLE, 2 * STABLE };
	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		fail("RLIMIT_NOFILE");
	struct look look = make_stable(shape);
	const pid_t child = rate > 0 ? start_churn(shape, rate) : 0;
	bool no_such = false;
	char *error = NULL;
	int open_error = 0;
	struct probe *probe = probe_open(NULL, &no_such, &error);
	struct netlink_socket *netlink = netlink_open(NETLINK_RECEIVE_SIZE, &open_error);
	struct tally tally = { 0 };
	if (rate == 0)
		settle(&look, probe);
	const uint64_t start = cpu_us();
	for (unsigned i = 0; i < looks; i++) {
		memset(look.seen, 0, look.count);
		if (plain)
			look_plainly(&look, netlink);
		else
			look_once(&look, probe, &tally);
		judge(&look, &tally);
	}
	printf("%s %u %u wrong=%zu wrong_once=%zu missing=%zu doubled=%zu dumps=%.2f partial=%zu "
	       "cpu_us=%.0f\n",
	       shape->name, rate, looks, tally.wrong, tally.wrong_once, tally.missing,
	       tally.doubled, (double)tally.dumps / looks, tally.partial,
	       (double)(cpu_us() - start) / looks);
	netlink_close(netlink);
	probe_close(probe);
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	free(look.cookies);
	free(look.seen);
	return 0;
}
