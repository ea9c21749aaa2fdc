# man: the pages parse, and tell of the same options as --help.

bats_require_minimum_version 1.5.0
load helpers

# The programs that have been built, and the scripts.
programs()
{
	local f

	for f in "$ROOT"/src/*.c; do
		basename "$f" .c
	done
	for f in "$ROOT"/bin/*; do
		[ "$(head -c 2 "$f")" != '#!' ] || basename "$f"
	done
}

# "-x" and "--long", one a line: as --help lists them.
options_of_help()
{
	"$1" --help </dev/null |
		grep -oE '^ +(-[a-zA-Z0-9], )?--?[a-zA-Z0-9][a-z0-9-]*' |
		tr ', ' '\n\n' | grep '^-' | sort -u
}

# The same from the .It lines of the page: "Fl x", "Fl Fl long", "Fl -long",
# "Fl x , -long".
options_of_page()
{
	awk '
	$1 == ".It" {
		for (i = 2; i <= NF; i++) {
			if ($i == "Fl")
				dashes = $(i - 1) == "Fl" ? "--" : "-"
			else if ($i == ",")
				continue
			else if (dashes != "" &&
			    $i ~ /^-?[a-zA-Z0-9][a-z0-9-]*$/ &&
			    $i !~ /^(Ar|Ns|Op|Oo|Oc|Cm|Li|No|Pa)$/)
				print dashes $i
			else
				dashes = ""
		}
		dashes = ""
	}' "$1" | sort -u
}

@test "every program has a page" {
	for p in $(programs); do
		[ -e "$ROOT/share/man/man1/$p.1" ] || { echo "$p has none"
			false; }
	done
}

@test "mandoc has no complaint" {
	for f in "$ROOT"/share/man/man?/*; do
		mandoc -Tlint -Wwarning "$f"
	done
}

@test "what a page refers to is there" {
	for f in "$ROOT"/share/man/man?/*; do
		sed -n 's/^\.Xr \([a-z-]*\) \([157]\).*/\2 \1/p' "$f" |
			sort -u >"$BATS_TEST_TMPDIR/refs"
		while read -r section name; do
			case $name in
			gg-*|kafka-*|frame-*|sql-*|ggpipe)
				[ -e "$ROOT/share/man/man$section/$name.$section" ] ||
					{ echo "$f: no $name($section)"; false; }
			esac
		done <"$BATS_TEST_TMPDIR/refs"
	done
}

@test "every option of --help is in the page, and the other way round" {
	bad=0
	for p in $(programs); do
		[ -e "$ROOT/share/man/man1/$p.1" ] || continue
		echo "--- $p: < only in --help, > only in the page"
		diff <(options_of_help "$p") \
		    <(options_of_page "$ROOT/share/man/man1/$p.1") || bad=1
		[ -n "$(options_of_help "$p")" ]
	done
	[ "$bad" -eq 0 ]
}

@test "the page of the stream shows a stream" {
	sed -n '/^48 20/,/^\.Ed/p' "$ROOT/share/man/man5/gg-stream.5" |
		grep -oE '^ *([0-9a-f]{2} )*[0-9a-f]{2}( |$)' |
		xxd -r -p >"$BATS_TEST_TMPDIR/empty"
	run -0 frame-dump <"$BATS_TEST_TMPDIR/empty"
	[ "${lines[1]}" = '{"frame":"end","seq":0,"records":0}' ]
	[[ ${lines[0]} == *'"origin":"you"'* ]]
}

@test "scripts are clean under shellcheck" {
	cd "$ROOT"
	for f in $(git ls-files -- bin share t .ci 2>/dev/null || ls bin/*); do
		[ -e "$f" ] || continue
		case $(head -c 11 "$f" | tr -d '\0') in
		'#!/bin/bash'|'#!/bin/sh'*) shellcheck "$f" ;;
		esac
		case $f in
		*.bash) shellcheck -s bash "$f" ;;
		esac
	done
}
