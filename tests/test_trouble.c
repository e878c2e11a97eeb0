#include <criterion/criterion.h>
#include <errno.h>

#include "out.h"
#include "snapshot.h"
#include "trouble.h"

static void expect(const struct snapshot *snapshot, const char *wanted) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	trouble_write(&out, snapshot);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, wanted);
	out_finish(&out);
}

Test(trouble, probes_that_told_everything_are_no_news) {
	struct snapshot snapshot = { 0 };
	snapshot.reports[SOCK_PROBE_TCP].outcome = REPORT_WHOLE;
	snapshot.reports[SOCK_PROBE_RAW].outcome = REPORT_UNLISTED;
	expect(&snapshot, "");
}

Test(trouble, a_probe_that_failed_is_named_with_its_reason) {
	struct snapshot snapshot = { 0 };
	snapshot.reports[SOCK_PROBE_TCP] = (struct probe_report){ .outcome = REPORT_PARTIAL,
		                                                  .error = EMFILE,
		                                                  .place = "sock_diag" };
	snapshot.reports[REPORT_OWNERS] =
	    (struct probe_report){ .outcome = REPORT_PARTIAL, .error = EACCES, .place = "/pr\noc" };
	expect(&snapshot, "tcp: Too many open files (sock_diag); "
	                  "owners: Permission denied (/pr\\x0aoc)");
}

Test(trouble, what_came_from_proc_net_is_named_if_there_is_any) {
	struct snapshot snapshot = { 0 };
	struct probe_report *report = &snapshot.reports[SOCK_PROBE_UDP];
	*report = (struct probe_report){ .outcome = REPORT_WHOLE,
		                         .source = SOCK_SOURCE_PROC,
		                         .diag_error = ENOENT };
	expect(&snapshot, "");
	report->count = 1;
	expect(&snapshot, "udp: from /proc/net, no sock_diag here (No such file or directory)");
}
