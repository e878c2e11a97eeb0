#pragma once
/* How each condition is made, for the table of conditions. */

#include <stdbool.h>

struct lab_made;

/* States of TCP. */
bool lab_make_listen(struct lab_made *made);
bool lab_make_syn_sent(struct lab_made *made);
bool lab_make_syn_recv(struct lab_made *made);
bool lab_make_established(struct lab_made *made);
bool lab_make_fin_wait_1(struct lab_made *made);
bool lab_make_half_closed(struct lab_made *made); /* FIN-WAIT-2 and CLOSE-WAIT */
bool lab_make_closing(struct lab_made *made);
bool lab_make_last_ack(struct lab_made *made);
bool lab_make_time_wait(struct lab_made *made);
void lab_tick_time_wait(struct lab_made *made);
bool lab_make_bound_inactive(struct lab_made *made);

/* TCP in trouble. */
bool lab_make_zero_window(struct lab_made *made);
bool lab_make_slow_reader(struct lab_made *made);
void lab_tick_slow_reader(struct lab_made *made);
bool lab_make_close_wait_leak(struct lab_made *made);
bool lab_make_orphan(struct lab_made *made);
bool lab_make_keepalive(struct lab_made *made);
bool lab_make_retransmitting(struct lab_made *made);

/* Many at once. */
bool lab_make_time_wait_storm(struct lab_made *made);
void lab_tick_time_wait_storm(struct lab_made *made);
bool lab_make_churn(struct lab_made *made);
void lab_tick_churn(struct lab_made *made);
bool lab_make_idle(struct lab_made *made);

/* Others. */
bool lab_make_udp_unconnected(struct lab_made *made);
bool lab_make_udp_connected(struct lab_made *made);
bool lab_make_udp_drops(struct lab_made *made);
bool lab_make_unix_stuck(struct lab_made *made);
bool lab_make_shared(struct lab_made *made);
bool lab_make_mptcp(struct lab_made *made);
bool lab_make_namespace(struct lab_made *made);
