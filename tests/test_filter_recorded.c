/* Expressions over the sockets of a recording: 78 of TCP, UDP, MPTCP, raw, UNIX, packet and netlink
 * kinds, held by five programs, some of them nobody's. Expected is what an evaluator of its own
 * makes of the same sockets' JSON; a socket is called by its place in the recording. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter.h"
#include "out.h"
#include "recording.h"
#include "replay.h"
#include "unix_peer.h"
#include "util.h"

static const struct row {
	const char *expression, *printed;
	size_t count;
	const char *matches; /* "3 5 7-9" */
} rows[] = {
	/* Words that stand alone. */
	{ "", "all", 78, "0-77" },
	{ "all", "all", 78, "0-77" },
	{ "none", "none", 0, "" },
	{ "tcp", "tcp", 35, "0-34" },
	{ "udp", "udp", 8, "35-42" },
	{ "UDPLITE", "udplite", 1, "43" },
	{ "raw", "raw", 3, "44-46" },
	{ "mptcp", "mptcp", 3, "47-49" },
	{ "sctp", "sctp", 0, "" },
	{ "u_str", "u_str", 8, "50 53 55-58 60 62" },
	{ "u_dgr", "u_dgr", 5, "52 54 59 61 63" },
	{ "u_seq", "u_seq", 1, "51" },
	{ "p_raw", "p_raw", 1, "64" },
	{ "p_dgr", "p_dgr", 1, "65" },
	{ "nl", "nl", 12, "66-77" },
	{ "unix", "unix", 14, "50-63" },
	{ "packet", "packet", 2, "64 65" },
	{ "netlink", "netlink", 12, "66-77" },
	{ "vsock", "vsock", 0, "" },
	{ "xdp", "xdp", 0, "" },
	{ "unix_stream", "unix_stream", 8, "50 53 55-58 60 62" },
	{ "unix_dgram", "unix_dgram", 5, "52 54 59 61 63" },
	{ "unix_seqpacket", "unix_seqpacket", 1, "51" },
	{ "packet_raw", "packet_raw", 1, "64" },
	{ "ipv4", "ipv4", 36, "0-2 4-6 8-10 12-17 21 23-25 27-32 35-39 43-45 47-49" },
	{ "ip6", "ip6", 14, "3 7 11 18-20 22 26 33 34 40-42 46" },
	{ "INET", "inet", 36, "0-2 4-6 8-10 12-17 21 23-25 27-32 35-39 43-45 47-49" },
	{ "inet6", "inet6", 14, "3 7 11 18-20 22 26 33 34 40-42 46" },
	{ "listen", "listen", 13, "0-7 49-51 53 62" },
	{ "LISTENING", "listening", 13, "0-7 49-51 53 62" },
	{ "estab", "estab", 31, "9-13 16-18 20 22 23 25-28 30-34 38 41 47 48 52 55-60" },
	{ "established", "established", 31,
	  "9-13 16-18 20 22 23 25-28 30-34 38 41 47 48 52 55-60" },
	{ "time-wait", "time-wait", 3, "14 19 21" },
	{ "TIME_WAIT", "time_wait", 3, "14 19 21" },
	{ "timewait", "timewait", 3, "14 19 21" },
	{ "unconn", "unconn", 28, "8 35-37 39 40 42-46 54 61 63-77" },
	{ "closed", "closed", 28, "8 35-37 39 40 42-46 54 61 63-77" },
	{ "close-wait", "close-wait", 1, "29" },
	{ "CLOSE_WAIT", "close_wait", 1, "29" },
	{ "fin-wait-2", "fin-wait-2", 1, "15" },
	{ "finwait2", "finwait2", 1, "15" },
	{ "syn_sent", "syn_sent", 1, "24" },
	{ "syn-recv", "syn-recv", 0, "" },
	{ "connected", "connected", 37, "9-34 38 41 47 48 52 55-60" },
	{ "synchronized", "synchronized", 36, "9-23 25-34 38 41 47 48 52 55-60" },
	{ "bucket", "bucket", 3, "14 19 21" },
	{ "big", "big", 75, "0-13 15-18 20 22-77" },
	{ "bound-inactive", "(tcp and unconn)", 1, "8" },
	{ "autobound", "autobound", 22, "10 11 13-16 18 19 24-26 28 32 38 48 54 55 57-60 70" },
	{ "v6only", "v6only", 2, "3 40" },
	/* States. */
	{ "state listen", "state = listen", 13, "0-7 49-51 53 62" },
	{ "state = LISTEN", "state = LISTEN", 13, "0-7 49-51 53 62" },
	{ "state != listen", "state != listen", 65, "8-48 52 54-61 63-77" },
	{ "state estab,time_wait", "state = estab,time_wait", 34,
	  "9-14 16-23 25-28 30-34 38 41 47 48 52 55-60" },
	{ "state ne estab,listen,unconn", "state != estab,listen,unconn", 6, "14 15 19 21 24 29" },
	{ "exclude estab", "state != estab", 47,
	  "0-8 14 15 19 21 24 29 35-37 39 40 42-46 49-51 53 54 61-77" },
	{ "exclude estab,listen,unconn", "state != estab,listen,unconn", 6, "14 15 19 21 24 29" },
	{ "state connected", "state = connected", 37, "9-34 38 41 47 48 52 55-60" },
	{ "state bucket", "state = bucket", 3, "14 19 21" },
	{ "state big", "state = big", 75, "0-13 15-18 20 22-77" },
	{ "state synchronized", "state = synchronized", 36, "9-23 25-34 38 41 47 48 52 55-60" },
	{ "state bound-inactive", "(tcp and unconn)", 1, "8" },
	{ "state listen state syn-sent", "state = SYN-SENT,LISTEN", 14, "0-7 24 49-51 53 62" },
	{ "state all exclude unconn exclude listen",
	  "state = "
	  "ESTAB,SYN-SENT,SYN-RECV,FIN-WAIT-1,FIN-WAIT-2,TIME-WAIT,CLOSE-WAIT,LAST-ACK,CLOSING,"
	  "COOKIE-WAIT,COOKIE-ECHOED,SHUTDOWN-PENDING,SHUTDOWN-SENT,SHUTDOWN-RECEIVED,SHUTDOWN-ACK-"
	  "SENT",
	  37, "9-34 38 41 47 48 52 55-60" },
	{ "state connected exclude estab",
	  "state = "
	  "SYN-SENT,SYN-RECV,FIN-WAIT-1,FIN-WAIT-2,TIME-WAIT,CLOSE-WAIT,LAST-ACK,CLOSING,COOKIE-"
	  "WAIT,COOKIE-ECHOED,SHUTDOWN-PENDING,SHUTDOWN-SENT,SHUTDOWN-RECEIVED,SHUTDOWN-ACK-SENT",
	  6, "14 15 19 21 24 29" },
	{ "exclude listen exclude unconn tcp",
	  "(state = "
	  "ESTAB,SYN-SENT,SYN-RECV,FIN-WAIT-1,FIN-WAIT-2,TIME-WAIT,CLOSE-WAIT,LAST-ACK,CLOSING,"
	  "COOKIE-WAIT,COOKIE-ECHOED,SHUTDOWN-PENDING,SHUTDOWN-SENT,SHUTDOWN-RECEIVED,SHUTDOWN-ACK-"
	  "SENT and tcp)",
	  26, "9-34" },
	{ "state listen exclude listen", "none", 0, "" },
	{ "state listen sport 80 or sport 53", "(state = listen and (sport = 80 or sport = 53))", 1,
	  "6" },
	{ "state listen and sport 80 or sport 53",
	  "((state = listen and sport = 80) or sport = 53)", 3, "6 35 40" },
	{ "state listen or sport 53 sport 80", "(state = listen or (sport = 53 and sport = 80))",
	  13, "0-7 49-51 53 62" },
	{ "(state listen) sport 80 or sport 53", "((state = listen and sport = 80) or sport = 53)",
	  3, "6 35 40" },
	{ "tcp state listen state estab", "(tcp and state = listen and state = estab)", 0, "" },
	{ "not state listen", "not state = listen", 65, "8-48 52 54-61 63-77" },
	{ "state ~ WAIT", "state ~ WAIT", 5, "14 15 19 21 29" },
	{ "state !~ \"^(ESTAB|LISTEN|UNCONN)$\"", "state !~ \"^(ESTAB|LISTEN|UNCONN)$\"", 6,
	  "14 15 19 21 24 29" },
	{ "state = all", "state = all", 78, "0-77" },
	{ "exclude all", "state != all", 0, "" },
	/* Protocols and families. */
	{ "proto tcp", "proto = tcp", 35, "0-34" },
	{ "proto = TCP,udp", "proto = TCP,udp", 43, "0-42" },
	{ "proto != tcp", "proto != tcp", 43, "35-77" },
	{ "proto != unix,nl,packet", "proto != unix,nl,packet", 50, "0-49" },
	{ "proto ~ ^u", "proto ~ ^u", 23, "35-43 50-63" },
	{ "proto !~ _", "proto !~ _", 62, "0-49 66-77" },
	{ "family inet6", "family = inet6", 14, "3 7 11 18-20 22 26 33 34 40-42 46" },
	{ "family = ip4,unix", "family = ip4,unix", 50,
	  "0-2 4-6 8-10 12-17 21 23-25 27-32 35-39 43-45 47-63" },
	{ "family != inet", "family != inet", 42, "3 7 11 18-20 22 26 33 34 40-42 46 50-77" },
	{ "family ~ 6$", "family ~ 6$", 14, "3 7 11 18-20 22 26 33 34 40-42 46" },
	{ "tcp ipv6", "(tcp and ipv6)", 10, "3 7 11 18-20 22 26 33 34" },
	{ "ipv6 not tcp", "(ipv6 and not tcp)", 4, "40-42 46" },
	{ "inet inet6", "(inet and inet6)", 0, "" },
	{ "unix estab", "(unix and estab)", 7, "52 55-60" },
	{ "packet or netlink", "(packet or netlink)", 14, "64-77" },
	/* Ports: sport. */
	{ "sport 80", "sport = 80", 5, "6 9 12 27 29" },
	{ "sport = :80", "sport = :80", 5, "6 9 12 27 29" },
	{ "sport != 80", "sport != 80", 57, "0-5 7 8 10 11 13-26 28 30-49 66-77" },
	{ "sport > 40010", "sport > 40010", 10, "15 16 19 24 28 32 38 48 70 76" },
	{ "sport < 80", "sport < 80", 17, "0 21 35 36 40 44 46 66-69 71-75 77" },
	{ "sport >= 40010", "sport >= 40010", 11, "14-16 19 24 28 32 38 48 70 76" },
	{ "sport <= 80", "sport <= 80", 22, "0 6 9 12 21 27 29 35 36 40 44 46 66-69 71-75 77" },
	{ "sport 80,443", "sport = 80,443", 9, "6 7 9 12 20 27 29 33 34" },
	{ "sport != 80,443,0", "sport != 80,443,0", 45,
	  "0-5 8 10 11 13-19 21-26 28 30-32 35-49 66 68 70 76" },
	{ "sport 40000-40005", "sport = 40000-40005", 5, "11 13 18 25 26" },
	{ "sport != 0-1023", "sport != 0-1023", 33,
	  "1-5 8 10 11 13-19 22-26 28 30-32 37-39 42 47-49 70 76" },
	{ "sport ssh", "sport = ssh", 2, "0 21" },
	{ "sport >= https", "sport >= https", 38,
	  "1-5 7 8 10 11 13-20 22-26 28 30-34 37-39 42 43 47-49 70 76" },
	{ "sport 0", "sport = 0", 8, "67 69 71-75 77" },
	{ "sport 0x50", "sport = 0x50", 5, "6 9 12 27 29" },
	{ "sport 65535", "sport = 65535", 0, "" },
	/* Ports: dport. */
	{ "dport 80", "dport = 80", 5, "13-16 31" },
	{ "dport = :80", "dport = :80", 5, "13-16 31" },
	{ "dport != 80", "dport != 80", 57, "0-12 17-30 32-49 66-77" },
	{ "dport > 40010", "dport > 40010", 6, "9 17 21 23 29 47" },
	{ "dport < 80", "dport < 80", 32, "0-8 35-37 39 40 42-46 49 66-77" },
	{ "dport >= 40010", "dport >= 40010", 6, "9 17 21 23 29 47" },
	{ "dport <= 80", "dport <= 80", 37, "0-8 13-16 31 35-37 39 40 42-46 49 66-77" },
	{ "dport 80,443", "dport = 80,443", 9, "13-16 18 19 25 26 31" },
	{ "dport != 80,443,0", "dport != 80,443,0", 21, "9-12 17 20-24 27-30 32-34 38 41 47 48" },
	{ "dport 40000-40005", "dport = 40000-40005", 5, "12 20 22 33 34" },
	{ "dport != 0-1023", "dport != 0-1023", 19, "9-12 17 20-23 27-30 32-34 38 47 48" },
	{ "dport ssh", "dport = ssh", 0, "" },
	{ "dport >= https", "dport >= https", 23, "9-12 17-23 25-30 32-34 38 47 48" },
	{ "dport 0", "dport = 0", 32, "0-8 35-37 39 40 42-46 49 66-77" },
	{ "dport 0x50", "dport = 0x50", 5, "13-16 31" },
	{ "dport 65535", "dport = 65535", 0, "" },
	/* Ports: port. */
	{ "port 80", "port = 80", 10, "6 9 12-16 27 29 31" },
	{ "port = :80", "port = :80", 10, "6 9 12-16 27 29 31" },
	{ "port != 80", "port != 80", 52, "0-5 7 8 10 11 17-26 28 30 32-49 66-77" },
	{ "port > 40010", "port > 40010", 16, "9 15-17 19 21 23 24 28 29 32 38 47 48 70 76" },
	{ "port < 80", "port < 80", 33, "0-8 21 35-37 39 40 42-46 49 66-77" },
	{ "port >= 40010", "port >= 40010", 17, "9 14-17 19 21 23 24 28 29 32 38 47 48 70 76" },
	{ "port <= 80", "port <= 80", 42, "0-9 12-16 21 27 29 31 35-37 39 40 42-46 49 66-77" },
	{ "port 80,443", "port = 80,443", 18, "6 7 9 12-16 18-20 25-27 29 31 33 34" },
	{ "port != 80,443,0", "port != 80,443,0", 14, "10 11 17 21-24 28 30 32 38 41 47 48" },
	{ "port 40000-40005", "port = 40000-40005", 10, "11-13 18 20 22 25 26 33 34" },
	{ "port != 0-1023", "port != 0-1023", 11, "10 11 17 22 23 28 30 32 38 47 48" },
	{ "port ssh", "port = ssh", 2, "0 21" },
	{ "port >= https", "port >= https", 43, "1-5 7-34 37-39 42 43 47-49 70 76" },
	{ "port 0", "port = 0", 32, "0-8 35-37 39 40 42-46 49 66-77" },
	{ "port 0x50", "port = 0x50", 10, "6 9 12-16 27 29 31" },
	{ "port 65535", "port = 65535", 0, "" },
	/* Ports in other forms. */
	{ "80", "port = 80", 10, "6 9 12-16 27 29 31" },
	{ ":80", "port = :80", 10, "6 9 12-16 27 29 31" },
	{ "80,443", "port = 80,443", 18, "6 7 9 12-16 18-20 25-27 29 31 33 34" },
	{ "6000-7000", "port = 6000-7000", 4, "2 8 10 30" },
	{ "port http", "port = http", 10, "6 9 12-16 27 29 31" },
	{ "SPORT eq 22", "sport = 22", 2, "0 21" },
	{ "sport gt 9000", "sport > 9000", 24, "4 5 10 11 13-19 23-26 28 32 38 39 47-49 70 76" },
	{ "sport lt 58", "sport < 58", 14, "0 21 35 40 44 66 67 69 71-75 77" },
	{ "sport ge :9999", "sport >= :9999", 19, "4 10 11 13-19 24-26 28 32 38 48 70 76" },
	{ "sport leq 1", "sport <= 1", 10, "44 66 67 69 71-75 77" },
	{ "dport neq 0", "dport != 0", 30, "9-34 38 41 47 48" },
	{ "22 or 53", "(port = 22 or port = 53)", 4, "0 21 35 40" },
	{ "80 40001", "(port = 80 and port = 40001)", 2, "12 13" },
	{ "80 not 40001", "(port = 80 and not port = 40001)", 8, "6 9 14-16 27 29 31" },
	{ "sport 53 dport 0", "(sport = 53 and dport = 0)", 2, "35 40" },
	{ "not port 0", "not port = 0", 46, "9-34 38 41 47 48 50-65" },
	{ "not sport 80", "not sport = 80", 73, "0-5 7 8 10 11 13-26 28 30-77" },
	{ "port 1-65535", "port = 1-65535", 52, "0-49 66 68" },
	{ "sport *", "sport = *", 62, "0-49 66-77" },
	{ "sport > 65535", "sport > 65535", 2, "70 76" },
	{ "sport = 22, 53 ,80", "sport = 22,53,80", 9, "0 6 9 12 21 27 29 35 40" },
	/* Hosts: src. */
	{ "src 127.0.0.1", "src = 127.0.0.1", 24, "2 4 5 8-10 12-17 23 28-30 32 37-39 43 47-49" },
	{ "src 10.1.2.3", "src = 10.1.2.3", 9, "0 1 21 24 27 33 34 36 42" },
	{ "src = 10.1.2.3:443", "src = 10.1.2.3:443", 2, "33 34" },
	{ "src != 10.1.2.3", "src != 10.1.2.3", 41, "2-20 22 23 25 26 28-32 35 37-41 43-49" },
	{ "src 10.1.2.0/24", "src = 10.1.2.0/24", 12, "0 1 21 24-27 31 33 34 36 42" },
	{ "src 10/8", "src = 10/8", 12, "0 1 21 24-27 31 33 34 36 42" },
	{ "src 10.0.0.0/255.0.0.0", "src = 10.0.0.0/255.0.0.0", 12, "0 1 21 24-27 31 33 34 36 42" },
	{ "src 127/8:80", "src = 127/8:80", 3, "9 12 29" },
	{ "src ::1", "src = ::1", 3, "3 11 22" },
	{ "src [::1]:8080", "src = [::1]:8080", 2, "3 22" },
	{ "src 2001:db8::/32", "src = 2001:db8::/32", 4, "18-20 41" },
	{ "src [2001:db8::2]:40000-40003", "src = [2001:db8::2]:40000-40003", 1, "18" },
	{ "src [2001:db8::]/64:443", "src = [2001:db8::]/64:443", 1, "20" },
	{ "src ::ffff:10.1.2.3", "src = ::ffff:10.1.2.3", 3, "33 34 42" },
	{ "src ::ffff:0:0/96", "src = ::ffff:0:0/96", 4, "26 33 34 42" },
	{ "src ::/0", "src = ::/0", 14, "3 7 11 18-20 22 26 33 34 40-42 46" },
	{ "src 0.0.0.0/0", "src = 0.0.0.0/0", 40, "0-2 4-6 8-10 12-17 21 23-39 42-45 47-49" },
	{ "src 0.0.0.0", "src = 0.0.0.0", 4, "6 35 44 45" },
	{ "src ::", "src = ::", 3, "7 40 46" },
	{ "src *", "src = *", 78, "0-77" },
	{ "src *:80", "src = *:80", 5, "6 9 12 27 29" },
	{ "src :443", "src = :443", 4, "7 20 33 34" },
	{ "src any:ssh", "src = any:ssh", 2, "0 21" },
	{ "src inet:*", "src = inet:*", 36, "0-2 4-6 8-10 12-17 21 23-25 27-32 35-39 43-45 47-49" },
	{ "src inet6:*", "src = inet6:*", 14, "3 7 11 18-20 22 26 33 34 40-42 46" },
	{ "src != inet:*", "src != inet:*", 14, "3 7 11 18-20 22 26 33 34 40-42 46" },
	{ "src ::1,10.1.2.4", "src = ::1,10.1.2.4", 6, "3 11 22 25 26 31" },
	{ "src != ::1,127/8,10/8", "src != ::1,127/8,10/8", 11, "6 7 18-20 35 40 41 44-46" },
	/* Hosts: dst. */
	{ "dst 127.0.0.1", "dst = 127.0.0.1", 16, "9 10 12-17 23 28-30 32 38 47 48" },
	{ "dst 10.1.2.3", "dst = 10.1.2.3", 3, "25 26 31" },
	{ "dst = 10.1.2.3:443", "dst = 10.1.2.3:443", 2, "25 26" },
	{ "dst != 10.1.2.3", "dst != 10.1.2.3", 47, "0-24 27-30 32-49" },
	{ "dst 10.1.2.0/24", "dst = 10.1.2.0/24", 8, "21 24-27 31 33 34" },
	{ "dst 10/8", "dst = 10/8", 8, "21 24-27 31 33 34" },
	{ "dst 10.0.0.0/255.0.0.0", "dst = 10.0.0.0/255.0.0.0", 8, "21 24-27 31 33 34" },
	{ "dst 127/8:80", "dst = 127/8:80", 4, "13-16" },
	{ "dst ::1", "dst = ::1", 2, "11 22" },
	{ "dst [::1]:8080", "dst = [::1]:8080", 1, "11" },
	{ "dst 2001:db8::/32", "dst = 2001:db8::/32", 4, "18-20 41" },
	{ "dst [2001:db8::2]:40000-40003", "dst = [2001:db8::2]:40000-40003", 1, "20" },
	{ "dst [2001:db8::]/64:443", "dst = [2001:db8::]/64:443", 2, "18 19" },
	{ "dst ::ffff:10.1.2.3", "dst = ::ffff:10.1.2.3", 1, "26" },
	{ "dst ::ffff:0:0/96", "dst = ::ffff:0:0/96", 3, "26 33 34" },
	{ "dst ::/0", "dst = ::/0", 14, "3 7 11 18-20 22 26 33 34 40-42 46" },
	{ "dst 0.0.0.0/0", "dst = 0.0.0.0/0", 39, "0-2 4-6 8-10 12-17 21 23-39 43-45 47-49" },
	{ "dst 0.0.0.0", "dst = 0.0.0.0", 15, "0-2 4-6 8 35-37 39 43-45 49" },
	{ "dst ::", "dst = ::", 5, "3 7 40 42 46" },
	{ "dst *", "dst = *", 78, "0-77" },
	{ "dst *:80", "dst = *:80", 5, "13-16 31" },
	{ "dst :443", "dst = :443", 4, "18 19 25 26" },
	{ "dst any:ssh", "dst = any:ssh", 0, "" },
	{ "dst inet:*", "dst = inet:*", 36, "0-2 4-6 8-10 12-17 21 23-25 27-32 35-39 43-45 47-49" },
	{ "dst inet6:*", "dst = inet6:*", 14, "3 7 11 18-20 22 26 33 34 40-42 46" },
	{ "dst != inet:*", "dst != inet:*", 14, "3 7 11 18-20 22 26 33 34 40-42 46" },
	{ "dst ::1,10.1.2.4", "dst = ::1,10.1.2.4", 6, "11 21 22 27 33 34" },
	{ "dst != ::1,127/8,10/8", "dst != ::1,127/8,10/8", 24, "0-8 18-20 35-37 39-46 49" },
	/* Hosts: host. */
	{ "host 127.0.0.1", "host = 127.0.0.1", 24, "2 4 5 8-10 12-17 23 28-30 32 37-39 43 47-49" },
	{ "host 10.1.2.3", "host = 10.1.2.3", 12, "0 1 21 24-27 31 33 34 36 42" },
	{ "host = 10.1.2.3:443", "host = 10.1.2.3:443", 4, "25 26 33 34" },
	{ "host != 10.1.2.3", "host != 10.1.2.3", 38, "2-20 22 23 28-30 32 35 37-41 43-49" },
	{ "host 10.1.2.0/24", "host = 10.1.2.0/24", 12, "0 1 21 24-27 31 33 34 36 42" },
	{ "host 10/8", "host = 10/8", 12, "0 1 21 24-27 31 33 34 36 42" },
	{ "host 10.0.0.0/255.0.0.0", "host = 10.0.0.0/255.0.0.0", 12,
	  "0 1 21 24-27 31 33 34 36 42" },
	{ "host 127/8:80", "host = 127/8:80", 7, "9 12-16 29" },
	{ "host ::1", "host = ::1", 3, "3 11 22" },
	{ "host [::1]:8080", "host = [::1]:8080", 3, "3 11 22" },
	{ "host 2001:db8::/32", "host = 2001:db8::/32", 4, "18-20 41" },
	{ "host [2001:db8::2]:40000-40003", "host = [2001:db8::2]:40000-40003", 2, "18 20" },
	{ "host [2001:db8::]/64:443", "host = [2001:db8::]/64:443", 3, "18-20" },
	{ "host ::ffff:10.1.2.3", "host = ::ffff:10.1.2.3", 4, "26 33 34 42" },
	{ "host ::ffff:0:0/96", "host = ::ffff:0:0/96", 4, "26 33 34 42" },
	{ "host ::/0", "host = ::/0", 14, "3 7 11 18-20 22 26 33 34 40-42 46" },
	{ "host 0.0.0.0/0", "host = 0.0.0.0/0", 40, "0-2 4-6 8-10 12-17 21 23-39 42-45 47-49" },
	{ "host 0.0.0.0", "host = 0.0.0.0", 15, "0-2 4-6 8 35-37 39 43-45 49" },
	{ "host ::", "host = ::", 5, "3 7 40 42 46" },
	{ "host *", "host = *", 78, "0-77" },
	{ "host *:80", "host = *:80", 10, "6 9 12-16 27 29 31" },
	{ "host :443", "host = :443", 8, "7 18-20 25 26 33 34" },
	{ "host any:ssh", "host = any:ssh", 2, "0 21" },
	{ "host inet:*", "host = inet:*", 36,
	  "0-2 4-6 8-10 12-17 21 23-25 27-32 35-39 43-45 47-49" },
	{ "host inet6:*", "host = inet6:*", 14, "3 7 11 18-20 22 26 33 34 40-42 46" },
	{ "host != inet:*", "host != inet:*", 14, "3 7 11 18-20 22 26 33 34 40-42 46" },
	{ "host ::1,10.1.2.4", "host = ::1,10.1.2.4", 10, "3 11 21 22 25-27 31 33 34" },
	{ "host != ::1,127/8,10/8", "host != ::1,127/8,10/8", 11, "6 7 18-20 35 40 41 44-46" },
	/* Hosts in other forms. */
	{ "127.0.0.1", "host = 127.0.0.1", 24, "2 4 5 8-10 12-17 23 28-30 32 37-39 43 47-49" },
	{ "10.1.2.4:5000", "host = 10.1.2.4:5000", 2, "27 31" },
	{ "[2001:db8::1]", "host = [2001:db8::1]", 4, "18-20 41" },
	{ "::1", "host = ::1", 3, "3 11 22" },
	{ "[::1]:8080", "host = [::1]:8080", 3, "3 11 22" },
	{ "10.1.2.0/31", "host = 10.1.2.0/31", 0, "" },
	{ "local 10.1.2.3", "src = 10.1.2.3", 9, "0 1 21 24 27 33 34 36 42" },
	{ "peer 10.1.2.4", "dst = 10.1.2.4", 4, "21 27 33 34" },
	{ "not host 127.0.0.1", "not host = 127.0.0.1", 54,
	  "0 1 3 6 7 11 18-22 24-27 31 33-36 40-42 44-46 50-77" },
	{ "not src ::", "not src = ::", 75, "0-6 8-39 41-45 47-77" },
	{ "src inet:10.1.2.3", "src = inet:10.1.2.3", 6, "0 1 21 24 27 36" },
	{ "src inet6:::1", "src = inet6:::1", 3, "3 11 22" },
	{ "src nowhere.invalid", "src = nowhere.invalid", 0, "" },
	{ "src != nowhere.invalid", "src != nowhere.invalid", 50, "0-49" },
	{ "src 127.0.0.1 dst 127.0.0.1 port 80",
	  "(src = 127.0.0.1 and dst = 127.0.0.1 and port = 80)", 7, "9 12-16 29" },
	{ "10.1.2.4 or 2001:db8::1", "(host = 10.1.2.4 or host = 2001:db8::1)", 11,
	  "18-21 25-27 31 33 34 41" },
	/* Ends of other families. */
	{ "src unix:*", "src = unix:*", 14, "50-63" },
	{ "src /run/*", "src = /run/*", 5, "50-53 56" },
	{ "src /run/a.sock", "src = /run/a.sock", 2, "50 56" },
	{ "dst /run/a.sock", "dst = /run/a.sock", 1, "58" },
	{ "host /run/a.sock", "host = /run/a.sock", 3, "50 56 58" },
	{ "dst /run/log", "dst = /run/log", 1, "59" },
	{ "src != /run/*", "src != /run/*", 9, "54 55 57-63" },
	{ "src @*", "src = @*", 3, "61-63" },
	{ "src @abs", "src = @abs", 1, "62" },
	{ "src \"@x\\x00y\"", "src = \"@x\\x00y\"", 1, "63" },
	{ "src @x?y", "src = @x?y", 1, "63" },
	{ "src *.sock", "src = *.sock", 2, "50 56" },
	{ "src \"/run/with space,x\"", "src = \"/run/with space,x\"", 1, "53" },
	{ "src unix:", "src = unix:", 6, "54 55 57-60" },
	{ "dst unix:", "dst = unix:", 12, "50-57 60-63" },
	{ "src netlink:*", "src = netlink:*", 12, "66-77" },
	{ "src netlink:rtnl", "src = netlink:rtnl", 2, "66 67" },
	{ "src netlink:*:kernel", "src = netlink:*:kernel", 8, "67 69 71-75 77" },
	{ "src netlink:genl:70000", "src = netlink:genl:70000", 1, "76" },
	{ "src != netlink:*:kernel", "src != netlink:*:kernel", 4, "66 68 70 76" },
	{ "src packet:*", "src = packet:*", 2, "64 65" },
	{ "src link:arp", "src = link:arp", 1, "65" },
	{ "src link:*:eth0", "src = link:*:eth0", 1, "65" },
	{ "src /run/*,10.1.2.3", "src = /run/*,10.1.2.3", 14, "0 1 21 24 27 33 34 36 42 50-53 56" },
	{ "not src unix:*", "not src = unix:*", 64, "0-49 64-77" },
	{ "src ~ ^/run", "src ~ ^/run", 5, "50-53 56" },
	{ "src ~ ^10", "src ~ ^10", 8, "0 1 21 24 25 27 31 36" },
	{ "src !~ ^/run", "src !~ ^/run", 53, "0-49 61-63" },
	{ "dst ~ sock$", "dst ~ sock$", 1, "58" },
	{ "local ~ :22$", "local ~ :22$", 2, "0 21" },
	{ "local ~ ^10.1.2.3%eth0", "local ~ ^10.1.2.3%eth0", 2, "1 36" },
	{ "peer !~ :0$", "peer !~ :0$", 78, "0-77" },
	{ "host unix:*,netlink:*", "host = unix:*,netlink:*", 26, "50-63 66-77" },
	/* Devices. */
	{ "dev lo", "dev = lo", 3, "2 10 30" },
	{ "dev eth0", "dev = eth0", 3, "1 36 65" },
	{ "dev 1", "dev = 1", 3, "2 10 30" },
	{ "dev if2", "dev = if2", 3, "1 36 65" },
	{ "dev 0", "dev = 0", 42, "0 3-9 11-29 31-35 37-43 47-49" },
	{ "dev != lo", "dev != lo", 45, "0 1 3-9 11-29 31-43 47-49 65" },
	{ "dev != 0", "dev != 0", 6, "1 2 10 30 36 65" },
	{ "iface eth0", "dev = eth0", 3, "1 36 65" },
	{ "dev wlan0", "dev = wlan0", 0, "" },
	{ "dev != wlan0", "dev != wlan0", 48, "0-43 47-49 65" },
	{ "not dev lo", "not dev = lo", 75, "0 1 3-9 11-29 31-77" },
	{ "not dev 0", "not dev = 0", 36, "1 2 10 30 36 44-46 50-77" },
	{ "ifindex 2", "ifindex = 2", 3, "1 36 65" },
	{ "ifindex > 0", "ifindex > 0", 6, "1 2 10 30 36 65" },
	{ "iface ~ ^e", "iface ~ ^e", 3, "1 36 65" },
	{ "iface !~ ^e", "iface !~ ^e", 3, "2 10 30" },
	/* Marks. */
	{ "fwmark 0", "fwmark = 0", 41, "1-17 19 20 22-30 32-35 37-39 41-43 47-49" },
	{ "fwmark 5", "fwmark = 5", 1, "18" },
	{ "fwmark 0x101", "fwmark = 0x101", 1, "31" },
	{ "fwmark 0x100/0x100", "fwmark = 0x100/0x100", 3, "0 21 31" },
	{ "fwmark 1/1", "fwmark = 1/1", 3, "18 31 36" },
	{ "fwmark 0/1", "fwmark = 0/1", 44, "0-17 19-30 32-35 37-43 47-49" },
	{ "fwmark != 0", "fwmark != 0", 6, "0 18 21 31 36 40" },
	{ "fwmark != 1/1", "fwmark != 1/1", 44, "0-17 19-30 32-35 37-43 47-49" },
	{ "not fwmark 0", "not fwmark = 0", 37, "0 18 21 31 36 40 44-46 50-77" },
	{ "fwmark 5/4", "fwmark = 5/4", 0, "" },
	{ "mark > 5", "mark > 5", 4, "0 21 31 40" },
	{ "mark 0-5", "mark = 0-5", 43, "1-20 22-30 32-39 41-43 47-49" },
	{ "mark != 0", "mark != 0", 6, "0 18 21 31 36 40" },
	/* Control groups. */
	{ "cgroup /", "cgroup = /", 11, "4 5 17 23 28 32 39 43 47-49" },
	{ "cgroup /*", "cgroup = /*", 44, "0-13 15-18 20 22-43 47-49" },
	{ "cgroup /example.slice", "cgroup = /example.slice", 9, "0-2 8 10 15 16 24 30" },
	{ "cgroup example.slice", "cgroup = example.slice", 9, "0-2 8 10 15 16 24 30" },
	{ "cgroup /example.slice/", "cgroup = /example.slice/", 9, "0-2 8 10 15 16 24 30" },
	{ "cgroup /example.slice/*", "cgroup = /example.slice/*", 33,
	  "0-3 6-13 15 16 18 20 22 24-27 29-31 33-38 40-42" },
	{ "cgroup /example.slice/web.service", "cgroup = /example.slice/web.service", 24,
	  "3 6 7 9 11-13 18 20 22 25-27 29 31 33-38 40-42" },
	{ "cgroup /example.slice/web.service/*", "cgroup = /example.slice/web.service/*", 24,
	  "3 6 7 9 11-13 18 20 22 25-27 29 31 33-38 40-42" },
	{ "cgroup /example", "cgroup = /example", 0, "" },
	{ "cgroup != /", "cgroup != /", 33, "0-3 6-13 15 16 18 20 22 24-27 29-31 33-38 40-42" },
	{ "cgroup != /example.slice/*", "cgroup != /example.slice/*", 11,
	  "4 5 17 23 28 32 39 43 47-49" },
	{ "not cgroup /*", "not cgroup = /*", 34, "14 19 21 44-46 50-77" },
	{ "cgroup ~ web", "cgroup ~ web", 24, "3 6 7 9 11-13 18 20 22 25-27 29 31 33-38 40-42" },
	{ "cgroup !~ web", "cgroup !~ web", 20, "0-2 4 5 8 10 15-17 23 24 28 30 32 39 43 47-49" },
	{ "cgroup_id 1", "cgroup_id = 1", 11, "4 5 17 23 28 32 39 43 47-49" },
	/* Owners. */
	{ "pid 1", "pid = 1", 63, "0-8 10-13 15-18 20 22-53 55-66 76" },
	{ "pid 57", "pid = 57", 2, "6 7" },
	{ "pid 57,58,62", "pid = 57,58,62", 5, "6 7 54 68 70" },
	{ "pid != 1", "pid != 1", 3, "54 68 70" },
	{ "pid > 57", "pid > 57", 9, "1 4 6 37 50 54 59 68 70" },
	{ "pid <= 57", "pid <= 57", 63, "0-8 10-13 15-18 20 22-53 55-66 76" },
	{ "pid 50-58", "pid = 50-58", 2, "6 7" },
	{ "pid != 1-58", "pid != 1-58", 3, "54 68 70" },
	{ "not pid 1", "not pid = 1", 15, "9 14 19 21 54 67-75 77" },
	{ "process nginx", "process = nginx", 2, "6 7" },
	{ "process worker", "process = worker", 3, "4 37 50" },
	{ "process != python3.11", "process != python3.11", 3, "54 68 70" },
	{ "process python3.11,socklens", "process = python3.11,socklens", 66,
	  "0-8 10-13 15-18 20 22-66 68 70 76" },
	{ "process ~ ^ng", "process ~ ^ng", 2, "6 7" },
	{ "process !~ ^python", "process !~ ^python", 3, "54 68 70" },
	{ "comm python3", "comm = python3", 63, "0-8 10-13 15-18 20 22-53 55-66 76" },
	{ "comm \"renamed w)\"", "comm = \"renamed w)\"", 2, "1 59" },
	{ "comm ~ renamed", "comm ~ renamed", 2, "1 59" },
	{ "comm != python3", "comm != python3", 3, "54 68 70" },
	{ "fd 19", "fd = 19", 1, "0" },
	{ "fd 3-5", "fd = 3-5", 4, "3 6 7 68" },
	{ "fd > 40", "fd > 40", 25, "4 17 23 28 32 39 47 48 50-53 55-66 76" },
	{ "owner exact", "owner = exact", 59,
	  "0 2 3 5 8 10-13 15-18 20 22-36 38-49 51-58 60-66 68 70 76" },
	{ "owner NONE", "owner = NONE", 12, "9 14 19 21 67 69 71-75 77" },
	{ "owner several", "owner = several", 7, "1 4 6 7 37 50 59" },
	{ "owner != exact", "owner != exact", 19, "1 4 6 7 9 14 19 21 37 50 59 67 69 71-75 77" },
	{ "owner hidden", "owner = hidden", 0, "" },
	{ "owners ~ 57/", "owners ~ 57/", 2, "6 7" },
	{ "owners ~ ^59/worker$", "owners ~ ^59/worker$", 3, "4 37 50" },
	{ "PID/PROCESS ~ socklens", "owners ~ socklens", 3, "54 68 70" },
	{ "owner ~ ^n", "owner ~ ^n", 12, "9 14 19 21 67 69 71-75 77" },
	{ "not process nginx tcp listen", "(not process = nginx and tcp and listen)", 6, "0-5" },
	{ "pid 57 pid 58", "(pid = 57 and pid = 58)", 1, "6" },
	/* Users. */
	{ "uid 0", "uid = 0", 57, "0-3 5-8 10-13 15 16 18 20 22-31 33-38 40-60 62-65" },
	{ "uid 65534", "uid = 65534", 5, "4 17 32 39 61" },
	{ "uid != 0", "uid != 0", 5, "4 17 32 39 61" },
	{ "uid > 0", "uid > 0", 5, "4 17 32 39 61" },
	{ "user root", "user = root", 57, "0-3 5-8 10-13 15 16 18 20 22-31 33-38 40-60 62-65" },
	{ "user nobody", "user = nobody", 5, "4 17 32 39 61" },
	{ "user != root", "user != root", 5, "4 17 32 39 61" },
	{ "user root,nobody", "user = root,nobody", 62, "0-8 10-13 15-18 20 22-65" },
	{ "user ~ ^no", "user ~ ^no", 5, "4 17 32 39 61" },
	{ "not user root", "not user = root", 21, "4 9 14 17 19 21 32 39 61 66-77" },
	{ "user = Root", "user = Root", 0, "" },
	/* Numbers. */
	{ "recvq 0", "recvq = 0", 68, "0-5 7-11 14-19 21-28 30-36 38-61 63 65-67 70-77" },
	{ "recvq > 0", "recvq > 0", 10, "6 12 13 20 29 37 62 64 68 69" },
	{ "recvq >= 1.5K", "recvq >= 1.5K", 5, "13 20 37 64 68" },
	{ "recvq > 1.4Ki", "recvq > 1.4Ki", 5, "13 20 37 64 68" },
	{ "recvq 1500", "recvq = 1500", 1, "13" },
	{ "recvq 1500,3000", "recvq = 1500,3000", 2, "13 20" },
	{ "recvq 1000-3000", "recvq = 1000-3000", 3, "13 20 37" },
	{ "recvq < 1", "recvq < 1", 68, "0-5 7-11 14-19 21-28 30-36 38-61 63 65-67 70-77" },
	{ "recv-q > 2.9k", "recvq > 2.9k", 3, "20 64 68" },
	{ "sendq != 0", "sendq != 0", 14, "0-7 24 49-51 53 62" },
	{ "sendq 1-5", "sendq = 1-5", 14, "0-7 24 49-51 53 62" },
	{ "rcvbuf 128Ki", "rcvbuf = 128Ki", 35, "0-13 15-18 20 22-34 47-49" },
	{ "rcvbuf > 131.071KB", "rcvbuf > 131.071KB", 72, "0-13 15-18 20 22-43 47-77" },
	{ "rcvbuf < 0.2M", "rcvbuf < 0.2M", 35, "0-13 15-18 20 22-34 47-49" },
	{ "rcvbuf >= 212992", "rcvbuf >= 212992", 37, "35-43 50-77" },
	{ "sndbuf > 3MiB", "sndbuf > 3MiB", 24, "9-13 15-18 20 22 23 25-34 47 48" },
	{ "rtt > 0", "rtt > 0", 22, "9-13 15-18 20 22 23 25-34" },
	{ "rtt < 20us", "rtt < 20us", 14, "9-11 16 20 22 25-27 29-31 33 34" },
	{ "rtt 15", "rtt = 15", 1, "9" },
	{ "rtt > 0.012ms", "rtt > 0.012ms", 12, "9 12 13 15-18 23 28 29 32 34" },
	{ "rtt_us <= 11", "rtt <= 11", 10, "10 11 20 22 25-27 30 31 33" },
	{ "rtt > 1d", "rtt > 1d", 0, "" },
	{ "rtt != 15", "rtt != 15", 21, "10-13 15-18 20 22 23 25-34" },
	{ "rtt > 14.5 rtt < 15.5", "(rtt > 14.5 and rtt < 15.5)", 1, "9" },
	{ "min_rtt > 0us", "min_rtt > 0us", 22, "9-13 15-18 20 22 23 25-34" },
	{ "rto > 200ms", "rto > 200ms", 16, "10-13 15 18 20 22 24-27 30 31 33 34" },
	{ "rto = 0.2s", "rto = 0.2s", 7, "9 16 17 23 28 29 32" },
	{ "cwnd 10", "cwnd = 10", 27, "0-7 9-11 16 17 20 22-34" },
	{ "cwnd != 10", "cwnd != 10", 4, "12 13 15 18" },
	{ "cwnd > 9.99", "cwnd > 9.99", 31, "0-7 9-13 15-18 20 22-34" },
	{ "reordering 3", "reordering = 3", 31, "0-7 9-13 15-18 20 22-34" },
	{ "snd_mss > 32K", "snd_mss > 32K", 22, "9-13 15-18 20 22 23 25-34" },
	{ "bytes_received > 0", "bytes_received > 0", 4, "12 13 20 29" },
	{ "bytes_received > 2.9KB", "bytes_received > 2.9KB", 1, "20" },
	{ "bytes_sent 1-10000", "bytes_sent = 1-10000", 3, "12 13 18" },
	{ "segs_in > 3", "segs_in > 3", 1, "12" },
	{ "drops 0", "drops = 0", 75, "0-13 15-18 20 22-77" },
	{ "tos 0", "tos = 0", 44, "0-13 15-18 20 22-43 47-49" },
	{ "tclass 0", "tclass = 0", 12, "3 7 11 18 20 22 26 33 34 40-42" },
	{ "timer_left > 0", "timer_left > 0", 4, "14 19 21 24" },
	{ "timer_left > 59s", "timer_left > 59s", 3, "14 19 21" },
	{ "timer_left < 1m", "timer_left < 1m", 4, "14 19 21 24" },
	{ "timer_retrans 0", "timer_retrans = 0", 4, "14 19 21 24" },
	{ "peer_inode > 0", "peer_inode > 0", 5, "55-59" },
	{ "file_inode 3", "file_inode = 3", 1, "51" },
	{ "netlink_type 3", "netlink_type = 3", 3, "66 68 70" },
	{ "mptcp_subflows_total 1", "mptcp_subflows_total = 1", 2, "47 48" },
	{ "inode 42276000-42276050", "inode = 42276000-42276050", 11,
	  "3 6 7 12 13 18 20 25 27 31 34" },
	{ "inode > 42276100", "inode > 42276100", 12, "4 17 32 39 54 61 64-66 68 70 76" },
	{ "send_rate > 20GB/s", "send_rate > 20GB/s", 14, "9-11 16 18 20 22 25-27 30 31 33 34" },
	{ "delivery_rate 0", "delivery_rate = 0", 19, "9-11 16 17 20 22-34" },
	{ "ifindex 1-2", "ifindex = 1-2", 6, "1 2 10 30 36 65" },
	{ "v6only 1", "(v6only and port = 1)", 0, "" },
	{ "v6only 0", "(v6only and port = 0)", 2, "3 40" },
	{ "not v6only", "not v6only", 76, "0-2 4-39 41-77" },
	{ "v6only != 1", "v6only != 1", 2, "7 42" },
	/* Hexadecimal numbers. */
	{ "cookie 172dcc5", "cookie = 172dcc5", 1, "0" },
	{ "cookie 0x172dcc5", "cookie = 0x172dcc5", 1, "0" },
	{ "cookie 172DCC5,172dcc6", "cookie = 172DCC5,172dcc6", 2, "0 1" },
	{ "cookie > 172dd00", "cookie > 172dd00", 15, "63-77" },
	{ "cookie 172dcc5-172dcca", "cookie = 172dcc5-172dcca", 6, "0-5" },
	{ "cookie != 0x172dcc5", "cookie != 0x172dcc5", 74, "1-43 47-77" },
	{ "ethertype 3", "ethertype = 3", 1, "64" },
	{ "ethertype 0x806", "ethertype = 0x806", 1, "65" },
	{ "ethertype != 3", "ethertype != 3", 1, "65" },
	/* Texts, symbols and flags. */
	{ "cong bbr", "cong = bbr", 31, "0-7 9-13 15-18 20 22-34" },
	{ "cong != bbr", "cong != bbr", 0, "" },
	{ "cong ~ ^b", "cong ~ ^b", 31, "0-7 9-13 15-18 20 22-34" },
	{ "ca_state open", "ca_state = open", 23, "9-13 15-18 20 22-34" },
	{ "ca_state OPEN", "ca_state = OPEN", 23, "9-13 15-18 20 22-34" },
	{ "ca_state != open", "ca_state != open", 0, "" },
	{ "tcp_options sack", "tcp_options = sack", 22, "9-13 15-18 20 22 23 25-34" },
	{ "tcp_options ts,ecn", "tcp_options = ts,ecn", 22, "9-13 15-18 20 22 23 25-34" },
	{ "tcp_options != wscale", "tcp_options != wscale", 1, "24" },
	{ "tcp_options ~ ^w", "tcp_options ~ ^w", 22, "9-13 15-18 20 22 23 25-34" },
	{ "shutdown recv", "shutdown = recv", 1, "29" },
	{ "shutdown send", "shutdown = send", 1, "15" },
	{ "shutdown recv,send", "shutdown = recv,send", 2, "15 29" },
	{ "shutdown != send", "shutdown != send", 57, "0-13 16-18 20 22-43 47-63" },
	{ "shutdown ~ .", "shutdown ~ .", 2, "15 29" },
	{ "sockopt mc_all", "sockopt = mc_all", 32,
	  "0-2 4-6 8-10 12 13 15-17 23-25 27-32 35-39 43 47-49" },
	{ "sockopt != mc_all", "sockopt != mc_all", 12, "3 7 11 18 20 22 26 33 34 40-42" },
	{ "source proc", "source = proc", 3, "44-46" },
	{ "source != diag", "source != diag", 3, "44-46" },
	{ "timer on", "timer = on", 1, "24" },
	{ "timer TIMEWAIT", "timer = TIMEWAIT", 3, "14 19 21" },
	{ "timer != timewait", "timer != timewait", 1, "24" },
	{ "path_kind abstract", "path_kind = abstract", 3, "61-63" },
	{ "path-kind = unnamed,pathname", "path_kind = unnamed,pathname", 11, "50-60" },
	{ "path_kind != unnamed", "path_kind != unnamed", 8, "50-53 56 61-63" },
	{ "netlink_protocol genl", "netlink_protocol = genl", 2, "76 77" },
	{ "netlink_protocol != rtnl", "netlink_protocol != rtnl", 10, "68-77" },
	{ "netlink_groups ~ 1", "netlink_groups ~ 1", 2, "66 70" },
	{ "packet_flags running", "packet_flags = running", 2, "64 65" },
	{ "user ~ \"^(root|nobody)$\"", "user ~ \"^(root|nobody)$\"", 62,
	  "0-8 10-13 15-18 20 22-65" },
	/* Operators. */
	{ "tcp and 80 or udp", "((tcp and port = 80) or udp)", 18, "6 9 12-16 27 29 31 35-42" },
	{ "udp or tcp and 80", "(udp or (tcp and port = 80))", 18, "6 9 12-16 27 29 31 35-42" },
	{ "udp || tcp && 80", "(udp or (tcp and port = 80))", 18, "6 9 12-16 27 29 31 35-42" },
	{ "udp | tcp & 80", "(udp or (tcp and port = 80))", 18, "6 9 12-16 27 29 31 35-42" },
	{ "(udp or tcp) and 53", "((udp or tcp) and port = 53)", 2, "35 40" },
	{ "((udp)) 53", "(udp and port = 53)", 2, "35 40" },
	{ "!tcp", "not tcp", 43, "35-77" },
	{ "! ! tcp", "not not tcp", 35, "0-34" },
	{ "not tcp not unix", "(not tcp and not unix)", 29, "35-49 64-77" },
	{ "not (tcp or unix or netlink)", "not (tcp or unix or netlink)", 17, "35-49 64 65" },
	{ "tcp not listen not estab", "(tcp and not listen and not estab)", 7,
	  "8 14 15 19 21 24 29" },
	{ "not not not tcp", "not not not tcp", 43, "35-77" },
	{ "(tcp|udp)53", "((tcp or udp) and port = 53)", 2, "35 40" },
	{ "not (tcp and not listen)", "not (tcp and not listen)", 51, "0-7 35-77" },
	{ "tcp and (listen or (estab and (sport 80 or not src 127/8)))",
	  "(tcp and (listen or (estab and (sport = 80 or not src = 127/8))))", 20,
	  "0-7 9 11 12 18 20 22 25-27 31 33 34" },
	{ "all and tcp", "(all and tcp)", 35, "0-34" },
	{ "none or udp", "(none or udp)", 8, "35-42" },
	{ "not all", "not all", 0, "" },
	{ "not none udp", "(not none and udp)", 8, "35-42" },
	{ "tcp or not tcp", "(tcp or not tcp)", 78, "0-77" },
	{ "tcp not tcp", "(tcp and not tcp)", 0, "" },
	{ "unix or tcp listen or udp", "(unix or (tcp and listen) or udp)", 30, "0-7 35-42 50-63" },
	{ "tcp (not (not (not (listen))))", "(tcp and not not not listen)", 27, "8-34" },
	{ "listen and not (tcp or 80) or raw and not 1",
	  "((listen and not (tcp or port = 80)) or (raw and not port = 1))", 7,
	  "45 46 49-51 53 62" },
	/* Several kinds together. */
	{ "tcp estab dport 80 src 127/8", "(tcp and estab and dport = 80 and src = 127/8)", 2,
	  "13 16" },
	{ "tcp listen not pid 1-56", "(tcp and listen and not pid = 1-56)", 0, "" },
	{ "process nginx or user nobody", "(process = nginx or user = nobody)", 7,
	  "4 6 7 17 32 39 61" },
	{ "ipv6 src ::ffff:0:0/96", "(ipv6 and src = ::ffff:0:0/96)", 4, "26 33 34 42" },
	{ "tcp time-wait not cgroup /*", "(tcp and time-wait and not cgroup = /*)", 3, "14 19 21" },
	{ "tcp owner none", "(tcp and owner = none)", 4, "9 14 19 21" },
	{ "fwmark != 0 or dev != 0", "(fwmark != 0 or dev != 0)", 11,
	  "0-2 10 18 21 30 31 36 40 65" },
	{ "cgroup /example.slice/* autobound", "(cgroup = /example.slice/* and autobound)", 10,
	  "10 11 13 15 16 18 24-26 38" },
	{ "tcp autobound not estab", "(tcp and autobound and not estab)", 4, "14 15 19 24" },
	{ "recvq > 0 and (tcp or packet)", "(recvq > 0 and (tcp or packet))", 6,
	  "6 12 13 20 29 64" },
	{ "rtt > 0 and owner none", "(rtt > 0 and owner = none)", 1, "9" },
	{ "udp not dport 0", "(udp and not dport = 0)", 2, "38 41" },
	{ "unix not src unix:", "(unix and not src = unix:)", 8, "50-53 56 61-63" },
	{ "not (src *:80 or dst *:80) tcp", "(not (src = *:80 or dst = *:80) and tcp)", 25,
	  "0-5 7 8 10 11 17-26 28 30 32-34" },
	{ "sport 1-1023 not uid 65534", "(sport = 1-1023 and not uid = 65534)", 21,
	  "0 6 7 9 12 20 21 27 29 33-36 40 41 43-46 66 68" },
	{ "u_dgr estab", "(u_dgr and estab)", 2, "52 59" },
	{ "not tcp_options sack tcp", "(not tcp_options = sack and tcp)", 13, "0-8 14 19 21 24" },
	{ "tcp and not rtt > 0", "(tcp and not rtt > 0)", 13, "0-8 14 19 21 24" },
	{ "not recvq = 0", "not recvq = 0", 10, "6 12 13 20 29 37 62 64 68 69" },
	{ "state time-wait dst 127.0.0.1:80 or user nobody",
	  "(state = time-wait and (dst = 127.0.0.1:80 or user = nobody))", 1, "14" },
};

