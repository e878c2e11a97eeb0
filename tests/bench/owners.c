
/*
 * Looks for the owners of every TCP socket of this network namespace, once a second, as
 * the live view does it, and prints for each look how many milliseconds of processor time two
 * things took: finding out, and with it telling of every socket and being told of every owner. (The
 * dump that says which sockets there are counts for neither.) With a rate, a process makes so many
 * loopback connections a second, each of which lives for a second.
 *
 *     owners LOOKS RATE
 *
 * The first look is the one that reads everybody. The connections are closed by resets, so that no
 * TIME-WAIT is left. Run it in a network namespace of its own.
 */
#include <arpa/inet.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "owner_cache.h"
#include "probe.h"
#include "util.h"

enum {
	LOOKS_MAX = 100000,
	RATE_MAX = 5000,
	BACKLOG = 16,
	BATCH_LIMIT = 256,
	AHEAD = 8,
	PACE_NS = 1000000000
};

struct pair {
	int client, server;
};

static int open_listener(struct sockaddr_in *address) {
	socklen_t length = sizeof(*address);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET };
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (const struct sockaddr *)address, length) != 0 ||
	    listen(fd, BACKLOG) != 0 || getsockname(fd, (struct sockaddr *)address, &length) != 0)
		err(1, "listener");
	return fd;
}

static struct pair make_pair(int listener, const struct sockaddr_in *address) {
	const struct linger reset = { .l_onoff = 1 };
	const int client = socket(AF_INET, SOCK_STREAM, 0);

	if (client < 0 || setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) != 0 ||
	    connect(client, (const struct sockaddr *)address, sizeof(*address)) != 0)
		err(1, "connect");
	const int server = accept(listener, NULL, NULL);
	if (server < 0)
		err(1, "accept");
	return (struct pair){ client, server };
}

/* The client's close resets, so the server's leaves nothing behind either. */
static void drop_pair(const struct pair *pair) {
	close(pair->client);
	close(pair->server);
}

/* Replaces the oldest, at the rate, until it is killed. */
static _Noreturn void churn(unsigned rate) {
	struct sockaddr_in address;
	struct pair *pairs = xcalloc(rate, sizeof(*pairs));
	struct timespec next;
	const int listener = open_listener(&address);

	for (unsigned i = 0; i < rate; i++)
		pairs[i] = make_pair(listener, &address);
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (unsigned oldest = 0;; oldest = (oldest + 1) % rate) {
		drop_pair(&pairs[oldest]);
		pairs[oldest] = make_pair(listener, &address);
		next.tv_nsec += PACE_NS / rate;
		next.tv_sec += next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
}

static pid_t start_churn(unsigned rate) {
	const pid_t parent = getpid();
	const pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	churn(rate);
}

static double cpu_ms(void) {
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
}

/* Every inode of a look. */
struct inodes {
	uint32_t *numbers;
	size_t count, capacity;
};

static bool take_batch(void *context, struct snapshot *batch) {
	struct inodes *inodes = context;

	if (inodes->capacity < inodes->count + batch->count) {
		inodes->capacity = 2 * (inodes->count + batch->count);
		inodes->numbers =
		    xreallocarray(inodes->numbers, inodes->capacity, sizeof(*inodes->numbers));
	}
	for (size_t i = 0; i < batch->count; i++)
		inodes->numbers[inodes->count++] = batch->socks[i].inode;
	return true;
}

static void list_inodes(struct probe *probe, struct inodes *inodes) {
	struct want want = { .families = SOCK_FAMILIES_ALL };
	struct snapshot batch;

	want.states[SOCK_PROTOCOL_TCP] = SOCK_STATES_ALL;
	inodes->count = 0;
	snapshot_init(&batch);
	probe_sockets(probe, &want, BATCH_LIMIT, &batch, take_batch, inodes);
	snapshot_finish(&batch);
}

static void count_process(void *context, const struct process *process) {
	(void)process;
	++*(size_t *)context;
}

static void count_holder(void *context, uint32_t inode, uint32_t process, uint32_t fd) {
	(void)inode, (void)process, (void)fd;
	++*(size_t *)context;
}

static void look(struct owner_cache *cache, const struct inodes *inodes) {
	const double start = cpu_ms();
	size_t found = 0;

	owner_cache_begin(cache, SOCK_NEED_OWNERS);
	for (size_t i = 0; i < inodes->count; i++) {
		if (i + AHEAD < inodes->count)
			owner_cache_expect(cache, inodes->numbers[i + AHEAD]);
		owner_cache_tell(cache, inodes->numbers[i]);
	}
	const double told = cpu_ms();
	owner_cache_update(cache, util_monotonic_ns());
	const double updated = cpu_ms();
	owner_cache_each(cache, count_process, count_holder, &found);
	printf("%.3f %.3f\n", updated - told, cpu_ms() - start);
	fflush(stdout);
}

static unsigned parse_count(const char *text, unsigned max) {
	char *end;
	const unsigned long count = strtoul(text, &end, 10);

	if (end == text || *end != '\0' || count > max)
		errx(1, "not a number from 0 to %u: %s", max, text);
	return (unsigned)count;
}

int main(int argc, char **argv) {
	char *error = NULL;
	bool no_such = false;
	struct inodes inodes = { 0 };

	if (argc != 3)
		errx(1, "usage: owners LOOKS RATE");
	const unsigned looks = parse_count(argv[1], LOOKS_MAX);
	const unsigned rate = parse_count(argv[2], RATE_MAX);
	struct probe *probe = probe_open(NULL, &no_such, &error);
	if (!probe)
		errx(1, "%s", error);
	struct owner_cache *cache = owner_cache_create();
	const pid_t churner = rate > 0 ? start_churn(rate) : 0;
	for (unsigned i = 0; i < looks; i++) {
		if (i > 0)
			sleep(1);
		list_inodes(probe, &inodes);
		look(cache, &inodes);
	}
	if (churner > 0) {
		kill(churner, SIGKILL);
		waitpid(churner, NULL, 0);
	}
	owner_cache_destroy(cache);
	probe_close(probe);
	free(inodes.numbers);
}
