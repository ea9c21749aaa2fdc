# shellcheck shell=bash disable=SC2154,SC2034
# Two SQL sessions, one for each cluster: Java's JDBC driver behind a pair of
# FIFOs. A line goes in, rows come out; a row of our own shows where they end.

left=() right=()	# the view of each side, rows with tabs
reply=()		# rows of the last answer
delay=0			# microseconds, of the last await_same
declare -A to=() from=() session=()
declare -A part=()	# of a line that is still to come

# What is shown of a side: a join, so both tables matter.
view='SELECT p.id, p.name, c.name, p.pay FROM Person p JOIN City c
ON p.city_id = c.id ORDER BY p.id LIMIT 12'

open_sql()
{
	local side fd address
	for side in left right; do
		address=${side}_addr
		mkfifo "$dir/$side.in" "$dir/$side.out"
		GGPIPE_ORACLE_HEAP=128m t/services oracle sql "${!address}" - \
		    <"$dir/$side.in" >"$dir/$side.out" 2>"$dir/$side.sql.log" &
		session[$side]=$!
		exec {fd}>"$dir/$side.in"
		to[$side]=$fd
		exec {fd}<"$dir/$side.out"
		from[$side]=$fd
	done
}

close_sql()
{
	local side
	for side in "${!session[@]}"; do
		kill "${session[$side]}" 2>/dev/null
		wait "${session[$side]}" 2>/dev/null
	done
	session=()
}

# tell SIDE STATEMENT: send it, do not wait.
tell()
{
	local text=${2//[$'\n\t']/ }
	printf '%s\n%s\n' "$text" "SELECT '--'" >&"${to[$1]}" ||
		fail "$1: the SQL session ended" "$dir/$1.sql.log"
}

# hear SIDE SECONDS: 0 when the answer is whole and in reply, 1 not yet (and
# then only for statements that have no rows).
hear()
{
	local line status heard=()
	while :; do
		IFS= read -r -t "$2" -u "${from[$1]}" line
		status=$?
		# Out of time, read has taken what there was of a line.
		line=${part[$1]-}$line
		part[$1]=
		if [ "$status" -gt 128 ]; then
			part[$1]=$line
			return 1
		fi
		[ "$status" -eq 0 ] ||
			fail "$1: SQL failed" "$dir/$1.sql.log"
		[ "$line" != -- ] || break
		heard+=("$line")
	done
	reply=("${heard[@]}")
}

# ask SIDE STATEMENT: and wait for its rows.
ask()
{
	tell "$1" "$2"
	hear "$1" 60 || fail "$1: no answer to SQL in 60 s" "$dir/$1.sql.log"
}

run_left()
{
	show_statement left "$1"
	ask left "$1"
}

run_both()
{
	show_statement both "$1"
	ask left "$1"
	ask right "$1"
}

# await_same SECONDS: until a query finds the same on the right as on the
# left. Sets left, right, and delay: how long that took from now on.
await_same()
{
	local since=${EPOCHREALTIME/./} end=$((SECONDS + $1)) want got n=0

	tell left "$view"
	while :; do
		ask right "$view"
		got=("${reply[@]}")
		delay=$((${EPOCHREALTIME/./} - since))
		if [ -z "${want+x}" ]; then
			hear left 60 || fail 'left: no answer to SQL in 60 s'
			left=("${reply[@]}")
			want="${left[*]}"
		fi
		right=("${got[@]}")
		[ "${got[*]}" != "$want" ] || break
		# Close looks at first; a long wait should cost nobody a core.
		if [ $((++n)) -gt 100 ]; then
			check_chains
			sleep 0.02
		fi
		[ "$SECONDS" -lt "$end" ] ||
			fail "the right side did not follow in $1 s" "$dir/sink.log"
	done
}
