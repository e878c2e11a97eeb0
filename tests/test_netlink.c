/* Datagrams put together by hand, and dumps over a transport that does to us what kernels do. */

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "netlink.h"
#include "util.h"

enum { SEQUENCE = 7, PORT_ID = 4242, DATA = 20, PAYLOAD = 64 };

/* A message as it is on the wire: what its header says, and how many bytes there really are. */
struct wire {
	uint32_t says; /* nlmsg_len; 0: the truth */
	uint16_t type;
	uint16_t flags;
	uint32_t sequence, port_id;
	size_t payload;
	int32_t number; /* the first four bytes of the payload */
};

static size_t put(unsigned char *bytes, struct wire wire) {
	const uint32_t length = (uint32_t)(NLMSG_HDRLEN + wire.payload);
	const struct nlmsghdr header = { wire.says ? wire.says : length, wire.type, wire.flags,
		                         wire.sequence, wire.port_id };
	memset(bytes, 0, NLMSG_ALIGN(length));
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), &wire.number,
	       wire.payload < sizeof(wire.number) ? wire.payload : sizeof(wire.number));
	return NLMSG_ALIGN(length);
}

static struct wire ours(uint16_t type, size_t payload, int32_t number) {
	return (struct wire){ 0, type, 0, SEQUENCE, PORT_ID, payload, number };
}

struct delivery {
	size_t count;
	size_t stop_after; /* 0: never */
	int32_t last;      /* the number in the latest message */
};

static bool take(void *context, const struct nlmsghdr *message) {
	struct delivery *delivery = context;
	if (message->nlmsg_len >= NLMSG_HDRLEN + sizeof(delivery->last))
		memcpy(&delivery->last, NLMSG_DATA(message), sizeof(delivery->last));
	return ++delivery->count != delivery->stop_after;
}

static struct netlink_walk new_walk(struct delivery *delivery) {
	return (struct netlink_walk){
		.sequence = SEQUENCE,
		.port_id = PORT_ID,
		.deliver = take,
		.context = delivery,
	};
}

/* Walks a copy of exactly that many bytes, so that a sanitizer sees a read behind it. */
static int walk_copy(struct netlink_walk *walk, const void *bytes, size_t length) {
	void *copy = xmalloc(length);
	memcpy(copy, bytes, length);
	const int verdict = netlink_walk_datagram(walk, copy, length);
	free(copy);
	return verdict;
}

