/*
 * Makes a known number of sockets in the current network namespace, prints "ready" and holds them
 * until its standard input ends or SIGTERM or SIGINT arrives. It only ever talks to 127.0.0.0/8,
 * and it refuses to work where any interface but a loopback is up.
 *
 * Worker processes hold the sockets, so that the load can be spread over few or many owners.
 *
 * Invariant: when it says "ready" the namespace holds 2 x pairs + listeners TCP sockets, udp UDP
 * sockets and 2 x unix UNIX sockets of its making, none in TIME_WAIT; when it ends, all of them and
 * all workers are gone.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	/* Fixed ports stay below the range that the kernel takes source ports from. */
	PAIR_PORT = 9000,
	LISTENER_PORT = 8000,
	LISTENER_PORTS = 1000,
	UDP_PORT = 11000,
	UDP_PORTS = 50000,
	/* 127.1.0.0 and up; each kind has room for millions of addresses. */
	PAIR_ADDRESS = 0x7f010000,
	LISTENER_ADDRESS = 0x7f400000,
	UDP_ADDRESS = 0x7f800000,
	/* Well below the 54501 ports of the range, so that the kernel finds a free one at once. */
	PAIRS_PER_DESTINATION = 20000,
	REQUEST_BYTES = 100,
	REPLY_BYTES = 300,
	/* Descriptors that a worker has besides its sockets, and a margin for rounding. */
	SPARE_DESCRIPTORS = 64,
	TIMEOUT_S = 30,
	MAX_COUNT = 4000000,
	MAX_WORKERS = 10000,
};

static const char source_port_range[] = "11000 65500";

struct amount {
	size_t pairs;
	size_t listeners;
	size_t udp;
	size_t unix_pairs;
};

/* A worker's part of one kind: the numbers from `first` up to, not including, `end`. */
struct share {
	size_t first;
	size_t end;
};

static struct share share_of(size_t total, size_t worker, size_t workers) {
	return (struct share){
		.first = total * worker / workers,
		.end = total * (worker + 1) / workers,
	};
}

static struct sockaddr_in loopback(uint32_t address, size_t port) {
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(address),
		.sin_port = htons((uint16_t)port),
	};
}

/*
 * A TCP socket that cannot hang and is reset when it is closed: a FIN would leave TIME_WAIT behind.
 * An accepted socket inherits both from its listener.
 */
