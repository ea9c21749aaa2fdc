#!/usr/bin/env bats
# Whole chains: cluster, Kafka, cluster. What is equal is said by Java's own
# client, never by ours.

bats_require_minimum_version 1.5.0
load helpers

setup_file() {
	live_file
	services 'ignite left region=1024' 'ignite right region=1024' 'kafka k'
}

teardown_file() {
	live_end
}

setup() {
	live_test
}

teardown() {
	live_over
}

# disk_cluster: one that keeps its data; made by the first test that needs it.
disk_cluster() {
	[ -n "${disk_addr:-}" ] || services 'ignite disk pds'
}

# mutating FROM CACHE [OPTION...]: another client changes keys 0 to 4999 at
# random from now on, until mutated.
mutating() {
	rm -f "$BATS_TEST_TMPDIR/enough"
	oracle mutate "$1" "$2" --keys=5000 --rate=2000 \
		--until="$BATS_TEST_TMPDIR/enough" "${@:3}" >&2 &
	mutator=$!
	within 30 has_some "$1" "$2"
}

mutated() {
	: >"$BATS_TEST_TMPDIR/enough"
	wait "$mutator"
}

@test "a million entries, while another client changes 100,000 of them" {
	oracle fill "$left_addr" big 1000000 --value-bytes=100
	chains "$left_addr" "$right_addr" big
	oracle mutate "$left_addr" big --keys=1000000 --count=100000 \
		--value-bytes=100
	equal 180 "$left_addr" "$right_addr" big
	stop_chains
	oracle destroy "$left_addr" big
	oracle destroy "$right_addr" big
}

@test "every type, as value, as key, as field: equal objects, equal bytes" {
	oracle types-write "$left_addr"
	once '^types_'
	local only='--only=types_(values|keys|objects)'
	run oracle types-check "$left_addr" "$right_addr" "$only"
	assert_success
	assert_line --regexp '^objects: checked [0-9]{3}, failed 0$'
	# A class that is named only deep inside of what Java serialized is
	# not found; its bytes are the same all the same.
	run -1 oracle types-check "$left_addr" "$right_addr" --only=types_opaque
	assert_line --partial 'EnumSet: right cannot be read'
	assert_line --regexp '^objects: checked [0-9]+, failed 1$'
	assert_line 'bytes: equal 4, wrong 0, bytes differ 0, missing 0, extra 0'
}

@test "every SQL column type, under a composite key, is read by SQL" {
	oracle sql-types-write "$left_addr"
	oracle sql-types-create "$right_addr"
	once sqltypes
	run -0 oracle sql-types-check "$left_addr" "$right_addr"
	assert_output 'rows 50, wrong 0'
	run -0 oracle compare "$left_addr" "$right_addr" sqltypes
}

@test "keys of several columns, through updates and removals by SQL" {
	local table='(a INT, b VARCHAR, c BIGINT, v VARCHAR, PRIMARY KEY
		(a, b, c)) WITH "cache_name=wide,key_type=WideKey,
		value_type=Wide,affinity_key=b"'
	table=${table//[$'\n\t']/ }
	oracle sql "$left_addr" "CREATE TABLE wide $table"
	oracle sql "$right_addr" "CREATE TABLE wide $table"
	chains "$left_addr" "$right_addr" wide
	oracle sql "$left_addr" "INSERT INTO wide (a, b, c, v)
		SELECT x, 'b' || MOD(x, 7), x * 10000000000, 'v' || x
		FROM SYSTEM_RANGE(1, 5000)" \
		"UPDATE wide SET v = v || '!' WHERE MOD(a, 3) = 0" \
		"DELETE FROM wide WHERE MOD(a, 5) = 0"
	equal 60 "$left_addr" "$right_addr" wide
	run -0 oracle sql "$right_addr" \
		"SELECT COUNT(*), SUM(a), MAX(c) FROM wide" \
		"SELECT v FROM wide WHERE a = 9 AND b = 'b2' AND c = 90000000000"
	assert_line --index 0 $'4000\t10000000\t49990000000000'
	assert_line --index 1 'v9!'
	stop_chains
}

