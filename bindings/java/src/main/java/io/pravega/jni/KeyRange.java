package io.pravega.jni;

/** A part of the key space 0..1: from low, included, to high, excluded. */
public final class KeyRange {
    private final double low;
    private final double high;

    private KeyRange(double low, double high) {
        this.low = low;
        this.high = high;
    }

    /**
     * A part of the key space.
     *
     * @param low where it begins, from 0
     * @param high where it ends, up to 1
     * @return the range
     */
    public static KeyRange of(double low, double high) {
        return new KeyRange(low, high);
    }

    /**
     * Where it begins.
     *
     * @return included
     */
    public double low() {
        return low;
    }

    /**
     * Where it ends.
     *
     * @return excluded
     */
    public double high() {
        return high;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyRange && ((KeyRange) other).low == low && ((KeyRange) other).high == high;
    }

    @Override
    public int hashCode() {
        return Double.hashCode(low) * 31 + Double.hashCode(high);
    }

    @Override
    public String toString() {
        return "[" + low + ", " + high + ")";
    }
}
