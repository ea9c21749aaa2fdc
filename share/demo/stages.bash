# shellcheck shell=bash disable=SC2154
# What the stages of the two chains are doing: their own counters (SIGUSR1
# prints them), and what the kernel knows of their memory and time.

stages=(gg-capture kafka-produce kafka-consume gg-apply)
took=0		# microseconds, of the burst
declare -A records=() ticks=() since_records=() since_ticks=()

# log_of STAGE, chain_of STAGE
log_of()
{
	case $1 in
	gg-capture | kafka-produce) echo "$dir/source.log" ;;
	*) echo "$dir/sink.log" ;;
	esac
}

chain_of()
{
	case $1 in
	gg-capture | kafka-produce) echo "$source_chain" ;;
	*) echo "$sink_chain" ;;
	esac
}

# stage_pid STAGE [PARENT]: below its chain, wherever that put it.
stage_pid()
{
	local pid name
	while read -r pid name; do
		if [ "$name" = "$1" ]; then
			echo "$pid"
			return
		fi
		stage_pid "$1" "$pid" && return
	done < <(ps -o pid=,comm= --ppid "${2:-$(chain_of "$1")}")
	return 1
}

# sample_stages: note every stage's counters; the former become since_*.
sample_stages()
{
	local s pid log before end
	for s in "${stages[@]}"; do
		pid=$(stage_pid "$s") || fail "$s is not running" "$(log_of "$s")"
		log=$(log_of "$s")
		before=$(grep -c "^$s: .*counters:" "$log")
		kill -USR1 "$pid"
		end=$((SECONDS + 5))
		while [ "$(grep -c "^$s: .*counters:" "$log")" = "$before" ]; do
			[ "$SECONDS" -lt "$end" ] ||
				fail "$s does not answer" "$log"
			sleep 0.01
		done
		since_records[$s]=${records[$s]:-0}
		since_ticks[$s]=${ticks[$s]:-0}
		records[$s]=$(grep "^$s: .*counters:" "$log" | tail -n 1 |
		    grep -o ' records[a-z_]*=[0-9]*' | tail -n 1 | cut -d= -f2)
		ticks[$s]=$(cut -d')' -f2 "/proc/$pid/stat" |
		    awk '{ print $12 + $13 }')
	done
}

# show_stages: what each did between the last two samples.
show_stages()
{
	local s pid status now peak n used hz
	hz=$(getconf CLK_TCK)
	say
	say "  $dim$(padded stage 15)$(right_hand records 9)$(right_hand \
	    records/s 12)$(right_hand 'CPU time' 12)$(right_hand memory 12)$(
	    right_hand peak 12)$normal"
	for s in "${stages[@]}"; do
		pid=$(stage_pid "$s") || fail "$s is not running" "$(log_of "$s")"
		status=$(<"/proc/$pid/status")
		now=$(awk '/^VmRSS/ { print $2 }' <<<"$status")
		peak=$(awk '/^VmHWM/ { print $2 }' <<<"$status")
		n=$((records[$s] - since_records[$s]))
		used=$(((ticks[$s] - since_ticks[$s]) * 1000000 / hz))
		say "  $(padded "$s" 15)$(right_hand "$(grouped "$n")" 9)$(
		    right_hand "$(grouped $((n * 1000000 / took)))" 12)$(
		    right_hand "$(seconds "$used")" 12)$(
		    right_hand "$(mib "$now")" 12)$(right_hand "$(mib "$peak")" 12)"
	done
}

# mib KILOBYTES
mib()
{
	printf '%d.%d MiB' $(($1 / 1024)) $(($1 % 1024 * 10 / 1024))
}

# end_chain PID: it was told to; after ten seconds, by force.
end_chain()
{
	local end=$((SECONDS + 10)) stages=()
	mapfile -t stages < <(ps -o pid= --ppid "$1")
	while kill -0 "$1" 2>/dev/null && [ "$SECONDS" -lt "$end" ]; do
		sleep 0.05
	done
	kill -KILL "$1" "${stages[@]}" 2>/dev/null
	wait "$1" 2>/dev/null
}

# stop_chain NAME PID: the tap is closed, the rest drains, and all is well.
stop_chain()
{
	local status
	kill "$2" 2>/dev/null
	wait "$2"
	status=$?
	[ "$status" -eq 0 ] ||
		fail "the $1 chain ended with status $status" "$dir/$1.log"
	say "  the $1 chain drained and ended"
}
