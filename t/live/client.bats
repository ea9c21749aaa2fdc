#!/usr/bin/env bats
# The client of the cluster, against real nodes: a cluster of two, one with
# TLS and passwords, one that wants certificates; and what is no node.

# shellcheck disable=SC2154 # set by bats and by t/services
bats_require_minimum_version 1.5.0

setup_file() {
	export dir=$BATS_FILE_TMPDIR/s
	cd "$BATS_TEST_DIRNAME/../.." || return
	t/services start "$dir" ignite g nodes=2 heap=384m
	t/services start "$dir" ignite sec tls auth heap=384m
	t/services start "$dir" ignite mtls mtls heap=384m
	t/services start "$dir" kafka k
}

teardown_file() {
	t/services stop-all "$dir"
}

setup() {
	bats_load_library bats-support
	bats_load_library bats-assert
	cd "$BATS_TEST_DIRNAME/../.." || return
	eval "$(t/services env "$dir")"
	thin=${BUILD:-build}/t/tools/thin
	tmp=$BATS_TEST_TMPDIR
}

# on CLUSTER COMMAND...: with all that its nodes want.
on() {
	local a=(--give-up-after 5s)
	case $1 in
	g) a+=(-a "$g_addr") ;;
	sec) a+=(-a "$sec_addr" --tls --tls-ca "$sec_ca" -u "$sec_user"
		--password-file "$sec_password_file") ;;
	mtls) a+=(-a "$mtls_addr" --tls --tls-ca "$mtls_ca"
		--tls-cert "$mtls_cert" --tls-key "$mtls_key") ;;
	esac
	shift
	"$thin" "${a[@]}" "$@"
}

# once OPTION... : one try, whatever the options say.
once() {
	run --separate-stderr "$thin" --give-up-after 0 "$@" who
}

# until_line FILE PATTERN: within twenty seconds.
until_line() {
	local end=$((SECONDS + 20))
	until grep -qs -- "$2" "$1"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

@test "gets in plain, with TLS and a password, with a certificate" {
	local c
	for c in g sec mtls; do
		run on "$c" who
		assert_success
		assert_output --regexp 'product=2\.[0-9]+\.[0-9]+ state=1'
	done
}

@test "says who is not let in, and why" {
	once -a "$sec_addr" --tls --tls-ca "$sec_ca"
	assert_failure 77
	assert_regex "$stderr" 'wants a user'

	GG_PASSWORD=wrong once -a "$sec_addr" --tls --tls-ca "$sec_ca" \
		-u "$sec_user"
	assert_failure 77
	assert_regex "$stderr" "user $sec_user is not let in"
	refute_regex "$stderr" 'wrong '

	GG_PASSWORD=$(cat "$sec_password_file") once -a "$sec_addr" --tls \
		--tls-ca "$sec_ca" -u "$sec_user"
	assert_success

	once -a "$mtls_addr" --tls --tls-ca "$mtls_ca"
	assert_failure 77
	assert_regex "$stderr" '--tls-cert'
}

@test "does not believe a stranger's certificate" {
	once -a "$mtls_addr" --tls --tls-cert "$mtls_cert" \
		--tls-key "$mtls_key"
	assert_failure 78
	assert_regex "$stderr" '--tls-ca'

	# The same machine by a name that the certificate does not have.
	once -a "127.1:${mtls_addr#*:}" --tls --tls-ca "$mtls_ca" \
		--tls-cert "$mtls_cert" --tls-key "$mtls_key"
	assert_failure 78
	assert_regex "$stderr" 'mismatch'

	once -a "127.1:${mtls_addr#*:}" --tls --tls-insecure \
		--tls-cert "$mtls_cert" --tls-key "$mtls_key"
	assert_success
	assert_regex "$stderr" 'warn: --tls-insecure'
}

@test "knows what listens there when it is no node" {
	local port
	once -a "$k_brokers"
	assert_failure 78
	assert_regex "$stderr" 'Kafka broker'

	once -a "$k_brokers" --tls
	assert_failure 78
	assert_regex "$stderr" 'Kafka broker'

	once -a "$sec_addr"
	assert_failure 78
	assert_regex "$stderr" 'give --tls'

	once -a "${g_addr%%,*}" --tls
	assert_failure 78
	assert_regex "$stderr" 'leave out --tls'

	python3 -u - >"$tmp/http" 2>/dev/null 3>&- <<-'PY' &
	import http.server
	s = http.server.HTTPServer(('127.0.0.1', 0),
	    http.server.SimpleHTTPRequestHandler)
	print('port', s.server_port)
	print('ready')
	s.serve_forever()
	PY
	until_line "$tmp/http" ready
	port=$(sed -n 's/^port //p' "$tmp/http")
	once -a "127.0.0.1:$port"
	kill $!
	assert_failure 78
	assert_regex "$stderr" 'HTTP server'
	once -a "127.0.0.1:$port"
	assert_failure 69
	assert_regex "$stderr" 'connection refused'
}

@test "goes on to the next address" {
	# The first of these is nobody's: ports below 1024 stay free.
	for _ in 1 2 3; do
		once -a "127.0.0.1:9,$g_addr"
		assert_success
	done
}

@test "computes where each kind of key is" {
	on g make places
	run on g map places
	assert_success
	assert_line '1024 partitions on 2 nodes'
	[ "$(grep -c ' ok$' <<<"$output")" -eq 17 ]
}

@test "finds each node by its id" {
	run on g nodes
	assert_success
	[ "$(sort -u <<<"$output" | wc -l)" -eq 2 ]
}

@test "hears of each change, from both nodes, in each key's order" {
	on g make heard
	on g watch heard 60 >"$tmp/events" 3>&- &
	until_line "$tmp/events" live
	on g put heard 1 20
	on g put heard 1 20
	on g remove heard 1 20
	wait $!
	[ "$(grep -c ^created "$tmp/events")" -eq 20 ]
	[ "$(grep -c ^updated "$tmp/events")" -eq 20 ]
	[ "$(grep -c ^removed "$tmp/events")" -eq 20 ]
	run grep ' 7 ' "$tmp/events"
	assert_output 'created 7 null v7
updated 7 v7 v7
removed 7 v7 null'
}

@test "pages, batches and answers out of order add up" {
	on sec make sums
	on sec put sums 0 6000
	on sec remove sums 10 10
	on sec stream sums 6000 100
	on sec unstream sums 0 5
	run on sec size sums
	assert_output 6085
	on sec scan sums | sort -n >"$tmp/rows"
	awk 'BEGIN {
		for (i = 5; i < 6100; i++)
			if (i < 10 || i >= 20)
				print i, "v" i
	}' | cmp - "$tmp/rows"
	run on sec get sums 1 7 6099
	assert_success
	[ "$(sort -n <<<"$output")" = $'7 v7\n6099 v6099' ]
	run on sec many sums 5000
	assert_output '5000 done'
}

