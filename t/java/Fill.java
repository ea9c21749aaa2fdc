import java.io.File;
import java.sql.Timestamp;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.ignite.binary.BinaryObjectBuilder;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.client.ClientCache;
import org.apache.ignite.client.ClientCacheConfiguration;
import org.apache.ignite.client.IgniteClient;
import org.apache.ignite.client.IgniteClientFuture;

/** Writers of test data: the same seed gives the same data. */
final class Fill {
    private static final int BATCH = 1000;
    private static final int IN_FLIGHT = 4;

    private final IgniteClient client;
    private final boolean binary;
    private final int size;
    private final Random random;

    Fill(Cluster cluster, Args args) {
        client = cluster.client();
        binary = args.flag("binary");
        size = (int) args.number("value-bytes", 200);
        random = new Random(args.number("seed", 1));
    }

    static ClientCacheConfiguration configuration(String cache, Args args) {
        return new ClientCacheConfiguration()
            .setName(cache)
            .setAtomicityMode(CacheAtomicityMode.valueOf(
                args.option("atomicity", "ATOMIC")))
            .setBackups((int) args.number("backups", 0));
    }

    /** Keys 0 to n-1. */
    void entries(ClientCacheConfiguration cfg, long n) throws Exception {
        ClientCache<Object, Object> cache =
            client.getOrCreateCache(cfg).withKeepBinary();
        Deque<IgniteClientFuture<Void>> sent = new ArrayDeque<>();
        Map<Object, Object> batch = new TreeMap<>();
        int most = Math.max(1, Math.min(BATCH, (4 << 20) / size));
        for (long key = 0; key < n; key++) {
            batch.put(key, value(key));
            if (batch.size() == most || key == n - 1) {
                if (sent.size() == IN_FLIGHT)
                    sent.remove().get();
                sent.add(cache.putAllAsync(batch));
                batch = new TreeMap<>();
            }
        }
        for (IgniteClientFuture<Void> f : sent)
            f.get();
        System.out.println("filled " + n);
    }

    void mutate(String name, Args args) throws Exception {
        long keys = args.number("keys", 1000);
        long removes = args.number("removes", 30);
        long rate = args.number("rate", 0);
        long count = args.number("count", Long.MAX_VALUE);
        long seconds = args.number("seconds", 0);
        String until = args.option("until", null);
        args.done();
        if (count == Long.MAX_VALUE && seconds == 0 && until == null)
            throw new Args.Misuse("mutate wants --count, --seconds or --until");

        ClientCache<Object, Object> cache = client
            .getOrCreateCache(configuration(name, args)).withKeepBinary();
        File end = until == null ? null : new File(until);
        long start = System.nanoTime();
        long puts = 0;
        long removed = 0;
        for (long i = 0; i < count; i++) {
            long ns = System.nanoTime() - start;
            if (seconds > 0 && ns > seconds * 1_000_000_000L
                || end != null && i % 16 == 0 && end.exists())
                break;
            if (rate > 0 && i * 1e9 / rate > ns)
                Thread.sleep((long) (i * 1e3 / rate - ns / 1e6) + 1);
            long key = (long) (random.nextDouble() * keys);
            if (random.nextInt(100) < removes) {
                cache.remove(key);
                removed++;
            } else {
                cache.put(key, value(i));
                puts++;
            }
        }
        System.out.printf("puts %d, removes %d, %.1f s%n", puts, removed,
            (System.nanoTime() - start) / 1e9);
    }

    private Object value(long key) {
        return binary ? order(key) : text(size);
    }

    private String text(int n) {
        byte[] b = new byte[Math.max(0, n)];
        for (int i = 0; i < n; i++)
            b[i] = (byte) ('a' + random.nextInt(26));
        return new String(b, java.nio.charset.StandardCharsets.US_ASCII);
    }

    /** Ten fields of the usual kinds; the note brings it to its size. */
    private Object order(long key) {
        BinaryObjectBuilder b = client.binary().builder("Order");
        b.setField("id", key);
        b.setField("customer", "customer " + random.nextInt(100000));
        b.setField("quantity", random.nextInt(100));
        b.setField("price", random.nextInt(1000000) / 100.0);
        b.setField("paid", random.nextBoolean());
        b.setField("placed", new Timestamp(
            1700000000000L + random.nextInt(1000000000)));
        b.setField("reference", new UUID(random.nextLong(), key));
        b.setField("warehouse", (short) random.nextInt(500));
        b.setField("weight", random.nextFloat());
        b.setField("note", text(size - 160));
        return b.build();
    }
}
