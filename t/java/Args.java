import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Words and --options of a command line; asking for one marks it as known. */
final class Args {
    private final List<String> words = new ArrayList<>();
    private final Map<String, String> options = new HashMap<>();
    private final Set<String> asked = new HashSet<>();
    private int next;

    Args(String[] args) {
        boolean onlyWords = false;
        for (String a : args) {
            if (onlyWords || !a.startsWith("--")) {
                words.add(a);
            } else if (a.equals("--")) {
                onlyWords = true;
            } else {
                String[] part = a.substring(2).split("=", 2);
                options.put(part[0], part.length == 2 ? part[1] : "true");
            }
        }
    }

    /** The next word; a complaint that names it when there is none. */
    String word(String name) {
        if (next == words.size())
            throw new Misuse(name + " is missing");
        return words.get(next++);
    }

    /** All the words that are left, split at commas. */
    List<String> names(String name) {
        List<String> all = new ArrayList<>();
        do {
            all.addAll(List.of(word(name).split(",")));
        } while (next < words.size());
        return all;
    }

    boolean hasWord() {
        return next < words.size();
    }

    boolean flag(String name) {
        return "true".equals(option(name, null));
    }

    String option(String name, String otherwise) {
        asked.add(name);
        return options.getOrDefault(name, otherwise);
    }

    long number(String name, long otherwise) {
        String s = option(name, null);
        try {
            return s == null ? otherwise : Long.parseLong(s);
        } catch (NumberFormatException e) {
            throw new Misuse("--" + name + " wants a number");
        }
    }

    /** To be called when all was asked for: nothing may be left over. */
    void done() {
        if (hasWord())
            throw new Misuse("what is " + words.get(next) + "?");
        for (String o : options.keySet())
            if (!asked.contains(o))
                throw new Misuse("unknown option --" + o);
    }

    static final class Misuse extends RuntimeException {
        Misuse(String message) {
            super(message);
        }
    }
}