/* The one moment of the recording. */
struct moment {
	struct recording_reader reader;
	struct replay *replay;
};

static struct moment open_moment(void) {
	unsigned char header[RECORDING_HEADER_SIZE];
	unsigned version = 0;
	const unsigned char *bytes = NULL;
	size_t length = 0;
	struct moment moment = { .reader.fd = open(TEST_DATA "/filter.rec", O_RDONLY | O_CLOEXEC) };
	cr_assert_geq(moment.reader.fd, 0);
	cr_assert_eq(read(moment.reader.fd, header, sizeof(header)), sizeof(header));
	cr_assert(recording_parse_header(header, &version));
	cr_assert_eq(recording_read(&moment.reader, &bytes, &length), RECORDING_MOMENT);
	moment.replay = replay_open(bytes, length);
	return moment;
}

static void close_moment(struct moment *moment) {
	replay_close(moment->replay);
	recording_finish(&moment->reader);
	close(moment->reader.fd);
}

static void name_users(struct replay *replay, struct snapshot *batch) {
	for (size_t i = 0; i < batch->count; i++) {
		struct sock *sock = &batch->socks[i];
		if (sock->known & SOCK_KNOWS_UID)
			sock->user = replay_user(replay, sock->uid);
	}
}

struct receiver {
	struct replay *replay;
	struct snapshot batch; /* the only one */
};

