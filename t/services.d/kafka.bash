# shellcheck shell=bash disable=SC2154,SC2034
# Apache Kafka for t/services.

# Any 16 bytes will do.
cluster_id=ggpipe-tests-AAAAAAAAA

kafka_check()
{
	check_options kafka heap= tls mtls sasl acl autocreate
	has acl && ! has sasl && misuse 'acl needs sasl'
	return 0
}

# format: an empty log directory that knows its users, to be copied.
format()
{
	{
		cat "$parts/kafka.properties"
		printf '%s\n' controller.quorum.voters=1@127.0.0.1:1 \
			listeners=CONTROLLER://127.0.0.1:1 \
			process.roles=controller log.dirs="$PWD"
	} >"$PWD.properties"
	java -XX:-UsePerfData -cp "$kafka_path" kafka.tools.StorageTool \
		format -t "$cluster_id" -c "$PWD.properties" \
		-S 'SCRAM-SHA-256=[name=admin,password=admin-secret]' \
		-S 'SCRAM-SHA-256=[name=alice,password=alice-secret]' \
		>"$PWD.log" 2>&1 || {
		cat "$PWD.log" >&2
		return 1
	}
	rm -f "$PWD.log" "$PWD.properties"
}

# kafka_protocol: of the listener for clients.
kafka_protocol()
{
	local tls=
	if has tls || has mtls; then tls=1; fi
	if has sasl; then
		echo "SASL_${tls:+SSL}${tls:-PLAINTEXT}" | sed 's/SSL1/SSL/'
	else
		[ -n "$tls" ] && echo SSL || echo PLAINTEXT
	fi
}

# kafka_properties PORT CONTROLLER-PORT
kafka_properties()
{
	local protocol listener
	protocol=$(kafka_protocol)
	listener=listener.name.$(tr '[:upper:]' '[:lower:]' <<<"$protocol")
	cat "$parts/kafka.properties"
	cat <<-END
		controller.quorum.voters=1@127.0.0.1:$2
		listeners=$protocol://127.0.0.1:$1,CONTROLLER://127.0.0.1:$2
		advertised.listeners=$protocol://127.0.0.1:$1
		inter.broker.listener.name=$protocol
		listener.security.protocol.map=CONTROLLER:PLAINTEXT,$protocol:$protocol
		log.dirs=$home/1/data
	END
	if has autocreate; then
		echo auto.create.topics.enable=true
	else
		echo auto.create.topics.enable=false
	fi
	if has tls || has mtls; then
		cat <<-END
			ssl.keystore.type=PKCS12
			ssl.keystore.location=$dir/tls/node.p12
			ssl.keystore.password=changeit
			ssl.truststore.type=PKCS12
			ssl.truststore.location=$dir/tls/trust.p12
			ssl.truststore.password=changeit
		END
	fi
	if has mtls; then echo ssl.client.auth=required; fi
	if has sasl; then
		cat <<-END
			sasl.enabled.mechanisms=SCRAM-SHA-256,PLAIN
			sasl.mechanism.inter.broker.protocol=SCRAM-SHA-256
			$listener.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="admin-secret";
			$listener.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="admin-secret" user_admin="admin-secret" user_alice="alice-secret";
		END
	fi
	# The broker itself comes to its controller without a name.
	if has acl; then
		cat <<-END
			authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
			super.users=User:admin;User:ANONYMOUS
		END
	fi
}

# client_config USER: librdkafka properties.
client_config()
{
	echo "security.protocol=$(kafka_protocol)"
	if has tls || has mtls; then echo "ssl.ca.location=$dir/tls/ca.pem"; fi
	if has mtls; then
		echo "ssl.certificate.location=$dir/tls/client.pem"
		echo "ssl.key.location=$dir/tls/client.key"
	fi
	if has sasl; then
		echo sasl.mechanism=SCRAM-SHA-256
		echo "sasl.username=$1"
		echo "sasl.password=$1-secret"
	fi
}

# kafka_prepare: the broker's directory, ports, properties, arguments.
kafka_prepare()
{
	local port
	mkdir "$home/1"
	cp -r "$kafka_data" "$home/1/data"
	port=$(free_port)
	echo "$port" >"$home/1/ports"
	kafka_properties "$port" "$(free_port)" >"$home/1/server.properties"
	client_config admin >"$home/admin.config"
	if has sasl; then
		client_config alice >"$home/alice.config"
		(
			# Clients refuse a password file that others can read.
			umask 077
			echo admin-secret >"$home/admin.password"
			echo alice-secret >"$home/alice.password"
		)
	fi
	printf '%s\n' >"$home/1/args" \
		-Xms64m -Xmx"$(value heap 512m)" -XX:+UseSerialGC \
		"${archived[@]}" -Djava.io.tmpdir="$home/1/tmp" \
		-Dlog4j.configuration="file:$parts/log4j.properties" \
		-cp "$kafka_path" \
		Guard "$home/1" kafka.Kafka "$home/1/server.properties"
}

# kafka_answers NODE
kafka_answers()
{
	grep -qs 'Kafka Server started' "$1/log" &&
		kcat -F "$home/admin.config" -m 2 -L \
			-b "127.0.0.1:$(cat "$1/ports")" >/dev/null 2>&1
}

kafka_env()
{
	publish brokers "127.0.0.1:$(cat "$home/1/ports")"
	publish config "$home/admin.config"
	if has tls || has mtls; then tls_env; fi
	if has sasl; then
		publish user admin
		publish password_file "$home/admin.password"
		publish alice_config "$home/alice.config"
		publish alice_password_file "$home/alice.password"
	fi
}

kafka_ready()
{
	:
}

kafka_train()
{
	kafka_tool create train partitions=2 &&
		kafka_tool ends train
}

# kafka_tool COMMAND...: of KafkaTopic, with all rights.
kafka_tool()
{
	java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "${archived[@]}" \
		-Dlog4j.configuration="file:$parts/log4j.properties" \
		-cp "$kafka_path" KafkaTopic \
		"127.0.0.1:$(cat "$home/1/ports")" "$home/admin.config" "$@"
}

topic()
{
	find_service "$@"
	fetch_kafka
	archive "$archives/tool.jsa"
	kafka_tool "${@:3}"
}