static int open_tcp(void) {
	const struct timeval timeout = { .tv_sec = TIMEOUT_S };
	const struct linger reset = { .l_onoff = 1 };
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		err(1, "socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) < 0)
		err(1, "setsockopt");
	return fd;
}

static int open_listener(const struct sockaddr_in *address) {
	const int fd = open_tcp();

	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		err(1, "bind");
	if (listen(fd, SOMAXCONN) < 0)
		err(1, "listen");
	return fd;
}

static void transfer(int from, int to, size_t length) {
	char data[REPLY_BYTES] = { 0 };

	if (send(from, data, length, MSG_NOSIGNAL) != (ssize_t)length)
		err(1, "send");
	if (recv(to, data, length, MSG_WAITALL) != (ssize_t)length)
		err(1, "recv");
}

/*
 * One connection at a time: the handshake needs no help from accept(), and with one connection
 * outstanding the accepted socket is the peer and no queue can overflow.
 */
static void make_pair(int listener, const struct sockaddr_in *destination) {
	const int client = open_tcp();

	if (connect(client, (const struct sockaddr *)destination, sizeof(*destination)) < 0)
		err(1, "connect");
	const int server = accept(listener, NULL, NULL);
	if (server < 0)
		err(1, "accept");
	transfer(client, server, REQUEST_BYTES);
	transfer(server, client, REPLY_BYTES);
}

/* Each worker has an address of its own, and another port of it for every 20000 pairs. */
static void make_pairs(size_t worker, size_t count) {
	for (size_t made = 0, port = PAIR_PORT; made < count; port++) {
		const struct sockaddr_in destination =
		    loopback(PAIR_ADDRESS + (uint32_t)worker, port);
		const int listener = open_listener(&destination);

		for (size_t i = 0; i < PAIRS_PER_DESTINATION && made < count; i++, made++)
			make_pair(listener, &destination);
		close(listener);
	}
}

static void make_listeners(struct share share) {
	for (size_t i = share.first; i < share.end; i++) {
		const struct sockaddr_in address =
		    loopback(LISTENER_ADDRESS + (uint32_t)(i / LISTENER_PORTS),
		             LISTENER_PORT + i % LISTENER_PORTS);
		open_listener(&address);
	}
}

static void make_udp(struct share share) {
	for (size_t i = share.first; i < share.end; i++) {
		const struct sockaddr_in address =
		    loopback(UDP_ADDRESS + (uint32_t)(i / UDP_PORTS), UDP_PORT + i % UDP_PORTS);
		const int fd = socket(AF_INET, SOCK_DGRAM, 0);

		if (fd < 0)
			err(1, "socket");
		if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
			err(1, "bind");
	}
}

static void make_unix_pairs(struct share share) {
	int ends[2];

	for (size_t i = share.first; i < share.end; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
			err(1, "socketpair");
	}
}

/* Never returns: the parent, or the parent's death, kills the worker. */
static _Noreturn void work(const struct amount *total, size_t worker, size_t workers,
                           int report_fd) {
	const struct share pairs = share_of(total->pairs, worker, workers);

	make_pairs(worker, pairs.end - pairs.first);
	make_listeners(share_of(total->listeners, worker, workers));
	make_udp(share_of(total->udp, worker, workers));
	make_unix_pairs(share_of(total->unix_pairs, worker, workers));
	if (write(report_fd, "", 1) != 1)
		err(1, "report");
	for (;;)
		pause();
}

/* Returns 0 if the process could not be made. */
static pid_t start_worker(const struct amount *total, size_t worker, size_t workers,
                          int report_fd) {
	const pid_t parent = getpid();
	const pid_t pid = fork();

	if (pid < 0) {
		warn("fork");
		return 0;
	}
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	work(total, worker, workers, report_fd);
}

static bool input_ended(void) {
	char ignored[256];

	return read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0;
}

/* Returns 0 if it was asked to end after all was made, else 1: it was stopped, or a worker died. */
static int supervise(size_t workers, int report_fd, int signal_fd) {
	struct pollfd fds[] = {
		{ .fd = report_fd, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};
	size_t reported = 0;

	for (;;) {
		if (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) < 0)
			err(1, "poll");
		if (fds[0].revents != 0) {
			char reports[256];
			const ssize_t count = read(report_fd, reports, sizeof(reports));
			reported += count > 0 ? (size_t)count : 0;
			if (count > 0 && reported == workers) {
				puts("ready");
				fflush(stdout);
			}
		}
		if (fds[1].revents != 0) {
			struct signalfd_siginfo info = { 0 };
			if (read(signal_fd, &info, sizeof(info)) == sizeof(info) &&
			    info.ssi_signo != SIGCHLD)
				return reported == workers ? 0 : 1;
			warnx("a worker died");
			return 1;
		}
		if (fds[2].revents != 0 && input_ended())
			return reported == workers ? 0 : 1;
	}
}

static int open_signals(void) {
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
		err(1, "sigprocmask");
	const int fd = signalfd(-1, &signals, 0);
	if (fd < 0)
		err(1, "signalfd");
	return fd;
}

static int run(const struct amount *total, size_t workers) {
	pid_t *const pids = calloc(workers, sizeof(*pids));
	const int signal_fd = open_signals();
	int report[2];
	size_t started = 0;
	int status = 1;

	if (pids == NULL)
		err(1, "calloc");
	if (pipe(report) < 0)
		err(1, "pipe");
	while (started < workers &&
	       (pids[started] = start_worker(total, started, workers, report[1])) > 0)
		started++;
	if (started == workers)
		status = supervise(workers, report[0], signal_fd);
	for (size_t i = 0; i < started; i++)
		kill(pids[i], SIGKILL);
	for (size_t i = 0; i < started; i++)
		waitpid(pids[i], NULL, 0);
	free(pids);
	return status;
}

/* A private namespace is one that cannot reach anything: only loopback is up. */
static void require_private_namespace(void) {
	struct ifaddrs *interfaces;

	if (getifaddrs(&interfaces) < 0)
		err(1, "getifaddrs");
	for (const struct ifaddrs *i = interfaces; i != NULL; i = i->ifa_next) {
		if ((i->ifa_flags & IFF_UP) != 0 && (i->ifa_flags & IFF_LOOPBACK) == 0)
			errx(1, "%s is up: this is no private network namespace", i->ifa_name);
	}
	freeifaddrs(interfaces);
}

static void widen_source_ports(void) {
	const char *const path = "/proc/sys/net/ipv4/ip_local_port_range";
	const size_t length = sizeof(source_port_range) - 1;
	const int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, source_port_range, length) != (ssize_t)length)
		err(1, "%s", path);
	close(fd);
}