/* Everything is found out of every socket, but names of hosts and services. */
static bool take_batch(void *context, struct snapshot *batch) {
	struct receiver *receiver = context;
	struct sock **socks = xcalloc(batch->count, sizeof(struct sock *));
	for (size_t i = 0; i < batch->count; i++)
		socks[i] = &batch->socks[i];
	unix_peer_resolve(batch->socks, batch->count);
	replay_owners(receiver->replay, batch, socks, batch->count, UINT32_MAX);
	name_users(receiver->replay, batch);
	free(socks);
	receiver->batch = *batch;
	batch->arena = (struct arena){ 0 };
	batch->socks = NULL;
	batch->count = batch->capacity = 0;
	return true;
}

static struct snapshot read_sockets(const struct moment *moment, const struct want *want) {
	struct receiver receiver = { .replay = moment->replay };
	struct snapshot snapshot;
	snapshot_init(&snapshot);
	replay_sockets(moment->replay, want, SIZE_MAX, &snapshot, take_batch, &receiver);
	snapshot_finish(&snapshot);
	return receiver.batch;
}

static struct snapshot read_all(const struct moment *moment) {
	const struct filter all = filter_all();
	struct want want = filter_want(&all);
	want.needs = UINT32_MAX;
	return read_sockets(moment, &want);
}

