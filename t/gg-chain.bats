# gg-chain: a pipeline as a unit: how it ends, whoever fails, and that
# nothing stays behind.

bats_require_minimum_version 1.5.0
load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	export TMPDIR=$BATS_TEST_TMPDIR
	src=$TOOLS/source pass=$TOOLS/pass sink=$TOOLS/sink
}

teardown()
{
	[ ! -s err ] || cat err
	[ -z "${chain:-}" ] || kill -KILL "$chain" 2>/dev/null || :
	nothing_left
}

# Stages that were started in this test's directory and still run.
leftovers()
{
	local p

	for p in $(pgrep -f "^$TOOLS/"); do
		[ "$(readlink "/proc/$p/cwd")" != "$PWD" ] || ps -o args= "$p"
	done
}

# pid_here WORD: the stage with this word on its command line.
pid_here()
{
	local p

	for p in $(pgrep -f "^$TOOLS/.* $1"); do
		[ "$(readlink "/proc/$p/cwd")" != "$PWD" ] || echo "$p"
	done
}

none_left()
{
	[ -z "$(leftovers)" ]
}

nothing_left()
{
	until_true 10 none_left || { leftovers; false; }
	! compgen -G "$TMPDIR/gg-chain.*" || [ -n "${may_leave:-}" ]
}

# Start one in the background; its words go to the file err.
start()
{
	gg-chain "$@" </dev/null >out 2>err &
	chain=$!
}

ended()
{
	local s=0

	wait "$chain" || s=$?
	chain=
	status=$s
}

@test "all well: 0, everything through, nothing said" {
	run -0 --separate-stderr gg-chain -- "$src" -n 1000 '|' "$pass" '|' \
	    "$sink" -o keys
	[ -z "$output$stderr" ]
	cmp keys <(seq 1000)
}

@test "many times in a row: no end is missed" {
	for ((i = 0; i < 15; i++)); do
		timeout 20 gg-chain -- "$src" -n 3 '|' "$pass" '|' "$sink"
	done
}

@test "one stage fails: its status, its name, the others end" {
	run -65 gg-chain -- "$src" '|' "$pass" --fail-after 10 '|' "$sink"
	[ "${lines[-1]}" = 'gg-chain: pass ended with status 65' ]
	run -73 gg-chain -- "$src" '|' "$pass" '|' \
	    "$sink" --fail-after 10 --status 73
	[ "${lines[-1]}" = 'gg-chain: sink ended with status 73' ]
	run -79 gg-chain -- "$src" --fail-after 10 --status 79 '|' "$sink"
	[ "${lines[-1]}" = 'gg-chain: source ended with status 79' ]
}

@test "killed by a signal counts as 75 and is named" {
	run -75 gg-chain -- "$src" '|' "$pass" --kill-after 10 '|' "$sink"
	[ "${lines[-1]}" = 'gg-chain: pass was killed by SIGKILL' ]
	[[ $output != *Killed* ]]
	run -75 gg-chain -- "$src" '|' "$sink" --kill-after 10
	[ "${lines[-1]}" = 'gg-chain: sink was killed by SIGKILL' ]
	run -75 gg-chain -- "$src" --kill-after 10 '|' "$sink"
	[ "${lines[-1]}" = 'gg-chain: source was killed by SIGKILL' ]
}

@test "a last stage that fails at its start hangs nobody" {
	run -75 timeout 20 gg-chain -- "$src" -n 1 '|' "$sink" --kill-after 0
	run -64 timeout 20 gg-chain -- "$src" -n 1 '|' "$sink" --nonsense
	[[ $output == *'sink ended with status 64'* ]]
	run -64 timeout 20 gg-chain -- "$src" --nonsense '|' "$sink"
}

@test "TERM closes the tap: all is drained, 0" {
	start -- "$src" --delay 1ms '|' "$pass" '|' "$sink" -o keys
	until_true 10 has keys 20
	kill -TERM "$chain"
	ended
	cat err
	[ "$status" -eq 0 ]
	[ ! -s err ]
	cmp keys <(seq "$(wc -l <keys)")
}

@test "what does not drain in time is ended: 75" {
	start --drain-timeout 100ms -- "$src" -n 5 '|' "$sink" -o keys --hang
	until_true 10 has keys 5
	kill -TERM "$chain"
	ended
	cat err
	[ "$status" -eq 75 ]
	has err 'gg-chain: '
}

@test "after a failure the others get the drain time, no more" {
	run -65 timeout 30 gg-chain --drain-timeout 100ms -- "$src" \
	    --fail-after 3 '|' "$sink" --hang
	[ "${lines[-1]}" = 'gg-chain: source ended with status 65' ]
}

