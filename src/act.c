/* Tables of signals, outcomes and their words, and what is believed of an order that came from
 * elsewhere: nothing that is not checked here. */

#include "act.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <strings.h>

#include "out.h"
#include "util.h"

const struct act_signal act_signals[] = {
	{ .number = SIGTERM, .name = "TERM", .help = N_("please end") },
	{ .number = SIGKILL, .name = "KILL", .help = N_("end now, whatever you are at") },
	{ .number = SIGHUP,
	  .name = "HUP",
	  .help = N_("hang up; many read their configuration anew") },
	{ .number = SIGINT, .name = "INT", .help = N_("interrupt, as Ctrl-C") },
	{ .number = SIGQUIT, .name = "QUIT", .help = N_("quit, with a core dump") },
	{ .number = SIGUSR1, .name = "USR1", .help = N_("the program's own meaning") },
	{ .number = SIGUSR2, .name = "USR2", .help = N_("the program's own meaning") },
	{ .number = SIGSTOP, .name = "STOP", .help = N_("stop") },
	{ .number = SIGCONT, .name = "CONT", .help = N_("go on") },
};
const size_t act_signal_count = ARRAY_LENGTH(act_signals);

static const struct act_signal *signal_of(uint64_t number) {
	for (size_t i = 0; i < act_signal_count; i++) {
		if ((uint64_t)act_signals[i].number == number)
			return &act_signals[i];
	}
	return NULL;
}

const struct act_signal *act_find_signal(const char *name) {
	uint64_t number = 0;
	if (util_parse_number(name, strlen(name), INT32_MAX, &number))
		return signal_of(number);
	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (size_t i = 0; i < act_signal_count; i++) {
		if (strcasecmp(act_signals[i].name, name) == 0)
			return &act_signals[i];
	}
	return NULL;
}

static const struct {
	const char *name;
	const char *text; /* marked with N_; NULL: it depends */
	bool is_good;
} outcomes[] = {
	[ACT_OUTCOME_DONE] = { NULL, NULL, true },
	[ACT_OUTCOME_PLANNED] = { "planned", NULL, true },
	[ACT_OUTCOME_GONE] = { "gone", N_("gone already"), true },
	[ACT_OUTCOME_ENDED] = { "ended", N_("ended already"), true },
	[ACT_OUTCOME_LET_GO] = { "let-go", N_("does not hold it any more"), true },
	[ACT_OUTCOME_LISTENER] = { "listener",
	                           N_("left alone: it waits for peers; see "
	                              "--with-listeners"),
	                           false },
	[ACT_OUTCOME_OF_SESSION] = { "session",
	                             N_("left alone: this very session hangs on it; "
	                                "see --with-session"),
	                             false },
	[ACT_OUTCOME_NO_OWNER] = { "no-owner", N_("no process holds it"), false },
	[ACT_OUTCOME_HIDDEN_OWNER] = { "hidden-owner",
	                               N_("its owner is hidden: needs CAP_SYS_PTRACE and "
	                                  "CAP_DAC_READ_SEARCH"),
	                               false },
	[ACT_OUTCOME_NO_COOKIE] = { "no-cookie", N_("has no cookie to know it by"), false },
	[ACT_OUTCOME_UNREACHABLE] = { "unreachable",
	                              N_("the kernel does not find it by its addresses"), false },
	[ACT_OUTCOME_INTERRUPTED] = { "interrupted", N_("not done: interrupted before"), false },
	[ACT_OUTCOME_NOT_PERMITTED] = { "not-permitted", NULL, false },
	[ACT_OUTCOME_NO_SUPPORT] = { "not-supported", NULL, false },
	[ACT_OUTCOME_NO_SUCH_PROTOCOL] = { "not-supported", NULL, false },
	[ACT_OUTCOME_FAILED] = { "failed", NULL, false },
};
_Static_assert(ARRAY_LENGTH(outcomes) == ACT_OUTCOME_COUNT, "a row for each");

const char *act_outcome_name(enum act_kind kind, enum act_outcome outcome) {
	if (outcome == ACT_OUTCOME_DONE)
		return kind == ACT_CLOSE ? "closed" : "signalled";
	return outcomes[outcome].name;
}

bool act_outcome_is_good(enum act_outcome outcome) {
	return outcomes[outcome].is_good;
}

static void write_done(struct out *out, const struct act_order *order) {
	if (order->kind == ACT_CLOSE)
		out_text(out, _("closed"));
	else
		out_printf(out, _("%s sent"), signal_of((uint64_t)order->signal)->name);
}

static void write_planned(struct out *out, const struct act_order *order) {
	if (order->kind == ACT_CLOSE)
		out_text(out, _("would be closed"));
	else
		out_printf(out, _("would be sent %s"), signal_of((uint64_t)order->signal)->name);
}

static void write_not_permitted(struct out *out, const struct act_order *order) {
	out_printf(out, _("not permitted: needs %s"),
	           order->kind == ACT_CLOSE ? "CAP_NET_ADMIN" : "CAP_KILL");
}