Test(netlink, every_message_gets_the_verdict_it_deserves) {
	static const struct {
		const char *what;
		struct wire wire;
		int verdict;
		size_t delivered;
	} rows[] = {
		{ "data", { 0, DATA, 0, SEQUENCE, PORT_ID, 8, 1 }, NETLINK_MORE, 1 },
		{ "a bare header", { 0, DATA, 0, SEQUENCE, PORT_ID, 0, 0 }, NETLINK_MORE, 1 },
		{ "another sequence", { 0, DATA, 0, 8, PORT_ID, 8, 1 }, NETLINK_MORE, 0 },
		{ "another port", { 0, DATA, 0, SEQUENCE, 1, 8, 1 }, NETLINK_MORE, 0 },
		{ "multicast", { 0, DATA, 0, 0, 0, 8, 1 }, NETLINK_MORE, 0 },
		{ "no operation", { 0, NLMSG_NOOP, 0, SEQUENCE, PORT_ID, 8, 1 }, NETLINK_MORE, 0 },
		{ "overrun", { 0, NLMSG_OVERRUN, 0, SEQUENCE, PORT_ID, 0, 0 }, -EOVERFLOW, 0 },
		{ "done", { 0, NLMSG_DONE, 0, SEQUENCE, PORT_ID, 4, 0 }, NETLINK_DONE, 0 },
		{ "bare done", { 0, NLMSG_DONE, 0, SEQUENCE, PORT_ID, 0, 0 }, NETLINK_DONE, 0 },
		{ "short done", { 0, NLMSG_DONE, 0, SEQUENCE, PORT_ID, 3, -1 }, NETLINK_DONE, 0 },
		{ "failed done", { 0, NLMSG_DONE, 0, SEQUENCE, PORT_ID, 4, -ENOENT }, -ENOENT, 0 },
		{ "done with 1", { 0, NLMSG_DONE, 0, SEQUENCE, PORT_ID, 4, 1 }, -EBADMSG, 0 },
		{ "another's done", { 0, NLMSG_DONE, 0, 8, PORT_ID, 4, 0 }, NETLINK_MORE, 0 },
		{ "ack", { 0, NLMSG_ERROR, 0, SEQUENCE, PORT_ID, 20, 0 }, NETLINK_DONE, 0 },
		{ "error", { 0, NLMSG_ERROR, 0, SEQUENCE, PORT_ID, 20, -EPERM }, -EPERM, 0 },
		{ "short error", { 0, NLMSG_ERROR, 0, SEQUENCE, PORT_ID, 3, -1 }, -EBADMSG, 0 },
		{ "positive", { 0, NLMSG_ERROR, 0, SEQUENCE, PORT_ID, 4, EPERM }, -EBADMSG, 0 },
		{ "no errno", { 0, NLMSG_ERROR, 0, SEQUENCE, PORT_ID, 4, -4096 }, -EBADMSG, 0 },
		{ "least", { 0, NLMSG_ERROR, 0, SEQUENCE, PORT_ID, 4, INT32_MIN }, -EBADMSG, 0 },
		{ "another's error", { 0, NLMSG_ERROR, 0, 8, PORT_ID, 4, -1 }, NETLINK_MORE, 0 },
		{ "length 1", { 1, DATA, 0, SEQUENCE, PORT_ID, 8, 1 }, -EBADMSG, 0 },
		{ "length 15", { 15, DATA, 0, SEQUENCE, PORT_ID, 8, 1 }, -EBADMSG, 0 },
		{ "a byte too long", { 25, DATA, 0, SEQUENCE, PORT_ID, 8, 1 }, -EBADMSG, 0 },
		{ "2^31", { 0x80000000, DATA, 0, SEQUENCE, PORT_ID, 8, 1 }, -EBADMSG, 0 },
		{ "all ones", { UINT32_MAX, DATA, 0, SEQUENCE, PORT_ID, 8, 1 }, -EBADMSG, 0 },
		{ "wraps", { UINT32_MAX - 2, DATA, 0, SEQUENCE, PORT_ID, 8, 1 }, -EBADMSG, 0 },
		{ "foreign lie", { 15, DATA, 0, 8, 1, 8, 1 }, -EBADMSG, 0 },
	};
	unsigned char bytes[PAYLOAD];
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct delivery delivery = { 0 };
		struct netlink_walk walk = new_walk(&delivery);
		const size_t length = put(bytes, rows[i].wire);
		/* The bytes that fill up the last word may be missing at the end. */
		const size_t exact = NLMSG_HDRLEN + rows[i].wire.payload;
		cr_expect_eq(walk_copy(&walk, bytes, exact), rows[i].verdict, "%s", rows[i].what);
		cr_expect_eq(delivery.count, rows[i].delivered, "%s", rows[i].what);
		delivery = (struct delivery){ 0 };
		if (rows[i].wire.says <= length) {
			cr_expect_eq(walk_copy(&walk, bytes, length), rows[i].verdict, "%s",
			             rows[i].what);
			cr_expect_eq(delivery.count, rows[i].delivered, "%s", rows[i].what);
		}
	}
}

Test(netlink, a_length_of_zero_does_not_stand_still) {
	struct delivery delivery = { 0 };
	struct netlink_walk walk = new_walk(&delivery);
	static const unsigned char zeros[64];
	cr_expect_eq(walk_copy(&walk, zeros, sizeof(zeros)), -EBADMSG);
	cr_expect_eq(delivery.count, 0);
}

Test(netlink, every_datagram_cut_short_is_noticed) {
	unsigned char bytes[PAYLOAD];
	size_t whole = put(bytes, ours(DATA, 6, 1));
	const size_t first = whole;
	whole += put(bytes + whole, ours(DATA, 8, 2));
	for (size_t length = 0; length <= whole; length++) {
		struct delivery delivery = { 0 };
		struct netlink_walk walk = new_walk(&delivery);
		/* 22 and 23 bytes lack only what fills up the word behind the first message. */
		const bool good =
		    length == 0 || (length >= 22 && length <= first) || length == whole;
		cr_expect_eq(walk_copy(&walk, bytes, length), good ? NETLINK_MORE : -EBADMSG,
		             "%zu bytes", length);
		cr_expect_eq(delivery.count, (length >= 22) + (length == whole), "%zu bytes",
		             length);
	}
}

