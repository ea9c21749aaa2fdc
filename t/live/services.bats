#!/usr/bin/env bats
# The services that every other live test stands on.

bats_require_minimum_version 1.5.0

setup_file() {
	export dir=$BATS_FILE_TMPDIR/s
	cd "$BATS_TEST_DIRNAME/../.." || return
	t/services fetch
}

teardown_file() {
	t/services stop-all "$dir"
}

setup() {
	bats_load_library bats-support
	bats_load_library bats-assert
	read_env
}

read_env() {
	eval "$(t/services env "$dir")"
}

# none_left: no process works in our directory.
none_left() {
	refute pgrep -f "Guard $dir/"
}

# gone PID: within ten seconds.
gone() {
	local end=$((SECONDS + 10))
	while [ -d "/proc/$1" ]; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

@test "says what is wrong with a command line" {
	run -64 t/services
	run -64 t/services begin
	run -64 t/services start "$dir" ignite left nodes=3
	assert_output --partial 'unknown option nodes='
	run -64 t/services start "$dir" ignite Left
	run -64 t/services start "$dir" kafka k acl
	run -1 t/services stop "$dir" nobody
	run -0 t/services --help
	assert_output --partial 'restart-node DIR NAME'
	none_left
}

@test "starts two clusters and a broker at once, silently" {
	t/services start "$dir" ignite left >"$BATS_TEST_TMPDIR/out" 2>&1 &
	local a=$!
	t/services start "$dir" ignite right heap=256m region=64 &
	local b=$!
	t/services start "$dir" kafka k &
	wait $a
	wait $b
	wait $!
	run -0 cat "$BATS_TEST_TMPDIR/out"
	assert_output ''
	read_env
	[ "$left_addr" != "$right_addr" ]
	t/services oracle put "$left_addr" c key value
	run -0 t/services oracle get "$left_addr" c key
	assert_output value
	run -0 t/services oracle caches "$right_addr"
	assert_output ''

	t/services topic "$dir" k create t partitions=2 \
		cleanup.policy=compact
	echo k:v | kcat -b "$k_brokers" -F "$k_config" -t t -p 1 -K: -P
	run -0 t/services topic "$dir" k ends t
	assert_line $'t\t0\t0\t0'
	assert_line $'t\t1\t0\t1'
	# Nobody asked for autocreate.
	run ! kcat -b "$k_brokers" -t other -C -e -m 5
}

@test "a value of 16 MiB passes the broker" {
	head -c 16777216 /dev/zero >"$BATS_TEST_TMPDIR/big"
	kcat -b "$k_brokers" -X message.max.bytes=33554432 -t t -p 0 -k big \
		-P "$BATS_TEST_TMPDIR/big"
	kcat -b "$k_brokers" -t t -p 0 -C -e -q -D "" >"$BATS_TEST_TMPDIR/out"
	cmp "$BATS_TEST_TMPDIR/big" "$BATS_TEST_TMPDIR/out"
}

@test "will not start a second one of the same name" {
	run -1 t/services start "$dir" ignite left
	assert_output --partial 'is there already'
}

@test "the oracle tells equal from wrong, missing and extra" {
	for side in "$left_addr" "$right_addr"; do
		t/services oracle fill "$side" f 3000 --binary
	done
	run -0 t/services oracle compare "$left_addr" "$right_addr" f
	assert_output 'equal 3000, wrong 0, bytes differ 0, missing 0, extra 0'
	t/services oracle remove "$right_addr" f 1L
	t/services oracle put "$right_addr" f 2L text
	t/services oracle put "$right_addr" f -3L text
	run -1 t/services oracle compare "$left_addr" "$right_addr" f
	assert_line --regexp '^missing: f key Long 1 '
	assert_line --regexp '^wrong: f key Long 2 '
	assert_line --regexp '^extra: f key Long -3 '
	assert_line 'equal 2998, wrong 1, bytes differ 0, missing 1, extra 1'
	run -1 t/services oracle wait-equal "$left_addr" "$right_addr" f \
		--timeout=1
}

@test "the oracle's types and tables agree with themselves" {
	t/services oracle types-write "$left_addr"
	run -0 t/services oracle types-check "$left_addr" "$left_addr"
	assert_line --regexp '^objects: checked [0-9]{3}, failed 0$'
	run -1 t/services oracle types-check "$left_addr" "$right_addr"
	t/services oracle sql-types-write "$left_addr"
	t/services oracle sql-types-create "$right_addr"
	run -0 t/services oracle sql-types-check "$left_addr" "$left_addr"
	assert_output 'rows 50, wrong 0'
	run -1 t/services oracle sql-types-check "$left_addr" "$right_addr"
}

@test "a pid that belongs to somebody else by now is left alone" {
	sleep 300 3>&- &
	local other=$!
	mkdir -p "$dir/old/1"
	echo "$other 12345" >"$dir/old/1/pid"
	t/services stop-all "$dir/old"
	kill "$other"
	rm -r "$dir/old"
}

@test "stops one, and the rest stays" {
	t/services stop "$dir" left
	gone "$left_pid"
	[ -d "/proc/$right_pid" ]
	[ -d "/proc/$k_pid" ]
}

@test "a service ends when its directory is removed" {
	rm -rf "$dir/right"
	gone "$right_pid"
}

@test "a broker comes back on its port with its data" {
	t/services stop "$dir" k --kill
	t/services restart-node "$dir" k
	run -0 kcat -b "$k_brokers" -t t -p 1 -C -e -q -K:
	assert_output k:v
	t/services stop-all "$dir"
	none_left
}

@test "two persistent nodes keep data through SIGKILL" {
	t/services start "$dir" ignite two nodes=2 pds
	read_env
	[[ $two_addr == *,* ]]
	t/services oracle fill "$two_addr" c 500 --backups=1
	t/services stop "$dir" two --kill node=2
	gone "$two_pid2"
	[ -d "/proc/$two_pid" ]
	run -0 t/services oracle size "${two_addr%,*}" c
	assert_output 500
	t/services restart-node "$dir" two node=2
	t/services stop "$dir" two
	t/services restart-node "$dir" two
	before=$two_addr
	read_env
	[ "$two_addr" = "$before" ]
	run -0 t/services oracle size "${two_addr#*,}" c
	assert_output 500
	t/services stop-all "$dir"
	none_left
}

@test "a cluster with client certificates and passwords" {
	t/services start "$dir" ignite sec mtls auth
	read_env
	who=(--tls="$sec_tls" --user="$sec_user"
		--password-file="$sec_password_file")
	t/services oracle put "$sec_addr" c key value "${who[@]}"
	run -0 t/services oracle get "$sec_addr" c key "${who[@]}"
	assert_output value
	run -0 t/services oracle sql "$sec_addr" 'SELECT 1' "${who[@]}"
	assert_output 1
	run ! t/services oracle get "$sec_addr" c key --tls="$sec_tls"
	run -0 openssl s_client -connect "$sec_addr" -CAfile "$sec_ca" \
		-cert "$sec_cert" -key "$sec_key" -verify_return_error </dev/null
	t/services stop "$dir" sec
}

@test "a broker with certificates, users and access lists" {
	t/services start "$dir" kafka ks mtls sasl acl
	read_env
	t/services topic "$dir" ks create t
	echo one | kcat -b "$ks_brokers" -F "$ks_config" -t t -P
	run ! kcat -b "$ks_brokers" -F "$ks_alice_config" -t t -C -e -q
	assert_output --partial 'authorization failed'
	t/services topic "$dir" ks allow alice read topic t
	run -0 kcat -b "$ks_brokers" -F "$ks_alice_config" -t t -C -e -q
	assert_line one
	run -0 kcat -b "$ks_brokers" -F "$ks_alice_config" -t t -C -e -q \
		-X sasl.mechanism=PLAIN
	assert_line one
	run ! kcat -b "$ks_brokers" -F "$ks_alice_config" -L -m 3 \
		-X sasl.password=wrong
	t/services stop-all "$dir"
	none_left
}