static void write_no_support(struct out *out, const struct act_order *order, int error) {
	if (error == EINVAL)
		out_text(out,
		         _("the kernel refuses: it closes no listener of MPTCP for others (and "
		           "before Linux 4.5 no socket)"));
	else
		out_printf(out, _("this kernel cannot do it: needs %s"),
		           order->kind == ACT_CLOSE ? "CONFIG_INET_DIAG_DESTROY (Linux 4.5)"
		                                    : "pidfd_send_signal (Linux 5.1)");
}

void act_write_result(struct out *out, const struct act_order *order, enum sock_protocol protocol,
                      const struct act_result *result) {
	const enum act_outcome outcome = (enum act_outcome)result->outcome;
	switch (outcome) {
	case ACT_OUTCOME_DONE:
		write_done(out, order);
		break;
	case ACT_OUTCOME_PLANNED:
		write_planned(out, order);
		break;
	case ACT_OUTCOME_NOT_PERMITTED:
		write_not_permitted(out, order);
		break;
	case ACT_OUTCOME_NO_SUPPORT:
		write_no_support(out, order, result->error);
		break;
	case ACT_OUTCOME_NO_SUCH_PROTOCOL:
		out_printf(out,
		           _("the kernel closes no %s sockets for others; a signal to the "
		             "owner may help"),
		           sock_protocol_name(protocol));
		break;
	case ACT_OUTCOME_FAILED:
		out_printf(out, _("failed: %s"), strerror(result->error));
		break;
	case ACT_OUTCOME_GONE:
	case ACT_OUTCOME_ENDED:
	case ACT_OUTCOME_LET_GO:
	case ACT_OUTCOME_LISTENER:
	case ACT_OUTCOME_OF_SESSION:
	case ACT_OUTCOME_NO_OWNER:
	case ACT_OUTCOME_HIDDEN_OWNER:
	case ACT_OUTCOME_NO_COOKIE:
	case ACT_OUTCOME_UNREACHABLE:
	case ACT_OUTCOME_INTERRUPTED:
	case ACT_OUTCOME_COUNT:
		out_text(out, _(outcomes[outcome].text));
		break;
	}
}

static struct act_result result_of(enum act_outcome outcome, int error) {
	return (struct act_result){ (uint32_t)outcome, -error };
}

/* A kernel before 4.5 does not know the message (EINVAL), one without the option refuses all
 * sockets (EOPNOTSUPP), and every kernel refuses those of some protocols. A listener of MPTCP is
 * one of TCP, too, and refused as that (EINVAL). */
struct act_result act_result_of_close(int error, enum sock_protocol protocol) {
	const uint32_t closable =
	    1u << SOCK_PROTOCOL_TCP | 1u << SOCK_PROTOCOL_UDP | 1u << SOCK_PROTOCOL_RAW;
	switch (-error) {
	case 0:
		return result_of(ACT_OUTCOME_DONE, 0);
	case ENOENT:
		return result_of(ACT_OUTCOME_GONE, 0);
	case EPERM:
	case EACCES:
		return result_of(ACT_OUTCOME_NOT_PERMITTED, 0);
	case ENOTUNIQ:
		return result_of(SOCK_PROTOCOLS_IP >> protocol & 1 ? ACT_OUTCOME_NO_COOKIE
		                                                   : ACT_OUTCOME_NO_SUCH_PROTOCOL,
		                 0);
	case EOPNOTSUPP:
	case EINVAL:
		if (closable >> protocol & 1)
			return result_of(ACT_OUTCOME_NO_SUPPORT, error == -EINVAL ? error : 0);
		return result_of(ACT_OUTCOME_NO_SUCH_PROTOCOL, 0);
	default:
		return result_of(ACT_OUTCOME_FAILED, error);
	}
}

struct act_result act_result_of_signal(int error) {
	switch (-error) {
	case 0:
		return result_of(ACT_OUTCOME_DONE, 0);
	case ESRCH:
		return result_of(ACT_OUTCOME_ENDED, 0);
	case EPERM:
	case EACCES:
		return result_of(ACT_OUTCOME_NOT_PERMITTED, 0);
	case ENOSYS:
		return result_of(ACT_OUTCOME_NO_SUPPORT, 0);
	default:
		return result_of(ACT_OUTCOME_FAILED, error);
	}
}

static bool is_sane_deed(const struct act_order *order, const struct act_deed *deed) {
	const bool names_process = deed->pid != 0;
	return deed->cookie != 0 && deed->cookie != UINT64_MAX &&
	       deed->protocol < SOCK_PROTOCOL_COUNT && deed->pid <= INT32_MAX &&
	       names_process == (order->kind == ACT_SIGNAL);
}

bool act_is_sane(const struct act_order *order, const struct act_deed *deeds, size_t count) {
	if (order->kind != ACT_CLOSE && order->kind != ACT_SIGNAL)
		return false;
	if (order->kind == ACT_SIGNAL && (order->signal < 0 || !signal_of((uint64_t)order->signal)))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!is_sane_deed(order, &deeds[i]))
			return false;
	}
	return count > 0 && count <= ACT_DEEDS_MAX;
}

bool act_is_sane_result(const struct act_result *result) {
	return result->outcome < ACT_OUTCOME_COUNT && result->error >= 0 && result->error <= 4095;
}
