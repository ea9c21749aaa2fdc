final class Types { static void write(Cluster c, Args a) {} static boolean check(Cluster l, Cluster r, Args a) {return false;} }
