# gg-capture against real nodes. What a stream leaves behind is compared

bats_require_minimum_version 1.5.0
load helpers
# with a snapshot of the cluster at rest: two routes to one answer.

setup_file()
{
	: "${ROOT:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"
	: "${BUILD:=$ROOT/build}"
	export ROOT BUILD D=$BATS_FILE_TMPDIR/services
	PATH=$ROOT/bin:$BUILD/t/tools:$PATH
	mkdir "$D"
	"$ROOT/t/services" start "$D" ignite one &
	"$ROOT/t/services" start "$D" ignite two nodes=2 &
	wait
	eval "$("$ROOT/t/services" env "$D")"
	[ -n "$one_addr" ] && [ -n "$two_addr" ]
	export one_addr two_addr
}

teardown_file()
{
	"$ROOT/t/services" stop-all "$D"
}

setup()
{
	PATH=$ROOT/bin:$BUILD/t/tools:$PATH
	cd "$BATS_TEST_TMPDIR" || return 1
}

teardown()
{
	[ -z "${pid:-}" ] || kill "$pid" 2>/dev/null || true
	[ -z "${pid:-}" ] || wait "$pid" || true
}

oracle()
{
	"$ROOT/t/services" oracle "$@"
}

# Start a capture in the background: its stream in ./stream, log in ./log.
capture()
{
	gg-capture -v "$@" >stream 2>log &
	pid=$!
	within 60 grep -q 'ready:' log
}

# Stop it, and see that it ended well.
finish()
{
	local was=$pid

	pid=
	kill "$was"
	wait "$was"
}

# The stream has left the cache as it is now.
same_as_now()	# ADDR CACHE
{
	state <stream | grep "^$2 " >got || true
	gg-capture -a "$1" -c "$2" --once | state >want
	cmp got want
}

# The stream's file has a record with this text; rows of a snapshot may be
# behind it.
arrived()	# TEXT [FILE]
{
	grep -aqF "$1" "${2:-stream}"
}

@test "a snapshot holds every entry once, and END counts them" {
	oracle fill "$one_addr" snap 20000 --binary
	gg-capture -a "$one_addr" -c snap --once >stream
	state -s <stream >got 2>counts
	[ "$(cat counts)" = "events=0 rows=20000" ]
	[ "$(wc -l <got)" = 20000 ]
	[ "$(oracle size "$one_addr" snap)" = 20000 ]
}

@test "changes follow, in order for each key, and the end is the cluster's" {
	oracle create "$one_addr" live
	capture -a "$one_addr" -c live
	within 60 grep -q 'snapshot done' log
	oracle mutate "$one_addr" live --keys=50 --count=3000 --removes=30
	oracle put "$one_addr" live last the-last-one
	within 60 arrived the-last-one
	finish
	same_as_now "$one_addr" live
}

@test "a snapshot under writes leaves no stale row" {
	oracle fill "$one_addr" busy 150000
	oracle mutate "$one_addr" busy --keys=150000 --until=stop \
		--removes=30 >mutated &
	writer=$!
	capture -a "$one_addr" -c busy
	within 60 grep -q 'snapshot done' log
	touch stop
	wait "$writer"
	oracle put "$one_addr" busy last the-last-one
	within 60 arrived the-last-one
	finish
	# It has tested something only if both came.
	state -s <stream 2>&1 >/dev/null | grep -v 'events=0 '
	same_as_now "$one_addr" busy
}

@test "two nodes: events of both, and one killed in the middle" {
	oracle create "$two_addr" pair --backups=1
	oracle fill "$two_addr" pair 20000 --backups=1
	oracle mutate "$two_addr" pair --keys=20000 --until=stop \
		--removes=30 >mutated &
	writer=$!
	capture -a "$two_addr" -c pair
	within 60 grep -q 'snapshot done' log
	"$ROOT/t/services" stop "$D" two --kill node=2
	within 60 grep -q 'beginning anew.*cache=pair' log
	touch stop
	wait "$writer"
	oracle put "$two_addr" pair last the-last-one
	within 60 arrived the-last-one
	# Another snapshot may be on its way.
	within 60 eval '(($(grep -c "snapshot done" log) > 1))'
	finish
	same_as_now "$two_addr" pair
	"$ROOT/t/services" restart-node "$D" two node=2
}

@test "names: expressions, exclusions, caches that come and go" {
	for c in n_a n_b n_c; do
		oracle create "$one_addr" $c
	done
	capture -a "$one_addr" -c '^n_' -x n_b -x '^n_c$'
	within 60 grep -q 'watching cache=n_a' log
	oracle create "$one_addr" n_d
	within 60 grep -q 'watching cache=n_d' log
	oracle put "$one_addr" n_d k of-n_d
	within 60 arrived of-n_d
	oracle destroy "$one_addr" n_a
	within 60 grep -q 'no more cache=n_a' log
	finish
	run ! grep -E 'cache=n_(b|c)' log
}

