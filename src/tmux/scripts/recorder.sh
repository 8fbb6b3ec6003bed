# Appends its input to $MCP_SSH_LOGS/SESSION.log. Arguments: SESSION SEGMENT_BYTES NUMBER_FILE (in $MCP_SSH_RUNTIME)
# With $lost set it follows a recorder that died: so many bytes, or more, are marked as missing.
# A full log becomes SESSION.log.<absolute offset of its first byte, 20 digits>; the newest 3 of these are kept.
# What this prints would be typed into the pane.
exec >/dev/null
LC_ALL=C
export LC_ALL
umask 077
log=$MCP_SSH_LOGS/$1.log
led=$(readlink "$MCP_SSH_LOGS")
segment=$2
number_file=$MCP_SSH_RUNTIME/$3
digits='[0-9][0-9][0-9][0-9][0-9]'
digits=$digits$digits$digits$digits

# Into the folder itself, so that what takes its name later is not followed: a link that was not one, or led elsewhere.
enter() {
	if [ -L "$MCP_SSH_LOGS" ]; then
		[ "$(readlink "$MCP_SSH_LOGS")" = "$led" ] || return 1
	fi
	cd -P "$MCP_SSH_LOGS"
}

measure() {
	size=$(wc -c <"$1")
	size=$((${size:-0}))
}

# Drops all but the newest 3 older segments; sets start, the absolute offset of the log's first byte, and size.
survey() {
	start=0
	set -- "$log".$digits
	while [ $# -gt 3 ]; do
		rm -f "$1"
		shift
	done
	while [ $# -gt 1 ]; do shift; done
	if [ -e "$1" ]; then
		start=${1##*.}
		start=${start#"${start%%[!0]*}"}
		measure "$1"
		start=$((${start:-0} + size))
	fi
	measure "$log"
}

# After a failed write, or while the log is full: reads on and counts, until the log takes a mark of what it lacks. The
# piece whose write failed counts as one byte, since its length is not known.
drain() {
	lost=1
	until mark_gap; do
		report=$(drain_piece 3<&0 2>&1)
		case $report in
		marked) break ;;
		0+0*) exit 1 ;;
		*out*)
			report=${report##*records out?}
			report=${report%%[!0-9]*}
			lost=$((lost + ${report:-1}))
			;;
		esac
	done
	enter
	survey
}

# Reads one piece. Where none comes, the log is tried each second, so that the mark does not wait for output.
drain_piece() {
	(exec dd bs=65536 count=1 <&3 >/dev/null) &
	reader=$!
	(
		until sleep 1 && mark_gap; do :; done
		kill "$reader"
	) >/dev/null 2>&1 3<&- &
	watcher=$!
	wait "$reader"
	[ $? -lt 128 ] || echo marked
	kill "$watcher" 2>/dev/null
}

# Fails while a full log cannot be moved away.
turn_over() {
	[ "$size" -ge "$segment" ] || return 0
	older=$log.$(printf %020d "$start")
	[ -d "$older" ] || mv -f "$log" "$older"
	survey
	[ "$size" -lt "$segment" ]
}

mark_gap() {
	enter
	turn_over || return 1
	number=
	IFS= read -r number <"$number_file"
	printf '\033]7711;gap;%s;%s\033\\' "$number" "$lost" | dd bs=512 2>/dev/null >>"$log"
}

enter && log=./$1.log
survey
if [ -n "${lost:-}" ]; then
	mark_gap || drain
	measure "$log"
fi
while :; do
	turn_over || drain
	count=$(((segment - size) / 65536 + 1))
	if [ "$count" -gt 64 ]; then count=64; fi
	if [ "$count" -lt 1 ]; then count=1; fi
	if report=$(dd bs=65536 count="$count" 2>&1 >>"$log"); then
		case $report in 0+0*) exit 0 ;; esac
		report=${report##*records out?}
		report=${report%%[!0-9]*}
		if [ -n "$report" ]; then size=$((size + report)); else measure "$log"; fi
	else
		drain
	fi
done
