import java.io.FileInputStream;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Topics, their ends and access lists, through Kafka's own admin client. */
public final class KafkaTopic {
    private static final String HELP = String.join("\n",
        "create TOPIC [partitions=N] [PROPERTY=VALUE...]",
        "delete TOPIC...",
        "list",
        "ends TOPIC...      topic, partition, first offset, end: a line each",
        "allow USER OPERATION topic|group|transactional_id|cluster NAME|'*'",
        "                   OPERATION: read, write, describe, all, ...");

    private KafkaTopic() {
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 3 || args[2].equals("help")) {
            System.out.println(HELP);
            return;
        }
        try (Admin admin = Admin.create(properties(args[0], args[1]))) {
            List<String> rest = List.of(args).subList(3, args.length);
            switch (args[2]) {
                case "create" -> create(admin, rest);
                case "delete" -> admin.deleteTopics(rest).all().get();
                case "list" -> new TreeSet<>(admin.listTopics().names().get())
                    .forEach(System.out::println);
                case "ends" -> ends(admin, rest);
                case "allow" -> allow(admin, rest);
                default -> throw new IllegalArgumentException(HELP);
            }
        } catch (ExecutionException e) {
            System.err.println("KafkaTopic: " + e.getCause().getMessage());
            System.exit(1);
        }
    }

    /** The Java client's words for a file in librdkafka's. */
    private static Properties properties(String brokers, String file)
        throws Exception {
        Properties in = new Properties();
        try (InputStream s = new FileInputStream(file)) {
            in.load(s);
        }
        Properties out = new Properties();
        out.put("bootstrap.servers", brokers);
        out.put("security.protocol", in.getProperty("security.protocol"));
        String ca = in.getProperty("ssl.ca.location");
        if (ca != null) {
            String stores = ca.substring(0, ca.lastIndexOf('/') + 1);
            store(out, "ssl.truststore.", stores + "trust.p12");
            store(out, "ssl.keystore.", stores + "client.p12");
        }
        if (in.containsKey("sasl.mechanism")) {
            out.put("sasl.mechanism", in.getProperty("sasl.mechanism"));
            out.put("sasl.jaas.config", String.format(
                "org.apache.kafka.common.security.scram.ScramLoginModule"
                + " required username=\"%s\" password=\"%s\";",
                in.getProperty("sasl.username"),
                in.getProperty("sasl.password")));
        }
        return out;
    }

    private static void store(Properties out, String prefix, String file) {
        out.put(prefix + "type", "PKCS12");
        out.put(prefix + "location", file);
        out.put(prefix + "password", "changeit");
    }

    private static void create(Admin admin, List<String> args)
        throws Exception {
        int partitions = 1;
        Map<String, String> config = new HashMap<>();
        for (String a : args.subList(1, args.size())) {
            String[] word = a.split("=", 2);
            if (word[0].equals("partitions"))
                partitions = Integer.parseInt(word[1]);
            else
                config.put(word[0], word[1]);
        }
        NewTopic topic = new NewTopic(args.get(0), partitions, (short) 1);
        admin.createTopics(List.of(topic.configs(config))).all().get();
    }

    private static void ends(Admin admin, List<String> topics)
        throws Exception {
        Map<String, TopicDescription> all =
            new TreeMap<>(admin.describeTopics(topics).allTopicNames().get());
        for (TopicDescription topic : all.values()) {
            Map<TopicPartition, OffsetSpec> first = new HashMap<>();
            Map<TopicPartition, OffsetSpec> last = new HashMap<>();
            for (int p = 0; p < topic.partitions().size(); p++) {
                TopicPartition tp = new TopicPartition(topic.name(), p);
                first.put(tp, OffsetSpec.earliest());
                last.put(tp, OffsetSpec.latest());
            }
            Map<TopicPartition, ListOffsetsResultInfo> low =
                admin.listOffsets(first).all().get();
            Map<TopicPartition, ListOffsetsResultInfo> high =
                admin.listOffsets(last).all().get();
            for (int p = 0; p < topic.partitions().size(); p++) {
                TopicPartition tp = new TopicPartition(topic.name(), p);
                System.out.printf("%s\t%d\t%d\t%d%n", topic.name(), p,
                    low.get(tp).offset(), high.get(tp).offset());
            }
        }
    }

    private static void allow(Admin admin, List<String> args)
        throws Exception {
        ResourcePattern what = new ResourcePattern(
            ResourceType.fromString(args.get(2)), args.get(3),
            PatternType.LITERAL);
        AccessControlEntry who = new AccessControlEntry(
            "User:" + args.get(0), "*",
            AclOperation.fromString(args.get(1)), AclPermissionType.ALLOW);
        admin.createAcls(List.of(new AclBinding(what, who))).all().get();
    }
}