@test "the second signal ends everything at once" {
	start -v -- "$src" -n 5 '|' "$sink" -o keys --hang
	until_true 10 has err 'source ended with status 0'
	kill -TERM "$chain"
	# Two at once would be one.
	until_true 10 has err 'asked to stop'
	begun=$SECONDS
	kill -TERM "$chain"
	ended
	[ "$status" -eq 75 ]
	[ $((SECONDS - begun)) -lt 15 ]
}

@test "when gg-chain itself is killed, no stage stays" {
	may_leave=yes
	start -- "$src" --delay 1ms '|' "$pass" '|' "$sink" -o keys
	until_true 10 has keys 5
	kill -KILL "$chain"
	ended
	nothing_left
	# And what had begun was finished.
	cmp keys <(seq "$(wc -l <keys)")
}

@test "one chain in a state directory; free when the last stage is gone" {
	start --state state -- "$src" --delay 1ms '|' "$sink" -o keys
	until_true 10 has keys 5
	run -75 gg-chain --state state -- "$src" -n 1 '|' "$sink"
	[ "$output" = 'gg-chain: state is in use' ]
	run -0 gg-chain --state state --if-busy=skip -- "$src" -n 1 '|' "$sink"
	[ "$output" = 'gg-chain: state is in use, nothing done' ]
	kill -TERM "$chain"
	ended
	[ "$status" -eq 0 ]
	run -0 gg-chain --state state -- "$src" -n 1 '|' "$sink"
	[ ! -e state/run ]
	[ "$(stat -c %a state)" = 700 ]
}

@test "the lock outlives a gg-chain that was killed, as long as a stage" {
	start --state state -- "$src" -n 5 '|' "$sink" -o keys --hang
	until_true 10 has keys 5
	sink_pid=$(pid_here --hang)
	kill -KILL "$chain"
	ended
	run -75 gg-chain --state state -- "$src" -n 1 '|' "$sink"
	kill -KILL "$sink_pid"
	until_true 10 is_gone "$sink_pid"
	until_true 10 gg-chain --state state -- "$src" -n 1 '|' "$sink"
}

@test "--once goes to the first stage, in its own words" {
	run -0 gg-chain --once -- "$src" '|' "$sink" -o keys
	cmp keys <(seq 10)
	ln -s "$src" kafka-consume
	run -0 gg-chain --once -- ./kafka-consume '|' "$sink" -o keys2
	cmp keys2 <(seq 10)
}

@test "--no-acks: the last stage's output is ours, a file may be the first" {
	"$src" -n 2 >frames
	run -0 --separate-stderr bash -c 'gg-chain --no-acks -- "$0" "|" \
	    frame-dump --no-raw <frames' "$pass"
	[ "$(jq -r '.key // empty' <<<"$output" | xargs)" = '1 2' ]
}

@test "no stage holds an end of a pipe that is not its own" {
	start -- "$src" -n 5 '|' "$pass" '|' "$sink" -o keys --hang
	until_true 10 has keys 5
	p=$(pid_here --hang)
	find "/proc/$p/fd" -mindepth 1 -printf '%f %l\n' | tee open
	[ "$(grep -c gg-chain open)" -eq 2 ]
	kill -KILL "$p"
	ended
	[ "$status" -eq 75 ]
}

@test "closed descriptors and an empty environment, as under cron" {
	run -0 env -i PATH=/usr/bin:/bin bash -c \
	    '"$0" -- "$1" -n 5 "|" "$2" -o keys <&- >&- 2>&-' \
	    "$ROOT/bin/gg-chain" "$src" "$sink"
	cmp keys <(seq 5)
}

@test "usage: 64, named; help and version: 0" {
	run -64 gg-chain
	run -64 gg-chain --nonsense -- true '|' true
	[[ ${lines[0]} == *--nonsense* ]]
	run -64 gg-chain --drain-timeout soon -- true '|' true
	[[ ${lines[0]} == *soon* ]]
	run -64 gg-chain -- "$src" '|' '|' "$sink"
	[[ ${lines[0]} == *'stage 2 of 3 is empty'* ]]
	run -64 gg-chain -- no-such-program '|' "$sink"
	[[ ${lines[0]} == *no-such-program* ]]
	run -64 gg-chain -- "$src"
	run -0 --separate-stderr gg-chain --help
	[[ $output == usage:* ]]
	run -0 --separate-stderr gg-chain --version
	[ "$output" = "gg-chain (ggpipe) $(cat "$ROOT/share/version")" ]
}
