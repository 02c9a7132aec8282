package io.nephele.operator.admission;

import java.util.List;

/**
 * A value that is filled in.
 *
 * @param path the fields that lead there, outermost first; those on the way are made where they are absent
 * @param value a string, number, boolean, list, map or record
 */
public record Fill(List<String> path, Object value) {}
