# gg-apply against real nodes: what arrives, in which order, and what is
# acknowledged while nodes, clusters and gg-apply itself are killed.

bats_require_minimum_version 1.5.0
load helpers

setup_file()
{
	: "${ROOT:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"
	: "${BUILD:=$ROOT/build}"
	export BATS_TEST_TIMEOUT=400
	export ROOT BUILD D=$BATS_FILE_TMPDIR/services
	mkdir "$D"
	"$ROOT/t/services" fetch
	"$ROOT/t/services" start "$D" ignite two nodes=2 &
	"$ROOT/t/services" start "$D" ignite auth auth &
	wait
	eval "$("$ROOT/t/services" env "$D")"
	[ -n "$two_addr" ] && [ -n "$auth_addr" ]
	export two_addr auth_addr auth_user auth_password_file
}

teardown_file()
{
	"$ROOT/t/services" stop-all "$D"
}

setup()
{
	PATH=${BIN:-$ROOT/bin}:$BUILD/t/tools:$PATH
	cd "$BATS_TEST_TMPDIR" || return 1
	c=c$BATS_TEST_NUMBER
	pid=''
	input=in
}

teardown()
{
	[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true
	[ -z "$pid" ] || wait "$pid" || true
}

oracle()
{
	"$ROOT/t/services" oracle "$@"
}

auth_oracle()
{
	local command=$1

	shift
	oracle "$command" "$auth_addr" "$@" --user="$auth_user" \
	    --password-file="$auth_password_file"
}

# The position that the newest ACK in a file says.
acked()
{
	local n

	n=$(tail -c 8 "$1" | od -An -tu8)
	echo "$((n))"
}

acked_at_least()
{
	[ -s "$1" ] && (($(acked "$1") >= $2))
}

# apply ARGUMENT...: in the background, from ./in or what $input names; acks
# in ./acks, log in ./log.
apply()
{
	gg-apply -v "$@" <"$input" >acks 2>log &
	pid=$!
}

# ended STATUS: the one in the background has.
ended()
{
	local status=0

	wait "$pid" || status=$?
	pid=
	[ "$status" -eq "$1" ] || {
		echo "status $status" >&2
		cat log >&2
		return 1
	}
}

# What a counter says in ./log.
counter()
{
	sed -n "s/.*counters:.* $1=\([0-9]*\).*/\1/p" log
}

# lines LINE...: a stream of what JSON says, with HELLO and END.
lines()
{
	{
		echo '{"frame":"hello","format":"bytes"}'
		printf '%s\n' "$@"
		echo '{"frame":"end","records":0}'
	} | frame-load --recount
}

# record SEQ KEY-BASE64 VALUE-BASE64 [MEMBERS]: a line for it.
record()
{
	printf '{"frame":"record","seq":%d,"op":"upsert","topic":"%s",' \
	    "$1" "$c"
	printf '"partition":3,"offset":%d,"raw":{"key":"%s","value":"%s"}%s}\n' \
	    "$((100 + $1))" "$2" "$3" "${4:-}"
}

# An Ignite long; a string.
long()
{
	printf '04%016x' "$1" | sed 's/04\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/04\8\7\6\5\4\3\2\1/' |
	    unhex | base64 -w0
}

string()
{
	{
		le32 09 "${#1}" | unhex
		printf %s "$1"
	} | base64 -w0
}

# le32 PREFIX NUMBER: in hexadecimal.
le32()
{
	printf '%s%08x' "$1" "$2" |
	    sed 's/\(..\)\(..\)\(..\)\(..\)$/\4\3\2\1/'
}

unhex()
{
	sed 's/../\\x&/g' | xargs -0 printf %b
}

# newest ADDR CACHE: whether the cache holds, of each key of the stream in
# ./in, what its last record says, and no other key.
newest()
{
	frame-dump <in >dump
	{
		head -1 dump
		tail -n "$(($3 + 1))" dump
	} | frame-load --recount | gg-apply -a "$1" --lanes 1 \
	    --cache-prefix want_ >acks.want
	oracle compare "$1" "$1" "$2" --right-prefix=want_
}

@test "what a Java client wrote arrives, removals and types too" {
	oracle fill "$two_addr" "$c" 2000 --binary
	gg-capture -a "$two_addr" -c "$c" --snapshot-only >in
	# Without its TYPE frames nobody could read them over there.
	frame-dump <in | grep -v '"frame":"type"' |
	    frame-load --recount >untyped
	input=untyped
	apply -a "$auth_addr" -u "$auth_user" \
	    --password-file "$auth_password_file"
	ended 65
	grep "cache $c.*nobody could read the object.*--types-topic" log
	input=in
	apply -a "$auth_addr" -u "$auth_user" \
	    --password-file "$auth_password_file"
	ended 0
	[ "$(counter types_total)" -eq 1 ]
	[ "$(acked acks)" -ge 2000 ]
	# By now the cluster knows the type; it is asked, once.
	input=untyped
	apply -a "$auth_addr" -u "$auth_user" \
	    --password-file "$auth_password_file"
	ended 0
	oracle compare "$two_addr" "$auth_addr" "$c" \
	    --right-user="$auth_user" \
	    --right-password-file="$auth_password_file"
}

@test "hundreds of versions of each key: the last one stands" {
	local mode cache

	for mode in atomic transactional; do
		cache=${c}_$mode
		gen 149750 60 "$cache" ignite 500 >in
		apply -a "$two_addr" --atomicity $mode --backups 1
		ended 0
		[ "$(acked acks)" -eq 149750 ]
		(($(counter folded_total) > 0))
		newest "$two_addr" "$cache" 500
		# Every second version removes: half of the keys are left.
		gen -149750 60 "$cache" ignite 500 >in
		apply -a "$two_addr"
		ended 0
		oracle size "$two_addr" "$cache" | grep -x 250
		rm -f acks.want
		frame-dump <in | tail -n 501 >dump
		[ "$(grep -c '"op":"remove"' dump)" -eq 250 ]
	done
}

@test "a node is killed and comes back" {
	local mode cache

	for mode in atomic transactional; do
		cache=${c}_$mode
		gen 120000 60 "$cache" ignite 20000 >in
		mkfifo fifo
		input=fifo
		apply -a "$two_addr" --atomicity $mode --backups 1
		exec 5>fifo
		rm fifo
		input=in
		head -c 4000000 in >&5
		within 90 acked_at_least acks 5000
		"$ROOT/t/services" stop "$D" two --kill node=2
		tail -c +4000001 in | head -c 2000000 >&5
		within 90 acked_at_least acks 40000
		"$ROOT/t/services" restart-node "$D" two node=2
		tail -c +6000001 in >&5
		exec 5>&-
		ended 0
		[ "$(acked acks)" -eq 120000 ]
		newest "$two_addr" "$cache" 20000
	done
}

@test "the cluster is deactivated for a while" {
	gen 60000 60 "$c" ignite 7000 >in
	mkfifo fifo
	input=fifo
	apply -a "$auth_addr" -u "$auth_user" \
	    --password-file "$auth_password_file"
	exec 5>fifo
	head -c 2000000 in >&5
	within 90 acked_at_least acks 3000
	auth_oracle state inactive
	tail -c +2000001 in >&5 &
	within 90 grep "is not active; trying again" log
	auth_oracle state active
	wait $!
	exec 5>&-
	ended 0
	(($(counter retried_total) > 0))
	grep "answers again" log
	[ "$(acked acks)" -eq 60000 ]
	auth_oracle size "$c" | grep -x 7000
}

@test "an ACK is never ahead of what the cluster keeps" {
	gen 400000 60 "$c" ignite >in
	apply -a "$auth_addr" -u "$auth_user" --give-up-after 1s \
	    --password-file "$auth_password_file"
	within 90 acked_at_least acks 10000
	"$ROOT/t/services" stop "$D" auth --kill
	ended 69
	grep "given up" log
	n=$(acked acks)
	((n >= 10000 && n < 400000))
	"$ROOT/t/services" restart-node "$D" auth
	GG_PASSWORD=$(cat "$auth_password_file") thin -a "$auth_addr" \
	    -u "$auth_user" scan "$c" | cut -d ' ' -f 2 | cut -c 1-8 |
	    sort -n | awk -v n="$n" '$1 + 0 < n { k++ }
	        END { print k + 0; exit k + 0 != n }'
	# The same stream once more, and all is well.
	apply -a "$auth_addr" -u "$auth_user" \
	    --password-file "$auth_password_file"
	ended 0
	auth_oracle size "$c" | grep -x 400000
}

@test "gg-apply itself is killed: the same stream again, and all is well" {
	local i

	gen 100000 60 "$c" ignite 3000 >in
	for i in 5000 30000 60000; do
		apply -a "$two_addr" --atomicity transactional
		within 90 acked_at_least acks $i
		kill -9 "$pid"
		ended 137
	done
	apply -a "$two_addr"
	ended 0
	newest "$two_addr" "$c" 3000
}

@test "without END what came whole is applied and acknowledged" {
	gen 1000 60 "$c" ignite >whole
	head -c -30 whole >in
	apply -a "$two_addr"
	ended 75
	[ "$(acked acks)" -eq 999 ]
	oracle size "$two_addr" "$c" | grep -x 999
}

@test "TERM: it goes on to the end of the stream" {
	gen 2000 60 "$c" ignite >in
	mkfifo fifo
	input=fifo
	apply -a "$two_addr"
	exec 5>fifo
	head -c 60000 in >&5
	within 90 acked_at_least acks 100
	kill -TERM "$pid"
	tail -c +60001 in >&5
	exec 5>&-
	ended 0
	[ "$(acked acks)" -eq 2000 ]
}

@test "what is no Ignite value: 65, named, and all before it is in" {
	local bad words

	while read -r bad words; do
		lines "$(record 1 "$(long 1)" "$(string one)")" \
		    "$(record 2 "$(long 2)" "$(string two)" ',"more":true')" \
		    "$(record 3 "$(long 3)" "$bad")" \
		    "$(record 4 "$(long 4)" "$(string four)")" >in
		apply -a "$two_addr"
		ended 65
		grep "topic $c partition 3 offset 103.*value.*$words" log
		# 2 is one change with 3.
		[ "$(acked acks)" -eq 1 ]
		[ "$(oracle get "$two_addr" "$c" 2L)" = two ]
		run ! oracle get "$two_addr" "$c" 4L
	done <<-END
	$(printf '{"a":1}' | base64) JSON.*gg-from-json
	$(printf '\0\0\0\0\1abc' | base64) Avro.*gg-from-avro
	$(printf 'some words' | base64) plain text.*--raw-value string
	$(printf '\xff\xff\xff' | base64) --raw-value bytes
	$(printf e | base64) null
	$(printf '\x09\xff\xff\xff\x7f' | base64) --raw-value bytes
	END
	lines '{"frame":"record","seq":1,"op":"upsert","topic":"'"$c"'","partition":0,"offset":7,"raw":{"key":null,"value":"ZQ=="}}' >in
	apply -a "$two_addr"
	ended 65
	grep "topic $c partition 0 offset 7.*no key" log
}

@test "raw keys and values become strings and byte arrays" {
	lines "$(record 1 "$(printf key | base64)" \
	    "$(printf '{"a":1}' | base64)")" >in
	apply -a "$two_addr" --raw-key string --raw-value string
	ended 0
	[ "$(oracle get "$two_addr" "$c" key)" = '{"a":1}' ]
	apply -a "$two_addr" --raw-key string --raw-value bytes
	ended 0
	thin -a "$two_addr" scan "$c" | grep -x 'key 0c070000007b2261223a317d'
	lines "$(record 1 "$(printf '\xff' | base64)" "")" >in
	apply -a "$two_addr" --raw-key string --raw-value string
	ended 65
	grep "key is no UTF-8.*--raw-key bytes" log
}

@test "one record that the node chokes on is found among a thousand" {
	local i r=()

	# A class of Java's own serialization that the node has not got.
	for i in {1..300}; do
		if ((i == 200)); then
			r+=("$(record 200 "$(long 200)" \
			    "$(printf '\xfe\x0f\0\0\0\x66\1\2\3\4\5\6\0\0\0\0\0\0\0\0' | base64)")")
		else
			r+=("$(record "$i" "$(long "$i")" "CQEAAAB4")")
		fi
	done
	lines "${r[@]}" >in
	apply -a "$two_addr" --settle 200ms
	ended 65
	grep "topic $c partition 3 offset 300.*closes the connection" log
	[ "$(acked acks)" -eq 199 ]
	oracle size "$two_addr" "$c" | grep -x 299
	(($(counter unknown_outcome_total) > 0))
}

@test "caches: named by prefixes, not made when not allowed, made again" {
	gen 20 60 "t.$c" ignite >in
	apply -a "$two_addr" --topic-prefix t. --cache-prefix x. --no-create \
	   
	ended 78
	grep "cache x.$c does not exist" log
	apply -a "$two_addr" --topic-prefix other.
	ended 78
	grep "t.$c: does not begin with" log
	apply -a "$two_addr" --topic-prefix t. --cache-prefix x. \
	    --cache-mode replicated
	ended 0
	oracle size "$two_addr" "x.$c" | grep -x 20
	apply -a "$two_addr" --cache "$c"
	ended 0
	oracle size "$two_addr" "$c" | grep -x 20

	# Destroyed while it is written to.
	gen 40 60 "$c" ignite >in
	mkfifo fifo
	input=fifo
	apply -a "$two_addr"
	exec 5>fifo
	head -c 2000 in >&5
	within 90 acked_at_least acks 5
	oracle destroy "$two_addr" "$c"
	tail -c +2001 in >&5
	exec 5>&-
	ended 0
	grep "cache is gone" log
	[ "$(acked acks)" -eq 40 ]
	(($(oracle size "$two_addr" "$c") < 40))
}

@test "a type that contradicts the cluster's is refused by name" {
	local n=0 code

	for code in 9 3; do
		{
			le32 '' 4711
			le32 09 6; printf 'demo.T' | od -An -tx1 | tr -d ' \n'
			printf 65
			le32 '' 1
			le32 09 1; printf 61
			le32 '' $code
			le32 '' 97
			printf 00
			le32 '' 0
		} | unhex | base64 -w0 >meta
		lines '{"frame":"type","id":4711,"raw":{"meta":"'"$(cat meta)"'"}}' \
		    "$(record 1 "$(long 1)" "$(string one)")" >in
		apply -a "$two_addr"
		((n++ == 0)) && ended 0 || true
	done
	ended 65
	grep "type demo.T: " log
}

@test "values of 16 MiB, and one that is larger than allowed" {
	gen 5 16777216 "$c" ignite >in
	apply -a "$two_addr"
	ended 0
	[ "$(acked acks)" -eq 5 ]
	[ "$(oracle get "$two_addr" "$c" 3L | wc -c)" -ge 16777211 ]
	apply -a "$two_addr" --max-request 16M
	ended 65
	grep "more than --max-request" log
}

@test "wrong password, no password" {
	gen 1 60 "$c" ignite >in
	GG_PASSWORD=wrong apply -a "$auth_addr" -u "$auth_user"
	ended 77
	apply -a "$auth_addr"
	ended 77
}