static size_t find_ports(void *context, const char *name, size_t length, uint16_t *ports,
                         size_t max) {
	static const struct {
		const char *name;
		uint16_t port;
	} services[] = { { "ssh", 22 }, { "http", 80 }, { "https", 443 }, { "domain", 53 } };
	(void)context;
	for (size_t i = 0; max > 0 && i < ARRAY_LENGTH(services); i++) {
		if (strlen(services[i].name) != length ||
		    memcmp(services[i].name, name, length) != 0)
			continue;
		ports[0] = services[i].port;
		return 1;
	}
	return 0;
}

static struct filter parse(const char *expression) {
	static const struct filter_names names = { .ports = find_ports };
	struct filter filter = filter_all();
	struct filter_error error = { 0 };
	cr_assert(filter_parse(expression, &names, &filter, &error), "'%s' at %zu: %s", expression,
	          error.column, error.message);
	return filter;
}

static void put_run(struct out *out, size_t first, size_t last) {
	if (out->used > 0)
		out_char(out, ' ');
	out_number(out, first);
	if (last > first)
		out_printf(out, "%c%zu", last > first + 1 ? '-' : ' ', last);
}

/* To be freed. */
static char *describe_matches(const struct filter *filter, const struct snapshot *snapshot,
                              size_t *count) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	*count = 0;
	for (size_t i = 0, first = 0; i < snapshot->count; i++) {
		if (!filter_matches(filter, &snapshot->socks[i]))
			continue;
		if (i == 0 || !filter_matches(filter, &snapshot->socks[i - 1]))
			first = i;
		(*count)++;
		if (i + 1 == snapshot->count || !filter_matches(filter, &snapshot->socks[i + 1]))
			put_run(&out, first, i);
	}
	out_char(&out, '\0');
	return out.bytes;
}

