# manners: every filter through the same hard life.
#
# The table says what kind of filter a program is and what it must be told
# to get as far as reading or writing. A program that is not in it fails.

bats_require_minimum_version 1.5.0
load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	PATH=$TOOLS:$PATH
}

# kind program arguments: pass stands for all that only pass frames on.
table()
{
	cat <<'END'
pipe pass
dump frame-dump
load frame-load
sink gg-apply -a 127.0.0.1:1
sink kafka-produce -b 127.0.0.1:1 -t t
source gg-capture -a 127.0.0.1:1 -c c
source kafka-consume -b 127.0.0.1:1 -t t -G g
END
}

# each KIND,... FUNCTION: call it with each such program's command line.
each()
{
	local kind line

	while read -r kind line <&8; do
		[[ ,$1, == *",$kind,"* ]] || continue
		read -ra cmd <<<"$line"
		echo "--- $line"
		"$2" "${cmd[@]}"
	done 8< <(table)
}

readers=pipe,sink,dump
everybody=pipe,sink,dump,load,source

# expect STATUS WORDS COMMAND...: stdin is the file in.
expect()
{
	local want=$1 words=$2 s=0

	shift 2
	timeout 20 "$@" <in >out 2>err 8>&- || s=$?
	echo "status $s: $(cat err)"
	[ "$s" -eq "$want" ]
	[ -z "$words" ] || grep -qF -- "$words" err
	# The line it dies of begins with its name.
	[ "$want" -eq 0 ] || grep -q "^${1##*/}: " err
}

# No output that could be taken for a whole stream.
no_end()
{
	case $1 in
	pass|frame-load) run ! frame-dump <out ;;
	esac
}

# --- words -----------------------------------------------------------------