@test "a cache destroyed and made anew, and a new one, while chains run" {
	oracle fill "$left_addr" fleeting1 2000
	chains "$left_addr" "$right_addr" '^fleeting'
	equal 60 "$left_addr" "$right_addr" fleeting1
	oracle destroy "$left_addr" fleeting1
	oracle fill "$left_addr" fleeting1 3000 --seed=2
	oracle fill "$left_addr" fleeting2 500
	equal 60 "$left_addr" "$right_addr" fleeting1,fleeting2
	# Live again, not only scanned again.
	oracle remove "$left_addr" fleeting1 7L
	oracle put "$left_addr" fleeting2 7L changed
	equal 60 "$left_addr" "$right_addr" fleeting1,fleeting2
	stop_chains
	[ "$(deaths sink)" -eq 1 ]
}

@test "a sink that is started before there is anything waits for it" {
	local args=()
	sink_args "$right_addr"
	chain sink "${args[0]}" -v "${args[@]:1}"
	within 30 grep -qs '^kafka-consume: info: ready' \
		"$dir/chains/$id.sink/log"
	oracle fill "$left_addr" later 100
	source_args "$left_addr" later
	chain source "${args[@]}"
	equal 60 "$left_addr" "$right_addr" later
	[ "$(deaths sink)" -eq 0 ]
	stop_chains
}

@test "chains stopped and started again in the middle of changes" {
	oracle create "$left_addr" stops
	chains "$left_addr" "$right_addr" stops
	mutating "$left_addr" stops --removes=0
	within 30 has_some "$right_addr" stops
	stop_chain source
	chains_again source "$left_addr" stops
	stop_chain sink
	chains_again sink
	mutated
	equal 60 "$left_addr" "$right_addr" stops
	stop_chains
}

# chains_again source FROM CACHE | chains_again sink
chains_again() {
	local args=()
	rm "$dir/chains/$id.$1/status"
	case $1 in
	source) source_args "$2" "$3" ;;
	sink) sink_args "$right_addr" ;;
	esac
	chain "$1" "${args[@]}"
}

@test "each stage of a sink chain killed in the middle of changes" {
	oracle create "$left_addr" sinkkill
	chains "$left_addr" "$right_addr" sinkkill
	mutating "$left_addr" sinkkill
	within 30 has_some "$right_addr" sinkkill
	kill_stage sink kafka-consume
	kill_stage sink gg-apply
	mutated
	equal 60 "$left_addr" "$right_addr" sinkkill
	stop_chains
}

# Removals that a dead source chain misses are not found yet: puts only.
@test "each stage of a source chain killed in the middle of puts" {
	oracle create "$left_addr" sourcekill
	chains "$left_addr" "$right_addr" sourcekill
	mutating "$left_addr" sourcekill --removes=0
	within 30 has_some "$right_addr" sourcekill
	kill_stage source gg-capture
	kill_stage source kafka-produce
	mutated
	equal 60 "$left_addr" "$right_addr" sourcekill
	stop_chains
}

@test "the broker killed and started again in the middle of changes" {
	oracle create "$left_addr" broken
	chains "$left_addr" "$right_addr" broken
	mutating "$left_addr" broken --removes=0
	within 30 has_some "$right_addr" broken
	t/services stop "$dir" k --kill
	t/services restart-node "$dir" k 3>&-
	mutated
	equal 90 "$left_addr" "$right_addr" broken
	stop_chains
}

@test "values that are not Ignite's: refused, or passed on when asked" {
	printf '%s\n' 'k1:just text' 'k2:{"n":1,"t":"two"}' |
		kcat -b "$k_brokers" -X allow.auto.create.topics=false \
		-t "$(foreign_topic)" -K: -P
	sink_args "$right_addr"
	run -65 --separate-stderr gg-chain -- \
		kafka-consume -e "${args[@]:1}" 3>&-
	# shellcheck disable=SC2154 # bats sets it
	[[ $stderr == *gg-apply:*foreign* ]]
	run ! oracle get "$right_addr" foreign k1

	sink_args "$right_addr" --raw-key string --raw-value string
	run -0 gg-chain -- kafka-consume -e "${args[@]:1}" 3>&-
	run -0 oracle get "$right_addr" foreign k1
	assert_output 'just text'
	run -0 oracle get "$right_addr" foreign k2
	assert_output '{"n":1,"t":"two"}'
}

foreign_topic() {
	t/services topic "$dir" k create "${prefix}foreign" >&2
	echo "${prefix}foreign"
}

