# shellcheck shell=bash
# How the demo looks: calm text of at most 80 columns; on a terminal some
# colour and a line that is written over while something goes on.

terminal=
[ ! -t 1 ] || [ "${TERM:-dumb}" = dumb ] || terminal=1
bold='' dim='' green='' normal=''
if [ -n "$terminal" ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' normal=$'\e[0m'
fi
progress_shown=

say()
{
	printf '%s\n' "$*"
}

heading()
{
	say "$bold$1$normal"
}

title()
{
	say
	say "$bold$1$normal"
}

good()
{
	printf '%s' "$green$1$normal"
}

# pause: time to read, for those who watch.
pause()
{
	[ -z "$terminal" ] || sleep 1.2
}

# show_progress TEXT: on a terminal only, written over by the next.
show_progress()
{
	[ -n "$terminal" ] || return 0
	progress_shown=1
	printf '\r\e[K  %s' "$dim$1$normal"
}

show_no_progress()
{
	[ -n "$progress_shown" ] || return 0
	progress_shown=
	printf '\r\e[K'
}

# grouped N: 40000 as 40,000.
grouped()
{
	local n=$1 out=
	while [ ${#n} -gt 3 ]; do
		out=,${n: -3}$out
		n=${n%???}
	done
	printf '%s' "$n$out"
}

# padded TEXT WIDTH: columns, not bytes as printf would count.
padded()
{
	local text=${1:0:$2}
	printf '%s%*s' "$text" $(($2 - ${#text})) ''
}

# right_hand TEXT WIDTH: the same, to the right.
right_hand()
{
	local text=${1:0:$2}
	printf '%*s%s' $(($2 - ${#text})) '' "$text"
}

# seconds MICROSECONDS
seconds()
{
	local tenths=$((($1 + 50000) / 100000))
	printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

seconds_since()
{
	seconds $((${EPOCHREALTIME/./} - $1))
}

# ms MICROSECONDS
ms()
{
	if [ "$1" -lt 1000 ]; then
		printf '%s' 'less than 1 ms'
	else
		printf '%d ms' $((($1 + 500) / 1000))
	fi
}

# show_statement SIDE SQL: as one would type it, lines as they are given.
show_statement()
{
	local line first=1
	while IFS= read -r line; do
		line=${line#"${line%%[![:space:]]*}"}
		if [ -n "$first" ]; then
			say "  $dim$(padded "$1>" 7)$normal$line"
			first=
		else
			say "           $line"
		fi
	done <<<"$2"
}

# show_chain STAGE STAGE: a command line, folded.
show_chain()
{
	say
	say "  $dim\$$normal gg-chain -- \\"
	fold_command "$1" "'|' \\"
	fold_command "$2" ''
}

# fold_command COMMAND END
fold_command()
{
	local word line='      ' rest=() room=$((77 - ${#2}))
	read -ra rest <<<"$1"
	for word in "${rest[@]}"; do
		if [ $((${#line} + ${#word})) -gt "$room" ]; then
			say "$line \\"
			line='         '
		fi
		line+=" $word"
	done
	say "$line${2:+ $2}"
}

# table_line LINE: the columns of the demo's view, 35 wide.
table_line()
{
	local id name city pay
	IFS=$'\t' read -r id name city pay <<<"$1"
	printf '%s  %s %s %s' "$(right_hand "$id" 2)" "$(padded "$name" 9)" \
	    "$(padded "$city" 10)" "$(right_hand "$pay" 7)"
}

# show_tables: left[] and right[] side by side.
show_tables()
{
	local i n head blank one other
	head=$(table_line $'id\tperson\tcity\tpay')
	blank=$(padded '' ${#head})
	say
	say "       $dim$(padded left ${#head})      right$normal"
	say "       $dim$head      $head$normal"
	n=${#left[@]}
	[ "${#right[@]}" -le "$n" ] || n=${#right[@]}
	for ((i = 0; i < n; i++)); do
		one=$blank other=
		[ -z "${left[i]:-}" ] || one=$(table_line "${left[i]}")
		[ -z "${right[i]:-}" ] || other=$(table_line "${right[i]}")
		say "       $one      $other"
	done
}

# show_burst LEFT RIGHT ALL MICROSECONDS: a bar, or now and then a line.
show_burst()
{
	local text bar=$(($2 * 24 / $3)) i line='' second=$(($4 / 1000000))
	text="left $(right_hand "$(grouped "$1")" 7)   right"
	text+=" $(right_hand "$(grouped "$2")" 7)   $(seconds "$4")"
	if [ -n "$terminal" ]; then
		for ((i = 0; i < 24; i++)); do
			[ "$i" -lt "$bar" ] && line+='#' || line+='.'
		done
		show_progress "$text   $line"
	elif [ "$second" != "${burst_second:-0}" ]; then
		burst_second=$second
		say "  $text"
	fi
}