Test(netlink, messages_are_delivered_in_order_until_the_end) {
	unsigned char bytes[256];
	size_t length = 0;
	for (int32_t i = 1; i <= 3; i++)
		length += put(bytes + length, ours(DATA, 5, i)); /* each followed by filling */
	length += put(bytes + length, ours(NLMSG_DONE, 4, 0));
	length += put(bytes + length, ours(DATA, 5, 9));
	struct delivery delivery = { 0 };
	struct netlink_walk walk = new_walk(&delivery);
	cr_expect_eq(walk_copy(&walk, bytes, length), NETLINK_DONE);
	cr_expect_eq(delivery.count, 3, "nothing behind the end is delivered");
	cr_expect_eq(delivery.last, 3);
	delivery = (struct delivery){ .stop_after = 2 };
	cr_expect_eq(walk_copy(&walk, bytes, length), NETLINK_STOP);
	cr_expect_eq(delivery.count, 2);
}

Test(netlink, an_interrupted_dump_is_remembered_if_it_is_ours) {
	static const struct {
		struct wire wire;
		bool interrupted;
	} rows[] = {
		{ { 0, DATA, NLM_F_DUMP_INTR, SEQUENCE, PORT_ID, 8, 1 }, true },
		{ { 0, NLMSG_DONE, NLM_F_DUMP_INTR, SEQUENCE, PORT_ID, 4, 0 }, true },
		{ { 0, DATA, NLM_F_MULTI, SEQUENCE, PORT_ID, 8, 1 }, false },
		{ { 0, DATA, NLM_F_DUMP_INTR, 8, PORT_ID, 8, 1 }, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		unsigned char bytes[PAYLOAD];
		struct delivery delivery = { 0 };
		struct netlink_walk walk = new_walk(&delivery);
		const size_t length = put(bytes, rows[i].wire);
		cr_expect_geq(walk_copy(&walk, bytes, length), 0);
		cr_expect_eq(walk.interrupted, rows[i].interrupted, "row %zu", i);
	}
}

/* A kernel in a table: what each call answers. */
enum { STEPS_MAX = 6 };

struct step {
	int error;         /* 0: the messages */
	uint8_t data;      /* how many messages of data */
	uint16_t flags;    /* of these */
	uint16_t end_type; /* 0: none follows */
	int32_t end;       /* the number in the message at the end */
};

struct script {
	const struct step *steps;
	size_t at, sends_interrupted;
	int send_error;
	bool small, overran;
	struct nlmsghdr sent;
};

static ssize_t script_send(void *context, const void *message, size_t length) {
	struct script *script = context;
	if (script->sends_interrupted > 0) {
		script->sends_interrupted--;
		return -EINTR;
	}
	memcpy(&script->sent, message, sizeof(script->sent));
	return script->send_error ? script->send_error : (ssize_t)length;
}

static ssize_t script_receive(void *context, void *buffer, size_t size) {
	struct script *script = context;
	script->small |= size != NETLINK_RECEIVE_SIZE;
	if (script->at == STEPS_MAX) {
		script->overran = true;
		return -ETIMEDOUT;
	}
	const struct step *step = &script->steps[script->at++];
	size_t length = 0;
	for (int i = 0; i < step->data; i++) {
		struct wire wire = ours(DATA, 8, i);
		wire.flags = step->flags;
		length += put((unsigned char *)buffer + length, wire);
	}
	if (step->end_type)
		length += put((unsigned char *)buffer + length, ours(step->end_type, 4, step->end));
	return step->error ? step->error : (ssize_t)length;
}

struct drama {
	const char *what;
	struct step steps[STEPS_MAX];
	size_t stop_after;
	int result;
	size_t delivered, receives;
};

#define DONE .end_type = NLMSG_DONE

static const struct drama dramas[] = {
	{ "an empty dump", { { DONE } }, 0, 0, 0, 1 },
	{ "two datagrams", { { .data = 2 }, { .data = 3, DONE } }, 0, 0, 5, 2 },
	{ "interrupted calls",
	  { { .error = -EINTR },
	    { .data = 1 },
	    { .error = -EINTR },
	    { .error = -EINTR },
	    { DONE } },
	  0,
	  0,
	  1,
	  5 },
	{ "one not from the kernel",
	  { { .data = 1 }, { .error = 0 }, { .data = 1, DONE } },
	  0,
	  0,
	  2,
	  3 },
	{ "messages lost: the rest is taken, the loss is told",
	  { { .data = 1 }, { .error = -ENOBUFS }, { .data = 2 }, { DONE } },
	  0,
	  -ENOBUFS,
	  3,
	  4 },
	{ "lost twice",
	  { { .error = -ENOBUFS }, { .data = 2 }, { .error = -ENOBUFS } },
	  0,
	  -ENOBUFS,
	  2,
	  3 },
	{ "a cut datagram", { { .data = 1 }, { .error = -EMSGSIZE } }, 0, -EMSGSIZE, 1, 2 },
	{ "silence", { { .data = 1 }, { .error = -ETIMEDOUT } }, 0, -ETIMEDOUT, 1, 2 },
	{ "busy", { { .end_type = NLMSG_ERROR, .end = -EBUSY } }, 0, -EBUSY, 0, 1 },
	{ "absent", { { .end_type = NLMSG_DONE, .end = -ENOENT } }, 0, -ENOENT, 0, 1 },
	{ "absent after all",
	  { { .data = 2, .end_type = NLMSG_DONE, .end = -ENOMEM } },
	  0,
	  -ENOMEM,
	  2,
	  1 },
	{ "an error is more than a loss",
	  { { .error = -ENOBUFS }, { .end_type = NLMSG_ERROR, .end = -EPERM } },
	  0,
	  -EPERM,
	  0,
	  2 },
	{ "stopped early", { { .data = 3 }, { DONE } }, 2, 0, 2, 1 },
	{ "stopped by the first", { { .data = 1, DONE } }, 1, 0, 1, 1 },
	{ "changed meanwhile",
	  { { .data = 2, .flags = NLM_F_DUMP_INTR }, { DONE } },
	  0,
	  -EINTR,
	  2,
	  2 },
	{ "changed and lost",
	  { { .data = 2, .flags = NLM_F_DUMP_INTR }, { .error = -ENOBUFS }, { DONE } },
	  0,
	  -ENOBUFS,
	  2,
	  3 },
};

#undef DONE

Test(netlink, a_dump_ends_as_the_kernel_says_whatever_happens_on_the_way) {
	for (size_t i = 0; i < ARRAY_LENGTH(dramas); i++) {
		const struct drama *drama = &dramas[i];
		struct delivery delivery = { .stop_after = drama->stop_after };
		struct script script = { .steps = drama->steps };
		const struct netlink_transport transport = { script_send, script_receive, &script,
			                                     PORT_ID, NETLINK_RECEIVE_SIZE };
		const struct nlmsghdr request = { .nlmsg_len = sizeof(request),
			                          .nlmsg_seq = SEQUENCE };
		cr_expect_eq(netlink_dump(&transport, &request, take, &delivery), drama->result,
		             "%s", drama->what);
		cr_expect_eq(delivery.count, drama->delivered, "%s", drama->what);
		cr_expect_eq(script.at, drama->receives, "%s", drama->what);
		cr_expect(!script.small, "%s: each receive has the same size", drama->what);
		cr_expect(!script.overran, "%s", drama->what);
		cr_expect_eq(script.sent.nlmsg_seq, SEQUENCE, "%s", drama->what);
	}
}

Test(netlink, a_request_is_sent_again_when_interrupted_and_its_failure_is_the_result) {
	static const struct step steps[STEPS_MAX] = { { .end_type = NLMSG_DONE } };
	struct delivery delivery = { 0 };
	struct script script = { .steps = steps, .sends_interrupted = 3 };
	const struct netlink_transport transport = { script_send, script_receive, &script, PORT_ID,
		                                     NETLINK_RECEIVE_SIZE };
	const struct nlmsghdr request = { .nlmsg_len = sizeof(request), .nlmsg_seq = SEQUENCE };
	cr_expect_eq(netlink_dump(&transport, &request, take, &delivery), 0);
	cr_expect_eq(script.sends_interrupted, 0);
	script = (struct script){ .steps = steps, .send_error = -ECONNREFUSED };
	cr_expect_eq(netlink_dump(&transport, &request, take, &delivery), -ECONNREFUSED);
	cr_expect_eq(script.at, 0, "nothing is received");
}
