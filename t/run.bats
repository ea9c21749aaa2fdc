# run: what is counted, and that nothing passes that did not run.

bats_require_minimum_version 1.5.0

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p b/t/unit b/t/fuzz T/unit T/fuzz T/live
	export T=$PWD/T BUILD=$PWD/b
	unset CI
}

# unit NAME LINE...: a unit binary that is a script.
unit()
{
	touch "T/unit/$1.c"
	{ echo '#!/bin/bash'; printf '%s\n' "${@:2}"; } >"b/t/unit/$1"
	chmod +x "b/t/unit/$1"
}

last_line_is()
{
	echo "$output"
	[ "${lines[-1]}" = "$1" ]
}

@test "counts what passed and what failed" {
	unit good 'echo 1..2' 'echo ok 1 - a' 'echo ok 2 - b'
	run -0 "$ROOT/t/run" check
	last_line_is '2 passed, 0 failed'
	unit bad 'echo 1..2' 'echo ok 1 - a' 'echo not ok 2 - b' 'exit 1'
	run -1 "$ROOT/t/run" check
	last_line_is '3 passed, 1 failed'
	[[ $output == *'FAILED unit/bad: 1 of 2'* ]]
	[[ $output == *'not ok 2 - b'* ]]
}

@test "a crash, silence, an early end and a lie are failures" {
	unit crash 'echo 1..2' 'echo ok 1 - a' "kill -SEGV \$\$"
	run -1 "$ROOT/t/run" check
	last_line_is '1 passed, 1 failed'
	unit crash 'exit 0'
	run -1 "$ROOT/t/run" check
	last_line_is '0 passed, 1 failed'
	unit crash 'echo 1..3' 'echo ok 1 - a'
	run -1 "$ROOT/t/run" check
	last_line_is '1 passed, 2 failed'
	unit crash 'echo 1..1' 'echo ok 1 - a' 'exit 3'
	run -1 "$ROOT/t/run" check
	last_line_is '1 passed, 1 failed'
}

@test "nothing at all is no success" {
	run -1 "$ROOT/t/run" check
	last_line_is '0 passed, 1 failed'
}

@test "a skipped test needs a reason, at least in CI" {
	unit some 'echo 1..3' 'echo ok 1 - a' 'echo "ok 2 b # skip no disk"' \
	    'echo "ok 3 # skip"'
	run -0 "$ROOT/t/run" check
	last_line_is '1 passed, 0 failed, 2 skipped'
	CI=true run -1 "$ROOT/t/run" check
	last_line_is '1 passed, 1 failed, 1 skipped'
}

@test "live tests belong to test, not to check" {
	printf '@test "x" { true; }\n' >T/one.bats
	printf '@test "y" { false; }\n' >T/live/two.bats
	run -0 "$ROOT/t/run" check
	last_line_is '1 passed, 0 failed'
	run -1 "$ROOT/t/run" test
	last_line_is '1 passed, 1 failed'
	run -0 "$ROOT/t/run" test one
	last_line_is '1 passed, 0 failed'
}

@test "a fuzz corpus that crashes its entry is a failure" {
	touch T/fuzz/f.c
	printf '#!/bin/sh\n[ "$1" = "%s" ] && exit 7\n' "$T/fuzz/corpus/f" \
	    >b/t/fuzz/f
	chmod +x b/t/fuzz/f
	run -1 "$ROOT/t/run" check
	last_line_is '0 passed, 1 failed'
	[[ $output == *'status 7'* ]]
}

@test "order: includes go downwards, and every module is named" {
	mkdir lib src
	echo 'a b # c' >lib/ORDER
	touch lib/{a,b}.{c,h} src/p.c
	run -0 "$ROOT/t/order" .
	echo '#include "b.h"' >lib/a.c
	run -1 "$ROOT/t/order" .
	[[ $output == *'lib/a.c includes b.h, which lib/ORDER has above a'* ]]
	echo '#include "a.h"' >lib/a.c
	echo '#  include "p.h"' >src/p.c
	touch lib/d.h
	run -1 "$ROOT/t/order" .
	[[ $output == *'src/p.c includes p.h'* ]]
	[[ $output == *'lib/d.h: lib/ORDER does not name d'* ]]
	[ "${#lines[@]}" -eq 2 ]
}
