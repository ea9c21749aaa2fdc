# shellcheck shell=bash disable=SC2154,SC2034
# Processes of t/services. A node is a directory that holds:
#   args    the arguments of java, one a line
#   ports   the ports it listens on
#   pid     process id and start time, so that a pid that was given to
#           somebody else is never taken for ours
#   log     what it printed since its last start

# started_at PID: when the kernel says it began; fails when it is gone.
started_at()
{
	local stat
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
	# The name in brackets may hold blanks; count from behind it.
	# shellcheck disable=SC2086 # fields
	set -- ${stat##*) }
	[ "$1" != Z ] && [ "$1" != X ] && echo "${20}"
}

# alive NODE
alive()
{
	local pid began
	[ -s "$1/pid" ] && read -r pid began <"$1/pid" &&
		[ "$(started_at "$pid")" = "$began" ]
}

pid_of()
{
	local pid=
	[ ! -s "$1/pid" ] || read -r pid _ <"$1/pid"
	echo "$pid"
}

# launch NODE: start its java, which outlives us and holds nothing of ours.
launch()
{
	local node=$1 args pid
	mapfile -t args <"$node/args"
	[ ! -f "$node/log" ] || mv "$node/log" "$node/log.old"
	mkdir -p "$node/tmp"
	(
		cd "$node" || exit
		# bats waits for whoever holds its descriptors.
		for fd in /proc/"$BASHPID"/fd/*; do
			fd=${fd##*/}
			[ "$fd" -le 2 ] || eval "exec $fd>&-"
		done
		unset IGNITE_HOME
		trap '' HUP
		exec setsid java "${args[@]}" </dev/null >log 2>&1
	) &
	pid=$!
	disown "$pid"
	echo "$pid $(started_at "$pid")" >"$node/pid"
}

# await NODE: until it answers; 1 when it died or time is out.
await()
{
	local end=$((SECONDS + start_seconds))
	until "${kind}_answers" "$1"; do
		if ! alive "$1"; then
			say "$1 ended while starting"
			return 1
		elif [ "$SECONDS" -ge "$end" ]; then
			echo "t/services: $1 not ready in $start_seconds s" >&2
			return 1
		fi
		sleep 0.1
	done
}

# stop_nodes SIGNAL NODE...: and wait until they are gone.
stop_nodes()
{
	local signal=$1 node end=$((SECONDS + stop_seconds)) stubborn=
	shift
	for node; do
		if alive "$node"; then
			kill -s "$signal" "$(pid_of "$node")" 2>/dev/null || :
		fi
	done
	for node; do
		while alive "$node"; do
			if [ "$SECONDS" -ge "$end" ]; then
				stubborn=$node
				kill -s KILL "$(pid_of "$node")" || :
				end=$((SECONDS + 10))
			fi
			sleep 0.05
		done
		rm -f "$node/pid"
	done
	[ -z "$stubborn" ] ||
		die "$stubborn did not stop in $stop_seconds s and was killed"
}

# port_was_taken LOG...
port_was_taken()
{
	grep -qsiE 'address already in use|failed to bind|on the same port' "$@"
}

# answers PORT: somebody accepts connections there.
answers()
{
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# free_port: a port nobody uses. It lies below those that the kernel gives to
# outgoing connections, so that it stays free while its service is stopped.
free_port()
{
	local low port
	read -r low _ </proc/sys/net/ipv4/ip_local_port_range
	[ "$low" -gt 16000 ] || low=32768
	while :; do
		port=$((12000 + SRANDOM % (low - 12000)))
		grep -qsi "$(printf ':%04X ' "$port")" \
			/proc/net/tcp /proc/net/tcp6 || break
	done
	echo "$port"
}
