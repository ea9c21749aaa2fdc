# gg-apply as far as it goes without a cluster.

bats_require_minimum_version 1.5.0

setup()
{
	: "${ROOT:=$(cd "$BATS_TEST_DIRNAME/.." && pwd)}"
	: "${BUILD:=$ROOT/build}"
	PATH=${BIN:-$ROOT/bin}:$BUILD/t/tools:$PATH
	cd "$BATS_TEST_TMPDIR" || return 1
}

# fails STATUS WORDS ARGUMENT...: with one line on stderr that holds WORDS,
# and nothing acknowledged.
fails()
{
	local want=$1 words=$2

	shift 2
	run --separate-stderr -"$want" gg-apply "$@" <in
	[ -z "$output" ]
	# shellcheck disable=SC2154 # stderr is set by run
	[[ $stderr == *"$words"* ]]
}

@test "says what is wrong with options before anything is read" {
	: >in
	fails 64 "address"
	fails 64 "atomic or transactional, not 'x'" -a h --atomicity x
	fails 64 "partitioned or replicated" -a h --cache-mode local
	fails 64 "string or bytes" -a h --raw-key json
	fails 64 "string or bytes" -a h --raw-value text
	fails 64 "prefix" -a h --cache c --topic-prefix t.
	fails 64 "--lanes" -a h --lanes 0
	fails 64 "no-such" -a h --no-such
	fails 64 "operand" -a h operand
}

@test "a stream that is not Ignite's is refused, and says what to do" {
	gen 1 20 c avro >in
	fails 65 "put gg-from-avro before" -a 127.0.0.1:1
	gen 1 20 c json >in
	fails 65 "put gg-from-json before" -a 127.0.0.1:1
	gen 1 20 c odd >in
	fails 65 "'odd'" -a 127.0.0.1:1
	# One of both raw leaves the other to be converted.
	gen 1 20 c avro >in
	fails 65 "gg-from-avro" -a 127.0.0.1:1 --raw-key string
	fails 69 "refused" -a 127.0.0.1:1 --give-up-after 0s \
	    --raw-key string --raw-value bytes
}

@test "nobody listens: it gives up when told, and says so" {
	gen 10 20 c ignite >in
	fails 69 "given up" -a 127.0.0.1:1 --give-up-after 300ms
	[[ $stderr == *"trying again"* ]]
}

@test "no stream at all" {
	: >in
	fails 75 "empty" -a 127.0.0.1:1
	echo hello >in
	fails 65 "stdin" -a 127.0.0.1:1
}
