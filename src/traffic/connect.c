/* The command "connect": finds who is meant, connects, and hands over to the exchange or the load.
 */

#include "connect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command.h"
#include "connect_options.h"
#include "loop.h"
#include "messages.h"
#include "relay.h"
#include "util.h"

/* NULL: a signal came. */
static int complain(char *error) {
	command_complain(error ? error : xasprintf("%s", _("interrupted before it was connected")));
	return EXIT_STATUS_PARTIAL;
}

static void end_with_reset(int fd) {
	const struct linger linger = { .l_onoff = 1, .l_linger = 0 };
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static int exchange(const struct dial_list *list, const struct exchange *plan) {
	const struct dial_limits limits = { plan->timeout_ns, plan->signal_fd };
	char *error = NULL;
	size_t chosen = 0;
	int status;
	const int fd = list->type == SOCK_DGRAM ? -1 : dial(list, &limits, &chosen, &error);
	if (fd < 0 && list->type != SOCK_DGRAM)
		return complain(error);
	if (plan->reset)
		end_with_reset(fd);
	if (list->type != SOCK_STREAM) {
		status = messages_run(fd, list, chosen, plan, &error);
	} else {
		status = relay_run(fd, &list->addresses[chosen], plan, &error);
		close(fd);
	}
	if (error)
		command_complain(error);
	return status;
}

static bool sends_datagrams(const struct load_plan *load) {
	if (load->type != SOCK_DGRAM || load->style == LOAD_HOLD)
		return false;
	return load->style != LOAD_STREAM || load->size > 0;
}

/* Which of the addresses answers is told by the first connection of the load itself, or by its
 * first datagram: the peer must not see more than the load counts. */
static bool find_first(const struct dial_list *list, const struct dial_limits *limits,
                       struct load_plan *load, size_t *chosen, char **error) {
	if (sends_datagrams(load)) {
		size_t size;
		char *message = load_make_message(load, &size);
		load->first_fd =
		    dial_with_datagram(list, message, size, chosen, &load->first_sent_ns, error);
		free(message);
	} else {
		load->first_fd = dial(list, limits, chosen, error);
	}
	return load->first_fd >= 0;
}

static int run_load(const struct dial_list *list, const struct connect_plan *plan,
                    struct loop *loop) {
	const struct dial_limits limits = { plan->exchange.timeout_ns, loop_signal_fd(loop) };
	struct load_plan load = plan->load;
	char *error = NULL;
	size_t chosen = 0;
	load.first_fd = -1;
	if (list->count > 1 && !find_first(list, &limits, &load, &chosen, &error))
		return complain(error);
	load.targets = &list->addresses[chosen];
	load.target_count = 1;
	return load_run(&load, loop);
}

/* Signals wait from here on, so that whatever runs ends in order. */
static int run(const struct dial_list *list, struct connect_plan *plan) {
	struct loop *loop = loop_create();
	if (!loop) {
		command_complain(xasprintf("connect: %s", strerror(errno)));
		return EXIT_STATUS_PARTIAL;
	}
	plan->exchange.signal_fd = loop_signal_fd(loop);
	const int status =
	    plan->is_load ? run_load(list, plan, loop) : exchange(list, &plan->exchange);
	loop_destroy(loop);
	return status;
}

int connect_run(int argc, char *argv[]) {
	struct connect_plan plan;
	struct dial_list list = { 0 };
	char *error = NULL;
	int status = EXIT_STATUS_PARTIAL;
	if (!connect_parse(argc, argv, &plan, &error)) {
		command_complain(error);
		return EXIT_STATUS_USAGE;
	}
	if (plan.help)
		return command_print_help(&connect_command);
	if (dial_resolve(&plan.target, &list, &error))
		status = run(&list, &plan);
	else
		command_complain(error);
	free(list.addresses);
	return status;
}
