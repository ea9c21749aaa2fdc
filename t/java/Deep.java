import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.LinkedHashSet;

/**
 * Are two objects equal, class by class and field by field, with cycles and
 * shared parts in the same places? Says where they first differ.
 */
final class Deep {
    private final Map<Object, Object> met = new IdentityHashMap<>();

    private final boolean strict;

    private Deep(boolean strict) {
        this.strict = strict;
    }

    /** Null, or a path and what is there. */
    static String difference(Object a, Object b) {
        return new Deep(true).compare("", a, b);
    }

    /** The same, but an array of objects may have become an Object[]. */
    static String differenceAsStored(Object a, Object b) {
        return new Deep(false).compare("", a, b);
    }

    private String compare(String path, Object a, Object b) {
        if (a == null || b == null)
            return a == b ? null : say(path, a, b);
        boolean both = a instanceof Object[] && b instanceof Object[];
        if (a.getClass() != b.getClass() && (strict || !both))
            return path + ": " + a.getClass().getName() + " became "
                + b.getClass().getName();
        boolean plain = a.getClass().getName().startsWith("java.")
            && !a.getClass().isArray();
        if (a instanceof Enum || a instanceof Class)
            return a == b ? null : say(path, a, b);
        if (plain && !(a instanceof Collection) && !(a instanceof Map))
            return a.equals(b) ? null : say(path, a, b);
        boolean again = met.containsKey(a);
        if (again && met.get(a) == b)
            return null;
        /* Within one binary object only, and never for arrays and lists. */
        if (again && (strict || a instanceof Own.Knot))
            return path + ": not the same object any more";
        met.put(a, b);
        if (a.getClass().isArray())
            return arrays(path, a, b);
        if (a instanceof Map)
            return maps(path, (Map<?, ?>) a, (Map<?, ?>) b);
        if (a instanceof Collection)
            return lists(path, (Collection<?>) a, (Collection<?>) b);
        return fields(path, a, b);
    }

    private static String say(String path, Object a, Object b) {
        return path + ": " + Compare.text(a) + " became " + Compare.text(b);
    }

    private String arrays(String path, Object a, Object b) {
        int n = Array.getLength(a);
        if (n != Array.getLength(b))
            return path + ": length " + n + " became " + Array.getLength(b);
        for (int i = 0; i < n; i++) {
            String d = compare(path + "[" + i + "]", Array.get(a, i),
                Array.get(b, i));
            if (d != null)
                return d;
        }
        return null;
    }

    /** The order of a hashed set is nobody's promise; its members are. */
    private String lists(String path, Collection<?> a, Collection<?> b) {
        if (a.size() != b.size())
            return path + ": size " + a.size() + " became " + b.size();
        if (a instanceof Set && !(a instanceof SortedSet)
            && !(a instanceof LinkedHashSet))
            return a.equals(b) ? null : say(path, a, b);
        Iterator<?> j = b.iterator();
        int i = 0;
        for (Object x : a) {
            String d = compare(path + "[" + i++ + "]", x, j.next());
            if (d != null)
                return d;
        }
        return null;
    }

    private String maps(String path, Map<?, ?> a, Map<?, ?> b) {
        if (a.size() != b.size())
            return path + ": size " + a.size() + " became " + b.size();
        boolean hashed = a.getClass() == HashMap.class;
        Iterator<? extends Map.Entry<?, ?>> j = b.entrySet().iterator();
        for (Map.Entry<?, ?> x : a.entrySet()) {
            Map.Entry<?, ?> y = j.next();
            String d = hashed ? null
                : compare(path + " key", x.getKey(), y.getKey());
            if (d == null)
                d = compare(path + "[" + x.getKey() + "]", x.getValue(),
                    hashed ? b.get(x.getKey()) : y.getValue());
            if (d != null)
                return d;
        }
        return null;
    }

    private String fields(String path, Object a, Object b) {
        for (Class<?> c = a.getClass(); c != Object.class;
            c = c.getSuperclass()) {
            for (Field f : c.getDeclaredFields()) {
                boolean skip = Modifier.isStatic(f.getModifiers())
                    || f.getName().equals("notWritten");
                if (skip)
                    continue;
                f.setAccessible(true);
                try {
                    String d = compare(path + "." + f.getName(), f.get(a),
                        f.get(b));
                    if (d != null)
                        return d;
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return null;
    }
}