@test "every program has its place in the table" {
	for f in "$ROOT"/src/*.c; do
		p=$(basename "$f" .c)
		table | grep -q " $p\( \|$\)" || { echo "$p has none"; false; }
	done
}

asked_for_help()
{
	"$1" --help </dev/null >out 2>err
	[ ! -s err ]
	head -n 1 out | grep -q "^usage: $1 "
	grep -q -- '-h, --help' out
	"$1" -h </dev/null | cmp - out
	# Fits a terminal.
	run ! grep -E '.{81}' out
}

@test "--help: stdout, 0" {
	each "$everybody" asked_for_help
}

asked_for_version()
{
	[ "$("$1" --version </dev/null 2>&1)" = \
	    "$1 (ggpipe) $(cat "$ROOT/share/version")" ]
	[ "$("$1" -V)" = "$("$1" --version)" ]
}

@test "--version: one line, 0" {
	each "$everybody" asked_for_version
}

wrong_option()
{
	: >in
	expect 64 --nonsense "$@" --nonsense
	expect 64 --help "$@" --nonsense
	[ ! -s out ]
	[ "$(wc -l <err)" -le 2 ]
	expect 64 "what is 'operand'?" "$@" operand
}

@test "an unknown option, an operand: 64, named" {
	each "$everybody" wrong_option
}

full_help()
{
	local s=0

	"$1" --help </dev/null >/dev/full 2>err || s=$?
	[ "$s" -eq 74 ]
	grep -q 'write stdout: No space left on device' err
}

@test "--help into a full disk: 74" {
	each "$everybody" full_help
}

# --- terminals -------------------------------------------------------------

reads_terminal()
{
	local s=0

	script -qec "$* >/dev/null" log </dev/null || s=$?
	[ "$s" -eq 64 ]
	grep -q terminal log
}

@test "frames from a terminal: 64, with a hint" {
	each "$readers" reads_terminal
}

writes_terminal()
{
	local s=0

	script -qec "$* <in" log </dev/null || s=$?
	[ "$s" -eq 64 ]
	grep -q terminal log
}

@test "frames onto a terminal: 64, with a hint" {
	stream a >in
	each pipe,source writes_terminal
	stream a | frame-dump >in
	each load writes_terminal
}

# --- streams that are none ---------------------------------------------------

empty()
{
	expect 75 empty "$@"
	no_end "$@"
}

@test "nothing at all: 75" {
	: >in
	each "$readers",load empty
}

garbage()
{
	printf 'GET / HTTP/1.0\r\n\r\n' >in
	expect 65 stdin "$@"
	head -c 1000 /dev/zero >in
	expect 65 'byte 0x00 where a frame should begin' "$@"
	hello >in	# lines, not frames
	expect 65 'byte 0x7b' "$@"
	stream a | tail -c +41 >in
	expect 65 stdin "$@"
}

@test "garbage: 65" {
	each "$readers" garbage
}

other_version()
{
	expect 76 'version 2' "$@"
	no_end "$@"
}

@test "another version: 76" {
	hello | sed 's/{/{"version":2,/' >lines
	{ cat lines; echo '{"frame":"end"}'; } | frame-load >in
	each "$readers" other_version
}

absurd()
{
	printf 'H\377\377\377\377ggpipe' >in
	expect 65 'claims 4294967295 bytes' "$@"
	# As long as may be, but not there.
	printf 'H\0\0\0\020ggpipe' >in
	(ulimit -v 4000000 && expect 75 'inside a frame' "$@")
}

@test "an absurd length: 65 or 75, before any memory is taken" {
	if [[ $BUILD == *address* ]]; then
		skip 'the address sanitizer takes terabytes by itself'
	fi
	each "$readers" absurd
}

# --- streams that stop, or hold surprises: those who need no server ---------

no_end_comes()
{
	head -c -21 whole >in
	expect 75 'without END' "$@"
	no_end "$@"
	head -c -22 whole >in
	expect 75 'inside a frame' "$@"
	no_end "$@"
	head -c -1 whole >in
	expect 75 'inside a frame' "$@"
	no_end "$@"
	cat whole whole >in
	expect 65 'data after END' "$@"
	no_end "$@"
}

@test "no END, a cut frame, one stream behind another" {
	stream a b >whole
	each pipe,dump no_end_comes
}

capital()
{
	{
		head -c -21 whole
		printf 'Z\3\0\0\0abc'
		tail -c 21 whole
	} >in
	expect 76 'frame Z is not known' "$@"
	no_end "$@"
}

@test "an unknown capital letter: 76" {
	stream a b >whole
	each pipe,dump capital
}

small()
{
	expect 0 '' "$@"
	case $1 in
	pass) cmp in out ;;
	frame-dump) frame-load <out | cmp in - ;;
	esac
}

@test "an unknown small letter passes" {
	{ hello; record a; echo '{"frame":"z","raw":{"body":"AAEC"}}'
	  record b; echo '{"frame":"end"}'; } | frame-load >in
	each pipe,dump small
	jq -c . < <(frame-dump <in) >lines && mv lines in
	each load small
}

# --- where output goes --------------------------------------------------------

full_disk()
{
	local s=0

	"$@" <in >/dev/full 2>err || s=$?
	echo "status $s: $(cat err)"
	[ "$s" -eq 73 ]
	[ "$(cat err)" = "$1: write stdout: No space left on device" ]
}

@test "a full disk: 73, and it is stdout that is blamed" {
	gen 100000 >in
	each pipe,dump full_disk
	frame-dump <in >lines && mv lines in
	each load full_disk
}

nobody_reads()
{
	local s

	set +o pipefail
	"$@" <in 2>err | true
	s=${PIPESTATUS[0]}
	echo "status $s: $(cat err)"
	[ "$s" -eq 141 ]
	[ ! -s err ]
}

@test "the reader has left: SIGPIPE, quietly" {
	gen 100000 >in
	each pipe,dump nobody_reads
	frame-dump <in >lines && mv lines in
	each load nobody_reads
}

closed()
{
	local s=0

	"$@" <&- >out 2>err || s=$?
	[ "$s" -eq 75 ]
	s=0
	"$@" <in >&- 2>err || s=$?
	[ "$s" -eq 0 ]
	s=0
	"$@" <in >out 2>&- || s=$?
	[ "$s" -eq 0 ]
	[ -s out ]
	run -64 "$@" --nonsense <&- >&- 2>&-
}

@test "closed descriptors are no trap" {
	stream a b >in
	each pipe,dump closed
	frame-dump <in >lines && mv lines in
	each load closed
}

# --- signals --------------------------------------------------------------------

# Start it between the FIFO frames and the file out, and have it at work.
begin()
{
	rm -f frames && mkfifo frames
	"$@" -v <frames >out 2>err 8>&- &
	pid=$!
	exec 9>frames
	head -c "$half" whole >&9
	until_true 10 grows out
}

grows()
{
	[ -s "$1" ]
}

finish()
{
	tail -c +"$((half + 1))" whole >&9
	exec 9>&-
	s=0
	wait "$pid" || s=$?
}

drains()
{
	begin "$@"
	kill -TERM "$pid"
	finish
	cat err
	[ "$s" -eq 0 ]
	case $1 in
	pass) cmp whole out ;;
	frame-dump) frame-load <out | cmp whole - ;;
	frame-load) [ "$(keys <out)" = 'a b' ] ;;
	esac
}

# Where to cut the stream in whole, or the lines made of it.
prepare()
{
	stream a b >whole
	[ "$1" = frames ] || { frame-dump <whole >l && mv l whole; }
	half=$(($(wc -c <whole) / 2))
}

@test "TERM: what is on its way is finished" {
	prepare frames
	each pipe,dump drains
	prepare lines
	each load drains
}

another_one()
{
	! kill -TERM "$pid" 2>/dev/null
}

dies()
{
	begin "$@"
	kill -TERM "$pid"
	until_true 10 has err 'info: SIGTERM: finishing'
	# Two at once are taken for one.
	until_true 10 another_one
	s=0
	wait "$pid" || s=$?
	exec 9>&-
	[ "$s" -eq 143 ]
}

@test "a second TERM: dead at once" {
	prepare frames
	each pipe,dump dies
	prepare lines
	each load dies
}

too_slow()
{
	begin "$@" --drain-timeout 100ms
	kill -TERM "$pid"
	s=0
	wait "$pid" || s=$?
	exec 9>&-
	[ "$s" -eq 75 ]
	has err 'not finished within --drain-timeout'
}

@test "TERM, and nothing more comes: 75 after --drain-timeout" {
	prepare frames
	each pipe,dump too_slow
	prepare lines
	each load too_slow
}

# --- counters -------------------------------------------------------------------

counted()
{
	begin "$@"
	kill -USR1 "$pid"
	until_true 10 has err ': info: counters: '
	finish
	[ "$s" -eq 0 ]
	grep -qE 'records_(read|written)_total=[012]' err
}

@test "USR1 prints the counters and changes nothing" {
	prepare frames
	each pipe,dump counted
	prepare lines
	each load counted
}

# Each sample has HELP and TYPE before it, counters end in _total, the file
# ends in EOF.
check_openmetrics()
{
	awk '
	/^# HELP [a-z_]+ ./ { help[$3] = 1; next }
	/^# TYPE [a-z_]+ (counter|gauge)$/ {
		if (!help[$3]) exit 1
		type[$3] = $4
		next
	}
	/^[a-z_]+\{stage="[a-z-]+"\} [0-9]+$/ {
		name = $1
		sub(/\{.*/, "", name)
		if (sub(/_total$/, "", name) != (type[name] == "counter"))
			exit 1
		n++
		next
	}
	/^# EOF$/ { end = NR; next }
	{ exit 1 }
	END { if (n < 2 || end != NR) exit 1 }' "$1"
}

