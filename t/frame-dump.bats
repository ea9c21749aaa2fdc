# frame-dump and frame-load: what stands on the lines, and that there and
# back changes nothing. t/unit/dump.c does it for made-up frames.

bats_require_minimum_version 1.5.0
load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# dump | load is the identity, whoever rewrites the lines in between.
check_same()
{
	frame-dump <"$1" >lines
	frame-load <lines | cmp - "$1"
	jq -cS . <lines | frame-load | cmp - "$1"
	[ "$(wc -l <lines)" -eq "$(jq -c . <lines | wc -l)" ]
}

@test "there and back is the same: records, types, marks, unknown frames" {
	for f in "$ROOT"/t/fuzz/corpus/frame/{three,odd}; do
		check_same "$f"
	done
	"$TOOLS"/gen 5000 200 >gen
	check_same gen
	"$TOOLS"/gen -3000 30 c bytes 7 >gen
	check_same gen
	stream >none
	check_same none
}

@test "integers above 2^53 survive jq, which does not keep them" {
	{
		hello
		echo '{"frame":"record","seq":"9007199254740993","op":"upsert","topic":"t","partition":0,"offset":"9223372036854775807","raw":{"key":"BP////////9/","value":""}}'
		echo '{"frame":"end"}'
	} | frame-load >in
	frame-dump <in | jq -c . | frame-load | cmp - in
	frame-dump <in | grep -q '"seq":9007199254740993,'
	# Those that are shown inside a value too.
	sed 's/"bytes"/"ignite"/' <(frame-dump <in) | frame-load >in2
	frame-dump <in2 | grep -q '"key":9223372036854775807,'
	frame-dump <in2 | jq -c . | frame-load | cmp - in2
}

@test "null and empty are told apart" {
	{
		hello
		echo '{"frame":"record","op":"upsert","cache":"","raw":{"key":null,"value":""}}'
		echo '{"frame":"record","op":"upsert","cache":"c","raw":{"key":"","value":null}}'
		echo '{"frame":"end"}'
	} | frame-load | frame-dump --no-raw >lines
	[ "$(jq -c 'select(.frame == "record") | [.key, .value]' <lines |
	    xargs)" = '[null,] [,null]' ]
}

@test "--no-raw leaves raw out, and such lines are refused" {
	stream a b | frame-dump --no-raw >lines
	run ! grep raw lines
	run -65 --separate-stderr frame-load <lines
	[ "$stderr" = 'frame-load: stdin: line 2: frame "record": a record without "raw": what is shown does not say which bytes it was' ]
}

@test "values of Ignite are shown as they are, others as text or base64" {
	"$TOOLS"/gen 1 15 c ignite | frame-dump --no-raw >lines
	[ "$(jq -c 'select(.key != null) | [.key, .value]' <lines)" = \
	    '[0,"00000000xx"]' ]
	"$TOOLS"/gen 1 15 c avro | frame-dump --no-raw >lines
	[ "$(jq -r 'select(.key != null) | .key["@bytes"]' <lines)" = \
	    BAAAAAAAAAAA ]
	stream 'ä \"q\"' | frame-dump --no-raw >lines
	[ "$(jq -r .key <lines | grep -v null)" = 'ä "q"' ]
}

@test "lines come out while the writer is silent" {
	mkfifo frames
	frame-dump <frames >lines &
	exec 9>frames
	stream a b >whole
	head -c -21 whole >&9	# all but END
	until_true 10 has lines '"key":"b"'
	run ! has lines '"end"'
	tail -c 21 whole >&9
	exec 9>&-
	wait $!
	has lines '"end"'
}

@test "grep and jq may take records out, with --recount" {
	stream a b c >whole
	run -65 --separate-stderr bash -o pipefail -c \
	    'frame-dump <whole | grep -v \"key\":\"b\" | frame-load >/dev/null'
	[[ $stderr == *'line 4'*'END counts 3 records, 2 came'* ]]
	frame-dump <whole | grep -v '"key":"b"' | frame-load --recount >out
	[ "$(keys <out)" = 'a c' ]
}

@test "ACKs, there and back" {
	"$TOOLS"/source -n 3 | "$TOOLS"/sink >acks
	frame-dump --acks <acks >lines
	[ "$(jq -c '[.frame, .seq]' <lines | tail -n 1)" = '["ack",3]' ]
	frame-load --acks <lines | cmp - acks
	run -65 frame-dump --acks < <(stream a)
	run -75 frame-dump --acks < <(head -c 10 acks)
	run -65 frame-load --acks < <(stream a | frame-dump)
}

@test "written by hand: the least that says it" {
	frame-load >out <<-'END'
		{"frame":"hello"}

		{"frame":"record","op":"upsert","cache":"c","raw":{"key":{"text":"k"},"value":{"text":"v"}}}
		{"frame":"record","op":"remove","cache":"c","raw":{"key":{"text":"k"}}}
		{"frame":"end"}
	END
	[ "$(frame-dump --no-raw <out | jq -c '[.seq, .op, .value]' |
	    xargs)" = '[null,null,null] [1,upsert,v] [2,remove,null] [2,null,null]' ]
}

@test "no end: 75, and no END is written; errors name the line" {
	stream a b | frame-dump >lines
	run -75 --separate-stderr bash -c 'head -n 2 lines | frame-load >out'
	[[ $stderr == *'without a frame "end"'* ]]
	run -75 frame-dump <out
	run -75 --separate-stderr frame-load </dev/null
	[[ $stderr == *'stdin is empty'* ]]
	run -65 --separate-stderr bash -c 'sed "3s/.*/{/" lines | frame-load >out'
	[[ $stderr == *'stdin: line 3: no JSON'* ]]
	run -75 frame-dump <out
	run -65 --separate-stderr bash -c '{ cat lines; echo "{\"frame\":\"end\"}"; } | frame-load >out'
	[[ $stderr == *'line 5'*'behind "end"'* ]]
	run -75 frame-dump <out
}

@test "a last line without its newline counts; long lines too" {
	big=$(head -c 3000000 /dev/zero | tr '\0' x)
	{ hello; record k "$big"; printf '{"frame":"end"}'; } | frame-load >out
	[ "$(frame-dump --no-raw <out | jq -r '.value | length' | xargs)" = \
	    '0 3000000 0' ]
}
