#!/usr/bin/env bats
# kafka-produce and kafka-consume against real brokers; kcat, which shares
# no code with them but librdkafka, looks from outside.

# shellcheck disable=SC2016,SC2154 # for inner shells; t/services says it
# shellcheck disable=SC2030,SC2031 # a test is a shell of its own, on purpose
bats_require_minimum_version 1.5.0

load helpers

setup_file() {
	live_file
	services 'kafka k' 'kafka s sasl acl' 'kafka w tls'
}

teardown_file() {
	live_end
}

setup() {
	live_test
	PATH=${BIN:-$PWD/bin}:${BUILD:-$PWD/build}/t/tools:$PATH
	cd "$BATS_TEST_TMPDIR" || return
	b=$k_brokers
	topic=$id
}

teardown() {
	local pid

	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" || :
	done
}

make_topic() {
	"$root/t/services" topic "$dir" k create "$@" 3>&-
}

# all TOPIC PARTITIONS...: the stream of what is in them.
all() {
	kafka-consume -b "$b" -t "$1" -p "$2" -o beginning -e "${@:3}"
}

# essence: of a stream, what must be the same whatever way it took, sorted.
essence() {
	frame-dump | jq -c 'select(.frame == "record") | [.op, .raw, .headers]' |
	    sort
}

# holds TOPIC N: so many records come of partition 0.
holds() {
	[ "$(all "$1" 0 | frame-dump | grep -c '"frame":"record"')" -eq "$2" ]
}

count() {
	kcat -C -q -b "$b" -t "$1" -e -f '\n' | wc -l
}

has() {
	[ "$(count "$1")" -ge "$2" ]
}

said() {
	grep -q -- "$1" "$2"
}

@test "what was produced is what is consumed" {
	gen 5000 200 c >in
	kafka-produce -b "$b" -t "$topic" --partitions 3 <in >acks
	all "$topic" 0-2 >out
	cmp <(essence <in) <(essence <out)
	# The last ACK is for all, of this run.
	run -0 bash -c 'frame-dump --acks <acks | tail -n 1'
	assert_output --partial '"seq":5000'
	assert_output --partial '"run":"6767706970650001"'
	[ "$(count "$topic")" -eq 5000 ]
}

@test "keys lie where murmur2 puts them, each in its order" {
	gen 3000 20 c ignite 50 >in
	kafka-produce -b "$b" -t "$topic" --partitions 7 <in >/dev/null
	all "$topic" 0-6 | frame-dump |
	    jq -r 'select(.frame == "record") |
		[.partition, .raw.key, .offset, .raw.value] | @tsv' >got
	[ "$(wc -l <got)" -eq 3000 ]
	# One partition for a key, and all partitions are used.
	[ "$(cut -f 1,2 got | sort -u | wc -l)" -eq 50 ]
	[ "$(cut -f 1 got | sort -u | wc -l)" -eq 7 ]
	# By key, values come in the order in which they were written.
	frame-dump <in | jq -r 'select(.frame == "record") |
	    [.raw.key, .raw.value] | @tsv' | sort -s -k 1,1 >want
	sort -s -k 1,1n -k 3,3n got | cut -f 2,4 | sort -s -k 1,1 >order
	cmp want order
}

@test "removals are tombstones, empty is not null" {
	frame-load >in <<-'END'
	{"frame":"hello","version":1,"run":"00000000000000aa","format":"bytes","origin":"t"}
	{"frame":"record","seq":1,"op":"upsert","cache":"c","raw":{"key":"YQ==","value":"MQ=="},"headers":[{"name":"h","value":"x"},{"name":"h","value":null}]}
	{"frame":"record","seq":2,"op":"upsert","cache":"c","raw":{"key":"YQ==","value":""}}
	{"frame":"record","seq":3,"op":"remove","cache":"c","raw":{"key":"YQ=="},"headers":[{"name":"g","value":""}]}
	{"frame":"record","seq":4,"op":"upsert","cache":"c","raw":{"key":"","value":"Mg=="}}
	{"frame":"record","seq":5,"op":"upsert","cache":"c","raw":{"key":"YQ==","value":"Mw=="}}
	{"frame":"end","seq":5,"records":5}
	END
	kafka-produce -b "$b" -t "$topic" --partitions 1 <in >/dev/null
	all "$topic" 0 >out
	cmp <(essence <in) <(essence <out)
	run -0 kcat -C -q -b "$b" -t "$topic" -e -f '%o %k %S %h\n'
	assert_line --index 0 '0 a 1 h=x,h=NULL'
	assert_line --index 1 '1 a 0 '
	assert_line --index 2 '2 a -1 g='
	assert_line --index 3 '3  1 '
	assert_line --index 4 '4 a 1 '
}

