import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.cache.Cache.Entry;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.cache.CachePeekMode;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.client.ClientCache;

/**
 * Two clusters, key by key. Keys are equal when their bytes are. Values whose
 * bytes differ are looked at field by field, to tell a wrong value from an
 * equal one that was written in another way.
 */
final class Compare {
    private final Cluster left;
    private final Cluster right;
    private final String prefix;
    private final boolean quiet;
    private int shown;

    long equal;
    long wrong;
    long bytesDiffer;
    long missing;
    long extra;

    Compare(Cluster left, Cluster right, String prefix, boolean quiet) {
        this.left = left;
        this.right = right;
        this.prefix = prefix;
        this.quiet = quiet;
    }

    boolean same(boolean loose) {
        return wrong + missing + extra + (loose ? 0 : bytesDiffer) == 0;
    }

    String report() {
        return String.format("equal %d, wrong %d, bytes differ %d, missing %d,"
            + " extra %d", equal, wrong, bytesDiffer, missing, extra);
    }

    void cache(String name) throws Exception {
        if (!left.hasCache(name))
            throw new IllegalArgumentException(
                "no cache " + name + " in the left cluster");
        String there = prefix + name;
        Map<ByteBuffer, byte[]> seen = new HashMap<>();
        List<ByteBuffer> suspects = new ArrayList<>();
        Map<ByteBuffer, Object> keys = new HashMap<>();

        try (QueryCursor<Entry<Object, Object>> rows = scan(left, name)) {
            for (Entry<Object, Object> e : rows)
                seen.put(ByteBuffer.wrap(left.bytes(e.getKey())),
                    digest(left.bytes(e.getValue())));
        }
        if (right.hasCache(there)) {
            try (QueryCursor<Entry<Object, Object>> rows = scan(right, there)) {
                for (Entry<Object, Object> e : rows) {
                    ByteBuffer key = ByteBuffer.wrap(right.bytes(e.getKey()));
                    byte[] there16 = digest(right.bytes(e.getValue()));
                    byte[] here16 = seen.remove(key);
                    if (here16 == null) {
                        extra++;
                        show("extra", there, e.getKey(), null, e.getValue());
                    } else if (Arrays.equals(here16, there16)) {
                        equal++;
                    } else {
                        suspects.add(key);
                        keys.put(key, e.getKey());
                    }
                }
            }
        } else if (!quiet) {
            System.out.println("no cache " + there + " in the right cluster");
        }
        missing += seen.size();
        if (!seen.isEmpty() && !quiet)
            showMissing(name, seen);
        int judged = 0;
        int most = quiet ? 100 : 10000;
        for (ByteBuffer key : suspects) {
            if (judged++ < most)
                judge(name, there, keys.get(key));
            else
                wrong++;
        }
    }

    /** A cheap look first: different sizes need no comparison. */
    boolean sizesDiffer(String name) {
        return left.hasCache(name) && (!right.hasCache(prefix + name)
            || size(left, name) != size(right, prefix + name));
    }

    private static int size(Cluster c, String name) {
        return c.client().cache(name).size(CachePeekMode.PRIMARY);
    }

    static <K, V> ClientCache<K, V> open(Cluster c, String cache) {
        return c.client().<K, V>cache(cache).withKeepBinary();
    }

    private static QueryCursor<Entry<Object, Object>> scan(Cluster c,
        String cache) {
        ScanQuery<Object, Object> all = new ScanQuery<>();
        all.setPageSize(2048);
        return open(c, cache).query(all);
    }

    private static byte[] digest(byte[] bytes) throws Exception {
        return bytes.length <= 16 ? bytes
            : MessageDigest.getInstance("MD5").digest(bytes);
    }

    private void judge(String name, String there, Object key) {
        Object l = open(left, name).get(key);
        Object r = open(right, there).get(key);
        if (l != null && r != null
            && Arrays.equals(left.bytes(l), right.bytes(r))) {
            equal++;    /* it changed under our eyes */
        } else if (Same.values(l, r)) {
            bytesDiffer++;
            show("bytes differ", name, key, l, r);
            if (!quiet && shown <= 10) {
                System.out.println("  left  " + hex(left.bytes(l)));
                System.out.println("  right " + hex(right.bytes(r)));
            }
        } else {
            wrong++;
            show("wrong", name, key, l, r);
        }
    }

    private void showMissing(String name, Map<ByteBuffer, byte[]> missing) {
        try (QueryCursor<Entry<Object, Object>> rows = scan(left, name)) {
            for (Entry<Object, Object> e : rows) {
                if (shown >= 10)
                    return;
                ByteBuffer key = ByteBuffer.wrap(left.bytes(e.getKey()));
                if (missing.containsKey(key))
                    show("missing", name, e.getKey(), e.getValue(), null);
            }
        }
    }

    private void show(String what, String cache, Object key, Object l,
        Object r) {
        if (quiet || shown++ >= 10)
            return;
        System.out.println(what + ": " + cache + " key " + text(key)
            + (l == null ? "" : " left " + text(l))
            + (r == null ? "" : " right " + text(r)));
    }

    static String text(Object o) {
        String s;
        try {
            s = o instanceof Object[] ? Arrays.deepToString((Object[]) o)
                : o instanceof byte[] ? hex((byte[]) o)
                : o instanceof BinaryObject || o == null ? "" + o
                : o.getClass().getSimpleName() + " " + o;
        } catch (RuntimeException e) {
            s = "(" + e + ")";
        }
        return s.length() <= 300 ? s : s.substring(0, 300) + "...";
    }

    static String hex(byte[] b) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < b.length && i < 2000; i++)
            s.append(String.format("%02x", b[i]));
        return s + (b.length > 2000 ? "..." : "") + " (" + b.length + ")";
    }
}
