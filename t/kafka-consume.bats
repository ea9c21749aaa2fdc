#!/usr/bin/env bats
# kafka-consume without a broker: what it says before it needs one.

# shellcheck disable=SC2016 # for the inner shell
bats_require_minimum_version 1.5.0

setup() {
	bats_load_library bats-support
	bats_load_library bats-assert
	cd "$BATS_TEST_TMPDIR" || return
}

# wrong STATUS TEXT ARGUMENT...: it ends so, and says so.
wrong() {
	local status=$1 text=$2

	shift 2
	run "-$status" --separate-stderr timeout 20 \
	    bash -c 'kafka-consume "$@" | cat >out; exit ${PIPESTATUS[0]}' - "$@"
	# shellcheck disable=SC2154 # by run
	[[ ${stderr_lines[0]} == "kafka-consume: "*"$text"* ]] ||
	    fail "said: $stderr"
}

@test "helps" {
	run -0 kafka-consume --help
	assert_line --index 0 --partial 'usage: kafka-consume '
	local line
	for line in "${lines[@]}"; do
		[ ${#line} -le 80 ]
	done
	run -0 kafka-consume -V
}

@test "wants brokers, topics, and a group or partitions" {
	wrong 64 'which brokers?' -t x -G g
	wrong 64 'which topics?' -b localhost -G g
	wrong 64 '-G GROUP' -b localhost -t x
	wrong 64 'where to begin' -b localhost -t x -p 0
	wrong 64 'where to begin' -b localhost -t x -p 0 -o stored
}

@test "checks options before it writes" {
	wrong 64 '--offset now' -b localhost -t x -G g -o now
	wrong 64 '--partitions 1,' -b localhost -t x -p 1, -o end
	wrong 64 '--partitions 4-2' -b localhost -t x -p 4-2 -o end
	wrong 64 '--partitions a' -b localhost -t x -p a -o end
	wrong 64 'need' -b localhost -t '^x' -p 0 -o end
	wrong 78 "topic name 'a b'" -b localhost -t 'a b' -G g
	wrong 64 'the one for types' -b localhost -t ggpipe.types -G g
	wrong 64 'window' -b localhost -t x -G g --window 0
	[ ! -s out ]
}

@test "passes properties to librdkafka, but not those that make it safe" {
	local p

	for p in enable.auto.commit=true enable.auto.offset.store=true \
	    auto.offset.reset=latest isolation.level=read_uncommitted \
	    check.crcs=false enable.partition.eof=false \
	    allow.auto.create.topics=true; do
		wrong 64 "-X ${p%%=*}: is always" -b localhost -t x -G g \
		    -X "$p"
	done
	run -0 kafka-consume -b localhost -X dump
	assert_line 'enable.auto.commit = false'
	assert_line 'auto.offset.reset = error'
	assert_line 'isolation.level = read_committed'
	assert_line 'topic.blacklist = ^ggpipe\.types$'
	run -0 kafka-consume -b localhost -X dump --no-types
	refute_output --partial 'topic.blacklist'
	run -0 kafka-consume -X list
	assert_output --partial 'fetch.min.bytes'
}

@test "finds the group in the properties, and lets -G win" {
	printf 'bootstrap.servers=127.0.0.1:1\ngroup.id=mine\n' >props
	wrong 69 'brokers 127.0.0.1:1' -F props -t x --give-up-after 300ms
	echo 'auto.offset.reset=earliest' >>props
	echo 'enable.auto.commit=true' >>props
	run -0 kafka-consume -F props -X dump
	assert_line 'group.id = mine'
	assert_line 'auto.offset.reset = error'
	assert_line 'enable.auto.commit = false'
}

@test "gives up when there is no broker" {
	wrong 69 'brokers 127.0.0.1:1: no answer: ' -b 127.0.0.1:1 -t x -G g \
	    --give-up-after 500ms
	[[ $stderr == *'Connection refused'* ]]
}
