/* Expectations: above all, that what is not as expected is found out. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "lab_check.h"
#include "lab_condition.h"
#include "sock.h"
#include "tcp_info.h"
#include "util.h"

static struct sock tcp_sock(enum sock_state state) {
	return (struct sock){
		.known = SOCK_KNOWS_INODE | SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ | SOCK_KNOWS_TIMER |
		         SOCK_KNOWS_DROPS | SOCK_KNOWS_PORTS,
		.protocol = SOCK_PROTOCOL_TCP,
		.family = SOCK_FAMILY_INET,
		.state = (uint8_t)state,
		.inode = 77,
		.local = { .port = 1234 },
	};
}

/* Checks and gives up what was seen, for the caller to free. */
static bool check(const struct lab_target *target, const struct sock *socks, size_t count,
                  struct lab_baseline *baseline, char **seen) {
	const struct sock *pointers[8];
	struct out out;
	out_init(&out, OUT_MEMORY);
	for (size_t i = 0; i < count; i++)
		pointers[i] = &socks[i];
	const bool fits = lab_check(target, 2, pointers, count, baseline, &out);
	out_char(&out, '\0');
	if (seen)
		*seen = out.bytes;
	else
		free(out.bytes);
	return fits;
}

static bool fits_one(const char *expect, const struct sock *sock) {
	const struct lab_target target = { .expect = expect, .count = 1 };
	struct lab_baseline baseline = { 0 };
	return check(&target, sock, 1, &baseline, NULL);
}

