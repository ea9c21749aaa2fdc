import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.cache.Cache.Entry;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryObjectException;
import org.apache.ignite.binary.BinaryType;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.client.ClientCache;
import org.apache.ignite.internal.binary.BinaryTypeImpl;

/** Every type from one cluster to the other. */
final class Types {
    private final Cluster left;
    private final Cluster right;
    private final String prefix;
    private final String only;
    private int checked;
    private int failed;

    private Types(Cluster left, Cluster right, Args args) {
        this.left = left;
        this.right = right;
        prefix = args.option("right-prefix", "");
        only = args.option("only", ".*");
    }

    private static Map<String, Map<Object, Object>> caches() {
        Map<String, Map<Object, Object>> all = new LinkedHashMap<>();
        all.put("types_values", new LinkedHashMap<>(Samples.values()));
        all.put("types_objects", new LinkedHashMap<>(Samples.objects()));
        all.put("types_opaque", new LinkedHashMap<>(Samples.opaque()));
        Map<Object, Object> keys = new LinkedHashMap<>();
        for (Object k : Samples.keys())
            keys.put(k, keys.size());
        all.put("types_keys", keys);
        return all;
    }

    static void write(Cluster cluster, Args args) {
        String only = args.option("only", ".*");
        args.done();
        int n = 0;
        for (Map.Entry<String, Map<Object, Object>> c : caches().entrySet()) {
            if (!c.getKey().matches(only))
                continue;
            ClientCache<Object, Object> cache =
                cluster.client().getOrCreateCache(c.getKey());
            for (Map.Entry<Object, Object> e : c.getValue().entrySet()) {
                try {
                    cache.put(e.getKey(), e.getValue());
                    n++;
                } catch (RuntimeException x) {
                    throw new IllegalStateException(c.getKey() + ": "
                        + Compare.text(e.getKey()), x);
                }
            }
        }
        System.out.println("wrote " + n);
    }

    static boolean check(Cluster left, Cluster right, Args args)
        throws Exception {
        Types t = new Types(left, right, args);
        args.done();
        Compare bytes = new Compare(left, right, t.prefix, false);
        for (Map.Entry<String, Map<Object, Object>> c : caches().entrySet()) {
            if (!c.getKey().matches(t.only))
                continue;
            t.objects(c.getKey(), c.getValue());
            bytes.cache(c.getKey());
            t.types(c.getKey());
        }
        System.out.printf("objects: checked %d, failed %d%nbytes: %s%n",
            t.checked, t.failed, bytes.report());
        return t.failed == 0 && t.checked > 0 && bytes.same(false);
    }

    /** What Java reads on both sides is what was written. */
    private void objects(String name, Map<Object, Object> samples) {
        if (!right.hasCache(prefix + name)) {
            fail(name, "not in the right cluster", "");
            return;
        }
        for (Map.Entry<Object, Object> e : samples.entrySet()) {
            String where = name + ": " + Compare.text(e.getKey());
            checked++;
            Object[] got = new Object[2];
            String l = read(left, name, e.getKey(), got, 0);
            String r = read(right, prefix + name, e.getKey(), got, 1);
            if (l == null)
                l = Deep.differenceAsStored(e.getValue(), got[0]);
            if (l == null && r == null)
                r = Deep.difference(got[0], got[1]);
            if (l != null)
                fail(where, "left", l);
            else if (r != null)
                fail(where, "right", r);
        }
    }

    /** Null when it went well, else why not. */
    private static String read(Cluster c, String cache, Object key,
        Object[] got, int i) {
        try {
            got[i] = c.client().cache(cache).get(key);
            return got[i] == null ? "is missing" : null;
        } catch (RuntimeException e) {
            Throwable t = e;
            while (t.getCause() != null)
                t = t.getCause();
            return "cannot be read: " + t;
        }
    }

    /** The descriptions of all types that occur say the same. */
    private void types(String name) {
        Map<String, BinaryType> found = new TreeMap<>();
        try (QueryCursor<Entry<Object, Object>> rows = Compare.open(left, name)
            .query(new ScanQuery<Object, Object>())) {
            for (Entry<Object, Object> e : rows) {
                collect(e.getKey(), found, 0);
                collect(e.getValue(), found, 0);
            }
        }
        for (BinaryType t : found.values()) {
            BinaryType l = left.client().binary().type(t.typeId());
            checked++;
            BinaryType r = right.client().binary().type(l.typeId());
            if (r == null)
                fail("type " + l.typeName(), "right", "is unknown");
            else if (!describe(l).equals(describe(r)))
                fail("type " + l.typeName(), "left is " + describe(l),
                    "right is " + describe(r));
        }
    }

    private static void collect(Object o, Map<String, BinaryType> found,
        int depth) {
        if (depth > 6) {
            return;
        } else if (o instanceof BinaryObject) {
            BinaryObject b = (BinaryObject) o;
            BinaryType t = b.type();
            if (!isKnown(t))
                return;
            found.put(t.typeName(), t);
            if (!t.isEnum())
                for (String f : t.fieldNames())
                    collect(b.field(f), found, depth + 1);
        } else if (o instanceof Object[]) {
            for (Object x : (Object[]) o)
                collect(x, found, depth + 1);
        } else if (o instanceof Collection) {
            for (Object x : (Collection<?>) o)
                collect(x, found, depth + 1);
        } else if (o instanceof Map) {
            for (Map.Entry<?, ?> e : ((Map<?, ?>) o).entrySet()) {
                collect(e.getKey(), found, depth + 1);
                collect(e.getValue(), found, depth + 1);
            }
        }
    }

    /** An enum constant with a body has a class that nobody registers. */
    private static boolean isKnown(BinaryType t) {
        try {
            return t.typeName() != null;
        } catch (BinaryObjectException e) {
            return false;
        }
    }

    private static String describe(BinaryType t) {
        Map<String, String> fields = new TreeMap<>();
        for (String f : t.fieldNames())
            fields.put(f, t.fieldTypeName(f));
        List<Object> all = new ArrayList<>(List.of(t.typeName(), fields,
            "affinity " + t.affinityKeyFieldName(), "enum " + t.isEnum()));
        if (t.isEnum() && t instanceof BinaryTypeImpl) {
            Map<String, Integer> names =
                ((BinaryTypeImpl) t).metadata().enumMap();
            all.add(names == null ? "" : new TreeMap<>(names));
        }
        return all.toString();
    }

    private void fail(String where, String side, String what) {
        if (failed++ < 40)
            System.out.println(where + ": " + side + " " + what);
    }
}