statistics()
{
	"$@" --stats stats.prom <in >out
	cat stats.prom
	check_openmetrics stats.prom
	grep -qE '_records_(read|written)_total\{stage="'"$1"'"\} 2$' stats.prom
	[ ! -e stats.prom.tmp ]
	# What can't be kept stops nobody.
	"$@" --stats /nowhere/stats.prom <in >out 2>err
	grep -q 'warn: --stats /nowhere/stats.prom' err
}

@test "--stats keeps OpenMetrics text" {
	stream a b >in
	each pipe,dump statistics
	frame-dump <in >lines && mv lines in
	each load statistics
}

shows_progress()
{
	"$@" --progress <in >out 2>err
	grep -q '2 records' err
	"$@" --progress --no-progress <in >out 2>err
	[ ! -s err ]
	"$@" <in >out 2>err	# no terminal
	[ ! -s err ]
}

@test "--progress, on a terminal by itself" {
	stream a b >in
	each pipe,dump shows_progress
	script -qec 'pass <in >out' log </dev/null
	grep -q '2 records' log
	script -qec 'pass -q <in >out' log </dev/null
	run ! grep records log
}

# --- ends of chains -------------------------------------------------------------

@test "what was left out at the end is acknowledged too" {
	"$TOOLS/source" -n 5 </dev/null | pass --drop-after 3 >frames
	[ "$(keys <frames)" = '1 2 3' ]
	frame-dump <frames | grep -q '"frame":"end","seq":5,"records":3'
	sink --mute <frames | frame-dump --acks >lines
	[ "$(jq .seq <lines)" = 5 ]
}

@test "a source waits for the last acknowledgement, and no longer" {
	mkfifo acks
	exec 9<>acks
	"$TOOLS/source" -n 5 --acks acks </dev/null 9>&- |
		sink -o got 9>&- >acks &
	exec 9>&-
	wait $!
	[ "$(xargs <got)" = '1 2 3 4 5' ]
	# It left without: 75, and it is said who.
	mkfifo acks2
	exec 9<>acks2
	: >frames
	"$TOOLS/source" -n 5 --acks acks2 </dev/null >frames 2>err 9>&- &
	pid=$!
	until_true 10 frame-dump <frames
	exec 8>acks2 9>&-
	exec 8>&-
	s=0
	wait "$pid" || s=$?
	cat err
	[ "$s" -eq 75 ]
	grep -q 'the last stage left after acknowledging 0 of 5' err
}

@test "nobody reads standard error: that stops nobody" {
	stream a b >in
	set +o pipefail
	{ s=0; pass -vv --progress <in || s=$?; echo $s >status; } 2>&1 >out |
		true
	[ "$(cat status)" = 0 ]
	cmp in out
	{ s=0; pass --nonsense <in || s=$?; echo $s >status; } 2>&1 >out |
		true
	[ "$(cat status)" = 64 ]
}