Test(lab_check, each_word_is_true_or_the_target_fails) {
	struct tcp_counters counters = { .snd_wnd = 0, .retrans = 3 };
	struct sock sock = tcp_sock(SOCK_STATE_ESTABLISHED);
	sock.recvq = 5;
	sock.sendq = 4;
	sock.drops = 2;
	sock.timer = SOCK_TIMER_PERSIST;
	sock.tcp = &counters;
	sock.tcp_length = sizeof(counters);
	static const struct {
		const char *expect;
		bool fits;
	} rows[] = {
		{ "state=ESTAB", true },
		{ "state=LISTEN", false },
		{ "state=ESTA", false },
		{ "state=ESTABX", false },
		{ "timer=persist", true },
		{ "timer=on", false },
		{ "timer=-", false },
		{ "recvq=5", true },
		{ "recvq=50", false },
		{ "recvq>4", true },
		{ "recvq>5", false },
		{ "recvq>sendq", true },
		{ "sendq>recvq", false },
		{ "snd_wnd=0", true },
		{ "snd_wnd=1", false },
		{ "retrans>0", true },
		{ "retrans>3", false },
		{ "drops>1", true },
		{ "drops>2", false },
		{ "inode=77", true },
		{ "inode=-", false },
		{ "uid=-", true },
		{ "uid=0", false },
		{ "uid>0", false },
		{ "recvq>uid", false },
		{ "mark=-", true },
		{ "state=ESTAB timer=persist recvq>sendq", true },
		{ "state=ESTAB timer=persist sendq>recvq", false },
		{ "state=LISTEN timer=persist", false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		cr_expect_eq(fits_one(rows[i].expect, &sock), rows[i].fits, "%s", rows[i].expect);
}

Test(lab_check, counts_owners) {
	const struct process processes[] = { { .pid = 1 }, { .pid = 2 } };
	const struct owner owners[] = { { &processes[0], 3 }, { &processes[1], 4 } };
	struct sock sock = tcp_sock(SOCK_STATE_LISTEN);
	cr_expect_not(fits_one("owners=2", &sock), "nobody looked");
	cr_expect_not(fits_one("owner=none", &sock), "nobody looked");
	sock.owners = owners;
	sock.owner_count = 2;
	sock.ownership = SOCK_OWNERSHIP_SEVERAL;
	cr_expect(fits_one("owners=2 owner=several", &sock));
	cr_expect(fits_one("owners>1", &sock));
	cr_expect_not(fits_one("owners=1", &sock));
	cr_expect_not(fits_one("owners=3", &sock));
	cr_expect_not(fits_one("owner=none", &sock));
	sock.owners = NULL;
	sock.owner_count = 0;
	sock.ownership = SOCK_OWNERSHIP_HIDDEN;
	cr_expect_not(fits_one("owner=none", &sock), "hidden is not none");
	sock.ownership = SOCK_OWNERSHIP_NONE;
	cr_expect(fits_one("owner=none owners=-", &sock));
}

Test(lab_check, one_wrong_socket_among_many_fails_and_is_shown) {
	struct sock socks[3] = { tcp_sock(SOCK_STATE_CLOSE_WAIT), tcp_sock(SOCK_STATE_CLOSE_WAIT),
		                 tcp_sock(SOCK_STATE_CLOSE_WAIT) };
	const struct lab_target target = { .expect = "state=CLOSE-WAIT recvq=0", .count = 3 };
	struct lab_baseline baseline = { 0 };
	char *seen;
	cr_expect(check(&target, socks, 3, &baseline, &seen));
	cr_expect_str_eq(seen, "3: state=CLOSE-WAIT recvq=0");
	free(seen);
	socks[1].recvq = 9;
	cr_expect_not(check(&target, socks, 3, &baseline, &seen));
	cr_expect_str_eq(seen, "3: state=CLOSE-WAIT recvq=9");
	free(seen);
}

Test(lab_check, the_number_of_sockets_counts) {
	struct sock socks[4] = { tcp_sock(SOCK_STATE_LISTEN), tcp_sock(SOCK_STATE_LISTEN),
		                 tcp_sock(SOCK_STATE_LISTEN), tcp_sock(SOCK_STATE_LISTEN) };
	static const struct {
		size_t expected;
		enum lab_amount amount;
		size_t count;
		bool fits;
	} rows[] = {
		{ 1, LAB_EXACTLY, 0, false }, { 1, LAB_EXACTLY, 1, true },
		{ 1, LAB_EXACTLY, 2, false }, { 0, LAB_EXACTLY, 1, false },
		{ 0, LAB_EXACTLY, 2, true }, /* what was made: 2 */
		{ 0, LAB_EXACTLY, 3, false }, { 2, LAB_OR_MORE, 1, false },
		{ 2, LAB_OR_MORE, 2, true },  { 2, LAB_OR_MORE, 4, true },
		{ 1, LAB_OR_MORE, 0, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct lab_target target = { .expect = "state=LISTEN",
			                           .count = rows[i].expected,
			                           .amount = rows[i].amount };
		struct lab_baseline baseline = { 0 };
		cr_expect_eq(check(&target, socks, rows[i].count, &baseline, NULL), rows[i].fits,
		             "row %zu", i);
	}
}

Test(lab_check, nothing_at_all_is_said_so) {
	const struct lab_target target = { .expect = "state=LISTEN", .count = 1 };
	struct lab_baseline baseline = { 0 };
	char *seen;
	cr_expect_not(check(&target, NULL, 0, &baseline, &seen));
	cr_expect_str_eq(seen, "0");
	free(seen);
}

Test(lab_check, a_rising_number_must_have_risen_since_the_first_look) {
	struct sock socks[3] = { tcp_sock(SOCK_STATE_TIME_WAIT), tcp_sock(SOCK_STATE_TIME_WAIT),
		                 tcp_sock(SOCK_STATE_TIME_WAIT) };
	const struct lab_target target = { .expect = "state=TIME-WAIT", .amount = LAB_RISING };
	struct lab_baseline baseline = { 0 };
	cr_expect_not(check(&target, socks, 2, &baseline, NULL), "the first look");
	cr_expect_not(check(&target, socks, 2, &baseline, NULL), "as before");
	cr_expect_not(check(&target, socks, 1, &baseline, NULL), "fewer");
	cr_expect(check(&target, socks, 3, &baseline, NULL), "more");
	socks[0].state = SOCK_STATE_LISTEN;
	cr_expect_not(check(&target, socks, 3, &baseline, NULL), "more, and one is wrong");
}

Test(lab_check, a_rising_field_must_have_risen_since_the_first_look) {
	struct sock sock = tcp_sock(SOCK_STATE_LISTEN);
	const struct lab_target target = { .expect = "state=LISTEN drops=rising", .count = 1 };
	struct lab_baseline baseline = { 0 };
	sock.drops = 7;
	cr_expect_not(check(&target, &sock, 1, &baseline, NULL), "the first look");
	cr_expect_not(check(&target, &sock, 1, &baseline, NULL), "as before");
	sock.drops = 6;
	cr_expect_not(check(&target, &sock, 1, &baseline, NULL), "less");
	sock.drops = 8;
	cr_expect(check(&target, &sock, 1, &baseline, NULL), "more");
	sock.known &= ~(uint32_t)SOCK_KNOWS_DROPS;
	cr_expect_not(check(&target, &sock, 1, &baseline, NULL), "unknown");
}

Test(lab_check, an_expectation_without_sense_holds_for_nothing) {
	static const char *const rows[] = { "",           "state",        "=ESTAB",
		                            "state=",     "nonsense=1",   "recvq>",
		                            "recvq>many", "recvq=1  a=b", "recvq=1 x" };
	const struct sock sock = tcp_sock(SOCK_STATE_LISTEN);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		cr_expect_not(lab_expectation_is_valid(rows[i]), "%s", rows[i]);
		cr_expect_not(fits_one(rows[i], &sock), "%s", rows[i]);
	}
}

Test(lab_check, asks_for_what_it_compares) {
	const struct lab_target target = { .expect = "state=ESTAB snd_wnd=0 owners=1" };
	const uint32_t needs = lab_needs(&target);
	cr_expect(needs & SOCK_NEED_INFO);
	cr_expect(needs & SOCK_NEED_OWNERS);
	cr_expect_not(needs & SOCK_NEED_MEMORY);
	cr_expect(lab_needs(&(struct lab_target){ .expect = "drops>0" }) & SOCK_NEED_MEMORY);
}

Test(lab_check, an_expectation_reads_as_it_is_written) {
	static const struct {
		size_t count;
		enum lab_amount amount;
		const char *text;
	} rows[] = {
		{ 3, LAB_EXACTLY, "3: state=ESTAB" },
		{ 0, LAB_EXACTLY, "9: state=ESTAB" },
		{ 3, LAB_OR_MORE, "3+: state=ESTAB" },
		{ 0, LAB_RISING, "rising: state=ESTAB" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct lab_target target = { .expect = "state=ESTAB",
			                           .count = rows[i].count,
			                           .amount = rows[i].amount };
		struct out out;
		out_init(&out, OUT_MEMORY);
		lab_write_expected(&target, 9, &out);
		out_char(&out, '\0');
		cr_expect_str_eq(out.bytes, rows[i].text);
		free(out.bytes);
	}
}
