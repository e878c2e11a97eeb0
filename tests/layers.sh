#!/bin/bash
# Who may include whom (see docs/architecture.md). Prints every include that is out of place.
set -u
cd "$(dirname "$0")/.."
status=0

complain() {
	echo "layers: $*" >&2
	status=1
}

# The layer of each header of src/, from the bottom up. A file may include its own layer and those
# below it.
declare -A layer=(
	[util]=1 [thread]=1 [ending]=1 [arena]=1 [digits]=1 [out]=1 [escape]=1 [text_file]=1 [range]=1 [glob]=1 [when]=1
	[recording]=1 [capture]=1 [tcp_info]=2 [sctp_info]=2 [sock]=2 [hint]=2 [want]=2 [snapshot]=2
	[explain]=3 [health]=3 [group]=3 [group_filter]=3 [group_key]=3 [pair]=3 [lookup]=3 [name_cache]=3 [namer]=3
	[life]=3 [life_join]=3 [life_rate]=3 [sock_copy]=3 [merge]=3 [origin]=3 [timeline]=3 [totals]=3 [transitions]=3 [frame]=3 [feed]=3
	[act]=3 [act_plan]=3 [session]=3
	[tally]=3 [exposure]=3
	[value]=3 [field]=3 [endpoint]=3 [format]=3 [view]=3 [json]=3 [users]=3 [services]=3
	[filter]=3 [filter_bound]=3 [filter_error]=3 [filter_field]=3 [filter_hint]=3 [filter_host]=3
	[filter_lexer]=3 [filter_match]=3 [filter_parse]=3 [filter_parser]=3 [filter_port]=3
	[filter_print]=3 [filter_regex]=3 [filter_sources]=3 [filter_term]=3 [filter_tree]=3 [filter_value]=3
	[compare]=3 [compare_join]=3 [compare_key]=3 [compare_sink]=4 [compare_run]=6 [side]=6
	[filter_word]=3 [resolve]=3 [config]=3 [config_write]=3 [names]=3 [diff]=3 [history]=3
	[sink]=4 [sink_socks]=4 [sink_text]=4 [sink_json]=4 [sink_delimited]=4 [summary]=4 [group_rows]=4
	[option]=5 [cli]=5 [cli_options]=5 [cli_filter]=5
	[actor]=6 [annotate]=6 [batch]=6 [channel]=6 [collector]=6 [feed_thread]=6 [feeds]=6 [feed_hosts]=6 [remote]=6 [ssh]=6 [frame_make]=6
	[keeper]=6 [privilege]=6 [replay_source]=6 [rescue]=6 [top]=6
	[source]=6 [launch]=6 [indexer]=6 [live]=6 [playback]=6 [notes]=6 [kill]=6 [list]=6 [looks]=6 [main]=6
)
highest_for_probes=2

ours() {
	sed -n 's/^#include "\(.*\)\.h"$/\1/p' "$1"
}

for file in src/*.c src/*.h; do
	name=$(basename "${file%.*}")
	own=${layer[$name]:-}
	[ -n "$own" ] || complain "$file has no layer; give it one in tests/layers.sh"
	for header in $(ours "$file"); do
		if [ -f "probes/$header.h" ]; then
			[ "${own:-0}" -ge 6 ] || complain "$file includes probes/$header.h"
		elif [ -f "ui/$header.h" ]; then
			[ "$name" = top ] || complain "$file includes ui/$header.h"
		elif [ "${layer[$header]:-99}" -gt "${own:-0}" ]; then
			complain "$file includes $header.h, which is above it"
		fi
	done
	grep -Hn '#include <\(libmnl\|linux/\|.*curses\)' "$file" && complain "$file knows the kernel"
	grep -n '"/proc/' "$file" && complain "$file reads /proc"
done

for file in probes/*.c probes/*.h; do
	for header in $(ours "$file"); do
		[ -f "probes/$header.h" ] && continue
		[ "${layer[$header]:-99}" -le "$highest_for_probes" ] ||
			complain "$file includes src/$header.h, which is above snapshot"
	done
	grep -Hn '#include <.*curses' "$file" && complain "$file draws"
done
# The live view sees what the sinks see, and never a probe. Only the terminal knows curses.
for file in ui/*.c ui/*.h; do
	name=$(basename "${file%.*}")
	for header in $(ours "$file"); do
		[ -f "ui/$header.h" ] && continue
		[ "${layer[$header]:-99}" -le 4 ] || complain "$file includes $header.h"
	done
	[[ $name == terminal* ]] || ! grep -Hn '#include <.*curses' "$file" || complain "$file draws"
	grep -Hn '#include <\(libmnl\|linux/\)' "$file" && complain "$file knows the kernel"
done
# The traffic pair is a program of its own above all that. Only web.c knows HTTP, and only look.c
# what the probes say.
for file in src/traffic/*.c src/traffic/*.h; do
	name=$(basename "${file%.*}")
	for header in $(ours "$file"); do
		[ -f "src/traffic/$header.h" ] && continue
		if [ -f "probes/$header.h" ]; then
			[ "$name" = look ] || complain "$file includes probes/$header.h"
		elif [ "${layer[$header]:-99}" -gt 3 ]; then
			complain "$file includes src/$header.h"
		fi
	done
	[[ $name == web* ]] || ! grep -Hn '#include <libwebsockets' "$file" || complain "$file knows HTTP"
	grep -Hn '#include <\(libmnl\|.*curses\)' "$file" && complain "$file knows the kernel"
done
exit $status