@test "a value of 16 MiB passes where the topic allows it" {
	gen 2 16777216 c >in
	kafka-produce -b "$b" -t "$topic" --partitions 1 \
	    --topic-config max.message.bytes=20000000 <in >/dev/null
	all "$topic" 0 >out
	cmp <(essence <in) <(essence <out)
	# And where it does not, the record is named.
	gen 3 2000000 c >in
	run -65 --separate-stderr kafka-produce -b "$b" -t "$topic.s" <in \
	    --topic-config max.message.bytes=1000000
	[[ $stderr == *"topic $topic.s: record 1 of 20"*"max.message.bytes"* ]]
	run -65 --separate-stderr kafka-produce -b "$b" -t "$topic.s" \
	    -X message.max.bytes=1500000 <in
	[[ $stderr == *'record 1 of 20'*'message.max.bytes=1500000'* ]]
}

@test "caches have topics of their own, made as wished" {
	{ gen 10 20 one; } | kafka-produce -b "$b" --topic-prefix "$topic." \
	    --partitions 5 --topic-config cleanup.policy=compact >/dev/null
	gen 10 20 two | kafka-produce -b "$b" -t "$topic.{cache}.x" >/dev/null
	run -0 kcat -L -J -b "$b"
	[ "$(jq ".topics[] | select(.topic == \"$topic.one\") |
	    .partitions | length" <<<"$output")" -eq 5 ]
	[ "$(count "$topic.two.x")" -eq 10 ]
	run -78 --separate-stderr kafka-produce -b "$b" \
	    --topic-prefix "$topic." < <(gen 1 20 'no way')
	[[ $stderr == *'cache no way: '*"not ' '"* ]]
	run -78 --separate-stderr kafka-produce -b "$b" -t "$topic.none" \
	    --no-create < <(gen 1 20)
	[[ $stderr == *"topic $topic.none does not exist"* ]]
	run -78 --separate-stderr kafka-produce -b "$b" -t "$topic.none" \
	    --replication-factor 3 < <(gen 1 20)
	[[ $stderr == *"create topic $topic.none: "* ]]
}

@test "all codecs are read again" {
	local z

	gen 1000 200 c >in
	for z in none gzip snappy lz4 zstd; do
		kafka-produce -b "$b" -t "$topic.$z" -z $z <in >/dev/null
		cmp <(essence <in) <(all "$topic.$z" 0 | essence)
	done
}

@test "the time of a record is kept on request" {
	frame-load >in <<-'END'
	{"frame":"hello","version":1,"run":"00000000000000aa","format":"bytes","origin":"t"}
	{"frame":"record","seq":1,"op":"upsert","cache":"c","time":"2020-02-29T01:02:03.004Z","raw":{"key":"YQ==","value":"MQ=="}}
	{"frame":"end","seq":1,"records":1}
	END
	kafka-produce -b "$b" -t "$topic" --keep-time <in >/dev/null
	kafka-produce -b "$b" -t "$topic" <in >/dev/null
	run -0 kcat -C -q -b "$b" -t "$topic" -e -f '%T\n'
	assert_line --index 0 1582938123004
	[ "${lines[1]}" -gt 1700000000000 ]
}

# types_stream: a record, a type, a record that may need it, again.
types_stream() {
	cat <<-'END'
	{"frame":"hello","version":1,"run":"00000000000000aa","format":"ignite","origin":"t"}
	{"frame":"type","id":-7,"raw":{"class_name":"QQ==","meta":"+f///w=="}}
	{"frame":"record","seq":1,"op":"upsert","cache":"c","raw":{"key":"YQ==","value":"MQ=="}}
	{"frame":"type","id":8,"raw":{"meta":"CAAAAA=="}}
	{"frame":"type","id":8,"raw":{"meta":"CAAAAAE="}}
	{"frame":"record","seq":2,"op":"upsert","cache":"c","raw":{"key":"YQ==","value":"Mg=="}}
	{"frame":"mark","seq":9}
	{"frame":"end","seq":9,"records":2}
	END
}

@test "types travel in a topic of their own, ahead of the records" {
	types_stream | frame-load >in
	kafka-produce -b "$b" -t "$topic.d" --types-topic "$topic.t" <in >acks
	run -0 bash -c 'frame-dump --acks <acks | tail -n 1'
	assert_output --partial '"seq":9'
	run -0 kcat -C -q -b "$b" -t "$topic.t" -e -f '%k\n'
	[ "${#lines[@]}" -eq 3 ]
	assert_line --index 0 --regexp '^-7:[0-9a-f]{16}$'
	assert_line --index 1 --regexp '^8:[0-9a-f]{16}$'
	[ "${lines[1]}" != "${lines[2]}" ]
	run -0 kcat -L -J -b "$b"
	[ "$(jq ".topics[] | select(.topic == \"$topic.t\") |
	    .partitions | length" <<<"$output")" -eq 1 ]
	# Again, and they come out in front, byte for byte.
	all "$topic.d" 0 --types-topic "$topic.t" | frame-dump >out
	cmp <(jq -c 'select(.frame == "type") | .raw' out) \
	    <(frame-dump <in | jq -c 'select(.frame == "type") | .raw')
	run -0 jq -r .frame out
	assert_output "$(printf '%s\n' hello type type type record record end)"
	# The topic of types is no data, even if a pattern says so.
	kafka-consume -b "$b" -t "^$topic\\." -G "$topic" -o beginning -e \
	    --types-topic "$topic.t" | frame-dump >out
	[ "$(grep -c '"frame":"record"' out)" -eq 2 ]
	[ "$(grep -c '"frame":"type"' out)" -eq 3 ]
	# Neither written nor read where nobody wants them.
	kafka-produce -b "$b" -t "$topic.e" --no-types <in >/dev/null
	all "$topic.e" 0 --no-types | frame-dump >out
	[ "$(grep -c '"frame":"type"' out)" -eq 0 ]
}

@test "no record is sent before the types ahead of it are durable" {
	# A topic that takes nothing.
	make_topic "$topic.t" partitions=1 max.message.bytes=10
	make_topic "$topic.d" partitions=1
	types_stream | frame-load >in
	run -65 --separate-stderr kafka-produce -b "$b" -t "$topic.d" \
	    --types-topic "$topic.t" <in
	[[ $stderr == *"topic $topic.t: a type of "* ]]
	[ "$(count "$topic.d")" -eq 0 ]
}

@test "a type that is written later comes before its record" {
	make_topic "$topic.d" partitions=2
	kafka-consume -b "$b" -t "$topic.d" -G "$topic" -o beginning -v \
	    --types-topic "$topic.t" 2>log 3>&- > >(frame-dump >out 3>&-) &
	pids+=($!)
	within 20 said 'partitions gained=2' log
	local i
	for i in 1 2 3; do
		types_stream | frame-load | kafka-produce -b "$b" \
		    -t "$topic.d" --types-topic "$topic.t" >/dev/null
		within 20 eval "[ \$(grep -c '\"record\"' out) -ge $((i * 2)) ]"
	done
	kill "${pids[0]}"
	wait "${pids[0]}"
	pids=()
	within 10 said '"frame":"end"' out
	run -0 jq -r .frame out
	assert_line --index 0 hello
	assert_line --index 1 type
	[ "$(grep -c type <<<"$output")" -eq 9 ]
}

# chain NAME ARG...: consume from $topic with these, produce into $topic.o,
# acknowledged; pids of both in $first and $last.
chain() {
	local name=$1

	shift
	mkfifo "$name.acks" "$name.data"
	kafka-produce -b "$b" -t "$topic.o" --partitions 1 <"$name.data" \
	    >"$name.acks" 2>"$name.out.log" 3>&- &
	last=$!
	kafka-consume -b "$b" -t "$topic" -G "$topic" -v "$@" \
	    --acks "$name.acks" >"$name.data" 2>"$name.log" 3>&- &
	first=$!
	pids+=("$first" "$last")
}

# committed: offsets of the group on $topic, all partitions, as one number.
committed() {
	local p sum=0 o

	for p in $(seq 0 $(($1 - 1))); do
		o=$(kafka-consume -b "$b" -t "$topic" -G "$topic" -p "$p" \
		    -o beginning -e | frame-dump | jq -s \
		    '[.[] | select(.frame == "record")] | length')
		sum=$((sum + o))
	done
	echo $sum
}

@test "a group goes on where it was acknowledged" {
	make_topic "$topic" partitions=3
	gen 1000 50 | kafka-produce -b "$b" -t "$topic" >/dev/null
	# Nothing stored, and nobody said where to begin.
	run -79 bash -c 'kafka-consume -b "$1" -t "$2" -G "$2" -e 2>&1 |
	    cat; exit ${PIPESTATUS[0]}' - "$b" "$topic"
	assert_output --partial \
	    'no offset stored: say where to begin with --offset'
	chain a -o beginning -e
	wait "$first"
	wait "$last"
	has "$topic.o" 1000
	[ "$(committed 3)" -eq 0 ]
	gen 10 50 | kafka-produce -b "$b" -t "$topic" >/dev/null
	# -o says where to begin where nothing is stored, nothing else.
	chain b -o beginning -e
	wait "$first"
	wait "$last"
	[ "$(count "$topic.o")" -eq 1010 ]
	said 'committed_total=10' b.log
}

@test "what is not acknowledged is not committed" {
	make_topic "$topic" partitions=2
	gen 1000 50 | kafka-produce -b "$b" -t "$topic" >/dev/null
	mkfifo acks
	# The reader takes all, and acknowledges 400 of them.
	kafka-consume -b "$b" -t "$topic" -G "$topic" -o beginning -e -v \
	    --acks acks 2>log >data 3>&- &
	pids+=($!)
	exec {ack}>acks
	within 20 eval 'frame-dump <data 2>/dev/null | grep -q "\"seq\":1000"'
	printf '{"frame":"ack","run":%s,"seq":400}\n' \
	    "$(frame-dump <data 2>/dev/null | jq .run | head -n 1)" |
	    frame-load --acks >&$ack
	exec {ack}>&-
	wait "${pids[0]}" || status=$?
	[ "$status" -eq 75 ]
	pids=()
	said 'committed_total=400' log
	[ "$(committed 2)" -eq 600 ]
}

@test "two share the work, whoever comes and goes" {
	local strategy n=0

	for strategy in range cooperative-sticky; do
		topic=$id.$strategy
		make_topic "$topic" partitions=6
		gen 20000 50 | kafka-produce -b "$b" -t "$topic" >/dev/null
		chain "a$n" -o beginning --commit-interval 200ms \
		    -X partition.assignment.strategy=$strategy
		local a=$first
		within 30 has "$topic.o" 5000
		chain "b$n" -o beginning --commit-interval 200ms \
		    -X partition.assignment.strategy=$strategy
		within 30 said 'partitions gained=[1-5] ' "b$n.log"
		gen 20000 50 | kafka-produce -b "$b" -t "$topic" >/dev/null
		within 30 has "$topic.o" 40000
		# It leaves, and the other has all.
		kill "$a"
		wait "$a"
		within 30 said 'now=6' "b$n.log"
		gen 5000 50 | kafka-produce -b "$b" -t "$topic" >/dev/null
		within 30 has "$topic.o" 45000
		kill "$first"
		wait "$first"
		wait "$last"
		# None was missed, none was sent twice: all left in good order.
		[ "$(count "$topic.o")" -eq 45000 ]
		[ "$(committed 6)" -eq 0 ]
		n=$((n + 1))
	done
}

@test "a member that can't write keeps serving its group" {
	make_topic "$topic" partitions=4
	gen 200000 100 | kafka-produce -b "$b" -t "$topic" >/dev/null
	mkfifo stuck
	exec {stuck}<>stuck
	kafka-consume -b "$b" -t "$topic" -G "$topic" -o beginning -v \
	    --drain-timeout 1s >stuck 2>a.log 3>&- &
	pids+=($!)
	within 20 said 'partitions gained=4' a.log
	kafka-consume -b "$b" -t "$topic" -G "$topic" -o end -v \
	    2>b.log >b.out 3>&- &
	pids+=($!)
	# Long before max.poll.interval.ms of five minutes.
	within 30 said 'partitions gained=2' b.log
	said 'partitions given away' a.log
	exec {stuck}>&-
}

@test "a reader that is slower than the broker is never kept waiting" {
	local i

	make_topic "$topic" partitions=4
	gen 200000 200 | kafka-produce -b "$b" -t "$topic" >/dev/null
	# A small queue is full all the time; what follows must not be lost,
	# and librdkafka must not take a second off after each piece.
	for i in 1 2 3 4; do
		timeout 30 kafka-consume -b "$b" -t "$topic" -p 0-3 \
		    -o beginning -e -X queued.max.messages.kbytes=1024 |
		    frame-dump --no-raw | wc -l >lines
		[ "$(<lines)" -eq 200002 ]
	done
}

@test "the window is a bound" {
	make_topic "$topic" partitions=2
	gen 5000 50 | kafka-produce -b "$b" -t "$topic" >/dev/null
	mkfifo acks
	exec {ack}<>acks
	kafka-consume -b "$b" -t "$topic" -G "$topic" -o beginning \
	    --window 100 --drain-timeout 1s --acks acks >data 2>log 3>&- &
	pids+=($!)
	within 20 eval 'frame-dump <data 2>/dev/null | grep -q "\"seq\":100,"'
	printf '{"frame":"ack","run":%s,"seq":60}\n' \
	    "$(frame-dump <data 2>/dev/null | jq .run | head -n 1)" |
	    frame-load --acks >&$ack
	within 20 eval 'frame-dump <data 2>/dev/null | grep -q "\"seq\":160,"'
	run frame-dump <data
	refute_output --partial '"seq":161,'
	exec {ack}>&-
}

@test "begins where it is told" {
	frame-load >in <<-'END'
	{"frame":"hello","version":1,"run":"00000000000000aa","format":"bytes","origin":"t"}
	{"frame":"record","seq":1,"op":"upsert","cache":"c","time":"2020-01-01T00:00:00Z","raw":{"key":"YQ==","value":"MQ=="}}
	{"frame":"record","seq":2,"op":"upsert","cache":"c","time":"2021-01-01T00:00:00Z","raw":{"key":"YQ==","value":"Mg=="}}
	{"frame":"record","seq":3,"op":"upsert","cache":"c","time":"2022-01-01T00:00:00Z","raw":{"key":"YQ==","value":"Mw=="}}
	{"frame":"end","seq":3,"records":3}
	END
	kafka-produce -b "$b" -t "$topic" --keep-time <in >/dev/null
	offsets() {
		kafka-consume -b "$b" -t "$topic" -p 0 -e -o "$1" | frame-dump |
		    jq -c 'select(.frame == "record").offset' | xargs
	}
	[ "$(offsets beginning)" = '0 1 2' ]
	[ "$(offsets end)" = '' ]
	[ "$(offsets 1)" = '1 2' ]
	[ "$(offsets -2)" = '1 2' ]
	[ "$(offsets -20)" = '0 1 2' ]
	[ "$(offsets s@1609459200000)" = '1 2' ]
	[ "$(offsets s@1900000000000)" = '' ]
	run -79 bash -c 'kafka-consume -b "$1" -t "$2" -p 0 -e -o 99 2>&1 |
	    cat; exit ${PIPESTATUS[0]}' - "$b" "$topic"
	assert_output --partial 'is not there (any more)'
}

@test "ends at the end though transactions leave offsets without records" {
	make_topic "$topic" partitions=1
	gen 10 50 | kafka-produce -b "$b" -t "$topic" >/dev/null
	printf 'a\nb\n' | kcat -P -b "$b" -t "$topic" -p 0 \
	    -X transactional.id="$topic" 3>&-
	# The commit is answered before its marker is in the partition; until
	# then the end lies before the transaction.
	within 20 holds "$topic" 12
}

@test "stops between records when it is told to, and says END" {
	make_topic "$topic" partitions=2
	kafka-consume -b "$b" -t "$topic" -G "$topic" -o end -v \
	    2>log >data 3>&- &
	pids+=($!)
	within 20 said 'partitions gained=2' log
	kill "${pids[0]}"
	wait "${pids[0]}"
	pids=()
	run -0 frame-dump <data
	assert_line --index 1 --partial '"frame":"end"'
	# A first start at the end is remembered, when acknowledgements are.
	chain a -o end
	within 20 said 'partitions gained=2' a.log
	kill "$first"
	wait "$first"
	wait "$last"
	gen 5 50 | kafka-produce -b "$b" -t "$topic" >/dev/null
	chain b -e
	wait "$first"
	[ "$(count "$topic.o")" -eq 5 ]
}

@test "names topics that are missing, waits for those that match" {
	run -78 bash -c 'kafka-consume -b "$1" -t nosuch -G g 2>&1 | cat
	    exit ${PIPESTATUS[0]}' - "$b"
	assert_output --partial 'topic nosuch does not exist'
	kafka-consume -b "$b" -t "^$topic\$" -G "$topic" -o beginning \
	    -X topic.metadata.refresh.interval.ms=500 3>&- \
	    > >(frame-dump >out 3>&-) &
	pids+=($!)
	gen 5 50 | kafka-produce -b "$b" -t "$topic" >/dev/null
	within 30 said '"seq":5' out
}

@test "more partitions in the middle of a run trip a guard" {
	make_topic "$topic" partitions=2
	mkfifo in
	kafka-produce -b "$b" -t "$topic" -v <in >acks 2>log 3>&- \
	    -X topic.metadata.refresh.interval.ms=100 &
	pids+=($!)
	exec {in}>in
	gen 100 50 >frames
	head -c 5000 frames >&$in
	within 20 said 'partitions=2' log
	bare-kafka partitions "$b" "$topic" 4
	tail -c +5001 frames | head -c 3000 >&$in
	within 20 eval "{ printf '' >&$in; gone ${pids[0]}; }" || :
	exec {in}>&-
	wait "${pids[0]}" || status=$?
	[ "$status" -eq 79 ]
	pids=()
	said "has 4 partitions and had 2" log
}

@test "a producer that is killed has acknowledged only what is there" {
	gen 300000 100 >in
	mkfifo acks
	frame-dump --acks <acks >seen 3>&- &
	kafka-produce -b "$b" -t "$topic" --partitions 1 <in >acks 3>&- &
	pids+=($!)
	within 20 said '"seq":' seen
	kill -9 "${pids[0]}"
	wait "${pids[0]}" || :
	wait
	pids=()
	[ "$(count "$topic")" -ge "$(tail -n 1 seen | jq .seq)" ]
	# A stage before it that died: what came whole is delivered.
	head -c 100000 in >cut.frames
	run -75 kafka-produce -b "$b" -t "$topic.c" <cut.frames
	run -0 bash -c 'frame-dump <cut.frames 2>/dev/null | grep -c "\"record\""'
	[ "$(count "$topic.c")" -eq "$output" ]
}

@test "a broker that goes away and comes back loses nothing" {
	cd "$root"
	t/services start "$dir" kafka r 3>&-
	read_env
	cd "$BATS_TEST_TMPDIR"
	b=$r_brokers
	mkfifo in
	kafka-produce -b "$b" -t "$topic" --partitions 1 <in >acks 2>log 3>&- &
	pids+=($!)
	exec {in}>in
	gen 2000 100 >frames
	head -c 100000 frames >&$in
	within 20 has "$topic" 500
	(cd "$root" && t/services stop "$dir" r --kill 3>&-)
	tail -c +100001 frames >&$in
	exec {in}>&-
	(cd "$root" && t/services restart-node "$dir" r 3>&-)
	wait "${pids[0]}"
	pids=()
	[ "$(count "$topic")" -eq 2000 ]
	# With --give-up-after it is not for ever.
	(cd "$root" && t/services stop "$dir" r 3>&-)
	run -69 --separate-stderr kafka-produce -b "$b" -t "$topic" \
	    --give-up-after 1s <frames
	[[ $stderr == *"brokers $b: no answer"* ]]
	(cd "$root" && t/services restart-node "$dir" r 3>&-)
	mkfifo in2
	kafka-produce -b "$b" -t "$topic" --give-up-after 2s <in2 >acks \
	    2>log2 3>&- &
	pids+=($!)
	exec {in}>in2
	head -c 100000 frames >&$in
	within 20 has "$topic" 2300
	(cd "$root" && t/services stop "$dir" r --kill 3>&-)
	tail -c +100001 frames >&$in
	wait "${pids[0]}" || status=$?
	exec {in}>&-
	[ "$status" -eq 69 ]
	said 'nothing delivered for 2 s' log2
}

@test "logs in with PLAIN and SCRAM" {
	local m module

	gen 10 20 >in
	printf 'pw=%s\n' "$(<"$s_password_file")" >secret
	for m in PLAIN SCRAM-SHA-256; do
		module=scram.ScramLoginModule
		[ $m = PLAIN ] && module=plain.PlainLoginModule
		cat >props <<-END
			bootstrap.servers=$s_brokers
			security.protocol=SASL_PLAINTEXT
			sasl.mechanism=$m
			sasl.jaas.config=org.apache.kafka.common.security.$module \\
			    required username="$s_user" password="\${file:$PWD/secret:pw}";
		END
		kafka-produce -F props -t "$topic.$m" <in >/dev/null
		kafka-consume -F props -t "$topic.$m" -p 0 -o beginning -e >out
		cmp <(essence <in) <(essence <out)
		run -77 --separate-stderr kafka-produce -F props -t x \
		    -X 'sasl.password=${env:HOME}' <in
		[[ $stderr == *'uthentication'* ]]
		refute [ "${stderr/$HOME/}" != "$stderr" ]
	done
	run -78 --separate-stderr kafka-produce -F props -t x \
	    -X sasl.mechanism=SCRAM-SHA-512 <in
	[[ $stderr == *'PLAIN,SCRAM-SHA-256'* ]]
}

@test "says what a user may not do" {
	gen 10 20 >in
	kafka-produce -b "$s_brokers" -F "$s_config" -t "$topic" <in >/dev/null
	run -77 --separate-stderr kafka-produce -b "$s_brokers" \
	    -F "$s_alice_config" -t "$topic.new" <in
	[[ $stderr == *"create topic $topic.new: "*uthoriz* ]]
	run -77 bash -c 'kafka-consume -b "$1" -F "$2" -t "$3" -G g -e 2>&1 |
	    cat; exit ${PIPESTATUS[0]}' - "$s_brokers" "$s_alice_config" "$topic"
	assert_output --partial "topic $topic: "
	"$root/t/services" topic "$dir" s allow alice read topic "$topic" 3>&-
	run -77 bash -c 'kafka-consume -b "$1" -F "$2" -t "$3" -G g -o end -e \
	    2>&1 | cat; exit ${PIPESTATUS[0]}' - "$s_brokers" \
	    "$s_alice_config" "$topic"
	assert_output --partial 'types (--no-types does without): topic'
	run -77 bash -c 'kafka-consume -b "$1" -F "$2" -t "$3" -G g -o end -e \
	    --no-types 2>&1 | cat; exit ${PIPESTATUS[0]}' - "$s_brokers" \
	    "$s_alice_config" "$topic"
	assert_output --partial 'roup authorization failed'
	run -77 --separate-stderr kafka-produce -b "$s_brokers" \
	    -F "$s_alice_config" -t "$topic" <in
}

@test "speaks TLS, and says when one side does not" {
	gen 10 20 >in
	kafka-produce -b "$w_brokers" -F "$w_config" -t "$topic" <in >/dev/null
	kafka-consume -b "$w_brokers" -t "$topic" -p 0 -o beginning -e \
	    -X security.protocol=ssl -X ssl.ca.location="$w_ca" >out
	cmp <(essence <in) <(essence <out)
	printf '%s\n' security.protocol=SSL ssl.truststore.type=PEM \
	    "ssl.truststore.location=$w_ca" >props
	kafka-produce -b "$w_brokers" -F props -t "$topic" <in >/dev/null
	run -78 --separate-stderr kafka-produce -b "$w_brokers" -t x <in
	[[ $stderr == *'perhaps the broker wants TLS'* ]]
	run -78 --separate-stderr kafka-produce -b "$w_brokers" -t x <in \
	    -X security.protocol=ssl
	[[ $stderr == *'certificate verify failed'* ]]
	run -78 --separate-stderr kafka-produce -b "$b" -t x <in -F props
	[[ $stderr == *'does not speak TLS on this port'* ]]
}