static void expect_row(const struct row *row, const struct snapshot *snapshot) {
	struct filter filter = parse(row->expression);
	struct out out;
	size_t count = 0;
	char *matches = describe_matches(&filter, snapshot, &count);
	out_init(&out, OUT_MEMORY);
	filter_print(&filter, &out);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, row->printed, "'%s' reads '%s'", row->expression, out.bytes);
	cr_expect_eq(count, row->count, "'%s' matches %zu", row->expression, count);
	cr_expect_str_eq(matches, row->matches, "'%s' matches %s, not %s", row->expression, matches,
	                 row->matches);
	out_finish(&out);
	free(matches);
	filter_finish(&filter);
}

Test(filter_recorded, expressions_choose_the_sockets_that_another_evaluator_does) {
	struct moment moment = open_moment();
	struct snapshot snapshot = read_all(&moment);
	cr_assert_eq(snapshot.count, 78);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		expect_row(&rows[i], &snapshot);
	snapshot_finish(&snapshot);
	close_moment(&moment);
}

static size_t count_matches(const struct filter *filter, const struct snapshot *snapshot) {
	size_t count = 0;
	for (size_t i = 0; i < snapshot->count; i++)
		count += filter_matches(filter, &snapshot->socks[i]);
	return count;
}

/* Who asks the probes for what the filter wants, and not for everything, sees no less. */
Test(filter_recorded, what_a_filter_asks_for_is_enough_for_it) {
	struct moment moment = open_moment();
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct filter filter = parse(rows[i].expression);
		struct want want = filter_want(&filter);
		want.needs = filter_needs(&filter);
		struct snapshot snapshot = read_sockets(&moment, &want);
		const size_t count = count_matches(&filter, &snapshot);
		cr_expect_eq(count, rows[i].count, "'%s' matches %zu, not %zu", rows[i].expression,
		             count, rows[i].count);
		snapshot_finish(&snapshot);
		filter_finish(&filter);
	}
	close_moment(&moment);
}
