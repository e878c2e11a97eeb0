/* As the recorder puts them together from what a kernel sends. */

#include "moments.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "recorder.h"
#include "tcp_info.h"
#include "util.h"

struct message {
	struct nlmsghdr header;
	struct inet_diag_msg body;
	struct nlattr attribute;
	unsigned char info[sizeof(struct tcp_counters)]; /* not aligned for its members */
};

static void put_socket(struct recorder *recorder, const struct moment_sockets *sockets,
                       uint32_t number) {
	const struct tcp_counters info = { .bytes_received = sockets->bytes_received + number };
	struct message message = {
		.header = { .nlmsg_len = sizeof(message), .nlmsg_type = SOCK_DIAG_BY_FAMILY },
		.body = { .idiag_family = AF_INET,
		          .idiag_state = SOCK_STATE_ESTABLISHED,
		          .id = { .idiag_sport = htons((uint16_t)(1024 + number)),
		                  .idiag_dport = htons(443),
		                  .idiag_src = { htonl(0x7f000001) },
		                  .idiag_dst = { htonl(0x0a000000 + number) },
		                  .idiag_cookie = { sockets->cookie + number, 0 } },
		          .idiag_uid = 1000 + number % 3,
		          .idiag_inode = 1000000 + sockets->cookie + number },
		.attribute = { sizeof(message.attribute) + sizeof(message.info), INET_DIAG_INFO },
	};
	memcpy(message.info, &info, sizeof(info));
	recorder_add_message(recorder, &message.header);
}

static void put_owners(struct recorder *recorder, const struct moment_sockets *sockets) {
	static const struct process process = { .pid = 20,
		                                .start_time = 200,
		                                .comm = "server",
		                                .comm_length = 6,
		                                .exe = "server",
		                                .exe_length = 6 };
	static const struct owner_summary summary = { .unreadable = 3, .blind = true };
	recorder_begin_owners(recorder);
	recorder_add_process(recorder, &process);
	for (uint32_t i = 0; i < sockets->count; i++)
		recorder_add_holder(recorder, 1000000 + sockets->cookie + i, 0, i);
	recorder_end_owners(recorder, &summary);
}

struct moment_bytes moments_make(const struct moment_sockets *sockets) {
	const struct moment_origin origin = { sockets->time_ns, 1,     UINT32_MAX,
		                              "web1",           "6.1", "boot",
		                              { 32768, 60999 } };
	const struct moment_dump dump = { .probe = SOCK_PROBE_TCP };
	const struct probe_report reports[REPORT_COUNT] = {
		[SOCK_PROBE_TCP] = { .outcome = REPORT_WHOLE, .count = sockets->count },
		[REPORT_OWNERS] = { .outcome = REPORT_WHOLE },
	};
	struct recorder *recorder = recorder_create();
	const char *bytes = NULL;
	size_t length = 0;
	recorder_begin(recorder, &origin);
	recorder_begin_dump(recorder, &dump);
	for (uint32_t i = 0; i < sockets->count; i++)
		put_socket(recorder, sockets, i);
	recorder_end_dump(recorder);
	put_owners(recorder, sockets);
	recorder_end(recorder, reports, &bytes, &length);
	const struct moment_bytes moment = { xmalloc(length), length };
	memcpy(moment.start, bytes, length);
	recorder_destroy(recorder);
	return moment;
}
