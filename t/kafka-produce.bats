#!/usr/bin/env bats
# kafka-produce without a broker: what it says before it needs one.

# shellcheck disable=SC2016 # ${...} is for kafka-produce, not for the shell
bats_require_minimum_version 1.5.0

setup() {
	bats_load_library bats-support
	bats_load_library bats-assert
	cd "$BATS_TEST_TMPDIR" || return
	"${BUILD:-$BATS_TEST_DIRNAME/../build}"/t/tools/gen 3 20 c >frames
}

# wrong STATUS TEXT ARGUMENT...: it ends so, and says so.
wrong() {
	local status=$1 text=$2

	shift 2
	run "-$status" --separate-stderr timeout 20 kafka-produce "$@" <frames
	assert_equal "$output" ''
	# shellcheck disable=SC2154 # by run
	[[ ${stderr_lines[0]} == "kafka-produce: "*"$text"* ]] ||
	    fail "said: $stderr"
}

@test "helps" {
	run -0 kafka-produce --help
	assert_line --index 0 --partial 'usage: kafka-produce '
	assert_output --partial '--topic-prefix'
	local line
	for line in "${lines[@]}"; do
		[ ${#line} -le 80 ]
	done
	run -0 kafka-produce -V
}

@test "wants brokers and a topic" {
	wrong 64 'which brokers?' -t x
	wrong 64 'where to?' -b localhost
	wrong 64 'where to?' -b localhost -t x --topic-prefix y
}

@test "knows which names topics have" {
	wrong 78 "topic name 'a b'" -b localhost -t 'a b'
	wrong 78 '{cache}' -b localhost -t '{table}'
	wrong 78 "topic name 'a/'" -b localhost --topic-prefix a/
	wrong 78 'topic name' -b localhost -t x --types-topic 'no pe'
}

@test "checks options before it reads" {
	wrong 64 '-z brotli' -b localhost -t x -z brotli
	wrong 64 '--topic-config cleanup' -b localhost -t x \
	    --topic-config cleanup
	wrong 64 'partitions' -b localhost -t x --partitions 0
	wrong 64 'give-up-after' -b localhost -t x --give-up-after soon
	wrong 64 "what is 'more'?" -b localhost -t x more
	wrong 64 'stdin' -b localhost -t x --stdin
}

@test "passes properties to librdkafka, but not those that make it safe" {
	local p

	for p in acks=1 request.required.acks=0 enable.idempotence=false \
	    max.in.flight=6 message.timeout.ms=1000 delivery.timeout.ms=1000 \
	    partitioner=consistent transactional.id=x retries=0; do
		wrong 64 "-X ${p%%=*}: is always" -b localhost -t x -X "$p"
	done
	run -0 kafka-produce -b localhost -X acks=all -X linger.ms=77 -X dump
	assert_line 'queue.buffering.max.ms = 77'
	assert_line 'request.required.acks = -1'
	assert_line 'enable.idempotence = true'
	assert_line 'partitioner = murmur2_random'
	assert_line 'message.timeout.ms = 0'
	run -0 kafka-produce -X list
	assert_output --partial 'queue.buffering.max.messages'
	wrong 64 'is linger.ms meant?' -b localhost -t x -X linger.mss=1
	wrong 64 'NAME=VALUE' -b localhost -t x -X linger.ms
}

@test "takes no secret from the command line" {
	wrong 64 '${env:NAME}' -b localhost -t x -X sasl.password=geheim
	refute [ "${stderr/geheim/}" != "$stderr" ]
	wrong 78 'no KP_NOT_SET' -b localhost -t x \
	    -X 'sasl.password=${env:KP_NOT_SET}'
	KP_SET=geheim run -0 kafka-produce -b localhost -X dump \
	    -X 'sasl.password=${env:KP_SET}'
	assert_line 'sasl.password = [hidden]'
}

@test "reads librdkafka's properties and Java's" {
	echo 'user=me' >secret
	cat >props <<-'END'
		bootstrap.servers: broker:9092
		security.protocol=SASL_SSL
		sasl.mechanism=SCRAM-SHA-512
		sasl.jaas.config=org.apache.kafka.common.security.scram.\
		    ScramLoginModule required \
		    username="${file:secret:user}" password="x y";
		ssl.truststore.type=PEM
		ssl.truststore.location=/etc/hosts
		key.serializer=org.apache.kafka.common.serialization.X
		acks=1
		linger.ms=33
	END
	run -0 kafka-produce -F props -X dump
	assert_line 'metadata.broker.list = broker:9092'
	assert_line 'security.protocol = sasl_ssl'
	assert_line 'sasl.username = me'
	assert_line 'sasl.password = [hidden]'
	assert_line 'ssl.ca.location = /etc/hosts'
	assert_line 'queue.buffering.max.ms = 33'
	assert_line 'request.required.acks = -1'
	run -0 kafka-produce -F props -b other -X linger.ms=1 -X dump
	assert_line 'metadata.broker.list = other'
	assert_line 'queue.buffering.max.ms = 1'
}

@test "says in which line of the properties it is wrong" {
	printf 'linger.ms=1\nlinger.sm=1\n' >props
	wrong 78 'props: line 2: unknown property linger.sm; is linger.ms' \
	    -F props -t x
	echo 'ssl.truststore.location=/x.jks' >props
	wrong 78 'keytool -exportcert' -F props -t x
	echo 'linger.ms=soon' >props
	wrong 78 'props: ' -F props -t x
	wrong 78 'none: No such file' -F none -t x
}

@test "warns of a password that everybody may read" {
	printf 'sasl.password=geheim\n' >props
	chmod 644 props
	wrong 69 'everybody may read' -F props -b 127.0.0.1:1 -t x \
	    --give-up-after 300ms
	chmod 600 props
	wrong 69 'brokers 127.0.0.1:1' -F props -b 127.0.0.1:1 -t x \
	    --give-up-after 300ms
}

@test "gives up when there is no broker" {
	wrong 69 'brokers 127.0.0.1:1: no answer: ' -b 127.0.0.1:1 -t x \
	    --give-up-after 500ms
	[[ $stderr == *'Connection refused'* ]]
	# shellcheck disable=SC2154 # by run
	[ ${#stderr_lines[@]} -eq 1 ]
	wrong 69 'Failed to resolve' -b nobody.invalid:9092 -t x \
	    --give-up-after 500ms
}

@test "notices an HTTP server" {
	coproc SERVER { exec socat -d -d TCP-LISTEN:0,bind=127.0.0.1,fork,reuseaddr \
	    SYSTEM:'printf "HTTP/1.1 400 Bad Request\r\n\r\n"' 2>&1 3>&-; }
	local line port
	while read -r -t 10 line <&"${SERVER[0]}"; do
		[[ $line =~ listening\ on\ .*:([0-9]+)$ ]] && break
	done
	port=${BASH_REMATCH[1]}
	wrong 78 'an HTTP server answers there' -b "127.0.0.1:$port" -t x
	kill "$SERVER_PID"
}

@test "wants a stream of frames" {
	echo 'no frames' >frames
	wrong 65 'stdin: ' -b 127.0.0.1:1 -t x
	: >frames
	wrong 75 'stdin is empty' -b 127.0.0.1:1 -t x
}
