/*
 * The floor under every socket lister: asks NETLINK_SOCK_DIAG for one dump, as socklens does, and
 * throws the answer away unread. What socklens costs above this is what socklens itself does.
 *
 * With --rss it is the small spawner instead: it runs a command and prints what that used. A large
 * spawner would not do, for at exec the kernel counts the spawner's peak memory as the command's.
 *
 * Invariant: user space touches no byte of a message except the first and the last header.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	/* Bits 1 (TCP_ESTABLISHED) to 13 (TCP_BOUND_INACTIVE): all there are. */
	ALL_STATES = 0x3ffe,
	/* The kernel caps a dump message at 32 KiB; a larger buffer gains nothing. */
	RECEIVE_BYTES = 32768,
	REQUEST_BYTES = 256,
};

/* What to ask for. Ports are in host order; 0 asks for any. */
struct query {
	bool is_v2;
	uint8_t family;
	uint8_t protocol;
	uint8_t extensions;
	uint32_t states;
	uint16_t source_port;
	uint16_t either_port;
};

struct request {
	size_t length;
	_Alignas(struct nlmsghdr) unsigned char bytes[REQUEST_BYTES];
};

static void request_append(struct request *request, const void *data, size_t length) {
	memcpy(request->bytes + request->length, data, length);
	request->length += NLMSG_ALIGN(length);
}

static void request_append_body(struct request *request, const struct query *query) {
	const struct inet_diag_sockid id = { .idiag_sport = htons(query->source_port) };

	if (query->is_v2) {
		const struct inet_diag_req_v2 body = {
			.sdiag_family = query->family,
			.sdiag_protocol = query->protocol,
			.idiag_ext = query->extensions,
			.idiag_states = query->states,
			.id = id,
		};
		request_append(request, &body, sizeof(body));
		return;
	}
	const struct inet_diag_req body = {
		.idiag_family = AF_INET,
		.idiag_ext = query->extensions,
		.id = id,
		.idiag_states = query->states,
	};
	request_append(request, &body, sizeof(body));
}

/* Source port or destination port. `yes` and `no` are byte offsets from their own instruction. */
static void request_append_either_port(struct request *request, uint16_t port) {
	const struct inet_diag_bc_op program[] = {
		{ .code = INET_DIAG_BC_S_EQ, .yes = 8, .no = 12 },
		{ .no = port },
		{ .code = INET_DIAG_BC_JMP, .yes = 4, .no = 12 },
		{ .code = INET_DIAG_BC_D_EQ, .yes = 8, .no = 12 },
		{ .no = port },
	};
	const struct nlattr attribute = {
		.nla_len = sizeof(struct nlattr) + sizeof(program),
		.nla_type = INET_DIAG_REQ_BYTECODE,
	};

	request_append(request, &attribute, sizeof(attribute));
	request_append(request, program, sizeof(program));
}

static struct request request_build(const struct query *query) {
	struct request request = { .length = NLMSG_HDRLEN };

	request_append_body(&request, query);
	if (query->either_port != 0)
		request_append_either_port(&request, query->either_port);

	const struct nlmsghdr header = {
		.nlmsg_len = (uint32_t)request.length,
		.nlmsg_type = query->is_v2 ? SOCK_DIAG_BY_FAMILY : TCPDIAG_GETSOCK,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.nlmsg_seq = 1,
	};
	memcpy(request.bytes, &header, sizeof(header));
	return request;
}

/* True if a message that ends a dump starts at `message`; exits if the kernel refused the dump. */
static bool message_ends_dump(const unsigned char *message, size_t length) {
	struct nlmsghdr header;
	int error;

	memcpy(&header, message, sizeof(header));
	if (header.nlmsg_type != NLMSG_DONE && header.nlmsg_type != NLMSG_ERROR)
		return false;
	if (length < sizeof(header) + sizeof(error))
		errx(1, "the kernel's answer is cut short");
	memcpy(&error, message + sizeof(header), sizeof(error));
	if (error != 0) {
		errno = -error;
		err(1, "the kernel refused the dump");
	}
	return true;
}

