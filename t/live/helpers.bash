# shellcheck shell=bash disable=SC2154
# For live tests of chains. A file that loads this calls live_file in
# setup_file, live_test in setup and live_end in teardown_file.
#
# Chains are started by name and looked after as a service manager would: what
# ends with a status that a new start may help is started again, anything else
# stays down and fails the test that waits for it.

# live_file: the directory of all services and chains of the file.
live_file() {
	export dir=$BATS_FILE_TMPDIR/s
	export root=$BATS_TEST_DIRNAME/../..
	mkdir -p "$dir/chains"
	cd "$root" || return
	t/services fetch
}

# live_test: libraries, addresses, names that no other test uses.
live_test() {
	bats_load_library bats-support
	bats_load_library bats-assert
	cd "$root" || return
	PATH=$PWD/bin:$PATH
	read_env
	id=t$BATS_TEST_NUMBER
	prefix=$id.
}

live_end() {
	local f pid
	for f in "$dir"/chains/*/keeper "$dir"/chains/*/pid; do
		[ -s "$f" ] || continue
		pid=$(<"$f")
		kill "$pid" 2>/dev/null || :
	done
	t/services stop-all "$dir"
}

read_env() {
	eval "$(t/services env "$dir")"
}

# services WORDS...: start several at once; each argument is the words behind
# t/services start DIR.
services() {
	local s pids=() pid status=0
	for s; do
		# shellcheck disable=SC2086 # words
		t/services start "$dir" $s 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || status=1
	done
	read_env
	return $status
}

oracle() {
	t/services oracle "$@" 3>&-
}

# within SECONDS COMMAND...: until it succeeds; fails when time is out.
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		if [ "$SECONDS" -ge "$end" ]; then
			echo "still not: $*" >&2
			return 1
		fi
		sleep 0.1
	done
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

# source_args FROM CACHE...: what a source chain of this test is made of.
source_args() {
	local c
	args=(gg-capture -a "$1")
	for c in "${@:2}"; do
		args+=(-c "$c")
	done
	args+=('|' kafka-produce -b "$k_brokers" --topic-prefix "$prefix"
		--partitions 4)
}

# sink_args TO [OPTION of gg-apply...]. A member of a group that was killed is
# missed after the session's timeout; here that need not be long.
sink_args() {
	args=(kafka-consume -b "$k_brokers" -t "^${prefix//./\\.}" -G "$id"
		-o beginning -X session.timeout.ms=6000 '|'
		gg-apply -a "$1" --topic-prefix "$prefix" "${@:2}")
}

# chain NAME STAGES...: start a chain and look after it.
chain() {
	local c=$dir/chains/$id.$1
	mkdir -p "$c"
	rm -f "$c/status" "$c/stop"
	keep "$c" "${@:2}" </dev/null >>"$c/keeper.log" 2>&1 3>&- &
	echo $! >"$c/keeper"
}

# keep DIRECTORY STAGES...: run it again as long as that may help.
keep() {
	local c=$1 status
	shift
	trap - EXIT ERR DEBUG
	set +eET
	while :; do
		gg-chain --state "$c/state" -- "$@" 2>>"$c/log" &
		echo $! >"$c/pid.new"
		mv "$c/pid.new" "$c/pid"
		wait $!
		status=$?
		echo "chain ended status=$status" >>"$c/log"
		rm -f "$c/pid"
		if [ -e "$c/stop" ]; then
			break
		fi
		case $status in
		69 | 73 | 74 | 75) ;;
		*) break ;;
		esac
		sleep 0.2
	done
	echo "$status" >"$c/status"
}

# chain_pid NAME
chain_pid() {
	cat "$dir/chains/$id.$1/pid"
}

# stop_chain NAME: TERM; it drains and ends with 0.
stop_chain() {
	local c=$dir/chains/$id.$1
	: >"$c/stop"
	within 30 test -s "$c/pid"
	kill "$(<"$c/pid")"
	within 60 test -s "$c/status"
	status=$(<"$c/status")
	if [ "$status" -ne 0 ]; then
		tail -n 20 "$c/log" >&2
	fi
	[ "$status" -eq 0 ]
}

# stop_chains: both.
stop_chains() {
	stop_chain source
	stop_chain sink
}

# chains FROM TO CACHE...: a source and a sink chain.
chains() {
	local args=()
	source_args "$1" "${@:3}"
	chain source "${args[@]}"
	sink_args "$2"
	chain sink "${args[@]}"
}

# deaths NAME: how often the chain has ended by now.
deaths() {
	grep -c '^chain ended' "$dir/chains/$id.$1/log" || :
}

has_died() {
	[ "$(deaths "$1")" -ge "$2" ]
}

# stage_pid CHAIN STAGE: the pid of a stage, wherever the chain put it.
stage_pid() {
	below "$(chain_pid "$1")" "$2"
}

below() {
	local pid name
	while read -r pid name; do
		if [ "$name" = "$2" ]; then
			echo "$pid"
			return
		fi
		below "$pid" "$2" && return
	done < <(ps -o pid=,comm= --ppid "$1")
	return 1
}

# kill_stage CHAIN STAGE: SIGKILL, and the chain notices.
kill_stage() {
	local n pid
	within 30 stage_runs "$1" "$2"
	n=$(deaths "$1")
	pid=$(stage_pid "$1" "$2")
	kill -KILL "$pid"
	within 60 has_died "$1" $((n + 1))
}

stage_runs() {
	stage_pid "$1" "$2" >/dev/null 2>&1
}

# equal SECONDS LEFT RIGHT CACHES: the oracle finds no difference, in time.
# Chains that ended for good are shown, as the reason why it does.
equal() {
	local f
	oracle wait-equal "$2" "$3" "$4" --timeout="$1" && return
	for f in "$dir"/chains/"$id".*/log; do
		[ -f "$f" ] || continue
		echo "--- $f" >&2
		tail -n 15 "$f" | cut -c1-300 >&2
	done
	return 1
}

# has_some ADDRESS CACHE: only to see that something goes on, so by a client
# that starts faster than Java.
has_some() {
	local n
	n=$("${BUILD:-build}/t/tools/thin" -a "$1" size "$2" 2>/dev/null) &&
		[ "$n" -gt 0 ]
}

# once CACHE...: everything there is through Kafka, by chains that end.
once() {
	local args=()
	source_args "$left_addr" "$@"
	args=("${args[0]}" --once "${args[@]:1}")
	gg-chain -- "${args[@]}" 3>&-
	sink_args "$right_addr"
	args=("${args[0]}" -e "${args[@]:1}")
	gg-chain -- "${args[@]}" 3>&-
}

# live_over: for teardown; nothing of the test goes on.
live_over() {
	local c pid
	for c in "$dir"/chains/"$id".*; do
		if [ ! -d "$c" ] || [ -s "$c/status" ]; then
			continue
		fi
		: >"$c/stop"
		[ ! -s "$c/keeper" ] || kill "$(<"$c/keeper")" 2>/dev/null || :
		[ -s "$c/pid" ] || continue
		pid=$(<"$c/pid")
		mapfile -t stages < <(ps -o pid= --ppid "$pid")
		kill "$pid" 2>/dev/null || :
		within 10 gone "$pid" 2>/dev/null ||
			kill -KILL "$pid" "${stages[@]}" 2>/dev/null || :
	done
}