@test "types come back as they were sent" {
	run on g types
	assert_success
	assert_output 'unknown type: none
unknown class: none
type: same
class: test.Fresh'
}

@test "makes a cache like another cluster's" {
	on g sql 'create table t (id int, part int, name varchar(20),
		d decimal(8, 2) not null, primary key (id, part))
		with "cache_name=t,atomicity=transactional,backups=1,
		affinity_key=part,key_type=TK,value_type=TV"'
	run on g config t
	assert_success
	assert_line 'atomicity=0 mode=2 backups=1'
	assert_line 'key TK by PART'
	assert_line --partial 'field NAME java.lang.String 20 '
	[ "$(grep -c ' key$' <<<"$output")" -eq 2 ]
	on sec like t "$(on g describe t)"
	on g config t | sort >"$tmp/one"
	run diff "$tmp/one" <(on sec config t | sort)
	assert_success
	run on sec sql "insert into t values (1, 2, 'x', 1.5)"
	assert_success
	run on sec sql 'select name from t where part = 2'
	assert_output x
}

@test "judges a cache that is not there" {
	run --separate-stderr on g size nosuch
	assert_failure 78
	assert_regex "$stderr" 'why=5'
}

@test "notices the end of its node, and what follows" {
	on mtls hold >"$tmp/held" 2>"$tmp/why" 3>&- &
	local pid=$! ended=0
	until_line "$tmp/held" held
	t/services stop "$dir" mtls --kill
	wait "$pid" || ended=$?
	[ "$ended" -eq 69 ]
	assert_regex "$(cat "$tmp/why")" 'the peer (closed|reset)'
	once -a "$mtls_addr" --tls --tls-ca "$mtls_ca"
	assert_failure 69
	assert_regex "$stderr" 'connection refused'
	# A node that comes back within the time is waited for.
	"$thin" --give-up-after 60s -a "$mtls_addr" --tls \
		--tls-ca "$mtls_ca" --tls-cert "$mtls_cert" \
		--tls-key "$mtls_key" who >"$tmp/who" 2>"$tmp/warn" 3>&- &
	pid=$!
	until_line "$tmp/warn" 'trying again'
	t/services restart-node "$dir" mtls
	wait "$pid"
	assert_regex "$(cat "$tmp/who")" 'state=1'
}
