/* They go over a netlink socket of their own, as one may be asked for in the middle of a dump. */

#include "exact.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>

#include "run.h"
#include "util.h"

void exact_note(struct exact_list *list, uint32_t inode, uint64_t cookie) {
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 64;
		list->items = xreallocarray(list->items, list->capacity, sizeof(*list->items));
	}
	list->items[list->count++] = (struct exact_socket){ inode, cookie };
}

void exact_finish(struct exact_list *list) {
	free(list->items);
	*list = (struct exact_list){ 0 };
}

int exact_ask(struct run *run, const struct diag_class *class, uint32_t show,
              const struct exact_socket *socket, netlink_message_fn take, void *context) {
	_Alignas(struct nlmsghdr) unsigned char buffer[DIAG_REQUEST_SIZE];
	const struct diag_request request = {
		.show = show,
		.inode = socket->inode,
		.cookie = socket->cookie,
	};
	if (socket->inode == 0)
		return -ENOENT; /* nobody can be asked for it */
	const int opened =
	    run->exact ? 0 : run_open_netlink(run, NETLINK_RECEIVE_SIZE, &run->exact);
	if (opened < 0)
		return opened;
	const struct netlink_transport transport = netlink_socket_transport(run->exact);
	return netlink_get(&transport,
	                   diag_request(class, &request, ++run->probe->sequence, buffer), take,
	                   context);
}

struct large_question {
	struct run *run;
	const struct diag_class *class;
};

static bool take_large(void *context, const struct nlmsghdr *message) {
	struct large_question *question = context;
	struct run *run = question->run;
	struct sock sock = { 0 };
	if (question->class->parse(message, &run->large.arena, &sock) < 0)
		return true;
	large_add(&run->large, question->class, &sock);
	large_settle(&run->large);
	return true;
}

int exact_large(struct run *run, const struct diag_class *class, const struct sock *sock) {
	const struct exact_socket socket = { sock->inode, sock->cookie };
	struct large_question question = { run, class };
	if (!run->probe)
		return -ENOENT; /* a replay: it was not there then */
	return exact_ask(run, class, class->large_show, &socket, take_large, &question);
}
