# helpers: what several .bats share; load it with "load helpers".

export TOOLS=${BUILD:?run me by t/run}/t/tools

# until_true SECONDS COMMAND...: try again until it succeeds, or fail.
until_true()
{
	local limit=$((SECONDS + $1))

	shift
	until "$@"; do
		if [ "$SECONDS" -ge "$limit" ]; then
			echo "in vain: $*"
			return 1
		fi
		# Not a wait for time: the condition is looked at again.
		read -rt 0.02 <> <(:) || :
	done
}

# has FILE TEXT: the text is in the file.
has()
{
	grep -qF -- "$2" "$1" 2>/dev/null
}

is_gone()
{
	! kill -0 "$1" 2>/dev/null
}

# hello [FORMAT]: the line of a HELLO for frame-load.
# shellcheck disable=SC2120 # some tests give one
hello()
{
	echo "{\"frame\":\"hello\",\"run\":\"00000000000000aa\",\"format\":\"${1:-bytes}\",\"origin\":\"test\"}"
}

# record KEY [VALUE]: the line of an upsert of cache c for frame-load.
record()
{
	echo "{\"frame\":\"record\",\"op\":\"upsert\",\"cache\":\"c\",\"raw\":{\"key\":{\"text\":\"$1\"},\"value\":{\"text\":\"${2:-v}\"}}}"
}

# stream KEY...: a whole stream with these records.
stream()
{
	local k

	{
		hello
		for k; do
			record "$k"
		done
		echo '{"frame":"end"}'
	} | frame-load
}

# keys <STREAM: the keys that came, in a line.
keys()
{
	frame-dump --no-raw | jq -r 'select(.frame == "record") | .key' |
		xargs
}