@test "a cache destroyed and made anew is noticed" {
	oracle create "$one_addr" phoenix
	capture -a "$one_addr" -c '^phoenix$'
	within 60 grep -q 'watching cache=phoenix' log
	oracle destroy "$one_addr" phoenix
	oracle create "$one_addr" phoenix
	within 60 eval '(($(grep -c "watching cache=phoenix" log) > 1))'
	within 60 eval '(($(grep -c "snapshot done" log) > 1))'
	oracle put "$one_addr" phoenix k second-life
	within 60 arrived second-life
	finish
}

@test "a query that died with the cluster's activity is noticed" {
	oracle create "$one_addr" nap
	capture -a "$one_addr" -c nap
	within 60 grep -q 'watching cache=nap' log
	oracle state "$one_addr" inactive
	oracle state "$one_addr" active
	within 60 eval '(($(grep -c "watching cache=nap" log) > 1))'
	oracle put "$one_addr" nap k awake
	within 60 arrived awake
	finish
}

@test "live only: nothing that was there, everything that comes" {
	oracle fill "$one_addr" liveonly 1000
	capture -a "$one_addr" -c liveonly --live-only
	within 60 grep -q 'watching cache=liveonly' log
	# A query is live some moments after the server says so.
	within 60 eval 'oracle put "$one_addr" liveonly k first-one &&
		arrived first-one'
	finish
	run -0 bash -c 'state -s <stream 2>&1 >/dev/null'
	[[ $output == *rows=0* ]]
}

@test "a reader too slow: hung up, caught up, and the end is right" {
	oracle create "$one_addr" slow
	mkfifo pipe; : >stream
	gg-capture -v -a "$one_addr" -c slow --buffer 1M >pipe 2>log &
	pid=$!
	exec 7<pipe
	within 60 grep -q 'snapshot done' log
	# Nobody reads; some megabytes more than buffer and pipe hold. A
	# removal while no query is live would not be found, so none here.
	oracle mutate "$one_addr" slow --keys=500 --count=20000 \
		--value-bytes=1000 --removes=0
	within 60 grep -q 'reader too slow' log
	cat <&7 >stream &
	reader=$!
	exec 7<&-
	within 60 eval '(($(grep -c "snapshot done" log) > 1))'
	oracle put "$one_addr" slow last the-last-one
	within 60 arrived the-last-one
	finish
	wait "$reader"
	same_as_now "$one_addr" slow
}

@test "expired entries are removed when asked, and kept when not" {
	thin -a "$one_addr" expiring brief 300
	gg-capture -v -a "$one_addr" -c brief >other 2>otherlog &
	other=$!
	capture -a "$one_addr" -c brief --expired
	within 60 grep -q 'snapshot done' log
	within 60 grep -q 'snapshot done' otherlog
	thin -a "$one_addr" put brief 1 10
	within 60 eval '[ "$(oracle size "$one_addr" brief)" = 0 ]'
	oracle put "$one_addr" brief last the-last-one
	within 60 arrived the-last-one
	within 60 arrived the-last-one other
	finish
	kill "$other"
	wait "$other"
	[ "$(state <stream | grep -vc 7468652d6c6173742d6f6e65)" = 0 ]
	[ "$(state <other | grep -vc 7468652d6c6173742d6f6e65)" = 10 ]
}

@test "values of 16 MiB" {
	head -c 16777216 /dev/zero | tr '\0' x >huge
	oracle create "$one_addr" huge
	gen 1 16777216 huge ignite | gg-apply -a "$one_addr" >acks
	gg-capture -a "$one_addr" -c huge --once | state >got
	[ "$(wc -l <got)" = 1 ]
	(($(wc -c <got) > 2 * 16777216))
}

@test "an unknown cache: 78, and what there is" {
	oracle create "$one_addr" known
	run -78 gg-capture -a "$one_addr" -c unknown --once
	[[ $output == *"no cache unknown"*known* ]]
}

@test "an inactive cluster: 69, and what to do" {
	oracle state "$one_addr" inactive
	run -69 gg-capture -a "$one_addr" -c '^' --once
	oracle state "$one_addr" active
	[[ $output == *inactive*activate* ]]
}

@test "a next stage that leaves is not our failure" {
	oracle fill "$one_addr" gone 50000
	run bash -c 'gg-capture -a "$one_addr" -c gone --once | head -c 1000 \
		>/dev/null; echo "${PIPESTATUS[0]}"'
	[ "$output" = 141 ]
}
