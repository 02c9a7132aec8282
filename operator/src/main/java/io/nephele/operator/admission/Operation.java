package io.nephele.operator.admission;

/** What is done to the object, in the API server's words. */
public enum Operation {
    CREATE,
    UPDATE,
    DELETE
}