@test "typed by hand, with a FIFO for the acknowledgements" {
	cd "$BATS_TEST_TMPDIR"
	mkfifo acks1 acks2
	(cd "$root" && oracle fill "$left_addr" byhand 3000 --binary)
	gg-capture --acks acks1 -a "$left_addr" -c byhand --once |
		kafka-produce -b "$k_brokers" --topic-prefix "$prefix" >acks1
	[ "${PIPESTATUS[*]}" = '0 0' ]
	kafka-consume --acks acks2 -b "$k_brokers" -t "${prefix}byhand" \
		-G "$id" -o beginning -e |
		gg-apply -a "$right_addr" --topic-prefix "$prefix" >acks2
	[ "${PIPESTATUS[*]}" = '0 0' ]
	cd "$root"
	run -0 oracle compare "$left_addr" "$right_addr" byhand
	# All of it is committed: nothing is left for the group.
	kafka-consume -b "$k_brokers" -t "${prefix}byhand" -G "$id" \
		-o beginning -e | frame-dump >"$BATS_TEST_TMPDIR/rest"
	run -0 jq -r 'select(.frame == "end").records' "$BATS_TEST_TMPDIR/rest"
	assert_output 0
}

@test "a sink that starts late, in a group of its own, knows the types" {
	oracle sql "$left_addr" 'CREATE TABLE late (id BIGINT PRIMARY KEY,
		name VARCHAR, n INT) WITH "cache_name=late,value_type=LateComer"' \
		"INSERT INTO late (id, name, n) SELECT x, 'n' || x, x
		FROM SYSTEM_RANGE(1, 500)"
	source_args "$left_addr" late
	chain source "${args[@]}"
	within 30 topic_has 500
	# Both the reader of all and the reader of the last few.
	id=$id.part
	sink_args "$right_addr"
	args=("${args[@]/#beginning/-5}")
	run -0 gg-chain -- kafka-consume -e "${args[@]:1}" 3>&-
	local some
	some=$(oracle size "$right_addr" late)
	[ "$some" -gt 0 ] && [ "$some" -le 20 ]
	oracle destroy "$right_addr" late
	id=$id.all
	sink_args "$right_addr"
	run -0 gg-chain -- kafka-consume -e "${args[@]:1}" 3>&-
	run -0 oracle compare "$left_addr" "$right_addr" late
	run -0 oracle get "$right_addr" late 77L
	assert_output --regexp 'LateComer .*N=77, NAME=n77'
	id=t$BATS_TEST_NUMBER
	stop_chain source
}

# topic_has N: records, over all partitions of the topic "late".
topic_has() {
	[ "$(t/services topic "$dir" k ends "${prefix}late" 3>&- |
		awk -F '\t' '{ n += $4 } END { print n + 0 }')" -ge "$1" ]
}

@test "the source cluster deactivated and activated again" {
	disk_cluster
	oracle fill "$disk_addr" asleep 3000
	chains "$disk_addr" "$right_addr" asleep
	equal 60 "$disk_addr" "$right_addr" asleep
	oracle state "$disk_addr" inactive
	oracle state "$disk_addr" active
	oracle fill "$disk_addr" asleep 4000 --seed=2
	oracle put "$disk_addr" asleep 1L awake
	equal 90 "$disk_addr" "$right_addr" asleep
	# Live again: a removal is seen, which no scan would.
	oracle remove "$disk_addr" asleep 2L
	equal 60 "$disk_addr" "$right_addr" asleep
	stop_chains
}

@test "a source node killed and started again between puts" {
	disk_cluster
	oracle fill "$disk_addr" fallen 3000
	chains "$disk_addr" "$right_addr" fallen
	within 30 has_some "$right_addr" fallen
	t/services stop "$dir" disk --kill
	t/services restart-node "$dir" disk 3>&-
	oracle fill "$disk_addr" fallen 4000 --seed=2
	equal 90 "$disk_addr" "$right_addr" fallen
	stop_chains
}

@test "a sink node killed and started again in the middle of changes" {
	disk_cluster
	oracle create "$left_addr" risen
	chains "$left_addr" "$disk_addr" risen
	mutating "$left_addr" risen
	within 30 has_some "$disk_addr" risen
	t/services stop "$dir" disk --kill
	t/services restart-node "$dir" disk 3>&-
	mutated
	equal 90 "$left_addr" "$disk_addr" risen
	stop_chains
}
