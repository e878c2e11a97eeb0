/* The command "serve": opens the servers that were asked for, and runs them until a signal comes.
 */

#include "serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chargen.h"
#include "command.h"
#include "descriptors.h"
#include "loop.h"
#include "report.h"
#include "serve_options.h"
#include "server.h"
#include "stream.h"
#include "util.h"
#include "web.h"

/* What a reader that is stuck has after Ctrl-C, which must not have to come twice. */
enum { FAREWELL_MS = 1000 };

struct serving {
	const struct serve_plan *plan;
	struct server_tools tools;
	struct server **servers; /* NULL: it has ended */
	size_t running;
	struct loop_watch stuck_output;
	bool output_is_stuck;
	int output_error; /* errno */
};

/* Being awake is enough: idle() writes. */
static void output_ready(struct loop_watch *watch, uint32_t events) {
	(void)watch;
	(void)events;
}

/* Wakes the loop once a reader that was behind takes more. */
static void watch_output(struct serving *serving) {
	const int fd = report_stuck_fd(serving->tools.report);
	if (serving->output_is_stuck == (fd >= 0))
		return;
	if (fd < 0) {
		loop_remove(serving->tools.loop, &serving->stuck_output);
		serving->output_is_stuck = false;
		return;
	}
	serving->stuck_output = (struct loop_watch){ fd, output_ready };
	serving->output_is_stuck =
	    loop_add(serving->tools.loop, &serving->stuck_output, EPOLLOUT) == 0;
}

/* After each round: what happened is shown, and who is done ends. */
static void idle(void *context) {
	struct serving *serving = context;
	for (size_t i = 0; i < serving->plan->count; i++) {
		struct server *server = serving->servers[i];
		if (!server || !server_is_over(server))
			continue;
		server_close(server);
		serving->servers[i] = NULL;
		serving->running--;
	}
	serving->output_error = -report_flush(serving->tools.report);
	watch_output(serving);
	if (serving->running == 0 || serving->output_error != 0)
		loop_stop(serving->tools.loop);
}

static bool needs_web(const struct serve_plan *plan) {
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->services[i].kind == SERVICE_HTTP || plan->services[i].kind == SERVICE_WS)
			return true;
	}
	return false;
}

static bool open_all(struct serving *serving, char **error) {
	const struct serve_plan *plan = serving->plan;
	struct server_tools *tools = &serving->tools;
	if (needs_web(plan)) {
		tools->web = web_create(tools->report, tools->loop, error);
		if (!tools->web)
			return false;
	}
	for (size_t i = 0; i < plan->count; i++) {
		serving->servers[i] = server_open(&plan->services[i], tools, error);
		if (!serving->servers[i])
			return false;
		serving->running++;
	}
	return true;
}

/* The web is last to know the servers of its connections, so it goes first. */
static void close_all(struct serving *serving) {
	web_destroy(serving->tools.web);
	for (size_t i = 0; i < serving->plan->count; i++)
		server_close(serving->servers[i]);
}

static int finish_output(struct serving *serving, int patience_ms) {
	if (serving->output_error == 0) {
		report_summary(serving->tools.report);
		serving->output_error = -report_drain(serving->tools.report, patience_ms);
	}
	return command_end_output(serving->output_error, EXIT_STATUS_MATCHED);
}

static int serve(const struct serve_plan *plan, struct loop *loop) {
	char *error = NULL;
	char *buffer = xmalloc(STREAM_BUFFER_SIZE);
	char *pattern = chargen_create();
	struct serving serving = { .plan = plan };
	int status = EXIT_STATUS_PARTIAL;
	int ended_by = 0;
	serving.servers = xcalloc(plan->count, sizeof(struct server *));
	serving.tools = (struct server_tools){
		.loop = loop,
		.report = report_create(STDOUT_FILENO, plan->format, loop_signal_fd(loop)),
		.buffer = buffer,
		.pattern = pattern,
	};
	const bool opened = open_all(&serving, &error);
	if (opened) {
		loop_set_idle(loop, idle, &serving);
		ended_by = loop_run(loop);
	} else {
		command_complain(error);
	}
	close_all(&serving);
	if (opened)
		status = finish_output(&serving, ended_by == 0 ? -1 : FAREWELL_MS);
	report_destroy(serving.tools.report);
	free(serving.servers);
	free(pattern);
	free(buffer);
	return status;
}

int serve_run(int argc, char *argv[]) {
	struct serve_plan plan;
	char *error = NULL;
	int status = EXIT_STATUS_USAGE;
	if (!serve_parse(argc, argv, &plan, &error)) {
		command_complain(error);
	} else if (plan.help) {
		status = command_print_help(&serve_command);
	} else {
		descriptors_raise_limit();
		struct loop *loop = loop_create();
		status = EXIT_STATUS_PARTIAL;
		if (loop)
			status = serve(&plan, loop);
		else
			command_complain(xasprintf("serve: %s", strerror(errno)));
		loop_destroy(loop);
	}
	free(plan.services);
	return status;
}