/* Raises the limit of open files as far as it goes; returns how many sockets a worker can hold. */
static size_t raise_descriptor_limit(void) {
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		err(1, "getrlimit");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		err(1, "setrlimit");
	if (limit.rlim_cur <= SPARE_DESCRIPTORS)
		errx(1, "the limit of open files is too low");
	return limit.rlim_cur - SPARE_DESCRIPTORS;
}

static size_t count_workers(const struct amount *total, size_t asked) {
	const size_t capacity = raise_descriptor_limit();
	const size_t sockets =
	    2 * total->pairs + total->listeners + total->udp + 2 * total->unix_pairs;
	const size_t needed = sockets == 0 ? 1 : (sockets + capacity - 1) / capacity;

	if (needed > MAX_WORKERS)
		errx(1, "%zu processes needed, %d at most", needed, MAX_WORKERS);
	if (asked == 0)
		return needed;
	if (asked < needed)
		errx(1, "%zu processes needed, %zu allowed", needed, asked);
	return asked;
}

static size_t parse_count(const char *text, size_t max) {
	char *end;

	errno = 0;
	const unsigned long count = strtoul(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || count > max)
		errx(1, "not a number from 0 to %zu: %s", max, text);
	return count;
}

static const char usage_text[] =
    "usage: load [--pairs N] [--listeners N] [--udp N] [--unix N] [--procs N]\n"
    "Makes N established TCP or UNIX pairs (two sockets each), listeners and UDP sockets, in "
    "--procs\n"
    "processes (0: as few as the limit of open files allows). Start it in a private network\n"
    "namespace with lo up. It prints \"ready\" and holds until standard input ends.\n";

static const struct option options[] = {
	{ "pairs", required_argument, NULL, 'p' }, { "listeners", required_argument, NULL, 'l' },
	{ "udp", required_argument, NULL, 'u' },   { "unix", required_argument, NULL, 'x' },
	{ "procs", required_argument, NULL, 'n' }, { 0 },
};

int main(int argc, char **argv) {
	struct amount total = { 0 };
	size_t workers = 0;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			total.pairs = parse_count(optarg, MAX_COUNT);
			break;
		case 'l':
			total.listeners = parse_count(optarg, MAX_COUNT);
			break;
		case 'u':
			total.udp = parse_count(optarg, MAX_COUNT);
			break;
		case 'x':
			total.unix_pairs = parse_count(optarg, MAX_COUNT);
			break;
		case 'n':
			workers = parse_count(optarg, MAX_WORKERS);
			break;
		default:
			fputs(usage_text, stderr);
			return 1;
		}
	}
	if (optind < argc) {
		fputs(usage_text, stderr);
		return 1;
	}
	require_private_namespace();
	widen_source_ports();
	return run(&total, count_workers(&total, workers));
}