/* The kernel may put NLMSG_DONE in a datagram of its own or behind the last socket. */
static bool datagram_ends_dump(const unsigned char *datagram, size_t length) {
	const size_t done_bytes = NLMSG_LENGTH(sizeof(int));

	if (message_ends_dump(datagram, length))
		return true;
	if (length < 2 * done_bytes)
		return false;

	const unsigned char *const tail = datagram + length - done_bytes;
	struct nlmsghdr header;

	memcpy(&header, tail, sizeof(header));
	return header.nlmsg_len == done_bytes && header.nlmsg_seq == 1 &&
	       message_ends_dump(tail, done_bytes);
}

static void receive_dump(int fd) {
	static _Alignas(struct nlmsghdr) unsigned char datagram[RECEIVE_BYTES];

	for (;;) {
		const ssize_t length = recv(fd, datagram, sizeof(datagram), MSG_TRUNC);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			err(1, "recv");
		if (length < NLMSG_HDRLEN || (size_t)length > sizeof(datagram))
			errx(1, "a datagram of %zd bytes", length);
		if (datagram_ends_dump(datagram, (size_t)length))
			return;
	}
}

static void dump(const struct query *query) {
	const struct request request = request_build(query);
	const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd < 0)
		err(1, "socket");
	if (send(fd, request.bytes, request.length, 0) != (ssize_t)request.length)
		err(1, "send");
	receive_dump(fd);
	close(fd);
}

static void exec_quietly(char **command) {
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		err(127, "/dev/null");
	execvp(command[0], command);
	err(127, "%s", command[0]);
}

static long long timeval_us(struct timeval time) {
	return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

/* Prints one line: peak RSS in KiB, user + system time in microseconds, exit status. */
static void run_and_account(char **command) {
	struct rusage usage;
	int status;
	const pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0)
		exec_quietly(command);
	if (wait4(pid, &status, 0, &usage) != pid)
		err(1, "wait4");
	printf("%ld %lld %d\n", usage.ru_maxrss,
	       timeval_us(usage.ru_utime) + timeval_us(usage.ru_stime),
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static unsigned long parse_number(const char *text, int base, unsigned long max) {
	char *end;

	errno = 0;
	const unsigned long number = strtoul(text, &end, base);
	if (end == text || *end != '\0' || errno != 0 || number > max)
		errx(1, "not a number in range: %s", text);
	return number;
}

static const char usage_text[] =
    "usage: floor [--ext HEX] [--states HEX] [--sport N] [--either-port N]\n"
    "             [--v2 FAMILY PROTO]\n"
    "       floor --rss COMMAND [ARG...]\n"
    "FAMILY and PROTO are numbers, such as 2 17 for UDP over IPv4.\n";

static const struct option options[] = {
	{ "ext", required_argument, NULL, 'e' },
	{ "states", required_argument, NULL, 's' },
	{ "sport", required_argument, NULL, 'p' },
	{ "either-port", required_argument, NULL, 'b' },
	{ "v2", required_argument, NULL, 'v' },
	{ "rss", no_argument, NULL, 'r' },
	{ 0 },
};

int main(int argc, char **argv) {
	struct query query = { .states = ALL_STATES };
	bool is_spawner = false;
	int option;

	/* "+": what follows the first operand belongs to the command that --rss runs. */
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (option) {
		case 'e':
			query.extensions = (uint8_t)parse_number(optarg, 16, UINT8_MAX);
			break;
		case 's':
			query.states = (uint32_t)parse_number(optarg, 16, UINT32_MAX);
			break;
		case 'p':
			query.source_port = (uint16_t)parse_number(optarg, 10, UINT16_MAX);
			break;
		case 'b':
			query.either_port = (uint16_t)parse_number(optarg, 10, UINT16_MAX);
			break;
		case 'v':
			query.is_v2 = true;
			query.family = (uint8_t)parse_number(optarg, 10, UINT8_MAX);
			if (optind == argc)
				errx(1, "--v2 takes a family and a protocol");
			query.protocol = (uint8_t)parse_number(argv[optind++], 10, UINT8_MAX);
			break;
		case 'r':
			is_spawner = true;
			break;
		default:
			fputs(usage_text, stderr);
			return 1;
		}
	}
	if (is_spawner != (optind < argc)) {
		fputs(usage_text, stderr);
		return 1;
	}
	if (is_spawner)
		run_and_account(argv + optind);
	else
		dump(&query);
	return 0;
}
